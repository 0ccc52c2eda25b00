"""The world is built for each test that asks for it: each test runs in a transaction of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import transaction


@pytest.fixture
def world(db: None, settings: Any, tmp_path: Path) -> Any:
    """One Thai case with everything in it; files go to a folder of the test."""
    from tests.leaks import world as worlds

    settings.MEDIA_ROOT = tmp_path
    # One transaction: its parts are read back for whoever made them, also where a test commits.
    with transaction.atomic():
        return worlds.build()
