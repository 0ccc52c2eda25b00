"""What the desk puts into the list of what waits: versions that came back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F, Max
from django.urls import reverse
from django.utils.translation import gettext as _

from lmc_cases.desk.models import DossierReview
from lmc_cases.handovers.services.reading import COMPARED
from lmc_cases.handovers.services.work import Task, WorkItem
from lmc_cases.handovers.states import DISCLOSED
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


def tasks_of(user: User) -> list[WorkItem]:
    """Return what waits for an officer who changes records of the country that composes."""
    mine = jurisdictions_granting(user, Action.EDIT)
    returned = (
        DossierReview.objects.visible_to(user)
        .filter(
            state=DossierReview.State.RETURNED, handover__requested__in=mine, handover__status__in=DISCLOSED
        )
        .annotate(newest=Max("handover__dossiers__number"))
        .filter(newest=F("number"))
        .select_related("handover__requesting", "handover__requested")
        .defer("handover__disclosed", "handover__facts", "reasons_sealed")
        .order_by("returned_at", "pk")
    )
    return [
        WorkItem(
            review.handover,
            None,
            task=Task(
                _("Correct version %(version)s of the dossier") % {"version": review.number},
                reverse("desk:returned", args=[review.uuid]),
                "edit",
            ),
        )
        for review in returned[:COMPARED]
    ]
