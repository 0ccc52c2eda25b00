"""Attacks around handover requests: drafts, ids of others, third countries that see the case in full."""

from __future__ import annotations

import uuid

import pytest
from django.urls import reverse

from lmc_cases.audit.models import AuditEvent
from lmc_cases.cases.services import operations
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.jurisdictions.access import acting_as
from tests.factories import officer, open_case, say_why, share
from tests.security.samples import browser_of, case_with_person, request_fields

pytestmark = [pytest.mark.django_db, pytest.mark.leak, pytest.mark.usefixtures("one_factor")]


def test_the_id_of_somebody_elses_request_answers_like_any_other() -> None:
    """Rule: foreign and missing look alike, also where a form carries the id of what it makes."""
    thai, chinese, colleague, khmer = officer("TH"), officer("CN"), officer("CN"), officer("KH")
    case, suspect = case_with_person(thai)
    share(thai, case, "CN")
    share(thai, case, "KH")
    for reader in (chinese, khmer):
        say_why(reader, case)
    address = reverse("handovers:create", args=[case.uuid])
    browser_of(chinese).post(address, request_fields(suspect))
    with acting_as(chinese):
        held = HandoverRequest.objects.get()
    for attacker in (khmer, colleague):
        for chosen in (held.uuid, uuid.uuid4()):
            answer = browser_of(attacker).post(address, request_fields(suspect, draft_id=str(chosen)))
            assert answer.status_code == 302
            assert str(chosen) not in answer["Location"]
    with acting_as(chinese):
        held.refresh_from_db()
    assert held.version == 1


def test_the_owners_audit_does_not_tell_of_a_draft() -> None:
    """Rule: what the other country drafts nobody knows of, not even as a number in the audit record."""
    thai, chinese = officer("TH"), officer("CN")
    case, suspect = case_with_person(thai)
    share(thai, case, "CN")
    browser = browser_of(chinese)
    browser.get(f"/api/v1/handovers/?case={case.uuid}")
    browser.post(reverse("handovers:create", args=[case.uuid]), request_fields(suspect))
    with acting_as(chinese):
        draft = HandoverRequest.objects.get()
    browser.get(f"/api/v1/handovers/?case={case.uuid}")
    browser.get(reverse("handovers:detail", args=[draft.uuid]))
    events = AuditEvent.objects.visible_to(officer("TH", "auditor"))
    assert not events.filter(object_uuid=draft.uuid).exists()
    listed = events.filter(verb="handovers.listed")
    assert [event.codes for event in listed] == [{"shown": 0}, {"shown": 0}]


def test_a_third_country_with_the_whole_case_sees_no_request_about_it() -> None:
    thai, chinese, khmer = officer("TH"), officer("CN"), officer("KH")
    case, suspect = case_with_person(thai)
    share(thai, case, "CN")
    share(thai, case, "KH")
    for reader in (chinese, khmer):
        say_why(reader, case)
    browser_of(chinese).post(reverse("handovers:create", args=[case.uuid]), request_fields(suspect))
    with acting_as(chinese):
        draft = HandoverRequest.objects.get()
    browser_of(chinese).post(reverse("handovers:submit", args=[draft.uuid]), {})
    with acting_as(chinese):
        draft.refresh_from_db()
    assert draft.submitted_at is not None
    third = browser_of(khmer)
    assert third.get(reverse("handovers:detail", args=[draft.uuid])).status_code == 404
    for name in ("cases:detail", "cases:sharing", "handovers:of_case", "dossiers:of_case", "suspects:list"):
        page = third.get(reverse(name, args=[case.uuid]))
        assert page.status_code == 200, name
        assert draft.reference not in page.content.decode(), name
        assert "MARKREQUEST" not in page.content.decode(), name


def test_persons_of_another_case_cannot_be_smuggled_into_a_request() -> None:
    thai, chinese = officer("TH"), officer("CN")
    case, _suspect = case_with_person(thai)
    _hidden, stranger = case_with_person(thai, "MARKHIDDEN")
    share(thai, case, "CN")
    answer = browser_of(chinese).post(reverse("handovers:create", args=[case.uuid]), request_fields(stranger))
    assert answer.status_code == 422
    assert "MARKHIDDEN" not in answer.content.decode()
    assert not HandoverRequest.objects.exists()


def test_the_owner_of_an_operation_never_learns_how_many_cases_a_member_put_in() -> None:
    """Rule: membership opens no case, so it tells no number of cases either, not even when a country leaves."""
    thai, chinese = officer("TH"), officer("CN")
    operation = operations.create_operation(actor=thai, name="Invented", name_language="en")
    operations.invite_country(actor=thai, operation_id=operation.uuid, country_code="CN")
    foreign = open_case(chinese, operation_id=operation.uuid)
    page = browser_of(thai).get(reverse("cases:operation", args=[operation.uuid])).content.decode()
    assert foreign.reference not in page
    assert operations.totals_for(thai, operation).cases == 0
    operations.leave_operation(actor=chinese, operation_id=operation.uuid)
    told = AuditEvent.objects.visible_to(officer("TH", "auditor")).filter(object_uuid=operation.uuid)
    assert [event.codes for event in told.filter(verb="operation.left")] == [{}]
