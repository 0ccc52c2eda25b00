"""Set a person of a request aside because another procedure goes first: said in words that name nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.history import save_as
from lmc_cases.handovers.models import HandoverRequest, HandoverSubject, Status
from lmc_cases.handovers.models.people import SET_ASIDE
from lmc_cases.handovers.services.steps import step_with_check, take

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

Outcome = HandoverSubject.Outcome


@transaction.atomic
def set_aside(*, actor: User, handover_id: UUID, subject_id: UUID) -> HandoverRequest:
    """Postpone one person; the request is postponed where nobody of it waits for a decision any more.

    The asking country reads that another procedure goes first. Neither the event nor its audit says which.

    Raises:
        HandoverRequest.DoesNotExist: foreign, missing, wrong side, no right.
        WrongState: it stands where nobody can be set aside.
        InvalidInput: not a person of the request who waits for a decision.
    """
    handover, step, _done = step_with_check(actor, handover_id, "set_aside")
    subject = handover.subjects.filter(uuid=subject_id, outcome=Outcome.PENDING).first()
    if subject is None:
        raise InvalidInput("subject_id", _("Choose a person of this request who waits for a decision."))
    subject.outcome, subject.outcome_reason = Outcome.POSTPONED, SET_ASIDE
    save_as(subject, actor=actor, reason=SET_ASIDE)
    waits = handover.subjects.filter(outcome=Outcome.PENDING).exists()
    take(
        handover,
        step,
        actor=actor,
        verb="handover.set_aside",
        ends=handover.status if waits else Status.POSTPONED,
        reason=SET_ASIDE,
        tells_other_side=True,
    )
    return handover
