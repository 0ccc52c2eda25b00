"""Plan a crossing, change it, seat persons and take them off, begin the marking, cancel."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history

from lmc_cases.audit.models import Operation as AuditOperation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import Operation
from lmc_cases.cases.services.references import next_reference
from lmc_cases.core.errors import Conflict, InvalidInput
from lmc_cases.core.history import delete_as, save_as
from lmc_cases.core.text import clean_text
from lmc_cases.crossings.models import Crossing, CrossingRequest, Seat, Status
from lmc_cases.crossings.models.crossings import MAX_SEATS
from lmc_cases.crossings.services.people import SEATED_FROM, in_words, seatable, travellers_of, victims_among
from lmc_cases.crossings.services.rows import locked_to_plan, may_begin, save_changed
from lmc_cases.handovers.models import HandoverRequest, HandoverSubject
from lmc_cases.handovers.services.gates import check_gates
from lmc_cases.handovers.services.steps import step_for
from lmc_cases.jurisdictions.models import BorderPoint, Jurisdiction

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

# Rows written by one statement.
AT_ONCE = 500


class NotReady(Conflict):
    """Somebody on the crossing may not be moved; names who, and by which check."""

    code = "gate-closed"


class CrossingChanged(Conflict):
    """Somebody changed the crossing since it was read."""

    code = "stale-version"


@dataclass(frozen=True)
class Plan:
    """What is planned of a crossing.

    Attributes:
        planned_at: aware, in the future.
        seats: 1 to ``MAX_SEATS``.
    """

    place: str
    planned_at: dt.datetime
    seats: int
    carrier: str = ""
    border_point_id: UUID | None = None
    operation_id: UUID | None = None
    escorts: str = ""
    interpreters: str = ""


def receiving_countries(*, actor: User) -> list[Jurisdiction]:
    """Return the countries persons can be sent to, by code."""
    return list(Jurisdiction.objects.exclude(pk=actor.country.pk).order_by("code"))


@transaction.atomic
def create_crossing(
    *,
    actor: User,
    receiving_code: str,
    plan: Plan,
    crossing_id: UUID | None = None,
    split_id: UUID | None = None,
) -> Crossing:
    """Plan a crossing from the officer's country to another; nobody sits on it yet.

    Args:
        crossing_id: its public id; a second call with the same returns what the first made.
        split_id: of the crossings made together from one list.

    Raises:
        Crossing.DoesNotExist: the officer may not change the country's records.
        InvalidInput: an unknown country, no place, a time that has passed, an impossible number of seats, a border
            point elsewhere, an operation the officer does not see.
    """
    if not may_begin(actor):
        raise Crossing.DoesNotExist
    if crossing_id is not None:
        made = Crossing.objects.visible_to(actor).filter(uuid=crossing_id, created_by=actor).first()
        if made is not None:
            return made
    receiving = Jurisdiction.objects.exclude(pk=actor.country.pk).filter(code=receiving_code).first()
    if receiving is None:
        raise InvalidInput("receiving", _("Choose another country from the list."))
    crossing = Crossing(
        uuid=crossing_id or uuid4(),
        reference=next_reference(actor.country, "X"),
        sending=actor.country,
        receiving=receiving,
        created_by=actor,
        split_uuid=split_id,
    )
    _set_plan(actor, crossing, plan)
    save_as(crossing, actor=actor, reason="planned")
    record(
        actor=actor,
        operation=AuditOperation.COLLECTION,
        verb="crossing.created",
        target=crossing,
        codes={"to": receiving.code, "at": plan.planned_at.isoformat(), "seats": plan.seats},
    )
    return crossing


@transaction.atomic
def change_crossing(*, actor: User, crossing_id: UUID, version: int, plan: Plan) -> Crossing:
    """Change the plan while nobody has been marked.

    Raises:
        Crossing.DoesNotExist: foreign, missing, the other side, no right (so everywhere in this module).
        WrongState: the marking has begun, or it is over.
        CrossingChanged: another officer saved it since ``version``.
        InvalidInput: as ``create_crossing``; fewer seats than persons.
    """
    crossing = locked_to_plan(actor, crossing_id, Status.PLANNED)
    if crossing.version != version:
        raise CrossingChanged(
            _("Another officer changed this crossing meanwhile. Look at it again, then save.")
        )
    _set_plan(actor, crossing, plan)
    if crossing.manifest.count() > crossing.seats:
        raise InvalidInput("seats", _("More persons sit on the crossing. Take some off first."))
    save_changed(crossing, actor=actor, reason="changed")
    record(
        actor=actor,
        operation=AuditOperation.ALTERATION,
        verb="crossing.edited",
        target=crossing,
        codes={"at": plan.planned_at.isoformat(), "seats": plan.seats},
    )
    return crossing


@transaction.atomic
def seat_people(*, actor: User, crossing_id: UUID, subject_ids: Iterable[UUID]) -> list[Seat]:
    """Seat granted persons, all or none; who sits on it already keeps the seat.

    Raises:
        InvalidInput: nobody; somebody who is not granted between the two countries, is a victim in another procedure
            or sits elsewhere; more persons than seats.
    """
    crossing = locked_to_plan(actor, crossing_id, Status.PLANNED)
    held = list(crossing.manifest.select_related("subject"))
    wanted = set(subject_ids) - {seat.subject.uuid for seat in held}
    if not wanted:
        if held:
            return held
        raise InvalidInput("subject_ids", _("Choose at least one person."))
    free = crossing.seats - len(held)
    if len(wanted) > free:
        raise InvalidInput(
            "subject_ids",
            _("%(persons)s persons are chosen, and %(free)s seats are free.")
            % {"persons": len(wanted), "free": max(free, 0)},
        )
    subjects = list(seatable(actor, crossing.sending, crossing.receiving).filter(uuid__in=wanted))
    if len(subjects) != len(wanted):
        raise InvalidInput(
            "subject_ids", _("Choose persons who are granted between the two countries and sit nowhere else.")
        )
    if victims_among(actor, subjects):
        raise InvalidInput(
            "subject_ids", _("A victim of trafficking crosses only by the repatriation of victims.")
        )
    last = max((seat.position for seat in held), default=0)
    seats = put_on(crossing, subjects, after=last, actor=actor)
    save_changed(crossing, actor=actor, reason="seated")
    record(
        actor=actor,
        operation=AuditOperation.ALTERATION,
        verb="crossing.seated",
        target=crossing,
        recipient=crossing.receiving,
        codes={"persons": len(seats)},
    )
    return seats


def put_on(crossing: Crossing, subjects: Sequence[HandoverSubject], *, after: int, actor: User) -> list[Seat]:
    """Write the seats with their history, and which requests are carried out. The caller checked and records.

    Raises:
        InvalidInput: another officer seated one of them at the same moment.
    """
    named = set(crossing.requests.values_list("handover_id", flat=True))
    fresh = {subject.handover_id for subject in subjects} - named
    CrossingRequest.objects.bulk_create(
        CrossingRequest(
            crossing=crossing,
            handover_id=handover_id,
            sending_id=crossing.sending_id,
            receiving_id=crossing.receiving_id,
        )
        for handover_id in sorted(fresh)
    )
    rows = [
        Seat(
            crossing=crossing,
            subject=subject,
            handover_id=subject.handover_id,
            suspect_uuid=subject.suspect_uuid,
            position=position,
        )
        for position, subject in enumerate(subjects, start=after + 1)
    ]
    try:
        with transaction.atomic():
            made: list[Seat] = bulk_create_with_history(
                rows, Seat, batch_size=AT_ONCE, default_user=actor, default_change_reason="seated"
            )
    except IntegrityError:
        raise InvalidInput(
            "subject_ids", _("Choose persons who are granted between the two countries and sit nowhere else.")
        ) from None
    return made


@transaction.atomic
def take_off(*, actor: User, crossing_id: UUID, seat_ids: Iterable[UUID]) -> Crossing:
    """Take persons off a crossing that has not begun; a second call finds nobody and changes nothing."""
    crossing = locked_to_plan(actor, crossing_id, Status.PLANNED)
    seats = list(crossing.manifest.filter(uuid__in=set(seat_ids)))
    if not seats:
        return crossing
    for seat in seats:
        delete_as(seat, actor=actor, reason="taken off")
    left = set(crossing.manifest.values_list("handover_id", flat=True))
    crossing.requests.exclude(handover__in=left).delete()
    save_changed(crossing, actor=actor, reason="taken off")
    record(
        actor=actor,
        operation=AuditOperation.ALTERATION,
        verb="crossing.taken_off",
        target=crossing,
        recipient=crossing.receiving,
        codes={"persons": len(seats)},
    )
    return crossing


@transaction.atomic
def take_off_held_back(*, actor: User, crossing_id: UUID) -> int:
    """Take everybody off who may not be moved as the checks stand now; return how many."""
    crossing = locked_to_plan(actor, crossing_id, Status.PLANNED)
    seats = {seat.subject_id: seat for seat in crossing.manifest.select_related("subject__handover")}
    travellers = travellers_of(actor, [seat.subject for seat in seats.values()])
    held_back = [seats[each.subject.pk].uuid for each in travellers if not each.may_board]
    take_off(actor=actor, crossing_id=crossing_id, seat_ids=held_back)
    return len(held_back)


@transaction.atomic
def begin_marking(*, actor: User, crossing_id: UUID) -> Crossing:
    """Open the crossing at the border: from now on both sides mark and count, and nobody is seated any more.

    Raises:
        NotReady: nobody sits on it, somebody is not granted any more, or a check is not passed.
        GateClosed: a request on it lacks what its step asks for.
    """
    crossing = locked_to_plan(actor, crossing_id, Status.PLANNED, Status.OPEN)
    if crossing.status == Status.OPEN:
        return crossing
    check_ready(actor, crossing)
    crossing.status = Status.OPEN
    save_changed(crossing, actor=actor, reason="begun")
    record(
        actor=actor,
        operation=AuditOperation.ALTERATION,
        verb="crossing.begun",
        target=crossing,
        recipient=crossing.receiving,
        codes={"persons": crossing.manifest.count()},
    )
    return crossing


def check_ready(actor: User, crossing: Crossing) -> None:
    """Ask of everybody on the crossing what must hold before anybody is moved."""
    subjects = [seat.subject for seat in crossing.manifest.select_related("subject__handover")]
    if not subjects:
        raise NotReady(_("Nobody sits on the crossing yet. Seat persons first."))
    gone = [
        subject
        for subject in subjects
        if subject.outcome not in HandoverSubject.POSITIVE or subject.handover.status not in SEATED_FROM
    ]
    if gone:
        raise NotReady(
            _("These persons are not granted any more. Take them off: %(persons)s")
            % {"persons": ", ".join(f"S{subject.snapshot.get('number', '?')}" for subject in gone[:10])}
        )
    held_back = in_words(travellers_of(actor, subjects))
    if held_back:
        raise NotReady(_("These checks are not passed: %(what)s") % {"what": held_back})
    for handover in {subject.handover.pk: subject.handover for subject in subjects}.values():
        try:
            check_gates(actor, handover, step_for(actor, handover, "cross"))
        except HandoverRequest.DoesNotExist:
            raise Crossing.DoesNotExist from None


@transaction.atomic
def cancel_crossing(*, actor: User, crossing_id: UUID, reason: str) -> Crossing:
    """Cancel a crossing that was not carried out: its persons may be seated elsewhere. What was marked stays.

    Raises:
        WrongState: it is carried out.
        InvalidInput: no reason.
    """
    crossing = locked_to_plan(
        actor, crossing_id, Status.PLANNED, Status.OPEN, Status.COUNTED, Status.CANCELLED
    )
    if crossing.status == Status.CANCELLED:
        return crossing
    cleaned = clean_text(reason, multiline=True)
    if not cleaned:
        raise InvalidInput("reason", _("Give a reason."))
    free_seats(crossing)
    crossing.status, crossing.cancel_reason = Status.CANCELLED, cleaned
    save_changed(crossing, actor=actor, reason=cleaned)
    record(
        actor=actor,
        operation=AuditOperation.ALTERATION,
        verb="crossing.withdrawn",
        target=crossing,
        recipient=crossing.receiving if crossing.requests.exists() else None,
        reason=cleaned,
    )
    return crossing


def free_seats(crossing: Crossing) -> None:
    """Let the persons of a crossing that is over be seated elsewhere; the crossing's own history says why."""
    crossing.manifest.filter(is_live=True).update(is_live=False)


