"""What happens to a request once it is sent: received, decided, carried out, ended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.cases.models import Case
from lmc_cases.core.errors import Conflict, InvalidInput
from lmc_cases.core.history import save_as
from lmc_cases.core.text import clean_text
from lmc_cases.handovers.models import HandoverRequest, HandoverSubject
from lmc_cases.handovers.services.disclosure import disclose, hand_out
from lmc_cases.handovers.services.steps import step_with_check, take
from lmc_cases.suspects.models import Suspect

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

Outcome = HandoverSubject.Outcome


class CaseRestricted(Conflict):
    """The officer may decide on the request but does not see the case."""


@transaction.atomic
def acknowledge(*, actor: User, handover_id: UUID) -> HandoverRequest:
    """Confirm that the request was received.

    Raises:
        HandoverRequest.DoesNotExist: foreign, missing and wrong side alike (so everywhere in this module).
        WrongState: it was not submitted, or more has happened since (so everywhere in this module).
    """
    handover, step, done = step_with_check(actor, handover_id, "acknowledge")
    if not done:
        take(handover, step, actor=actor, verb="handover.acknowledged")
    return handover


@transaction.atomic
def approve(
    *, actor: User, handover_id: UUID, reason: str = "", restrictions_confirmed: bool = False
) -> HandoverRequest:
    """Grant the request and freeze what is disclosed with it; the requesting country keeps it for good.

    The dossiers are owed by ``dossiers.services``: use ``approve_and_owe`` there.

    Raises:
        CaseRestricted: the officer does not see the case.
        ProtectedPerson, ConsentMissing, CannotDisclose, InvalidInput: see ``disclosure.disclose``.
    """
    handover, step, done = step_with_check(actor, handover_id, "approve")
    if done:
        return handover
    handover.disclosed = _disclosed(actor, handover, restrictions_confirmed)
    handover.decided_at = timezone.now()
    handover.decision_reason = clean_text(reason, multiline=True)
    _set_outcomes(handover, Outcome.GRANTED, actor)
    take(
        handover,
        step,
        actor=actor,
        verb="handover.approved",
        operation=Operation.DISCLOSURE,
        reason=handover.decision_reason,
        tells_other_side=True,
        codes=_counts(handover),
    )
    hand_out(actor, handover, from_requested=True)
    return handover


@transaction.atomic
def correct_disclosure(
    *, actor: User, handover_id: UUID, reason: str, restrictions_confirmed: bool = False
) -> HandoverRequest:
    """Disclose the case again as it stands now; dossiers already issued keep what they say.

    Raises:
        InvalidInput: no reason; otherwise as ``approve``.
    """
    handover, step, _done = step_with_check(actor, handover_id, "correct")
    cleaned = _reason(reason)
    disclosed = _disclosed(actor, handover, restrictions_confirmed)
    handover.disclosed = {**disclosed, "correction_reason": cleaned}
    take(
        handover,
        step,
        actor=actor,
        verb="handover.corrected",
        operation=Operation.DISCLOSURE,
        reason=cleaned,
        tells_other_side=True,
        codes=_counts(handover),
    )
    hand_out(actor, handover, from_requested=True)
    return handover


@transaction.atomic
def refuse(*, actor: User, handover_id: UUID, reason: str) -> HandoverRequest:
    """Refuse the request; the reason is shown to the requesting country.

    Raises:
        InvalidInput: no reason.
    """
    handover, step, done = step_with_check(actor, handover_id, "refuse")
    if done:
        return handover
    handover.decided_at = timezone.now()
    handover.decision_reason = _reason(reason)
    _set_outcomes(handover, Outcome.REFUSED, actor)
    take(
        handover,
        step,
        actor=actor,
        verb="handover.refused",
        reason=handover.decision_reason,
        tells_other_side=True,
    )
    return handover


@transaction.atomic
def record_handed_over(
    *,
    actor: User,
    handover_id: UUID,
    at: dt.datetime,
    place: str,
    subject_ids: Iterable[UUID],
    note: str = "",
) -> HandoverRequest:
    """Record where, when and who was handed over; the others stay granted.

    Args:
        at: aware; not in the future and not before the approval.
        subject_ids: public ids of the ``HandoverSubject`` rows of those handed over.

    Raises:
        InvalidInput: no place, an impossible time, nobody or somebody not granted.
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
    wanted = set(subject_ids)
    granted = {subject.uuid: subject for subject in handover.subjects.filter(outcome=Outcome.GRANTED)}
    if not wanted or not wanted <= granted.keys():
        raise InvalidInput("subject_ids", _("Choose at least one person of the request."))
    for subject_id in wanted:
        granted[subject_id].outcome = Outcome.HANDED_OVER
        save_as(granted[subject_id], actor=actor)
    handover.handed_over_at = at
    handover.handed_over_place = cleaned
    handover.handed_over_note = clean_text(note, multiline=True)
    take(
        handover,
        step,
        actor=actor,
        verb="handover.handed_over",
        operation=Operation.DISCLOSURE,
        tells_other_side=True,
        codes={"at": at.isoformat(), "persons": len(wanted)},
    )
    return handover


@transaction.atomic
def close(*, actor: User, handover_id: UUID, reason: str = "") -> HandoverRequest:
    """End a request that was carried out: the requesting country confirms that it received the persons."""
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
    """Take the request back before anybody is handed over. What was disclosed stays on record.

    Raises:
        InvalidInput: no reason.
    """
    handover, step, done = step_with_check(actor, handover_id, "withdraw")
    if not done:
        take(
            handover,
            step,
            actor=actor,
            verb="handover.withdrawn",
            reason=_reason(reason),
            tells_other_side=handover.submitted_at is not None,
        )
    return handover


def _disclosed(actor: User, handover: HandoverRequest, restrictions_confirmed: bool) -> dict[str, object]:
    try:
        return disclose(actor, handover, restrictions_confirmed=restrictions_confirmed)
    except (Case.DoesNotExist, Suspect.DoesNotExist):
        # The request itself is visible to the officer, so this tells nothing new.
        raise CaseRestricted(
            _(
                "The case is restricted to named officers. One of them with the right to decide has to do this."
            )
        ) from None


def _set_outcomes(handover: HandoverRequest, outcome: HandoverSubject.Outcome, actor: User) -> None:
    for subject in handover.subjects.order_by("position"):
        subject.outcome = outcome
        save_as(subject, actor=actor)


def _reason(text: str) -> str:
    cleaned = clean_text(text, multiline=True)
    if not cleaned:
        raise InvalidInput("reason", _("Give a reason."))
    return cleaned


def _counts(handover: HandoverRequest) -> dict[str, int]:
    """How much was disclosed, for the audit: counts only."""
    return {"persons": len(handover.disclosed["subjects"]), "exhibits": len(handover.disclosed["exhibits"])}
