"""Whether the pages of a case's people and exhibits exist for an officer, also where only single items are open."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from lmc_cases.cases.models import Case, ItemVisibility, Level

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


def shows_items(user: User, case: Case, level: Level) -> bool:
    """Whether the lists of people and exhibits exist: in full, or item by item."""
    return level >= Level.FULL or ItemVisibility.objects.visible_to(user).filter(case=case).exists()


def case_with_items(user: User, case_id: UUID) -> Case:
    """Return a case whose people and exhibits the officer may list, in full or item by item.

    Raises:
        Case.DoesNotExist: foreign, missing, and nothing of it open alike.
    """
    case = Case.objects.visible_to(user).with_level_for(user).get(uuid=case_id)
    if not shows_items(user, case, Level(case.level)):  # type: ignore[attr-defined]
        raise Case.DoesNotExist
    return case
