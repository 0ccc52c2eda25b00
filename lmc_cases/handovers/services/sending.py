"""From the draft to the other side: internal approval, provisional arrest, the full request."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.history import save_many_as
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.services import disclosure
from lmc_cases.handovers.services.gates import CaseNotOpen
from lmc_cases.handovers.services.law import instrument_as_sent
from lmc_cases.handovers.services.sealed import sealed_people
from lmc_cases.handovers.services.steps import given_reason, step_with_check, take

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User
    from lmc_cases.handovers.states import Step


@transaction.atomic
def propose(*, actor: User, handover_id: UUID) -> HandoverRequest:
    """Put a draft before another officer of the own country, who sends it or gives it back.

    Raises:
        HandoverRequest.DoesNotExist: foreign, missing, wrong side, no right (so everywhere in this module).
        WrongState, GateClosed, CaseNotOpen, ProtectedPerson, InvalidInput: see the table of steps (likewise).
    """
    handover, step, done = step_with_check(actor, handover_id, "propose")
    if not done:
        take(handover, step, actor=actor, verb="handover.proposed")
    return handover


@transaction.atomic
def return_draft(*, actor: User, handover_id: UUID, reason: str) -> HandoverRequest:
    """Give a proposed request back to those who wrote it."""
    handover, step, done = step_with_check(actor, handover_id, "return_draft")
    if not done:
        take(handover, step, actor=actor, verb="handover.draft_returned", reason=given_reason(reason))
    return handover


@transaction.atomic
def submit(*, actor: User, handover_id: UUID) -> HandoverRequest:
    """Send a request that needs no internal approval: the other country sees it from now on."""
    handover, step, done = step_with_check(actor, handover_id, "submit")
    return handover if done else _go(actor, handover, step, "handover.submitted")


@transaction.atomic
def send(*, actor: User, handover_id: UUID) -> HandoverRequest:
    """Approve a proposed request as the second officer and send it; after an arrest, the full request."""
    handover, step, done = step_with_check(actor, handover_id, "send")
    return handover if done else _go(actor, handover, step, "handover.sent")


@transaction.atomic
def ask_arrest(*, actor: User, handover_id: UUID, reason: str) -> HandoverRequest:
    """Ask for provisional arrest ahead of the full request, as the second officer; ``reason`` says why it is urgent."""
    handover, step, done = step_with_check(actor, handover_id, "ask_arrest")
    return handover if done else _go(actor, handover, step, "handover.arrest_asked", given_reason(reason))


@transaction.atomic
def record_arrest(*, actor: User, handover_id: UUID, at: dt.datetime) -> HandoverRequest:
    """Record that the persons were provisionally arrested.

    Args:
        at: aware; not before the request for arrest and not in the future.
    """
    handover, step, done = step_with_check(actor, handover_id, "record_arrest")
    if done:
        return handover
    if at > timezone.now():
        raise InvalidInput("at", _("Choose a time that has passed."))
    if handover.submitted_at is None or at < handover.submitted_at.replace(second=0, microsecond=0):
        raise InvalidInput("at", _("The arrest cannot be before it was asked for."))
    handover.arrested_at = at
    take(
        handover,
        step,
        actor=actor,
        verb="handover.arrested",
        tells_other_side=True,
        codes={"at": at.isoformat()},
    )
    return handover


def _go(actor: User, handover: HandoverRequest, step: Step, verb: str, reason: str = "") -> HandoverRequest:
    """Send: each person is kept as seen now. What was sent before stays; the ledger notes both times."""
    subjects = list(handover.subjects.order_by("position"))
    copies = disclosure.persons_as_seen(actor, [subject.suspect_id for subject in subjects])
    if len(copies) < len(subjects):
        raise CaseNotOpen(
            _("A person of this request is not open to you any more. Edit the request and choose again.")
        )
    kept = sealed_people(handover, [copies[subject.suspect_id] for subject in subjects])
    for subject, person in zip(subjects, kept, strict=True):
        subject.snapshot = person
    save_many_as(subjects, actor=actor, fields=("snapshot",))
    if handover.submitted_at is None:
        # From here on the request keeps the law of this moment, and of the instrument this version.
        handover.instrument = instrument_as_sent(handover)
        handover.submitted_at = timezone.now()
    take(
        handover,
        step,
        actor=actor,
        verb=verb,
        operation=Operation.DISCLOSURE,
        reason=reason,
        tells_other_side=True,
        codes={"persons": len(subjects)},
    )
    # The asked side gets the statement; the receiving side keeps the persons as they were seen.
    if not handover.is_offer:
        disclosure.hand_out(actor, handover, from_requested=False)
    disclosure.hand_out(actor, handover, from_requested=True)
    return handover
