"""Rule: what is withheld is seen, counted and found by its own country alone, on every path, until it is released."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from lmc_cases.audit.models import AuditEvent
from lmc_cases.cases.models import CaseShare, CaseShareItem, Level, SearchEntry
from lmc_cases.cases.services import operations
from lmc_cases.core.errors import InvalidInput
from lmc_cases.evidence.models import EvidenceItem
from lmc_cases.evidence.services import imported
from lmc_cases.evidence.services.handling import withhold_item
from lmc_cases.evidence.services.imported import ImportedExhibit
from lmc_cases.evidence.services.items import ExhibitDetails, add_item
from lmc_cases.jurisdictions.access import acting_as
from lmc_cases.suspects.models import Suspect
from lmc_cases.suspects.services import bulk, reading
from lmc_cases.suspects.services.bulk import ImportedPerson
from lmc_cases.suspects.services.details import PersonDetails
from lmc_cases.suspects.services.handling import release_suspect, withhold_suspect
from lmc_cases.suspects.services.people import add_suspect
from tests.factories import officer, open_case, say_why, share

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def test_withholding_reaches_lists_counts_totals_and_search_at_once_and_releasing_opens_them() -> None:
    thai, chinese = officer("TH"), officer("CN")
    operation = operations.create_operation(actor=thai, name="Invented", name_language="en")
    operations.invite_country(actor=thai, operation_id=operation.uuid, country_code="CN")
    case = open_case(thai, operation_id=operation.uuid)
    share(thai, case, "CN")
    people = [
        add_suspect(actor=thai, case_id=case.uuid, details=PersonDetails(name_romanised=f"Person {name}"))
        for name in ("Open", "Hidden")
    ]

    def seen(actor: object) -> tuple[int, int, int]:
        page = reading.list_people(actor=actor, case_id=case.uuid)  # type: ignore[arg-type]
        totals = operations.totals_for(actor, operation)  # type: ignore[arg-type]
        found = SearchEntry.objects.visible_to(actor).filter(kind="SUSPECT")  # type: ignore[arg-type]
        return page.count, totals.persons, found.count()

    assert seen(chinese) == (2, 2, 2)
    withhold_suspect(actor=thai, suspect_id=people[1].uuid, code="INFORMANT", reason="informant")
    assert seen(chinese) == (1, 1, 1)
    assert seen(thai) == (2, 2, 2)
    with pytest.raises(Suspect.DoesNotExist):
        reading.consult_person(actor=chinese, case_id=case.uuid, suspect_id=people[1].uuid)
    release_suspect(actor=thai, suspect_id=people[1].uuid, reason="over")
    assert seen(chinese) == (2, 2, 2)
    event = AuditEvent.objects.get(verb="suspect.withheld")
    assert (event.reason_code, event.operation) == ("INFORMANT", "GRANT")
    assert [row.withheld for row in people[1].history.all()][:2] == ["", "INFORMANT"]


def test_withholding_needs_a_code_and_a_reason_and_ends_a_share_by_name() -> None:
    thai, lao = officer("TH"), officer("LA")
    case = open_case(thai)
    person = add_suspect(actor=thai, case_id=case.uuid, details=PersonDetails(name_romanised="Named"))
    made = share(thai, case, "LA", Level.EXISTENCE)
    CaseShareItem(share=made, kind="SUSPECT", object_uuid=person.uuid).save()
    assert Suspect.objects.visible_to(lao).exists()
    page = reading.list_people(actor=lao, case_id=case.uuid)
    assert [row.pk for row in page.rows] == [person.pk]
    for code, reason in (("NONE", "why"), ("OTHER", " ")):
        with pytest.raises(InvalidInput):
            withhold_suspect(actor=thai, suspect_id=person.uuid, code=code, reason=reason)
    withhold_suspect(actor=thai, suspect_id=person.uuid, code="OTHER", reason="why")
    assert not Suspect.objects.visible_to(lao).exists()
    assert not CaseShareItem.objects.exists()
    with pytest.raises(case.DoesNotExist):
        reading.list_people(actor=lao, case_id=case.uuid)


def test_a_list_of_single_items_opens_the_tabs_below_the_level_full(settings: object) -> None:
    settings.SECOND_FACTOR_COMPULSORY = False  # type: ignore[attr-defined]
    thai, lao = officer("TH"), officer("LA")
    case = open_case(thai)
    shown, other = (
        add_suspect(actor=thai, case_id=case.uuid, details=PersonDetails(name_romanised=name))
        for name in ("Shown by name", "Not shown")
    )
    made = share(thai, case, "LA", Level.SUMMARY)
    browser = Client()
    browser.force_login(lao, backend=BACKEND)
    address = reverse("suspects:list", args=[case.uuid])
    assert browser.get(address).status_code == 404
    with acting_as(thai):
        CaseShareItem(share=made, kind="SUSPECT", object_uuid=shown.uuid).save()
    say_why(lao, case)
    listed = browser.get(address).content.decode()
    assert "Shown by name" in listed
    assert "Not shown" not in listed
    assert address in browser.get(reverse("cases:detail", args=[case.uuid])).content.decode()
    assert browser.get(reverse("suspects:detail", args=[case.uuid, shown.uuid])).status_code == 200
    assert browser.get(reverse("suspects:detail", args=[case.uuid, other.uuid])).status_code == 404
    answer = browser.get(f"/api/v1/suspects/?case={case.uuid}").json()
    assert [(row["uuid"], row["marks"]["grading"]) for row in answer["results"]] == [(str(shown.uuid), "X4")]


def test_an_imported_list_is_x4_and_importing_again_releases_nothing() -> None:
    thai, chinese = officer("TH"), officer("CN")
    case = open_case(thai)
    share(thai, case, "CN")
    run = uuid4()
    bulk.insert_suspects(
        actor=thai,
        case_id=case.uuid,
        rows=[ImportedPerson(row=1, name_romanised="Imported", fingerprint="f")],
        import_run=run,
    )
    person = Suspect.objects.get()
    assert (person.grading, person.originator.code) == ("X4", "TH")
    withhold_suspect(actor=thai, suspect_id=person.uuid, code="SURVEILLANCE", reason="goes on")
    # Taking the import back keeps who was worked on since, withheld as they are.
    assert bulk.remove_import(actor=thai, import_run=run).kept == 1
    exhibit = ImportedExhibit(external_id="x-1", kind="PHONE", exhibit_number="E-1")
    item = imported.add_exhibits(actor=thai, case=case, exhibits=[exhibit], import_run=uuid4())["x-1"]
    assert item.grading == "X4"
    withhold_item(actor=thai, item_id=item.uuid, code="SURVEILLANCE", reason="goes on")
    again = imported.add_exhibits(actor=thai, case=case, exhibits=[exhibit], import_run=uuid4())["x-1"]
    assert (again.pk, again.level, again.withheld) == (item.pk, Level.OWN, "SURVEILLANCE")
    assert not Suspect.objects.visible_to(chinese).exists()
    assert not EvidenceItem.objects.visible_to(chinese).exists()


def test_the_part_of_a_withheld_exhibit_does_not_name_it(settings: object) -> None:
    settings.SECOND_FACTOR_COMPULSORY = False  # type: ignore[attr-defined]
    thai, chinese = officer("TH"), officer("CN")
    case = open_case(thai)
    share(thai, case, "CN")
    phone = add_item(
        actor=thai, case_id=case.uuid, details=ExhibitDetails(exhibit_number="SECRET-PHONE", kind="PHONE")
    )
    add_item(
        actor=thai,
        case_id=case.uuid,
        details=ExhibitDetails(exhibit_number="E-2", kind="SIM", parent_number="SECRET-PHONE"),
    )
    withhold_item(actor=thai, item_id=phone.uuid, code="OTHER", reason="invented")
    browser = Client()
    browser.force_login(chinese, backend=BACKEND)
    say_why(chinese, case)
    row = browser.get(f"/api/v1/evidence/?case={case.uuid}").json()["results"]
    assert [(item["exhibit_number"], item["parent"]) for item in row] == [("E-2", None)]
    single = browser.get(f"/api/v1/evidence/{row[0]['uuid']}/").content.decode()
    assert str(phone.uuid) not in single


def test_a_contribution_belongs_to_its_country_and_closes_with_the_right_to_contribute() -> None:
    thai, chinese, lao = officer("TH"), officer("CN"), officer("LA")
    case = open_case(thai)
    made = share(thai, case, "CN", Level.SUMMARY)
    share(thai, case, "LA")
    details = PersonDetails(name_romanised="Contributed")
    with pytest.raises(case.DoesNotExist):
        add_suspect(actor=chinese, case_id=case.uuid, details=details)
    with acting_as(thai):
        assert CaseShare.objects.filter(pk=made.pk).update(may_contribute=True) == 1
    with pytest.raises(case.DoesNotExist):
        add_suspect(actor=lao, case_id=case.uuid, details=details)
    before = case.history.count()
    person = add_suspect(actor=chinese, case_id=case.uuid, details=details)
    assert (person.originator.code, person.level, person.contributed_to) == ("CN", Level.OWN, case.reference)
    assert [Suspect.objects.visible_to(side).count() for side in (thai, chinese, lao)] == [1, 1, 0]
    # Another country's case is not touched, and its record says who gave and who got.
    assert case.history.count() == before
    event = AuditEvent.objects.get(verb="suspect.added")
    assert (event.owner_country.code, event.recipient_country.code) == ("CN", "TH")  # type: ignore[union-attr]
    with acting_as(thai):
        assert CaseShare.objects.filter(pk=made.pk).update(may_contribute=False) == 1
    with pytest.raises(case.DoesNotExist):
        add_suspect(actor=chinese, case_id=case.uuid, details=details)
