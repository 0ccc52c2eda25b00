"""What the page tests of this folder share."""

from __future__ import annotations

import pytest


@pytest.fixture
def no_second_factor(settings: object) -> None:
    """Let a client sign in by itself; the second factor has tests of its own."""
    settings.SECOND_FACTOR_COMPULSORY = False  # type: ignore[attr-defined]
