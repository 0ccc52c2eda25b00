"""Counts through the pages: real Chromium, real web server.

Rule: the asking side raises a count and proposes a pair, the deciding side confirms it and grants it, and both read the
same.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from lmc_cases.handovers.models import Count, HandoverRequest
from lmc_cases.handovers.services import proceeding, sending
from lmc_cases.jurisdictions.access import acting_as
from tests.e2e.steps import Desk
from tests.e2e.test_procedures import ANY_SUBMIT, window
from tests.factories import say_why
from tests.handovers.samples import World, world
from tests.handovers.test_counts import offence
from tests.harness.programs import Web

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def web(transactional_db: None, program_logs: Path) -> Iterator[Web]:
    web = Web("counts-web", program_logs, {"LMC_SECOND_FACTOR_COMPULSORY": "0"})
    web.start()
    yield web
    web.stop()


@pytest.fixture
def w(web: Web) -> World:
    made = world(evidence=0, with_photo=False)
    say_why(made.chinese, made.case)
    return made


@pytest.fixture
def desks(browser: Browser, web: Web, w: World) -> Iterator[dict[str, Desk]]:
    people = {"chinese": w.chinese, "boss": w.supervisor}
    with contextlib.ExitStack() as open_ones:
        yield {key: open_ones.enter_context(window(browser, web, key, user)) for key, user in people.items()}


def test_a_count_goes_from_the_accusation_to_the_grant(desks: dict[str, Desk], w: World) -> None:
    asking = offence("CN", offence_en="Fraud by telephone (invented)")
    asked = offence("TH", offence_en="Cheating the public (invented)", base_max_penalty="0.5")
    handover = w.draft(suspect_ids=[w.suspects[0].uuid])
    with acting_as(w.chinese):
        subject = handover.subjects.get()
    chinese, boss = desks["chinese"], desks["boss"]

    chinese.go(f"/handovers/{handover.uuid}/")
    chinese.follow(f"/persons/{subject.uuid}/counts/")
    expect(chinese.page.locator("main")).to_contain_text("No count yet")
    chinese.follow("/counts/add/telecom_fraud/")
    page = chinese.page
    page.get_by_label("What the person is said to have done").fill("虚构：冒充公安机关骗取财物")
    page.get_by_label("Offence in the law of China").select_option(str(asking.uuid))
    page.get_by_label("Offence in the law of Thailand").select_option(str(asked.uuid))
    page.locator(ANY_SUBMIT).click()
    expect(page.locator("main")).to_contain_text("Candidate pair")
    # Half a year in the basic tier, ten in the heaviest: the treaty asks for one.
    expect(page.locator("main")).to_contain_text("Threshold: Only if aggravated")

    sending.submit(actor=w.chinese, handover_id=handover.uuid)
    proceeding.acknowledge(actor=w.thai, handover_id=handover.uuid)
    with acting_as(w.chinese):
        count = Count.objects.get()
    boss.go(f"/handovers/{handover.uuid}/persons/{subject.uuid}/counts/{count.uuid}/")
    boss.page.get_by_role("link", name="Assess the count").click()
    boss.page.get_by_label("Confirmed").check()
    boss.page.get_by_label("Why").fill("The aggravated form is meant (invented)")
    boss.page.locator(ANY_SUBMIT).click()
    held = boss.page.locator("#held")
    expect(held).to_contain_text("Confirmed")
    expect(held).to_contain_text("Nothing said yet")

    boss.go(f"/dossiers/request/{handover.uuid}/approve/")
    expect(boss.page.get_by_label("Telecom and online fraud")).to_be_checked()
    boss.page.locator(ANY_SUBMIT).click()
    boss.page.wait_for_url(f"**/handovers/{handover.uuid}/")
    expect(boss.page.locator("#counts")).to_contain_text("Granted: 1")
    chinese.go(f"/handovers/{handover.uuid}/")
    expect(chinese.page.locator("#counts")).to_contain_text("Granted: 1")
    with acting_as(w.chinese):
        assert HandoverRequest.objects.get(pk=handover.pk).status == "APPROVED"
