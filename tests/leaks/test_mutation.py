"""The matrix itself is tested: with one line of the rule dropped it must go red.

Each mutation replaces one filter of the rule, as a careless change would, and runs the matrix twice: on the owner's
connection, which row-level security does not bind, the matrix must go red; on the serving role's it must stay green,
for the policies of the database stop what the mutated rule lets through.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connections, transaction

from lmc_cases.cases.models import Case, CaseVisibility, Level
from lmc_cases.cases.models.visibility import CaseVisibilityQuerySet
from lmc_cases.jurisdictions import access
from tests.leaks.test_models import SEEN_BY, rows
from tests.leaks.world import HOLDS, World, build

# Committed worlds: the owner's connection reads the same rows as the serving role's.
pytestmark = [pytest.mark.leak, pytest.mark.django_db(transaction=True, databases=["default", "owner"])]
SERVING, PAST_POLICIES = "default", "owner"


@pytest.fixture
def world(db: None, settings: Any, tmp_path: Path) -> World:
    settings.MEDIA_ROOT = tmp_path
    # One transaction: its parts are read back for whoever made them.
    with transaction.atomic():
        return build()


ENDED_ROW = (
    "INSERT INTO cases_casevisibility (audience_id, case_id, level, until, updated_at, status, typology_id, owner_id)"
    " SELECT cleared_audience(%s, classification_rank(classification)), id, 3, now() - interval '1 second', updated_at,"
    " status, typology_id, owner_id FROM cases_case WHERE id = %s"
)


def leaks(world: World, database: str) -> set[str]:
    """Return the viewers who see a row of any model although the matrix says no."""
    found = set()
    for name in HOLDS:
        with access.acting_as(world.viewers[name]):
            for model, viewers in SEEN_BY.items():
                if name not in viewers and rows(model, world.viewers[name]).using(database).exists():
                    found.add(name)
    return found


def test_without_the_audience_filter_the_matrix_goes_red(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def every_audience(self: Any, user: Any, *, at_least: Level = Level.EXISTENCE) -> Any:
        return self.filter(level__gte=at_least)

    monkeypatch.setattr(CaseVisibilityQuerySet, "visible_to", every_audience)
    assert {"foreign", "expired", "no_role", "root"} <= leaks(world, PAST_POLICIES)
    assert leaks(world, SERVING) == set()


def test_without_the_clock_the_matrix_goes_red(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def timeless(self: Any, user: Any, *, at_least: Level = Level.EXISTENCE) -> Any:
        return self.filter(audience__in=access.audiences_of(user), level__gte=at_least)

    agency = world.viewers["expired"].agency
    assert agency is not None
    with connections["owner"].cursor() as cursor:
        # As it stands between the end of a share and the sweeper's next round.
        cursor.execute(ENDED_ROW, [agency.audience_id, world.case.pk])
    monkeypatch.setattr(CaseVisibilityQuerySet, "visible_to", timeless)
    assert leaks(world, PAST_POLICIES) == {"expired"}
    assert leaks(world, SERVING) == set()


def test_without_the_level_the_matrix_goes_red(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    real = CaseVisibilityQuerySet.visible_to

    def any_level(self: Any, user: Any, *, at_least: Level = Level.EXISTENCE) -> Any:
        return real(self, user)

    monkeypatch.setattr(CaseVisibilityQuerySet, "visible_to", any_level)
    assert {"summary", "existence"} <= leaks(world, PAST_POLICIES)
    assert leaks(world, SERVING) == set()


def test_with_the_superuser_short_cut_the_matrix_goes_red(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = access.get_objects_for_user

    def guardian_default(user: Any, perm: str, klass: Any, **options: Any) -> Any:
        return real(user, perm, klass, **{**options, "with_superuser": True})

    monkeypatch.setattr(access, "get_objects_for_user", guardian_default)
    assert "root" in leaks(world, PAST_POLICIES)
    # Audiences come from a statement that was written for nobody in particular: no account's short cut enters it.
    assert leaks(world, SERVING) == set()


def test_unmutated_the_matrix_is_green(world: World) -> None:
    assert leaks(world, PAST_POLICIES) == set()
    assert leaks(world, SERVING) == set()


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
    with access.acting_as(chinese):
        assert Case.objects.visible_to(chinese).exists()
    assert visibility.drift().surplus == 1
    visibility.repair()
    with access.acting_as(chinese):
        assert not Case.objects.visible_to(chinese).exists()
    assert visibility.drift().is_none
    with access.acting_as(world.viewers["own"]):
        assert CaseVisibility.objects.filter(case=world.case).exists()
