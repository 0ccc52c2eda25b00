"""The world of the leak matrix, built once per module: each test works in a savepoint of it."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction
from django.test import override_settings

if TYPE_CHECKING:
    from tests.leaks.world import World


@pytest.fixture(scope="module")
def built(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """Build the world in a transaction that is never committed, its files in a folder of the module."""
    # Imported here: the settings do not stand yet when this file is read.
    from tests.leaks.world import build

    with (
        django_db_blocker.unblock(),
        override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("files")),
        transaction.atomic(),
    ):
        yield build()
        transaction.set_rollback(True)


@pytest.fixture
def world(built: World, db: None) -> World:
    """The world; what a test changes in it is rolled back, and the copy forgotten."""
    return copy.deepcopy(built)
