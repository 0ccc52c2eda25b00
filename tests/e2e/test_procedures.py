"""Procedures through the pages: real Chromium, real web server, officers of both countries, one story each.

Rule: both countries walk a procedure to its end in the browser, each by the steps of its own side, and see it alike.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Browser, expect

from lmc_cases.accounts.models import User
from lmc_cases.handovers.checks import Ask, Effect, Kind, asked_of, check_of
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.services import sending
from lmc_cases.jurisdictions.access import acting_as
from tests.e2e.steps import SUBMIT, WAIT_MS, Desk
from tests.e2e.test_console import session_of
from tests.factories import officer, say_why
from tests.handovers.samples import World, pass_checks, world
from tests.handovers.test_completeness import asks
from tests.harness.programs import Web

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AHEAD = "2099-01-31T10:00"
# The button of a step that harms is no primary one.
ANY_SUBMIT = "main form.lmc-form button[type=submit]"


@pytest.fixture
def web(transactional_db: None, program_logs: Path) -> Iterator[Web]:
    web = Web("procedures-web", program_logs, {"LMC_SECOND_FACTOR_COMPULSORY": "0"})
    web.start()
    yield web
    web.stop()


@pytest.fixture
def w(web: Web) -> World:
    made = world(evidence=1, with_photo=False)
    say_why(made.chinese, made.case)
    return made


@pytest.fixture
def desks(browser: Browser, web: Web, w: World) -> Iterator[dict[str, Desk]]:
    """A window per officer, signed in."""
    people = {
        "thai": w.thai,
        "thai_boss": w.supervisor,
        "chinese": w.chinese,
        "chinese_boss": officer("CN", "supervisor"),
    }
    with contextlib.ExitStack() as open_ones:
        yield {key: open_ones.enter_context(window(browser, web, key, user)) for key, user in people.items()}


@contextlib.contextmanager
def window(browser: Browser, web: Web, key: str, user: User) -> Iterator[Desk]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(WAIT_MS)
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session_of(user), "url": web.url}])
    desk = Desk(key, web.url, context, context.new_page())
    desk.page.on("console", lambda said: desk.complaints.append(said.text) if said.type == "error" else None)
    yield desk
    assert desk.complaints == []
    context.close()


class Story:
    """One request; each step is taken by a link of its page and the button of the step's page."""

    def __init__(self, desks: dict[str, Desk]) -> None:
        self.desks, self.uuid = desks, ""

    def take(self, who: str, act: str, **fields: str) -> None:
        desk = self.desks[who]
        desk.go(f"/handovers/{self.uuid}/")
        quiet = desk.page.locator("main aside details.lmc-more > summary")
        end = f"/{self.uuid}/{act}/"
        if quiet.count() and not desk.link(end).is_visible():
            quiet.click()
        desk.follow(end)
        desk.send(ANY_SUBMIT, **fields)
        desk.page.wait_for_url(f"**/handovers/{self.uuid}/")

    def refused(self, who: str, act: str, words: str) -> None:
        """A closed gate: the page comes again and says what is missing."""
        desk = self.desks[who]
        desk.go(f"/handovers/{self.uuid}/")
        desk.follow(f"/{self.uuid}/{act}/")
        with desk.page.expect_response(lambda answer: answer.request.method == "POST") as sent:
            desk.page.locator(SUBMIT).first.click()
        assert sent.value.status == 422
        expect(desk.page.locator("main")).to_contain_text(words)
        # The browser itself writes a line about the answer 422.
        desk.complaints.clear()

    def person(self, w: World, place: int) -> tuple[HandoverRequest, UUID]:
        """The request and one of its persons, for the checks: their pages are walked in the extradition."""
        with acting_as(w.thai):
            handover = HandoverRequest.objects.get(uuid=self.uuid)
            return handover, handover.subjects.order_by("position")[place].uuid

    def stands(self, words: str) -> None:
        """Both sides read the same status."""
        for who in ("thai", "chinese"):
            desk = self.desks[who]
            desk.go(f"/handovers/{self.uuid}/")
            expect(desk.page.locator("h1 + .lmc-badge, header .lmc-badge, .lmc-badge").first).to_have_text(
                words
            )

    def decide(self, who: str, outcomes: list[str]) -> None:
        """Decide for each person, in the order of the page, with a ground where not granted."""
        desk = self.desks[who]
        desk.go(f"/handovers/{self.uuid}/")
        desk.follow(f"/{self.uuid}/approve/")
        boxes = desk.page.locator('main [name^="outcome_"]')
        grounds = desk.page.locator('main [name^="ground_"]')
        assert boxes.count() == len(outcomes)
        for place, outcome in enumerate(outcomes):
            boxes.nth(place).select_option(outcome)
            if outcome != "GRANTED":
                grounds.nth(place).fill("Own proceedings (invented)")
        desk.press(SUBMIT)
        desk.page.wait_for_url(f"**/handovers/{self.uuid}/")

    def check(self, who: str, place: int, kind: Kind, outcome: str) -> None:
        """Record one check of the person at ``place``."""
        desk = self.desks[who]
        desk.go(f"/handovers/{self.uuid}/")
        others = "".join(
            f':not([href*="/{page}/"])' for page in ("property", "custody", "grounds", "counts", "competing")
        )
        desk.page.locator(f'main a[href*="/{self.uuid}/persons/"]{others}').nth(place).click()
        desk.page.wait_for_url("**/persons/**")
        desk.follow(f"/{kind}/record/")
        desk.page.locator(f'input[name=outcome][value="{outcome}"]').check()
        check = check_of(kind)
        assert check is not None
        asks = {ask for each in check.outcomes for ask in each.asks}
        if Ask.INDICATORS in asks:
            desk.page.locator('input[name=indicators][value="NONE"]').check()
        named = {ask.value: "Invented" for ask in asks - {Ask.INDICATORS, Ask.CARE}}
        desk.send(reason="seen (invented)", **named)
        desk.page.wait_for_url(re.compile(r"/persons/[0-9a-f-]+/$"))

    def custody(self, who: str, place: int, w: World, **fields: str) -> None:
        """Record in whose hands the person at ``place`` is, and read it in the list."""
        desk = self.desks[who]
        desk.go(f"/handovers/{self.uuid}/persons/{self.person(w, place)[1]}/")
        desk.follow("/custody/")
        desk.follow("/custody/add/")
        desk.page.locator("input[name=injuries][value=NONE_SEEN]").check()
        desk.send(place="Cell 3 (invented)", **fields)
        desk.page.wait_for_url("**/custody/")
        expect(desk.page.locator("main .card").last).to_contain_text("Cell 3 (invented)")

    def pass_all(self, place: int, procedure: str) -> None:
        """Every check of one person, the second opinion by the second officer."""
        for check in asked_of(procedure, is_minor=False):
            outcome = next(each for each in check.outcomes if each.effect == Effect.CLEARS)
            self.check("thai_boss" if check.by_another else "thai", place, check.kind, outcome.code)

    def hand_over(self, places: dict[int, str]) -> None:
        desk = self.desks["thai"]
        desk.go(f"/handovers/{self.uuid}/")
        desk.follow(f"/{self.uuid}/hand-over/")
        for place, field in places.items():
            desk.page.locator(f"main input[name={field}]").nth(place).check()
        now = desk.page.evaluate(
            "() => new Date().toLocaleString('sv', {timeZone: 'Asia/Bangkok'}).slice(0, 16)"
        )
        desk.send(at=now.replace(" ", "T"), place="Mae Sot (invented)", note="as planned")
        desk.page.wait_for_url(f"**/handovers/{self.uuid}/")


