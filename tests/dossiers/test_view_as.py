"""Rule: a supervisor sees exactly what a recipient would see of the case, and nothing else of the recipient."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from lmc_cases.audit.models import AuditEvent
from lmc_cases.cases.models import Case, CaseText, Disclosure, Level
from lmc_cases.cases.services import casework
from lmc_cases.cases.services.explaining import Asked
from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.viewer import viewing_as
from lmc_cases.dossiers.services.previewing import view_as
from lmc_cases.jurisdictions.access import audiences_of, resolve_audiences
from lmc_cases.suspects.models import Suspect
from lmc_cases.suspects.services.details import PersonDetails
from lmc_cases.suspects.services.people import add_suspect
from tests.factories import demo_agency, officer, open_case, share

pytestmark = pytest.mark.django_db


def told(classification: str = "RESTRICTED") -> tuple[Any, Any, Case]:
    thai, supervisor = officer("TH"), officer("TH", "supervisor")
    case = open_case(thai, "MARKTITLE", summary="MARKSUMMARY", classification=classification)
    casework.write_text(actor=thai, case_id=case.uuid, kind="FACTS", language="en", text="MARKFACTS")
    add_suspect(actor=thai, case_id=case.uuid, details=PersonDetails(name_original="MARKNAME"))
    return thai, supervisor, case


@pytest.mark.parametrize("level", [Level.EXISTENCE, Level.SUMMARY, Level.FULL])
def test_what_is_shown_is_what_an_officer_there_reads(level: Level) -> None:
    thai, supervisor, case = told()
    share(thai, case, "CN", level)
    chinese = officer("CN", clearance=1)
    shown = view_as(actor=supervisor, case_id=case.uuid, asked=Asked(country_code="CN", clearance=1))
    assert shown.level == level
    assert {text.pk for text in shown.texts} == set(
        CaseText.objects.visible_to(chinese).values_list("pk", flat=True)
    )
    assert {person.pk for person in shown.people} == set(
        Suspect.objects.visible_to(chinese).values_list("pk", flat=True)
    )


def test_without_the_share_or_the_clearance_nothing_is_shown() -> None:
    thai, supervisor, case = told("SECRET")
    share(thai, case, "CN", second=supervisor)
    nothing = view_as(actor=supervisor, case_id=case.uuid, asked=Asked(country_code="CN", clearance=1))
    assert (nothing.level, nothing.texts, nothing.people) == (None, [], [])
    cleared = view_as(actor=supervisor, case_id=case.uuid, asked=Asked(country_code="CN", clearance=3))
    assert cleared.level == Level.FULL
    assert view_as(actor=supervisor, case_id=case.uuid, asked=Asked(country_code="LA")).level is None


def test_an_agencys_share_is_seen_by_that_agency_alone() -> None:
    thai, supervisor, case = told()
    one, two = demo_agency("CN", "ONE"), demo_agency("CN", "TWO")
    share(thai, case, "CN", agency_id=one.uuid)
    assert view_as(actor=supervisor, case_id=case.uuid, asked=Asked(agency_id=one.uuid)).level == Level.FULL
    assert view_as(actor=supervisor, case_id=case.uuid, asked=Asked(agency_id=two.uuid)).level is None


def test_it_is_audited_notes_no_disclosure_and_gives_the_supervisors_own_eyes_back() -> None:
    thai, supervisor, case = told()
    share(thai, case, "CN", Level.SUMMARY)
    foreign = open_case(officer("CN"), "Theirs")
    before = Disclosure.objects.count()
    with viewing_as(supervisor.pk, resolve_audiences(supervisor)):
        mine = audiences_of(supervisor)
        shown = view_as(actor=supervisor, case_id=case.uuid, asked=Asked(country_code="CN"))
        assert audiences_of(supervisor) == mine
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('lmc.audiences')")
            assert cursor.fetchone()[0] == ",".join(map(str, sorted(mine)))
    assert "Theirs" not in str([text.text for text in shown.texts])
    assert not Case.objects.visible_to(supervisor).filter(pk=foreign.pk).exists()
    assert Disclosure.objects.count() == before
    event = AuditEvent.objects.get(verb="case.viewed_as")
    assert event.codes["country"] == "CN"
    assert event.codes["level"] == Level.SUMMARY


def test_only_a_supervisor_of_the_owner_and_only_with_other_eyes() -> None:
    thai, supervisor, case = told()
    share(thai, case, "CN")
    for reader in (thai, officer("CN", "supervisor"), officer("TH", "auditor")):
        with pytest.raises(Case.DoesNotExist):
            view_as(actor=reader, case_id=case.uuid, asked=Asked(country_code="CN"))
    for asked in (Asked(), Asked(country_code="TH"), Asked(country_code="XX")):
        with pytest.raises(InvalidInput):
            view_as(actor=supervisor, case_id=case.uuid, asked=asked)


def test_the_page_says_that_it_is_a_preview(settings: Any) -> None:
    settings.SECOND_FACTOR_COMPULSORY = False
    thai, supervisor, case = told()
    share(thai, case, "CN", Level.SUMMARY)
    client = Client()
    client.force_login(supervisor, backend="allauth.account.auth_backends.AuthenticationBackend")
    address = reverse("dossiers:view_as", args=[case.uuid])
    assert client.get(address).status_code == 200
    page = client.get(address, {"country": "CN", "clearance": "1"}).content.decode()
    assert "Preview" in page
    assert "MARKSUMMARY" in page
    assert "MARKFACTS" not in page
    assert "MARKNAME" not in page
