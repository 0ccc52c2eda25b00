"""The list of requests for assistance, and one."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from lmc_cases.assistance.forms import AssistanceFilter
from lmc_cases.assistance.models import AssistanceRequest, Status
from lmc_cases.assistance.services import reading
from lmc_cases.assistance.services.printing import documents_of
from lmc_cases.assistance.services.rows import may_answer_for, may_ask_for
from lmc_cases.assistance.sheets import ASSISTANCE_COLUMNS
from lmc_cases.assistance.tables import AssistanceTable, tone_of
from lmc_cases.assistance.views.printing import SHELF
from lmc_cases.assistance.words import PARTS
from lmc_cases.core.keyset import Cursor, first_page, page_link
from lmc_cases.core.list_export import ExportedList, Sheet
from lmc_cases.core.viewer import officer_of
from lmc_cases.dossiers.forms import LanguagesForm
from lmc_cases.handovers.wording import confidence_words


class AssistanceList(ExportedList, TemplateView):
    """Every request the officer may see, the last changed first."""

    template_name = "assistance/list.html"
    list_title = gettext_lazy("Mutual legal assistance")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """One slice."""
        asked = self.request.GET
        before = Cursor.decode(asked.get("before"))
        form = AssistanceFilter(asked)
        page = reading.page_of_assistance(officer_of(self.request), before=before, **form.chosen)
        return super().get_context_data(
            table=AssistanceTable(page.rows),
            rows=page.rows,
            filter_form=form,
            is_filtered=any(form.chosen.values()),
            newer=first_page(asked) if before is not None else "",
            older=page_link(asked, "before", page.older),
            **kwargs,
        )

    def sheet(self) -> Sheet:
        """Every request under the filter."""
        chosen = AssistanceFilter(self.request.GET).chosen
        rows = reading.export_assistance(actor=officer_of(self.request), **chosen)
        return Sheet.of("mutual-legal-assistance", ASSISTANCE_COLUMNS, rows)


class AssistancePage(TemplateView):
    """One request: what it says, what can be done now, the answer, what is printed."""

    template_name = "assistance/detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Load through the rule; the consultation is recorded."""
        user = officer_of(self.request)
        try:
            row = reading.consult_assistance(actor=user, assistance_id=self.kwargs["uuid"])
        except AssistanceRequest.DoesNotExist:
            raise Http404 from None
        documents = documents_of(user, row)
        is_draft = row.status == Status.DRAFT
        return super().get_context_data(
            row=row,
            tone=tone_of(row.status),
            parts=[
                (part.anchor, part.title, [(label, getattr(row, name)) for label, name in part.rows])
                for part in PARTS
            ],
            is_draft=is_draft,
            may_write=is_draft and may_ask_for(user, row),
            may_answer=row.status == Status.SENT and may_answer_for(user, row),
            confidence=confidence_words(row.instrument.confidence) if row.instrument else "",
            **SHELF.shown(documents),
            form=None if is_draft else LanguagesForm(initial={"language": user.document_language}),
            **kwargs,
        )
