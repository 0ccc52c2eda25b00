"""What a share can name of the people of a case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lmc_cases.cases.models import Case, CaseShareItem
from lmc_cases.cases.services.sharing.items import ItemSource, register
from lmc_cases.suspects.models import Suspect

if TYPE_CHECKING:
    from django.db import models

    from lmc_cases.accounts.models import User


def register_people() -> None:
    """Make the people of a case known to the forms of sharing."""
    register(ItemSource(CaseShareItem.Kind.SUSPECT, _people, _label, _number))


def _people(user: User, case: Case) -> models.QuerySet[Suspect]:
    return Suspect.objects.visible_to(user).filter(case=case).order_by("number")


def _label(person: Suspect) -> str:
    return f"{person.number} · {person}"


def _number(person: Suspect) -> str:
    return str(person.number)
