"""Two officers ask, attach and answer through the pages; the work list and the calendar show it.

Rule: what one side asks waits for the other with its day, in the list and in the calendar, until it is answered.
"""

from __future__ import annotations

import datetime as dt
import urllib.request

import pytest
from django.utils import timezone
from icalendar import Calendar
from playwright.sync_api import Page, expect

from lmc_cases.evidence.models import EvidenceItem
from lmc_cases.jurisdictions.access import acting_as
from tests.e2e.steps import SUBMIT, Desk
from tests.e2e.test_procedures import desks as desks  # noqa: PLC0414 - a fixture
from tests.e2e.test_procedures import w as w  # noqa: PLC0414 - a fixture
from tests.e2e.test_procedures import web as web  # noqa: PLC0414 - a fixture
from tests.handovers.samples import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAPER = {"name": "warrant.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 invented"}


def main(page: Page) -> str:
    return page.locator("main").inner_text()


def events(address: str) -> list[str]:
    with urllib.request.urlopen(address) as answer:
        return [str(event["summary"]) for event in Calendar.from_ical(answer.read()).walk("VEVENT")]


def test_a_question_waits_until_it_is_answered(desks: dict[str, Desk], w: World) -> None:
    handover = w.acknowledged()
    with acting_as(w.thai):
        exhibit = EvidenceItem.objects.visible_to(w.thai).get()
    thai, chinese = desks["thai"], desks["chinese"]
    address = _calendar_of(thai)
    assert events(address) == []

    chinese.go(f"/handovers/{handover.uuid}/messages/")
    chinese.follow("/messages/write/")
    chinese.page.locator('[name="paper"]').set_input_files(files=[PAPER])  # type: ignore[list-item]
    day = timezone.localdate() + dt.timedelta(days=4)
    chinese.send(SUBMIT, text="何时移交？（虚构）", due_on=day.isoformat(), language="zh-hans")
    chinese.page.wait_for_url("**/messages/")
    expect(chinese.page.locator("main")).to_contain_text("何时移交")

    thai.go("/handovers/waiting/?kind=question")
    expect(thai.page.locator("main")).to_contain_text(handover.reference)
    assert [handover.reference in line for line in events(address)] == [True]
    thai.page.locator('main a[href$="/answer/"]').first.click()
    thai.page.locator('[name="exhibit_id"]').select_option(str(exhibit.uuid))
    thai.send(SUBMIT, text="พรุ่งนี้ (สมมติ)", language="th")
    thai.page.wait_for_url("**/messages/")
    with thai.page.expect_download() as saved:
        thai.page.locator('main form[action$="/paper/"] button').first.click()
    assert saved.value.suggested_filename == PAPER["name"]

    thai.go("/handovers/waiting/?kind=question")
    assert handover.reference not in main(thai.page)
    assert events(address) == []
    chinese.go(f"/handovers/{handover.uuid}/messages/")
    shown = main(chinese.page)
    assert "พรุ่งนี้" in shown
    assert exhibit.exhibit_number in shown


def _calendar_of(desk: Desk) -> str:
    """Make the secret address and read it off the page."""
    desk.go("/handovers/calendar/")
    desk.page.locator("main form.lmc-action button").first.click()
    return desk.page.locator("main .lmc-alert code").inner_text()
