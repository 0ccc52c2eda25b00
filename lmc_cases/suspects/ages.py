"""Whether a person may be a child, by the date of birth as it is known. It only asks an officer to look."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, cast

from lmc_cases.core.partial_dates import DAY_MONTH_AMBIGUOUS, Calendar, PartialDate, Precision

if TYPE_CHECKING:
    from lmc_cases.suspects.models import Suspect

# Convention on the Rights of the Child, Article 1; ASEAN Convention Against Trafficking in Persons, Article 2(d).
# No decision follows from it.
_CHILD_BELOW_YEARS: Final = 18


def may_be_a_child(birth_date: PartialDate | None, today: dt.date) -> bool:
    """Whether some reading of the date makes the person younger than 18 today."""
    latest = birth_date.latest() if birth_date is not None else None
    if latest is None:
        return False
    had_birthday = (today.month, today.day) >= (latest.month, latest.day)
    return today.year - latest.year - (0 if had_birthday else 1) < _CHILD_BELOW_YEARS


def partial_date_of(suspect: Suspect) -> PartialDate | None:
    """Return a person's date of birth as far as it is known; ``None`` for no year."""
    return _date(
        suspect.birth_year,
        suspect.birth_month,
        suspect.birth_day,
        calendar=suspect.birth_calendar,
        is_approximate=suspect.birth_is_approximate,
        precision=suspect.birth_precision,
        notes=tuple(suspect.birth_notes),
    )


def partial_date_in(birth: Mapping[str, Any]) -> PartialDate | None:
    """Return the date of birth of a person's copy in a request (``disclosure``): its ``birth``."""
    year, month, day = (birth.get(name) for name in ("year", "month", "day"))
    precision = "DAY" if day else "MONTH" if month else "YEAR"
    return _date(
        year,
        month,
        day,
        calendar=birth.get("calendar") or "",
        is_approximate=bool(birth.get("is_approximate")),
        precision=precision,
        # The copy does not say which was written first.
        notes=(DAY_MONTH_AMBIGUOUS,) if day and month and day <= 12 else (),
    )


def _date(
    year: int | None,
    month: int | None,
    day: int | None,
    *,
    calendar: str,
    is_approximate: bool,
    precision: str,
    notes: tuple[str, ...],
) -> PartialDate | None:
    if year is None:
        return None
    return PartialDate(
        year=year,
        month=month,
        day=day,
        calendar=cast(Calendar, calendar or "gregorian"),
        precision=cast(Precision, precision),
        is_approximate=is_approximate,
        note_codes=notes,
    )
