"""The decision: for each person by itself, with its ground, and what is disclosed with it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.cases.models import Case
from lmc_cases.core.errors import Conflict, InvalidInput
from lmc_cases.core.history import save_many_as
from lmc_cases.core.text import clean_text
from lmc_cases.handovers.models import HandoverRequest, HandoverSubject, Status
from lmc_cases.handovers.services.assessing import accused_among, decide_counts
from lmc_cases.handovers.services.assuring import Promise, add_assurance
from lmc_cases.handovers.services.disclosure import disclose, hand_out
from lmc_cases.handovers.services.grounds import ground_among, grounds_for
from lmc_cases.handovers.services.steps import given_reason, step_with_check, take
from lmc_cases.jurisdictions.models import RefusalGround
from lmc_cases.suspects.models import Suspect

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User
    from lmc_cases.handovers.states import Step

Outcome = HandoverSubject.Outcome
POSITIVE = frozenset(HandoverSubject.POSITIVE)
# What can be decided for a person; all but the first need their ground.
DECISIONS = (Outcome.GRANTED.value, Outcome.TEMPORARY.value, Outcome.POSTPONED.value, Outcome.REFUSED.value)
# What a decision writes of a person.
DECIDED = ("outcome", "outcome_reason", "refusal_ground")


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
    refusal_grounds: Mapping[UUID, UUID] | None = None,
    counts: Collection[UUID] | None = None,
    restrictions_confirmed: bool = False,
) -> HandoverRequest:
    """Decide for each person; where somebody is granted, freeze what is disclosed: the other country keeps it for good.

    The dossiers are owed by ``dossiers.services``: use ``approve_and_owe`` there.

    Args:
        outcomes: one of ``DECISIONS`` per public id of a subject; who is not named is granted.
        grounds: per public id; needed for all but a grant.
        refusal_grounds: per public id of a subject who is refused, the public id of one of ``grounds.grounds_for``;
            where no row of law fits, the ground is named in words alone.
        counts: public ids of the counts granted, of all persons; ``None``: all that the own country did not deny.

    Raises:
        HandoverRequest.DoesNotExist: foreign, missing, wrong side, no right (so everywhere in this module).
        WrongState: it stands elsewhere (likewise).
        CaseRestricted: the officer does not see the case.
        ProtectedPerson, ConsentMissing, CannotDisclose, InvalidInput: see ``disclosure.disclose``; also an unknown
            outcome, a ground that is missing, a ground of law that the request does not follow, or a person granted
            without any count (fields ``outcome_<uuid>``, ``ground_<uuid>``, ``refusal_ground_<uuid>`` and
            ``counts_<uuid>``).
    """
    handover, step, done = step_with_check(actor, handover_id, "approve")
    if done:
        return handover
    _decide(handover, actor, outcomes or {}, grounds or {}, refusal_grounds or {}, counts)
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
    _decide(handover, actor, {}, {}, {}, None)
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
def refuse(*, actor: User, handover_id: UUID, reason: str, ground_id: UUID | None = None) -> HandoverRequest:
    """Refuse the request for every person; the reason is shown to the other country.

    Args:
        ground_id: public id of one of ``grounds.grounds_for``; where no row of law fits, the reason names it in words.
    """
    handover, step, done = step_with_check(actor, handover_id, "refuse")
    if done:
        return handover
    handover.decided_at = timezone.now()
    handover.decision_reason = given_reason(reason)
    ground = ground_among(grounds_for(handover), ground_id, "ground_id") if ground_id else None
    pending = _pending(handover)
    _set_all(pending, Outcome.REFUSED, handover.decision_reason, actor, ground)
    for subject in accused_among(handover, pending):
        decide_counts(handover, subject, actor=actor, is_granted=False, granted=())
    take(
        handover,
        step,
        actor=actor,
        verb="handover.refused",
        reason=handover.decision_reason,
        tells_other_side=True,
        codes={"ground": str(ground.uuid)} if ground else {},
    )
    return handover


@transaction.atomic
def resume(*, actor: User, handover_id: UUID, reason: str) -> HandoverRequest:
    """Take a postponed request up again: those postponed wait for a decision."""
    handover, step, done = step_with_check(actor, handover_id, "resume")
    if done:
        return handover
    postponed = handover.subjects.filter(outcome=Outcome.POSTPONED).order_by("position")
    _set_all(list(postponed), Outcome.PENDING, "", actor)
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
def assure(*, actor: User, handover_id: UUID, promise: Promise) -> HandoverRequest:
    """Record the assurance given for the persons who are granted; further ones follow by ``assuring``.

    Raises:
        InvalidInput: no authority, no text, a day to come.
    """
    handover, step, done = step_with_check(actor, handover_id, "assure")
    if done:
        return handover
    row = add_assurance(actor, handover, promise)
    handover.assurances = row.text
    take(
        handover,
        step,
        actor=actor,
        verb="handover.assured",
        reason=handover.assurances,
        tells_other_side=True,
        codes={"assurance": str(row.uuid)},
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
    handover: HandoverRequest,
    actor: User,
    outcomes: Mapping[UUID, str],
    grounds: Mapping[UUID, str],
    named: Mapping[UUID, UUID],
    counts: Collection[UUID] | None,
) -> None:
    pending = _pending(handover)
    law = grounds_for(handover) if named else []
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
        row = named.get(subject.uuid) if outcome == Outcome.REFUSED else None
        of_law = ground_among(law, row, f"refusal_ground_{subject.uuid}") if row else None
        _decided(subject, Outcome(outcome), ground, of_law)
    save_many_as(pending, actor=actor, fields=DECIDED)
    for subject in accused_among(handover, pending):
        if subject.outcome != Outcome.POSTPONED:
            is_granted = subject.outcome in POSITIVE
            granted = counts if is_granted else ()
            decide_counts(handover, subject, actor=actor, is_granted=is_granted, granted=granted)


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


def _set_all(
    subjects: list[HandoverSubject],
    outcome: HandoverSubject.Outcome,
    ground: str,
    actor: User,
    of_law: RefusalGround | None = None,
) -> None:
    for subject in subjects:
        _decided(subject, outcome, ground, of_law)
    save_many_as(subjects, actor=actor, fields=DECIDED)


def _decided(
    subject: HandoverSubject,
    outcome: HandoverSubject.Outcome,
    ground: str,
    of_law: RefusalGround | None = None,
) -> None:
    subject.outcome, subject.outcome_reason, subject.refusal_ground = outcome, ground, of_law
    subject._change_reason = ground  # type: ignore[attr-defined]


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
