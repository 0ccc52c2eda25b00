"""What every step of a request shares: the row locked through the rule, the gates, the change, history and audit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.history import save_as
from lmc_cases.core.text import clean_text
from lmc_cases.handovers import states
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.services.gates import check_gates
from lmc_cases.handovers.services.telling import tell_of_step
from lmc_cases.handovers.states import Step
from lmc_cases.jurisdictions.access import jurisdictions_granting

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


def step_for(actor: User, handover: HandoverRequest, act: str) -> Step:
    """Return the step of an act, if the officer may take it for the side it belongs to.

    Raises:
        HandoverRequest.DoesNotExist: the procedure does not know it, the wrong side and no right alike.
    """
    step = states.step_of(handover.procedure, act)
    if step is None:
        raise HandoverRequest.DoesNotExist
    country = states.country_of(handover, step.side)
    if not jurisdictions_granting(actor, step.action).filter(pk=country).exists():
        raise HandoverRequest.DoesNotExist
    return step


def locked(actor: User, handover_id: UUID) -> HandoverRequest:
    """Return the request, locked through the rule.

    Raises:
        HandoverRequest.DoesNotExist: foreign and missing alike.
    """
    return (
        HandoverRequest.objects.visible_to(actor)
        .select_for_update(of=("self",))
        .select_related("requesting", "requested")
        .get(uuid=handover_id)
    )


def taken_already(handover: HandoverRequest, step: Step, actor: User) -> bool:
    """Whether this officer took the step just now: a second click finds it done and changes nothing."""
    if step.is_repeatable or handover.status not in step.ends:
        return False
    last = handover.history.order_by("-history_date", "-history_id").first()
    return last is not None and last.history_user_id == actor.pk


def step_with_check(actor: User, handover_id: UUID, act: str) -> tuple[HandoverRequest, Step, bool]:
    """Lock the request for an act; return it, the step, and whether the officer has already taken it.

    Raises:
        HandoverRequest.DoesNotExist: see ``step_for``.
        WrongState: the request stands elsewhere.
        InvalidInput, Conflict: a gate is closed; see ``gates``.
    """
    handover = locked(actor, handover_id)
    step = step_for(actor, handover, act)
    if taken_already(handover, step, actor):
        return handover, step, True
    states.check(handover, step)
    check_gates(actor, handover, step)
    return handover, step, False


def take(
    handover: HandoverRequest,
    step: Step,
    *,
    actor: User,
    verb: str,
    ends: str = "",
    operation: Operation = Operation.ALTERATION,
    reason: str = "",
    tells_other_side: bool = False,
    codes: dict[str, Any] | None = None,
) -> None:
    """Put the request where ``step`` ends and write history and audit. The caller checked the state and locked.

    Args:
        ends: which of the step's ends, where there are several; "" where there is one.
        tells_other_side: the step shows the other country something it did not hold before.
    """
    began = handover.status
    wanted = ends or step.ends[0]
    if wanted not in step.ends:
        raise AssertionError(f"{step.act} does not end at {wanted}")
    handover.status = wanted
    handover.version += 1
    handover.updated_at = timezone.now()
    save_as(handover, actor=actor, reason=reason)
    receives = states.country_of(handover, step.side) == handover.requesting_id
    other = handover.requested if receives else handover.requesting
    record(
        actor=actor,
        operation=operation,
        verb=verb,
        target=handover,
        recipient=other if tells_other_side else None,
        reason=reason,
        codes={"from": began, "to": handover.status, **(codes or {})},
    )
    tell_of_step(handover, other)


def given_reason(text: str, field: str = "reason") -> str:
    """Return a reason that must be given.

    Raises:
        InvalidInput: nothing is left of it.
    """
    cleaned = clean_text(text, multiline=True)
    if not cleaned:
        raise InvalidInput(field, _("Give a reason."))
    return cleaned
