"""A list of people comes in as a whole or not at all, leaves the same traces as single entries, and goes again."""

from __future__ import annotations

import io
import tracemalloc
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

from lmc_cases.audit.models import AuditEvent
from lmc_cases.cases.models import Case, NumberMark, SearchEntry
from lmc_cases.cases.services.search import matching_cases
from lmc_cases.core.errors import InvalidInput
from lmc_cases.handovers.services import drafting
from lmc_cases.jurisdictions.access import acting_as
from lmc_cases.keys.marks import Marker
from lmc_cases.keys.models import RecordKey
from lmc_cases.suspects import services
from lmc_cases.suspects.models import IdentityDocument, Suspect
from lmc_cases.suspects.services import DocumentDetails, PersonDetails
from lmc_cases.suspects.services.bulk import ImportedPerson, insert_suspects, remove_import
from tests.factories import officer, open_case, share
from tests.suspects.samples import person, picture

pytestmark = pytest.mark.django_db


def rows(count: int, *, start: int = 1) -> Iterator[ImportedPerson]:
    """Yield invented people in several scripts, every second with a document, every tenth with two."""
    names = ["นายสมมติ", "陈示例", "ຄຳ ແສງ", "សុខ គំរូ", "မောင် နမူနာ", "Nguyễn Văn Mẫu"]
    for place in range(start, start + count):
        documents = [DocumentDetails(kind="PASSPORT", number=f"DEMO {place:06}", issuing_country="TH")]
        documents += [DocumentDetails(kind="OTHER", number=f"X-{place}", status="FORGED")]
        yield ImportedPerson(
            row=place + 1,
            fingerprint=f"{place:064x}",
            name_original=f"{names[place % 6]} {place}",
            name_romanised=f"Demo {place}",
            aliases=('ชื่อเล่น, "quoted" {a}\\', "tab\there"),
            birth_date_text="03/05/2533",
            nationality="TH",
            remarks="line one\nline two\\N",
            documents=tuple(documents[: 2 if place % 10 == 0 else place % 2]),
        )


EMPTIED = ("suspects_suspect", "suspects_identitydocument", "cases_searchentry", "cases_numbermark")


@pytest.fixture
def counted_as_empty(superuser_url: str) -> Iterator[None]:
    """What PostgreSQL believes of tables whose rows were all deleted: that they hold none, whatever comes in."""
    with psycopg.connect(superuser_url, autocommit=True) as owner:
        for table in EMPTIED:
            owner.execute(
                "SELECT pg_restore_relation_stats('schemaname', 'public', 'relname', %s::text,"
                " 'relpages', 200, 'reltuples', 0::real)",
                [table],
            )
        yield
        for table in EMPTIED:
            owner.execute("SELECT pg_clear_relation_stats('public', %s)", [table])


@pytest.mark.usefixtures("counted_as_empty")
def test_no_row_is_compared_with_every_other_in_a_table_that_was_emptied() -> None:
    """Such a plan took minutes for 5,000 people, and held the case locked as long."""
    thai, run = officer("TH"), uuid.uuid4()
    case = open_case(thai)
    assert insert_suspects(actor=thai, case_id=case.uuid, rows=rows(1500), import_run=run) == 1500
    removed = remove_import(actor=thai, import_run=run)
    assert (removed.removed, removed.kept) == (1500, 0)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)"
            " FROM pg_stat_xact_user_tables WHERE relname = ANY(%s)",
            [list(EMPTIED)],
        )
        read = dict(cursor.fetchall())
    assert set(read) == set(EMPTIED)
    assert max(read.values()) < 60 * 1500, read


