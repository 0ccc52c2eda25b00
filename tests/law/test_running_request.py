"""Rule: a running request keeps the law of the day it was sent; a new draft follows the new row."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from lmc_cases.core.errors import InvalidInput
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.services import drafting, giving, proceeding, sending
from lmc_cases.handovers.services.clocks import clocks_of
from lmc_cases.handovers.services.completeness import completeness_of
from lmc_cases.handovers.services.grounds import grounds_for
from lmc_cases.handovers.services.law import today_in
from lmc_cases.handovers.services.watching import _watched
from lmc_cases.jurisdictions.access import acting_as
from lmc_cases.jurisdictions.models import LegalInstrument, RefusalGround, RequestElement
from lmc_cases.law.services import proposing
from tests.factories import officer
from tests.handovers.samples import World, world
from tests.harness.shared_worlds import once_per_module
from tests.law.samples import ELEMENT, GROUND, LIMIT, added, changed, confirmed, pair

pytestmark = pytest.mark.django_db


built, w = once_per_module(lambda: world(evidence=0, with_photo=False))


def sent(w: World, **changes: Any) -> HandoverRequest:
    draft = w.draft(procedure="EXTRADITION", **changes)
    if RequestElement.objects.filter(element="WARRANT", law="Invented law").exists():
        giving.give_paper(
            actor=w.chinese,
            handover_id=draft.uuid,
            element="WARRANT",
            given="STATED",
            text="x",
            language="en",
        )
    sending.propose(actor=w.chinese, handover_id=draft.uuid)
    return seen(w, sending.send(actor=officer("CN", "supervisor"), handover_id=draft.uuid))


def seen(w: World, handover: HandoverRequest) -> HandoverRequest:
    with acting_as(w.chinese):
        rows = HandoverRequest.objects.select_related("requested", "requesting", "instrument")
        return rows.get(pk=handover.pk)


def asked(w: World, handover: HandoverRequest) -> set[tuple[str, str]]:
    """The elements asked for, each with the article of its row."""
    with acting_as(w.chinese):
        found = completeness_of(w.chinese, handover)
    assert found is not None
    return {(state.element.value, each.row.article) for state in found.elements for each in state.asked}


def ground_articles(handover: HandoverRequest) -> set[str]:
    return {row.article for row in grounds_for(handover) if row.law == "Invented law"}


def test_a_row_changed_replaced_ended_or_added_after_sending_changes_nothing(w: World) -> None:
    officers = pair("TH")
    today = today_in(w.case.owner)
    element, ground = added(officers, "element", ELEMENT), added(officers, "ground", GROUND)
    ground = RefusalGround.objects.filter(jurisdiction__code="TH", law="Invented law").get()
    running = sent(w)
    assert asked(w, running) == {("WARRANT", "9")}
    assert ground_articles(running) == {"4"}

    # From today on, as a correction of the same day, and with an end: none reaches what was sent before.
    newer = changed(officers, "element", element, today, article="10", element="EVIDENCE")
    changed(officers, "element", newer, today, article="11", element="EVIDENCE")
    changed(officers, "ground", ground, today, article="5")
    added(officers, "element", {**ELEMENT, "element": "FACTS"}, str(today + dt.timedelta(days=1)))
    assert asked(w, running) == {("WARRANT", "9")}
    assert ground_articles(running) == {"4"}

    fresh = seen(w, w.draft(procedure="EXTRADITION"))
    assert asked(w, fresh) == {("EVIDENCE", "11")}
    assert ground_articles(fresh) == {"5"}


def test_an_ended_row_holds_for_what_was_sent_before(w: World) -> None:
    officers = pair("TH")
    element = added(officers, "element", ELEMENT)
    running = sent(w)
    end = proposing.propose_end(
        actor=officers[0],
        kind="element",
        line=element.line,
        last_day=today_in(w.case.owner) - dt.timedelta(days=1),
        source="Gazette (invented)",
        reason="Repealed (invented)",
    )
    confirmed(end, officers[1])
    assert asked(w, running) == {("WARRANT", "9")}
    assert asked(w, seen(w, w.draft(procedure="EXTRADITION"))) == set()


def test_a_clock_keeps_the_limit_of_the_day_of_sending_on_pages_and_in_the_watch(w: World) -> None:
    officers = pair("TH")
    limit = added(officers, "limit", {**LIMIT, "event": "INFORMATION"})
    added(officers, "element", ELEMENT)
    running = sent(w)
    changed(officers, "limit", limit, today_in(w.case.owner), days=3)
    proceeding.acknowledge(actor=w.thai, handover_id=running.uuid)
    proceeding.ask_information(actor=w.supervisor, handover_id=running.uuid, question="x")
    running = seen(w, running)
    with acting_as(w.thai):
        assert [clock.limit.days for clock in clocks_of(running)] == [20]
    watched = _watched()[running.pk].running
    assert watched.sent_at == running.submitted_at


def test_the_chosen_treaty_is_pinned_when_it_is_sent_and_its_rows_follow_it(w: World) -> None:
    officers = pair("TH")
    treaty = LegalInstrument.objects.get(kind="bilateral_extradition", parties_text="CN|TH")
    added(officers, "element", {**ELEMENT, "article": "3"}, instrument_line=treaty.line)
    draft = w.draft(procedure="EXTRADITION")
    second = changed(officers, "instrument", treaty, today_in(w.case.owner), nationals_rule="Invented")
    # The draft follows: the rows of the treaty hold in each version of it.
    assert asked(w, seen(w, draft)) == {("WARRANT", "3")}
    giving.give_paper(
        actor=w.chinese, handover_id=draft.uuid, element="WARRANT", given="STATED", text="x", language="en"
    )
    sending.propose(actor=w.chinese, handover_id=draft.uuid)
    running = sending.send(actor=officer("CN", "supervisor"), handover_id=draft.uuid)
    assert seen(w, running).instrument == second
    changed(officers, "instrument", second, today_in(w.case.owner), nationals_rule="Another")
    running = seen(w, running)
    assert running.instrument == second
    assert asked(w, running) == {("WARRANT", "3")}


def test_a_treaty_that_ended_is_not_offered_and_a_draft_with_it_is_not_sent(w: World) -> None:
    officers = pair("TH")
    treaty = LegalInstrument.objects.get(kind="bilateral_extradition", parties_text="CN|TH")
    draft = w.draft()
    end = proposing.propose_end(
        actor=officers[0],
        kind="instrument",
        line=treaty.line,
        last_day=today_in(w.case.owner) - dt.timedelta(days=1),
        source="x",
        reason="x",
    )
    confirmed(end, officers[1])
    with pytest.raises(InvalidInput, match="has ended"):
        sending.submit(actor=w.chinese, handover_id=draft.uuid)
    with pytest.raises(InvalidInput, match="from the list"):
        drafting.draft_request(actor=w.chinese, case_id=w.case.uuid, **w.arguments())


def test_a_row_that_was_law_and_not_known_yet_reaches_the_running_request(w: World) -> None:
    """Somebody is held, and a limit of the treaty is read at last: not a change of law, and silence would harm."""
    running = sent(w)
    assert asked(w, running) == set()
    added(pair("TH"), "element", ELEMENT, "2020-01-01")
    assert asked(w, running) == {("WARRANT", "9")}
    assert RequestElement.objects.filter(law="Invented law", entered_at__lte=timezone.now()).exists()
