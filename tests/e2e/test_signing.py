"""A dossier through the pages: one country signs, the other counter-signs, and a third person verifies the file.

Rule: each side signs with its own account and a second factor; whoever holds the file needs neither to check it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from lmc_cases.dossiers.models import Dossier, DossierSignature
from lmc_cases.dossiers.services import owing
from lmc_cases.jurisdictions.access import acting_as
from tests.crossings.samples import Ready, ready
from tests.e2e.steps import SUBMIT, WAIT_MS
from tests.e2e.test_procedures import window
from tests.e2e.test_receipts import Signer
from tests.harness.programs import Web, Worker

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def web(transactional_db: None, program_logs: Path) -> Iterator[Web]:
    # Not asked at the door, where it would stay fresh: at the signature itself.
    web = Web("signing-web", program_logs, {"LMC_SECOND_FACTOR_COMPULSORY": "0"})
    web.start()
    yield web
    web.stop()


def sign(signer: Signer, dossier: Dossier) -> None:
    """From the page of the dossier, with the phone that shows codes."""
    signer.desk.go(f"/dossiers/{dossier.uuid}/")
    signer.desk.follow("/sign/")
    expect(signer.page.locator("main")).to_contain_text("for your country")
    signer.desk.press(SUBMIT)
    signer.confirm()
    expect(signer.page.locator("main")).to_contain_text("Signatures of both countries")


def test_one_country_signs_the_other_counter_signs_and_a_third_person_verifies(
    browser: Browser, web: Web, worker: Worker, tmp_path: Path
) -> None:
    border: Ready = ready()
    owed = owing.request_dossier(actor=border.thai, handover_id=border.handover.uuid, language="th")
    worker.wait_idle()
    with contextlib.ExitStack() as open_ones:
        thai, chinese = (
            Signer(open_ones.enter_context(window(browser, web, who, user)), user)
            for who, user in (("thai", border.thai), ("chinese", border.chinese))
        )
        chinese.desk.go(f"/dossiers/{owed.uuid}/")
        assert chinese.desk.link("/sign/").count() == 0, "the requested country signs first"
        sign(thai, owed)
        assert thai.desk.link("/sign/").count() == 0
        sign(chinese, owed)
        expect(chinese.page.locator("main")).to_contain_text(border.thai.full_name)
        file = chinese.desk.download(chinese.desk.link("/signed/"), tmp_path)
    with acting_as(border.thai):
        held = list(DossierSignature.objects.order_by("pk"))
    assert [row.side for row in held] == ["REQUESTED", "REQUESTING"]
    assert all(row.confirmed_at is not None for row in held), "each showed a second factor"
    verified_by_a_third_person(browser, web, file, tmp_path)


def verified_by_a_third_person(browser: Browser, web: Web, file: Path, folder: Path) -> None:
    """Without an account, on a phone: the file, and not a file in which one byte differs."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    context.set_default_timeout(WAIT_MS)
    page = context.new_page()
    changed = folder / "changed.pdf"
    broken = bytearray(file.read_bytes())
    broken[len(broken) // 2] ^= 1
    changed.write_bytes(bytes(broken))
    for path, words in (
        (file, ["not one byte differs", "LMC Cases, TH", "LMC Cases, CN", "What this does not prove"]),
        (changed, ["the file is not as it was issued here"]),
    ):
        page.goto(f"{web.url}/receipts/verify/")
        page.locator('input[type="file"]').set_input_files(path)
        page.locator("main form button[type=submit]").click()
        for word in words:
            expect(page.locator("main")).to_contain_text(word)
    context.close()
