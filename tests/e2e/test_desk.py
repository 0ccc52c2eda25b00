"""The prosecutor's desk through the pages: read, returned, compared, approved, signed, counter-signed, verified.

Rule: a version is reviewed before its country signs it; what was wrong with it is told to who corrects it; and whoever
holds the signed file can check it without an account.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from lmc_cases.desk.models import DossierReview
from lmc_cases.dossiers.models import DossierSignature
from lmc_cases.jurisdictions.access import acting_as
from tests.desk.samples import Desk as World
from tests.desk.samples import desk_world, keeps_desk
from tests.e2e.steps import SUBMIT, Desk
from tests.e2e.test_procedures import ANY_SUBMIT, window
from tests.e2e.test_receipts import Signer
from tests.e2e.test_signing import sign, verified_by_a_third_person
from tests.harness.programs import Web

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
REASONS = "ชื่อบุคคลที่สองไม่ถูกต้อง (สมมติ)"


@pytest.fixture
def web(transactional_db: None, program_logs: Path) -> Iterator[Web]:
    # Not asked at the door, where it would stay fresh: at the signature itself.
    web = Web("desk-web", program_logs, {"LMC_SECOND_FACTOR_COMPULSORY": "0"})
    web.start()
    yield web
    web.stop()


def says(desk: Desk, *words: str) -> None:
    for word in words:
        expect(desk.page.locator("main")).to_contain_text(word)


def test_a_prosecutor_reviews_returns_compares_and_signs_and_a_third_person_verifies(
    browser: Browser, web: Web, tmp_path: Path
) -> None:
    d = desk_world()
    keeps_desk("TH")
    with contextlib.ExitStack() as open_ones:
        thai, police, chinese = (
            open_ones.enter_context(window(browser, web, who, user))
            for who, user in (("thai", d.thai), ("police", d.w.supervisor), ("chinese", d.w.chinese))
        )
        signer, other = Signer(thai, d.thai), Signer(chinese, d.w.chinese)
        returned_with_reasons(thai, d)
        corrected_by_the_police(police, d)
        read_again(thai, d)
        second = d.dossier(number=2)
        sign(signer, second)
        sign(other, second)
        file = chinese.download(chinese.link("/signed/"), tmp_path)
    with acting_as(d.w.thai):
        assert [row.country.code for row in DossierSignature.objects.order_by("pk")] == ["TH", "CN"]
        assert list(DossierReview.objects.order_by("pk").values_list("number", "state")) == [
            (1, "RETURNED"),
            (2, "APPROVED"),
        ]
    verified_by_a_third_person(browser, web, file, tmp_path)


def returned_with_reasons(thai: Desk, d: World) -> None:
    """The first version: taken, remarked on, not signed, returned."""
    first = d.dossier()
    thai.go("/desk/")
    says(thai, d.handover.reference, "Not begun")
    thai.follow(f"/desk/{first.uuid}/")
    assert thai.link("/sign/").count() == 0, "nobody signs what was not reviewed"
    says(thai, "signs a version after its review")
    thai.press("main form[action$='/take/'] button")
    says(thai, "In review")
    thai.page.locator("#part-law > summary").click()
    thai.page.locator("#part-law a[href*='/comment/']").click()
    expect(thai.page.locator("[name=part]")).to_have_value("law")
    expect(thai.page.locator("[name=page]")).not_to_have_value("")
    thai.send(SUBMIT, text="ตรวจมาตรา (สมมติ)", language="th")
    says(thai, "ตรวจมาตรา")
    thai.go(f"/desk/{first.uuid}/")
    thai.follow("/return/")
    thai.send(ANY_SUBMIT, reasons=REASONS, language="th")
    says(thai, REASONS, "Returned")


def corrected_by_the_police(police: Desk, d: World) -> None:
    """It waits in the list of who composes, with the reasons; disclosed again, it is the second version."""
    police.go("/handovers/waiting/?kind=dossier")
    police.page.locator("main a[href*='/desk/returned/']").click()
    says(police, REASONS)
    police.go(f"/dossiers/request/{d.handover.uuid}/correct/")
    police.send(ANY_SUBMIT, reason="ชื่อแก้ไขแล้ว (สมมติ)")
    d.drawn()
    police.go("/handovers/waiting/?kind=dossier")
    assert d.handover.reference not in police.page.locator("main").inner_text()


def read_again(thai: Desk, d: World) -> None:
    """The second version: why the first came back, what differs, approval."""
    second = d.dossier(number=2)
    thai.go("/desk/")
    thai.follow(f"/desk/{second.uuid}/")
    says(thai, REASONS, "Made on version 1")
    thai.page.locator("main a[href*='/compare/']").first.click()
    says(thai, "Version 1 and version 2", "ชื่อแก้ไขแล้ว", "Parts that say the same")
    thai.go(f"/desk/{second.uuid}/")
    thai.press("main form[action$='/take/'] button")
    thai.follow("/approve/")
    thai.press(SUBMIT)
    says(thai, "Approved")
    assert thai.link("/sign/").count() == 1


def test_the_desk_is_read_on_a_phone(browser: Browser, web: Web) -> None:
    """No page is wider than the screen, and every act is reached."""
    d = desk_world()
    with window(browser, web, "thai", d.thai) as thai:
        thai.page.set_viewport_size({"width": 390, "height": 844})
        dossier = d.dossier()
        thai.go(f"/desk/{dossier.uuid}/")
        thai.press("main form[action$='/take/'] button")
        for path in ("/desk/", f"/desk/{dossier.uuid}/", f"/desk/{dossier.uuid}/return/"):
            thai.go(path)
            assert thai.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
        thai.go(f"/desk/{dossier.uuid}/")
        for end in ("/approve/", "/return/", "/translation/", "/copy/"):
            expect(thai.link(end)).to_be_visible()
