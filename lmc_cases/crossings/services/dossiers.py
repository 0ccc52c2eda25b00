"""Which requests a run of dossiers for a crossing is of."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q

from lmc_cases.crossings.models import Crossing, CrossingRequest
from lmc_cases.dossiers.services.scopes import Within

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


def requests_of_crossing(user: User, crossing_id: UUID) -> Within:
    """Return the requests that a crossing carries out.

    Raises:
        Crossing.DoesNotExist: foreign and missing alike.
    """
    crossing = Crossing.objects.visible_to(user).get(uuid=crossing_id)
    rows = CrossingRequest.objects.filter(crossing=crossing)
    return Within(Q(pk__in=rows.values("handover")), crossing.reference)
