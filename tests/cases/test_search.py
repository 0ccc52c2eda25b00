"""Search: six scripts, short words, numbers; each piece only at the level that shows it; bounded on every path."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from lmc_cases.accounts.models import User
from lmc_cases.audit.models import AuditEvent
from lmc_cases.cases.models import Case, Level, NumberMark, SearchEntry
from lmc_cases.cases.services import casework, search, sharing
from lmc_cases.cases.services.search import find_cases, matching_cases, put_marks, put_suspect_entry
from lmc_cases.keys.marks import marker_of
from tests.factories import officer, open_case, share

pytestmark = pytest.mark.django_db

TITLES = {
    "th": "แก๊งคอลเซ็นเตอร์ที่กรุงเทพมหานคร",
    "km": "ការឆបោកតាមអ៊ីនធឺណិតនៅភ្នំពេញ",
    "lo": "ການສໍ້ໂກງທີ່ນະຄອນຫຼວງວຽງຈັນ",
    "my": "ရန်ကုန်မြို့ အွန်လိုင်းလိမ်လည်မှု",
    "vi": "Lừa đảo trực tuyến của Nguyễn tại Hà Nội",
    "zh-hans": "缅甸电信诈骗团伙",
}


@pytest.fixture(params=["walk", "index"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both steps of the search must find the same: with no walk, only the indexes answer."""
    if request.param == "index":
        monkeypatch.setattr(search, "MAX_WALKED", 0)
    return str(request.param)


def person_entry(case: Case, names: list[str], numbers: list[str]) -> None:
    """Write what a person of the case is found by."""
    person, marker = uuid.uuid4(), marker_of(case.owner)
    put_suspect_entry(case_id=case.pk, object_uuid=person, level=Level.FULL, names=names)
    put_marks(case_id=case.pk, object_uuid=person, marks=[marker.number(number) for number in numbers])


def found(user: User, term: str) -> set[int]:
    pages = {row.case.pk for row in find_cases(user, term).rows}
    assert pages == set(matching_cases(user, term).values_list("pk", flat=True))
    return pages


@pytest.mark.parametrize(
    ("language", "term"),
    [
        ("th", "กรุงเทพ"),
        ("th", "คอลเซ็นเตอร์"),
        ("km", "ភ្នំពេញ"),
        ("lo", "ວຽງຈັນ"),
        ("my", "ရန်ကုန်"),
        ("vi", "nguyen"),
        ("vi", "LUA DAO"),
        ("vi", "Nguyễn"),
        ("vi", "Hà Nội lừa đảo"),
        ("zh-hans", "缅甸"),
        ("zh-hans", "诈骗"),
        ("zh-hans", "电信诈骗"),
    ],
)
def test_a_title_is_found_in_its_own_script(language: str, term: str, way: str) -> None:
    thai = officer("TH")
    wanted = open_case(thai, TITLES[language], language=language)
    open_case(thai, "Something else entirely")
    assert found(thai, term) == {wanted.pk}


def test_a_translation_and_a_summary_are_found_too(way: str) -> None:
    thai = officer("TH")
    case = open_case(thai, "คดี", language="th", summary="ผู้ต้องหาหลบหนี")
    casework.write_text(actor=thai, case_id=case.uuid, kind="TITLE", language="zh-hans", text="电信诈骗案")
    for term in ("ผู้ต้องหา", "诈骗", "คดี"):
        assert found(thai, term) == {case.pk}


def test_what_like_takes_for_a_pattern_stands_for_itself(way: str) -> None:
    thai = officer("TH")
    percent = open_case(thai, "Bonus 100% guaranteed")
    underline = open_case(thai, "Channel win_big now")
    slash = open_case(thai, r"Share C:\fraud\lists")
    open_case(thai, "Bonus 1000 guaranteed; channel winXbig; C:fraudlists")
    assert found(thai, "100% guar") == {percent.pk}
    assert found(thai, "win_big") == {underline.pk}
    assert found(thai, r"fraud\lists") == {slash.pk}
    assert found(thai, "%%%") == set()
    assert found(thai, "'; DROP TABLE cases_case; --") == set()


