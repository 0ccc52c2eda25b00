"""Pages are tested as a signed-in officer sees them; the second factor has its own tests."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _second_factor_given(settings: object) -> None:
    settings.SECOND_FACTOR_COMPULSORY = False  # type: ignore[attr-defined]
