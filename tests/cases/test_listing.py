"""The case list: what the officer may see and nothing else, newest first, page by page, at a constant cost."""

from __future__ import annotations

import datetime as dt
import time

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from lmc_cases.cases.models import Case, Level
from lmc_cases.cases.services import casework, operations, sharing, visibility
from lmc_cases.cases.services.listing import (
    OWN,
    SHARED,
    CaseFilters,
    CasePage,
    capped_count,
    newest_shares,
    page_of_cases,
)
from lmc_cases.core.viewer import viewing_as
from lmc_cases.jurisdictions.access import resolve_audiences
from lmc_cases.jurisdictions.models import Jurisdiction, Typology
from tests.factories import officer, open_case, share

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_second_factor(settings: object) -> None:
    settings.SECOND_FACTOR_COMPULSORY = False  # type: ignore[attr-defined]


def references(page: CasePage) -> list[str]:
    return [row.case.reference for row in page.rows]


def at_minute(case: Case, minute: int) -> None:
    """Give the case a known place in the list."""
    case.updated_at = timezone.now() - dt.timedelta(days=1) + dt.timedelta(minutes=minute)
    case.save(update_fields=["updated_at"])


def test_the_list_holds_what_the_rule_opens_and_nothing_else() -> None:
    thai, lao, chinese = officer("TH"), officer("LA"), officer("CN")
    own, foreign, shared = open_case(thai), open_case(lao), open_case(lao)
    share(lao, shared, "TH", Level.SUMMARY)
    assert set(references(page_of_cases(thai))) == {own.reference, shared.reference}
    assert foreign.reference not in references(page_of_cases(thai))
    assert references(page_of_cases(chinese)) == []
    assert {row.case.reference for row in page_of_cases(thai).rows} == set(
        Case.objects.visible_to(thai).values_list("reference", flat=True)
    )


def test_a_page_says_at_which_level_and_whose_each_case_is() -> None:
    thai, lao = officer("TH"), officer("LA")
    open_case(thai, "Own")
    hidden, told = open_case(lao, "Hidden title"), open_case(lao, "Told title")
    share(lao, hidden, "TH", Level.EXISTENCE)
    share(lao, told, "TH", Level.SUMMARY)
    rows = {row.case.pk: row for row in page_of_cases(thai).rows}
    assert rows[hidden.pk].title is None
    assert rows[hidden.pk].level == Level.EXISTENCE
    assert not rows[hidden.pk].is_own
    title = rows[told.pk].title
    assert title is not None
    assert title.text == "Told title"
    assert [row.is_own for row in rows.values()].count(True) == 1


def test_a_share_leaves_the_list_by_the_clock_with_no_job_running() -> None:
    thai, chinese = officer("TH"), officer("CN")
    case = open_case(thai)
    share(thai, case, "CN", ends_in=dt.timedelta(seconds=1))
    assert references(page_of_cases(chinese)) == [case.reference]
    assert capped_count(chinese) == (1, False)
    time.sleep(1.1)
    assert references(page_of_cases(chinese)) == []
    assert capped_count(chinese) == (0, False)


def test_a_withdrawn_share_leaves_the_list_at_once() -> None:
    thai, chinese = officer("TH"), officer("CN")
    case = open_case(thai)
    made = share(thai, case, "CN")
    sharing.revoke_share(actor=thai, share_id=made.uuid, reason="Over")
    assert references(page_of_cases(chinese)) == []


def test_a_case_seen_through_two_audiences_stands_in_the_list_once_at_the_higher_level() -> None:
    thai, chinese = officer("TH"), officer("CN")
    case = open_case(thai)
    share(thai, case, "CN", Level.EXISTENCE)
    share(thai, case, "CN", Level.FULL, agency_id=chinese.agency.uuid if chinese.agency else None)
    page = page_of_cases(chinese)
    assert [(row.case.pk, row.level) for row in page.rows] == [(case.pk, Level.FULL)]