def test_a_reference_is_found_whole_and_by_its_beginning(way: str) -> None:
    thai = officer("TH")
    first, second = open_case(thai), open_case(thai)
    assert found(thai, first.reference) == {first.pk}
    assert found(thai, first.reference.lower()) == {first.pk}
    assert found(thai, first.reference[:-1]) >= {first.pk}
    assert found(thai, first.reference[:8]) == {first.pk, second.pk}


def test_a_person_is_found_in_any_script_and_a_document_only_by_its_number(way: str) -> None:
    thai = officer("TH")
    case, other = open_case(thai), open_case(thai)
    person_entry(case, ["王伟", "Wang Wei", "สมชาย ใจดี"], ["1-2345-67890-12-3", "E 1234567"])
    person_entry(other, ["Li Na"], ["9-9999-99999-99-9"])
    for term in ("王伟", "wang wei", "WEI WANG", "สมชาย", "1234567890123", "๑๒๓๔๕๖๗๘๙๐๑๒๓", "e1234567"):
        assert found(thai, term) == {case.pk}, term
    assert found(thai, "234567890") == set()


def test_a_search_text_holds_no_mark_and_a_mark_is_not_found_as_text(way: str) -> None:
    thai = officer("TH")
    case = open_case(thai)
    person_entry(case, ["Som"], ["1234567890123"])
    [mark] = NumberMark.objects.values_list("mark", flat=True)
    assert SearchEntry.objects.get(kind="SUSPECT").body == "som"
    for term in (mark.hex(), mark.hex()[:8]):
        assert found(thai, term) == set(), term


def test_a_number_is_found_although_a_full_page_of_texts_holds_it_too(way: str) -> None:
    thai = officer("TH")
    held = open_case(thai)
    person_entry(held, ["Som"], ["1234567890"])
    named = [open_case(thai, f"Ledger 1234567890 {n}") for n in range(3)]
    page = find_cases(thai, "1234567890", size=2)
    assert [row.case.pk for row in page.rows] == [named[2].pk, named[1].pk]
    every = find_cases(thai, "1234567890", size=10)
    assert {row.case.pk for row in every.rows} == {held.pk, *(case.pk for case in named)}
    casework.mark_changed(held, thai, "")
    assert find_cases(thai, "1234567890", size=2).rows[0].case.pk == held.pk


def test_foreign_cases_with_the_same_number_hide_no_own_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MAX_MATCHES", 1)
    thai, viet = officer("TH"), officer("VN")
    for _n in range(3):
        person_entry(open_case(viet), ["x"], ["1234567890"])
    own = open_case(thai)
    person_entry(own, ["x"], ["1234567890"])
    assert found(thai, "1234567890") == {own.pk}


def test_each_piece_is_found_only_at_the_level_that_shows_it(way: str) -> None:
    thai, chinese, viet = officer("TH"), officer("CN"), officer("VN")
    case = open_case(thai, "Golden pagoda", summary="Hidden summary")
    person_entry(case, ["王伟"], ["E1234567"])
    reached = {
        Level.EXISTENCE: {case.reference},
        Level.SUMMARY: {case.reference, "pagoda", "hidden summary"},
        Level.FULL: {case.reference, "pagoda", "hidden summary", "王伟", "E1234567"},
    }
    everything = reached[Level.FULL]
    for level, terms in reached.items():
        made = share(thai, case, "CN", level)
        assert {term for term in everything if found(chinese, term)} == terms
        assert not any(found(viet, term) for term in everything)
        sharing.revoke_share(actor=thai, share_id=made.uuid, reason="Next level")
        assert not any(found(chinese, term) for term in everything)


def test_an_entry_written_after_the_share_is_found_and_a_restricted_case_is_not(way: str) -> None:
    thai, colleague, chinese = officer("TH"), officer("TH"), officer("CN")
    case = open_case(thai, "Before")
    share(thai, case, "CN", Level.SUMMARY)
    casework.write_text(actor=thai, case_id=case.uuid, kind="TITLE", language="th", text="ภายหลัง")
    assert found(chinese, "ภายหลัง") == {case.pk}
    casework.restrict_case(actor=thai, case_id=case.uuid, officer_ids=[], reason="Informant")
    assert found(colleague, "ภายหลัง") == set()
    assert found(thai, "ภายหลัง") == {case.pk}


