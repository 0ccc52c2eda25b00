"""State what a request says of its persons, and what it undertakes: by the side that asks, and never changed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.text import clean_text
from lmc_cases.handovers.models import HandoverRequest, HandoverSubject, RequestStatement
from lmc_cases.handovers.procedures import ASKED
from lmc_cases.handovers.services.giving import check_may_give
from lmc_cases.handovers.services.sealed import request_key, statement_place
from lmc_cases.handovers.services.steps import locked
from lmc_cases.handovers.services.telling import other_side, tell_of_step
from lmc_cases.handovers.states import WrongState
from lmc_cases.suspects.models import Suspect
from lmc_cases.suspects.services.people import PersonErased

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

Kind = RequestStatement.Kind
Given = RequestStatement.Given
MAX_STATED, MAX_GIVEN_BY = 5_000, 200
_TEXT_ASKED = {
    Given.STATED.value: gettext_lazy("Write it, or choose another way to give it."),
    Given.NONE_KNOWN.value: gettext_lazy("Say where you looked, and when."),
    Given.NOT_APPLICABLE.value: gettext_lazy("Say why it does not apply."),
}


@dataclass(frozen=True)
class Said:
    """What an officer enters.

    Attributes:
        text: the words, where one looked for what is not known, or why it does not apply.
        given_by, given_on: who gives an undertaking, and its day, not in the future; asked for where it is given.
    """

    given: str
    text: str
    language: str
    given_by: str = ""
    given_on: dt.date | None = None


def may_state(user: User, handover: HandoverRequest) -> bool:
    """Whether the officer states something in the request now."""
    try:
        check_may_state(user, handover)
    except (HandoverRequest.DoesNotExist, WrongState):
        return False
    return True


def check_may_state(user: User, handover: HandoverRequest) -> None:
    """Raise unless the officer states something in the request now.

    Raises:
        HandoverRequest.DoesNotExist: the other side, no right, a procedure in which nobody is asked for.
        WrongState: it was decided or is over.
    """
    check_may_give(user, handover, of=ASKED, over=_("Something is stated until the request is decided."))


def ways_of(kind: Kind) -> list[Given]:
    """Return what may be said: an undertaking is given or not, and is not looked for."""
    return [way for way in Given if kind.is_of_person or way != Given.NONE_KNOWN]


@transaction.atomic
def state(
    *,
    actor: User,
    handover_id: UUID,
    kind: str,
    said: Said,
    subject_id: UUID | None = None,
    new_id: UUID | None = None,
) -> RequestStatement:
    """State one thing for the side that asks; what was stated before stays.

    Args:
        kind: a ``RequestStatement.Kind``.
        subject_id: public id of the person; ``None`` for what the request says as a whole.
        new_id: public id to give (``core.once``); sent again, what was made the first time is returned.

    Raises:
        HandoverRequest.DoesNotExist: foreign, missing, the other side, no right, an offer.
        HandoverSubject.DoesNotExist: not a person of this request.
        WrongState: it was decided or is over, or the person has left it.
        PersonErased: the data of the person were erased.
        InvalidInput: a kind that is not of a person, or of the request; an unknown way or language; no text; an
            undertaking of nobody or of a day to come.
    """
    handover = locked(actor, handover_id)
    check_may_state(actor, handover)
    if kind not in Kind.values or Kind(kind).is_of_person is (subject_id is None):
        raise InvalidInput("kind", _("Choose a value from the list."))
    subject = _subject(actor, handover, subject_id) if subject_id is not None else None
    if new_id is not None:
        made = RequestStatement.objects.visible_to(actor).filter(uuid=new_id, handover=handover).first()
        if made is not None:
            return made
    row = _row_of(handover, Kind(kind), said, new_id or uuid4())
    row.subject, row.recorded_by = subject, actor
    try:
        row.save(force_insert=True)
    except IntegrityError as error:
        # The trigger waited for an erasure that ended since ``_subject`` looked.
        raise PersonErased(_erased()) from error
    other = other_side(handover, handover.requesting_id)
    record(
        actor=actor,
        operation=Operation.COLLECTION,
        verb="handover.stated",
        target=row,
        recipient=other if handover.submitted_at else None,
        codes={"subject": str(subject.uuid) if subject else None, "kind": row.kind, "given": row.given},
    )
    if handover.submitted_at:
        tell_of_step(handover, other)
    return row


def drop_statements(subject: HandoverSubject) -> None:
    """Take out what was stated of a person who is left out of a draft. The caller locked the request, and records."""
    RequestStatement.objects.filter(subject=subject).delete()


def forget_unsent(suspect: Suspect) -> None:
    """Take out what no other country was sent of an erased person. Whether there was any is not told.

    A step of an erasure in the country that owns the record, which sees no draft of another.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT forget_unsent_statements(%s)", [suspect.pk])


def _subject(actor: User, handover: HandoverRequest, subject_id: UUID) -> HandoverSubject:
    rows = HandoverSubject.objects.visible_to(actor).filter(handover=handover)
    subject: HandoverSubject = rows.get(uuid=subject_id)
    if subject.outcome != HandoverSubject.Outcome.PENDING:
        raise WrongState(_("This person has left the request: nothing more is stated of them."))
    if not subject.snapshot:
        # Of a draft; once sent, an undecided request stops an erasure.
        held = Suspect.objects.visible_to(actor).filter(pk=subject.suspect_id).first()
        if held is None:
            raise WrongState(_("This person is not shared with you any more."))
        if held.erased_at is not None:
            raise PersonErased(_erased())
    return subject


def _erased() -> str:
    return _("The data of this person were erased: nothing can be added to them.")


def _row_of(handover: HandoverRequest, kind: Kind, said: Said, made: UUID) -> RequestStatement:
    """Return what was entered as a row, cleaned and sealed, or refuse it naming the field."""
    if said.given not in ways_of(kind):
        raise InvalidInput("given", _("Choose a value from the list."))
    if said.language not in dict(settings.LANGUAGES):
        raise InvalidInput("language", _("Choose a language from the list."))
    text = clean_text(said.text, multiline=True)
    if not text:
        raise InvalidInput("text", str(_TEXT_ASKED[said.given]))
    if len(text) > MAX_STATED:
        raise InvalidInput("text", _("Write less: at most %(count)s signs.") % {"count": MAX_STATED})
    row = RequestStatement(
        uuid=made,
        handover=handover,
        country=handover.requesting,
        kind=kind,
        given=said.given,
        language=said.language,
    )
    if kind == Kind.RE_EXTRADITION and said.given == Given.STATED:
        row.given_by, row.given_on = _giver(said)
    row.text_sealed = request_key(handover).seal(text, statement_place(made))
    return row


def _giver(said: Said) -> tuple[str, dt.date]:
    given_by = clean_text(said.given_by)[:MAX_GIVEN_BY]
    if not given_by:
        raise InvalidInput("given_by", _("Name the authority that gives the undertaking."))
    if said.given_on is None or said.given_on > timezone.localdate():
        raise InvalidInput("given_on", _("Choose a day that has come."))
    return given_by, said.given_on
