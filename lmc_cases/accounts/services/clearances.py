"""Up to which classification an officer reads: given by the country's administrator, recorded, in force at once."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lmc_cases.accounts.services.managing import cleaned_reason, other_officer
from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.history import save_as
from lmc_cases.jurisdictions.models import Clearance

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


@transaction.atomic
def set_clearance(*, actor: User, user_id: UUID, clearance: int, reason: str) -> User:
    """Say up to which classification an officer of the own country reads; the next request goes by it.

    Raises:
        User.DoesNotExist: foreign and missing alike, and the actor.
        InvalidInput: no reason, or no such clearance.
    """
    cleaned = cleaned_reason(reason)
    user = other_officer(actor, user_id)
    if clearance not in Clearance.values:
        raise InvalidInput("clearance", _("Choose a clearance from the list."))
    before = user.clearance
    user.clearance = clearance
    user.version += 1
    save_as(user, actor=actor, reason=cleaned)
    record(
        actor=actor,
        operation=Operation.GRANT,
        verb="account.clearance_set",
        target=user,
        reason=cleaned,
        codes={"from": before, "to": clearance},
    )
    return user
