"""The first page after sign-in. It stands above all apps, because what waits for an officer lies in several."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.views.generic import TemplateView

from lmc_cases.cases.models import ConsentRequest
from lmc_cases.cases.services.facets import own_and_shared
from lmc_cases.cases.services.listing import led_by, newest_shares
from lmc_cases.cases.services.waiting import waiting_shares
from lmc_cases.core.jobs import JobState
from lmc_cases.core.viewer import officer_of
from lmc_cases.dossiers.models import Dossier
from lmc_cases.exchange.models import ImportRun
from lmc_cases.exports.services.asking import files_to_fetch
from lmc_cases.exports.services.pages import title_of
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.services.reading import most_urgent
from lmc_cases.handovers.services.telling import notices_of_handovers
from lmc_cases.handovers.services.thread import questions_waiting
from lmc_cases.jurisdictions.access import Action, may
from lmc_cases.law.services.telling import notices_of_law

SHOWN = 5


class Home(TemplateView):
    """My cases, shared with me, waiting for me: the newest few of each, with the way to all of them."""

    template_name = "home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Ask each app through its own rule."""
        user = officer_of(self.request)
        handovers = HandoverRequest.objects.visible_to(user).select_related("requesting", "requested")
        drafts = handovers.filter(status=HandoverRequest.Status.DRAFT, created_by=user)
        dossiers = (
            Dossier.objects.visible_to(user)
            .filter(job_state=JobState.DONE)
            .select_related("handover")
            .defer("facts")
        )
        imports = (
            ImportRun.objects.visible_to(user)
            .owned_with(user, Action.EDIT)
            .filter(job_state=JobState.NEW, requested_by=user)
            .select_related("case")
            .defer("report")
        )
        consents = ConsentRequest.objects.answered_with(user).filter(
            status=ConsentRequest.Status.ASKED, answer_by__gt=timezone.now()
        )
        waiting = {
            "notices": notices_of_handovers(actor=user, size=SHOWN),
            "law": notices_of_law(actor=user, size=SHOWN),
            "to_decide": most_urgent(user, size=SHOWN),
            "questions": list(questions_waiting(user)[:SHOWN]),
            "drafts": list(drafts.order_by("-updated_at", "-pk")[:SHOWN]),
            "dossiers": list(dossiers.order_by("-finished_at", "-pk")[:SHOWN]),
            "consents": list(consents.order_by("answer_by", "pk")[:SHOWN]),
            "imports": list(imports.order_by("-requested_at", "-pk")[:SHOWN]),
            "files": [(export, title_of(export.path)) for export in files_to_fetch(user, size=SHOWN)],
        }
        shares = waiting_shares(actor=user, size=SHOWN)
        own_count, shared_count = own_and_shared(user)
        return super().get_context_data(
            own_count=own_count,
            shared_count=shared_count,
            shares=shares,
            mine=led_by(user, size=SHOWN),
            shared=newest_shares(user, size=SHOWN),
            waiting=waiting,
            is_waiting=any(waiting.values()) or bool(shares),
            may_open=may(user, Action.EDIT),
            **kwargs,
        )
