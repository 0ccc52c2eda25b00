"""The crossing on a phone: what is taken, what is sent back, how it stands.

Taking it is a disclosure to a device: audited with the number of persons and the end, noted in the ledger, and listed
for the auditor. What the phone sends is sealed for the pack (``envelopes``) and goes through the services of marks and
counts, which ask every rule again. Decision record 36.
"""

from __future__ import annotations

import base64
import datetime as dt
import io
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.core.errors import Conflict, DomainError, InvalidInput
from lmc_cases.crossings import envelopes
from lmc_cases.crossings.border_people import people_at_border, seats_of
from lmc_cases.crossings.models import BorderPack, Crossing, HeadCount, Mark, Seat
from lmc_cases.crossings.services.counting import record_count
from lmc_cases.crossings.services.marking import NewMark, record_marks, resolve
from lmc_cases.crossings.services.putting_away import PutAway, put_away
from lmc_cases.crossings.services.rows import marking_side_of
from lmc_cases.crossings.services.standing import SideSays, said_of, standing_of
from lmc_cases.jurisdictions.models import Jurisdiction
from lmc_cases.keys.models import RecordKey
from lmc_cases.keys.sealing import Place, key_to_seal

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

MAX_ITEMS: Final = 100
DEVICE_LENGTH: Final = 300


@dataclass(frozen=True)
class Sent:
    """One item as it comes from a phone: sealed, and put away where the officer gave it up after a refusal."""

    uuid: UUID
    envelope: str
    away_at: dt.datetime | None = None
    corrected_by: UUID | None = None

    @classmethod
    def of(cls, plain: dict[str, Any]) -> Sent:
        """Return what a phone wrote.

        Raises:
            ValueError, TypeError, KeyError, AttributeError: it lacks a part.
        """
        away = plain.get("away")
        return cls(
            UUID(plain["uuid"]),
            str(plain["envelope"]),
            away_at=_moment(away["at"]) if away else None,
            corrected_by=UUID(away["corrected_by"]) if away and away["corrected_by"] else None,
        )


class CrossingOver(Conflict):
    """It is carried out or cancelled: nothing of it goes to a phone any more."""


@dataclass(frozen=True)
class Answer:
    """What became of one item: ``detail`` says why it was not kept, in the officer's language."""

    uuid: UUID
    kept: bool
    detail: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return it as the phone reads it."""
        return {"uuid": str(self.uuid), "kept": self.kept, "detail": self.detail}


def crossing_at_border(actor: User, crossing_id: UUID) -> tuple[Crossing, Jurisdiction]:
    """Return a crossing that the officer may mark, and the officer's side of it.

    Raises:
        Crossing.DoesNotExist: foreign, missing and only to be read alike.
    """
    rows = Crossing.objects.visible_to(actor).select_related("sending", "receiving")
    crossing = rows.get(uuid=crossing_id)
    return crossing, marking_side_of(actor, crossing)


@transaction.atomic
def take_pack(*, actor: User, crossing_id: UUID, session_id: UUID, device: str = "") -> dict[str, Any]:
    """Give a phone what it needs at the border: persons with photographs, marks and counts so far, a key to seal for.

    The caller has asked for a fresh second factor.

    Args:
        session_id: the session it ends with.
        device: what the browser says of itself.

    Raises:
        Crossing.DoesNotExist: foreign, missing and only to be read alike.
        CrossingOver: it is carried out or cancelled.
    """
    crossing, side = crossing_at_border(actor, crossing_id)
    if crossing.status in Crossing.ENDED:
        raise CrossingOver(_("This crossing is over: nothing of it can be taken on a phone."))
    seats = seats_of(actor, crossing)
    people, property_ = people_at_border(actor, seats)
    public, private = envelopes.new_pair()
    pack = BorderPack(
        crossing=crossing,
        reference=crossing.reference,
        country=side,
        officer=actor,
        session_uuid=session_id,
        device=device[:DEVICE_LENGTH],
        persons=len(seats),
        expires_at=timezone.now() + dt.timedelta(seconds=settings.BORDER_PACK_SECONDS),
        public_key=public,
    )
    key = key_to_seal(RecordKey.Kind.BORDER, pack.uuid, side)
    pack.private_key = key.seal(private, _place(pack))
    pack.save(force_insert=True)
    record(
        actor=actor,
        operation=Operation.DISCLOSURE,
        verb="crossing.taken_offline",
        target=pack,
        codes={
            "crossing": str(crossing.uuid),
            "persons": pack.persons,
            "until": pack.expires_at.isoformat(),
        },
    )
    return {
        "pack": {
            "uuid": str(pack.uuid),
            "crossing": str(crossing.uuid),
            "public_key": base64.b64encode(public).decode(),
            "expires_at": pack.expires_at.isoformat(),
        },
        "crossing": {"reference": crossing.reference, "place": crossing.place, "property": property_},
        "people": people,
        "state": state_of(crossing, side),
    }


def standing_officer(pack_id: UUID) -> int | None:
    """Return the primary key of a pack's officer while it stands, else ``None``; asked also without a session."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT border_pack_officer(%s)", [pack_id])
        found: int | None = cursor.fetchone()[0]
    return found


