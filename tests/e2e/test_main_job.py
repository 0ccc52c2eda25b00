"""The main job through the pages: real Chromium, real web server, real worker, six officers of three countries.

Rule: a case travels from a Thai liaison officer to a Chinese prosecutor, each in the own language, nobody else can
see it by any address, the owner reads afterwards who opened what, and no page breaks the Content-Security-Policy.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import uuid
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from lmc_cases.config.demo import texts, world
from lmc_cases.config.demo.pictures import silhouette
from lmc_cases.config.demo_data import DEMO_BUNDLE, DEMO_FILES, DEMO_PEOPLE
from tests.e2e import steps
from tests.e2e.steps import Desk

OFFICERS = ("liaison.th", "supervisor.th", "auditor.th", "liaison.cn", "prosecutor.cn", "liaison.vn")
LANGUAGES = {"th": "th", "cn": "zh-Hans", "vn": "vi"}
EXHIBIT = "TH-DEMO-001C"
PEOPLE = 3


def text_of(path: Path) -> str:
    """The text of a PDF as Poppler reads it, without white space: lines break where they must."""
    command = ["pdftotext", "-layout", str(path), "-"]
    return squeezed(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_case_travels_through_the_pages_and_nobody_else_sees_it(
    browser: Browser, live_web: Any, worker: Any, tmp_path: Path
) -> None:
    world.build()
    desks = {key: steps.open_desk(browser, live_web.url, key) for key in OFFICERS}
    thai, supervisor, auditor, chinese, prosecutor, viet = desks.values()
    sign_everybody_in(desks)

    case = steps.open_case(thai)
    report_the_case(thai, case, worker)
    person, exhibit = add_a_picture_and_a_file(thai, case, tmp_path)
    steps.share_with(thai, case, "CN", "2099-12-31T23:59")
    expect(thai.page.locator('main a[href$="/revoke/"]')).to_have_count(1)

    the_chinese_officer_finds_it(chinese, case)
    closed = [*case_addresses(case, person, exhibit), *import_addresses(thai)]
    nothing_opens(viet, closed)
    expect(steps.search(viet, "湄索")).to_have_count(0)
    expect(viet.page.locator("main .lmc-empty")).to_be_visible()

    handover = steps.request_handover(chinese, case, PEOPLE)
    steps.take_step(supervisor, handover, "acknowledge")
    dossiers = approve_and_watch(supervisor, handover, worker)
    closed += [f"/handovers/{handover}/", f"/dossiers/request/{handover}/", f"/api/v1/handovers/{handover}/"]
    for dossier in dossiers:
        closed += [f"/dossiers/{dossier}/{part}" for part in ("", "progress/", "download/")]
        closed += [f"/api/v1/dossiers/{dossier}/{part}" for part in ("", "file/")]
    nothing_opens(viet, closed)
    for path in closed:
        assert {desk.answer_to(path)[0] for desk in (thai, chinese)} != {404}, f"{path} is no address at all"

    read_and_download(supervisor, dossiers, tmp_path)
    read_and_download(prosecutor, dossiers, tmp_path)
    the_audit_page_tells(auditor, case)
    assert [complaint for desk in desks.values() for complaint in desk.complaints] == []


def sign_everybody_in(desks: dict[str, Desk]) -> None:
    """All set their second factor up; the Thai officer leaves and comes back with password and code."""
    thai = desks["liaison.th"]
    steps.first_sign_in(thai)
    steps.sign_out(thai)
    for desk in desks.values():
        if desk is not thai:
            steps.first_sign_in(desk)
    steps.sign_in(thai)
    for key, desk in desks.items():
        expect(desk.page.locator("html")).to_have_attribute("lang", LANGUAGES[key.rpartition(".")[2]])


def report_the_case(thai: Desk, case: str, worker: Any) -> None:
    """Both imports, then facts in Thai and what the Chinese side reads."""
    for kind, file in (("CASE_BUNDLE", DEMO_BUNDLE), ("SUSPECT_LIST", DEMO_PEOPLE)):
        steps.import_file(thai, case, kind, file, worker)
    thai.go(f"/cases/{case}/suspects/")
    expect(thai.page.locator("main .lmc-pager")).to_contain_text("44")
    for kind, language, text, translator in (
        ("TITLE", "zh-hans", texts.TITLE_ZH, texts.TRANSLATOR_ZH),
        ("SUMMARY", "zh-hans", texts.SUMMARY_ZH, texts.TRANSLATOR_ZH),
        ("FACTS", "th", texts.FACTS_TH, ""),
        ("FACTS", "zh-hans", texts.FACTS_ZH, texts.TRANSLATOR_ZH),
    ):
        steps.write_text(thai, case, kind, language, text, translator)


def add_a_picture_and_a_file(thai: Desk, case: str, folder: Path) -> tuple[str, str]:
    """Photograph the first person and upload one file of the bundle; return both addresses."""
    thai.go(f"/cases/{case}/suspects/")
    person = thai.page.locator("main table tbody tr a").first.get_attribute("href")
    assert person is not None
    picture = folder / "silhouette.png"
    picture.write_bytes(silhouette(1).read())
    steps.add_photo(thai, person, picture)
    return person, steps.upload_exhibit(thai, case, EXHIBIT, DEMO_FILES / "chat_export.txt")


def the_chinese_officer_finds_it(chinese: Desk, case: str) -> None:
    """A word of two characters finds it; title and facts are read in Chinese."""
    rows = steps.search(chinese, "湄索")
    expect(rows).to_have_count(1)
    chinese.link(f"/cases/{case}/").click()
    steps.say_why(chinese, case)
    chinese.page.wait_for_url(f"**/cases/{case}/")
    expect(chinese.page.locator("h1")).to_have_text(texts.TITLE_ZH)
    assert squeezed(texts.FACTS_ZH) in squeezed(chinese.page.locator("main").inner_text())


def case_addresses(case: str, person: str, exhibit: str) -> list[str]:
    """Everything of a case that has an address."""
    suspect, item = re.findall(steps.UUID, person)[-1], re.findall(steps.UUID, exhibit)[-1]
    tabs = ("", "edit/", "sharing/", "share/", "history/", "restrict/", "text/TITLE/zh-hans/", "suspects/")
    parts = (*tabs, "evidence/", "suspects/add/", "evidence/add/", "timeline/add/", "notes/add/")
    return [
        *(f"/cases/{case}/{part}" for part in parts),
        *(f"/{app}/of-case/{case}/" for app in ("handovers", "dossiers")),
        *(f"/{start}/{case}/" for start in ("handovers/new", "imports/new")),
        *(f"{person}{part}" for part in ("", "edit/", "photo/", "photo/change/")),
        *(f"{exhibit}{part}" for part in ("", "edit/", "upload/", "download/")),
        f"/api/v1/cases/{case}/",
        *(f"/api/v1/suspects/{suspect}/{part}" for part in ("", "photo/")),
        *(f"/api/v1/evidence/{item}/{part}" for part in ("", "file/")),
    ]


def import_addresses(thai: Desk) -> list[str]:
    """The addresses of the imports that the Thai officer's list names."""
    thai.go("/imports/")
    runs = thai.page.locator("main table tbody tr a").evaluate_all("links => links.map(a => a.pathname)")
    found = sorted({path for path in runs if re.fullmatch(rf"/imports/{steps.UUID}/", path)})
    assert len(found) == 2, runs
    return [f"{path}{part}" for path in found for part in ("", "progress/", "errors.csv", "undo/")]