def _set_plan(actor: User, crossing: Crossing, plan: Plan) -> None:
    place = clean_text(plan.place)
    if not place:
        raise InvalidInput("place", _("Enter the place."))
    if plan.planned_at <= timezone.now():
        raise InvalidInput("planned_at", _("Choose a time in the future."))
    if not 1 <= plan.seats <= MAX_SEATS:
        raise InvalidInput("seats", _("Enter a number from 1 to %(most)s.") % {"most": MAX_SEATS})
    crossing.place, crossing.planned_at, crossing.seats = place, plan.planned_at, plan.seats
    crossing.carrier = clean_text(plan.carrier)
    crossing.escorts = clean_text(plan.escorts, multiline=True)
    crossing.interpreters = clean_text(plan.interpreters, multiline=True)
    crossing.border_point = _border_point(crossing, plan.border_point_id)
    crossing.operation = _operation(actor, crossing, plan.operation_id)


def _border_point(crossing: Crossing, uuid: UUID | None) -> BorderPoint | None:
    if uuid is None:
        return None
    found = BorderPoint.objects.filter(uuid=uuid).first()
    between = {crossing.sending_id, crossing.receiving_id}
    if found is None or not {found.country_a_id, found.country_b_id} & between:
        raise InvalidInput("border_point", _("Choose a value from the list."))
    return found


def _operation(actor: User, crossing: Crossing, uuid: UUID | None) -> Operation | None:
    if uuid is None:
        # An operation the officer does not see stays as it is.
        held = crossing.operation
        seen = held is None or Operation.objects.visible_to(actor).filter(pk=held.pk).exists()
        return None if seen else held
    found = Operation.objects.visible_to(actor).filter(uuid=uuid).first()
    if found is None:
        raise InvalidInput("operation", _("Choose a value from the list."))
    return found
