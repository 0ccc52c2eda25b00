"""What the sides owe each other after a decision: recorded with source and day, reported on until it is done.

Nothing here opens or closes a request: a duty outlives it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.core.errors import Conflict, InvalidInput
from lmc_cases.core.text import clean_text
from lmc_cases.handovers.models import (
    Assurance,
    Duty,
    DutyReport,
    HandoverRequest,
    HandoverSubject,
    PropertyItem,
)
from lmc_cases.handovers.services.checking import side_of
from lmc_cases.handovers.services.steps import given_reason, locked
from lmc_cases.handovers.services.telling import DUTY_OWED, DUTY_REPORTED, other_side, tell_side
from lmc_cases.handovers.states import FOLLOWED, WrongState
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting
from lmc_cases.jurisdictions.models import Jurisdiction

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User
    from lmc_cases.handovers.models.following import DutyQuerySet

Kind, Outcome = Duty.Kind, DutyReport.Outcome
# What may be said of a duty, and which of it ends the duty.
GOES_ON = (Outcome.GOES_ON, Outcome.NOT_OWED)
ENDS: dict[str, tuple[DutyReport.Outcome, ...]] = {
    Kind.PROSECUTION: (Outcome.CHARGED, Outcome.NOT_CHARGED),
    Kind.TRIAL: (Outcome.CONVICTED, Outcome.ACQUITTED),
    Kind.SENTENCE: (Outcome.SENTENCED, Outcome.SERVED),
    Kind.RETURN: (Outcome.RETURNED,),
    Kind.PROPERTY: (Outcome.RETURNED,),
    Kind.ASSURANCE: (Outcome.KEPT, Outcome.BROKEN),
}
# Owed of each person; the others may be owed for the request as a whole.
OF_PERSONS = frozenset({Kind.PROSECUTION, Kind.TRIAL, Kind.SENTENCE, Kind.RETURN})
_AT_ONCE = 1000


class DutyDone(Conflict):
    """A final report stands, or another row took the place of the duty."""

    code = "duty-done"


@dataclass(frozen=True)
class NewDuty:
    """What an officer enters of a duty.

    Attributes:
        owed_by: code of one of the two countries.
        due_on: the day that was agreed or that a law names; ``None`` where there is none.
        source: where that stands: treaty and article, assurance, agreement.
    """

    kind: str
    owed_by: str
    source: str
    due_on: dt.date | None = None
    what: str = ""
    assurance_id: UUID | None = None


@transaction.atomic
def record_duties(
    *,
    actor: User,
    handover_id: UUID,
    new: NewDuty,
    subject_ids: Collection[UUID] = (),
    new_id: UUID | None = None,
) -> list[Duty]:
    """Record a duty, one for each of ``subject_ids``, or one for the request where none are named.

    Args:
        new_id: public id of the first (``core.once``); sent again, nothing is recorded twice.

    Raises:
        HandoverRequest.DoesNotExist: foreign, missing, no right on either side.
        WrongState: nothing was granted yet.
        InvalidInput: an unknown kind, country, person or assurance; no source; a report without its persons.
    """
    handover, own = _as_side(actor, handover_id)
    if new_id is not None:
        made = Duty.objects.visible_to(actor).filter(uuid=new_id, handover=handover).first()
        if made is not None:
            return [made]
    country = _owing(handover, new.owed_by)
    subjects = _subjects(handover, new.kind, subject_ids)
    assurance = _assurance(actor, handover, new)
    source = clean_text(new.source)
    if not source:
        raise InvalidInput("source", _("Say where this stands: the treaty and article, or the agreement."))
    rows = [
        Duty(
            handover=handover,
            subject=subject,
            country=country,
            kind=new.kind,
            what=clean_text(new.what, multiline=True),
            source=source,
            due_on=new.due_on,
            assurance=assurance,
            recorded_by=actor,
        )
        for subject in subjects
    ]
    if new_id is not None:
        rows[0].uuid = new_id
    Duty.objects.bulk_create(rows, batch_size=_AT_ONCE)
    _record_owed(actor, handover, rows, own)
    return rows


@transaction.atomic
def set_day(*, actor: User, duty_id: UUID, due_on: dt.date | None, reason: str) -> Duty:
    """Give a duty another day. Only the side to which it is owed does: the other one asks in the thread.

    Raises:
        Duty.DoesNotExist: foreign, missing, owed by the officer's own side, no right.
        DutyDone: see there.
        InvalidInput: no reason.
    """
    duty, handover, own = _locked_duty(actor, duty_id)
    if duty.country_id == own.pk:
        raise Duty.DoesNotExist
    _check_stands(duty)
    why = given_reason(reason)
    later = Duty(
        handover=handover,
        subject=duty.subject,
        country=duty.country,
        kind=duty.kind,
        what=duty.what,
        source=duty.source,
        due_on=due_on,
        assurance=duty.assurance,
        property_item=duty.property_item,
        recorded_by=actor,
        replaces=duty,
        reason=why,
    )
    later.save(force_insert=True)
    _record_owed(actor, handover, [later], own, reason=why)
    return later


@transaction.atomic
def report_on(
    *,
    actor: User,
    handover_id: UUID,
    duty_ids: Collection[UUID],
    outcome: str,
    on: dt.date,
    text: str,
    new_id: UUID | None = None,
) -> list[DutyReport]:
    """Report on duties of one kind that the officer's side owes.

    Args:
        on: the day of what is reported, not in the future.
        new_id: public id of the first report (``core.once``).

    Raises:
        HandoverRequest.DoesNotExist: foreign, missing, no right on either side.
        InvalidInput: none chosen, one that is not owed by the side, of two kinds; an outcome of another kind; no text.
        DutyDone: a final report stands on one of them.
    """
    handover, own = _as_side(actor, handover_id)
    if new_id is not None:
        made = DutyReport.objects.visible_to(actor).filter(uuid=new_id, handover=handover).first()
        if made is not None:
            return [made]
    wanted = set(duty_ids)
    # One report at a time on a request: its row is locked, so that no second final report slips in.
    duties = list(
        Duty.objects.visible_to(actor).filter(handover=handover, country=own, uuid__in=wanted).order_by("pk")
    )
    if not wanted or len(duties) != len(wanted) or len({duty.kind for duty in duties}) != 1:
        raise InvalidInput("duty_ids", _("Choose duties of one kind that your country owes."))
    if Duty.objects.filter(pk__in=[duty.pk for duty in duties]).unfinished().count() != len(duties):
        raise DutyDone(
            _("A final report was made already, or the duty has another day. Open the page again.")
        )
    ends = ENDS[duties[0].kind]
    if outcome not in (*ends, *GOES_ON):
        raise InvalidInput("outcome", _("Choose a value from the list."))
    said = clean_text(text, multiline=True)
    if not said:
        raise InvalidInput("text", _("Write what you report."))
    if on > timezone.localdate():
        raise InvalidInput("on", _("Choose a day that has come."))
    rows = [
        DutyReport(
            handover=handover,
            duty=duty,
            country=own,
            outcome=outcome,
            is_final=outcome in ends,
            on=on,
            text=said,
            recorded_by=actor,
        )
        for duty in duties
    ]
    if new_id is not None:
        rows[0].uuid = new_id
    DutyReport.objects.bulk_create(rows, batch_size=_AT_ONCE)
    other = other_side(handover, own.pk)
    record(
        actor=actor,
        operation=Operation.DISCLOSURE,
        verb="handover.duty_answered",
        target=handover,
        recipient=other,
        codes={"kind": duties[0].kind, "outcome": outcome, "duties": [str(duty.uuid) for duty in duties]},
    )
    tell_side(handover.pk, other, code=DUTY_REPORTED, object_uuid=handover.uuid, again=True)
    return rows


def owe_after_handover(
    actor: User, handover: HandoverRequest, moved: Iterable[HandoverSubject], temporary: Iterable[int]
) -> None:
    """Record what follows from a handover by itself: the return of who was surrendered for a time, and of property.

    The caller holds the lock on the request. No day is invented: what was entered with the property is taken, and the
    return of a person waits for the day the countries agree.

    Args:
        temporary: primary keys of those granted for a time.
    """
    keys, for_a_time = {subject.pk for subject in moved}, set(temporary)
    receiving = handover.requesting
    rows = [
        Duty(
            handover=handover,
            subject_id=pk,
            country=receiving,
            kind=Kind.RETURN,
            source=_("Temporary surrender"),
            recorded_by=actor,
        )
        for pk in sorted(keys & for_a_time)
    ]
    items = PropertyItem.objects.visible_to(actor).filter(handover=handover, subject__in=keys).on_the_list()
    owed = items.exclude(return_what="").filter(disposition__in=PropertyItem.CROSSES)
    known = set(
        Duty.objects.filter(handover=handover, kind=Kind.PROPERTY).values_list("property_item", flat=True)
    )
    rows += [
        Duty(
            handover=handover,
            subject_id=item.subject_id,
            country=receiving,
            kind=Kind.PROPERTY,
            what=item.return_what,
            source=item.return_source or _("Not known"),
            due_on=item.return_by,
            property_item=item,
            recorded_by=actor,
        )
        for item in owed
        if item.pk not in known
    ]
    if rows:
        Duty.objects.bulk_create(rows, batch_size=_AT_ONCE)
        _record_owed(actor, handover, rows, handover.requested)


def duties_waiting(user: User) -> DutyQuerySet:
    """Return the unfinished duties of the sides for which the officer acts, what has a day first."""
    return (
        Duty.objects.visible_to(user)
        .unfinished()
        .filter(country__in=jurisdictions_granting(user, Action.EDIT))
        .select_related("country", "subject", "handover__requesting", "handover__requested")
        .defer("handover__disclosed", "handover__facts", "subject__snapshot")
        .order_by(F("due_on").asc(nulls_last=True), "pk")
    )


def _as_side(actor: User, handover_id: UUID) -> tuple[HandoverRequest, Jurisdiction]:
    handover = locked(actor, handover_id)
    own = side_of(actor, handover)
    if handover.status not in FOLLOWED:
        raise WrongState(_("Duties are recorded once persons were granted."))
    return handover, own


def side_acting(actor: User, handover: HandoverRequest) -> Jurisdiction | None:
    """Return the side for which the officer records and reports; ``None`` for whoever acts for neither."""
    try:
        return side_of(actor, handover)
    except HandoverRequest.DoesNotExist:
        return None


def _locked_duty(actor: User, duty_id: UUID) -> tuple[Duty, HandoverRequest, Jurisdiction]:
    found = Duty.objects.visible_to(actor).select_related("handover").get(uuid=duty_id)
    try:
        handover, own = _as_side(actor, found.handover.uuid)
    except HandoverRequest.DoesNotExist:
        raise Duty.DoesNotExist from None
    return found, handover, own


def _check_stands(duty: Duty) -> None:
    if not Duty.objects.filter(pk=duty.pk).unfinished().exists():
        raise DutyDone(
            _("A final report was made already, or the duty has another day. Open the page again.")
        )


def _owing(handover: HandoverRequest, code: str) -> Jurisdiction:
    for side in (handover.requesting, handover.requested):
        if side.code == code:
            return side
    raise InvalidInput("owed_by", _("Choose one of the two countries."))


def _subjects(
    handover: HandoverRequest, kind: str, subject_ids: Collection[UUID]
) -> list[HandoverSubject] | list[None]:
    if kind not in Kind.values:
        raise InvalidInput("kind", _("Choose a value from the list."))
    wanted = set(subject_ids)
    if not wanted:
        if kind in OF_PERSONS:
            raise InvalidInput("subject_ids", _("Choose at least one person of the request."))
        return [None]
    found = list(handover.subjects.filter(uuid__in=wanted).order_by("position"))
    if len(found) != len(wanted):
        raise InvalidInput("subject_ids", _("Choose persons of this request."))
    return found


def _assurance(actor: User, handover: HandoverRequest, new: NewDuty) -> Assurance | None:
    if new.assurance_id is None:
        return None
    rows = Assurance.objects.visible_to(actor).filter(handover=handover, uuid=new.assurance_id)
    found = rows.first()
    if found is None or new.kind != Kind.ASSURANCE:
        raise InvalidInput("assurance_id", _("Choose a value from the list."))
    return found


def _record_owed(
    actor: User, handover: HandoverRequest, rows: list[Duty], own: Jurisdiction, *, reason: str = ""
) -> None:
    other = other_side(handover, own.pk)
    record(
        actor=actor,
        operation=Operation.COLLECTION,
        verb="handover.duty_recorded",
        target=handover,
        recipient=other,
        reason=reason,
        codes={"kinds": sorted({row.kind for row in rows}), "duties": [str(row.uuid) for row in rows]},
    )
    tell_side(handover.pk, other, code=DUTY_OWED, object_uuid=handover.uuid, again=True)
