"""The matrix itself is tested: with one line of the rule dropped it must go red.

Each mutation replaces one filter of the rule, as a careless change would, and runs a cell of the matrix.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connections

from lmc_cases.cases.models import Case, CaseVisibility, Level
from lmc_cases.cases.models.visibility import CaseVisibilityQuerySet
from lmc_cases.jurisdictions import access
from tests.leaks.test_models import SEEN_BY, rows
from tests.leaks.world import HOLDS, World

pytestmark = [pytest.mark.leak, pytest.mark.django_db]


def leaks(world: World) -> set[str]:
    """Return the viewers who see a row of any model although the matrix says no."""
    found = set()
    for model, viewers in SEEN_BY.items():
        for name in HOLDS:
            if name not in viewers and rows(model, world.viewers[name]).exists():
                found.add(name)
    return found


def test_without_the_audience_filter_the_matrix_goes_red(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def every_audience(self: Any, user: Any, *, at_least: Level = Level.EXISTENCE) -> Any:
        return self.filter(level__gte=at_least)

    monkeypatch.setattr(CaseVisibilityQuerySet, "visible_to", every_audience)
    assert {"foreign", "expired", "no_role", "root"} <= leaks(world)


def test_without_the_clock_the_matrix_goes_red(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def timeless(self: Any, user: Any, *, at_least: Level = Level.EXISTENCE) -> Any:
        return self.filter(audience__in=access.audiences_of(user), level__gte=at_least)

    monkeypatch.setattr(CaseVisibilityQuerySet, "visible_to", timeless)
    assert leaks(world) == {"expired"}


def test_without_the_level_the_matrix_goes_red(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    real = CaseVisibilityQuerySet.visible_to

    def any_level(self: Any, user: Any, *, at_least: Level = Level.EXISTENCE) -> Any:
        return real(self, user)

    monkeypatch.setattr(CaseVisibilityQuerySet, "visible_to", any_level)
    assert {"summary", "existence"} <= leaks(world)


def test_with_the_superuser_short_cut_the_matrix_goes_red(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = access.get_objects_for_user

    def guardian_default(user: Any, perm: str, klass: Any, **options: Any) -> Any:
        return real(user, perm, klass, **{**options, "with_superuser": True})

    monkeypatch.setattr(access, "get_objects_for_user", guardian_default)
    assert "root" in leaks(world)


def test_unmutated_the_matrix_is_green(world: World) -> None:
    assert leaks(world) == set()


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_a_revocation_that_the_trigger_misses_is_found(world: World) -> None:
    """The read model drifts if its trigger is off: the check says so, the repair closes the case again."""
    from lmc_cases.cases.services import sharing, visibility

    chinese = world.viewers["full"]
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE cases_caseshare DISABLE TRIGGER visibility_of_changed_shares")
    try:
        sharing.revoke_share(
            actor=world.viewers["own"], share_id=world.parts["share"].uuid, reason="trigger is off"
        )
    finally:
        with connections["owner"].cursor() as cursor:
            cursor.execute("ALTER TABLE cases_caseshare ENABLE TRIGGER visibility_of_changed_shares")
    assert Case.objects.visible_to(chinese).exists()
    assert visibility.drift().surplus == 1
    visibility.repair()
    assert not Case.objects.visible_to(chinese).exists()
    assert visibility.drift().is_none
    assert CaseVisibility.objects.filter(case=world.case).exists()
