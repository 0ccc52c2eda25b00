"""What officers do on the pages, one function per step. Elements are found by name, role and address, never by text."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from lmc_cases.config.demo import authenticator, texts, world
from tests.harness.programs import Worker

# The machine may be busy with other sessions.
WAIT_MS = 60_000
SUBMIT = "main form.lmc-form button[type=submit].btn-primary"
UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


@dataclass
class Desk:
    """An officer's own browser window, the phone beside it, and what the browser complained of."""

    key: str
    base: str
    context: BrowserContext
    page: Page
    secret: str = ""
    code_used_at: int = 0
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        """Open an address of the product."""
        answer = self.page.goto(self.base + path)
        assert answer is not None
        assert answer.status == 200, (path, answer.status)

    def link(self, end: str) -> Locator:
        """The first link of the page's main part whose address ends so."""
        return self.page.locator(f'main a[href$="{end}"]').first

    def follow(self, end: str) -> None:
        """Click that link and wait for its page."""
        self.link(end).click()
        self.page.wait_for_url(re.compile(re.escape(end) + "$"))

    def send(self, button: str = SUBMIT, /, **fields: str) -> None:
        """Fill fields of the page's form by name and press its main button."""
        for name, value in fields.items():
            box = self.page.locator(f'main form.lmc-form [name="{name}"]').first
            if box.evaluate("box => box.tagName") == "SELECT":
                box.select_option(value)
            else:
                box.fill(value)
        self.press(button)

    def press(self, button: str) -> None:
        """Press a button that sends a form, and wait for the page that comes: never one that refuses."""
        with self.page.expect_response(lambda answer: answer.request.method == "POST") as sent:
            self.page.locator(button).first.click()
        assert sent.value.status in {200, 302}, (self.page.url, sent.value.status)
        self.page.wait_for_load_state()

    def answer_to(self, path: str, *, headers: dict[str, str] | None = None) -> tuple[int, str]:
        """Ask for an address with this officer's session, beside the window."""
        answer = self.context.request.get(self.base + path, headers=headers, max_redirects=0, timeout=WAIT_MS)
        return answer.status, answer.text()

    def download(self, link: Locator, folder: Path) -> Path:
        """Click a link that downloads; return the stored file."""
        with self.page.expect_download() as coming:
            link.click()
        path = folder / f"{self.key}-{coming.value.suggested_filename}"
        coming.value.save_as(path)
        return path


def open_desk(browser: Browser, base: str, key: str) -> Desk:
    """Give an officer a window of the own; every complaint of the browser is kept."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    context.set_default_timeout(WAIT_MS)
    page = context.new_page()
    desk = Desk(key, base, context, page)

    def complain(kind: str, text: str) -> None:
        desk.complaints.append(f"{kind} on {page.url}: {text}")

    page.on(
        "console", lambda said: complain(said.type, said.text) if said.type in {"error", "warning"} else None
    )
    page.on("pageerror", lambda error: complain("script", str(error)))
    return desk


# --- signing in ----------------------------------------------------------------------------------
def password_step(desk: Desk) -> None:
    """Enter address and password."""
    desk.go("/sign-in/login/")
    desk.send(login=f"{desk.key}@demo.invalid", password=world.PASSWORD)


def first_sign_in(desk: Desk) -> None:
    """Sign in for the first time: the product asks for a second factor to be set up before anything else."""
    password_step(desk)
    desk.page.wait_for_url("**/sign-in/2fa/totp/activate/")
    desk.secret = desk.page.locator("main .lmc-hash code").inner_text().replace(" ", "").replace("\n", "")
    desk.send(code=_code(desk))
    desk.page.wait_for_url("**/sign-in/2fa/recovery-codes/")
    assert desk.page.locator("main .lmc-codes li").count() >= 8
    desk.go("/")


def sign_out(desk: Desk) -> None:
    """Leave by the account menu."""
    desk.page.locator("header details.lmc-top__wide > summary").click()
    desk.press("header details.lmc-top__wide .lmc-signout")
    desk.page.wait_for_url("**/sign-in/**")


def sign_in(desk: Desk) -> None:
    """Sign in with password and the phone's code."""
    password_step(desk)
    desk.page.wait_for_url("**/sign-in/2fa/authenticate/")
    desk.send(code=_code(desk))
    desk.go("/")


def _code(desk: Desk) -> str:
    while int(time.time()) // 30 == desk.code_used_at:  # one code opens one door only
        time.sleep(0.5)
    if time.time() % 30 > 27:  # it must not grow old between screen and server
        time.sleep(30 - time.time() % 30 + 0.2)
    desk.code_used_at = int(time.time()) // 30
    return authenticator.code_of(desk.secret)


# --- the case ------------------------------------------------------------------------------------
def open_case(desk: Desk) -> str:
    """Open the case in Thai; return its public id."""
    desk.go("/")
    desk.follow("/cases/new/")
    desk.send(
        title=texts.TITLE_TH,
        language="th",
        summary=texts.SUMMARY_TH,
        typology_code="investment",
        place="แม่สอด (สมมติ)",
        occurred_from="2026-01-05",
        occurred_to="2026-05-20",
    )
    found = re.search(rf"/cases/({UUID})/$", desk.page.url)
    assert found, desk.page.url
    return found.group(1)


