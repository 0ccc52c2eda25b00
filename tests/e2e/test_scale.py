"""Six hundred persons on a spreadsheet in six scripts, in a real browser: imported with progress, looked over, asked for
as a whole, granted, checked together, and split over crossings whose pages stay readable.

Rule: what an officer does with six hundred persons takes as many clicks as with sixty, and no page holds them all.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from lmc_cases.accounts.models import User
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.services import deciding, proceeding, sending, surrendering
from lmc_cases.jurisdictions.access import acting_as
from tests.e2e import steps
from tests.e2e.steps import UUID, WAIT_MS, Desk
from tests.e2e.test_console import SESSION_COOKIE, session_of
from tests.factories import officer, open_case, say_why, share
from tests.handovers.many_samples import write_sheet
from tests.harness.programs import Web, Worker

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PEOPLE, TWICE, YOUNG = 590, 10, 4
# A page that holds a part of the list.
MOST_ON_PAGE = 50


@pytest.fixture
def programs(worker: Worker, program_logs: Path) -> Iterator[tuple[Web, Worker]]:
    web = Web("scale-web", program_logs, {"LMC_SECOND_FACTOR_COMPULSORY": "0"})
    web.start()
    yield web, worker
    web.stop()


def desk_of(browser: Browser, web: Web, user: User) -> Desk:
    """A window in which the officer is signed in."""
    desk = steps.open_desk(browser, web.url, user.email.partition("@")[0])
    desk.context.add_cookies([{"name": SESSION_COOKIE, "value": session_of(user), "url": web.url}])
    return desk


def persons_on(page: Page) -> int:
    """How many persons the page's list holds."""
    return page.locator("main ul.lmc-list > li").count()


def test_six_hundred_persons_from_the_spreadsheet_to_the_crossings(
    programs: tuple[Web, Worker], browser: Browser, tmp_path: Path
) -> None:
    web, worker = programs
    thai, supervisor, chinese = officer("TH"), officer("TH", "supervisor"), officer("CN")
    case = open_case(thai, title="Invented list of a day")
    share(thai, case, "CN")
    say_why(chinese, case)
    thai_desk, chinese_desk = (desk_of(browser, web, user) for user in (thai, chinese))

    upload_list(thai_desk, worker, str(case.uuid), tmp_path)
    handover_id = ask_for_all(chinese_desk, str(case.uuid))
    sending.submit(actor=chinese, handover_id=handover_id)
    proceeding.acknowledge(actor=thai, handover_id=handover_id)
    deciding.approve(actor=supervisor, handover_id=handover_id)
    surrendering.plan(
        actor=thai,
        handover_id=handover_id,
        at=timezone.now() + dt.timedelta(days=1),
        place="Mae Sot (invented)",
    )
    read_request(thai_desk, handover_id)
    check_together(thai_desk, thai, handover_id)
    look_over(thai_desk, handover_id)
    plan_crossings(thai_desk, handover_id)
    assert thai_desk.complaints == chinese_desk.complaints == []


def upload_list(desk: Desk, worker: Worker, case: str, folder: Path) -> None:
    """Upload, read what is alike, import all but the rows alike, and watch the progress."""
    sheet = write_sheet(folder / "list.xlsx", PEOPLE, twice=TWICE, young=YOUNG)
    page = desk.page
    desk.go(f"/imports/new/{case}/")
    page.locator('input[name=kind][value="SUSPECT_LIST"]').check()
    page.locator("input[name=file]").set_input_files(sheet)
    desk.press(steps.SUBMIT)
    # Duplicates are proposed before anything is imported.
    expect(page.locator("input[name=rows]")).to_have_count(TWICE)
    with steps.at_rest(worker):
        desk.press("button[name=import]")
        expect(page.locator(".lmc-progress progress")).to_be_visible()
    done = page.locator(".lmc-progress__state a.btn-primary")
    expect(done).to_be_visible(timeout=WAIT_MS)
    done.click()
    expect(desk.link(f"/cases/{case}/suspects/")).to_be_visible()


