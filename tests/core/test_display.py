"""Dates, languages, sizes and hashes are written the way each reader expects."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.template import Context, RequestContext, Template
from django.test import RequestFactory
from django.utils import timezone, translation

from lmc_cases.core import display

MOMENT = dt.datetime(2025, 11, 23, 18, 5, tzinfo=dt.UTC)
DAY = dt.date(2025, 11, 23)


def page(source: str, calendar: str = "gregorian", **values: object) -> str:
    """Render a template line as an officer of the given calendar sees it."""
    request = RequestFactory().get("/")
    request.user = SimpleNamespace(calendar=calendar)  # type: ignore[assignment]
    context = RequestContext(request, values)
    context.update({"request": request})
    return Template("{% load lmc %}" + source).render(context)


def test_a_moment_is_written_in_the_officers_zone_with_the_zone_beside_it() -> None:
    """Rule: the zone stands beside each time. 18:05 UTC is the next day in Bangkok."""
    with translation.override("en"), timezone.override("Asia/Bangkok"):
        text = page("{% when at %}", at=MOMENT)
    assert "24 Nov 2025, 01:05" in text
    assert "UTC+07:00" in text
    assert 'datetime="2025-11-23T18:05:00+00:00"' in text


@pytest.mark.parametrize("code", ["en", "th", "km", "lo", "my", "vi", "zh-hans"])
def test_every_language_names_the_zone_and_the_year(code: str) -> None:
    """Rule: all seven languages have their own date and zone forms; none falls back to a code."""
    with translation.override(code), timezone.override("Asia/Yangon"):
        text = page('{% when at "name" %}', at=MOMENT)
        assert ("2568" if code == "th" else "2025") in text
        assert "UTC+06:30" in text
        assert "00:35" in text
        name = display.zone_name(MOMENT)
        assert (name == "Myanmar Time") is (code == "en")
        assert not any(mark in name for mark in "0123456789()（）")


def test_buddhist_years_are_written_where_the_calendar_says_so_and_always_marked() -> None:
    """Rule: Buddhist-era years by the user's calendar or in Thai; a bare year is always Gregorian elsewhere."""
    with translation.override("en"):
        assert "23 Nov 2568 BE" in page("{% day d %}", calendar="buddhist", d=DAY)
        assert "23 Nov 2025" in page("{% day d %}", d=DAY)
    with translation.override("th"):
        text = page('{% day d "long" %}', d=DAY)
        assert "2568" in text
        assert "2025" not in text.split(">")[1]
        assert "ค.ศ." not in text


def test_an_included_component_knows_the_officers_calendar_too() -> None:
    """Rule: components are included with "only", and the calendar still holds."""
    with translation.override("en"):
        text = page(
            '{% include "components/moment.html" with value=at only %}', calendar="buddhist", at=MOMENT
        )
    assert "2568 BE" in text


def test_nothing_is_not_a_date() -> None:
    """Rule: an empty value says "Not known" instead of failing."""
    with translation.override("en"):
        assert (
            Template("{% load lmc %}{% when x %}/{% day x %}").render(Context({"x": None}))
            == "Not known/Not known"
        )


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1_468_006, "1.5 MB (1,468,006 bytes)")],
)
def test_a_size_is_exact_to_the_byte(count: int, text: str) -> None:
    """Rule: evidence sizes are compared, so the exact number is always there."""
    with translation.override("en"):
        assert display.format_size(count) == text


def test_hash_groups_joined_are_the_hash() -> None:
    """Rule: grouping for the eye changes no character, also when copied from the page."""
    digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    assert "".join(display.hash_groups(digest)) == digest
    html = Template("{% load lmc %}{{ x|hash_lines }}").render(Context({"x": digest}))
    assert html.count("lmc-hash__group") == 8


@pytest.mark.parametrize(
    ("code", "tag"),
    [("zh-hans", "zh-Hans"), ("en", "en"), ("en-gb", "en-GB"), ("my-Latn", "my-Latn"), ("", "")],
)
def test_language_tags_are_well_formed(code: str, tag: str) -> None:
    """Rule: browsers choose glyphs and line height by a BCP 47 tag."""
    assert display.bcp47(code) == tag


def test_the_seven_languages_are_named_in_themselves() -> None:
    """Rule: the language switch is readable for someone who knows no other language."""
    names = [display.own_language_name(code) for code in ("en", "th", "km", "lo", "my", "vi", "zh-hans")]
    assert names == ["English", "ไทย", "ខ្មែរ", "ລາວ", "မြန်မာ", "Tiếng Việt", "简体中文"]
    with translation.override("en"):
        assert display.language_name("zh-hans") == "Simplified Chinese"
        assert display.language_name("ja") == "Japanese"
        assert display.language_name("not a code") == "not a code"


@pytest.mark.parametrize(
    ("left", "english", "burmese"),
    [
        ({"days": 2, "hours": 23}, "2 days 23 hours", "2 ရက် 23 နာရီ"),
        ({"days": 14}, "14 days", "14 ရက်"),
        ({"hours": 5, "minutes": 3}, "5 hours 3 minutes", "5 နာရီ 3 မိနစ်"),
        ({"minutes": -7}, "0 minutes", "0 မိနစ်"),
    ],
)
def test_what_is_left_is_written_in_the_readers_words_and_never_rounded_up(
    left: dict[str, int], english: str, burmese: str
) -> None:
    until = timezone.now() + dt.timedelta(seconds=30, **left)
    assert display.format_left(until, language="en") == english
    assert display.format_left(until, language="my") == burmese


def test_no_page_counts_time_with_words_that_lack_languages() -> None:
    """Rule: Django's own filters know neither Lao nor Burmese nor Khmer."""
    pages = Path(__file__).resolve().parents[2].joinpath("templates").rglob("*.html")
    assert [page.name for page in pages if re.search(r"\|time(until|since)\b", page.read_text())] == []
