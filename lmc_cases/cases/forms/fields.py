"""Days, moments and amounts as officers of the region write them."""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import from_current_timezone
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import gettext as _

from lmc_cases.core.display import zone_name, zone_offset
from lmc_cases.core.partial_dates import BUDDHIST_OFFSET_YEARS, FIRST_JANUARY, parse_birth_date
from lmc_cases.core.text import ascii_digits, clean_text

_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_FIRST_BUDDHIST_YEAR = 2400


def read_day(written: str) -> dt.date | None:
    """Read a whole day: ISO as a date picker sends it, or as written by hand; years of either era.

    A Buddhist-era year is told by its number: no case of ours happens in the 25th century.
    """
    text = ascii_digits(clean_text(written))
    iso = _ISO_DAY.fullmatch(text)
    try:
        if iso:
            year, month, day = map(int, iso.groups())
            return dt.date(year - BUDDHIST_OFFSET_YEARS if year >= _FIRST_BUDDHIST_YEAR else year, month, day)
    except ValueError:
        return None
    read = parse_birth_date(text)
    if read.year is not None and FIRST_JANUARY in read.note_codes:
        # Registries write 1 January for an unknown day; an officer who dates an event means that day.
        return dt.date(read.year, 1, 1)
    if read.year is None or read.month is None or read.day is None:
        return None
    return dt.date(read.year, read.month, read.day)


class DayField(forms.DateField):
    """A calendar day."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def to_python(self, value: Any) -> dt.date | None:
        """Return the day, or refuse what is no whole day."""
        if value in self.empty_values or isinstance(value, dt.date):
            return super().to_python(value)
        found = read_day(str(value))
        if found is None:
            raise ValidationError(_("Enter a whole date: day, month and year."), code="invalid")
        return found


class MomentField(forms.DateTimeField):
    """Day and time in the officer's zone; the help text says which zone that is."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def __init__(self, **kwargs: Any) -> None:
        # Written when it is shown: forms are made when the program starts, for officers of every zone.
        super().__init__(**{"help_text": lazy(_zone_hint, str)(), **kwargs})

    def to_python(self, value: Any) -> dt.datetime | None:
        """Return the aware moment, or refuse what is no day with a time."""
        if value in self.empty_values or isinstance(value, dt.datetime):
            return super().to_python(value)
        day_text, _gap, time_text = ascii_digits(clean_text(str(value))).replace("T", " ").rpartition(" ")
        day = read_day(day_text)
        try:
            time = dt.time.fromisoformat(time_text)
        except ValueError:
            time = None
        if day is None or time is None or time.tzinfo is not None:
            raise ValidationError(_("Enter a date and a time."), code="invalid")
        return from_current_timezone(dt.datetime.combine(day, time))


def _zone_hint() -> str:
    now = timezone.now()
    return _("In your time zone: %(zone)s (%(offset)s).") % {
        "zone": zone_name(now),
        "offset": zone_offset(now),
    }


class AmountField(forms.DecimalField):
    """An amount of money; separators of thousands and digits of any script are taken."""

    widget = forms.TextInput(attrs={"inputmode": "decimal"})

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        """Return the amount."""
        if isinstance(value, str):
            value = re.sub(r"[,\s\u00a0\u202f]", "", ascii_digits(value))
        return super().to_python(value)


def end_of_day_in(days: int) -> dt.datetime:
    """Return the last minute of the day so many days ahead, in the officer's zone."""
    zone = timezone.get_current_timezone()
    day = timezone.localdate() + dt.timedelta(days=days)
    return dt.datetime.combine(
        day, dt.time(23, 59), tzinfo=zone if isinstance(zone, zoneinfo.ZoneInfo) else dt.UTC
    )
