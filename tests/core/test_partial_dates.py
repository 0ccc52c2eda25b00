"""Birth dates are read as far as they are written; every choice of a reading is named."""

from datetime import date

import pytest

from lmc_cases.core import partial_dates
from lmc_cases.core.partial_dates import PartialDate, parse_birth_date

THIRD_OF_MAY = (1990, 5, 3)


def ymd(parsed: PartialDate) -> tuple[int | None, int | None, int | None]:
    return parsed.year, parsed.month, parsed.day


@pytest.mark.parametrize(
    "written",
    [
        "1990-05-03",
        "1990/5/3",
        "19900503",
        "1990-05-03 00:00:00",
        "1990年5月3日",
        "一九九〇年五月三日",
        "3 May 1990",
        "May 3rd, 1990",
        "03-MAY-1990",
        "ngày 3 tháng 5 năm 1990",
        "3 พ.ค. ค.ศ. 1990",
        "ថ្ងៃទី៣ ខែឧសភា ឆ្នាំ១៩៩០",
        "ວັນທີ 3 ພຶດສະພາ 1990",
        "၁၉၉၀ ခုနှစ် မေလ ၃ ရက်",
    ],
)
def test_a_gregorian_day_is_read_from_each_language_without_doubt(written: str) -> None:
    parsed = parse_birth_date(written)
    assert ymd(parsed) == THIRD_OF_MAY
    assert (parsed.calendar, parsed.precision, parsed.note_codes) == ("gregorian", "DAY", ())
    assert parsed.earliest() == parsed.latest() == date(1990, 5, 3)


@pytest.mark.parametrize(
    "written",
    [
        "3/5/2533",
        "๐๓/๐๕/๒๕๓๓",
        "3 พฤษภาคม 2533",
        "๓ พ.ค. ๒๕๓๓",
        "3 พ.ค. พ.ศ. 2533",
        "2533-05-03",
        "៣/៥/២៥៣៣",
        "໓/໕/ພ.ສ. ໒໕໓໓",
        "၃.၅.၂၅၃၃",
        "3 May B.E. 2533",
    ],
)
def test_a_buddhist_era_year_is_543_more_and_the_calendar_is_kept(written: str) -> None:
    parsed = parse_birth_date(written)
    assert ymd(parsed) == THIRD_OF_MAY
    assert (parsed.calendar, parsed.note_codes) == ("buddhist", ())


@pytest.mark.parametrize("number", range(1, 13))
def test_each_thai_month_is_known_by_full_and_short_name(number: int) -> None:
    full = "มกราคม กุมภาพันธ์ มีนาคม เมษายน พฤษภาคม มิถุนายน กรกฎาคม สิงหาคม กันยายน ตุลาคม พฤศจิกายน ธันวาคม"
    short = "ม.ค. ก.พ. มี.ค. เม.ย. พ.ค. มิ.ย. ก.ค. ส.ค. ก.ย. ต.ค. พ.ย. ธ.ค."
    for names in (full, short, short.replace(".", "")):
        parsed = parse_birth_date(f"15 {names.split()[number - 1]} 2533")
        assert ymd(parsed) == (1990, number, 15)


def test_day_and_month_that_could_be_swapped_are_flagged_and_both_readings_covered() -> None:
    parsed = parse_birth_date("03/05/1990")
    assert ymd(parsed) == THIRD_OF_MAY
    assert parsed.note_codes == (partial_dates.DAY_MONTH_AMBIGUOUS,)
    assert (parsed.earliest(), parsed.latest()) == (date(1990, 3, 5), date(1990, 5, 3))
    assert parse_birth_date("05.05.1990").note_codes == ()
    assert parse_birth_date("23/05/1990").note_codes == ()
    swapped = parse_birth_date("05/23/1990")
    assert ymd(swapped) == (1990, 5, 23)
    assert swapped.note_codes == (partial_dates.DAY_MONTH_SWAPPED,)


@pytest.mark.parametrize(
    ("written", "parts", "precision"),
    [
        ("1990", (1990, None, None), "YEAR"),
        ("๒๕๓๓", (1990, None, None), "YEAR"),
        ("1990年", (1990, None, None), "YEAR"),
        ("1990-00-00", (1990, None, None), "YEAR"),
        ("05/1990", (1990, 5, None), "MONTH"),
        ("1990-05", (1990, 5, None), "MONTH"),
        ("1990年5月", (1990, 5, None), "MONTH"),
        ("พ.ค. 2533", (1990, 5, None), "MONTH"),
        ("May 1990", (1990, 5, None), "MONTH"),
        ("00/05/1990", (1990, 5, None), "MONTH"),
    ],
)
def test_a_partial_date_keeps_only_what_was_written(
    written: str, parts: tuple[int | None, int | None, int | None], precision: str
) -> None:
    parsed = parse_birth_date(written)
    assert ymd(parsed) == parts
    assert parsed.precision == precision


