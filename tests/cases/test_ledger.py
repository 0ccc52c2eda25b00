"""Rule: the ledger says who received which version of what, under which terms, and PostgreSQL keeps it as written."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from lmc_cases.cases.models import CaseShare, Disclosure, Level
from lmc_cases.cases.services import casework, ledger, sharing
from lmc_cases.cases.services.casework import consult_case
from lmc_cases.cases.services.listing import page_of_cases
from lmc_cases.evidence.services.items import ExhibitDetails, add_item
from lmc_cases.evidence.services.reading import consult_item
from tests.factories import officer, open_case, say_why, share

pytestmark = pytest.mark.django_db


def look(reader: Any, case: Any, level: Level = Level.FULL) -> None:
    consult_case(actor=reader, case=case, level=level, part="overview")


def test_a_share_is_a_disclosure_with_its_terms() -> None:
    thai = officer("TH")
    case = open_case(thai)
    made = share(thai, case, "CN", Level.SUMMARY)
    entry = Disclosure.objects.get(path="SHARE")
    assert (entry.share, entry.level, entry.purpose) == (made, Level.SUMMARY, "INVESTIGATION")
    assert (entry.owner.code, entry.recipient.code, entry.recipient_officer) == ("TH", "CN", None)
    assert entry.versions["case"] == case.version
    assert entry.handling_codes == ["H0"]


def test_the_codes_of_the_record_and_of_the_share_stand_on_the_entry() -> None:
    thai, chinese = officer("TH"), officer("CN")
    case = open_case(thai)
    made = share(thai, case, "CN")
    # No form sets them in this app yet: written as its owner would.
    CaseShare.objects.filter(pk=made.pk).update(handling_h2=True, legal_basis="Treaty", approval_number="A-7")
    case.handling_h3 = "Only for the task force"
    case.save()
    look(chinese, case)
    entry = Disclosure.objects.get(path="PAGE")
    assert (entry.handling_codes, entry.handling_h3) == (["H2", "H3"], "Only for the task force")
    assert (entry.legal_basis, entry.approval_number) == ("Treaty", "A-7")


def test_looking_again_the_same_day_adds_nothing_but_a_new_version_does() -> None:
    thai, chinese = officer("TH"), officer("CN")
    case = open_case(thai)
    share(thai, case, "CN")
    for _time in range(3):
        look(chinese, case)
    mine = Disclosure.objects.filter(recipient_officer=chinese, path="PAGE")
    assert mine.count() == 1
    casework.write_text(actor=thai, case_id=case.uuid, kind="FACTS", language="en", text="New facts")
    look(chinese, case)
    assert mine.count() == 2
    assert mine.latest("pk").versions["FACTS/en"] == 1
    with time_machine.travel(timezone.now() + dt.timedelta(days=1)):
        look(chinese, case)
    assert mine.count() == 3
    assert len(set(mine.values_list("day", flat=True))) == 2


def test_the_day_is_the_officers_own() -> None:
    thai = officer("TH")
    case = open_case(thai)
    share(thai, case, "CN", ends_in=dt.timedelta(days=3650))
    east, west = officer("CN"), officer("CN")
    east.time_zone, west.time_zone = "Pacific/Kiritimati", "Pacific/Pago_Pago"
    look(east, case)
    look(west, case)
    days = {row.recipient_officer_id: row.day for row in Disclosure.objects.filter(path="PAGE")}
    assert days[east.pk] is not None
    assert days[east.pk] > days[west.pk]  # 25 hours apart: never the same day


def test_a_list_notes_the_titles_it_shows_and_only_foreign_ones() -> None:
    thai, chinese = officer("TH"), officer("CN")
    shown, hidden = open_case(thai, "Shown"), open_case(thai, "Existence")
    open_case(chinese, "Own")
    share(thai, shown, "CN", Level.FULL)
    share(thai, hidden, "CN", Level.EXISTENCE)
    page_of_cases(chinese)
    rows = Disclosure.objects.filter(path="LIST", recipient_officer=chinese)
    assert {(row.object_uuid, row.level) for row in rows} == {
        (shown.uuid, Level.SUMMARY),
        (hidden.uuid, Level.EXISTENCE),
    }
    assert rows.get(object_uuid=shown.uuid).versions == {"case": shown.version, "TITLE/en": 1}
    assert rows.get(object_uuid=hidden.uuid).versions == {"case": hidden.version}


def test_what_a_recipient_contributed_is_the_contributors_disclosure() -> None:
    thai, chinese = officer("TH", "liaison_officer", "evidence_custodian"), officer("CN")
    case = open_case(thai)
    share(thai, case, "CN")
    item = add_item(actor=thai, case_id=case.uuid, details=ExhibitDetails(exhibit_number="E1", kind="FILE"))
    item.originator = chinese.country
    ledger.note_items(actor=thai, case=case, kind="EVIDENCE", items=[item])
    entry = Disclosure.objects.get(kind="EVIDENCE")
    assert (entry.owner.code, entry.recipient.code, entry.rule) == ("CN", "TH", "CONTRIBUTED")


def test_the_originator_reads_every_entry_and_a_recipient_its_own() -> None:
    thai, chinese, lao = officer("TH"), officer("CN"), officer("LA")
    case = open_case(thai)
    share(thai, case, "CN")
    share(thai, case, "LA")
    for reader in (chinese, lao):
        say_why(reader, case)
        look(reader, case)

    def recipients(viewer: Any) -> set[str]:
        page = ledger.page_of_ledger(actor=viewer, case=case)
        return {row.recipient.code for row in page.rows}

    assert recipients(thai) == {"CN", "LA"}
    assert recipients(chinese) == {"CN"}
    assert recipients(lao) == {"LA"}
    assert not Disclosure.objects.visible_to(officer("VN")).exists()


def test_an_agencys_entries_are_not_another_agencys() -> None:
    thai = officer("TH")
    one, two = officer("CN", suffix="ONE"), officer("CN", suffix="TWO")
    case = open_case(thai)
    for reader in (one, two):
        assert reader.agency is not None
        share(thai, case, "CN", agency_id=reader.agency.uuid)
    assert [row.recipient_agency for row in Disclosure.objects.visible_to(one)] == [one.agency]


def test_the_ledger_is_paged_by_the_last_row_and_filtered() -> None:
    thai, chinese = officer("TH"), officer("CN")
    case = open_case(thai)
    share(thai, case, "CN")
    for language in ("en", "th", "lo", "km", "vi"):
        casework.write_text(actor=thai, case_id=case.uuid, kind="FACTS", language=language, text="Facts")
        look(chinese, case)
    first = ledger.page_of_ledger(actor=thai, case=case, size=4)
    second = ledger.page_of_ledger(actor=thai, case=case, size=4, before=first.older)
    assert (len(first.rows), len(second.rows), second.older) == (4, 2, None)
    assert {row.pk for row in first.rows}.isdisjoint(row.pk for row in second.rows)
    shares = ledger.entries_of(thai, case, ledger.LedgerFilters(path="SHARE"))
    assert [row.path for row in shares] == ["SHARE"]
    assert not ledger.entries_of(thai, case, ledger.LedgerFilters(path="COPIES")).exists()


def test_a_copy_has_its_holder_and_a_look_has_not() -> None:
    thai, chinese = officer("TH", "liaison_officer", "evidence_custodian"), officer("CN")
    case = open_case(thai)
    share(thai, case, "CN")
    item = add_item(actor=thai, case_id=case.uuid, details=ExhibitDetails(exhibit_number="E1", kind="FILE"))
    consult_item(actor=chinese, case_id=case.uuid, item_id=item.uuid)
    assert ledger.holders_of(case) == []
    for _time in range(2):
        ledger.note_items(
            actor=chinese, case=case, kind="EVIDENCE", items=[item], path="FILE", sha256="a" * 64
        )
    (holder,) = ledger.holders_of(case)
    assert (holder.officer, holder.sha256, holder.times) == (chinese, "a" * 64, 2)


def test_the_ledger_outlives_the_share_for_the_owner_and_closes_for_the_recipient() -> None:
    thai, chinese = officer("TH"), officer("CN")
    case = open_case(thai)
    made = share(thai, case, "CN")
    look(chinese, case)
    sharing.revoke_share(actor=thai, share_id=made.uuid, reason="over")
    assert Disclosure.objects.visible_to(thai).count() == 2
    assert not Disclosure.objects.visible_to(chinese).exists()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE cases_disclosure SET purpose = ''",
        "DELETE FROM cases_disclosure",
        "TRUNCATE cases_disclosure",
        "UPDATE cases_readingreason SET code = ''",
        "DELETE FROM cases_readingreason",
    ],
)
def test_postgresql_refuses_to_change_the_record(statement: str) -> None:
    thai, chinese = officer("TH"), officer("CN")
    case = open_case(thai)
    share(thai, case, "CN")
    say_why(chinese, case)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db(databases=["default", "owner"])
def test_the_tables_owner_is_refused_by_the_triggers_too() -> None:
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = 'cases_disclosure'::regclass AND NOT tgisinternal"
        )
        assert {name for (name,) in cursor.fetchall()} >= {"the_ledger_stays", "the_whole_ledger_stays"}
