"""In which language and zone an officer reads: the same for a page and for what a worker writes."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.utils import timezone, translation

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


def zone_named(name: str) -> zoneinfo.ZoneInfo:
    """Return a time zone; UTC for a name that is none."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return zoneinfo.ZoneInfo("UTC")


@contextmanager
def speaking_to(officer: User) -> Iterator[None]:
    """Within the block words are the officer's language and times the officer's zone."""
    with translation.override(officer.language), timezone.override(zone_named(officer.time_zone)):
        yield
