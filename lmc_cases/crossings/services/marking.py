"""Mark persons at the border, one by one or as a device sends what it kept; choose where two devices contradict."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.text import clean_text
from lmc_cases.crossings.models import Crossing, Mark, Seat, mark_photo_path
from lmc_cases.crossings.services.counting import settle
from lmc_cases.crossings.services.rows import check_stands, locked, marking_side_of
from lmc_cases.crossings.services.standing import said_of
from lmc_cases.suspects.services.photos import Upload, baseline_jpeg

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User
    from lmc_cases.crossings.services.standing import SideSays
    from lmc_cases.jurisdictions.models import Jurisdiction

# A device's clock may run ahead of the server's by this much.
CLOCK_AHEAD = dt.timedelta(hours=24)


@dataclass(frozen=True)
class NewMark:
    """A mark as a device or a form gives it.

    Attributes:
        uuid: made by the device; the same id posted twice is one mark.
        marked_at: aware, by the device's clock.
        based_on: the newest mark of the own side for this seat that the device knew.
    """

    uuid: UUID
    seat_id: UUID
    outcome: str
    marked_at: dt.datetime
    reason: str = ""
    photo: Upload | None = None
    based_on: UUID | None = None


@dataclass(frozen=True)
class MarkAnswer:
    """What became of one mark.

    Attributes:
        mark: as it stands; ``None`` where it was refused.
        is_new: written by this call; a mark that was sent before is not.
        error: why it was refused, with the field; ``None`` where it was not.
        side: what the officer's side says of the person now; ``None`` for an unknown seat.
    """

    uuid: UUID
    mark: Mark | None
    is_new: bool
    error: InvalidInput | None
    side: SideSays | None


@transaction.atomic
def record_marks(*, actor: User, crossing_id: UUID, marks: Sequence[NewMark]) -> list[MarkAnswer]:
    """Write the marks of the officer's side in the order given; one that cannot be taken stops none of the others.

    A mark that rests on another one than the newest of its side and says otherwise is a conflict: it is kept, and an
    officer chooses (``resolve``).

    Raises:
        Crossing.DoesNotExist: foreign, missing, no right on either side (so everywhere in this module).
        WrongState: the crossing is not at the border (likewise).
    """
    crossing = locked(actor, crossing_id)
    side = marking_side_of(actor, crossing)
    check_stands(crossing, *Crossing.AT_BORDER)
    seats = {seat.uuid: seat for seat in crossing.manifest.filter(uuid__in={mark.seat_id for mark in marks})}
    says = said_of(crossing, side.pk, seats={seat.pk for seat in seats.values()})
    known = {
        mark.uuid: mark
        for mark in Mark.objects.visible_to(actor).filter(uuid__in={mark.uuid for mark in marks})
    }
    kept: list[str] = []
    answers, written = [], 0
    try:
        for given in marks:
            seat = seats.get(given.seat_id)
            held = known.get(given.uuid)
            if held is not None:
                answers.append(_known(given, held, seat, says, crossing, side))
                continue
            try:
                mark = _written(actor, crossing, side, seat, given, says, kept)
            except InvalidInput as error:
                answers.append(
                    MarkAnswer(given.uuid, None, False, error, says.get(seat.pk) if seat else None)
                )
                continue
            known[mark.uuid] = mark
            says[mark.seat_id] = says[mark.seat_id].with_mark(mark)
            written += 1
            answers.append(MarkAnswer(given.uuid, mark, True, None, says[mark.seat_id]))
        if written:
            settle(crossing, actor=actor)
            record(
                actor=actor,
                operation=Operation.ALTERATION,
                verb="crossing.marked",
                target=crossing,
                recipient=_other(crossing, side),
                codes={
                    "marks": written,
                    "conflicts": sum(bool(a.is_new and a.mark and a.mark.conflict) for a in answers),
                },
            )
    except BaseException:
        for name in kept:
            Mark._meta.get_field("photo").storage.delete(name)
        raise
    return answers


@transaction.atomic
def resolve(
    *,
    actor: User,
    crossing_id: UUID,
    seat_id: UUID,
    outcome: str,
    reason: str = "",
    mark_id: UUID | None = None,
) -> Mark:
    """Say what holds of a person of whom two devices of the officer's side contradict each other: a new mark.

    Args:
        mark_id: its public id; a second call with the same returns what the first made.

    Raises:
        InvalidInput: an unknown seat or outcome, nothing to choose, no reason where one is needed.
    """
    crossing = locked(actor, crossing_id)
    side = marking_side_of(actor, crossing)
    check_stands(crossing, *Crossing.AT_BORDER)
    if mark_id is not None:
        made = Mark.objects.visible_to(actor).filter(uuid=mark_id, crossing=crossing, country=side).first()
        if made is not None:
            return made
    seat = crossing.manifest.filter(uuid=seat_id).first()
    says = said_of(crossing, side.pk, seats={seat.pk} if seat else set())
    if seat is None or not says[seat.pk].has_conflict:
        raise InvalidInput("seat_id", _("Nothing is to be chosen for this person."))
    newest = says[seat.pk].newest
    mark = Mark(
        uuid=mark_id or uuid4(),
        crossing=crossing,
        seat=seat,
        country=side,
        outcome=_outcome(outcome),
        reason=_reason(outcome, reason),
        marked_at=timezone.now(),
        marked_by=actor,
        based_on=newest.uuid if newest else None,
        is_choice=True,
    )
    mark.save(force_insert=True)
    settle(crossing, actor=actor)
    record(
        actor=actor,
        operation=Operation.ALTERATION,
        verb="crossing.mark_chosen",
        target=crossing,
        recipient=_other(crossing, side),
        codes={"seat": str(seat.uuid), "outcome": outcome},
    )
    return mark


def _known(
    given: NewMark,
    held: Mark,
    seat: Seat | None,
    says: dict[int, SideSays],
    crossing: Crossing,
    side: Jurisdiction,
) -> MarkAnswer:
    """Answer a mark whose id was sent before: the same one is done, another one's id is refused."""
    if seat is not None and (held.crossing_id, held.seat_id, held.country_id) == (
        crossing.pk,
        seat.pk,
        side.pk,
    ):
        return MarkAnswer(given.uuid, held, False, None, says[seat.pk])
    error = InvalidInput("uuid", _("This mark cannot be taken: its number was used for another one."))
    return MarkAnswer(given.uuid, None, False, error, says[seat.pk] if seat else None)


