"""What the server refuses of a phone's marks, and the second factor before a pack: seen through the page.

Rule: nothing that was typed is lost without a word; no list reaches a phone before a fresh second factor.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from lmc_cases.audit.models import AuditEvent, AuditReason
from lmc_cases.crossings.models import BorderPack, Crossing, HeadCount, Mark
from lmc_cases.jurisdictions.access import acting_as
from tests.accounts.samples import code_now, with_factor, wrong_code
from tests.crossings.border_samples import at_border
from tests.e2e.steps import SUBMIT, WAIT_MS
from tests.e2e.test_border import Phone, marks
from tests.e2e.test_border import phone as phone  # noqa: PLC0414 - a fixture
from tests.e2e.test_border import w as w  # noqa: PLC0414 - a fixture
from tests.e2e.test_border import web as web  # noqa: PLC0414 - a fixture
from tests.handovers.samples import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def refused(phone: Phone, count: int) -> None:
    """So many are shown as refused, and the head of the page says so."""
    expect(phone.page.locator("[data-refused-list] li")).to_have_count(count, timeout=WAIT_MS)
    badge = phone.page.locator("[data-refused-count]")
    if count:
        expect(badge).to_have_text(f"Refused: {count}")
    else:
        expect(badge).to_be_hidden()


def set_status(w: World, crossing: Crossing, status: str) -> None:
    with acting_as(w.thai):
        Crossing.objects.filter(pk=crossing.pk).update(status=status)


def test_a_refused_mark_is_shown_with_its_reason_and_corrected(phone: Phone, w: World) -> None:
    crossing = at_border(w)
    phone.take(crossing)
    # A reason of nothing but a space: the form lets it through, the server does not.
    phone.mark(2, "UNFIT", " ")
    refused(phone, 1)
    entry = phone.page.locator("[data-refused-list] li")
    expect(entry).to_contain_text("Give a reason.")
    expect(entry).to_contain_text("Unfit")
    assert marks(w) == 0
    # It is no mark: neither counted nor laid over what the server says.
    expect(phone.page.locator("[data-tally]")).to_have_text("Marked: 0 of 3")

    # It outlives a reload without a line.
    phone.context.set_offline(True)
    phone.page.reload()
    phone.shows("locked")
    phone.unlock(phone.code)
    phone.shows("list")
    expect(entry).to_contain_text("Give a reason.")

    entry.locator("[data-correct]").focus()
    phone.page.keyboard.press("Enter")
    phone.shows("person")
    expect(phone.page.locator('[data-mark] [value="UNFIT"]')).to_be_checked()
    phone.page.locator("#reason").fill("fever (invented)")
    phone.page.locator("[data-mark] [type=submit]").click()
    phone.shows("list")
    refused(phone, 0)
    phone.waits(2)  # the new mark, and the old one to be kept in the record
    phone.context.set_offline(False)
    phone.waits(0)
    with acting_as(w.thai):
        made = Mark.objects.get()
        assert (made.outcome, made.reason) == ("UNFIT", "fever (invented)")
        event = AuditEvent.objects.get(verb="crossing.mark_put_away")
        assert event.codes["corrected_by"] == str(made.uuid)
    assert phone.kept()["outbox"] == 0


def test_what_is_put_away_after_a_question_is_kept_in_the_record(phone: Phone, w: World) -> None:
    crossing = at_border(w)
    phone.take(crossing)
    phone.context.set_offline(True)
    phone.mark(1, "ABSENT", "gone with the first bus (invented)")
    phone.page.locator("#persons").fill("2")
    phone.page.locator("[data-count] [type=submit]").click()
    set_status(w, crossing, Crossing.Status.PLANNED)
    phone.context.set_offline(False)
    refused(phone, 2)
    entry = phone.page.locator("[data-refused-list] li").first
    expect(entry).to_contain_text("This step needs the status")

    entry.locator("[data-away]").click()
    expect(entry.locator("[data-keep]")).to_be_focused()
    phone.page.keyboard.press("Enter")
    expect(entry.locator("[data-away]")).to_be_focused()
    refused(phone, 2)
    phone.context.set_offline(True)
    entry.locator("[data-away]").click()
    entry.locator("[data-sure]").click()
    refused(phone, 1)
    phone.waits(1)
    phone.context.set_offline(False)
    expect(phone.page.locator("[data-waiting]")).to_be_hidden(timeout=WAIT_MS)
    with acting_as(w.thai):
        event = AuditEvent.objects.get(verb="crossing.mark_put_away")
        assert (event.codes["outcome"], event.codes["corrected_by"]) == ("ABSENT", "")
        assert AuditReason.objects.get(event=event).text == "gone with the first bus (invented)"

    # The other one waits for the crossing to begin, and is sent by the button.
    set_status(w, crossing, Crossing.Status.OPEN)
    phone.page.locator("[data-send]").click()
    refused(phone, 0)
    phone.waits(0)
    with acting_as(w.thai):
        assert (HeadCount.objects.get().persons, Mark.objects.count()) == (2, 0)


def test_what_an_earlier_list_left_behind_is_put_away_without_being_read(phone: Phone, w: World) -> None:
    crossing = at_border(w)
    phone.take(crossing)
    phone.context.set_offline(True)
    phone.mark(1, "ABSENT", "gone (invented)")
    set_status(w, crossing, Crossing.Status.PLANNED)
    phone.page.reload()
    for left in (4, 3, 2, 1):
        phone.unlock("0000 0000 0000")
        expect(phone.page.locator("[data-message]")).to_have_text(
            f"Wrong code. Tries left: {left}", timeout=WAIT_MS
        )
    phone.unlock("0000 0000 0000")
    expect(phone.page.locator('[data-screen="start"]')).to_be_visible(timeout=WAIT_MS)
    phone.context.set_offline(False)
    entry = phone.page.locator("[data-refused-list] li")
    expect(entry).to_contain_text("An entry of an earlier list")
    expect(entry).not_to_contain_text("gone")
    expect(entry.locator("[data-correct]")).to_have_count(0)
    entry.locator("[data-away]").click()
    entry.locator("[data-sure]").click()
    refused(phone, 0)
    phone.waits(0)
    with acting_as(w.thai):
        event = AuditEvent.objects.get(verb="crossing.mark_put_away")
        assert AuditReason.objects.get(event=event).text == "gone (invented)"
    assert phone.kept()["outbox"] == 0


def test_no_list_comes_on_a_phone_before_a_fresh_second_factor(phone: Phone, w: World) -> None:
    crossing = at_border(w)
    secret = with_factor(w.thai)
    page = phone.page
    # The session knows the password alone. The shell opens for everybody; what it asks for leads to the question.
    page.goto(f"{phone.base}/crossings/border/#{crossing.uuid}")
    page.locator("[data-take]").click()
    page.wait_for_url("**/2fa/reauthenticate/**")
    assert packs(w) == 0
    page.locator('main input[name="code"]').fill(wrong_code(secret))
    page.locator(SUBMIT).click()
    expect(page.locator('main input[name="code"]')).to_be_visible()
    assert (packs(w), phone.kept()["pack"]) == (0, 0)
    page.locator('main input[name="code"]').fill(code_now(secret))
    page.locator(SUBMIT).click()
    page.wait_for_url(f"**/crossings/border/#{crossing.uuid}", timeout=WAIT_MS)
    phone.shows("start")
    page.locator("[data-take]").click()
    phone.shows("code")
    assert packs(w) == 1
    page.locator("[data-noted]").click()
    phone.shows("list")
    expect(page.locator("[data-people] button")).to_have_count(3)


def packs(w: World) -> int:
    with acting_as(w.thai):
        return BorderPack.objects.count()
