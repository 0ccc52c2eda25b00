"""Birth dates as people write them: partial, in two calendars, in seven languages.

A date is read only as far as it is written. Where a reading needs a choice (which number is the month, which
new year a Thai year began with) the choice is named in ``note_codes`` and :meth:`PartialDate.earliest` and
:meth:`PartialDate.latest` cover every reading; where no reading is possible the precision is ``UNKNOWN``.
"""

from __future__ import annotations

import calendar as calendars
import re
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from lmc_cases.core.text import search_form

Calendar = Literal["gregorian", "buddhist"]
Precision = Literal["DAY", "MONTH", "YEAR", "UNKNOWN"]

BUDDHIST_OFFSET_YEARS: Final = 543
_BUDDHIST_YEARS: Final = range(2400, 2601)
_GREGORIAN_YEARS: Final = range(1800, 2201)
# Until 1940 the Thai year began on 1 April: January to March of a Buddhist-era year belong to the next
# Gregorian year. B.E. 2483 was the last such year; B.E. 2484 began on 1 January 1941.
_LAST_YEAR_FROM_APRIL: Final = 2483

# Codes in ``note_codes``. The first group goes with a date that was read, the second with UNKNOWN.
DAY_MONTH_AMBIGUOUS: Final = "DAY_MONTH_AMBIGUOUS"
DAY_MONTH_SWAPPED: Final = "DAY_MONTH_SWAPPED"
FIRST_JANUARY: Final = "FIRST_JANUARY"
THAI_NEW_YEAR: Final = "THAI_NEW_YEAR"
TIME_DROPPED: Final = "TIME_DROPPED"
NOT_KNOWN: Final = "NOT_KNOWN"
NOT_UNDERSTOOD: Final = "NOT_UNDERSTOOD"
IMPOSSIBLE_DATE: Final = "IMPOSSIBLE_DATE"
IMPOSSIBLE_YEAR: Final = "IMPOSSIBLE_YEAR"
CALENDAR_CONFLICT: Final = "CALENDAR_CONFLICT"
OTHER_CALENDAR: Final = "OTHER_CALENDAR"
TWO_DIGIT_YEAR: Final = "TWO_DIGIT_YEAR"
IN_FUTURE: Final = "IN_FUTURE"


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date known to the day, the month, the year or not at all.

    Attributes:
        year: Gregorian year, whatever calendar it was written in.
        calendar: the calendar it was written in.
        is_approximate: the writer said "about"; by how much is not known, so the range is not widened.
        note_codes: what was assumed or why nothing was read (constants of this module), sorted.
    """

    year: int | None
    month: int | None
    day: int | None
    calendar: Calendar
    precision: Precision
    is_approximate: bool
    note_codes: tuple[str, ...]

    def earliest(self) -> date | None:
        """Return the first day that the written date can mean, or None when unknown."""
        if self.year is None:
            return None
        readings = [date(self.year, self.month or 1, self.day or 1)]
        if DAY_MONTH_AMBIGUOUS in self.note_codes and self.month and self.day:
            readings.append(date(self.year, self.day, self.month))
        return min(readings)

    def latest(self) -> date | None:
        """Return the last day that the written date can mean, or None when unknown."""
        if self.year is None:
            return None
        if THAI_NEW_YEAR in self.note_codes:
            return _last_day(self.year + 1, self.month or 3, self.day)
        readings = [_last_day(self.year, self.month or 12, self.day)]
        if DAY_MONTH_AMBIGUOUS in self.note_codes and self.month and self.day:
            readings.append(date(self.year, self.day, self.month))
        return max(readings)

    def isoformat(self) -> str:
        """Return ``1990-05-03``, ``1990-05``, ``1990`` or an empty string."""
        if self.year is None:
            return ""
        return "-".join(
            [f"{self.year:04}"] + [f"{part:02}" for part in (self.month, self.day) if part is not None]
        )


def _last_day(year: int, month: int, day: int | None) -> date:
    length = calendars.monthrange(year, month)[1]
    return date(year, month, min(day or length, length))


_MONTHS: Final[dict[int, str]] = {
    1: "january jan มกราคม ม.ค. មករា ມັງກອນ ဇန်နဝါရီ",
    2: "february feb กุมภาพันธ์ ก.พ. កុម្ភៈ កុម្ភះ ກຸມພາ ဖေဖော်ဝါရီ",
    3: "march mar มีนาคม มี.ค. មីនា ມີນາ မတ်",
    4: "april apr เมษายน เม.ย. មេសា ເມສາ ဧပြီ",
    5: "may พฤษภาคม พ.ค. ឧសភា ພຶດສະພາ မေ",
    6: "june jun มิถุนายน มิ.ย. មិថុនា ມິຖຸນາ ဇွန်",
    7: "july jul กรกฎาคม ก.ค. កក្កដា ກໍລະກົດ ဇူလိုင်",
    8: "august aug สิงหาคม ส.ค. សីហា ສິງຫາ ဩဂုတ် သြဂုတ်",
    9: "september sept sep กันยายน ก.ย. កញ្ញា ກັນຍາ စက်တင်ဘာ",
    10: "october oct ตุลาคม ต.ค. តុលា ຕຸລາ အောက်တိုဘာ",
    11: "november nov พฤศจิกายน พ.ย. វិច្ឆិកា ພະຈິກ နိုဝင်ဘာ",
    12: "december dec ธันวาคม ธ.ค. ធ្នូ ທັນວາ ဒီဇင်ဘာ",
}
_MONTH_BY_NAME: Final = {
    spelling: number
    for number, names in _MONTHS.items()
    for name in map(search_form, names.split())
    for spelling in {name, name.rstrip("."), name.replace(".", "")}
}


def _any_of(*words: str) -> str:
    forms = sorted({search_form(word) for word in words}, key=len, reverse=True)
    return "(?:" + "|".join(re.escape(form) for form in forms) + ")"


_MONTH_NAME: Final = re.compile(
    r"(?<![a-z])("
    + "|".join(re.escape(n) for n in sorted(_MONTH_BY_NAME, key=len, reverse=True))
    + r")(?![a-z])\.?"
)
_ABOUT: Final = re.compile(
    r"^(?:about|approximately|approx\.?|around|circa|ca?\.|est\.?|estimated|~|"
    + _any_of("ประมาณ", "ราว", "约", "大约", "約", "大約", "ប្រហែល", "ປະມານ", "ခန့်မှန်း", "khoảng")
    + r")[\s:]*|\s*(?:\?|左右|"
    + _any_of("ခန့်")
    + r"|\(?(?:approx\.?|est\.?|about)\)?)$"
)
_BUDDHIST_MARK: Final = re.compile(r"พ\.?\s?ศ\.?|ព\.?\s?ស\.?|ພ\.?\s?ສ\.?|\bb\.?\s?e\b\.?|佛历|佛曆")
_GREGORIAN_MARK: Final = re.compile(
    r"ค\.?\s?ศ\.?|គ\.?\s?ស\.?|ຄ\.?\s?ສ\.?|\ba\.?\s?d\b\.?|\bc\.?\s?e\b\.?|公元|公历|西元|陽曆|阳历"
)
_OTHER_CALENDAR: Final = re.compile(r"农历|農曆|阴历|陰曆|民国|民國|am lich|จ\.ศ\.|ร\.ศ\.|\bah\b")
_NOT_KNOWN_WORDS: Final = frozenset(
    map(
        search_form,
        (
            *("-", "--", "—", "?", "n/a", "na", "none", "unknown", "not known", "0000-00-00"),
            *("ไม่ทราบ", "มิทราบ", "មិនស្គាល់", "មិនដឹង", "មិនទាន់ដឹង", "ບໍ່ຊາບ", "ບໍ່ຮູ້"),
            *("မသိ", "မသိရှိရ", "မသိရှိပါ", "không rõ", "chưa rõ", "未知", "不详", "不明", "不詳"),
        ),
    )
)
# Words that stand beside the numbers and say nothing that their place does not say.
_FILLERS: Final = re.compile(
    r"\b(?:ngay|thang|nam|born|dob|year)\b|"
    + _any_of("วันที่", "เดือน", "ปี", "ថ្ងៃទី", "ថ្ងៃ", "ខែ", "ឆ្នាំ", "ວັນທີ", "ເດືອນ", "ປີ", "ခုနှစ်", "နှစ်", "ရက်", "လ")
)
# The word "month" beside a number settles which number is the month.
_MONTH_WORD: Final = re.compile(r"\bthang\b|" + _any_of("เดือน", "ខែ", "ເດືອນ"))
_TIME_OF_DAY: Final = re.compile(
    r"(?<=\d)(?:t|\s+)(\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(z|utc|[+-]\d{2}:?\d{2})?$"
)
_ORDINAL: Final = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b")
_CHINESE_DIGITS: Final = {sign: value for value, sign in enumerate("〇一二三四五六七八九")} | {
    "零": 0,
    "○": 0,
}
_CHINESE_NUMBER: Final = re.compile("[〇○零一二三四五六七八九十]+(?=[年月日号號])")
_CHINESE_DATE: Final = re.compile(
    r"^(\d+)\s?年(?:\s?(\d{1,2})\s?月(?:\s?(\d{1,2})\s?[日号號]?)?)?(?:\s?生)?$"
)
_COMPACT: Final = re.compile(r"^\d{8}$")


def parse_birth_date(written: str, *, today: date | None = None) -> PartialDate:
    """Read a birth date as written in any of the seven languages.

    A year of 2400 to 2600 is of the Buddhist era and becomes Gregorian by minus 543. In ``a/b/year`` the day
    comes first, as everywhere in the region; where ``b/a`` would be possible too, ``DAY_MONTH_AMBIGUOUS``
    says so (not for Buddhist-era years, which nobody writes month first). 1 January counts as "year only",
    because registries use it for unknown days; ``FIRST_JANUARY`` says so.

    Args:
        written: the text of a form, a spreadsheet cell or a bundle.
        today: when given, a date wholly after it is refused with ``IN_FUTURE``.
    """
    text = search_form(written)
    if not text or text in _NOT_KNOWN_WORDS:
        return _unknown(NOT_KNOWN)
    if _OTHER_CALENDAR.search(text):
        return _unknown(OTHER_CALENDAR)
    shorter = _ABOUT.sub("", text).strip()
    is_approximate = shorter != text
    calendar, text = _take_calendar_mark(shorter)
    notes: set[str] = set()
    time_of_day = _TIME_OF_DAY.search(text)
    if time_of_day:
        text = text[: time_of_day.start()]
        if time_of_day.group(2) or time_of_day.group(1).strip("0:."):
            notes.add(TIME_DROPPED)
    parts = _parts(text)
    if isinstance(parts, str):
        return _unknown(parts)
    result = _checked(*parts, calendar=calendar, is_approximate=is_approximate, notes=notes)
    first_day = result.earliest()
    if today is not None and first_day is not None and first_day > today:
        return _unknown(IN_FUTURE)
    return result


def _unknown(code: str) -> PartialDate:
    return PartialDate(None, None, None, "gregorian", "UNKNOWN", False, (code,))


def _take_calendar_mark(text: str) -> tuple[Calendar | None, str]:
    for calendar, mark in (("buddhist", _BUDDHIST_MARK), ("gregorian", _GREGORIAN_MARK)):
        found = mark.search(text)
        if found:
            # "ค.ศ." never stands inside a month's short name, "พ.ศ." neither: the mark can be cut out.
            rest = f"{text[: found.start()]} {text[found.end() :]}".strip(" .,:")
            return ("buddhist" if calendar == "buddhist" else "gregorian"), rest
    return None, text


def _parts(text: str) -> tuple[int, int, int, bool] | str:
    """Return (year, month, day, order is certain), 0 for a missing part, or the code of what is wrong."""
    text = _CHINESE_NUMBER.sub(lambda number: _chinese_number(number.group()), text)
    chinese = _CHINESE_DATE.match(text)
    if chinese:
        year, month, day = chinese.groups(default="0")
        return (int(year), int(month), int(day), True) if len(year) == 4 else TWO_DIGIT_YEAR
    if _COMPACT.match(text):
        return int(text[:4]), int(text[4:6]), int(text[6:]), True
    text = _ORDINAL.sub("", text)
    named = _MONTH_NAME.search(text)
    if named:
        text = f"{text[: named.start()]} {text[named.end() :]}"
    month_is_named = bool(_MONTH_WORD.search(text))
    text = _FILLERS.sub(" ", text)
    numbers = re.findall(r"\d+", text)
    if not numbers or re.sub(r"[\d\s/.,\-]", "", text):
        return NOT_UNDERSTOOD
    if named:
        return _with_named_month(numbers, _MONTH_BY_NAME[named.group(1)])
    return _from_numbers(numbers, order_is_certain=month_is_named)


def _with_named_month(numbers: list[str], month: int) -> tuple[int, int, int, bool] | str:
    years = [number for number in numbers if len(number) == 4]
    days = [number for number in numbers if len(number) <= 2]
    if len(years) == 1 and len(days) <= 1 and len(numbers) == 1 + len(days):
        return int(years[0]), month, int(days[0]) if days else 0, True
    if not years and 1 <= len(days) == len(numbers) <= 2:
        return TWO_DIGIT_YEAR
    return NOT_UNDERSTOOD


def _from_numbers(numbers: list[str], *, order_is_certain: bool) -> tuple[int, int, int, bool] | str:
    lengths = [len(number) for number in numbers]
    values = [int(number) for number in numbers if len(number) <= 4]
    if len(values) != len(numbers) or 3 in lengths or lengths.count(4) > 1 or len(numbers) > 3:
        return NOT_UNDERSTOOD
    if 4 not in lengths:
        return TWO_DIGIT_YEAR if len(numbers) == 3 else NOT_UNDERSTOOD
    if len(values) == 1:
        return values[0], 0, 0, True
    if len(values) == 2:
        year, month = values if lengths[0] == 4 else reversed(values)
        return year, month, 0, True
    if lengths[0] == 4:
        return values[0], values[1], values[2], True
    if lengths[2] == 4:
        return values[2], values[1], values[0], order_is_certain
    return NOT_UNDERSTOOD


def _chinese_number(text: str) -> str:
    if "十" not in text:
        return "".join(str(_CHINESE_DIGITS[sign]) for sign in text)
    tens, _, ones = text.partition("十")
    return str(10 * _CHINESE_DIGITS.get(tens, 1) + _CHINESE_DIGITS.get(ones, 0))


def _checked(
    year: int,
    month: int,
    day: int,
    order_is_certain: bool,
    *,
    calendar: Calendar | None,
    is_approximate: bool,
    notes: set[str],
) -> PartialDate:
    written_year = year
    if year in _BUDDHIST_YEARS:
        if calendar == "gregorian":
            return _unknown(CALENDAR_CONFLICT)
        calendar, year = "buddhist", year - BUDDHIST_OFFSET_YEARS
    elif year in _GREGORIAN_YEARS:
        if calendar == "buddhist":
            return _unknown(CALENDAR_CONFLICT)
        calendar = "gregorian"
    else:
        return _unknown(IMPOSSIBLE_YEAR)
    if month == 0 and day and not order_is_certain:
        return _unknown(IMPOSSIBLE_DATE)
    if not order_is_certain and month > 12 >= day >= 1:
        month, day = day, month
        notes.add(DAY_MONTH_SWAPPED)
    elif not order_is_certain and calendar == "gregorian" and 1 <= day <= 12 and month != day and month:
        notes.add(DAY_MONTH_AMBIGUOUS)
    if month > 12 or (month == 0 and day) or not _day_exists(year, month, day):
        return _unknown(IMPOSSIBLE_DATE)
    if month == 1 and day == 1:
        month = day = 0
        notes.add(FIRST_JANUARY)
    if calendar == "buddhist" and written_year <= _LAST_YEAR_FROM_APRIL and month <= 3:
        notes.add(THAI_NEW_YEAR)
    precision: Precision = "DAY" if day else "MONTH" if month else "YEAR"
    return PartialDate(
        year, month or None, day or None, calendar, precision, is_approximate, tuple(sorted(notes))
    )


def _day_exists(year: int, month: int, day: int) -> bool:
    return not month or day <= calendars.monthrange(year, month)[1]
