"""Exhibits: who may see and change them, and numbers that are never given twice."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone

from lmc_cases.audit.models import AuditEvent
from lmc_cases.cases.models import Case, Level
from lmc_cases.cases.services.casework import CaseClosed
from lmc_cases.core.errors import InvalidInput, StaleVersion
from lmc_cases.evidence import services
from lmc_cases.evidence.models import CustodyEvent, EvidenceItem
from lmc_cases.evidence.services import ExhibitDetails, items
from lmc_cases.evidence.services.reading import history_of, list_items
from lmc_cases.jurisdictions.access import acting_as
from tests.evidence.samples import exhibit
from tests.factories import officer, open_case, share

pytestmark = pytest.mark.django_db


def details(**fields: object) -> ExhibitDetails:
    return ExhibitDetails(**{"exhibit_number": "TH-1", "kind": "PHONE", **fields})  # type: ignore[arg-type]


def test_a_collected_exhibit_begins_its_chain_and_leaves_a_trace() -> None:
    thai = officer("TH")
    case = open_case(thai)
    at = timezone.now() - dt.timedelta(days=1)
    item = exhibit(
        thai, case, "TH-1", collected_at=at, collected_by="Sgt. Invented", collected_where="Mae Sot"
    )
    event = CustodyEvent.objects.get(item=item)
    assert (event.kind, event.happened_at, event.to_holder) == ("COLLECTED", at, "Sgt. Invented")
    audit = AuditEvent.objects.get(verb="evidence.added")
    assert (audit.operation, audit.reference) == ("COLLECTION", f"{case.reference}/TH-1")
    assert history_of(thai, item)[0].act == "Recorded"
    assert not CustodyEvent.objects.filter(item=exhibit(thai, case)).exists()


def test_officers_who_edit_and_custodians_keep_exhibits_and_nobody_else() -> None:
    thai, custodian, prosecutor = (
        officer("TH"),
        officer("TH", "evidence_custodian"),
        officer("TH", "prosecutor"),
    )
    chinese, viet = officer("CN"), officer("VN")
    case = open_case(thai)
    item = exhibit(custodian, case)
    share(thai, case, "CN")
    assert EvidenceItem.objects.visible_to(chinese).get() == item
    assert not EvidenceItem.objects.visible_to(viet).exists()
    for stranger in (prosecutor, chinese, viet):
        with pytest.raises(Case.DoesNotExist):
            exhibit(stranger, case)
        with pytest.raises(EvidenceItem.DoesNotExist):
            services.edit_item(actor=stranger, item_id=item.uuid, version=1, details=details())
        with pytest.raises(EvidenceItem.DoesNotExist):
            services.record_custody(
                actor=stranger, item_id=item.uuid, kind="EXAMINED", happened_at=timezone.now()
            )
        with pytest.raises(EvidenceItem.DoesNotExist):
            services.verify_file(actor=stranger, item_id=item.uuid)
    for missing in (case.uuid, uuid.uuid4()):
        with pytest.raises(Case.DoesNotExist):
            list_items(actor=viet, case_id=missing)


def test_the_summary_shows_no_exhibit() -> None:
    thai, chinese = officer("TH"), officer("CN")
    case = open_case(thai)
    item = exhibit(thai, case)
    share(thai, case, "CN", Level.SUMMARY)
    assert not EvidenceItem.objects.visible_to(chinese).exists()
    assert not CustodyEvent.objects.visible_to(chinese).exists()
    assert not EvidenceItem.history.all().visible_to(chinese).exists()
    with pytest.raises(EvidenceItem.DoesNotExist):
        services.open_download(actor=chinese, item_id=item.uuid)


def test_a_number_is_never_reused_in_a_case_not_even_one_that_was_edited_away() -> None:
    thai = officer("TH")
    case, other = open_case(thai), open_case(thai)
    item = exhibit(thai, case, "TH-1")
    exhibit(thai, other, "TH-1")
    with pytest.raises(InvalidInput) as refused:
        exhibit(thai, case, " TH-1 ")
    assert refused.value.field == "exhibit_number"
    services.edit_item(actor=thai, item_id=item.uuid, version=1, details=details(exhibit_number="TH-2"))
    with pytest.raises(InvalidInput):
        exhibit(thai, case, "TH-1")
    back = services.edit_item(
        actor=thai, item_id=item.uuid, version=2, details=details(exhibit_number="TH-1")
    )
    assert back.exhibit_number == "TH-1"


def test_a_number_taken_in_a_race_is_a_sentence_and_not_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """The look-up is blinded here: what remains is the database's constraint, as between two transactions."""
    thai = officer("TH")
    case = open_case(thai)
    exhibit(thai, case, "TH-1")
    monkeypatch.setattr(items, "_check_number_is_free", lambda *_: None)
    with pytest.raises(InvalidInput) as refused:
        exhibit(thai, case, "TH-1")
    assert refused.value.field == "exhibit_number"
    assert EvidenceItem.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_officers_who_use_one_number_at_the_same_time_one_wins_and_the_others_are_told() -> None:
    thai = officer("TH")
    case = open_case(thai)
    barrier = threading.Barrier(4)

    def add() -> str:
        try:
            barrier.wait(timeout=20)
            return exhibit(thai, case, "TH-1").exhibit_number
        except InvalidInput as error:
            return error.field
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        ended = [done.result(timeout=60) for done in [pool.submit(add) for _ in range(4)]]
    assert sorted(ended) == ["TH-1", "exhibit_number", "exhibit_number", "exhibit_number"]
    with acting_as(thai):
        assert EvidenceItem.objects.filter(case=case).count() == 1


