"""The world of the leak matrix, built once per module."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.harness.shared_worlds import once_per_module

if TYPE_CHECKING:
    from tests.leaks.world import World


def _build() -> World:
    # Imported here: the settings do not stand yet when this file is read.
    from tests.leaks.world import build

    return build()


built, world = once_per_module(_build)
