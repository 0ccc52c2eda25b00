"""From the plan to the end: place and time, the persons cleared, handed over or not, watched, closed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.history import save_as, save_many_as
from lmc_cases.core.text import clean_text
from lmc_cases.handovers import states
from lmc_cases.handovers.models import HandoverRequest, HandoverSubject, Status
from lmc_cases.handovers.services.following import owe_after_handover
from lmc_cases.handovers.services.gates import check_cleared, check_gates
from lmc_cases.handovers.services.steps import given_reason, locked, step_for, step_with_check, take

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

Outcome = HandoverSubject.Outcome
POSITIVE, NOT_MOVED = HandoverSubject.POSITIVE, HandoverSubject.NOT_MOVED
# How a person leaves a request before being moved.
EXITS = (
    Outcome.DIED.value,
    Outcome.ESCAPED.value,
    Outcome.TRIED_HERE.value,
    Outcome.OTHER_COUNTRY.value,
    Outcome.RELEASED.value,
)


@transaction.atomic
def plan(*, actor: User, handover_id: UUID, at: dt.datetime, place: str, note: str = "") -> HandoverRequest:
    """Say where and when the persons will be handed over; a plan can be made again until they are.

    Also when others of the request were handed over: who was not collected or not accepted is granted again.

    Args:
        at: aware, in the future.

    Raises:
        HandoverRequest.DoesNotExist: foreign, missing, wrong side, no right (so everywhere in this module).
        WrongState, GateClosed: see the table of steps (likewise).
        InvalidInput: no place, or a time that has passed.
    """
    handover, step, _done = step_with_check(actor, handover_id, "plan")
    cleaned = clean_text(place)
    if not cleaned:
        raise InvalidInput("place", _("Enter the place."))
    if at <= timezone.now():
        raise InvalidInput("at", _("Choose a time in the future."))
    left = list(handover.subjects.filter(outcome__in=NOT_MOVED))
    decided = _granted_as(left)
    for subject in left:
        subject.outcome = decided[subject.pk]
    save_many_as(left, actor=actor, fields=("outcome",), reason="planned again")
    handover.planned_at, handover.planned_place = at, cleaned
    handover.planned_note = clean_text(note, multiline=True)
    take(
        handover,
        step,
        actor=actor,
        verb="handover.planned",
        tells_other_side=True,
        codes={"at": at.isoformat()},
    )
    return handover


@transaction.atomic
def clear(*, actor: User, handover_id: UUID) -> HandoverRequest:
    """Say that every person may be moved. No officer can: the checks of each person say it.

    Raises:
        GateClosed: names who is held back by which check.
    """
    handover, step, done = step_with_check(actor, handover_id, "clear")
    if not done:
        take(handover, step, actor=actor, verb="handover.cleared", tells_other_side=True)
    return handover


@transaction.atomic
def record_handed_over(
    *,
    actor: User,
    handover_id: UUID,
    at: dt.datetime,
    place: str,
    subject_ids: Iterable[UUID],
    not_moved: Mapping[UUID, str] | None = None,
    note: str = "",
) -> HandoverRequest:
    """Record where, when and who was handed over, and who was not collected or not accepted; all others stay granted.

    Args:
        at: aware; not in the future and not before the decision.
        subject_ids: public ids of the ``HandoverSubject`` rows of those handed over.
        not_moved: one of ``NOT_MOVED`` per public id; then ``note`` must say why.

    Raises:
        InvalidInput: no place, an impossible time, nobody, somebody twice or not granted.
    """
    handover, step, done = step_with_check(actor, handover_id, "hand_over")
    if done:
        return handover
    cleaned = clean_text(place)
    if not cleaned:
        raise InvalidInput("place", _("Enter the place."))
    # Forms give whole minutes.
    if handover.decided_at is None or at < handover.decided_at.replace(second=0, microsecond=0):
        raise InvalidInput("at", _("The handover cannot be before the approval."))
    if at > timezone.now():
        raise InvalidInput("at", _("Choose a time that has passed."))
    stayed = dict(not_moved or {})
    said = {**dict.fromkeys(subject_ids, Outcome.HANDED_OVER.value), **stayed}
    granted = {subject.uuid: subject for subject in handover.subjects.filter(outcome__in=POSITIVE)}
    if not said or not said.keys() <= granted.keys() or not set(stayed.values()) <= set(NOT_MOVED):
        raise InvalidInput("subject_ids", _("Choose at least one person of the request."))
    remark = given_reason(note, "note") if stayed else clean_text(note, multiline=True)
    temporary = [subject.pk for subject in granted.values() if subject.outcome == Outcome.TEMPORARY]
    for subject_id, outcome in said.items():
        granted[subject_id].outcome = outcome
    save_many_as([granted[each] for each in said], actor=actor, fields=("outcome",))
    moved = sum(outcome == Outcome.HANDED_OVER for outcome in said.values())
    if moved:
        handover.handed_over_at, handover.handed_over_place = at, cleaned
    handover.handed_over_note = remark
    take(
        handover,
        step,
        actor=actor,
        verb="handover.handed_over" if moved else "handover.not_handed_over",
        ends=Status.HANDED_OVER if moved else _nobody_moved(said.values()),
        operation=Operation.DISCLOSURE,
        reason=remark if not moved else "",
        tells_other_side=True,
        codes={"at": at.isoformat(), "persons": moved, "not_moved": len(said) - moved},
    )
    gone = [granted[uuid] for uuid, outcome in said.items() if outcome == Outcome.HANDED_OVER]
    owe_after_handover(actor, handover, gone, temporary)
    return handover


@transaction.atomic
def record_crossed(
    *,
    actor: User,
    handover_id: UUID,
    at: dt.datetime,
    place: str,
    outcomes: Mapping[UUID, str],
    reasons: Mapping[UUID, str],
    crossing: str = "",
) -> HandoverRequest:
    """Record what became of those persons of a request who were on one crossing; the others follow on another.

    The request stays where it is until the last granted person has been on a crossing.

    Args:
        at: aware; not in the future.
        outcomes: handed over or one of ``NOT_MOVED``, per public id of a subject who is granted.
        reasons: why a person was not moved, per public id.
        crossing: its reference, for the audit.

    Raises:
        GateClosed: somebody was moved whose checks are not passed.
        InvalidInput: nobody, or somebody who is not granted any more.
    """
    handover = locked(actor, handover_id)
    step = step_for(actor, handover, "cross")
    states.check(handover, step)
    check_gates(actor, handover, step)
    granted = {subject.uuid: subject for subject in handover.subjects.filter(outcome__in=POSITIVE)}
    if not outcomes or not outcomes.keys() <= granted.keys():
        raise InvalidInput("subject_ids", _("Choose at least one person of the request."))
    moved = [granted[uuid] for uuid, outcome in outcomes.items() if outcome == Outcome.HANDED_OVER]
    check_cleared(handover, moved)
    temporary = [subject.pk for subject in moved if subject.outcome == Outcome.TEMPORARY]
    for uuid, outcome in outcomes.items():
        subject = granted[uuid]
        subject.outcome = Outcome(outcome)
        subject.outcome_reason = reasons.get(uuid, subject.outcome_reason)
        subject._change_reason = reasons.get(uuid, "")  # type: ignore[attr-defined]
    save_many_as([granted[uuid] for uuid in outcomes], actor=actor, fields=("outcome", "outcome_reason"))
    if moved:
        handover.handed_over_at, handover.handed_over_place = at, place
    take(
        handover,
        step,
        actor=actor,
        verb="handover.crossed",
        ends=_stands_after_crossing(handover),
        operation=Operation.DISCLOSURE,
        tells_other_side=True,
        codes={
            "at": at.isoformat(),
            "persons": len(moved),
            "not_moved": len(outcomes) - len(moved),
            "crossing": crossing,
        },
    )
    owe_after_handover(actor, handover, moved, temporary)
    return handover


@transaction.atomic
def watch(*, actor: User, handover_id: UUID) -> HandoverRequest:
    """Confirm that the persons arrived; from now on the receiving country keeps to what was granted."""
    handover, step, done = step_with_check(actor, handover_id, "watch")
    if not done:
        take(handover, step, actor=actor, verb="handover.watched", tells_other_side=True)
    return handover


@transaction.atomic
def close(*, actor: User, handover_id: UUID, reason: str = "") -> HandoverRequest:
    """End a request that was carried out: the receiving country confirms that it received the persons."""
    handover, step, done = step_with_check(actor, handover_id, "close")
    if not done:
        take(
            handover,
            step,
            actor=actor,
            verb="handover.closed",
            reason=clean_text(reason, multiline=True),
            tells_other_side=True,
        )
    return handover


@transaction.atomic
def withdraw(*, actor: User, handover_id: UUID, reason: str) -> HandoverRequest:
    """Take the request back before anybody is handed over. What was disclosed stays on record."""
    handover, step, done = step_with_check(actor, handover_id, "withdraw")
    if not done:
        take(
            handover,
            step,
            actor=actor,
            verb="handover.withdrawn",
            reason=given_reason(reason),
            tells_other_side=handover.submitted_at is not None,
        )
    return handover


@transaction.atomic
def release(*, actor: User, handover_id: UUID, reason: str) -> HandoverRequest:
    """Record the decision to release: nobody is released by a clock, only by an officer who answers for it."""
    handover, step, done = step_with_check(actor, handover_id, "release")
    if done:
        return handover
    cleaned = given_reason(reason)
    stays = (Outcome.PENDING.value, Outcome.POSTPONED.value, *POSITIVE, *NOT_MOVED)
    for subject in handover.subjects.filter(outcome__in=stays).order_by("position"):
        _leave(subject, Outcome.RELEASED, cleaned, actor)
    take(handover, step, actor=actor, verb="handover.released", reason=cleaned, tells_other_side=True)
    return handover


@transaction.atomic
def leave(*, actor: User, handover_id: UUID, subject_id: UUID, outcome: str, reason: str) -> HandoverRequest:
    """Record that one person leaves the request: died, escaped, tried here, surrendered elsewhere, released.

    Raises:
        InvalidInput: not a person of the request who is still to be moved, an outcome that is no exit, no reason.
    """
    handover, step, _done = step_with_check(actor, handover_id, "leave")
    if outcome not in EXITS:
        raise InvalidInput("outcome", _("Choose a value from the list."))
    subject = handover.subjects.filter(uuid=subject_id).exclude(outcome=Outcome.HANDED_OVER).first()
    if subject is None or subject.outcome in EXITS:
        raise InvalidInput("subject_id", _("Choose a person of this request who is still to be moved."))
    cleaned = given_reason(reason)
    _leave(subject, Outcome(outcome), cleaned, actor)
    take(
        handover,
        step,
        actor=actor,
        verb="handover.person_left",
        ends=_stands_after_leaving(handover),
        reason=cleaned,
        tells_other_side=True,
        codes={"outcome": outcome, "subject": str(subject.uuid)},
    )
    return handover


def _granted_as(subjects: Collection[HandoverSubject]) -> dict[int, str]:
    """What was decided for persons who were not moved, by primary key: a temporary surrender stays one."""
    past = HandoverSubject.history.filter(id__in=[subject.pk for subject in subjects], outcome__in=POSITIVE)
    newest = past.order_by("id", "-history_date", "-history_id").distinct("id")
    return dict(newest.values_list("id", "outcome"))


def _leave(subject: HandoverSubject, outcome: HandoverSubject.Outcome, reason: str, actor: User) -> None:
    subject.outcome, subject.outcome_reason = outcome, reason
    save_as(subject, actor=actor, reason=reason)


def _stands_after_crossing(handover: HandoverRequest) -> str:
    found = set(handover.subjects.values_list("outcome", flat=True))
    if found & set(POSITIVE):
        return str(handover.status)
    return Status.HANDED_OVER if Outcome.HANDED_OVER in found else _nobody_moved(found)


def _stands_after_leaving(handover: HandoverRequest) -> str:
    """Where the last person who was still to be moved left, others who were handed over end it."""
    found = set(handover.subjects.values_list("outcome", flat=True))
    waits = {Outcome.PENDING.value, Outcome.POSTPONED.value, *POSITIVE, *NOT_MOVED}
    return Status.HANDED_OVER if Outcome.HANDED_OVER in found and not found & waits else str(handover.status)


def _nobody_moved(outcomes: Iterable[str]) -> str:
    """Where a request stands of which nobody moved: not accepted weighs more than not collected."""
    return Status.NOT_ACCEPTED if Outcome.NOT_ACCEPTED.value in set(outcomes) else Status.NOT_COLLECTED
