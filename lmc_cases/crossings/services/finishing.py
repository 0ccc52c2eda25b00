"""Carry a crossing out: what was marked becomes what happened to each person of the requests on it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.core.errors import InvalidInput
from lmc_cases.crossings.models import Crossing, Mark, Status
from lmc_cases.crossings.services.planning import NotReady, free_seats
from lmc_cases.crossings.services.receipts import receipt_is_answered
from lmc_cases.crossings.services.rows import locked_to_plan, save_changed
from lmc_cases.crossings.services.standing import SeatStanding, standing_of
from lmc_cases.handovers.models import HandoverRequest, HandoverSubject
from lmc_cases.handovers.services.surrendering import record_crossed

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

# What a mark makes of a granted person.
BECOMES = {
    Mark.Outcome.PRESENT.value: HandoverSubject.Outcome.HANDED_OVER.value,
    Mark.Outcome.ABSENT.value: HandoverSubject.Outcome.NOT_COLLECTED.value,
    Mark.Outcome.NOT_ACCEPTED.value: HandoverSubject.Outcome.NOT_ACCEPTED.value,
    Mark.Outcome.UNFIT.value: HandoverSubject.Outcome.NOT_ACCEPTED.value,
}


@transaction.atomic
def finish(*, actor: User, crossing_id: UUID, at: dt.datetime | None = None) -> Crossing:
    """Record that the crossing was carried out. Both sides have counted, and everybody on it has an outcome.

    Args:
        at: when the persons were handed over; aware, not in the future; now where not given.

    Raises:
        Crossing.DoesNotExist: foreign, missing, the receiving side, no right.
        WrongState: both sides have not counted the same.
        NotReady: somebody who is present has left the request since; the receipt is not answered by both sides.
        GateClosed: a check of somebody who is present is not passed any more.
        InvalidInput: a time in the future.
    """
    crossing = locked_to_plan(actor, crossing_id, Status.COUNTED, Status.DONE)
    if crossing.status == Status.DONE:
        return crossing
    when = at or timezone.now()
    if when > timezone.now():
        raise InvalidInput("at", _("Choose a time that has passed."))
    standing = standing_of(crossing, crossing.manifest.select_related("subject", "handover"))
    by_request: dict[UUID, list[SeatStanding]] = defaultdict(list)
    for row in standing.seats:
        if row.seat.subject.outcome in HandoverSubject.POSITIVE:
            by_request[row.seat.handover.uuid].append(row)
        elif row.outcome == Mark.Outcome.PRESENT:
            number = row.seat.subject.snapshot.get("number", row.seat.position)
            raise NotReady(
                _("S%(number)s is marked as present and is not granted any more: mark the person otherwise.")
                % {"number": number}
            )
    if not receipt_is_answered(actor, crossing):
        raise NotReady(
            _("Both countries have to sign the receipt as things stand, or refuse to, before the end.")
        )
    for handover_id, rows in sorted(by_request.items()):
        _carry_out(actor, crossing, handover_id, rows, when)
    free_seats(crossing)
    crossing.status, crossing.finished_at = Status.DONE, when
    save_changed(crossing, actor=actor, reason="carried out")
    record(
        actor=actor,
        operation=Operation.DISCLOSURE,
        verb="crossing.handed_over",
        target=crossing,
        recipient=crossing.receiving,
        codes={outcome.lower(): standing.number_of(outcome) for outcome in BECOMES},
    )
    return crossing


def _carry_out(
    actor: User, crossing: Crossing, handover_id: UUID, rows: list[SeatStanding], at: dt.datetime
) -> None:
    try:
        record_crossed(
            actor=actor,
            handover_id=handover_id,
            at=at,
            place=crossing.place,
            outcomes={row.seat.subject.uuid: BECOMES[row.outcome] for row in rows},
            reasons={row.seat.subject.uuid: row.reason for row in rows if row.reason},
            crossing=crossing.reference,
        )
    except HandoverRequest.DoesNotExist:
        raise Crossing.DoesNotExist from None