def test_two_thousand_rows_leave_the_traces_of_single_entries() -> None:
    thai, chinese, viet = officer("TH"), officer("CN"), officer("VN")
    case, run = open_case(thai), uuid.uuid4()
    alone = person(thai, case)
    share(thai, case, "CN")
    assert insert_suspects(actor=thai, case_id=case.uuid, rows=rows(2000), import_run=run) == 2000
    people = Suspect.objects.filter(import_run=run).order_by("number")
    assert [row.number for row in people] == list(range(2, 2002))
    assert [row.import_row for row in people] == list(range(2, 2002))
    assert person(thai, case).number == 2002
    assert IdentityDocument.objects.filter(import_run=run).count() == 1000 + 400
    # The history holds the same states as the tables.
    for model in (Suspect, IdentityDocument):
        columns = [field.attname for field in model._meta.concrete_fields]
        live = set(map(repr, model.objects.filter(import_run=run).values_list(*columns)))
        past = set(map(repr, model.history.filter(import_run=run, history_type="+").values_list(*columns)))
        assert live == past
    assert set(Suspect.history.filter(import_run=run).values_list("history_user", flat=True)) == {thai.pk}
    row = people[9]
    assert row.aliases == ['ชื่อเล่น, "quoted" {a}\\', "tab here"]
    assert (row.remarks, row.birth_year, row.birth_calendar) == ("line one\nline two\\N", 1990, "buddhist")
    assert (row.version, bool(row.photo)) == (1, False)
    assert row.recorded_at >= alone.recorded_at
    # Found, and seen by the right people only.
    entry = SearchEntry.objects.get(object_uuid=row.uuid)
    assert "000010" not in entry.body
    assert NumberMark.objects.filter(object_uuid=row.uuid).count() == 2
    assert NumberMark.objects.filter(case=case, mark=Marker("TH").number("demo000010")).count() == 1
    assert case in matching_cases(chinese, "DEMO-000010")
    assert not matching_cases(viet, "DEMO-000010").exists()
    with acting_as(thai):
        assert [paper.number for paper in row.documents.order_by("pk")] == ["DEMO 000010", "X-10"]
    assert case in matching_cases(chinese, "Demo 1999")
    assert not matching_cases(viet, "Demo 1999").exists()
    assert Suspect.objects.visible_to(chinese).count() == 2002
    assert not Suspect.objects.visible_to(viet).exists()
    event = AuditEvent.objects.get(verb="suspects.imported")
    assert (event.codes["count"], event.case_uuid) == (2000, case.uuid)


def test_the_entry_written_in_bulk_equals_the_one_written_singly() -> None:
    thai = officer("TH")
    case = open_case(thai)
    [row] = rows(1, start=10)
    insert_suspects(actor=thai, case_id=case.uuid, rows=[row], import_run=uuid.uuid4())
    details = PersonDetails(**{name: getattr(row, name) for name in PersonDetails.__dataclass_fields__})
    single = services.add_suspect(actor=thai, case_id=case.uuid, details=details, documents=row.documents)
    bulk = Suspect.objects.exclude(pk=single.pk).get()
    single.refresh_from_db()
    own = {
        "id",
        "uuid",
        "number",
        "import_run",
        "import_row",
        "import_fingerprint",
        "recorded_at",
        "updated_at",
    }
    for field in Suspect._meta.concrete_fields:
        if field.name not in own:
            assert getattr(bulk, field.name) == getattr(single, field.name), field.name
    bodies = [SearchEntry.objects.get(object_uuid=who.uuid).body for who in (bulk, single)]
    assert bodies[0] == bodies[1]
    entries = [SearchEntry.objects.filter(object_uuid=who.uuid).values_list() for who in (bulk, single)]
    assert entries[0][0][-1] == entries[1][0][-1]
    numbers = [sorted((d.number, d.status) for d in who.documents.all()) for who in (bulk, single)]
    marks = NumberMark.objects.order_by("mark").values_list("mark", flat=True)
    assert list(marks.filter(object_uuid=bulk.uuid)) == list(marks.filter(object_uuid=single.uuid))
    assert RecordKey.objects.filter(record_uuid__in=[bulk.uuid, single.uuid]).count() == 2
    assert numbers[0] == numbers[1]


def test_one_row_that_cannot_be_taken_refuses_the_list_and_is_named() -> None:
    thai = officer("TH")
    case = open_case(thai)

    def broken() -> Iterator[ImportedPerson]:
        yield from rows(20)
        yield ImportedPerson(row=22, name_original=" ")

    with pytest.raises(InvalidInput, match="Row 22"):
        insert_suspects(actor=thai, case_id=case.uuid, rows=broken(), import_run=uuid.uuid4())
    assert not Suspect.objects.exists()
    assert not Suspect.history.exists()
    assert insert_suspects(actor=thai, case_id=case.uuid, rows=rows(3), import_run=uuid.uuid4()) == 3
    assert Suspect.objects.order_by("number").values_list("number", flat=True)[0] == 1


def test_an_empty_list_adds_nobody() -> None:
    thai = officer("TH")
    assert insert_suspects(actor=thai, case_id=open_case(thai).uuid, rows=[], import_run=uuid.uuid4()) == 0


