"""A date of birth for the reader: as written, as understood, and what was assumed in between."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from babel.dates import format_skeleton
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from lmc_cases.core import partial_dates
from lmc_cases.core.display import BUDDHIST_OFFSET, babel_locale, format_day
from lmc_cases.suspects.models import Suspect

_NOTES = {
    partial_dates.DAY_MONTH_AMBIGUOUS: gettext_lazy("Day and month could be the other way round."),
    partial_dates.DAY_MONTH_SWAPPED: gettext_lazy("The month was written before the day."),
    partial_dates.FIRST_JANUARY: gettext_lazy(
        "1 January is read as the year only: registries write it for unknown days."
    ),
    partial_dates.THAI_NEW_YEAR: gettext_lazy(
        "The year may be one later: until 1940 the Thai year began in April."
    ),
    partial_dates.TIME_DROPPED: gettext_lazy("The time of day was left out."),
    partial_dates.NOT_UNDERSTOOD: gettext_lazy("The date could not be read."),
    partial_dates.IMPOSSIBLE_DATE: gettext_lazy("This date does not exist. Check the day and the month."),
    partial_dates.IMPOSSIBLE_YEAR: gettext_lazy("This year cannot be right. Check it."),
    partial_dates.CALENDAR_CONFLICT: gettext_lazy("The year does not fit the calendar named beside it."),
    partial_dates.OTHER_CALENDAR: gettext_lazy("Enter the date in the Gregorian or the Buddhist calendar."),
    partial_dates.TWO_DIGIT_YEAR: gettext_lazy("Enter the year with four digits."),
    partial_dates.IN_FUTURE: gettext_lazy("The date lies in the future. Check it."),
}


@dataclass(frozen=True)
class BirthDateShown:
    """What a page says of a date of birth; ``understood`` is "" where nothing was read."""

    written: str
    understood: str
    calendar: str
    notes: list[str]


def shown(suspect: Suspect, *, buddhist: bool = False) -> BirthDateShown:
    """Return a person's date of birth in the active language.

    Args:
        buddhist: write the year of the Buddhist era.
    """
    calendars = {"buddhist": _("Buddhist era (BE)"), "gregorian": _("Gregorian (CE)")}
    text = understood(suspect, buddhist=buddhist)
    if text and suspect.birth_is_approximate:
        text = f"{text} ({_('approximate')})"
    return BirthDateShown(
        written=suspect.birth_date_text,
        understood=text,
        calendar=calendars.get(suspect.birth_calendar, ""),
        notes=[str(_NOTES[code]) for code in suspect.birth_notes if code in _NOTES],
    )


def understood(suspect: Suspect, *, buddhist: bool = False) -> str:
    """Return as much of the date as is known, "" for none; a year of the Buddhist era is marked as one."""
    if suspect.birth_year is None:
        return ""
    day = dt.date(suspect.birth_year, suspect.birth_month or 1, suspect.birth_day or 1)
    if suspect.birth_precision == Suspect.Precision.DAY:
        return format_day(day, buddhist=buddhist)
    year = str(suspect.birth_year)
    if buddhist:
        year = pgettext("year of the Buddhist era", "%(year)s BE") % {
            "year": suspect.birth_year + BUDDHIST_OFFSET
        }
    if suspect.birth_precision == Suspect.Precision.MONTH:
        month = format_skeleton("MMMM", day, locale=babel_locale())
        return _("%(month)s %(year)s") % {"month": month, "year": year}
    return year
