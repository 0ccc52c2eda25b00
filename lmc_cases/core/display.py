"""How dates, languages, sizes and hashes are written for the reader: pages and papers share these."""

from __future__ import annotations

import datetime as dt
import re
from typing import Literal

from babel import Locale, UnknownLocaleError
from babel.dates import (
    DateTimeFormat,
    format_timedelta,
    get_date_format,
    get_datetime_format,
    get_timezone_location,
    get_timezone_name,
    parse_pattern,
)
from babel.numbers import format_decimal
from django.conf import settings
from django.utils import timezone
from django.utils.translation import (
    get_language,
    gettext,
    ngettext,
    pgettext,
    to_locale,
)

# The Thai solar and Khmer/Lao Buddhist years of modern papers: the Gregorian year and 543.
BUDDHIST_OFFSET = 543
# Abbreviated Burmese months are unusual on papers; the others are well known.
DATE_STYLE: dict[str, Literal["long", "medium"]] = {"my": "long"}
OWN_NAMES = {
    "en": "English",
    "th": "ไทย",
    "km": "ខ្មែរ",
    "lo": "ລາວ",
    "my": "မြန်မာ",
    "vi": "Tiếng Việt",
    "zh-hans": "简体中文",
    "zh-hant": "繁體中文",
}
BYTE_UNITS = ("kB", "MB", "GB", "TB")


class _BuddhistFormat(DateTimeFormat):
    """Babel's fields with the year of the Buddhist era, always marked as such."""

    def format_year(self, char: str, num: int) -> str:
        if not isinstance(self.value, dt.date):
            return super().format_year(char, num)
        year = str(self.value.year + BUDDHIST_OFFSET)
        return pgettext("year of the Buddhist era", "%(year)s BE") % {"year": year}

    def format_era(self, char: str, num: int) -> str:
        return ""


def babel_locale(language: str | None = None) -> Locale:
    """Return the Babel locale of a Django language code, the active one by default.

    English is British: day before month, as the other six languages of the region expect.
    """
    code = (language or get_language() or settings.LANGUAGE_CODE).lower()
    if code == "en":
        return Locale("en", "GB")
    try:
        return Locale.parse(to_locale(code))
    except (UnknownLocaleError, ValueError):
        return Locale("en", "GB")


def bcp47(code: str | None) -> str:
    """Return the tag for an HTML ``lang`` attribute: ``zh-hans`` becomes ``zh-Hans``."""
    if not code:
        return ""
    first, *rest = code.replace("_", "-").split("-")
    shaped = [part.title() if len(part) == 4 else part.upper() if len(part) == 2 else part for part in rest]
    return "-".join([first.lower(), *shaped])


def format_day(
    value: dt.date | None,
    *,
    buddhist: bool = False,
    long: bool = False,
    language: str | None = None,
) -> str:
    """Write a calendar day in a language, or "Not known" for none.

    Args:
        value: the day; a datetime is taken as it stands, in its own zone.
        buddhist: write the year of the Buddhist era (``2568 BE``).
        long: month in full.
        language: Django language code; the active one by default.
    """
    if value is None:
        return gettext("Not known")
    locale = babel_locale(language)
    style: Literal["long", "medium"] = "long" if long else DATE_STYLE.get(locale.language, "medium")
    pattern = get_date_format(style, locale=locale)
    if not buddhist:
        # CLDR's long Thai date names the era; here a year without a mark is always Gregorian.
        pattern = parse_pattern(pattern.pattern.replace("G ", ""))
        return pattern.apply(value, locale)
    return " ".join((str(pattern.format) % _BuddhistFormat(value, locale)).split())


def format_moment(value: dt.datetime, *, buddhist: bool = False, language: str | None = None) -> str:
    """Write day and time (24 hours, minutes) in the active zone, without naming the zone."""
    local = timezone.localtime(value)
    locale = babel_locale(language)
    return join_day_and_time(
        format_day(local, buddhist=buddhist, language=language), f"{local:%H:%M}", locale
    )


def format_left(until: dt.datetime, *, language: str | None = None) -> str:
    """Write the time that is left in whole units, rounded down: days and hours, hours and minutes, or minutes.

    What has passed has no minute left. CLDR has the words in every language; Django's own catalogues do not.
    """
    minutes = max(0, int((until - timezone.now()).total_seconds() // 60))
    days, hours, minutes = minutes // 1440, minutes % 1440 // 60, minutes % 60
    units: list[tuple[Literal["day", "hour", "minute"], int]] = [
        ("day", days),
        ("hour", hours),
        ("minute", minutes),
    ]
    first = next((place for place, (_unit, count) in enumerate(units) if count), 2)
    return " ".join(
        format_timedelta(
            dt.timedelta(**{f"{unit}s": count}),
            granularity=unit,
            threshold=10**6,
            locale=babel_locale(language),
        )
        for place, (unit, count) in enumerate(units[: first + 2])
        if count or place == first
    )


def join_day_and_time(day: str, time: str, locale: Locale | None = None) -> str:
    """Join a written day and time in the order and with the mark the language uses (the active one if none)."""
    glue = str(get_datetime_format("medium", locale=locale or babel_locale())).replace("'", "")
    return glue.replace("{0}", time).replace("{1}", day)


def zone_name(value: dt.datetime, *, language: str | None = None) -> str:
    """Name the active zone at a moment by its country, in a language: ``Thailand Time``.

    CLDR names no zone for Myanmar and Vietnam but every country; second names in brackets are left out.
    """
    local = timezone.localtime(value)
    locale = babel_locale(language)
    if timezone.get_current_timezone_name() in {"UTC", "Etc/UTC"}:
        return get_timezone_name(local, width="long", locale=locale)
    return re.sub(r"\s*[(（][^)）]*[)）]", "", get_timezone_location(local, locale=locale))


def zone_offset(value: dt.datetime) -> str:
    """Return the active zone's distance from UTC at a moment: ``UTC+07:00``."""
    text = f"{timezone.localtime(value):%z}"
    return f"UTC{text[:3]}:{text[3:5]}"


def language_name(code: str) -> str:
    """Name a language in the active language; a code nobody knows stays as it is."""
    for known, name in settings.LANGUAGES:
        if known == code:
            return str(gettext(str(name)))
    try:
        found = Locale.parse(to_locale(code)).get_display_name(babel_locale())
    except (UnknownLocaleError, ValueError):
        return code
    return found or code


def own_language_name(code: str) -> str:
    """Name a language in itself, for a reader who knows no other."""
    if code in OWN_NAMES:
        return OWN_NAMES[code]
    try:
        return Locale.parse(to_locale(code)).get_display_name() or code
    except (UnknownLocaleError, ValueError):
        return code


def format_number(value: int) -> str:
    """Write a whole number with the active language's separators."""
    return format_decimal(value, locale=babel_locale())


def format_size(count: int) -> str:
    """Write a file size twice: rounded (powers of 1000) and as the exact number of bytes."""
    exact = ngettext("%(number)s byte", "%(number)s bytes", count) % {"number": format_number(count)}
    if count < 1000:
        return exact
    size, unit = float(count), ""
    for name in BYTE_UNITS:
        size, unit = size / 1000, name
        if size < 999.95:
            break
    return f"{format_decimal(round(size, 1), locale=babel_locale())} {unit} ({exact})"


def hash_groups(digest: str, width: int = 8) -> list[str]:
    """Cut a digest into groups that the eye can compare; the groups joined are the digest."""
    clean = re.sub(r"\s", "", digest)
    return [clean[start : start + width] for start in range(0, len(clean), width)]
