"""Days as moments, in the reader's zone: for periods that a filter names by their first and last day."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

# No zone carries the day after it over the end of the calendar.
LAST_DAY = dt.date.max - dt.timedelta(days=2)


def start_of(day: dt.date | None) -> dt.datetime | None:
    """Return the first moment of a day; ``None`` for none."""
    return None if day is None else timezone.make_aware(dt.datetime.combine(day, dt.time.min))


def end_of(day: dt.date | None) -> dt.datetime | None:
    """Return the first moment after a day; ``None`` for none, and for a day that nothing comes after."""
    return None if day is None or day >= LAST_DAY else start_of(day + dt.timedelta(days=1))
