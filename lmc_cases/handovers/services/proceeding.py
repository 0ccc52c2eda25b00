"""While the answering country looks at a request: received, more information, review."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.services.steps import given_reason, step_with_check, take

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


@transaction.atomic
def acknowledge(*, actor: User, handover_id: UUID) -> HandoverRequest:
    """Confirm that the request was received.

    Raises:
        HandoverRequest.DoesNotExist: foreign, missing, wrong side, no right (so everywhere in this module).
        WrongState: it stands elsewhere (likewise).
        InvalidInput: words that must be given are missing (likewise).
    """
    handover, step, done = step_with_check(actor, handover_id, "acknowledge")
    if not done:
        take(handover, step, actor=actor, verb="handover.acknowledged", tells_other_side=True)
    return handover


@transaction.atomic
def ask_information(*, actor: User, handover_id: UUID, question: str) -> HandoverRequest:
    """Ask the opening country for what is missing; the request waits for the answer."""
    handover, step, done = step_with_check(actor, handover_id, "ask_information")
    if done:
        return handover
    handover.question, handover.answer = given_reason(question, "question"), ""
    handover.information_asked_at = timezone.now()
    take(
        handover,
        step,
        actor=actor,
        verb="handover.information_asked",
        reason=handover.question,
        tells_other_side=True,
    )
    return handover


@transaction.atomic
def supply(*, actor: User, handover_id: UUID, answer: str) -> HandoverRequest:
    """Answer what was asked; the request goes on where a received one stands."""
    handover, step, done = step_with_check(actor, handover_id, "supply")
    if done:
        return handover
    handover.answer = given_reason(answer, "answer")
    take(
        handover,
        step,
        actor=actor,
        verb="handover.information_supplied",
        reason=handover.answer,
        tells_other_side=True,
    )
    return handover


@transaction.atomic
def review(*, actor: User, handover_id: UUID) -> HandoverRequest:
    """Say that the request is complete and goes to legal review or to court."""
    handover, step, done = step_with_check(actor, handover_id, "review")
    if not done:
        take(handover, step, actor=actor, verb="handover.put_to_review", tells_other_side=True)
    return handover
