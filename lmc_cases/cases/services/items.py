"""Whether the pages of a case's people and exhibits exist for an officer, also where only single items are open."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from lmc_cases.cases.models import Case, CaseItem, ItemVisibility, Level
from lmc_cases.cases.services.consent import Subject, may_ask_to_pass_on
from lmc_cases.cases.services.contributing import may_contribute
from lmc_cases.jurisdictions.access import Action

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


def shows_items(user: User, case: Case, level: Level) -> bool:
    """Whether the lists of people and exhibits exist: in full, by name, or to add to."""
    if level >= Level.FULL:
        return True
    if ItemVisibility.objects.visible_to(user).filter(case=case).exists():
        return True
    return may_contribute(user, case, Action.EDIT, Action.KEEP_EVIDENCE)


def case_with_items(user: User, case_id: UUID) -> Case:
    """Return a case whose people and exhibits the officer may list, in full or item by item.

    Raises:
        Case.DoesNotExist: foreign, missing, and nothing of it open alike.
    """
    case = Case.objects.visible_to(user).with_level_for(user).get(uuid=case_id)
    if not shows_items(user, case, Level(case.level)):  # type: ignore[attr-defined]
        raise Case.DoesNotExist
    return case


def may_ask_to_pass_on_item(user: User, item: CaseItem) -> bool:
    """Whether to show the way to a request for consent; the service asks again."""
    case_pk: int = item.case_id  # type: ignore[attr-defined]
    case = Case.objects.visible_to(user).filter(pk=case_pk).first()
    if case is None or item.is_withheld:
        return False
    return may_ask_to_pass_on(
        user, Subject(case=case, kind="", uuid=item.uuid, reference="", originator=item.originator)
    )
