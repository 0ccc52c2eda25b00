"""What every step of a request shares: the row locked through the rule, the change, its history, its audit event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils import timezone

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.core.history import save_as
from lmc_cases.handovers import states
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.states import Side, Step

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


def locked(actor: User, handover_id: UUID, step: Step) -> HandoverRequest:
    """Return the request, locked, if the officer may take the step for the side it belongs to.

    Raises:
        HandoverRequest.DoesNotExist: foreign, missing, the wrong side and no right alike.
    """
    reads = HandoverRequest.objects
    mine = reads.asked_with if step.side == Side.REQUESTING else reads.decided_with
    return (
        mine(actor, step.action)
        .select_for_update(of=("self",))
        .select_related("requesting", "requested")
        .get(uuid=handover_id)
    )


def taken_already(handover: HandoverRequest, step: Step, actor: User) -> bool:
    """Whether this officer took the step just now: a second click finds it done and changes nothing."""
    if not step.changes_status or handover.status != step.ends:
        return False
    last = handover.history.order_by("-history_date", "-history_id").first()
    return last is not None and last.history_user_id == actor.pk


def take(
    handover: HandoverRequest,
    step: Step,
    *,
    actor: User,
    verb: str,
    operation: Operation = Operation.ALTERATION,
    reason: str = "",
    tells_other_side: bool = False,
    codes: dict[str, Any] | None = None,
) -> None:
    """Put the request where ``step`` ends and write history and audit. The caller checked the state and locked.

    Args:
        tells_other_side: the step shows the other country something it did not hold before.
    """
    began = handover.status
    handover.status = step.ends
    handover.version += 1
    handover.updated_at = timezone.now()
    save_as(handover, actor=actor, reason=reason)
    other = handover.requested if step.side == Side.REQUESTING else handover.requesting
    record(
        actor=actor,
        operation=operation,
        verb=verb,
        target=handover,
        recipient=other if tells_other_side else None,
        reason=reason,
        codes={"from": began, "to": step.ends, **(codes or {})},
    )


def step_with_check(actor: User, handover_id: UUID, act: str) -> tuple[HandoverRequest, Step, bool]:
    """Lock the request for an act; return it, the step, and whether the officer has already taken it.

    Raises:
        WrongState: the request stands elsewhere.
    """
    step = states.step_of(act)
    handover = locked(actor, handover_id, step)
    if taken_already(handover, step, actor):
        return handover, step, True
    states.check(handover, step)
    return handover, step, False