def test_pages_follow_each_other_without_gap_or_repetition_in_both_directions() -> None:
    thai, chinese = officer("TH"), officer("CN")
    made = [open_case(thai, f"Case {number}") for number in range(7)]
    for number, case in enumerate(made):
        # Pairs share a time: the key decides between them.
        at_minute(case, number // 2)
    share(thai, made[3], "CN")
    expected = [case.reference for case in sorted(made, key=lambda c: (c.updated_at, c.pk), reverse=True)]
    first = page_of_cases(thai, size=3)
    second = page_of_cases(thai, before=first.older, size=3)
    third = page_of_cases(thai, before=second.older, size=3)
    assert references(first) + references(second) + references(third) == expected
    assert (first.newer, third.older) == (None, None)
    assert references(page_of_cases(thai, after=third.newer, size=3)) == references(second)
    assert references(page_of_cases(thai, after=second.newer, size=3)) == references(first)
    assert page_of_cases(thai, after=second.newer, size=3).newer is None
    assert references(page_of_cases(chinese)) == [made[3].reference]


def test_filters_narrow_the_walk() -> None:
    thai, lao = officer("TH"), officer("LA")
    typology = Typology.objects.order_by("pk").first()
    assert typology is not None
    own = open_case(thai, typology_code=typology.code)
    closed = open_case(thai)
    closed.status = Case.Status.CLOSED
    closed.save()
    foreign = open_case(lao)
    share(lao, foreign, "TH", Level.SUMMARY)
    laos = Jurisdiction.objects.get(code="LA")

    def found(**filters: object) -> set[int]:
        return {row.case.pk for row in page_of_cases(thai, filters=CaseFilters(**filters)).rows}  # type: ignore[arg-type]

    assert found(status="CLOSED") == {closed.pk}
    assert found(typology_id=typology.pk) == {own.pk}
    assert found(owner_id=laos.pk) == {foreign.pk}
    assert found(whose=OWN) == {own.pk, closed.pk}
    assert found(whose=SHARED) == {foreign.pk}
    assert found(at_least=Level.FULL) == {own.pk, closed.pk}
    assert found(lead_officer_id=thai.pk) == {own.pk, closed.pk}
    assert found(lead_officer_id=lao.pk) == {foreign.pk}
    assert found(status="CLOSED", whose=SHARED) == set()


def test_an_operation_narrows_to_the_cases_seen_at_summary_or_above() -> None:
    thai, lao = officer("TH"), officer("LA")
    operation = operations.create_operation(actor=lao, name="Invented", name_language="en")
    operations.invite_country(actor=lao, operation_id=operation.uuid, country_code="TH")
    known, told = (open_case(lao, operation_id=operation.uuid) for _ in range(2))
    share(lao, known, "TH", Level.EXISTENCE)
    share(lao, told, "TH", Level.SUMMARY)
    narrowed = CaseFilters(operation_id=operation.pk)
    assert references(page_of_cases(thai, filters=narrowed)) == [told.reference]
    assert len(page_of_cases(lao, filters=narrowed).rows) == 2


def test_the_number_of_statements_does_not_grow_with_the_page() -> None:
    thai = officer("TH")
    for number in range(6):
        case = open_case(thai, f"Case {number}")
        casework.write_text(actor=thai, case_id=case.uuid, kind="TITLE", language="th", text="คดี")
    counts = []
    for size in (1, 5):
        # As in a request: the audiences are resolved once, before.
        with viewing_as(thai.pk, resolve_audiences(thai)), CaptureQueriesContext(connection) as queries:
            page = page_of_cases(thai, size=size)
            assert len([(row.case.owner.name, row.case.typology, row.title) for row in page.rows]) == size
        counts.append(len(queries))
    assert counts[0] == counts[1]
    # The walk, own countries, cases, their owners, titles; and their typologies where one is set.
    assert counts[0] == 5


def test_titles_speak_the_readers_language_and_fall_back_to_the_original() -> None:
    thai = officer("TH")
    case = open_case(thai, "English title")
    casework.write_text(actor=thai, case_id=case.uuid, kind="TITLE", language="th", text="ชื่อคดี")
    with translation.override("th"):
        shown = page_of_cases(thai).rows[0].title
    assert shown is not None
    assert (shown.text, shown.kind) == ("ชื่อคดี", "translation")
    with translation.override("vi"):
        shown = page_of_cases(thai).rows[0].title
    assert shown is not None
    assert (shown.text, shown.kind) == ("English title", "missing")


def test_counts_stop_at_their_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    thai = officer("TH")
    for _ in range(4):
        open_case(thai)
    assert capped_count(thai) == (4, False)
    monkeypatch.setattr("lmc_cases.cases.services.listing.COUNT_CAP", 3)
    assert capped_count(thai) == (3, True)


def test_the_newest_shares_are_those_made_to_the_officer() -> None:
    thai, chosen, other = officer("TH"), officer("CN", suffix="ONE"), officer("CN", suffix="TWO")
    wide, narrow = open_case(thai, "Wide"), open_case(thai, "Narrow")
    share(thai, wide, "CN", Level.SUMMARY)
    share(thai, narrow, "CN", agency_id=chosen.agency.uuid if chosen.agency else None)
    ended = share(thai, open_case(thai), "CN")
    sharing.revoke_share(actor=thai, share_id=ended.uuid, reason="Over")
    assert [item.row.case.pk for item in newest_shares(chosen, size=5)] == [narrow.pk, wide.pk]
    assert [item.row.case.pk for item in newest_shares(other, size=5)] == [wide.pk]
    assert newest_shares(other, size=5)[0].row.level == Level.SUMMARY
    assert newest_shares(thai, size=5) == []
    assert newest_shares(officer("VN"), size=5) == []


def test_the_page_keeps_filters_while_paging_and_never_shows_a_foreign_case() -> None:
    thai, lao = officer("TH"), officer("LA")
    foreign = open_case(lao, "Secret of Laos")
    for number in range(51):
        open_case(thai, f"Page case {number}")
    client = Client()
    client.force_login(thai)
    answer = client.get(reverse("cases:list"), {"status": "OPEN", "whose": "own"})
    assert answer.status_code == 200
    older = answer.context["older"]
    assert "status=OPEN" in older
    assert "whose=own" in older
    assert "offset" not in older
    second = client.get(reverse("cases:list") + older)
    assert len(second.context["page"].rows) == 1
    assert "status=OPEN" in second.context["newer"]
    for page in (answer, second):
        text = page.content.decode()
        assert foreign.reference not in text
        assert "Secret of Laos" not in text
    assert client.get(reverse("cases:list"), {"status": "NONSENSE", "before": "forged"}).status_code == 200


def test_empty_lists_say_what_to_do_next() -> None:
    client = Client()
    client.force_login(officer("TH"))
    assert reverse("cases:create") in client.get(reverse("cases:list")).content.decode()
    client.force_login(officer("TH", "prosecutor"))
    plain = client.get(reverse("cases:list")).content.decode()
    assert "No cases yet." in plain
    assert reverse("cases:create") not in plain


def test_the_search_read_model_follows_every_share_and_every_end() -> None:
    thai = officer("TH")
    case = open_case(thai, "Title", summary="Summary")
    made = share(thai, case, "CN", Level.SUMMARY)
    assert visibility.drift().is_none
    sharing.revoke_share(actor=thai, share_id=made.uuid, reason="Over")
    casework.restrict_case(actor=thai, case_id=case.uuid, officer_ids=[], reason="Informant")
    assert visibility.drift().is_none
    with connection.cursor() as cursor:
        # What no officer can do: an entry whose audiences are forged is set right by the trigger.
        cursor.execute("UPDATE cases_searchentry SET audience_ids = '{1,2,3}' WHERE case_id = %s", [case.pk])
    assert visibility.drift().is_none
