"""What the fields of a case may hold."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.translation import gettext as _

from lmc_cases.accounts.models import User
from lmc_cases.cases.models import (
    Case,
)
from lmc_cases.cases.services.casework.rows import check_code
from lmc_cases.core.errors import InvalidInput
from lmc_cases.jurisdictions.models import BorderPoint, Typology

if TYPE_CHECKING:
    pass

# What the column takes is a slip of the hand long before.
MAX_FRAUD_VICTIMS = 2_000_000_000


def check_classification(actor: User, classification: str) -> None:
    """Refuse a code of no list, and one the officer is not cleared for."""
    check_code("classification", classification, Case.Classification.values)
    if Case.RANK[Case.Classification(classification)] > actor.clearance:
        raise InvalidInput(
            "classification", _("You are not cleared for this classification: you would not see the case.")
        )


def check_detail(
    loss_amount: Decimal | None,
    loss_currency: str,
    occurred_from: dt.date | None,
    occurred_to: dt.date | None,
    fraud_victims: int | None,
) -> None:
    """Refuse a loss without currency or below zero, no count of victims, and an end before its beginning."""
    if fraud_victims is not None and not 0 <= fraud_victims <= MAX_FRAUD_VICTIMS:
        raise InvalidInput("fraud_victims", _("Enter a whole number of zero or more."))
    if loss_amount is not None and loss_amount < 0:
        raise InvalidInput("loss_amount", _("Enter an amount of zero or more."))
    if loss_amount is not None and not loss_currency:
        raise InvalidInput("loss_currency", _("Choose the currency of the loss."))
    if occurred_from and occurred_to and occurred_to < occurred_from:
        raise InvalidInput("occurred_to", _("The end must not be before the beginning."))


def typology_of(code: str) -> Typology | None:
    """Return the typology of a code, ``None`` for none; ``InvalidInput`` for one of no list."""
    if not code:
        return None
    found = Typology.objects.filter(code=code).first()
    if found is None:
        raise InvalidInput("typology_code", _("Choose a typology from the list."))
    return found


def border_point_of(public_id: UUID | None) -> BorderPoint | None:
    """Return the border point, ``None`` for none; ``InvalidInput`` for one of no list."""
    if public_id is None:
        return None
    found = BorderPoint.objects.filter(uuid=public_id).first()
    if found is None:
        raise InvalidInput("border_point_id", _("Choose an entry of the list."))
    return found