def test_foreign_officers_and_readers_import_and_remove_nothing() -> None:
    thai, chinese, prosecutor = officer("TH"), officer("CN"), officer("TH", "prosecutor")
    case, run = open_case(thai), uuid.uuid4()
    share(thai, case, "CN")
    insert_suspects(actor=thai, case_id=case.uuid, rows=rows(3), import_run=run)
    for stranger in (chinese, prosecutor):
        with pytest.raises(Case.DoesNotExist):
            insert_suspects(actor=stranger, case_id=case.uuid, rows=rows(1), import_run=uuid.uuid4())
        result = remove_import(actor=stranger, import_run=run)
        assert (result.removed, result.kept) == (0, 0)
    assert Suspect.objects.count() == 3
    assert not AuditEvent.objects.filter(verb="suspects.import_removed").exists()


def test_the_list_is_read_a_row_at_a_time() -> None:
    """What is held when the last row has been read does not grow with the rows; their keys come afterwards."""
    thai = officer("TH")
    case = open_case(thai)
    peaks: list[int] = []

    def read(count: int) -> Iterator[ImportedPerson]:
        yield from rows(count, start=10_000 * count)
        peaks.append(tracemalloc.get_traced_memory()[1])

    for count in (10, 200, 2000):
        tracemalloc.start()
        insert_suspects(actor=thai, case_id=case.uuid, rows=read(count), import_run=uuid.uuid4())
        tracemalloc.stop()
    _first, few, many = peaks
    assert many < few * 2


def test_an_import_is_removed_except_for_people_worked_on_since(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    thai = officer("TH")
    case, run, other = open_case(thai), uuid.uuid4(), uuid.uuid4()
    insert_suspects(actor=thai, case_id=case.uuid, rows=rows(30), import_run=run)
    insert_suspects(actor=thai, case_id=case.uuid, rows=rows(5), import_run=other)
    edited, pictured, papered, named = Suspect.objects.filter(import_run=run).order_by("number")[:4]
    services.edit_suspect(
        actor=thai, suspect_id=edited.uuid, version=1, details=PersonDetails(name_original="อื่น")
    )
    services.set_photo(actor=thai, suspect_id=pictured.uuid, upload=io.BytesIO(picture((40, 40))))
    services.add_document(actor=thai, suspect_id=papered.uuid, details=DocumentDetails(number="Z9"))
    # A draft of another country, which the officer cannot see, holds a person all the same.
    share(thai, case, "CN")
    drafting.draft_request(
        actor=officer("CN"),
        case_id=case.uuid,
        suspect_ids=[named.uuid],
        instrument_id=None,
        legal_basis="Invented",
        facts="Invented",
        facts_language="en",
    )
    result = remove_import(actor=thai, import_run=run)
    assert (result.removed, result.kept) == (26, 4)
    assert set(Suspect.objects.filter(import_run=run)) == {edited, pictured, papered, named}
    assert Suspect.objects.filter(import_run=other).count() == 5
    assert SearchEntry.objects.filter(kind="SUSPECT").count() == 9
    assert set(NumberMark.objects.values_list("object_uuid", flat=True)) <= set(
        Suspect.objects.values_list("uuid", flat=True)
    )
    gone = Suspect.history.filter(import_run=run, history_type="-")
    assert gone.count() == 26
    assert set(gone.values_list("history_user", "history_change_reason")) == {(thai.pk, "import removed")}
    assert IdentityDocument.history.filter(import_run=run, history_type="-").exists()
    assert not IdentityDocument.objects.filter(suspect__isnull=True).exists()
    event = AuditEvent.objects.get(verb="suspects.import_removed")
    assert (event.operation, event.codes["removed"], event.codes["kept"]) == ("ERASURE", 26, 4)
    again = remove_import(actor=thai, import_run=run)
    assert (again.removed, again.kept) == (0, 4)
    assert remove_import(actor=thai, import_run=uuid.uuid4()).removed == 0


def test_numbers_of_removed_people_are_not_given_again() -> None:
    thai = officer("TH")
    case, run = open_case(thai), uuid.uuid4()
    insert_suspects(actor=thai, case_id=case.uuid, rows=rows(5), import_run=run)
    remove_import(actor=thai, import_run=run)
    assert person(thai, case).number == 6
