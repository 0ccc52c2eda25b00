"""Rule: what waits stands in one list; its days go into a calendar by a secret address; lists go out as tables."""

from __future__ import annotations

import csv
import datetime as dt
import io
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from lmc_cases.accounts.services import officers
from lmc_cases.audit.models import AuditEvent
from lmc_cases.handovers.models import CalendarAddress, HandoverRequest
from lmc_cases.handovers.services import calendars, writing
from lmc_cases.handovers.services.work import work_of
from lmc_cases.jurisdictions.access import acting_as
from tests.factories import officer
from tests.handovers.samples import World, world
from tests.handovers.test_clocks import arrested
from tests.handovers.test_pages import page, signed_in, words
from tests.harness.shared_worlds import once_per_module

pytestmark = pytest.mark.django_db


built, w = once_per_module(lambda: world(evidence=0, with_photo=False))


def ask(w: World, handover: HandoverRequest, days: int) -> None:
    writing.write_message(
        actor=w.chinese,
        handover_id=handover.uuid,
        text="秘密（虚构）",
        language="zh-hans",
        due_on=timezone.localdate() + dt.timedelta(days=days),
    )


def fetched(token: str) -> Calendar:
    answer = Client().get(reverse("handovers:calendar_feed", args=[token]))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/calendar")
    assert "no-store" in answer.headers["Cache-Control"]
    return Calendar.from_ical(answer.content)


def test_what_has_a_day_stands_first_and_the_kind_is_chosen(w: World) -> None:
    handover = w.acknowledged()
    held = arrested(w, timezone.now() - dt.timedelta(days=50), with_treaty=False)
    ask(w, handover, 5)
    ask(w, handover, 90)
    with acting_as(w.thai):
        items, more = work_of(w.thai)
        dated = [item.ends for item in items if item.ends]
        assert dated == sorted(dated)
        assert not more
        questions, _more = work_of(w.thai, kind="question")
        assert [item.question is not None for item in questions] == [True, True]
        requests, _more = work_of(w.thai, kind="request")
        assert not any(item.question for item in requests)
        pages = [work_of(w.thai, page=number, size=1) for number in range(1, len(items) + 1)]
    assert [rows[0].handover.pk for rows, _more in pages] == [item.handover.pk for item in items]
    assert [more for _rows, more in pages] == [True] * (len(items) - 1) + [False]
    with acting_as(w.viet):
        assert work_of(w.viet) == ([], False)
    text = words(signed_in(w.thai).get(reverse("handovers:waiting"), {"kind": "question"}))
    assert handover.reference in text
    assert held.reference not in text


@pytest.mark.parametrize("number", ["0", "-1", "x", "999999999999", "٣"])
def test_a_page_that_is_none_is_the_nearest_one(w: World, number: str) -> None:
    assert signed_in(w.thai).get(reverse("handovers:waiting"), {"page": number}).status_code == 200


def test_the_calendar_holds_references_and_days_and_no_word(w: World) -> None:
    handover = w.acknowledged()
    held = arrested(w, dt.datetime(2026, 1, 1, 3, tzinfo=dt.UTC), with_treaty=False)
    ask(w, handover, 5)
    with acting_as(w.thai):
        token = calendars.make_calendar(actor=w.thai)
        planned_at = timezone.now() + dt.timedelta(days=2)
        HandoverRequest.objects.filter(pk=handover.pk).update(status="PLANNED", planned_at=planned_at)
    found = {str(event["uid"]).partition("-")[0]: event for event in fetched(token).walk("VEVENT")}
    assert set(found) == {"limit", "surrender", "question"}
    assert found["question"]["dtstart"].dt == timezone.localdate() + dt.timedelta(days=5)
    assert found["surrender"]["dtstart"].dt == planned_at.replace(microsecond=0)
    # 1 January 10:00 in Bangkok and 60 days: the last day counts whole, in Thailand.
    assert found["limit"]["dtstart"].dt == dt.date(2026, 3, 2)
    assert held.reference in str(found["limit"]["summary"])
    with acting_as(w.thai):
        written = calendars.calendar_of(token=token).decode()
    for word in (
        "秘密",
        w.chinese.full_name,
        w.thai.full_name,
        "Invented",
        handover.facts,
        handover.case_reference,
    ):
        assert word not in written, word
    assert AuditEvent.objects.filter(verb="calendar.viewed").count() == 2


