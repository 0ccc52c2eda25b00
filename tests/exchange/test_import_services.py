"""What an import promises: all or nothing, nothing twice, nothing lost in silence, and a way back."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from lmc_cases.accounts.models import User
from lmc_cases.accounts.services.rights import revoke_role
from lmc_cases.audit.models import AuditEvent
from lmc_cases.cases.models import Case
from lmc_cases.cases.services.casework import CaseClosed
from lmc_cases.cases.services.search import matching_cases
from lmc_cases.config.demo_data import DEMO_BUNDLE, DEMO_PEOPLE, DEMO_PEOPLE_WITH_ERRORS
from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.jobs import JobState
from lmc_cases.evidence.models import CustodyEvent, EvidenceItem
from lmc_cases.exchange.models import ImportRun
from lmc_cases.exchange.services import importing, running, undoing
from lmc_cases.exchange.services.contents import for_reading
from lmc_cases.handovers.services import drafting
from lmc_cases.suspects.models import IdentityDocument, Suspect
from lmc_cases.suspects.services import people
from lmc_cases.suspects.services.details import DocumentDetails, PersonDetails
from tests.factories import officer, open_case, share

pytestmark = pytest.mark.django_db

BUNDLE = ImportRun.Kind.CASE_BUNDLE
LIST = ImportRun.Kind.SUSPECT_LIST


def start(actor: User, case: Case, kind: str, content: Path | bytes, name: str = "list.csv") -> ImportRun:
    if isinstance(content, Path):
        with content.open("rb") as stream:
            return importing.start_import(
                actor=actor, case_id=case.uuid, kind=kind, upload=File(stream, name=content.name)
            )
    return importing.start_import(
        actor=actor, case_id=case.uuid, kind=kind, upload=ContentFile(content, name=name)
    )


def carry_out(actor: User, case: Case, kind: str, content: Path | bytes, **choices: Any) -> ImportRun:
    run = start(actor, case, kind, content)
    importing.confirm_import(actor=actor, run_id=run.uuid, wake=False, **choices)
    running.run_owed_import(job_id=run.pk)
    run.refresh_from_db()
    return for_reading(run)


def csv(*rows: str) -> bytes:
    return "\n".join(["Name,Date of birth,Nationality,Document number", *rows]).encode()


THREE = csv("王伟,1988-04-17,CN,D-1", "李娜,1992-07-30,CN,D-2", "Somchai,2533,TH,D-3")


def stored_files() -> int:
    try:
        return len(default_storage.listdir("imports")[1])
    except FileNotFoundError:
        return 0


def test_a_list_of_forty_people_is_imported_with_history_documents_and_search() -> None:
    thai = officer("TH")
    case = open_case(thai)
    run = carry_out(thai, case, LIST, DEMO_PEOPLE)
    assert run.job_state == JobState.DONE, run.report
    result = run.report["result"]
    assert (result["imported"], result["error_rows"], result["alike_total"]) == (40, 0, 0)
    assert (run.rows_done, run.rows_total) == (40, 40)
    people_of_case = Suspect.objects.filter(case=case, import_run=run.uuid)
    assert list(people_of_case.order_by("number").values_list("number", flat=True)) == list(range(1, 41))
    assert Suspect.history.filter(import_run=run.uuid, history_user=thai).count() == 40
    assert IdentityDocument.objects.filter(import_run=run.uuid).count() > 30
    assert list(matching_cases(thai, "李娜")) == [case]
    # No column of the list is lost: what has no field of its own stands in the remarks.
    first = people_of_case.get(number=1)
    assert "DEMO-1" in first.remarks
    assert "B-201" in first.remarks
    done = AuditEvent.objects.get(verb="import.done")
    assert done.codes["imported"] == 40
    assert done.object_uuid == run.uuid
    assert "王" not in json.dumps(done.codes, ensure_ascii=False)


def test_the_first_look_says_what_would_happen_and_changes_nothing() -> None:
    thai = officer("TH")
    case = open_case(thai)
    run = start(thai, case, LIST, DEMO_PEOPLE_WITH_ERRORS)
    look = run.report["look"]
    assert run.job_state == JobState.NEW
    assert run.mapping["1"] == "name_original"
    assert look["headers"][1] == "姓名"
    assert look["ready"] == 1
    assert look["error_rows"] == 6
    assert look["without_category"] == 1
    assert [row["row"] for row in look["sample"]] == [2, 3, 4, 5, 6, 7, 8]
    assert not Suspect.objects.filter(case=case).exists()


def test_row_errors_name_the_row_the_field_and_the_code_and_the_other_rows_come_in() -> None:
    thai = officer("TH")
    case = open_case(thai)
    run = carry_out(thai, case, LIST, DEMO_PEOPLE_WITH_ERRORS)
    result = run.report["result"]
    assert result["imported"] == 1
    assert [3, None, "name_original", "NAME_MISSING", ""] in [[e[0], None, *e[2:]] for e in result["errors"]]
    assert {error[0] for error in result["errors"]} == {3, 4, 5, 6, 7, 8}
    assert result["errors_total"] == len(result["errors"]) == 8


def test_minors_and_missing_categories_are_flagged_before_the_import() -> None:
    thai = officer("TH")
    case = open_case(thai)
    look = start(thai, case, LIST, csv("Young Demo,2015-01-01,TH,D-1", "Old Demo,1970-01-01,TH,D-2")).report[
        "look"
    ]
    assert look["children"] == [2]
    assert look["without_category"] == 2


def test_the_category_of_persons_without_one_is_the_officers_choice() -> None:
    thai = officer("TH")
    case = open_case(thai)
    run = carry_out(thai, case, LIST, THREE, category="WITNESS")
    assert set(Suspect.objects.filter(import_run=run.uuid).values_list("category", flat=True)) == {"WITNESS"}
    other = start(thai, case, LIST, csv("Other Demo,1970,TH,D-9"))
    with pytest.raises(InvalidInput):
        importing.confirm_import(actor=thai, run_id=other.uuid, category="KING")


def test_the_same_file_again_proposes_and_doubles_nobody_unless_confirmed() -> None:
    thai = officer("TH")
    case = open_case(thai)
    carry_out(thai, case, LIST, THREE)
    again = start(thai, case, LIST, THREE)
    assert [(a["row"], a["why"], a["number"]) for a in again.report["look"]["alike"]] == [
        (2, "IN_CASE", 1),
        (3, "IN_CASE", 2),
        (4, "IN_CASE", 3),
    ]
    importing.confirm_import(actor=thai, run_id=again.uuid, wake=False)
    running.run_owed_import(job_id=again.pk)
    again.refresh_from_db()
    for_reading(again)
    assert again.report["result"]["imported"] == 0
    assert [a["taken"] for a in again.report["result"]["alike"]] == [False] * 3
    assert Suspect.objects.filter(case=case).count() == 3
    one = carry_out(thai, case, LIST, THREE, rows_confirmed=[3])
    assert Suspect.objects.get(import_run=one.uuid).name_original == "李娜"
    carry_out(thai, case, LIST, THREE, duplicates_confirmed=True)
    assert Suspect.objects.filter(case=case).count() == 7


def test_a_person_entered_by_hand_or_with_the_same_document_is_proposed_too() -> None:
    thai = officer("TH")
    case = open_case(thai)
    by_hand = PersonDetails(name_original="王伟", birth_date_text="1988年4月17日", nationality="CN")
    people.add_suspect(
        actor=thai, case_id=case.uuid, details=by_hand, documents=[DocumentDetails(number="D-1")]
    )
    look = start(thai, case, LIST, csv("王伟,1988-04-17,CN,D-1", "Wang Other,,,D 1")).report["look"]
    assert [(a["row"], a["why"], a["number"]) for a in look["alike"]] == [
        (2, "IN_CASE", 1),
        (3, "DOCUMENT_IN_CASE", 1),
    ]


def test_two_equal_rows_of_one_list_are_one_person_until_the_officer_says_two() -> None:
    thai = officer("TH")
    case = open_case(thai)
    twice = csv("Aung Demo,,MM,", "Aung Demo,,MM,")
    run = carry_out(thai, case, LIST, twice)
    assert run.report["result"]["imported"] == 1
    assert run.report["result"]["alike"] == [{"row": 3, "why": "IN_LIST", "number": 2, "taken": False}]
    both = carry_out(thai, open_case(thai), LIST, twice, rows_confirmed=[3])
    assert both.report["result"]["imported"] == 2


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (LIST, b"%PDF-1.7 no table"),
        (LIST, b""),
        (BUNDLE, b'{"@context": {"a": '),
        (BUNDLE, b'{"@context": {}, "@graph": [{"@id": "x"}]}'),
        (BUNDLE, b"\xff\xfe\x00not text"),
        ("SOMETHING", b"x"),
    ],
)
def test_a_wrong_file_is_refused_in_words_and_nothing_is_kept(kind: str, content: bytes) -> None:
    thai = officer("TH")
    case = open_case(thai)
    before = stored_files()
    with pytest.raises(InvalidInput) as refused:
        start(thai, case, kind, content)
    assert str(refused.value).endswith((".", ")"))
    assert stored_files() == before
    assert not ImportRun.objects.exists()


def test_a_file_over_the_limit_is_refused_while_it_is_read(settings: Any) -> None:
    settings.IMPORT_MAX_BYTES = 1000
    thai = officer("TH")
    before = stored_files()
    with pytest.raises(InvalidInput, match="larger than"):
        start(thai, open_case(thai), LIST, io.BytesIO(b"x" * 5000).getvalue())
    assert stored_files() == before


def test_a_broken_bundle_says_where_and_changes_nothing() -> None:
    thai = officer("TH")
    case = open_case(thai)
    broken = DEMO_BUNDLE.read_bytes()[:-40]
    with pytest.raises(InvalidInput, match=r"line \d+"):
        start(thai, case, BUNDLE, broken)
    assert not Suspect.objects.filter(case=case).exists()
    assert not EvidenceItem.objects.filter(case=case).exists()


def test_our_bundle_brings_persons_exhibits_hashes_and_custody() -> None:
    thai = officer("TH")
    case = open_case(thai)
    run = carry_out(thai, case, BUNDLE, DEMO_BUNDLE)
    assert run.job_state == JobState.DONE, run.report
    result = run.report["result"]
    # Four persons; the three officers who investigated are nobody's suspects.
    names = set(Suspect.objects.filter(import_run=run.uuid).values_list("name_original", "category"))
    assert names == {
        ("王建明", "SUSPECT"),
        ("李晓燕", "SUSPECT"),
        ("สมศักดิ์ แก้วเดโม", "SUSPECT"),
        ("Nguyễn Văn Bình Mẫu", "PRESUMED_VICTIM"),
    }
    assert result["counts"]["officials"] == 3
    items = {item.exhibit_number: item for item in EvidenceItem.objects.filter(import_run=run.uuid)}
    assert set(items) == {
        *(f"TH-DEMO-00{n}" for n in ("1", "1A", "1B", "1C", "1D", "2", "2A")),
        *(f"X-{n}" for n in range(1, 8)),
    }
    assert items["TH-DEMO-001A"].parent == items["TH-DEMO-001"]
    chat = items["TH-DEMO-001C"]
    assert chat.reported_hashes == {
        "SHA256": "3cefc855f603ef514059177f023d8cf9dbefde33e10e83cbf75bcef21982cd30"
    }
    assert chat.sha256 == ""
    assert chat.scan_status == EvidenceItem.ScanStatus.NO_FILE
    acts = CustodyEvent.objects.filter(item=items["TH-DEMO-001"]).exclude(kind="IMPORTED")
    named = [(act.kind, act.purpose.split(";")[0]) for act in acts.order_by("pk")]
    assert named == [("COLLECTED", "Seizure"), ("TRANSFERRED", "Custody transfer"), ("EXAMINED", "Imaging")]
    assert items["TH-DEMO-001"].collected_by == "ร้อยตำรวจเอกตัวอย่าง หนึ่ง"
    assert all(acts.values_list("external_id", flat=True))
    assert items["X-1"].kind == "ACCOUNT"
    assert result["not_taken"]["Organization"] == 5
    assert len(result["renumbered"]) == 7


def test_the_same_bundle_again_brings_nothing_twice() -> None:
    thai = officer("TH")
    case = open_case(thai)
    carry_out(thai, case, BUNDLE, DEMO_BUNDLE)
    before = (EvidenceItem.objects.count(), CustodyEvent.objects.count())
    look = start(thai, case, BUNDLE, DEMO_BUNDLE).report["look"]
    assert (look["alike_total"], look["exhibits_alike_total"]) == (4, 14)
    again = carry_out(thai, case, BUNDLE, DEMO_BUNDLE)
    assert (again.report["result"]["imported"], again.report["result"]["exhibits"]) == (0, 0)
    assert again.report["result"]["acts"] == 0
    assert (EvidenceItem.objects.count(), CustodyEvent.objects.count()) == before
    assert Suspect.objects.filter(case=case).count() == 4


def test_a_later_edition_of_a_bundle_knows_its_persons_by_id_and_files_by_hash() -> None:
    thai = officer("TH")
    case = open_case(thai)
    carry_out(thai, case, BUNDLE, DEMO_BUNDLE)
    edition = DEMO_BUNDLE.read_text(encoding="utf-8").replace("王建明", "王健明")
    edition = edition.replace("provenance-2c0d1d03", "provenance-0c0d1d03").replace("E00000011", "E00000012")
    run = carry_out(thai, case, BUNDLE, edition.encode())
    assert run.report["result"]["imported"] == 0
    assert {"why": "SAME_HASH", "number": "TH-DEMO-001C"} in run.report["result"]["exhibits_alike"]
    assert not EvidenceItem.objects.filter(import_run=run.uuid).exists()


def test_what_a_bundle_holds_and_nobody_reads_is_kept_and_reported() -> None:
    thai = officer("TH")
    case = open_case(thai)
    bundle = json.loads(DEMO_BUNDLE.read_bytes())
    bundle["@graph"].append(
        {"@id": "kb:strange-1", "@type": "uco-observable:CellSite", "lmc:note": "kept\u0000as is"}
    )
    run = carry_out(thai, case, BUNDLE, json.dumps(bundle).encode())
    (unread,) = [entry for entry in run.report["result"]["unread"] if "strange-1" in entry["id"]]
    assert unread["reason"] == "TYPE_NOT_READ"
    assert unread["raw"][0]["lmc:note"].startswith("kept")


def test_rights_lost_between_confirmation_and_run_end_in_denial_and_nothing_comes_in() -> None:
    thai = officer("TH")
    case = open_case(thai)
    run = start(thai, case, LIST, THREE)
    importing.confirm_import(actor=thai, run_id=run.uuid, wake=False)
    revoke_role(actor=None, user_id=thai.uuid, role_code="liaison_officer")
    running.run_owed_import(job_id=run.pk)
    run.refresh_from_db()
    assert run.job_state == JobState.DENIED
    assert not Suspect.objects.filter(case=case).exists()
    assert AuditEvent.objects.filter(verb="import.denied", outcome="REFUSED").count() == 1


def test_a_file_changed_on_disk_after_the_confirmation_is_not_imported() -> None:
    thai = officer("TH")
    run = start(thai, open_case(thai), LIST, THREE)
    importing.confirm_import(actor=thai, run_id=run.uuid, wake=False)
    Path(run.file.path).write_bytes(csv("Somebody Else,1990,TH,D-7"))
    running.run_owed_import(job_id=run.pk)
    run.refresh_from_db()
    assert (run.job_state, run.error_code) == (JobState.FAILED, "file-changed")
    assert not Suspect.objects.exists()


def test_a_second_run_of_the_same_job_changes_nothing() -> None:
    thai = officer("TH")
    case = open_case(thai)
    run = carry_out(thai, case, LIST, THREE)
    running.run_owed_import(job_id=run.pk)
    assert Suspect.objects.filter(case=case).count() == 3
    with pytest.raises(importing.ImportNotWaiting):
        importing.confirm_import(actor=thai, run_id=run.uuid)


def test_an_undone_import_is_gone_with_its_history_kept_and_can_come_again() -> None:
    thai = officer("TH")
    case = open_case(thai)
    run = carry_out(thai, case, LIST, THREE)
    with pytest.raises(InvalidInput):
        undoing.undo_import(actor=thai, run_id=run.uuid, reason=" ")
    undone = undoing.undo_import(actor=thai, run_id=run.uuid, reason="Wrong case")
    assert undone.report["undo"]["removed"] == 3
    assert undone.undone_by == thai
    assert not Suspect.objects.filter(case=case).exists()
    assert not IdentityDocument.objects.exists()
    assert Suspect.history.filter(import_run=run.uuid, history_type="-").count() == 3
    assert not matching_cases(thai, "李娜").exists()
    with pytest.raises(undoing.ImportNotUndoable):
        undoing.undo_import(actor=thai, run_id=run.uuid, reason="Again")
    assert carry_out(thai, case, LIST, THREE).report["result"]["imported"] == 3


def test_undoing_keeps_and_names_who_was_edited_since() -> None:
    thai = officer("TH")
    case = open_case(thai)
    run = carry_out(thai, case, LIST, THREE)
    second = Suspect.objects.get(import_run=run.uuid, number=2)
    people.edit_suspect(
        actor=thai,
        suspect_id=second.uuid,
        version=1,
        details=PersonDetails(name_original="李娜", remarks="Known"),
    )
    undone = undoing.undo_import(actor=thai, run_id=run.uuid, reason="Wrong list")
    assert undone.report["undo"]["kept_numbers"] == [2]
    assert [s.number for s in Suspect.objects.filter(case=case)] == [2]


def test_undoing_keeps_whom_a_handover_request_names() -> None:
    thai, chinese = officer("TH"), officer("CN")
    case = open_case(thai)
    run = carry_out(thai, case, LIST, THREE)
    share(thai, case, "CN")
    wanted = Suspect.objects.get(import_run=run.uuid, number=1)
    drafting.draft_request(
        actor=chinese,
        case_id=case.uuid,
        suspect_ids=[wanted.uuid],
        instrument_id=None,
        legal_basis="Invented basis",
        facts="Invented facts",
        facts_language="en",
    )
    undone = undoing.undo_import(actor=thai, run_id=run.uuid, reason="Wrong list")
    assert (undone.report["undo"]["removed"], undone.report["undo"]["kept_numbers"]) == (2, [1])
    assert Suspect.objects.filter(pk=wanted.pk).exists()


def test_undoing_a_bundle_withdraws_exhibits_because_custody_is_never_deleted() -> None:
    thai = officer("TH")
    case = open_case(thai)
    run = carry_out(thai, case, BUNDLE, DEMO_BUNDLE)
    events = CustodyEvent.objects.count()
    undone = undoing.undo_import(actor=thai, run_id=run.uuid, reason="Wrong case")
    assert len(undone.report["undo"]["withdrawn"]) == 14
    assert not EvidenceItem.objects.visible_to(thai).exists()
    assert CustodyEvent.objects.count() == events
    assert EvidenceItem.objects.filter(withdrawn_reason="Wrong case").count() == 14
    # The same bundle brings the same exhibits back under their own numbers.
    again = carry_out(thai, case, BUNDLE, DEMO_BUNDLE)
    assert again.report["result"]["exhibits"] == 14
    assert EvidenceItem.objects.visible_to(thai).filter(exhibit_number="TH-DEMO-001").count() == 1
    assert EvidenceItem.objects.count() == 14


def test_other_columns_can_be_chosen_and_every_mistake_in_them_has_its_place() -> None:
    thai = officer("TH")
    case = open_case(thai)
    run = start(thai, case, LIST, b"Code,Who\nA1,Somchai Demo\nA2,Somsri Demo\n")
    assert "1" not in run.mapping
    with pytest.raises(InvalidInput) as refused:
        importing.confirm_import(actor=thai, run_id=run.uuid)
    assert refused.value.field == "mapping"
    with pytest.raises(InvalidInput) as refused:
        importing.confirm_import(actor=thai, run_id=run.uuid, mapping={0: "sex", 1: "sex"})
    assert refused.value.field == "column_1"
    with pytest.raises(InvalidInput):
        importing.confirm_import(actor=thai, run_id=run.uuid, mapping={7: "name_original"})
    looked = importing.look_again(actor=thai, run_id=run.uuid, mapping={1: "name_original"})
    assert looked.report["look"]["ready"] == 2
    importing.confirm_import(actor=thai, run_id=run.uuid, mapping={"1": "name_original", "0": ""}, wake=False)
    running.run_owed_import(job_id=run.pk)
    assert "Code: A1" in Suspect.objects.get(case=case, number=1).remarks


def test_a_discarded_import_and_its_file_are_gone(django_capture_on_commit_callbacks: Any) -> None:
    thai = officer("TH")
    run = start(thai, open_case(thai), LIST, THREE)
    with django_capture_on_commit_callbacks(execute=True):
        importing.discard_import(actor=thai, run_id=run.uuid)
    run.refresh_from_db()
    assert run.job_state == JobState.CANCELLED
    assert not run.report
    assert not default_storage.exists(run.file.name or "")


def test_foreign_officers_and_readers_reach_no_import() -> None:
    thai, chinese, auditor = officer("TH"), officer("CN"), officer("TH", "auditor")
    case = open_case(thai)
    share(thai, case, "CN")
    run = start(thai, case, LIST, THREE)
    assert not ImportRun.objects.visible_to(chinese).exists()
    for other in (chinese, auditor):
        with pytest.raises(Case.DoesNotExist):
            start(other, case, LIST, THREE)
        with pytest.raises(ImportRun.DoesNotExist):
            importing.confirm_import(actor=other, run_id=run.uuid)
        with pytest.raises(ImportRun.DoesNotExist):
            importing.discard_import(actor=other, run_id=run.uuid)
        with pytest.raises(ImportRun.DoesNotExist):
            undoing.undo_import(actor=other, run_id=run.uuid, reason="x")


def test_a_closed_case_takes_no_import() -> None:
    thai = officer("TH")
    case = open_case(thai)
    run = start(thai, case, LIST, THREE)
    importing.confirm_import(actor=thai, run_id=run.uuid, wake=False)
    Case.objects.filter(pk=case.pk).update(status=Case.Status.CLOSED)
    running.run_owed_import(job_id=run.pk)
    run.refresh_from_db()
    assert (run.job_state, run.error_code) == (JobState.FAILED, "case-closed")
    with pytest.raises(CaseClosed):
        start(thai, case, LIST, THREE)


def test_what_a_report_repeats_of_the_file_is_stored_sealed_and_its_key_goes_with_the_file() -> None:
    thai = officer("TH")
    run = start(thai, open_case(thai), LIST, csv("王伟,1988-04-17,CN,DOC-7654321", ",,,DOC-7654321"))
    assert run.report["look"]["sample"][0]["cells"][3] == "DOC-7654321"
    for row in (ImportRun.objects.get(pk=run.pk), ImportRun.history.get(id=run.pk)):
        assert "7654321" not in str(row.report)
        assert row.report["look"]["ready"] == 1
    importing.discard_import(actor=thai, run_id=run.uuid)
    [first] = ImportRun.history.filter(id=run.pk, report__has_key="look")
    stored = ImportRun(pk=run.pk, uuid=run.uuid, case=run.case, report=first.report)
    assert "sample" not in for_reading(stored).report["look"]