def nothing_opens(viet: Desk, addresses: list[str]) -> None:
    """Each address answers this officer as one that never existed: 404, and the same words."""
    for path in addresses:
        status, text = viet.answer_to(path)
        missing_status, missing = viet.answer_to(re.sub(steps.UUID, str(uuid.uuid4()), path))
        assert (status, missing_status) == (404, 404), path
        assert without_ids(text) == without_ids(missing), path


def without_ids(page: str) -> str:
    return re.sub(rf"{steps.UUID}|[0-9a-f]{{32}}", "", page)


def approve_and_watch(supervisor: Desk, handover: str, worker: Any) -> list[str]:
    """Approve from the home page, watch a dossier grow, and return the ids of both."""
    supervisor.go("/")
    supervisor.follow(f"/handovers/{handover}/")
    with steps.at_rest(worker):
        steps.take_step(supervisor, handover, "approve", reason="อนุมัติ (สมมติ)")
        supervisor.follow(f"/dossiers/request/{handover}/")
        links = supervisor.page.locator("main table a.lmc-ref")
        expect(links).to_have_count(2)
        paths = links.evaluate_all("links => links.map(a => a.pathname)")
        links.first.click()
        expect(supervisor.page.locator(".lmc-progress progress")).to_be_visible()
    finished = supervisor.page.locator(".lmc-progress__state a.btn-primary")
    finished.wait_for(timeout=2 * steps.WAIT_MS)
    finished.click()
    ids = [re.findall(steps.UUID, path)[-1] for path in paths]
    for dossier in ids:
        supervisor.go(f"/dossiers/{dossier}/")
        if not supervisor.link("/download/").count():
            supervisor.page.locator(".lmc-progress__state a.btn-primary").wait_for(timeout=2 * steps.WAIT_MS)
    return ids


def read_and_download(reader: Desk, dossiers: list[str], folder: Path) -> None:
    """Read both dossiers on the screen and take both files: what arrives is what the page promises."""
    titles = {squeezed(texts.TITLE_ZH), squeezed(texts.TITLE_TH)}
    own = texts.TITLE_ZH if reader.key.endswith("cn") else texts.TITLE_TH
    reader.go("/dossiers/")
    expect(reader.page.locator("main table tbody tr")).to_have_count(2)
    for dossier in dossiers:
        reader.follow(f"/dossiers/{dossier}/")
        assert squeezed(own) in squeezed(reader.page.locator("main").inner_text())
        photo = reader.page.locator(f'main img[src*="/dossiers/{dossier}/photos/"]').first
        photo.scroll_into_view_if_needed()
        reader.page.wait_for_function(
            "image => image.complete && image.naturalWidth > 0", arg=photo.element_handle()
        )
        promised = reader.page.locator("main .lmc-facts [data-copy]").first.get_attribute("data-copy")
        path = reader.download(reader.link(f"/dossiers/{dossier}/download/"), folder)
        assert hashlib.sha256(path.read_bytes()).hexdigest() == promised
        text = text_of(path)
        titles -= {title for title in titles if title in text}
        reader.go("/dossiers/")
    assert not titles, "one dossier is in Chinese, the other in Thai"


def the_audit_page_tells(auditor: Desk, case: str) -> None:
    """Thailand reads who in China opened what, and when."""
    auditor.go(f"/audit/?case={case}&country=CN")
    rows = auditor.page.locator("main table tbody tr")
    told = rows.all_inner_texts()
    for name in ("李示范", "张虚构"):
        assert any(name in row for row in told), told
    assert all("示范" in row for row in told), "each act names the unit in China"
    assert rows.locator("time").count() >= rows.count(), "each act has its moment"
    for verb, least in (("case.viewed", 1), ("dossier.viewed", 2), ("dossier.downloaded", 2)):
        auditor.go(f"/audit/?case={case}&country=CN&verb={verb}")
        assert auditor.page.locator("main table tbody tr").count() >= least, verb
