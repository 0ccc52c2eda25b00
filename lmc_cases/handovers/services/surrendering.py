"""From the plan to the end: place and time, the persons cleared, handed over or not, watched, closed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.history import save_as
from lmc_cases.core.text import clean_text
from lmc_cases.handovers.models import HandoverRequest, HandoverSubject, Status
from lmc_cases.handovers.services.steps import given_reason, step_with_check, take

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
    for subject in handover.subjects.filter(outcome__in=NOT_MOVED):
        subject.outcome = _granted_as(subject)
        save_as(subject, actor=actor, reason="planned again")
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
    for subject_id, outcome in said.items():
        granted[subject_id].outcome = outcome
        save_as(granted[subject_id], actor=actor)
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
        ends=handover.status,
        reason=cleaned,
        tells_other_side=True,
        codes={"outcome": outcome, "subject": str(subject.uuid)},
    )
    return handover


def _granted_as(subject: HandoverSubject) -> str:
    """What was decided for a person who was not moved: a temporary surrender stays one."""
    decided = subject.history.filter(outcome__in=POSITIVE).order_by("-history_date", "-history_id")
    return str(decided.values_list("outcome", flat=True)[:1].get())


def _leave(subject: HandoverSubject, outcome: HandoverSubject.Outcome, reason: str, actor: User) -> None:
    subject.outcome, subject.outcome_reason = outcome, reason
    save_as(subject, actor=actor, reason=reason)


def _nobody_moved(outcomes: Iterable[str]) -> str:
    """Where a request stands of which nobody moved: not accepted weighs more than not collected."""
    return Status.NOT_ACCEPTED if Outcome.NOT_ACCEPTED.value in set(outcomes) else Status.NOT_COLLECTED
