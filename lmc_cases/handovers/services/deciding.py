"""The decision: for each person by itself, with its ground, and what is disclosed with it."""

from __future__ import annotations

from collections.abc import Mapping
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
from lmc_cases.handovers.models import HandoverRequest, HandoverSubject, Status
from lmc_cases.handovers.services.disclosure import disclose, hand_out
from lmc_cases.handovers.services.steps import given_reason, step_with_check, take
from lmc_cases.suspects.models import Suspect

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User
    from lmc_cases.handovers.states import Step

Outcome = HandoverSubject.Outcome
POSITIVE = frozenset(HandoverSubject.POSITIVE)
# What can be decided for a person; all but the first need their ground.
DECISIONS = (Outcome.GRANTED.value, Outcome.TEMPORARY.value, Outcome.POSTPONED.value, Outcome.REFUSED.value)


class CaseRestricted(Conflict):
    """The officer may decide on the request but does not see the case."""


@transaction.atomic
def approve(
    *,
    actor: User,
    handover_id: UUID,
    reason: str = "",
    outcomes: Mapping[UUID, str] | None = None,
    grounds: Mapping[UUID, str] | None = None,
    restrictions_confirmed: bool = False,
) -> HandoverRequest:
    """Decide for each person; where somebody is granted, freeze what is disclosed: the other country keeps it for good.

    The dossiers are owed by ``dossiers.services``: use ``approve_and_owe`` there.

    Args:
        outcomes: one of ``DECISIONS`` per public id of a subject; who is not named is granted.
        grounds: per public id; needed for all but a grant.

    Raises:
        HandoverRequest.DoesNotExist: foreign, missing, wrong side, no right (so everywhere in this module).
        WrongState: it stands elsewhere (likewise).
        CaseRestricted: the officer does not see the case.
        ProtectedPerson, ConsentMissing, CannotDisclose, InvalidInput: see ``disclosure.disclose``; also an unknown
            outcome, or a ground that is missing (fields ``outcome_<uuid>`` and ``ground_<uuid>``).
    """
    handover, step, done = step_with_check(actor, handover_id, "approve")
    if done:
        return handover
    _decide(handover, actor, outcomes or {}, grounds or {})
    return _conclude(actor, handover, step, reason, restrictions_confirmed, "handover.approved")


@transaction.atomic
def simplify(
    *, actor: User, handover_id: UUID, reason: str = "", restrictions_confirmed: bool = False
) -> HandoverRequest:
    """Grant without review, because every person consents to the simplified procedure.

    Raises:
        GateClosed: somebody's consent is not on record; otherwise as ``approve``.
    """
    handover, step, done = step_with_check(actor, handover_id, "simplify")
    if done:
        return handover
    _decide(handover, actor, {}, {})
    return _conclude(actor, handover, step, reason, restrictions_confirmed, "handover.simplified")


@transaction.atomic
def correct_disclosure(
    *, actor: User, handover_id: UUID, reason: str, restrictions_confirmed: bool = False
) -> HandoverRequest:
    """Disclose the case as it stands now, of an offer also for the first time; dossiers issued keep what they say.

    Raises:
        InvalidInput: no reason; otherwise as ``approve``.
    """
    handover, step, _done = step_with_check(actor, handover_id, "correct")
    cleaned = given_reason(reason)
    is_first = not handover.disclosed
    disclosed = _disclosed(actor, handover, restrictions_confirmed)
    handover.disclosed = disclosed if is_first else {**disclosed, "correction_reason": cleaned}
    take(
        handover,
        step,
        actor=actor,
        verb="handover.disclosed" if is_first else "handover.corrected",
        ends=handover.status,
        operation=Operation.DISCLOSURE,
        reason=cleaned,
        tells_other_side=True,
        codes=_counts(handover),
    )
    hand_out(actor, handover, from_requested=True)
    return handover


