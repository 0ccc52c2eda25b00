"""People of a case: who may see and change them, what is kept of what was typed, nobody twice."""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from lmc_cases.audit.models import AuditEvent
from lmc_cases.cases.models import Case, Level, NumberMark, SearchEntry
from lmc_cases.cases.services import casework
from lmc_cases.core.errors import InvalidInput, StaleVersion
from lmc_cases.jurisdictions.access import acting_as
from lmc_cases.keys.marks import Marker
from lmc_cases.keys.sealing import keys_of
from lmc_cases.suspects import services
from lmc_cases.suspects.models import IdentityDocument, Suspect, number_place
from lmc_cases.suspects.services import DocumentDetails, PersonDetails
from lmc_cases.suspects.services.reading import history_of, list_people
from tests.factories import officer, open_case, share
from tests.suspects.samples import person

pytestmark = pytest.mark.django_db


def test_a_person_gets_the_next_number_of_the_case_and_a_trace_in_history_audit_and_search() -> None:
    thai = officer("TH")
    case, other = open_case(thai), open_case(thai)
    first, second = person(thai, case), person(thai, case, "陈示例", name_romanised="Chen Shili")
    assert [first.number, second.number, person(thai, other).number] == [1, 2, 1]
    assert first.history.get().history_user == thai
    entry = SearchEntry.objects.get(object_uuid=second.uuid)
    assert (entry.level, entry.case_id, entry.body) == (Level.FULL, case.pk, "陈示例 chen shili")
    event = AuditEvent.objects.filter(verb="suspect.added", object_uuid=second.uuid).get()
    assert (event.operation, event.case_uuid, event.reference) == (
        "COLLECTION",
        case.uuid,
        f"{case.reference}/S2",
    )


def test_what_was_typed_of_a_birth_date_is_kept_beside_what_was_understood() -> None:
    thai = officer("TH")
    made = person(thai, open_case(thai), birth_date_text="3 พ.ค. 2533")
    assert (made.birth_date_text, made.birth_calendar, made.birth_precision) == (
        "3 พ.ค. 2533",
        "buddhist",
        "DAY",
    )
    assert (made.birth_year, made.birth_month, made.birth_day) == (1990, 5, 3)
    unread = person(thai, made.case, birth_date_text="no idea")
    assert (unread.birth_date_text, unread.birth_precision, unread.birth_notes) == (
        "no idea",
        "UNKNOWN",
        ["NOT_UNDERSTOOD"],
    )
    assert unread.birth_calendar == ""


def test_texts_are_cleaned_of_what_nobody_sees_and_the_script_names_the_language() -> None:
    thai = officer("TH")
    made = person(
        thai, open_case(thai), " ຄຳ\u202e  ແສງ\x00 ", aliases=("A\u2066lias", "Alias", " "), remarks="a\r\nb"
    )
    assert made.name_original == "ຄຳ ແສງ"
    assert made.name_language == "lo"
    assert made.aliases == ["Alias"]
    assert made.remarks == "a\nb"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name_original": "\u202e "}, "name_original"),
        ({"name_original": "x" * 201}, "name_original"),
        ({"nationality": "ZZ"}, "nationality"),
        ({"nationality": "XX"}, "nationality"),
        ({"sex": "M"}, "sex"),
        ({"category": "LEADER"}, "category"),
        ({"name_language": "<b>"}, "name_language"),
        ({"aliases": ("x" * 201,)}, "aliases"),
    ],
)
def test_what_cannot_be_taken_is_refused_by_field(fields: dict[str, str], field: str) -> None:
    thai = officer("TH")
    case = open_case(thai)
    with pytest.raises(InvalidInput) as refused:
        services.add_suspect(
            actor=thai, case_id=case.uuid, details=PersonDetails(**{"name_original": "x", **fields})
        )
    assert refused.value.field == field
    assert not Suspect.objects.filter(case=case).exists()