def request_of(story: Story, w: World, procedure: str, persons: int) -> None:
    """China asks from the case's own page."""
    desk = story.desks["chinese"]
    desk.go(f"/handovers/new/{w.case.uuid}/")
    desk.page.locator(f'input[name=procedure][value="{procedure}"]').check()
    for place in range(persons):
        desk.page.locator("input[name=suspect_ids]:not([disabled])").nth(place).check()
    desk.send(legal_basis="Article 2 (invented)", facts="Facts (invented)")
    desk.page.wait_for_url(re.compile(r"/handovers/[0-9a-f-]{36}/$"))
    story.uuid = desk.page.url.rstrip("/").rpartition("/")[2]


def test_an_extradition_with_more_information_a_part_grant_and_a_speciality_watch(
    desks: dict[str, Desk], w: World
) -> None:
    story = Story(desks)
    request_of(story, w, "EXTRADITION", 2)
    story.take("chinese", "propose")
    # Not by the officer who proposed it, and the other country sees nothing yet.
    expect(desks["chinese"].link(f"/{story.uuid}/send/")).to_have_count(0)
    assert desks["thai"].answer_to(f"/handovers/{story.uuid}/")[0] == 404
    story.take("chinese_boss", "return-draft", reason="Name the count")
    story.take("chinese", "propose")
    story.take("chinese_boss", "ask-arrest", reason="Leaves tomorrow (invented)")
    story.stands("Provisional arrest asked")
    story.take("chinese_boss", "send")
    story.take("thai", "acknowledge")
    story.take("thai", "ask-information", question="Which count?")
    story.stands("More information asked")
    story.take("chinese", "supply", answer="The second one (invented)")
    story.take("thai", "review")
    story.decide("thai_boss", ["GRANTED", "POSTPONED"])
    story.stands("Granted in part")
    story.take(
        "chinese_boss",
        "assure",
        given_by="Highest court (invented)",
        given_on="2026-11-01",
        assurances="No death penalty (invented)",
    )
    story.take("thai", "plan", at=AHEAD, place="Mae Sot (invented)")
    story.refused("thai_boss", "clear", "These checks are not passed: S1: Identity")
    story.pass_all(0, "EXTRADITION")
    story.custody("thai", 0, w, to_holder="Guard (invented)", medication="Insulin (invented)")
    story.take("thai_boss", "clear")
    story.hand_over({0: "subject_ids"})
    # From the surrender on the receiving country holds the person, and read what came with the person.
    story.custody("chinese", 0, w, from_holder="Guard (invented)", to_holder="Prison (invented)")
    expect(desks["chinese"].page.locator("main")).to_contain_text("Insulin (invented)")
    story.take("chinese", "watch")
    story.take("chinese", "close", reason="")
    story.stands("Closed")


