"""The main pages for every officer: on a telephone, by keyboard, without script, in each language, by assistive tools."""

from __future__ import annotations

import re
import uuid
from pathlib import Path

import pytest
from django.utils import translation
from django.utils.translation import gettext
from playwright.sync_api import Browser, Page, expect

from lmc_cases.accounts.services.officers import set_language
from lmc_cases.config.demo import texts, world
from tests.e2e.visitors import NOBODY, READERS, World

pytestmark = pytest.mark.browser

AXE = Path(__file__).resolve().parents[2] / "node_modules/axe-core/axe.min.js"
# As HTML names them, by the product's own codes.
LANGUAGES = {
    "en": "en",
    "th": "th",
    "km": "km",
    "lo": "lo",
    "my": "my",
    "vi": "vi",
    "zh-hans": "zh-Hans",
}
# A desk first, then the telephone of the same officer.
WIDTHS = (1280, 390)
WIDTH = "document.documentElement.scrollWidth"
# What reaches over the edge although nothing scrolls there by design.
TOO_WIDE = """() => [...document.querySelectorAll("body *")]
    .filter((one) => one.getBoundingClientRect().right > window.innerWidth + 1 && one.checkVisibility())
    .map((one) => `${one.tagName}.${one.className}`).slice(0, 5)"""
SERIOUS = """async () => (await axe.run()).violations
    .filter((one) => ["serious", "critical"].includes(one.impact))
    .map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`)"""


@pytest.mark.parametrize("language", ["en", "my"])
def test_the_main_pages_fit_the_screen_and_axe_finds_nothing_serious(
    browser: Browser, scene: World, language: str
) -> None:
    """Rule: no page scrolls sideways, none keeps anybody out, none complains; Burmese has the longest words."""
    for officer in (scene.officer, world.officer("auditor.th")):
        set_language(actor=officer, language=language)
    script = AXE.read_text(encoding="utf-8")
    wrong: list[tuple[str, str]] = []
    for name, path in scene.pages.items():
        reader = READERS.get(name, "liaison.th")
        with scene.visit(browser, reader, width=WIDTHS[0], locale=language) as page:
            note_complaints(page, name, wrong)
            answer = page.goto(scene.url + path)
            assert answer is not None
            assert answer.status == 200, name
            expect(page.locator("html")).to_have_attribute("lang", LANGUAGES[language])
            page.wait_for_load_state("networkidle")
            page.evaluate(script)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                if page.evaluate(WIDTH) > width:
                    wrong.append((name, f"wider than {width}: {page.evaluate(TOO_WIDE)}"))
                wrong += [(f"{name} at {width}", found) for found in page.evaluate(SERIOUS)]
    assert wrong == []


def note_complaints(page: Page, name: str, complaints: list[tuple[str, str]]) -> None:
    """Keep what the browser reports of a page: broken scripts, refused by the policy, not found."""
    page.on("console", lambda said: complaints.append((name, said.text)) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append((name, str(error))))


def test_both_looks_see_a_page_that_keeps_people_out(browser: Browser, scene: World) -> None:
    """Rule: a look that finds nothing on a broken page would prove nothing on a whole one."""
    with scene.visit(browser, NOBODY, width=390) as page:
        page.goto(f"{scene.url}/sign-in/login/")
        page.evaluate("""() => {
            const broken = document.createElement("img");
            broken.style.minWidth = "800px";
            document.querySelector("main").append(broken);
        }""")
        assert page.evaluate(WIDTH) > 390
        assert "IMG." in page.evaluate(TOO_WIDE)
        page.evaluate(AXE.read_text(encoding="utf-8"))
        assert [found.split(":")[0] for found in page.evaluate(SERIOUS)] == ["image-alt"]


@pytest.mark.parametrize(
    ("name", "action"),
    [
        ("home", "header.lmc-page-header a.btn-primary"),
        ("cases", "header.lmc-page-header a.btn-primary"),
        ("suspects", "main .lmc-toolbar a.btn-primary"),
        ("sharing", "header.lmc-page-header a.btn-primary"),
        # Whoever may sign it signs; the file stands beside.
        ("dossier", "main .lmc-form__actions a.btn-primary"),
    ],
)
def test_the_keyboard_skips_the_head_and_reaches_the_main_action(
    browser: Browser, scene: World, name: str, action: str
) -> None:
    """Rule: the first tab stop leads past the head; from there the main action is near, and it shows its focus."""
    with scene.visit(browser, "liaison.th") as page:
        page.goto(scene.url + scene.pages[name])
        page.keyboard.press("Tab")
        skip = page.locator(".lmc-skip")
        expect(skip).to_be_focused()
        expect(skip).to_be_in_viewport()
        page.keyboard.press("Enter")
        expect(page.locator("#main")).to_be_focused()
        main_action = page.locator(action).first
        stops = tabs_to(page, action, most=20)
        assert stops, "the main action is out of reach"
        outline = main_action.evaluate(
            "one => { const s = getComputedStyle(one); return [s.outlineStyle, s.outlineWidth, s.boxShadow]; }"
        )
        assert (outline[0] != "none" and outline[1] != "0px") or outline[2] != "none", "the focus is not seen"
        target = main_action.get_attribute("href")
        assert target
        page.keyboard.press("Enter")
        page.wait_for_url(f"**{target}")