def receive(
    *, actor: User, crossing_id: UUID, pack_id: UUID, items: Iterable[Sent]
) -> tuple[list[Answer], dict[str, Any]]:
    """Open what a phone sends, keep each mark and count through its service, and return the answers and the state.

    An item that is refused leaves the others whole. What came before is answered the same way again. A pack that is
    over still opens what was sealed for it: nothing that was marked is lost.

    Raises:
        Crossing.DoesNotExist, BorderPack.DoesNotExist: foreign and missing alike.
    """
    crossing, side = crossing_at_border(actor, crossing_id)
    pack = BorderPack.objects.visible_to(actor).filter(officer=actor, crossing=crossing).get(uuid=pack_id)
    private = key_to_seal(RecordKey.Kind.BORDER, pack.uuid, side).open(pack.private_key, _place(pack))
    answers: list[Answer] = []
    together: list[_SentMark] = []
    for sent in items:
        content: dict[str, Any] = {}
        with suppress(envelopes.EnvelopeBroken):
            content = envelopes.opened(
                sent.envelope, private_key=private, pack_id=pack.uuid, item_id=sent.uuid
            )
        if sent.away_at is not None:
            away = PutAway(sent.uuid, sent.away_at, sent.corrected_by, content)
            put_away(actor=actor, crossing_id=crossing.uuid, pack_id=pack.uuid, entry=away)
            answers.append(Answer(sent.uuid, kept=True))
            continue
        try:
            item = _read(sent.uuid, content)
        except InvalidInput as error:
            answers.append(Answer(sent.uuid, kept=False, detail=str(error)))
            continue
        if isinstance(item, _SentMark) and not item.is_choice:
            together.append(item)
            continue
        # In the order of marking: a choice stands on the marks before it.
        answers += _marked(actor, crossing, together)
        together = []
        answers.append(_kept(actor, crossing, item))
    answers += _marked(actor, crossing, together)
    crossing.refresh_from_db(fields=["status"])
    return answers, state_of(crossing, side)


@dataclass(frozen=True)
class _SentMark(NewMark):
    is_choice: bool = False


@dataclass(frozen=True)
class _SentCount:
    uuid: UUID
    persons: int
    counted_at: dt.datetime


