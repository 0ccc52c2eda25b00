"""The steps of a request after which its dossiers say something new: they are owed in the same transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from lmc_cases.dossiers.services.owing import owe_both
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.services import deciding, surrendering
from lmc_cases.handovers.states import DISCLOSED

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


@transaction.atomic
def approve_and_owe(
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
    """Decide on a request and owe its dossiers, in the requesting country's first language and in the own one.

    Nothing is owed where nobody is granted.

    Raises:
        As ``handovers.services.deciding.approve``.
    """
    handover = deciding.approve(
        actor=actor,
        handover_id=handover_id,
        reason=reason,
        outcomes=outcomes,
        grounds=grounds,
        refusal_grounds=refusal_grounds,
        counts=counts,
        restrictions_confirmed=restrictions_confirmed,
    )
    if handover.status in DISCLOSED and handover.disclosed:
        owe_both(actor, handover)
    return handover


@transaction.atomic
def simplify_and_owe(
    *, actor: User, handover_id: UUID, reason: str = "", restrictions_confirmed: bool = False
) -> HandoverRequest:
    """Grant a request by the consent of every person, and owe its dossiers.

    Raises:
        As ``handovers.services.deciding.simplify``.
    """
    handover = deciding.simplify(
        actor=actor,
        handover_id=handover_id,
        reason=reason,
        restrictions_confirmed=restrictions_confirmed,
    )
    owe_both(actor, handover)
    return handover


@transaction.atomic
def correct_and_owe(
    *, actor: User, handover_id: UUID, reason: str, restrictions_confirmed: bool = False
) -> HandoverRequest:
    """Disclose the case as it stands now and owe new versions; the versions before stay as they are.

    Raises:
        As ``handovers.services.deciding.correct_disclosure``.
    """
    handover = deciding.correct_disclosure(
        actor=actor,
        handover_id=handover_id,
        reason=reason,
        restrictions_confirmed=restrictions_confirmed,
    )
    owe_both(actor, handover)
    return handover


@transaction.atomic
def clear_and_owe(*, actor: User, handover_id: UUID) -> HandoverRequest:
    """Say that every person may be moved, and owe the dossiers that travel: they list every check and exception.

    Raises:
        As ``handovers.services.surrendering.clear``.
    """
    handover = surrendering.clear(actor=actor, handover_id=handover_id)
    if handover.disclosed:
        owe_both(actor, handover)
    return handover
