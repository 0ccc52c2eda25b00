"""The life of a handover request, as one table: who may take which step, from where to where."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from lmc_cases.core.errors import Conflict
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

Status = HandoverRequest.Status


class WrongState(Conflict):
    """The request does not stand where this step begins."""

    code = "wrong-state"


class Side(enum.StrEnum):
    """Whose officers take the step."""

    REQUESTING = "requesting"
    REQUESTED = "requested"


@dataclass(frozen=True)
class Step:
    """One allowed step. ``act`` is also the name of its address; ``action`` is held for the side's country."""

    act: str
    begins: tuple[str, ...]
    ends: str
    side: Side
    action: Action

    @property
    def changes_status(self) -> bool:
        """Whether the request stands elsewhere afterwards."""
        return self.ends not in self.begins


DRAFT, SENT, SEEN = Status.DRAFT.value, Status.SUBMITTED.value, Status.ACKNOWLEDGED.value
APPROVED, REFUSED = Status.APPROVED.value, Status.REFUSED.value
OVER, CLOSED, WITHDRAWN = Status.HANDED_OVER.value, Status.CLOSED.value, Status.WITHDRAWN.value
ASKING, ASKED = Side.REQUESTING, Side.REQUESTED

# fmt: off
STEPS = (
    # act                begins at                      ends at    side    the officer holds
    Step("edit",        (DRAFT,),                       DRAFT,     ASKING, Action.REQUEST_HANDOVER),
    Step("submit",      (DRAFT,),                       SENT,      ASKING, Action.REQUEST_HANDOVER),
    Step("acknowledge", (SENT,),                        SEEN,      ASKED,  Action.EDIT),
    Step("approve",     (SEEN,),                        APPROVED,  ASKED,  Action.APPROVE_HANDOVER),
    Step("refuse",      (SEEN,),                        REFUSED,   ASKED,  Action.APPROVE_HANDOVER),
    Step("correct",     (APPROVED,),                    APPROVED,  ASKED,  Action.APPROVE_HANDOVER),
    Step("hand_over",   (APPROVED,),                    OVER,      ASKED,  Action.EDIT),
    Step("close",       (OVER,),                        CLOSED,    ASKING, Action.REQUEST_HANDOVER),
    Step("withdraw",    (DRAFT, SENT, SEEN, APPROVED),  WITHDRAWN, ASKING, Action.REQUEST_HANDOVER),
)
# fmt: on
_BY_ACT = {step.act: step for step in STEPS}


def step_of(act: str) -> Step:
    """Return the step an act takes; ``KeyError`` for an unknown act."""
    return _BY_ACT[act]


def check(handover: HandoverRequest, step: Step) -> None:
    """Raise ``WrongState``, naming what is needed, unless the request stands where ``step`` begins."""
    if handover.status not in step.begins:
        raise WrongState(
            _("This step needs the status “%(needed)s”; the request has the status “%(status)s”.")
            % {
                "needed": " / ".join(str(Status(status).label) for status in step.begins),
                "status": handover.get_status_display(),
            }
        )


def possible_steps(user: User, handover: HandoverRequest) -> list[Step]:
    """Return the steps the officer may take now, in the order of the table. The services ask again."""
    begun = [step for step in STEPS if handover.status in step.begins]
    granted = {
        action: set(jurisdictions_granting(user, action).values_list("pk", flat=True))
        for action in {step.action for step in begun}
    }
    country = {Side.REQUESTING: handover.requesting_id, Side.REQUESTED: handover.requested_id}
    return [step for step in begun if country[step.side] in granted[step.action]]