def ask_for_all(desk: Desk, case: str) -> str:
    """Ask for everybody of the import: look, then make."""
    page = desk.page
    desk.go(f"/handovers/of-case/{case}/")
    desk.follow(f"/handovers/whole-list/{case}/")
    assert page.locator("select[name=import_run] option").count() == 2
    assert page.locator("input[name=suspect_ids]").count() == 0
    page.locator('input[name=procedure][value="POLICE_HANDOVER"]').check()
    page.locator("input[name=size]").fill("1000")
    page.locator("textarea[name=legal_basis]").fill("Invented basis")
    page.locator("textarea[name=facts]").fill("Invented facts")
    desk.press(steps.SUBMIT)
    expect(page.locator("#preview ol li")).to_have_count(1)
    expect(page.locator("#preview ol li")).to_contain_text(str(PEOPLE))
    desk.press(steps.SUBMIT)
    page.wait_for_url(re.compile(rf"/handovers/{UUID}/$"))
    assert persons_on(page) <= 2 * MOST_ON_PAGE
    return re.findall(UUID, page.url)[-1]


def read_request(desk: Desk, handover_id: str) -> None:
    """The request is read in parts and searched."""
    page = desk.page
    desk.go(f"/handovers/{handover_id}/")
    assert page.locator("#persons ul.lmc-list > li").count() == MOST_ON_PAGE
    page.locator(".lmc-pager a[rel=next]").click()
    page.wait_for_url(re.compile("after="))
    expect(page.locator("#persons ul.lmc-list > li").first).to_contain_text("S51")
    page.locator("#person-search").fill("S333")
    page.locator("#person-search").press("Enter")
    page.wait_for_url(re.compile("q=S333"))
    expect(page.locator("#persons ul.lmc-list > li")).to_have_count(1)


def check_together(desk: Desk, thai: User, handover_id: str) -> None:
    """The notice of rights, read to two hundred at once, three times."""
    page = desk.page
    left = PEOPLE - YOUNG
    desk.go(f"/handovers/{handover_id}/checks/RIGHTS/")
    while left:
        expect(page.locator("input[name=ids]:checked")).to_have_count(min(200, left))
        assert page.locator("input[name=outcome]:checked").count() == 0
        page.locator('input[name=outcome][value="GIVEN"]').check()
        page.locator("textarea[name=reason]").fill("Read aloud (invented)")
        page.locator("input[name=language]").fill("zh")
        desk.press(steps.SUBMIT)
        left -= min(200, left)
    page.wait_for_url(f"**/handovers/{handover_id}/")
    with acting_as(thai):
        handover = HandoverRequest.objects.get(uuid=handover_id)
        assert handover.checks.filter(kind="RIGHTS", outcome="GIVEN").count() == PEOPLE - YOUNG


def look_over(desk: Desk, handover_id: str) -> None:
    """What to look at is counted; each flag leads to its persons, and they lead to their checks."""
    page = desk.page
    desk.follow(f"/crossings/look/?handover={handover_id}")
    page.locator('#counts a[href*="flag=young_birth"]').click()
    page.wait_for_url(re.compile("flag=young_birth"))
    expect(page.locator("#persons ul.lmc-list > li")).to_have_count(YOUNG)
    page.locator("#persons ul.lmc-list > li a").first.click()
    page.wait_for_url(re.compile(rf"/handovers/{handover_id}/persons/{UUID}/$"))


def plan_crossings(desk: Desk, handover_id: str) -> None:
    """Split over crossings of 300, then read one of them in parts, filtered, and on a phone."""
    page = desk.page
    desk.go(f"/handovers/{handover_id}/")
    desk.follow(f"/crossings/split/?handover={handover_id}")
    tomorrow = timezone.localtime(timezone.now() + dt.timedelta(days=1))
    page.locator("input[name=planned_at]").fill(tomorrow.strftime("%Y-%m-%dT%H:%M"))
    page.locator("input[name=place]").fill("Mae Sot (invented)")
    page.locator("input[name=seats]").fill("300")
    desk.press(steps.SUBMIT)
    expect(page.locator("#preview ol li")).to_have_count(2)
    desk.press(steps.SUBMIT)
    page.wait_for_url("**/crossings/")
    page.locator('main table a[href^="/crossings/"]').last.click()
    page.wait_for_url(re.compile(rf"/crossings/{UUID}/$"))
    assert page.locator("#persons ul.lmc-list > li").count() == MOST_ON_PAGE
    page.locator(".lmc-pager a[rel=next]").click()
    page.wait_for_url(re.compile("after=50"))
    expect(page.locator("#persons ul.lmc-list > li").first).to_contain_text("51")
    page.locator("details.lmc-filters > summary").click()
    page.locator(".lmc-filters input[name=q]").fill("陈示例 12")
    page.locator(".lmc-filters button[type=submit]").click()
    page.wait_for_url(re.compile("q="))
    found = page.locator("#persons ul.lmc-list > li")
    assert 1 <= found.count() <= 20
    page.set_viewport_size({"width": 390, "height": 844})
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
