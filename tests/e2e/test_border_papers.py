"""Paper before the phone's camera: the printed manifest and the printed dossier open their person, with and without a line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from PIL import Image
from playwright.sync_api import Playwright, expect

from lmc_cases.core.history import save_as
from lmc_cases.crossings.models import Crossing
from lmc_cases.dossiers.models import Dossier
from lmc_cases.dossiers.services import approving, owing
from lmc_cases.jurisdictions.access import acting_as
from tests.crossings.samples import Ready, ready
from tests.dossiers.drawing import draw_owed
from tests.dossiers.pdf_reading import pages_of
from tests.e2e.camera import Camera, Part, code_of, photographed
from tests.e2e.test_border import PHONE, Phone
from tests.e2e.test_border import web as web  # noqa: PLC0414 - a fixture
from tests.harness.programs import Web

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# Of a dossier's page: the corner where the code stands, as an officer holds the phone over it.
CORNER: Part = (0.6, 0.1, 1, 0.35)
# What a page of the manifest measures on the printer, in CSS pixels.
PAPER = {"width": 816, "height": 1056}


@pytest.fixture
def camera(tmp_path: Path) -> Camera:
    return Camera(tmp_path)


@pytest.fixture
def border(web: Web) -> Ready:
    return ready()


@pytest.fixture
def phone(
    playwright: Playwright, browser_type_launch_args: dict[str, Any], web: Web, camera: Camera, border: Ready
) -> Iterator[Phone]:
    given = [*browser_type_launch_args.get("args", []), *camera.options]
    browser = playwright.chromium.launch(**{**browser_type_launch_args, "args": given})
    context = browser.new_context(**PHONE)
    context.grant_permissions(["camera"], origin=web.url)
    yield Phone(web.url, context, border.chinese)
    context.close()
    browser.close()


def printed(border: Ready, number: int = 1) -> bytes:
    """The dossier in English, printed."""
    owed = owing.request_dossier(actor=border.thai, handover_id=border.handover.uuid, language="en")
    draw_owed(border.thai, owed.pk)
    with acting_as(border.thai):
        done = Dossier.objects.get(pk=owed.pk)
        assert (done.number, done.job_state) == (number, "DONE")
        with done.file.open() as file:
            return bytes(file.read())


def sheet_of(pdf: bytes, person: int) -> Image.Image:
    """The corner of a person's sheet."""
    page = next(at for at, text in enumerate(pages_of(pdf), 1) if f"Person {person} of 3" in text)
    return photographed(pdf, page, CORNER)


def manifest(phone: Phone, crossing: Crossing, person: int) -> Image.Image:
    """A person's code on the manifest, from the file that the browser prints."""
    page = phone.context.new_page()
    page.set_viewport_size(PAPER)
    page.emulate_media(media="print")
    page.goto(f"{phone.base}/crossings/{crossing.uuid}/sheet/")
    box = page.locator(".lmc-sheet__code").nth(person - 1).bounding_box()
    assert box is not None
    pdf = page.pdf(width="816px", height="1056px", print_background=True)
    page.close()
    edges = (box["x"] - 12, box["y"] - 12, box["x"] + box["width"] + 12, box["y"] + box["height"] + 12)
    left, top, right, bottom = edges
    width, height = PAPER["width"], PAPER["height"]
    return photographed(pdf, 1, (left / width, top / height, right / width, bottom / height))


def scan(phone: Phone) -> None:
    """Open the camera from the list."""
    if phone.page.locator('[data-screen="person"]').is_visible():
        phone.page.locator("[data-back]").click()
    phone.page.locator("[data-scan]").click()


def opened(phone: Phone, number: int) -> None:
    """This person's page came by itself, and the camera is off."""
    phone.shows("person")
    assert phone.page.locator("[data-facts]").inner_text().startswith(f"{number} · ")
    expect(phone.page.locator("[data-camera]")).to_be_hidden()


def says(phone: Phone, words: str) -> None:
    expect(phone.page.locator("[data-message]")).to_contain_text(words)


def test_the_printed_manifest_and_the_printed_dossier_open_their_person(
    phone: Phone, camera: Camera, border: Ready
) -> None:
    crossing = border.opened()
    dossier = printed(border)
    phone.take(crossing)

    camera.shows(manifest(phone, crossing, 2))
    scan(phone)
    opened(phone, 2)
    expect(phone.page.locator("[data-message]")).to_be_hidden()

    phone.context.set_offline(True)
    camera.shows(sheet_of(dossier, 3))
    scan(phone)
    opened(phone, 3)
    expect(phone.page.locator("[data-message]")).to_be_hidden()


def test_codes_of_nobody_on_this_crossing_and_of_something_else_say_so(
    phone: Phone, camera: Camera, border: Ready
) -> None:
    # Two of three are on board.
    crossing = border.opened(*border.subjects[:2])
    dossier = printed(border)
    phone.take(crossing)
    phone.context.set_offline(True)
    for picture, words in (
        (sheet_of(dossier, 3), "belongs to nobody on this crossing"),
        (code_of(f"{phone.base}/crossings/{uuid4()}/seats/{uuid4()}/"), "belongs to nobody on this crossing"),
        (code_of("WIFI:T:WPA;S:station;P:invented;;"), "neither to a manifest nor to a dossier"),
    ):
        camera.shows(picture)
        scan(phone)
        says(phone, words)
        phone.shows("list")
        phone.page.locator("[data-stop]").click()


def test_paper_of_an_earlier_or_later_version_opens_the_person_and_says_so(
    phone: Phone, camera: Camera, border: Ready
) -> None:
    crossing = border.opened()
    first = printed(border)
    phone.take(crossing)
    suspect = border.w.suspects[0]
    suspect.romanised_name = "WANG Gaiming"
    with acting_as(border.thai):
        save_as(suspect, actor=border.thai, reason="corrected")
    approving.correct_and_owe(
        actor=border.w.supervisor, handover_id=border.handover.uuid, reason="Name (invented)"
    )
    second = printed(border, 2)

    camera.shows(sheet_of(second, 1))
    scan(phone)
    opened(phone, 1)
    says(phone, "version 2 of the dossier, newer than the list on this phone")

    # The list is taken anew: the one before is locked by the reload.
    phone.page.reload()
    phone.page.locator("[data-anew]").click()
    phone.page.locator("[data-take]").click()
    phone.page.locator("[data-noted]").click()
    phone.shows("list")
    camera.shows(sheet_of(first, 1))
    scan(phone)
    opened(phone, 1)
    says(phone, "This paper is version 1 of the dossier. The newest is version 2.")
    phone.page.locator("[data-back]").click()
    expect(phone.page.locator("[data-message]")).to_be_hidden()
