"""A log of its own for each test that seals: the anchor beside the database is not shared."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest


@pytest.fixture
def anchor(settings: Any, tmp_path: Path) -> Path:
    """Where the newest checkpoint is kept outside the database."""
    settings.AUDIT_ANCHOR = tmp_path / "anchor" / "newest-checkpoint.txt"
    return settings.AUDIT_ANCHOR


@pytest.fixture
def log(transactional_db: None, anchor: Path) -> None:
    """A sealed log of some events, committed."""
    from lmc_cases.audit.services import sealing
    from tests.factories import officer, open_case

    thai = officer("TH")
    for number in range(4):
        open_case(thai, f"Invented case {number}")
    assert sealing.seal(wait=True)


@pytest.fixture
def superuser(superuser_url: str) -> Callable[..., list[tuple[Any, ...]]]:
    """Run a statement as PostgreSQL's superuser, past every trigger."""

    def run(statement: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(superuser_url) as connection:
            connection.execute("SET LOCAL session_replication_role = 'replica'")
            cursor = connection.execute(statement.encode(), values)
            return cursor.fetchall() if cursor.description else []

    return run
