"""The phone page at the border: real Chromium, real web server, the line cut and mended.

Rule: what was marked without a line is on the server afterwards, once; whoever finds the phone reads nothing.
"""

from __future__ import annotations

import contextlib
import io
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import pytest
import qrcode
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from lmc_cases.accounts.models import SignedInSession, User
from lmc_cases.accounts.services import sessions
from lmc_cases.crossings.models import Crossing, HeadCount, Mark
from lmc_cases.crossings.services.marking import NewMark, record_marks
from lmc_cases.jurisdictions.access import acting_as
from tests.crossings.border_samples import at_border, keep_photos, seats_of
from tests.e2e.steps import WAIT_MS
from tests.e2e.test_console import session_of
from tests.factories import say_why
from tests.handovers.samples import World, jpeg, world
from tests.harness.programs import Web

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE: Final[dict[str, Any]] = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
READY = "navigator.serviceWorker.ready.then((found) => Boolean(found.active))"
# What an officer does with one person, as fast as a page can: the same buttons, pressed by a script.
MARK_ALL = """async (count) => {
  const waiting = () => document.querySelector("[data-waiting]").textContent;
  const buttons = () => [...document.querySelectorAll("[data-people] button")];
  for (let at = 0; at < count; at += 1) {
    const before = waiting();
    buttons()[at].click();
    document.querySelector('[data-mark] [value="PRESENT"]').click();
    document.querySelector("[data-mark] [type=submit]").click();
    while (waiting() === before) await new Promise((done) => setTimeout(done, 5));
    while (document.querySelector('[data-screen="list"]').hidden) await new Promise((done) => setTimeout(done, 5));
  }
}"""
READ_CODE = """async (bytes) => {
  const { reader, named } = await import("/static/border/scan.js");
  const picture = await createImageBitmap(new Blob([new Uint8Array(bytes)], { type: "image/png" }));
  return [named(await (await reader())(picture, picture.width, picture.height)), "BarcodeDetector" in window];
}"""


@pytest.fixture
def web(transactional_db: None, program_logs: Path) -> Iterator[Web]:
    web = Web("border-web", program_logs, {"LMC_SECOND_FACTOR_COMPULSORY": "0"})
    web.start()
    yield web
    web.stop()


@pytest.fixture
def w(web: Web) -> World:
    made = world(evidence=1)
    say_why(made.chinese, made.case)
    keep_photos(made)
    return made


class Phone:
    """A phone in an officer's hand."""

    def __init__(self, base: str, context: BrowserContext, user: User) -> None:
        self.base, self.context, self.user = base, context, user
        context.set_default_timeout(WAIT_MS)
        self.sign_in()
        self.page: Page = context.pages[0] if context.pages else context.new_page()
        self.code = ""

    def sign_in(self) -> None:
        self.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session_of(self.user), "url": self.base}]
        )

    def take(self, crossing: Crossing) -> None:
        self.page.goto(f"{self.base}/crossings/{crossing.uuid}/border/")
        self.page.locator("[data-take]").click()
        expect(self.page.locator("[data-code]")).not_to_be_empty()
        self.code = self.page.locator("[data-code]").inner_text()
        self.page.evaluate(READY)
        self.page.locator("[data-noted]").click()
        self.shows("list")

    def shows(self, screen: str) -> None:
        expect(self.page.locator(f'[data-screen="{screen}"]')).to_be_visible()

    def unlock(self, code: str) -> None:
        self.page.locator("#code").fill(code)
        self.page.locator("[data-unlock] [type=submit]").click()

    def waits(self, count: int) -> None:
        text = f"Waiting to be sent: {count}" if count else "All sent"
        expect(self.page.locator("[data-waiting]")).to_have_text(text, timeout=WAIT_MS)

    def mark(self, position: int, outcome: str, reason: str = "") -> None:
        self.page.locator("[data-people] button").nth(position - 1).click()
        self.page.locator(f'[data-mark] [value="{outcome}"]').check()
        if reason:
            self.page.locator("#reason").fill(reason)
        self.page.locator("[data-mark] [type=submit]").click()
        self.shows("list")

    def kept(self) -> dict[str, int]:
        """How many rows lie in each store of the phone."""
        found: dict[str, int] = self.page.evaluate(
            """() => new Promise((resolve) => {
              const asked = indexedDB.open("lmc-border");
              asked.onsuccess = () => {
                const names = ["pack", "sheets", "outbox"];
                const found = {};
                const transaction = asked.result.transaction(names);
                names.forEach((name) => {
                  transaction.objectStore(name).count().onsuccess = ({ target }) => { found[name] = target.result; };
                });
                transaction.oncomplete = () => { asked.result.close(); resolve(found); };
              };
            })"""
        )
        return found


@pytest.fixture
def phone(browser: Browser, web: Web, w: World) -> Iterator[Phone]:
    with contextlib.closing(browser.new_context(**PHONE)) as context:
        yield Phone(web.url, context, w.thai)


def marks(w: World) -> int:
    with acting_as(w.thai):
        return Mark.objects.count()


