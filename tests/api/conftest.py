"""One world per module, each test in a savepoint of it; sessions have shown their second factor already."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction

if TYPE_CHECKING:
    from tests.api.samples import World


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Build the world in a transaction that is never committed: some two thousand statements, made once."""
    # Imported here: the settings do not stand yet when this file is read.
    from tests.api.samples import world

    with django_db_blocker.unblock(), transaction.atomic():
        yield world()
        transaction.set_rollback(True)


@pytest.fixture
def w(built: World, db: None, settings: Any) -> World:
    """The world; what a test changes in it is rolled back. tests/accounts holds the second factor to account."""
    settings.SECOND_FACTOR_COMPULSORY = False
    return built