def test_one_search_reads_only_within_the_filters_and_pages_by_the_last_row(way: str) -> None:
    thai = officer("TH")
    made = [open_case(thai, f"Golden case {number}") for number in range(5)]
    pages, cursor = [], None
    for _ in range(3):
        page = find_cases(thai, "golden", before=cursor, size=2)
        pages.append([row.case.pk for row in page.rows])
        cursor = page.older
    assert pages == [[made[4].pk, made[3].pk], [made[2].pk, made[1].pk], [made[0].pk]]
    assert cursor is None
    third = find_cases(thai, "golden", before=find_cases(thai, "golden", size=4).older, size=2)
    assert [row.case.pk for row in find_cases(thai, "golden", after=third.newer, size=2).rows] == pages[1]
    narrowed = search.CaseFilters(status=Case.Status.CLOSED)
    assert find_cases(thai, "golden", filters=narrowed).rows == []


def test_more_matches_than_the_cap_are_said_in_a_plain_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    thai = officer("TH")
    for number in range(4):
        open_case(thai, f"Golden case {number}")
    monkeypatch.setattr(search, "MAX_WALKED", 1)
    monkeypatch.setattr(search, "MAX_MATCHES", 2)
    page = find_cases(thai, "golden")
    assert page.note == "capped"
    assert len(page.rows) <= 4
    assert find_cases(thai, "go").note == "newest"


def test_foreign_matches_change_nothing_in_what_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cap counts only what the officer may find: else it would say that others' cases hold the word."""
    thai, lao = officer("TH"), officer("LA")
    mine = open_case(thai, "Golden case")
    for _ in range(5):
        open_case(lao, "Golden case")
    monkeypatch.setattr(search, "MAX_WALKED", 0)
    monkeypatch.setattr(search, "MAX_MATCHES", 2)
    page = find_cases(thai, "golden")
    assert [row.case.pk for row in page.rows] == [mine.pk]
    assert page.note == ""


def test_a_short_word_beside_a_common_one_is_looked_for_among_the_newest_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No index serves "77"; reading every "golden" for it would cost what others keep here."""
    thai = officer("TH")
    old = open_case(thai, "Golden case 77")
    for _ in range(3):
        open_case(thai, "Golden case")
    assert found(thai, "golden 77") == {old.pk}
    monkeypatch.setattr(search, "COMMON", 2)
    monkeypatch.setattr(search, "MAX_WALKED", 3)
    page = find_cases(thai, "golden 77")
    assert (page.rows, page.note) == ([], "newest")
    monkeypatch.setattr(search, "COMMON", 50)
    assert found(thai, "golden 77") == {old.pk}


@pytest.mark.parametrize("term", ["", " ", "\u200b", "\x00"])
def test_an_empty_term_finds_nothing(term: str) -> None:
    thai = officer("TH")
    open_case(thai)
    assert find_cases(thai, term).rows == []


def test_a_search_is_recorded_without_its_term(settings: object) -> None:
    settings.SECOND_FACTOR_COMPULSORY = False  # type: ignore[attr-defined]
    thai = officer("TH")
    open_case(thai, "Golden pagoda")
    client = Client()
    client.force_login(thai)
    answer = client.get(reverse("cases:list"), {"q": "pagoda"})
    assert "Golden pagoda" in answer.content.decode()
    event = AuditEvent.objects.get(verb="case.searched")
    assert event.codes == {"hits": 1, "more": False, "length": 6}
    assert "pagoda" not in str(
        {field.name: getattr(event, field.name) for field in event._meta.concrete_fields}
    )
    client.get(reverse("cases:list"), {"q": "nothing like it"})
    assert AuditEvent.objects.filter(verb="case.searched", codes__hits=0).exists()