def tabs_to(page: Page, selector: str, *, most: int) -> int:
    """Press Tab until the element has the focus; return how often, 0 when it was not reached."""
    for stops in range(1, most + 1):
        page.keyboard.press("Tab")
        if page.locator(selector).first.evaluate("one => one === document.activeElement"):
            return stops
    return 0


def test_signing_in_needs_no_mouse(browser: Browser, scene: World) -> None:
    """Rule: address, password and button follow one another."""
    with scene.visit(browser, NOBODY) as page:
        page.goto(f"{scene.url}/sign-in/login/")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert tabs_to(page, "[name=login]", most=3)
        page.keyboard.type("liaison.th@demo.invalid")
        assert tabs_to(page, "[name=password]", most=1)
        page.keyboard.type(world.PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{scene.url}/")
        expect(page.locator(f'main a[href="/cases/{scene.case.uuid}/"]').first).to_be_visible()


def test_pages_are_read_without_script(browser: Browser, scene: World) -> None:
    """Rule: reading needs no JavaScript; tables, facts, menus and photographs are there."""
    set_language(actor=scene.officer, language="th")
    shown = {
        "home": texts.TITLE_TH,
        "cases": texts.TITLE_TH,
        "overview": texts.FACTS_TH.splitlines()[0],
        "suspects": "王伟",
        "person": str(scene.person.name_original),
        "evidence": scene.exhibit.exhibit_number,
        "sharing": "",
        "handover": texts.REQUEST_FACTS_ZH.splitlines()[0],
        "dossier": texts.TITLE_TH,
        "law of a country": "Extradition Act of Thailand",
        "law of a pair": "Extradition Act of Thailand",
        "imports": "demo_people.xlsx",
        "file": "",
        "files": "",
    }
    assert set(shown) == set(scene.pages) - set(READERS)
    with scene.visit(browser, "liaison.th", java_script_enabled=False) as page:
        for name, words in shown.items():
            page.goto(scene.url + scene.pages[name])
            expect(page.locator("main h1")).to_be_visible()
            if words:
                expect(page.locator("main").get_by_text(words).first).to_be_visible()
        page.goto(scene.url + scene.pages["sharing"])
        expect(page.locator('main a[href$="/revoke/"]')).to_be_visible()
        page.goto(scene.url + scene.pages["person"])
        photo = page.locator(".lmc-person__photo img")
        expect(photo).to_be_visible()
        box = photo.bounding_box()
        assert box is not None
        assert box["height"] > 100
        page.goto(scene.url + scene.pages["overview"])
        page.locator("header details.lmc-top__wide > summary").click()
        expect(page.locator("header details.lmc-top__wide .lmc-signout")).to_be_visible()


def test_the_language_switch_keeps_the_page_and_errors_speak_it_too(browser: Browser, scene: World) -> None:
    """Rule: each of the seven languages is one click away on the page itself, and a missing page answers in it."""
    path = f"{scene.pages['suspects']}?category=SUSPECT"
    seen = set()
    with scene.visit(browser, "supervisor.th") as page:
        for code, tag in LANGUAGES.items():
            page.goto(scene.url + path)
            page.locator("header details.lmc-top__wide > summary").click()
            page.locator(f'header details.lmc-top__wide button[name=language][value="{code}"]').click()
            expect(page.locator("html")).to_have_attribute("lang", tag)
            assert page.url == scene.url + path
            expect(page.locator("main table tbody tr").first).to_be_visible()
            answer = page.goto(f"{scene.url}/cases/{uuid.uuid4()}/")
            assert answer is not None
            assert answer.status == 404
            expect(page.locator("html")).to_have_attribute("lang", tag)
            with translation.override(code):
                expect(page.locator("h1")).to_have_text(gettext("Page not found"))
            seen.add(page.locator("h1").inner_text())
    assert len(seen) == len(LANGUAGES), seen


def test_before_signing_in_the_language_is_chosen_too_and_stays(browser: Browser, scene: World) -> None:
    """Rule: the sign-in page speaks seven languages, keeps where the officer was going, and remembers the choice."""
    path = "/sign-in/login/?next=/cases/"
    with scene.visit(browser, NOBODY, width=390) as page:
        page.goto(scene.url + path)
        for code, tag in LANGUAGES.items():
            page.locator("header details > summary").click()
            page.locator(f'header button[name=language][value="{code}"]').click()
            expect(page.locator("html")).to_have_attribute("lang", tag)
            assert page.url == scene.url + path
        page.goto(scene.url)
        page.wait_for_url(re.compile("/sign-in/login/"))
        expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