@transaction.atomic
def refuse(*, actor: User, handover_id: UUID, reason: str) -> HandoverRequest:
    """Refuse the request for every person; the reason is shown to the other country."""
    handover, step, done = step_with_check(actor, handover_id, "refuse")
    if done:
        return handover
    handover.decided_at = timezone.now()
    handover.decision_reason = given_reason(reason)
    for subject in _pending(handover):
        _set(subject, Outcome.REFUSED, handover.decision_reason, actor)
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
def resume(*, actor: User, handover_id: UUID, reason: str) -> HandoverRequest:
    """Take a postponed request up again: those postponed wait for a decision."""
    handover, step, done = step_with_check(actor, handover_id, "resume")
    if done:
        return handover
    for subject in handover.subjects.filter(outcome=Outcome.POSTPONED).order_by("position"):
        _set(subject, Outcome.PENDING, "", actor)
    take(
        handover,
        step,
        actor=actor,
        verb="handover.resumed",
        reason=given_reason(reason),
        tells_other_side=True,
    )
    return handover


@transaction.atomic
def assure(*, actor: User, handover_id: UUID, assurances: str) -> HandoverRequest:
    """Record the assurances given for the persons who are granted."""
    handover, step, done = step_with_check(actor, handover_id, "assure")
    if done:
        return handover
    handover.assurances = given_reason(assurances, "assurances")
    take(
        handover,
        step,
        actor=actor,
        verb="handover.assured",
        reason=handover.assurances,
        tells_other_side=True,
    )
    return handover


def status_of(outcomes: list[str]) -> str:
    """Return where a request stands after a decision, from the outcomes of those decided."""
    found = set(outcomes)
    if found <= {Outcome.GRANTED.value}:
        return Status.APPROVED
    if found <= {Outcome.TEMPORARY.value}:
        return Status.TEMPORARY
    if found & POSITIVE:
        return Status.PART_GRANTED
    return Status.POSTPONED if Outcome.POSTPONED.value in found else Status.REFUSED


def _decide(
    handover: HandoverRequest, actor: User, outcomes: Mapping[UUID, str], grounds: Mapping[UUID, str]
) -> None:
    pending = _pending(handover)
    unknown = set(outcomes) - {subject.uuid for subject in pending}
    if unknown:
        raise InvalidInput("outcomes", _("Choose persons of this request who wait for a decision."))
    for subject in pending:
        outcome = outcomes.get(subject.uuid, Outcome.GRANTED.value)
        if outcome not in DECISIONS:
            raise InvalidInput(f"outcome_{subject.uuid}", _("Choose a value from the list."))
        ground = clean_text(grounds.get(subject.uuid, ""), multiline=True)
        if outcome != Outcome.GRANTED and not ground:
            raise InvalidInput(f"ground_{subject.uuid}", _("Give the ground of this decision."))
        _set(subject, Outcome(outcome), ground, actor)


def _conclude(
    actor: User,
    handover: HandoverRequest,
    step: Step,
    reason: str,
    restrictions_confirmed: bool,
    verb: str,
) -> HandoverRequest:
    decided = [subject.outcome for subject in handover.subjects.all() if subject.outcome in DECISIONS]
    handover.decided_at = timezone.now()
    handover.decision_reason = clean_text(reason, multiline=True)
    # An offer is accepted by the receiving country: it has nothing to disclose. The holder discloses by itself.
    is_granted = bool(POSITIVE & set(decided)) and not handover.is_offer
    if is_granted:
        handover.disclosed = _disclosed(actor, handover, restrictions_confirmed)
    take(
        handover,
        step,
        actor=actor,
        verb=verb,
        ends=status_of(decided),
        operation=Operation.DISCLOSURE,
        reason=handover.decision_reason,
        tells_other_side=True,
        codes=_counts(handover) if is_granted else {},
    )
    if is_granted:
        hand_out(actor, handover, from_requested=True)
    return handover


def _pending(handover: HandoverRequest) -> list[HandoverSubject]:
    return list(handover.subjects.filter(outcome=Outcome.PENDING).order_by("position"))


def _set(subject: HandoverSubject, outcome: HandoverSubject.Outcome, ground: str, actor: User) -> None:
    subject.outcome, subject.outcome_reason = outcome, ground
    save_as(subject, actor=actor, reason=ground)


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


def _counts(handover: HandoverRequest) -> dict[str, int]:
    """How much was disclosed, for the audit: counts only."""
    return {"persons": len(handover.disclosed["subjects"]), "exhibits": len(handover.disclosed["exhibits"])}