def test_the_zone_is_that_of_the_country_that_acts(w: World) -> None:
    evening = dt.datetime(2026, 1, 1, 18, 30, tzinfo=dt.UTC)
    arrested(w, evening, with_treaty=False)
    with acting_as(w.thai):
        token = calendars.make_calendar(actor=w.thai)
    (event,) = fetched(token).walk("VEVENT")
    local = evening.astimezone(ZoneInfo("Asia/Bangkok")).date()
    assert event["dtstart"].dt == local + dt.timedelta(days=60)


def test_the_address_is_shown_once_kept_as_a_hash_and_ends_at_once(w: World) -> None:
    client = signed_in(w.thai)
    shown = client.post(reverse("handovers:calendar"), {"act": "make"})
    address = shown.context["address"]
    token = address.rpartition("/")[2].removesuffix(".ics")
    assert token in shown.content.decode()
    assert token not in client.get(reverse("handovers:calendar")).content.decode()
    with acting_as(w.thai):
        assert token not in CalendarAddress.objects.get().token_hash
    fetched(token)
    with acting_as(w.chinese):
        assert not CalendarAddress.objects.exists()
    again = client.post(reverse("handovers:calendar"), {"act": "make"}).context["address"]
    feed = reverse("handovers:calendar_feed", args=[token])
    assert Client().get(feed).status_code == 404, "a new address ends the old one"
    assert client.post(reverse("handovers:calendar"), {"act": "revoke"}).status_code == 302
    assert Client().get(again).status_code == 404
    verbs = (
        AuditEvent.objects.filter(verb__startswith="calendar.").order_by("pk").values_list("verb", flat=True)
    )
    assert list(verbs) == ["calendar.issued", "calendar.viewed", "calendar.issued", "calendar.revoked"]


@pytest.mark.parametrize("token", ["x", "A" * 43, "' OR 1=1 --"])
def test_what_is_no_address_is_not_found(token: str) -> None:
    assert Client().get(reverse("handovers:calendar_feed", args=[token])).status_code == 404


def test_the_rule_is_asked_at_each_fetch_and_the_address_ends_with_the_account(w: World) -> None:
    handover = w.acknowledged()
    ask(w, handover, 5)
    with acting_as(w.thai):
        token = calendars.make_calendar(actor=w.thai)
    assert len(fetched(token).walk("VEVENT")) == 1
    administrator = officer("TH", "country_administrator")
    officers.close_account(actor=administrator, user_id=w.thai.uuid, reason="left")
    assert Client().get(reverse("handovers:calendar_feed", args=[token])).status_code == 404


def test_the_calendar_is_fetched_so_often_and_no_oftener(w: World, settings: object) -> None:
    settings.RATE_LIMITED_PAGES = {"handovers:calendar_feed": ("", "2/m/ip")}  # type: ignore[attr-defined]
    with acting_as(w.thai):
        token = calendars.make_calendar(actor=w.thai)
    client, feed = Client(), reverse("handovers:calendar_feed", args=[token])
    assert [client.get(feed).status_code for _time in range(3)] == [200, 200, 429]


def test_the_list_goes_out_as_a_table_under_its_filters(w: World) -> None:
    handover = w.acknowledged()
    address = reverse("handovers:list")
    assert signed_in(w.thai).post(address).status_code == 405

    def table(client: Client, **chosen: str) -> list[list[str]]:
        answer = client.post(f"{address}?{urlencode(chosen)}", {"format": "csv"})
        return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))

    rows = table(signed_in(w.thai))
    assert [row[0] for row in rows[1:]] == [handover.reference]
    assert rows[1][4] == "3"
    assert table(signed_in(w.thai), status="CLOSED")[1:] == []
    assert table(signed_in(w.viet))[1:] == []
    exported = AuditEvent.objects.filter(verb="handovers.exported").order_by("pk")
    assert [event.codes["rows"] for event in exported] == [1, 0, 0]
    assert page("handovers:detail", handover)