def until(question: object, wanted: object, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and question() != wanted:  # type: ignore[operator]
        time.sleep(0.2)
    assert question() == wanted  # type: ignore[operator]


def test_200_people_without_a_line_survive_a_reload_and_merge_with_three_conflicts(
    phone: Phone, w: World
) -> None:
    crossing = at_border(w, people=200)
    seats = seats_of(w, crossing)
    phone.take(crossing)
    phone.context.set_offline(True)
    phone.page.evaluate(MARK_ALL, 200)
    phone.waits(200)
    # Meanwhile another device of the same side finds three of them otherwise.
    others = [
        NewMark(
            uuid=uuid4(), seat_id=seat, outcome="UNFIT", reason="fever (invented)", marked_at=timezone.now()
        )
        for seat in seats[:3]
    ]
    record_marks(actor=w.supervisor, crossing_id=crossing.uuid, marks=others)

    phone.page.reload()
    phone.shows("locked")
    phone.waits(200)
    expect(phone.page.locator("[data-line]")).to_have_text("No line")
    phone.unlock(phone.code.lower().replace(" ", ""))
    phone.shows("list")
    expect(phone.page.locator("[data-tally]")).to_have_text("Marked: 200 of 200")
    assert marks(w) == 3

    phone.context.set_offline(False)
    phone.waits(0)
    expect(phone.page.locator("[data-conflict-list] button")).to_have_count(3)
    assert marks(w) == 203
    with acting_as(w.thai):
        assert Mark.objects.filter(conflict=True).count() == 3
        assert Mark.objects.filter(seat__crossing=crossing).values("seat").distinct().count() == 200

    # A person decides, by keyboard alone.
    phone.page.locator("[data-conflict-list] button").first.focus()
    phone.page.keyboard.press("Enter")
    phone.shows("person")
    phone.page.locator('[data-choose="UNFIT"]').focus()
    phone.page.keyboard.press("Enter")
    expect(phone.page.locator("[data-conflict-list] button")).to_have_count(2)
    phone.waits(0)
    with acting_as(w.thai):
        assert Mark.objects.get(is_choice=True).outcome == "UNFIT"


def test_marks_reasons_photographs_and_counts_go_out_when_the_line_is_back(
    phone: Phone, w: World, tmp_path: Path
) -> None:
    crossing = at_border(w)
    picture = tmp_path / "face.jpg"
    picture.write_bytes(jpeg())
    phone.take(crossing)
    expect(phone.page.locator("[data-property] li")).to_have_count(0)
    phone.context.set_offline(True)
    phone.page.locator("#find").fill("2")
    phone.page.keyboard.press("Enter")
    phone.shows("person")
    expect(phone.page.locator("[data-photo]")).to_be_visible()
    phone.page.locator('[data-mark] [value="NOT_ACCEPTED"]').check()
    # A reason is asked for.
    phone.page.locator("[data-mark] [type=submit]").click()
    phone.shows("person")
    phone.page.locator("#reason").fill("no papers (invented)")
    phone.page.locator("#photo").set_input_files(picture)
    phone.page.locator("[data-mark] [type=submit]").click()
    phone.shows("list")
    phone.page.locator("#persons").fill("2")
    phone.page.locator("[data-count] [type=submit]").click()
    phone.waits(2)
    phone.context.set_offline(False)
    phone.waits(0)
    with acting_as(w.thai):
        made = Mark.objects.get()
        assert (made.outcome, made.reason, bool(made.photo)) == ("NOT_ACCEPTED", "no papers (invented)", True)
        assert HeadCount.objects.get().persons == 2


def test_five_wrong_codes_wipe_the_list_and_what_waits_stays(phone: Phone, w: World) -> None:
    phone.take(at_border(w))
    phone.context.set_offline(True)
    phone.mark(1, "PRESENT")
    phone.page.reload()
    for left in (4, 3, 2, 1):
        phone.unlock("0000 0000 0000")
        expect(phone.page.locator("[data-message]")).to_have_text(f"Wrong code. Tries left: {left}")
    phone.unlock("0000 0000 0000")
    phone.shows("start")
    assert phone.kept() == {"pack": 0, "sheets": 0, "outbox": 1}
    phone.context.set_offline(False)
    phone.waits(0)
    assert marks(w) == 1


def test_the_end_of_its_time_wipes_it_and_what_waits_is_still_sent(phone: Phone, w: World) -> None:
    phone.take(at_border(w))
    phone.context.set_offline(True)
    phone.mark(1, "PRESENT")
    phone.page.clock.install(time=timezone.now().timestamp() + 13 * 3600)
    phone.page.reload()
    phone.shows("start")
    expect(phone.page.locator("[data-message]")).to_contain_text("The time of the list is over")
    assert phone.kept() == {"pack": 0, "sheets": 0, "outbox": 1}
    phone.context.set_offline(False)
    phone.page.reload()
    until(lambda: marks(w), 1)


def test_signing_out_without_a_line_wipes_at_once_and_what_waits_is_sent_first(
    phone: Phone, w: World
) -> None:
    phone.take(at_border(w))
    phone.context.set_offline(True)
    phone.mark(1, "PRESENT")
    phone.page.locator("[data-leave]").click()
    phone.shows("start")
    assert phone.page.locator("[data-people] button").count() == 0
    assert phone.kept() == {"pack": 1, "sheets": 0, "outbox": 1}  # the row: that a sign-out is owed
    phone.context.set_offline(False)
    phone.waits(0)
    assert marks(w) == 1
    until(lambda: SignedInSession.objects.filter(user=w.thai, end_reason="SIGNED_OUT").count(), 1)


def test_signing_out_on_the_product_s_own_page_wipes_what_can_be_read_and_keeps_what_waits(
    phone: Phone, w: World
) -> None:
    phone.take(at_border(w))
    phone.context.set_offline(True)
    phone.mark(1, "PRESENT")
    # The line is back for the sign-out alone: this page is left before it sends.
    phone.page.goto("about:blank")
    phone.context.set_offline(False)
    phone.page.goto(f"{phone.base}/sign-in/logout/")
    phone.page.locator("main form[data-sign-out] button").click()
    phone.page.wait_for_url(lambda address: "logout" not in address)
    phone.page.goto(f"{phone.base}/crossings/border/")
    phone.shows("start")
    phone.waits(1)
    assert phone.kept() == {"pack": 0, "sheets": 0, "outbox": 1}
    phone.sign_in()
    phone.page.reload()
    phone.waits(0)
    assert marks(w) == 1


def test_a_session_ended_elsewhere_wipes_the_phone_at_the_next_contact(phone: Phone, w: World) -> None:
    phone.take(at_border(w))
    row = SignedInSession.objects.filter(user=w.thai, ended_at__isnull=True).latest("pk")
    sessions.end_session(actor=w.thai, session_id=row.uuid)
    # The next contact, by whatever way: one of the phone's own may have come first, and the button gone with the copy.
    phone.page.evaluate("window.dispatchEvent(new Event('online'))")
    phone.shows("start")
    expect(phone.page.locator("[data-message]")).to_contain_text("withdrawn")
    assert phone.kept() == {"pack": 0, "sheets": 0, "outbox": 0}


def test_a_phone_without_a_reader_or_a_camera(phone: Phone, w: World) -> None:
    crossing = at_border(w)
    phone.take(crossing)
    seat = seats_of(w, crossing)[1]
    out = io.BytesIO()
    qrcode.make(f"{phone.base}/crossings/{crossing.uuid}/seats/{seat}/").save(out, "PNG")
    found, has_detector = phone.page.evaluate(READ_CODE, list(out.getvalue()))
    assert (found, has_detector) == ({"seat": str(seat)}, False)
    phone.page.locator("[data-scan]").click()
    expect(phone.page.locator("[data-message]")).to_contain_text("Type the number")
    expect(phone.page.locator("#find")).to_be_focused()


def test_whoever_reads_the_phone_s_disk_finds_no_name_no_number_and_no_face(
    playwright: Playwright,
    browser_type_launch_args: dict[str, Any],
    web: Web,
    w: World,
    tmp_path: Path,
) -> None:
    crossing = at_border(w)
    profile = tmp_path / "profile"
    context = playwright.chromium.launch_persistent_context(profile, **browser_type_launch_args, **PHONE)
    phone = Phone(web.url, context, w.thai)
    answers: list[bytes] = []
    context.on("response", lambda answer: answers.append(answer.body()) if "/pack/" in answer.url else None)
    phone.take(crossing)
    given = phone.page.evaluate("() => document.querySelector('[data-people]').textContent")
    assert "王样例" in given
    context.set_offline(True)
    phone.mark(1, "UNFIT", "a reason that is a secret")
    time.sleep(1)
    context.close()

    face = answers[0].split(b'"photo": "')[1][:60]
    secrets = [
        "王样例",
        "Invented Person 1",
        "1990年3月7日",
        "a reason that is a secret",
        phone.code,
        phone.code.replace(" ", ""),
        crossing.reference,
        "E0000001X",
    ]
    read = 0
    for path in profile.rglob("*"):
        if not path.is_file():
            continue
        content = path.read_bytes()
        read += "IndexedDB" in str(path) or "Service Worker" in str(path)
        for secret in secrets:
            for form in ("utf-8", "utf-16-le"):
                assert secret.encode(form) not in content, (secret, path)
        assert face not in content, path
    assert read


@pytest.mark.parametrize("path", ["/crossings/{}/border/", "/crossings/on-phones/"])
def test_nothing_of_a_crossing_is_kept_by_the_worker(phone: Phone, w: World, path: str) -> None:
    crossing = at_border(w)
    phone.take(crossing)
    phone.page.goto(phone.base + path.format(crossing.uuid))
    kept = phone.page.evaluate(
        """async () => {
          const found = [];
          for (const name of await caches.keys()) {
            for (const asked of await (await caches.open(name)).keys()) found.push(new URL(asked.url).pathname);
          }
          return found;
        }"""
    )
    assert [address for address in kept if not address.startswith("/static/")] == ["/crossings/border/"]
