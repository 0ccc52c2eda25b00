"""Approve a request, or correct what it discloses, and owe the dossiers in the same transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from lmc_cases.dossiers.services.owing import owe_both
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.services import deciding

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


@transaction.atomic
def approve_and_owe(
    *, actor: User, handover_id: UUID, reason: str = "", restrictions_confirmed: bool = False
) -> HandoverRequest:
    """Approve a request and owe its dossiers, in the requesting country's first language and in the own one.

    Raises:
        As ``handovers.services.deciding.approve``.
    """
    handover = deciding.approve(
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