def test_only_the_owning_country_with_the_right_to_edit_writes_and_others_learn_nothing() -> None:
    thai, chinese, viet = officer("TH"), officer("CN"), officer("VN")
    prosecutor = officer("TH", "prosecutor")
    case = open_case(thai)
    made = person(thai, case)
    share(thai, case, "CN")
    assert Suspect.objects.visible_to(chinese).get() == made
    assert not Suspect.objects.visible_to(viet).exists()
    for stranger in (chinese, viet, prosecutor):
        with pytest.raises(Case.DoesNotExist):
            person(stranger, case)
        with pytest.raises(Suspect.DoesNotExist):
            services.edit_suspect(
                actor=stranger, suspect_id=made.uuid, version=1, details=PersonDetails(name_original="y")
            )
        with pytest.raises(Suspect.DoesNotExist):
            services.remove_photo(actor=stranger, suspect_id=made.uuid)
    with pytest.raises(Case.DoesNotExist):
        list_people(actor=viet, case_id=case.uuid)
    with pytest.raises(Case.DoesNotExist):
        list_people(actor=viet, case_id=uuid.uuid4())


def test_the_levels_below_full_show_no_person() -> None:
    thai, chinese = officer("TH"), officer("CN")
    case = open_case(thai)
    person(thai, case)
    share(thai, case, "CN", Level.SUMMARY)
    assert not Suspect.objects.visible_to(chinese).exists()
    assert not Suspect.history.all().visible_to(chinese).exists()
    with pytest.raises(Case.DoesNotExist):
        list_people(actor=chinese, case_id=case.uuid)


def test_the_second_of_two_editors_sees_a_conflict_and_saving_the_same_is_none() -> None:
    thai = officer("TH")
    made = person(thai, open_case(thai))
    new = PersonDetails(name_original=made.name_original, role="RINGLEADER", aliases=("หนึ่ง", "สอง"))
    changed = services.edit_suspect(
        actor=thai, suspect_id=made.uuid, version=1, details=new, reason="New statement"
    )
    assert (changed.version, changed.role) == (2, "RINGLEADER")
    again = services.edit_suspect(actor=thai, suspect_id=made.uuid, version=1, details=new)
    assert again.version == 2
    with pytest.raises(StaleVersion) as stale:
        services.edit_suspect(
            actor=thai, suspect_id=made.uuid, version=1, details=PersonDetails(name_original="อื่น")
        )
    assert stale.value.version == 2
    assert stale.value.theirs["aliases"] == "หนึ่ง\nสอง"
    lines = history_of(actor=thai, suspect=Suspect.objects.get(pk=made.pk))
    assert lines[0].reason == "New statement"
    assert ("Role in the group", "Unknown", "Ringleader") in [
        (change.label, change.before, change.after) for change in lines[0].changes
    ]


def test_a_recipient_sees_no_history() -> None:
    thai, chinese = officer("TH"), officer("CN")
    case = open_case(thai)
    made = person(thai, case)
    share(thai, case, "CN")
    assert history_of(actor=thai, suspect=made)
    assert history_of(actor=chinese, suspect=made) == []


def test_a_document_is_found_by_its_number_in_any_digits_and_its_removal_stays_in_the_history() -> None:
    thai = officer("TH")
    made = person(thai, open_case(thai))
    document = services.add_document(
        actor=thai,
        suspect_id=made.uuid,
        details=DocumentDetails(kind="NATIONAL_ID", number="1-2345-67890-12-1", issuing_country="TH"),
    )
    assert bytes(NumberMark.objects.get(object_uuid=made.uuid).mark) == Marker("TH").number("๑๒๓๔๕๖๗๘๙๐๑๒๑")
    assert "12345" not in SearchEntry.objects.get(object_uuid=made.uuid).body
    services.remove_document(actor=thai, document_id=document.uuid, reason="Not hers")
    assert not IdentityDocument.objects.exists()
    assert not NumberMark.objects.exists()
    gone = IdentityDocument.history.get(history_type="-")
    assert b"12345" not in bytes(gone.number_sealed)
    assert (
        keys_of([made.uuid])[made.uuid].open(gone.number_sealed, number_place(gone.uuid))
        == "1-2345-67890-12-1"
    )
    assert (gone.history_user, gone.history_change_reason) == (thai, "Not hers")
    acts = [line.act for line in history_of(actor=thai, suspect=Suspect.objects.get(pk=made.pk))]
    assert {"Document added", "Document removed", "Recorded"} <= set(acts)
    assert Suspect.objects.get(pk=made.pk).version == 3


