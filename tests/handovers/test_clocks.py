"""Rule: a limit is a row of law, counted in days of the country that holds the persons; it asks, and ends nothing."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.services import clocks, drafting, sending
from lmc_cases.handovers.services.clocks import clocks_of, ends_after, has_unknown_clock
from lmc_cases.jurisdictions.access import acting_as
from lmc_cases.jurisdictions.models import Jurisdiction, LegalInstrument, TimeLimit
from tests.factories import officer
from tests.handovers.samples import World, world
from tests.handovers.test_pages import page, signed_in, words
from tests.harness.shared_worlds import once_per_module

ZONES = (
    "Asia/Shanghai",
    "Asia/Bangkok",
    "Asia/Phnom_Penh",
    "Asia/Vientiane",
    "Asia/Yangon",
    "Asia/Ho_Chi_Minh",
    "Asia/Singapore",
)
# From 2000 to 2100, by the second.
MOMENTS = st.integers(946_684_800, 4_102_444_800).map(
    lambda second: dt.datetime.fromtimestamp(second, dt.UTC)
)


@given(begun=MOMENTS, days=st.integers(0, 400), zone=st.sampled_from(ZONES))
def test_the_last_day_counts_whole_in_the_holders_own_calendar(
    begun: dt.datetime, days: int, zone: str
) -> None:
    ends = ends_after(begun, days, zone)
    first = begun.astimezone(ZoneInfo(zone)).date()
    last = (ends - dt.timedelta(microseconds=1)).astimezone(ZoneInfo(zone)).date()
    assert last - first == dt.timedelta(days=days)
    assert ends.astimezone(ZoneInfo(zone)).time() == dt.time.min
    assert ends > begun


@given(begun=MOMENTS, days=st.integers(0, 400), zone=st.sampled_from(ZONES), hours=st.integers(0, 48))
def test_a_later_event_never_ends_earlier_and_a_day_more_is_a_day_later(
    begun: dt.datetime, days: int, zone: str, hours: int
) -> None:
    assert ends_after(begun + dt.timedelta(hours=hours), days, zone) >= ends_after(begun, days, zone)
    assert ends_after(begun, days + 1, zone) - ends_after(begun, days, zone) == dt.timedelta(days=1)


# Worked by hand: the moment of the event in UTC, days, zone, the last whole day there.
EXAMPLES = [
    ("2026-01-30T20:00", 30, "Asia/Shanghai", "2026-03-02"),  # already the 31st in China
    ("2026-01-30T15:59", 30, "Asia/Shanghai", "2026-03-01"),
    ("2024-01-30T02:00", 30, "Asia/Bangkok", "2024-02-29"),  # a leap day counts
    ("2023-12-31T17:00", 60, "Asia/Bangkok", "2024-03-01"),  # the new year there
    ("2026-10-16T17:29", 45, "Asia/Yangon", "2026-11-30"),  # one minute before midnight, half an hour off
    ("2026-10-16T17:30", 45, "Asia/Yangon", "2026-12-01"),
]


@pytest.mark.parametrize(("begun", "days", "zone", "last"), EXAMPLES)
def test_worked_examples(begun: str, days: int, zone: str, last: str) -> None:
    moment = dt.datetime.fromisoformat(f"{begun}:00+00:00")
    ends = ends_after(moment, days, zone).astimezone(ZoneInfo(zone))
    assert ends == dt.datetime.combine(
        dt.date.fromisoformat(last) + dt.timedelta(days=1), dt.time.min, tzinfo=ZoneInfo(zone)
    )


built, w = once_per_module(lambda: world(evidence=0, with_photo=False))


def arrested(w: World, at: dt.datetime, *, with_treaty: bool = True) -> HandoverRequest:
    """An extradition asked of Thailand, the persons provisionally arrested."""
    given = w.arguments() if with_treaty else {**w.arguments(), "instrument_id": None}
    draft = drafting.draft_request(actor=w.chinese, case_id=w.case.uuid, procedure="EXTRADITION", **given)
    sending.propose(actor=w.chinese, handover_id=draft.uuid)
    sending.ask_arrest(actor=officer("CN", "supervisor"), handover_id=draft.uuid, reason="flight")
    sending.record_arrest(actor=w.thai, handover_id=draft.uuid, at=timezone.now())
    with acting_as(w.thai):
        HandoverRequest.objects.filter(pk=draft.pk).update(arrested_at=at)
        return HandoverRequest.objects.select_related("requested", "instrument").get(pk=draft.pk)


@pytest.mark.django_db
def test_the_earliest_of_law_and_treaty_comes_first_and_a_missing_one_is_said_to_be_unknown(w: World) -> None:
    handover = arrested(w, timezone.now())
    with acting_as(w.thai):
        assert [
            clock.limit.jurisdiction.code for clock in clocks_of(handover) if clock.limit.jurisdiction
        ] == ["TH"]
        assert has_unknown_clock(handover)
        treaty = LegalInstrument.objects.get(kind="bilateral_extradition", parties_text="CN|TH")
        TimeLimit.objects.create(
            natural_key="test-treaty", instrument=treaty, law=treaty.title, event="ARREST", days=20
        )
        assert [clock.limit.days for clock in clocks_of(handover)] == [20, 60]
        assert not has_unknown_clock(handover)


@pytest.mark.django_db
def test_a_law_that_came_later_reaches_no_clock_that_runs(w: World) -> None:
    thailand = Jurisdiction.objects.get(code="TH")
    TimeLimit.objects.filter(jurisdiction=thailand, event="ARREST").update(valid_to=dt.date(2026, 6, 30))
    TimeLimit.objects.create(
        natural_key="test-new-law",
        jurisdiction=thailand,
        law="New law (test data)",
        event="ARREST",
        days=10,
        valid_from=dt.date(2026, 7, 1),
    )
    old = arrested(w, dt.datetime(2026, 6, 30, 16, 59, tzinfo=dt.UTC), with_treaty=False)
    new = arrested(w, dt.datetime(2026, 6, 30, 17, 0, tzinfo=dt.UTC), with_treaty=False)
    with acting_as(w.thai):
        assert [clock.limit.days for clock in clocks_of(old)] == [60]
        assert [clock.limit.days for clock in clocks_of(new)] == [10]


@pytest.mark.django_db
def test_a_clock_that_is_over_ends_nothing(w: World) -> None:
    handover = arrested(w, timezone.now() - dt.timedelta(days=100), with_treaty=False)
    with acting_as(w.thai):
        [clock] = clocks_of(handover)
        assert clock.is_over
        assert clock.is_urgent
        assert clock.limit.effect == TimeLimit.Effect.RELEASE
        assert handover.status == "ARRESTED"
    sending.send(actor=officer("CN", "supervisor"), handover_id=handover.uuid)
    with acting_as(w.thai):
        handover.refresh_from_db()
        # What the clock waited for has come.
        assert (handover.status, clocks_of(handover)) == ("SUBMITTED", [])


@pytest.mark.django_db
def test_every_row_says_where_it_comes_from_and_how_sure_it_is() -> None:
    rows = list(TimeLimit.objects.all())
    assert len(rows) == 5
    assert all(row.source and row.confidence in {"verified", "general-knowledge"} for row in rows)
    assert all(row.article for row in rows if row.is_verified)
    assert set(clocks.RUNS_IN) == set(TimeLimit.Event.values)


@pytest.mark.django_db
def test_the_page_shows_what_runs_what_happens_at_the_end_and_how_sure_the_rule_is(w: World) -> None:
    handover = arrested(w, timezone.now() - dt.timedelta(days=40))
    for reader in (w.thai, w.chinese):
        shown = words(signed_in(reader).get(page("handovers:detail", handover)))
        for text in (
            "Time limits Provisional arrest",
            "The holding country decides whether the persons are released.",
            "Extradition Act of Thailand B.E. 2551 (2008)",
            "General knowledge",
            "can be extended by up to 30 days",
            "The time limit of the chosen instrument is not known.",
        ):
            assert text in shown, text