def _written(
    actor: User,
    crossing: Crossing,
    side: Jurisdiction,
    seat: Seat | None,
    given: NewMark,
    says: dict[int, SideSays],
    kept: list[str],
) -> Mark:
    if seat is None:
        raise InvalidInput("seat_id", _("This person is not on the crossing."))
    outcome, reason = _outcome(given.outcome), _reason(given.outcome, given.reason)
    if given.marked_at > timezone.now() + CLOCK_AHEAD:
        raise InvalidInput("marked_at", _("The time lies in the future. Set the device's clock."))
    newest = says[seat.pk].newest
    is_late = newest is not None and given.based_on != newest.uuid
    mark = Mark(
        uuid=given.uuid,
        crossing=crossing,
        seat=seat,
        country=side,
        outcome=outcome,
        reason=reason,
        marked_at=given.marked_at,
        marked_by=actor,
        based_on=given.based_on,
        conflict=bool(is_late and newest and newest.outcome != outcome),
    )
    if given.photo is not None:
        jpeg = baseline_jpeg(given.photo)
        name = mark.photo.storage.save(mark_photo_path(mark, ""), ContentFile(jpeg))
        kept.append(name)
        mark.photo, mark.photo_sha256 = name, hashlib.sha256(jpeg).hexdigest()
    mark.save(force_insert=True)
    return mark


def _outcome(code: str) -> str:
    if code not in Mark.Outcome.values:
        raise InvalidInput("outcome", _("Choose a value from the list."))
    return code


def _reason(outcome: str, text: str) -> str:
    cleaned = clean_text(text, multiline=True)
    if outcome != Mark.Outcome.PRESENT and not cleaned:
        raise InvalidInput("reason", _("Give a reason."))
    return cleaned


def _other(crossing: Crossing, side: Jurisdiction) -> Jurisdiction:
    return crossing.receiving if side.pk == crossing.sending_id else crossing.sending