def test_a_document_without_letter_or_digit_is_refused() -> None:
    thai = officer("TH")
    made = person(thai, open_case(thai))
    with pytest.raises(InvalidInput) as refused:
        services.add_document(actor=thai, suspect_id=made.uuid, details=DocumentDetails(number=" -./ "))
    assert refused.value.field == "number"


def test_sent_twice_a_form_adds_one_person_and_one_document() -> None:
    thai = officer("TH")
    case, once = open_case(thai), uuid.uuid4()
    details = PersonDetails(name_original="x")
    first = services.add_suspect(actor=thai, case_id=case.uuid, details=details, new_id=once)
    assert services.add_suspect(actor=thai, case_id=case.uuid, details=details, new_id=once) == first
    paper = DocumentDetails(number="A1")
    added = services.add_document(actor=thai, suspect_id=first.uuid, details=paper, new_id=once)
    assert services.add_document(actor=thai, suspect_id=first.uuid, details=paper, new_id=once) == added
    assert (Suspect.objects.count(), IdentityDocument.objects.count()) == (1, 1)


def test_a_closed_case_takes_no_changes() -> None:
    thai = officer("TH")
    case = open_case(thai)
    made = person(thai, case)
    Case.objects.filter(pk=case.pk).update(status=Case.Status.CLOSED)
    with pytest.raises(casework.CaseClosed):
        person(thai, case)
    with pytest.raises(casework.CaseClosed):
        services.add_document(actor=thai, suspect_id=made.uuid, details=DocumentDetails(number="A1"))


def test_the_list_pages_by_number_both_ways_and_finds_names_and_numbers() -> None:
    thai = officer("TH")
    case = open_case(thai)
    for place in range(1, 121):
        person(thai, case, f"คน {place:03}", category="VICTIM" if place % 10 == 0 else "SUSPECT")
    first = list_people(actor=thai, case_id=case.uuid)
    second = list_people(actor=thai, case_id=case.uuid, after=first.following)
    third = list_people(actor=thai, case_id=case.uuid, after=second.following)
    assert [len(page.rows) for page in (first, second, third)] == [50, 50, 20]
    assert (first.previous, third.following, first.count) == (None, None, 120)
    back = list_people(actor=thai, case_id=case.uuid, before=third.previous)
    assert [row.number for row in back.rows] == [row.number for row in second.rows]
    start = list_people(actor=thai, case_id=case.uuid, before=back.previous)
    assert start.previous is None
    assert [row.number for row in start.rows] == list(range(1, 51))
    assert list_people(actor=thai, case_id=case.uuid, category="VICTIM").count == 12
    assert [row.number for row in list_people(actor=thai, case_id=case.uuid, term="คน 07").rows] == list(
        range(70, 80)
    )
    services.add_document(
        actor=thai, suspect_id=first.rows[4].uuid, details=DocumentDetails(number="AB 12-34")
    )
    assert [row.number for row in list_people(actor=thai, case_id=case.uuid, term="ab1234").rows] == [5]
    assert AuditEvent.objects.filter(verb="suspects.listed", case_uuid=case.uuid).exists()


@pytest.mark.django_db(transaction=True)
def test_people_added_at_the_same_time_get_numbers_of_their_own() -> None:
    thai = officer("TH")
    case = open_case(thai)
    barrier = threading.Barrier(4)

    def add() -> None:
        try:
            barrier.wait(timeout=20)
            for _turn in range(5):
                person(thai, case)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(add) for _ in range(4)]:
            done.result(timeout=60)
    with acting_as(thai):
        numbers = sorted(Suspect.objects.filter(case=case).values_list("number", flat=True))
    assert numbers == list(range(1, 21))


def test_the_database_refuses_a_person_without_a_name() -> None:
    thai = officer("TH")
    made = person(thai, open_case(thai))
    made.name_original = ""
    with pytest.raises(ValidationError):
        made.validate_constraints()
