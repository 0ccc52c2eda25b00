"""The receipt through the pages: an officer of each side signs it on the screen, and a third person verifies it.

Rule: each side signs the same words with its own account and a second factor, and what is printed proves itself.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pikepdf
import pytest
from playwright.sync_api import Browser, expect

from lmc_cases.accounts.models import User
from lmc_cases.crossings.models import Crossing, Receipt
from lmc_cases.dossiers.services import owing
from lmc_cases.dossiers.signing import local_authority, verify_pdf
from lmc_cases.jurisdictions.access import acting_as
from tests.accounts.samples import code_now, with_factor
from tests.crossings.samples import Ready, ready
from tests.e2e.steps import SUBMIT, WAIT_MS, Desk
from tests.e2e.test_procedures import window
from tests.harness.programs import Web, Worker

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def web(transactional_db: None, program_logs: Path) -> Iterator[Web]:
    # Not asked at the door, where it would stay fresh: at the signature itself.
    web = Web("receipts-web", program_logs, {"LMC_SECOND_FACTOR_COMPULSORY": "0"})
    web.start()
    yield web
    web.stop()


@pytest.fixture
def border(web: Web) -> Ready:
    return ready()


def counted(border: Ready) -> Crossing:
    """Three persons at the border, marked and counted alike by both sides; the dossier is owed."""
    owing.request_dossier(actor=border.thai, handover_id=border.handover.uuid, language="th")
    crossing = border.marked("PRESENT", "PRESENT", "ABSENT")
    border.count(crossing, 2)
    return crossing


class Signer:
    """An officer at the receipt's page, with the phone that shows codes."""

    def __init__(self, desk: Desk, user: User) -> None:
        self.desk, self.page = desk, desk.page
        self.secret = with_factor(user)

    def confirm(self) -> None:
        """Answer the question for the second factor, if it is asked."""
        expect(self.page.locator("[data-step-up]")).to_be_visible()
        self.desk.send("main form button[type=submit].btn-primary", **{"step_up-code": code_now(self.secret)})

    def sign(self, outcome: str, remarks: str) -> None:
        self.desk.follow("/sign/")
        self.page.locator(f'input[name=outcome][value="{outcome}"]').check()
        self.desk.send(remarks=remarks)
        self.confirm()


def test_both_sides_sign_on_the_screen_and_a_third_person_verifies_the_paper(
    browser: Browser, web: Web, worker: Worker, border: Ready, tmp_path: Path
) -> None:
    crossing = counted(border)
    worker.wait_idle()
    page = f"/crossings/{crossing.uuid}/"
    with contextlib.ExitStack() as open_ones:
        desks = {
            who: open_ones.enter_context(window(browser, web, who, user))
            for who, user in {"thai": border.thai, "chinese": border.chinese}.items()
        }
        thai = Signer(desks["thai"], border.thai)
        chinese = Signer(desks["chinese"], border.chinese)
        thai.desk.go(page)
        assert thai.desk.link("/finish/").count() == 0, "nothing is recorded before both have answered"
        thai.desk.follow(f"/of-crossing/{crossing.uuid}/")
        thai.desk.follow("/draw-up/")
        thai.desk.press(SUBMIT)
        with acting_as(border.thai):
            receipt = Receipt.objects.get(crossing=crossing)
        expect(thai.page.locator("main")).to_contain_text(receipt.sha256)
        thai.sign("SIGNED", "")
        chinese.desk.go(page)
        chinese.desk.follow(f"/of-crossing/{crossing.uuid}/")
        chinese.sign("SIGNED", "one bag was open (invented)")
        # Printed in the language of each side while the page is open.
        links = chinese.page.locator('main a[href*="/documents/"]')
        expect(links).to_have_count(2, timeout=WAIT_MS)
        files = [chinese.desk.download(links.nth(place), tmp_path) for place in range(2)]
        thai.desk.go(page)
        thai.desk.follow("/finish/")
        thai.desk.press("main form.lmc-form button[type=submit]")
        if thai.page.locator("[data-step-up]").count():
            thai.confirm()
        thai.desk.go(page)
        expect(thai.page.locator("main")).to_contain_text(receipt.number)
    for file in files:
        held = file.read_bytes()
        assert holds(held)
        with pikepdf.open(file) as pdf:
            facts = bytes(pdf.attachments["manifest.json"].get_file().read_bytes())
        assert hashlib.sha256(facts).hexdigest() == receipt.sha256
    verified_by_a_third_person(browser, web, receipt, files[0], tmp_path)


def holds(pdf: bytes) -> bool:
    """Whether the signature holds by the authority a third party is given; off the thread whose loop the browser runs."""
    roots = [(local_authority() / "authority.pem").read_bytes()]
    with ThreadPoolExecutor(1) as beside:
        return beside.submit(verify_pdf, pdf, roots=roots).result().holds


def verified_by_a_third_person(
    browser: Browser, web: Web, receipt: Receipt, file: Path, folder: Path
) -> None:
    """Without an account: by what is printed on it, by the file, and not by a file in which one byte differs."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    context.set_default_timeout(WAIT_MS)
    page = context.new_page()
    changed = folder / "changed.pdf"
    changed.write_bytes(file.read_bytes() + b"\n")
    submit = "main form button[type=submit]"
    page.goto(f"{web.url}/receipts/verify/?number={receipt.number}&sha256={receipt.sha256}")
    if not page.get_by_text("A receipt with this checksum exists.").count():
        page.locator(submit).click()
    expect(page.locator("main")).to_contain_text("A receipt with this checksum exists.")
    expect(page.locator("main")).to_contain_text("Signed")
    assert "王" not in page.locator("main").inner_text(), "no name of a person is told"
    for path, words in ((file, "A receipt with this checksum exists."), (changed, "There is no document")):
        page.goto(f"{web.url}/receipts/verify/")
        page.locator('input[type="file"]').set_input_files(path)
        page.locator(submit).click()
        expect(page.locator("main")).to_contain_text(words)
    context.close()
