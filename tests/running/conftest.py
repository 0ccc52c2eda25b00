"""The second factor would hide the pages these tests look at."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def one_factor(settings: Any) -> None:
    """The second factor is tested in tests/accounts."""
    settings.SECOND_FACTOR_COMPULSORY = False
