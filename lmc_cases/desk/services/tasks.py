"""What the desk puts into the list of what waits: versions that came back, and translations that are wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F, Max
from django.urls import reverse
from django.utils.translation import gettext as _

from lmc_cases.core.display import language_name
from lmc_cases.desk.models import DossierReview, TranslationAsked
from lmc_cases.desk.services.translating import with_standing
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
    asked = (
        TranslationAsked.objects.visible_to(user)
        .filter(handover__requested__in=mine, handover__status__in=DISCLOSED)
        .select_related("handover__requesting", "handover__requested")
        .defer("handover__disclosed", "handover__facts")
        .order_by("pk")
    )
    items = [
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
    items += [
        WorkItem(
            each.row.handover,
            None,
            task=Task(
                _("Translate: %(text)s, into %(language)s")
                % {"text": each.row.get_kind_display(), "language": language_name(each.row.language)},
                reverse("cases:text", args=[each.row.handover.case_uuid, each.row.kind, each.row.language]),
                "language",
            ),
        )
        for each in with_standing(user, asked[:COMPARED])
        if not each.is_there
    ]
    return items
