"""Head counts of both sides, and whether they agree with the marks."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.core.errors import InvalidInput
from lmc_cases.crossings.models import Crossing, HeadCount, Status
from lmc_cases.crossings.models.crossings import MAX_SEATS
from lmc_cases.crossings.services.rows import check_stands, locked, marking_side_of, save_changed
from lmc_cases.crossings.services.standing import standing_of

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


@transaction.atomic
def record_count(
    *,
    actor: User,
    crossing_id: UUID,
    persons: int,
    counted_at: dt.datetime | None = None,
    count_id: UUID | None = None,
) -> HeadCount:
    """Write how many persons the officer's side counted. The newest count of a side counts.

    Args:
        counted_at: aware, by the device's clock; now where not given.
        count_id: made by the device; the same id posted twice is one count.

    Raises:
        Crossing.DoesNotExist: foreign, missing, no right on either side.
        WrongState: the crossing is not at the border.
        InvalidInput: an impossible number, or an id used for another count.
    """
    crossing = locked(actor, crossing_id)
    side = marking_side_of(actor, crossing)
    check_stands(crossing, *Crossing.AT_BORDER)
    if count_id is not None:
        held = HeadCount.objects.visible_to(actor).filter(uuid=count_id).first()
        if held is not None and (held.crossing_id, held.country_id) == (crossing.pk, side.pk):
            return held
        if held is not None:
            raise InvalidInput("uuid", _("This mark cannot be taken: its number was used for another one."))
    if not 0 <= persons <= MAX_SEATS:
        raise InvalidInput("persons", _("Enter a number from 1 to %(most)s.") % {"most": MAX_SEATS})
    count = HeadCount(
        uuid=count_id or uuid4(),
        crossing=crossing,
        country=side,
        persons=persons,
        counted_by=actor,
        counted_at=counted_at or timezone.now(),
    )
    count.save(force_insert=True)
    settle(crossing, actor=actor)
    record(
        actor=actor,
        operation=Operation.ALTERATION,
        verb="crossing.counted",
        target=crossing,
        recipient=crossing.receiving if side.pk == crossing.sending_id else crossing.sending,
        codes={"persons": persons},
    )
    return count


def settle(crossing: Crossing, *, actor: User) -> None:
    """Put a crossing at the border where its marks and counts say: counted by both sides, or open. Caller records."""
    wanted = Status.COUNTED if standing_of(crossing).is_agreed else Status.OPEN
    if crossing.status != wanted:
        crossing.status = wanted
        save_changed(crossing, actor=actor, reason="counted" if wanted == Status.COUNTED else "marked")
