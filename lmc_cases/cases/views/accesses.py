"""Who abroad looked at a case: for its own officers, whether or not they read the whole audit record."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.urls import reverse
from django.views.generic import TemplateView

from lmc_cases.audit.listing import page_of_case
from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.audit.tables import AccessTable
from lmc_cases.cases.frame import case_frame
from lmc_cases.cases.models import Level
from lmc_cases.cases.views.base import officer_of
from lmc_cases.core.keyset import Cursor, page_link
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting


class CaseAccesses(TemplateView):
    """Country, agency, act, time and reason of every act of another country; names for those who audit."""

    template_name = "cases/accesses.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Read it for officers of the case's own country alone; that it was read is recorded."""
        actor = officer_of(self.request)
        frame = case_frame(actor, self.kwargs["uuid"], "accesses", at_least=Level.FULL)
        if not frame["is_own"]:
            raise Http404
        case = frame["case"]
        before = Cursor.decode(self.request.GET.get("before"))
        page = page_of_case(actor, case_uuid=case.uuid, owner_id=case.owner_id, before=before)
        record(
            actor=actor,
            operation=Operation.CONSULTATION,
            verb="case.accesses_viewed",
            target=case,
            codes={"rows": len(page.rows)},
        )
        audits = jurisdictions_granting(actor, Action.READ_AUDIT).filter(pk=case.owner_id).exists()
        return super().get_context_data(
            **frame,
            page=page,
            table=AccessTable(page.rows),
            newer="?" if before is not None else "",
            older=page_link(self.request.GET, "before", page.older),
            audit_url=f"{reverse('audit:list')}?case={case.uuid}" if audits else "",
            **kwargs,
        )
