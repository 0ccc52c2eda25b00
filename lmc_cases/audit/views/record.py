"""The audit page: who did what with the country's records, and what its officers did elsewhere."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.urls import reverse
from django.views.generic import TemplateView

from lmc_cases.audit.filters import EventFilter
from lmc_cases.audit.listing import consult
from lmc_cases.audit.services import sealing
from lmc_cases.audit.tables import EventTable
from lmc_cases.core.keyset import Cursor, page_link
from lmc_cases.core.viewer import officer_of
from lmc_cases.jurisdictions.access import Action, may


class AuditList(TemplateView):
    """Events newest first. For whoever may not read an audit record the page does not exist."""

    template_name = "audit/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """One slice and the filter form; that it was read is recorded too."""
        user = officer_of(self.request)
        if not may(user, Action.READ_AUDIT):
            raise Http404
        asked = self.request.GET
        filters = EventFilter(asked, user=user)
        narrowed = filters.for_listing()
        before = Cursor.decode(asked.get("before"))
        page = consult(user, filters=narrowed, before=before)
        first = asked.copy()
        first.pop("before", None)
        return super().get_context_data(
            table=EventTable(page.rows),
            page=page,
            newest=f"?{first.urlencode()}" if before is not None else "",
            older=page_link(asked, "before", page.older),
            filter_form=filters.form,
            is_filtered=bool(filters.chosen) or bool(filters.form.errors),
            of_case=narrowed.case_uuid,
            of_officer=page.rows[0].actor if narrowed.officer_uuid and page.rows else None,
            export_url=f"{reverse('audit:export')}?{first.urlencode()}" if page.rows else "",
            lag=sealing.lag(),
            **kwargs,
        )
