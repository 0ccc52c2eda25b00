"""The pages of a dossier in the browser: drawn by pdf.js when asked, turned, searched, and recorded as opened.

Rule: the file comes from the same address as a download, so the rule of access and the record are the same.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from lmc_cases.audit.models import AuditEvent
from lmc_cases.dossiers.models import Dossier
from lmc_cases.dossiers.services import owing
from lmc_cases.jurisdictions.access import acting_as
from tests.crossings.samples import ready
from tests.e2e.steps import WAIT_MS
from tests.e2e.test_procedures import window
from tests.e2e.test_receipts import Signer
from tests.harness.programs import Web, Worker

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NARROW, WIDE = {"width": 390, "height": 780}, {"width": 1280, "height": 900}


@pytest.fixture
def web(transactional_db: None, program_logs: Path) -> Iterator[Web]:
    web = Web("viewer-web", program_logs, {"LMC_SECOND_FACTOR_COMPULSORY": "0"})
    web.start()
    yield web
    web.stop()


def is_drawn(page: Page, number: int) -> None:
    """The page stands there with ink on it."""
    canvas = page.locator(f".pdfViewer .page[data-page-number='{number}'] canvas").first
    expect(canvas).to_be_visible(timeout=WAIT_MS)
    page.wait_for_function(
        """number => {
          const canvas = document.querySelector(`.pdfViewer .page[data-page-number='${number}'] canvas`);
          if (!canvas || !canvas.width) return false;
          const dots = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
          let ink = 0;
          for (let at = 0; at < dots.length; at += 4) if (dots[at + 3] > 200 && dots[at] < 200) ink += 1;
          return ink > 500;
        }""",
        arg=number,
        timeout=WAIT_MS,
    )


def downloads(dossier: Dossier) -> int:
    return AuditEvent.objects.filter(verb="dossier.downloaded", object_uuid=dossier.uuid).count()


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_pages_are_shown_when_asked_turned_and_searched(
    browser: Browser, web: Web, worker: Worker, size: dict[str, int], tmp_path: Path
) -> None:
    border = ready()
    owed = owing.request_dossier(actor=border.thai, handover_id=border.handover.uuid, language="lo")
    worker.wait_idle()
    with contextlib.ExitStack() as open_ones:
        thai = Signer(open_ones.enter_context(window(browser, web, "thai", border.thai)), border.thai)
        page = thai.page
        page.set_viewport_size(size)
        thai.desk.go(f"/dossiers/{owed.uuid}/")
        assert page.locator(".pdfViewer canvas").count() == 0, "reading the page opens no file"
        page.locator("[data-pdf-do=show]").click()
        is_drawn(page, 1)
        with acting_as(border.thai):
            pages = Dossier.objects.get(pk=owed.pk).pages
            assert downloads(owed) == 1
        expect(page.locator("[data-pdf-pages]")).to_have_text(f"/ {pages}")
        page.locator("[data-pdf-do=forward]").click()
        is_drawn(page, 2)
        expect(page.locator("[data-pdf-number]")).to_have_value("2")
        page.locator("[data-pdf-number]").fill(str(pages))
        page.locator("[data-pdf-number]").press("Enter")
        is_drawn(page, pages or 0)
        expect(page.locator("[data-pdf-do=forward]")).to_be_disabled()
        page.locator("[data-pdf-find]").fill(border.handover.reference)
        page.locator("[data-pdf-find]").press("Enter")
        expect(page.locator(".pdfViewer .highlight").first).to_be_attached(timeout=WAIT_MS)
        page.locator("[data-pdf-find]").fill("no such word in this file")
        page.locator("[data-pdf-find]").press("Enter")
        expect(page.locator("[data-pdf-state]")).to_have_text("Not found in this file.")
        box = page.locator(".lmc-pdf").bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= size["width"], "nothing runs off the screen"
        page.screenshot(path=str(tmp_path / "viewer.png"))
