"""What the own country contributed to other countries' cases; above all apps, because people and exhibits are two."""

from __future__ import annotations

from typing import Any

from django.views.generic import TemplateView

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.core.viewer import officer_of
from lmc_cases.evidence.models import EvidenceItem
from lmc_cases.jurisdictions.access import Action
from lmc_cases.suspects.models import Suspect

SHOWN = 200


class Contributed(TemplateView):
    """The newest of both, also of cases that are closed to the own country by now."""

    template_name = "contributed.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Read both through their own rule; the consultation is recorded."""
        user = officer_of(self.request)
        people = list(
            Suspect.objects.owned_with(user, Action.READ)
            .exclude(contributed_to="")
            .order_by("-pk")[: SHOWN + 1]
        )
        exhibits = list(
            EvidenceItem.objects.owned_with(user, Action.READ)
            .exclude(contributed_to="")
            .order_by("-pk")[: SHOWN + 1]
        )
        record(
            actor=user,
            operation=Operation.CONSULTATION,
            verb="contributions.listed",
            codes={"persons": len(people), "exhibits": len(exhibits)},
        )
        return super().get_context_data(
            people=people[:SHOWN],
            exhibits=exhibits[:SHOWN],
            has_more=len(people) > SHOWN or len(exhibits) > SHOWN,
            **kwargs,
        )
