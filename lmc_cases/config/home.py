"""The first page after sign-in. It stands above all apps, because what waits for an officer lies in several."""

from __future__ import annotations

import math
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
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.services.clocks import earliest_clocks
from lmc_cases.handovers.services.reading import waiting_for
from lmc_cases.handovers.services.telling import notices_of_handovers
from lmc_cases.jurisdictions.access import Action, may

SHOWN = 5
# Of the requests that wait, as many as are compared by their time limits.
LOOKED_AT = 100


class Home(TemplateView):
    """My cases, shared with me, waiting for me: the newest few of each, with the way to all of them."""

    template_name = "home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Ask each app through its own rule."""
        user = officer_of(self.request)
        handovers = HandoverRequest.objects.visible_to(user).select_related("requesting", "requested")
        to_decide = waiting_for(user).exclude(status=HandoverRequest.Status.DRAFT)
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
        deciding = list(
            to_decide.select_related("requesting", "requested")
            .defer("disclosed", "facts")
            .order_by("-updated_at", "-pk")[:LOOKED_AT]
        )
        clocks = earliest_clocks(deciding)
        # Where a time limit runs, the one that ends first stands first; the others follow, the last changed first.
        deciding.sort(key=lambda row: clocks[row.pk].ends.timestamp() if row.pk in clocks else math.inf)
        waiting = {
            "notices": notices_of_handovers(actor=user, size=SHOWN),
            "to_decide": [(handover, clocks.get(handover.pk)) for handover in deciding[:SHOWN]],
            "drafts": list(drafts.order_by("-updated_at", "-pk")[:SHOWN]),
            "dossiers": list(dossiers.order_by("-finished_at", "-pk")[:SHOWN]),
            "consents": list(consents.order_by("answer_by", "pk")[:SHOWN]),
            "imports": list(imports.order_by("-requested_at", "-pk")[:SHOWN]),
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