def test_a_border_handover_in_which_one_person_is_found_to_be_a_victim(
    desks: dict[str, Desk], w: World
) -> None:
    story = Story(desks)
    request_of(story, w, "POLICE_HANDOVER", 3)
    warning = (
        "Safeguards of extradition, such as speciality and review by a court, do not attach by themselves."
    )
    expect(desks["chinese"].page.locator("main")).to_contain_text(warning)
    story.take("chinese", "submit")
    story.take("thai", "acknowledge")
    story.decide("thai_boss", ["POSTPONED", "POSTPONED", "REFUSED"])
    story.stands("Postponed")
    story.take("thai_boss", "resume", reason="Own trial is over (invented)")
    story.decide("thai_boss", ["GRANTED", "GRANTED"])
    story.take("thai", "plan", at=AHEAD, place="Mae Sot (invented)")
    pass_checks(w.thai, w.supervisor, *story.person(w, 0))
    # The receiving country finds a victim; the holding one cannot move the person, nor talk the finding away.
    story.check("chinese", 1, Kind.SCREENING, "PRESUMED")
    story.check("thai", 1, Kind.SCREENING, "NOT_VICTIM")
    expect(desks["thai"].page.locator("main")).to_contain_text("The countries disagree")
    expect(desks["thai"].page.locator("main")).to_contain_text("neither country can take that back here")
    story.take("thai_boss", "clear")
    story.hand_over({0: "not_collected"})
    story.stands("Not collected")
    story.take("thai", "plan", at=AHEAD, place="Mae Sot again (invented)")
    story.take("chinese", "withdraw", reason="Over (invented)")
    story.stands("Withdrawn")


def test_victims_are_offered_back_by_the_country_that_holds_them(desks: dict[str, Desk], w: World) -> None:
    story = Story(desks)
    thai = desks["thai"]
    thai.go(f"/handovers/of-case/{w.case.uuid}/")
    thai.follow(f"/offer/{w.case.uuid}/")
    thai.page.locator('input[name=procedure][value="VICTIM_RETURN"]').check()
    thai.page.locator(f'input[name=suspect_ids][value="{w.victim.uuid}"]').check()
    thai.send(legal_basis="Referral (invented)", facts="Found in a compound (invented)")
    thai.page.wait_for_url(re.compile(r"/handovers/[0-9a-f-]{36}/$"))
    story.uuid = thai.page.url.rstrip("/").rpartition("/")[2]
    assert desks["chinese"].answer_to(f"/handovers/{story.uuid}/")[0] == 404
    story.take("thai", "submit")
    story.take("chinese", "acknowledge")
    story.decide("chinese_boss", ["GRANTED"])
    story.take("thai", "plan", at=AHEAD, place="Shelter (invented)")
    story.refused("thai_boss", "clear", "Consent of the person")
    pass_checks(w.thai, w.supervisor, *story.person(w, 0))
    story.take("thai_boss", "clear")
    story.hand_over({0: "subject_ids"})
    story.take("chinese", "close", reason="Received by the service (invented)")
    story.stands("Closed")
    assert thai.link("/dossiers/request/").count() == 0


