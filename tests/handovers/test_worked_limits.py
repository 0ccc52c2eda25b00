"""Rule: a limit ends on the day a lawyer of the holding country would name. Worked by hand, row by row.

The days are those that sources of the field name for each clock. Where nobody of the country has verified the rule it
is test data and nothing else: the product holds no such row, and these never reach it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from lmc_cases.cases.forms.fields import DayField, MomentField
from lmc_cases.handovers.services.clocks import clocks_of, ends_after
from lmc_cases.jurisdictions.models import LegalInstrument, TimeLimit
from tests.handovers.samples import World, world
from tests.handovers.test_clocks import arrested
from tests.harness.shared_worlds import once_per_module

TEST_DATA = "test data"
VERIFIED = "verified"


@dataclass(frozen=True)
class Worked:
    """One clock: the rule, how sure it is, when it began as the desk there wrote it, and its last whole day."""

    rule: str
    confidence: str
    days: int
    begun: str
    zone: str
    last: str


WORKED = (
    Worked(
        "China: detention before the request", VERIFIED, 30, "2026-02-01 09:00", "Asia/Shanghai", "2026-03-03"
    ),
    Worked(
        "China: the same, extended by 15", VERIFIED, 45, "2026-02-01 09:00", "Asia/Shanghai", "2026-03-18"
    ),
    Worked("China: supplementary material", VERIFIED, 30, "2026-12-15 23:59", "Asia/Shanghai", "2027-01-14"),
    Worked(
        "China: to take the person over", TEST_DATA, 15, "2028-02-20 08:00", "Asia/Shanghai", "2028-03-06"
    ),
    Worked("Viet Nam: urgent detention", VERIFIED, 45, "2026-07-01 00:00", "Asia/Ho_Chi_Minh", "2026-08-15"),
    Worked("Thailand: provisional arrest", TEST_DATA, 60, "2026-12-31 12:00", "Asia/Bangkok", "2027-03-01"),
    Worked(
        "Thailand: the same in a leap year", TEST_DATA, 60, "2027-12-31 12:00", "Asia/Bangkok", "2028-02-29"
    ),
    Worked(
        "Thailand: removal after the order", TEST_DATA, 90, "2026-11-30 16:00", "Asia/Bangkok", "2027-02-28"
    ),
    Worked("UN model treaty", TEST_DATA, 40, "2026-05-22 18:30", "Asia/Phnom_Penh", "2026-07-01"),
    Worked(
        "European convention, first term", TEST_DATA, 18, "2026-08-14 07:00", "Asia/Vientiane", "2026-09-01"
    ),
    Worked("European convention, at most", TEST_DATA, 40, "2026-08-14 07:00", "Asia/Vientiane", "2026-09-23"),
    Worked("Inter-American convention", TEST_DATA, 60, "2026-01-01 00:00", "Asia/Singapore", "2026-03-02"),
    Worked("ECOWAS convention", TEST_DATA, 20, "2026-02-08 22:00", "Asia/Yangon", "2026-02-28"),
    Worked("Arab convention, first term", TEST_DATA, 30, "2024-01-30 00:01", "Asia/Yangon", "2024-02-29"),
    Worked("Philippines and Indonesia", TEST_DATA, 20, "2026-09-30 23:30", "Asia/Vientiane", "2026-10-20"),
    Worked("India and United States", TEST_DATA, 60, "2026-10-02 05:00", "Asia/Ho_Chi_Minh", "2026-12-01"),
)


@pytest.mark.parametrize("row", WORKED, ids=lambda row: row.rule)
def test_the_last_day_is_the_one_worked_by_hand(row: Worked) -> None:
    zone = ZoneInfo(row.zone)
    begun = dt.datetime.fromisoformat(row.begun).replace(tzinfo=zone)
    ends = ends_after(begun.astimezone(dt.UTC), row.days, row.zone)
    assert (ends - dt.timedelta(seconds=1)).astimezone(zone).date().isoformat() == row.last


def test_no_unverified_rule_of_the_table_is_in_the_product() -> None:
    """What is test data here is no row of ours as a verified one."""
    assert {row.confidence for row in WORKED} == {TEST_DATA, VERIFIED}
    assert all(row.rule.startswith(("China", "Viet Nam")) for row in WORKED if row.confidence == VERIFIED)


built, w = once_per_module(lambda: world(evidence=0, with_photo=False))
ARRESTED = dt.datetime(2026, 11, 1, 3, 0, tzinfo=dt.UTC)


@pytest.mark.django_db
@pytest.mark.parametrize(("treaty_days", "first"), [(40, "treaty"), (59, "treaty"), (61, "law"), (90, "law")])
def test_of_treaty_and_law_the_earlier_counts_and_both_are_shown(
    w: World, treaty_days: int, first: str
) -> None:
    instrument = LegalInstrument.objects.get(kind="bilateral_extradition", parties_text="CN|TH")
    TimeLimit.objects.create(
        natural_key=f"test-{treaty_days}",
        instrument=instrument,
        law="Treaty (test data)",
        event=TimeLimit.Event.ARREST,
        days=treaty_days,
        effect=TimeLimit.Effect.RELEASE,
        confidence=TEST_DATA,
    )
    clocks = clocks_of(arrested(w, ARRESTED))
    assert ("treaty" if clocks[0].limit.instrument_id else "law") == first
    assert {clock.limit.days for clock in clocks} == {treaty_days, 60}
    assert clocks[0].ends == min(clock.ends for clock in clocks)
    assert not any(clock.limit.is_verified for clock in clocks)


@pytest.mark.parametrize(
    "written", ["2569-11-30T09:15", "๒๕๖๙-๑๑-๓๐T09:15", "30/11/2569 09:15", "2026-11-30T09:15"]
)
def test_a_moment_of_the_buddhist_era_is_read_as_the_same_day(written: str) -> None:
    with timezone.override("Asia/Bangkok"):
        begun = MomentField().clean(written)
    assert begun is not None
    assert begun.astimezone(dt.UTC) == dt.datetime(2026, 11, 30, 2, 15, tzinfo=dt.UTC)
    assert ends_after(begun, 60, "Asia/Bangkok") == dt.datetime(2027, 1, 30, tzinfo=ZoneInfo("Asia/Bangkok"))


@given(day=st.dates(dt.date(2000, 1, 1), dt.date(2050, 12, 31)))
def test_every_day_reads_alike_in_both_eras(day: dt.date) -> None:
    """Also 29 February, which the Buddhist year of the same number has or has not."""
    field = DayField()
    both = f"{day.year + 543}-{day:%m-%d}", f"{day.day}/{day.month}/{day.year + 543}"
    assert [field.clean(text) for text in (*both, day.isoformat())] == [day] * 3