def test_a_partial_date_covers_its_whole_month_or_year() -> None:
    february = parse_birth_date("02/1992")
    assert (february.earliest(), february.latest()) == (date(1992, 2, 1), date(1992, 2, 29))
    year = parse_birth_date("1992")
    assert (year.earliest(), year.latest()) == (date(1992, 1, 1), date(1992, 12, 31))
    assert (february.isoformat(), year.isoformat()) == ("1992-02", "1992")
    assert parse_birth_date("3 May 0990").isoformat() == ""


@pytest.mark.parametrize("written", ["1990-01-01", "01/01/1990", "1990年1月1日", "1 ม.ค. 2533"])
def test_the_first_of_january_counts_as_year_only_and_says_so(written: str) -> None:
    parsed = parse_birth_date(written)
    assert (ymd(parsed), parsed.precision) == ((1990, None, None), "YEAR")
    assert parsed.note_codes == (partial_dates.FIRST_JANUARY,)


@pytest.mark.parametrize(
    "written", ["about 1990", "c. 1990", "~1990", "ประมาณ 2533", "约1990年", "1990?", "1990年左右"]
)
def test_about_is_kept_as_approximate(written: str) -> None:
    parsed = parse_birth_date(written)
    assert (parsed.year, parsed.precision, parsed.is_approximate) == (1990, "YEAR", True)


def test_a_thai_year_before_1941_may_end_in_the_next_gregorian_year() -> None:
    """Until B.E. 2483 the Thai year began in April: January to March lie a year later than minus 543 says."""
    february = parse_birth_date("10 ก.พ. 2480")
    assert ymd(february) == (1937, 2, 10)
    assert february.note_codes == (partial_dates.THAI_NEW_YEAR,)
    assert (february.earliest(), february.latest()) == (date(1937, 2, 10), date(1938, 2, 10))
    year = parse_birth_date("พ.ศ. 2480")
    assert (year.earliest(), year.latest()) == (date(1937, 1, 1), date(1938, 3, 31))
    assert parse_birth_date("10 พ.ค. 2480").note_codes == ()
    assert parse_birth_date("10 ก.พ. 2484").note_codes == ()


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("", partial_dates.NOT_KNOWN),
        ("ไม่ทราบ", partial_dates.NOT_KNOWN),
        ("不详", partial_dates.NOT_KNOWN),
        ("không rõ", partial_dates.NOT_KNOWN),
        ("31/02/1990", partial_dates.IMPOSSIBLE_DATE),
        ("29/02/2534", partial_dates.IMPOSSIBLE_DATE),
        ("13/13/1990", partial_dates.IMPOSSIBLE_DATE),
        ("1990-13-40", partial_dates.IMPOSSIBLE_DATE),
        ("05/00/1990", partial_dates.IMPOSSIBLE_DATE),
        ("3/5/2299", partial_dates.IMPOSSIBLE_YEAR),
        ("พ.ศ. 1990", partial_dates.CALENDAR_CONFLICT),
        ("ค.ศ. 2533", partial_dates.CALENDAR_CONFLICT),
        ("农历1990年5月3日", partial_dates.OTHER_CALENDAR),
        ("3/5/33", partial_dates.TWO_DIGIT_YEAR),
        ("3 พ.ค. 33", partial_dates.TWO_DIGIT_YEAR),
        ("90年5月3日", partial_dates.TWO_DIGIT_YEAR),
        ("35 years old", partial_dates.NOT_UNDERSTOOD),
        ("33000", partial_dates.NOT_UNDERSTOOD),
        ("1990-1992", partial_dates.NOT_UNDERSTOOD),
        ("3/5/1990/7", partial_dates.NOT_UNDERSTOOD),
        ("somewhere in May", partial_dates.NOT_UNDERSTOOD),
        ("9" * 5000, partial_dates.NOT_UNDERSTOOD),
    ],
)
def test_what_cannot_be_read_stays_unknown_and_says_why(written: str, code: str) -> None:
    parsed = parse_birth_date(written)
    assert (ymd(parsed), parsed.precision) == ((None, None, None), "UNKNOWN")
    assert parsed.note_codes == (code,)
    assert parsed.earliest() is None
    assert parsed.latest() is None


def test_a_leap_day_is_checked_after_the_year_is_converted() -> None:
    assert ymd(parse_birth_date("29/02/2535")) == (1992, 2, 29)


def test_a_time_of_day_is_dropped_and_named_because_its_zone_can_move_the_day() -> None:
    parsed = parse_birth_date("1968-09-25T17:59:43.25Z")
    assert (ymd(parsed), parsed.note_codes) == ((1968, 9, 25), (partial_dates.TIME_DROPPED,))


def test_a_date_wholly_in_the_future_is_refused_when_today_is_given() -> None:
    today = date(2026, 6, 1)
    assert parse_birth_date("2027", today=today).note_codes == (partial_dates.IN_FUTURE,)
    assert parse_birth_date("2026", today=today).year == 2026