def test_the_second_of_two_editors_sees_a_conflict_and_saving_the_same_is_none() -> None:
    thai = officer("TH")
    item = exhibit(thai, open_case(thai), "TH-1", kind="PHONE")
    new = details(description="ดำ", language="th")
    assert (
        services.edit_item(actor=thai, item_id=item.uuid, version=1, details=new, reason="Seen").version == 2
    )
    assert services.edit_item(actor=thai, item_id=item.uuid, version=1, details=new).version == 2
    with pytest.raises(StaleVersion) as stale:
        services.edit_item(actor=thai, item_id=item.uuid, version=1, details=details(description="แดง"))
    assert stale.value.theirs["description"] == "ดำ"
    past = history_of(thai, EvidenceItem.objects.get(pk=item.pk))
    assert (past[0].reason, ("Description", "", "ดำ") in past[0].changes) == ("Seen", True)


def test_a_recipient_sees_no_history_of_an_exhibit() -> None:
    thai, chinese = officer("TH"), officer("CN")
    case = open_case(thai)
    item = exhibit(thai, case)
    share(thai, case, "CN")
    assert history_of(chinese, item) == []


def test_parts_belong_to_one_case_and_make_no_circle() -> None:
    thai = officer("TH")
    case, other = open_case(thai), open_case(thai)
    phone = exhibit(thai, case, "TH-1")
    sim = exhibit(thai, case, "TH-1.1", parent_number="TH-1")
    image = exhibit(thai, case, "TH-1.1.1", parent_number="TH-1.1")
    assert image.parent == sim
    assert sim.parent == phone
    with pytest.raises(InvalidInput) as refused:
        services.edit_item(
            actor=thai, item_id=phone.uuid, version=1, details=details(parent_number="TH-1.1.1")
        )
    assert refused.value.field == "parent_number"
    with pytest.raises(InvalidInput):
        exhibit(thai, other, "X", parent_number="TH-1")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"exhibit_number": "\u202e"}, "exhibit_number"),
        ({"exhibit_number": "x" * 61}, "exhibit_number"),
        ({"kind": "GUN"}, "kind"),
        ({"language": "xx"}, "language"),
        ({"collected_at": dt.datetime(2999, 1, 1, tzinfo=dt.UTC)}, "collected_at"),
        ({"collected_where": "x" * 301}, "collected_where"),
    ],
)
def test_what_cannot_be_taken_is_refused_by_field(fields: dict[str, object], field: str) -> None:
    thai = officer("TH")
    case = open_case(thai)
    with pytest.raises(InvalidInput) as refused:
        services.add_item(actor=thai, case_id=case.uuid, details=details(**fields))
    assert refused.value.field == field


def test_sent_twice_a_form_adds_one_exhibit_and_one_custody_event() -> None:
    thai = officer("TH")
    case, once = open_case(thai), uuid.uuid4()
    first = services.add_item(actor=thai, case_id=case.uuid, details=details(), new_id=once)
    assert services.add_item(actor=thai, case_id=case.uuid, details=details(), new_id=once) == first
    for _turn in range(2):
        services.record_custody(
            actor=thai, item_id=first.uuid, kind="EXAMINED", happened_at=timezone.now(), new_id=once
        )
    assert (EvidenceItem.objects.count(), CustodyEvent.objects.count()) == (1, 1)


def test_a_closed_case_takes_no_exhibit_but_its_exhibits_still_change_hands() -> None:
    thai = officer("TH")
    case = open_case(thai)
    item = exhibit(thai, case)
    Case.objects.filter(pk=case.pk).update(status=Case.Status.CLOSED)
    with pytest.raises(CaseClosed):
        exhibit(thai, case)
    with pytest.raises(CaseClosed):
        services.edit_item(actor=thai, item_id=item.uuid, version=1, details=details())
    services.record_custody(
        actor=thai,
        item_id=item.uuid,
        kind="TRANSFERRED",
        happened_at=timezone.now(),
        from_holder="A",
        to_holder="B",
    )
    assert CustodyEvent.objects.filter(item=item).count() == 1


def test_hashes_of_others_are_kept_as_given_and_what_is_no_hash_is_not() -> None:
    thai = officer("TH")
    case = open_case(thai)
    item = services.add_item(
        actor=thai,
        case_id=case.uuid,
        details=details(),
        reported_hashes={"MD5": "D41D8CD98F00B204E9800998ECF8427E", "SHA1": "<script>"},
    )
    assert item.reported_hashes == {"MD5": "d41d8cd98f00b204e9800998ecf8427e"}


def test_the_list_pages_both_ways() -> None:
    thai = officer("TH")
    case = open_case(thai)
    for _turn in range(70):
        exhibit(thai, case)
    first = list_items(actor=thai, case_id=case.uuid)
    second = list_items(actor=thai, case_id=case.uuid, after=first.following)
    assert [len(first.rows), len(second.rows), first.count] == [50, 20, 70]
    assert (first.previous, second.following) == (None, None)
    back = list_items(actor=thai, case_id=case.uuid, before=second.previous)
    assert [row.pk for row in back.rows] == [row.pk for row in first.rows]
    assert list_items(actor=thai, case_id=case.uuid, after=uuid.uuid4()).rows == first.rows
