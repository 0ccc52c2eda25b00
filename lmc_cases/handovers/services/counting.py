"""Write the counts of a person: in a draft they are changed, once sent they are only added to."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.history import delete_as, save_as
from lmc_cases.core.text import clean_text
from lmc_cases.handovers import states
from lmc_cases.handovers.models import Count, HandoverRequest, HandoverSubject
from lmc_cases.handovers.procedures import ASKED
from lmc_cases.handovers.services.offences import CONDUCTS, is_citable, rows_of
from lmc_cases.handovers.services.sealed import count_place, request_key
from lmc_cases.handovers.services.steps import locked
from lmc_cases.handovers.services.telling import other_side, tell_of_step
from lmc_cases.handovers.states import Side, WrongState
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting
from lmc_cases.jurisdictions.models import Offence

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

Outcome = HandoverSubject.Outcome
MAX_CONDUCT, MAX_PLACE, MAX_RULE, MAX_MONTHS = 5_000, 300, 300, 1_200
# Whom a count can still be raised against: undecided, or granted and therefore bound by what was granted.
_BOUND = (*HandoverSubject.POSITIVE, *HandoverSubject.NOT_MOVED, Outcome.HANDED_OVER.value)


@dataclass(frozen=True)
class Accusation:
    """What an officer enters of one count.

    Attributes:
        typology: a code of ``offences.CONDUCTS``.
        on: the day, where it is known.
        asking_offence_id, asked_offence_id: public ids of offences of that typology in the law of each side.
        months_left: of a sentence, where the person was sentenced for it and they are known.
        limitation_ends_on: the last day of the limitation period as the country that asks calculates it.
        limitation_rule: the article by which it is calculated, in the officer's words.
    """

    typology: str
    conduct: str
    language: str
    place: str = ""
    on: dt.date | None = None
    asking_offence_id: UUID | None = None
    asked_offence_id: UUID | None = None
    is_sentenced: bool = False
    months_left: int | None = None
    limitation_ends_on: dt.date | None = None
    limitation_rule: str = ""


def may_add_counts(user: User, handover: HandoverRequest) -> bool:
    """Whether the officer raises counts now: in a draft, until the decision, or as a new count that needs consent."""
    open_now = states.COUNTS_IN | states.AFTER_DECISION
    return handover.status in open_now and _asks(user, handover)


def may_change_counts(user: User, handover: HandoverRequest) -> bool:
    """Whether the officer changes counts and takes them out."""
    return handover.status == HandoverRequest.Status.DRAFT and _asks(user, handover)


@transaction.atomic
def add_count(
    *, actor: User, handover_id: UUID, subject_id: UUID, accusation: Accusation, new_id: UUID | None = None
) -> Count:
    """Raise a count against a person; after the decision it waits for the consent of the country that decided.

    Args:
        new_id: public id to give (``core.once``); sent again, what was made the first time is returned.

    Raises:
        HandoverRequest.DoesNotExist: foreign, missing, not the side that asks, no right, a procedure that is offered.
        WrongState: nobody raises counts where the request stands.
        InvalidInput: an unknown person, conduct, offence or language; no text; an impossible day or rest of a sentence.
    """
    handover = _locked_for(actor, handover_id, states.COUNTS_IN | states.AFTER_DECISION)
    is_new = handover.status in states.AFTER_DECISION
    subject = handover.subjects.filter(uuid=subject_id).first()
    wanted = _BOUND if is_new else (Outcome.PENDING.value,)
    if subject is None or subject.outcome not in wanted:
        raise InvalidInput("subject_id", _("Choose a person of this request."))
    if new_id is not None:
        made: Count | None = Count.objects.visible_to(actor).filter(uuid=new_id, handover=handover).first()
        if made is not None:
            return made
    last = Count.history.filter(subject=subject).aggregate(last=models.Max("number"))["last"]
    count = Count(
        handover=handover,
        subject=subject,
        number=(last or 0) + 1,
        needs_consent=is_new,
        recorded_by=actor,
    )
    if new_id is not None:
        count.uuid = new_id
    _fill(count, actor, accusation)
    save_as(count, actor=actor, reason="added")
    _record(actor, count, Operation.COLLECTION, "handover.count_added")
    if handover.submitted_at:
        tell_of_step(handover, other_side(handover, handover.requesting_id))
    return count


@transaction.atomic
def change_count(*, actor: User, handover_id: UUID, count_id: UUID, accusation: Accusation) -> Count:
    """Change a count of a draft; what it said before stays in its history.

    Raises:
        Count.DoesNotExist: not of this request; otherwise as ``add_count``.
    """
    handover = _locked_for(actor, handover_id, {HandoverRequest.Status.DRAFT.value})
    count = _count_of(actor, handover, count_id)
    _fill(count, actor, accusation)
    save_as(count, actor=actor, reason="changed")
    _record(actor, count, Operation.ALTERATION, "handover.count_changed")
    return count


@transaction.atomic
def remove_count(*, actor: User, handover_id: UUID, count_id: UUID) -> HandoverRequest:
    """Take a count out of a draft; its number is not given again.

    Raises:
        Count.DoesNotExist: not of this request; otherwise as ``add_count``.
    """
    handover = _locked_for(actor, handover_id, {HandoverRequest.Status.DRAFT.value})
    count = _count_of(actor, handover, count_id)
    _record(actor, count, Operation.ERASURE, "handover.count_removed")
    delete_as(count, actor=actor, reason="removed")
    return handover


def drop_counts(subject: HandoverSubject, *, actor: User) -> None:
    """Take out the counts of a person who is left out of a draft. The caller locked the request."""
    for count in Count.objects.filter(subject=subject).order_by("pk"):
        delete_as(count, actor=actor, reason="left out")


def _asks(user: User, handover: HandoverRequest) -> bool:
    country = states.country_of(handover, Side.OPENING)
    granted = jurisdictions_granting(user, Action.REQUEST_HANDOVER).filter(pk=country).exists()
    return granted and handover.procedure in ASKED


def _locked_for(actor: User, handover_id: UUID, stands: set[str] | frozenset[str]) -> HandoverRequest:
    handover = locked(actor, handover_id)
    if not _asks(actor, handover):
        raise HandoverRequest.DoesNotExist
    if handover.status not in stands:
        raise WrongState(_("Where this request stands, its counts cannot be changed like this."))
    return handover


def _count_of(actor: User, handover: HandoverRequest, count_id: UUID) -> Count:
    count: Count = Count.objects.visible_to(actor).select_for_update().get(uuid=count_id, handover=handover)
    count.handover = handover
    return count


def _fill(count: Count, actor: User, given: Accusation) -> None:
    handover = count.handover
    conduct = clean_text(given.conduct, multiline=True)
    if not conduct:
        raise InvalidInput("conduct", _("Write what the person is said to have done."))
    if len(conduct) > MAX_CONDUCT:
        raise InvalidInput("conduct", _("Write less: at most %(count)s signs.") % {"count": MAX_CONDUCT})
    if given.typology not in CONDUCTS:
        raise InvalidInput("typology", _("Choose a conduct from the list."))
    if given.language not in dict(settings.LANGUAGES):
        raise InvalidInput("language", _("Choose a language from the list."))
    if given.on is not None and given.on > timezone.localdate():
        raise InvalidInput("on", _("Choose a day that has passed."))
    if given.on is not None and given.limitation_ends_on is not None and given.limitation_ends_on <= given.on:
        raise InvalidInput("limitation_ends_on", _("Choose a day after the day of the conduct."))
    if given.months_left is not None and not (given.is_sentenced and 0 <= given.months_left <= MAX_MONTHS):
        raise InvalidInput("months_left", _("Give the months that are left of a sentence, or none."))
    count.typology, count.language, count.on = given.typology, given.language, given.on
    count.place = clean_text(given.place)[:MAX_PLACE]
    count.is_sentenced, count.months_left = given.is_sentenced, given.months_left
    count.limitation_ends_on = given.limitation_ends_on
    count.limitation_rule = clean_text(given.limitation_rule)[:MAX_RULE]
    count.asking_offence = offence_named(
        actor, handover, handover.requesting_id, given.typology, given.asking_offence_id, "asking_offence_id"
    )
    count.asked_offence = offence_named(
        actor, handover, handover.requested_id, given.typology, given.asked_offence_id, "asked_offence_id"
    )
    count.conduct_sealed = request_key(handover).seal(conduct, count_place("conduct", count.uuid))


def offence_named(
    user: User,
    handover: HandoverRequest,
    country_pk: int,
    typology: str,
    offence_id: UUID | None,
    field: str,
) -> Offence | None:
    """Return the offence an officer names for one side; ``None`` where none is named.

    Raises:
        InvalidInput: of another country or typology, or one whose article nobody has seen.
    """
    if offence_id is None:
        return None
    for row in rows_of(user, handover, country_pk, typology):
        if row.uuid == offence_id and is_citable(row):
            return row
    raise InvalidInput(field, _("Choose an offence of this conduct whose article is known."))


def _record(actor: User, count: Count, operation: Operation, verb: str) -> None:
    handover = count.handover
    record(
        actor=actor,
        operation=operation,
        verb=verb,
        target=count,
        recipient=other_side(handover, handover.requesting_id) if handover.submitted_at else None,
        codes={
            "subject": str(count.subject.uuid),
            "number": count.number,
            "typology": count.typology,
            "needs_consent": count.needs_consent,
        },
    )
