"""Which requests a run of dossiers for a crossing is of, and which crossings a dossier names."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import connection
from django.db.models import Q

from lmc_cases.crossings.models import Crossing, CrossingRequest
from lmc_cases.dossiers.services.scopes import Within

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User
    from lmc_cases.handovers.models import HandoverRequest


def requests_of_crossing(user: User, crossing_id: UUID) -> Within:
    """Return the requests that a crossing carries out.

    Raises:
        Crossing.DoesNotExist: foreign and missing alike.
    """
    crossing = Crossing.objects.visible_to(user).get(uuid=crossing_id)
    rows = CrossingRequest.objects.filter(crossing=crossing)
    return Within(Q(pk__in=rows.values("handover")), crossing.reference)


def crossings_of(handover: HandoverRequest) -> tuple[str, ...]:
    """Return the references of the crossings that carry persons of a request, where all its readers see them whole."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reference FROM crossings_of_request(%s)", [handover.pk])
        return tuple(row[0] for row in cursor.fetchall())