def import_file(desk: Desk, case: str, kind: str, file: Path, worker: Worker) -> str:
    """Upload a file, look at the preview, confirm, and watch the progress to its end; return the import's id."""
    desk.go(f"/imports/new/{case}/")
    desk.page.locator(f'input[name=kind][value="{kind}"]').check()
    desk.page.locator("input[name=file]").set_input_files(file)
    desk.press(SUBMIT)
    expect(desk.page.locator("button[name=import]")).to_be_visible()
    doubles = desk.page.locator("input[name=duplicates_confirmed]")
    if doubles.count():
        doubles.check()
    with at_rest(worker):
        desk.press("button[name=import]")
        expect(desk.page.locator(".lmc-progress progress")).to_be_visible()
    expect(desk.page.locator(".lmc-progress__state a.btn-primary")).to_be_visible(timeout=WAIT_MS)
    desk.page.locator(".lmc-progress__state a.btn-primary").click()
    expect(desk.link(f"/cases/{case}/suspects/")).to_be_visible()
    return re.findall(UUID, desk.page.url)[-1]


def write_text(desk: Desk, case: str, kind: str, language: str, text: str, translator: str = "") -> None:
    """Write one text of the case in one language, from its overview."""
    desk.go(f"/cases/{case}/")
    end = f"/text/{kind}/{language}/"
    way = desk.link(end)
    menu = desk.page.locator(f'main details:has(a[href$="{end}"]) > summary')
    if menu.count():
        menu.first.click()
    way.click()
    desk.page.wait_for_url(f"**{end}")
    desk.send(text=text, **({"translator": translator} if translator else {}))


def add_photo(desk: Desk, person: str, picture: Path) -> None:
    """Photograph a person; ``person`` is the address of the page."""
    desk.go(person)
    desk.follow("/photo/change/")
    desk.page.locator("input[name=photo]").set_input_files(picture)
    desk.press(SUBMIT)
    expect(desk.page.locator(".lmc-person__photo img")).to_be_visible()


def upload_exhibit(desk: Desk, case: str, number: str, file: Path) -> str:
    """Give an exhibit its file; return the address of its page."""
    desk.go(f"/cases/{case}/evidence/")
    desk.page.locator("main table a.lmc-ref", has_text=re.compile(rf"^\s*{number}\s*$")).click()
    exhibit = desk.page.url.removeprefix(desk.base)
    desk.follow("/upload/")
    desk.page.locator("input[name=file]").set_input_files(file)
    desk.press(SUBMIT)
    expect(desk.page.locator(f'main form[action$="{exhibit}download/"]')).to_be_visible(timeout=WAIT_MS)
    return exhibit


def share_with(desk: Desk, case: str, country: str, until: str) -> None:
    """Share the case in full until a moment, reading first who will see it."""
    desk.go(f"/cases/{case}/sharing/")
    desk.follow("/share/")
    desk.page.locator('input[name=level][value="3"]').check()
    desk.send(recipient_code=country, purpose="HANDOVER", reason=texts.SHARE_REASON_TH, expires_at=until)
    confirm = "button[name=step][value=confirmed]"
    expect(desk.page.locator("main .lmc-facts").first).to_be_visible()
    desk.press(confirm)
    desk.page.wait_for_url("**/sharing/")


def say_why(desk: Desk, case: str, code: str = "HANDOVER") -> None:
    """Answer why another country's case is read, and go on to the page that was wanted."""
    desk.page.wait_for_url(f"**/cases/{case}/reason/**")
    desk.page.locator(f'main input[name=reason_code][value="{code}"]').check()
    desk.press(SUBMIT)


def search(desk: Desk, words: str) -> Locator:
    """Search in the head of the page; return the titles found."""
    desk.go("/")
    box = desk.page.locator("#search-wide")
    box.fill(words)
    box.press("Enter")
    desk.page.wait_for_url("**/cases/?q=**")
    return desk.page.locator("main table tbody tr")


# --- the handover --------------------------------------------------------------------------------
def request_handover(desk: Desk, case: str, people: int) -> str:
    """Ask for the first suspects of the case; return the request's public id."""
    desk.go(f"/handovers/of-case/{case}/")
    desk.follow(f"/handovers/new/{case}/")
    boxes = desk.page.locator("input[name=suspect_ids]:not([disabled])")
    for index in range(people):
        boxes.nth(index).check()
    desk.page.locator("input[name=instrument_id]").first.check()
    desk.send(legal_basis=texts.REQUEST_BASIS_ZH, facts_language="zh-hans", facts=texts.REQUEST_FACTS_ZH)
    found = re.search(rf"/handovers/({UUID})/$", desk.page.url)
    assert found, desk.page.url
    take_step(desk, found.group(1), "submit")
    return found.group(1)


def take_step(desk: Desk, handover: str, act: str, **fields: str) -> None:
    """Take one step of the request from its page: the link, then the question, then the button."""
    desk.go(f"/handovers/{handover}/")
    desk.follow(f"/{handover}/{act}/")
    desk.send(**fields)
    if desk.page.locator('[name="step_up-code"]').count():  # the second factor was shown too long ago
        desk.send(**{"step_up-code": _code(desk)})
    desk.page.wait_for_url(f"**/handovers/{handover}/")


@contextlib.contextmanager
def at_rest(worker: Worker) -> Iterator[None]:
    """Hold the worker still, so that a page is seen while its work waits."""
    os.kill(worker.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(worker.pid, signal.SIGCONT)
