"""Each test starts with no failed attempts counted, and where it asks for it, without the second factor."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def _nothing_counted_yet() -> None:
    cache.clear()


@pytest.fixture
def one_factor(settings: Any) -> None:
    """The second factor is attacked in test_sign_in; elsewhere it would hide the pages."""
    settings.SECOND_FACTOR_COMPULSORY = False