def test_a_request_that_lacks_a_paper_is_held_back_and_a_limit_that_is_over_asks_for_a_decision(
    desks: dict[str, Desk], w: World
) -> None:
    asks("WARRANT")
    story = Story(desks)
    request_of(story, w, "EXTRADITION", 1)
    story.take("chinese", "propose")
    story.refused("chinese_boss", "send", "Missing: Warrant of arrest")
    story.take("chinese_boss", "ask-arrest", reason="Leaves tomorrow (invented)")
    story.refused("chinese_boss", "send", "Missing: Warrant of arrest")
    chinese = desks["chinese"]
    chinese.go(f"/handovers/{story.uuid}/")
    expect(chinese.page.locator("#elements")).to_contain_text("0 of 1 that Thailand asks for")
    chinese.follow(f"/{story.uuid}/papers/WARRANT/")
    chinese.page.locator('input[name=given][value="ANNEXED"]').check()
    chinese.send(text="No. 7 of 1 May (invented)")
    chinese.page.wait_for_url(f"**/handovers/{story.uuid}/#elements")
    expect(chinese.page.locator("#elements")).to_contain_text("1 of 1 that Thailand asks for")
    # As if the arrest had been long ago.
    sending.record_arrest(actor=w.thai, handover_id=UUID(story.uuid), at=timezone.now())
    with acting_as(w.thai):
        HandoverRequest.objects.filter(uuid=story.uuid).update(
            arrested_at=timezone.now() - dt.timedelta(days=100)
        )
    for who in ("thai", "chinese"):
        desks[who].go(f"/handovers/{story.uuid}/")
        clocks = desks[who].page.locator("#clocks")
        expect(clocks).to_contain_text("The holding country decides whether the persons are released.")
        expect(clocks).to_contain_text("Nobody is released by a clock: an officer decides.")
    story.stands("Provisionally arrested")
    story.take("thai_boss", "release", reason="The request did not arrive (invented)")
    story.stands("Persons released")


def test_a_request_is_refused_and_another_is_taken_back(desks: dict[str, Desk], w: World) -> None:
    story = Story(desks)
    request_of(story, w, "EXTRADITION", 1)
    story.take("chinese", "propose")
    story.take("chinese_boss", "send")
    story.take("thai", "acknowledge")
    story.take("thai", "review")
    story.take("thai_boss", "refuse", reason="Own national (invented)")
    story.stands("Refused")
    expect(desks["chinese"].page.locator("main")).to_contain_text("Own national (invented)")
    request_of(story, w, "POLICE_HANDOVER", 1)
    story.take("chinese", "submit")
    story.take("chinese", "withdraw", reason="Found elsewhere (invented)")
    story.stands("Withdrawn")
    # Nobody carries on with it.
    assert desks["thai"].link(f"/{story.uuid}/acknowledge/").count() == 0


def test_a_note_of_one_country_is_never_shown_to_the_other(desks: dict[str, Desk], w: World) -> None:
    story = Story(desks)
    request_of(story, w, "POLICE_HANDOVER", 1)
    story.take("chinese", "submit")
    secret: dict[str, Any] = {"thai": "OURS ALONE", "chinese": "THEIRS ALONE"}
    for who, text in secret.items():
        story.take(who, "notes/add", text=text)
    for who, text in secret.items():
        shown = desks[who]
        shown.go(f"/handovers/{story.uuid}/")
        expect(shown.page.locator("main")).to_contain_text(text)
        other = next(each for each in secret.values() if each != text)
        expect(shown.page.locator("main")).not_to_contain_text(other)
