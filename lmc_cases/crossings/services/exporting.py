"""Let the lists of crossings, and of one crossing's persons, out as tables: what their pages show, and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import Disclosure
from lmc_cases.cases.models import Operation as JointOperation
from lmc_cases.cases.services import ledger
from lmc_cases.core.list_export import whole
from lmc_cases.crossings.models import Crossing, CrossingRequest
from lmc_cases.crossings.services.reading import CrossingFilters, crossings_among, seats_among
from lmc_cases.crossings.services.standing import SeatStanding, seats_with, standing_of
from lmc_cases.handovers.services.disclosure import pieces_of_request, terms_of_request

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


@transaction.atomic
def export_crossings(
    *, actor: User, filters: CrossingFilters, operation: JointOperation | None = None
) -> list[Crossing]:
    """Return the crossings that the list shows, with ``persons``, the last planned first; the export is recorded.

    Args:
        operation: only its crossings; read through the rule.

    Raises:
        InvalidInput: more than one file holds.
    """
    rows: list[Crossing] = whole(crossings_among(actor, filters, operation))
    record(
        actor=actor,
        operation=Operation.EXPORT,
        verb="crossings.exported",
        owner_id=actor.audit_owner_id,
        codes={
            "rows": len(rows),
            "operation": str(operation.uuid) if operation else "",
            **filters.as_codes(),
        },
    )
    return rows


@transaction.atomic
def export_persons(
    *, actor: User, crossing_id: UUID, text: str = "", only: str = ""
) -> tuple[Crossing, list[SeatStanding]]:
    """Return a crossing and its persons with the outcome so far; the export is recorded, and what it discloses.

    A crossing has at most ``MAX_SEATS`` persons: one answer holds them.

    Args:
        text: part of a name or of the request's reference.
        only: how they stand, as ``seats_with`` takes it.

    Raises:
        Crossing.DoesNotExist: foreign and missing alike.
    """
    crossing = Crossing.objects.visible_to(actor).select_related("sending", "receiving").get(uuid=crossing_id)
    among = seats_with(standing_of(crossing), only) if only else None
    rows = standing_of(crossing, seats_among(crossing, text=text, among=among)).seats
    carried = CrossingRequest.objects.filter(crossing=crossing).select_related(
        "handover__requesting", "handover__requested", "handover__instrument"
    )
    for row in carried.order_by("pk"):
        ledger.disclose(
            actor=actor,
            pieces=pieces_of_request(actor, row.handover),
            terms=terms_of_request(row.handover),
            path=Disclosure.Path.EXPORT,
        )
    record(
        actor=actor,
        operation=Operation.EXPORT,
        verb="crossing.exported",
        target=crossing,
        codes={"rows": len(rows), "only": only, "searched": bool(text)},
    )
    return crossing, rows
