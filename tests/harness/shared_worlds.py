"""A world built once per module: each test works on a copy of it, in a savepoint that is rolled back.

Only for modules without transactional tests: those would wait for the transaction that holds the world.
"""

from __future__ import annotations

import contextlib
import copy
import datetime as dt
import shutil
import zoneinfo
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from unittest import mock

import pytest
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

Made = TypeVar("Made")


@contextlib.contextmanager
def one_day_of_reading() -> Iterator[None]:
    """Let the reasons for reading that the world gave hold, though midnight passes somewhere while the tests run."""
    # Imported here: the settings do not stand yet when this file is read.
    from lmc_cases.cases.services import reading_reasons

    begun = timezone.now()

    def day_of(officer: User) -> dt.date:
        return begun.astimezone(zoneinfo.ZoneInfo(officer.time_zone)).date()

    with mock.patch.object(reading_reasons, "day_of", day_of):
        yield


def once_per_module(build: Callable[[], Made]) -> tuple[Any, Any]:
    """Return two fixtures of a module: ``built``, which must have that name there, and the copy for one test."""

    held: dict[str, Path] = {}

    @pytest.fixture(scope="module")
    def built(
        django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
    ) -> Iterator[Made]:
        """The world in a transaction that is never committed, its files in a folder of the module."""
        held["files"] = tmp_path_factory.mktemp("files")
        with (
            django_db_blocker.unblock(),
            override_settings(MEDIA_ROOT=held["files"]),
            one_day_of_reading(),
            transaction.atomic(),
        ):
            yield build()
            transaction.set_rollback(True)

    @pytest.fixture
    def made(built: Made, db: None, tmp_path: Path) -> Iterator[Made]:
        """What a test changes in it is rolled back; rows and files are copies that are forgotten."""
        files = tmp_path / "copied-files"
        shutil.copytree(held["files"], files)
        with override_settings(MEDIA_ROOT=files):
            yield copy.deepcopy(built)

    return built, made
