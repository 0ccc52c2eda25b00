"""Keep the custody record of a person: written by the side that holds the person, read by both, never changed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Min
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.core.errors import Conflict, InvalidInput
from lmc_cases.core.text import clean_text
from lmc_cases.handovers.models import HandoverRequest, HandoverSubject, PersonHand
from lmc_cases.handovers.services.checking import other_of, side_of
from lmc_cases.handovers.services.sealed import hand_place, request_key
from lmc_cases.handovers.services.steps import locked
from lmc_cases.handovers.states import HANDS_IN, WrongState
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User
    from lmc_cases.jurisdictions.models import Jurisdiction

Injuries = PersonHand.Injuries
Outcome = HandoverSubject.Outcome
MAX_PLACE, MAX_HOLDER, MAX_TEXT = 300, 200, 5_000
# Nobody in a procedure of today was taken into custody before; a mistyped year is.
FIRST_YEAR = 1950


class CorrectedMeanwhile(Conflict):
    """The entry was corrected since it was read: its correction is what stands."""

    code = "custody-corrected"


@dataclass(frozen=True)
class HandEntry:
    """What an officer enters.

    Attributes:
        at: aware; when the person changed hands, or was seen.
        from_holder, to_holder: who gave the person and who took the person; both empty where ``note`` alone says it.
        injuries: one of ``PersonHand.Injuries``.
        injuries_text: what was seen; with ``SEEN`` only, and needed there.
        medication: what the person takes or was given.
    """

    at: dt.datetime
    place: str
    injuries: str
    from_holder: str = ""
    to_holder: str = ""
    injuries_text: str = ""
    medication: str = ""
    note: str = ""


@transaction.atomic
def record_hand(
    *,
    actor: User,
    handover_id: UUID,
    subject_id: UUID,
    entry: HandEntry,
    corrects_id: UUID | None = None,
    new_id: UUID | None = None,
) -> PersonHand:
    """Add an entry to the custody record of a person, for the side that holds the person now.

    Args:
        corrects_id: public id of an entry that this one corrects; the side that recorded it corrects it, also when
            the person is in the other side's hands by now.
        new_id: public id to give (``core.once``); sent again, what was made the first time is returned.

    Raises:
        HandoverRequest.DoesNotExist: foreign, missing, not the side that holds the person, no right.
        PersonHand.DoesNotExist: what is to be corrected is not in the record of this person.
        WrongState: the request has ended or was not sent yet, or the person left it as a victim.
        CorrectedMeanwhile: what is to be corrected was corrected already.
        InvalidInput: an unknown person; a time in the future or of the other side; what must be said is missing.
    """
    handover = locked(actor, handover_id)
    side_of(actor, handover)
    subject = handover.subjects.filter(uuid=subject_id).first()
    if subject is None:
        raise InvalidInput("subject_id", _("Choose a person of this request."))
    wrong = None if corrects_id is None else _to_correct(actor, handover, subject, corrects_id)
    country = holder_of(handover, subject) if wrong is None else wrong.country
    if not jurisdictions_granting(actor, Action.EDIT).filter(pk=country.pk).exists():
        raise HandoverRequest.DoesNotExist
    if new_id is not None:
        made = PersonHand.objects.visible_to(actor).filter(uuid=new_id, subject=subject).first()
        if made is not None:
            return made
    _check_open(handover, subject)
    if wrong is not None and PersonHand.objects.visible_to(actor).filter(corrects=wrong).exists():
        raise CorrectedMeanwhile(
            _("This entry was corrected meanwhile. Open the list and correct the entry that stands now.")
        )
    row = _row_of(entry, handover, new_id or uuid4())
    _check_moment(actor, handover, subject, country, row.at)
    row.subject, row.country, row.corrects, row.recorded_by = subject, country, wrong, actor
    row.save(force_insert=True)
    record(
        actor=actor,
        operation=Operation.COLLECTION,
        verb="handover.hand_recorded",
        target=row,
        recipient=other_of(handover, country),
        codes={"subject": str(subject.uuid), "corrects": str(wrong.uuid) if wrong is not None else None},
    )
    return row


def holder_of(handover: HandoverRequest, subject: HandoverSubject) -> Jurisdiction:
    """Return the country in whose hands a person of a request is: the receiving one from the surrender on."""
    return handover.requesting if subject.outcome == Outcome.HANDED_OVER else handover.requested


def may_record_hand(actor: User, handover: HandoverRequest, subject: HandoverSubject) -> bool:
    """Whether the officer adds to the custody record of this person now."""
    return holder_of(handover, subject).pk in sides_to_correct(actor, handover, subject)


def sides_to_correct(actor: User, handover: HandoverRequest, subject: HandoverSubject) -> frozenset[int]:
    """Return the primary keys of the sides whose entries about a person the officer may correct now."""
    if not _is_open(handover, subject):
        return frozenset()
    sides = (handover.requested_id, handover.requesting_id)
    granted = jurisdictions_granting(actor, Action.EDIT).filter(pk__in=sides)
    return frozenset(granted.values_list("pk", flat=True))


def _is_open(handover: HandoverRequest, subject: HandoverSubject) -> bool:
    return handover.status in HANDS_IN and subject.outcome != Outcome.VICTIM_TRACK


def _check_open(handover: HandoverRequest, subject: HandoverSubject) -> None:
    if handover.status not in HANDS_IN:
        raise WrongState(_("The request is not open: its custody records do not change any more."))
    if not _is_open(handover, subject):
        raise WrongState(_("This person left the procedure as a victim: no custody is recorded any more."))


def _to_correct(
    actor: User, handover: HandoverRequest, subject: HandoverSubject, hand_id: UUID
) -> PersonHand:
    rows = PersonHand.objects.visible_to(actor).filter(handover=handover, subject=subject)
    return rows.select_related("country").get(uuid=hand_id)


def _check_moment(
    actor: User, handover: HandoverRequest, subject: HandoverSubject, country: Jurisdiction, at: dt.datetime
) -> None:
    """Each side records its own time: until the surrender the sending one, from then on the receiving one."""
    # Crossings may carry out a request on several days: its first surrender bounds one side, its last the other.
    if country.pk == handover.requesting_id:
        past = HandoverRequest.history.visible_to(actor).filter(id=handover.pk)
        first = past.aggregate(first=Min("handed_over_at"))["first"]
        # Forms give whole minutes.
        if first is not None and at < first.replace(second=0, microsecond=0):
            raise InvalidInput(
                "at", _("Before the handover the other country held the person. Choose a later time.")
            )
        return
    last = handover.handed_over_at if subject.outcome == Outcome.HANDED_OVER else None
    if last is not None and at > last:
        raise InvalidInput(
            "at", _("After the handover the other country held the person. Choose an earlier time.")
        )


def _row_of(entry: HandEntry, handover: HandoverRequest, made: UUID) -> PersonHand:
    """Return the entry as a row, cleaned and sealed, or refuse it naming the field."""
    if timezone.is_naive(entry.at) or entry.at > timezone.now() or entry.at.year < FIRST_YEAR:
        raise InvalidInput("at", _("Choose a time that has passed."))
    row = PersonHand(
        uuid=made,
        handover=handover,
        at=entry.at,
        place=_line("place", entry.place, MAX_PLACE),
        from_holder=_line("from_holder", entry.from_holder, MAX_HOLDER),
        to_holder=_line("to_holder", entry.to_holder, MAX_HOLDER),
        injuries=entry.injuries,
    )
    seen = _line("injuries_text", entry.injuries_text, MAX_TEXT, multiline=True)
    medication = _line("medication", entry.medication, MAX_TEXT, multiline=True)
    note = _line("note", entry.note, MAX_TEXT, multiline=True)
    if not row.place:
        raise InvalidInput("place", _("Enter the place."))
    if not (row.from_holder or row.to_holder or note):
        raise InvalidInput(
            "to_holder", _("Name who gave the person or who took the person, or write a note.")
        )
    _check_injuries(entry.injuries, seen)
    key = request_key(handover)
    row.injuries_sealed = key.seal(seen, hand_place("injuries", made))
    row.medication_sealed = key.seal(medication, hand_place("medication", made))
    row.note_sealed = key.seal(note, hand_place("note", made))
    return row


def _check_injuries(looked: str, seen: str) -> None:
    if looked not in Injuries.values:
        raise InvalidInput("injuries", _("Choose a value from the list."))
    if looked == Injuries.SEEN and not seen:
        raise InvalidInput("injuries_text", _("Describe the injuries that were seen."))
    if looked != Injuries.SEEN and seen:
        raise InvalidInput(
            "injuries_text", _("Choose that injuries were seen, or leave their description empty.")
        )


def _line(field: str, text: str, longest: int, *, multiline: bool = False) -> str:
    cleaned = clean_text(text, multiline=multiline)
    if len(cleaned) > longest:
        raise InvalidInput(field, _("The text is too long. Shorten it."))
    return cleaned