def _read(item_id: UUID, content: dict[str, Any]) -> _SentMark | _SentCount:
    """Return the mark or count that a phone sealed.

    Raises:
        InvalidInput: it is neither, or lacks a part.
    """
    try:
        if content["kind"] == "count":
            return _SentCount(item_id, int(content["persons"]), _moment(content["counted_at"]))
        photo = base64.b64decode(content["photo"], validate=True)
        return _SentMark(
            uuid=item_id,
            seat_id=UUID(content["seat"]),
            outcome=str(content["outcome"]),
            reason=str(content["reason"]),
            photo=io.BytesIO(photo) if photo else None,
            marked_at=_moment(content["marked_at"]),
            based_on=UUID(content["based_on"]) if content["based_on"] else None,
            is_choice=content["is_choice"] is True,
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        raise InvalidInput("", _("This cannot be read.")) from None


def _marked(actor: User, crossing: Crossing, marks: list[_SentMark]) -> list[Answer]:
    """Keep marks in one call of their service; one that is refused stops none of the others.

    What was kept before is done, also where the crossing has gone on since.
    """
    if not marks:
        return []
    try:
        with transaction.atomic():
            answers = record_marks(actor=actor, crossing_id=crossing.uuid, marks=marks)
    except DomainError as error:
        rows = Mark.objects.visible_to(actor).filter(
            crossing=crossing, uuid__in=[mark.uuid for mark in marks]
        )
        known = set(rows.values_list("uuid", flat=True))
        return [
            Answer(mark.uuid, kept=True)
            if mark.uuid in known
            else Answer(mark.uuid, kept=False, detail=str(error))
            for mark in marks
        ]
    return [
        Answer(each.uuid, kept=each.error is None, detail=str(each.error) if each.error else "")
        for each in answers
    ]


def _kept(actor: User, crossing: Crossing, item: _SentMark | _SentCount) -> Answer:
    """Keep a count or a choice."""
    try:
        with transaction.atomic():
            if isinstance(item, _SentCount):
                record_count(
                    actor=actor,
                    crossing_id=crossing.uuid,
                    count_id=item.uuid,
                    persons=item.persons,
                    counted_at=item.counted_at,
                )
            elif not _chosen(actor, crossing, item):
                return _marked(actor, crossing, [item])[0]
    except DomainError as error:
        # Its answer may have been lost, and the crossing have gone on since.
        kind: type[HeadCount | Mark] = HeadCount if isinstance(item, _SentCount) else Mark
        held = kind.objects.visible_to(actor).filter(uuid=item.uuid, crossing=crossing).exists()
        return Answer(item.uuid, kept=held, detail="" if held else str(error))
    return Answer(item.uuid, kept=True)


def _chosen(actor: User, crossing: Crossing, sent: _SentMark) -> bool:
    """Choose between marks that differ, if there is still something to choose and the phone knew the newest of them.

    Otherwise what the officer said is a mark like any other: it is kept, and may be a conflict of its own.
    """
    if Mark.objects.visible_to(actor).filter(uuid=sent.uuid).exists():
        return False
    seat = Seat.objects.visible_to(actor).filter(crossing=crossing, uuid=sent.seat_id).first()
    if seat is None:
        return False
    says = said_of(crossing, marking_side_of(actor, crossing).pk, seats={seat.pk})[seat.pk]
    if not says.has_conflict or says.newest is None or says.newest.uuid != sent.based_on:
        return False
    resolve(
        actor=actor,
        crossing_id=crossing.uuid,
        seat_id=sent.seat_id,
        outcome=sent.outcome,
        reason=sent.reason,
        mark_id=sent.uuid,
    )
    return True


def _moment(text: str) -> dt.datetime:
    found = parse_datetime(text)
    if found is None or found.tzinfo is None:
        raise ValueError(text)
    return found


def state_of(crossing: Crossing, side: Jurisdiction) -> dict[str, Any]:
    """Return what both sides marked and counted, by seat, as the phone of ``side`` shows it."""
    standing = standing_of(crossing)
    sends = side.pk == crossing.sending_id
    seats = {}
    for row in standing.seats:
        own, other = (row.sending, row.receiving) if sends else (row.receiving, row.sending)
        said = {"own": _side(own, is_own=True), "other": _side(other, is_own=False)}
        seats[str(row.seat.uuid)] = {name: says for name, says in said.items() if says is not None}
    counted = (standing.sending_count, standing.receiving_count)
    counts = {
        name: {"persons": count.persons, "at": count.counted_at.isoformat()}
        for name, count in zip(("own", "other"), counted if sends else reversed(counted), strict=True)
        if count is not None
    }
    return {"status": crossing.status, "seats": seats, "counts": counts}


def _side(says: SideSays, *, is_own: bool) -> dict[str, Any] | None:
    if says.newest is None:
        return None
    shown = {**_mark(says.newest, is_own=is_own), "conflict": says.has_conflict}
    if says.has_conflict and is_own:
        shown["contending"] = [_mark(mark, is_own=True) for mark in says.rivals]
    return shown


def _mark(mark: Mark, *, is_own: bool) -> dict[str, Any]:
    return {
        "mark": str(mark.uuid),
        "outcome": mark.outcome,
        "reason": mark.reason,
        "at": mark.marked_at.isoformat(),
        "by": mark.marked_by.full_name if is_own else "",
    }


def _place(pack: BorderPack) -> Place:
    return Place("crossings_borderpack", "private key", pack.uuid)
