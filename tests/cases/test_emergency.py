"""Rule: two persons open a restricted case whose named officers are away; for hours, and in front of everybody."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from lmc_cases.audit.models import AuditEvent
from lmc_cases.cases.models import Case, CaseOfficer, EmergencyAccess
from lmc_cases.cases.services import casework
from lmc_cases.cases.services.emergency import AlreadyDecided, ask_for_emergency, decide_emergency
from lmc_cases.core.errors import InvalidInput
from lmc_cases.jurisdictions.access import acting_as
from tests.factories import officer, open_case

pytestmark = pytest.mark.django_db
State = EmergencyAccess.State


def locked_case(**fields: Any) -> tuple[Case, Any]:
    named = officer("TH")
    case = open_case(named, "MARK secret title", **fields)
    casework.restrict_case(actor=named, case_id=case.uuid, officer_ids=[], reason="named")
    return case, named


def test_two_persons_open_it_for_a_time(settings: Any, django_capture_on_commit_callbacks: Any) -> None:
    case, named = locked_case()
    asker, supervisor = officer("TH"), officer("TH", "supervisor")
    administrator = officer("TH", "country_administrator")
    assert not Case.objects.visible_to(asker).exists()
    asked = ask_for_emergency(actor=asker, reference=case.reference.lower(), reason="Somebody is in danger")
    assert not Case.objects.visible_to(asker).exists()
    with django_capture_on_commit_callbacks(execute=True):
        decided = decide_emergency(actor=supervisor, request_id=asked.uuid, approve=True, reason="yes")
    assert decided.state == State.APPROVED
    assert Case.objects.visible_to(asker).get() == case
    assert not Case.objects.visible_to(supervisor).exists()
    with acting_as(asker):
        row = CaseOfficer.objects.get(case=case, user=asker)
        assert CaseOfficer.history.filter(user=asker, history_type="+").count() == 1
    assert row.until is not None
    assert row.named_by == supervisor
    assert {message.to[0] for message in mail.outbox} == {named.email, administrator.email}
    assert all(case.reference not in message.body + message.subject for message in mail.outbox)
    event = AuditEvent.objects.get(verb="case.emergency_approved")
    assert (event.actor, event.owner_country) == (supervisor, supervisor.country)


def test_it_ends_by_the_databases_clock(settings: Any) -> None:
    settings.EMERGENCY_HOURS = 0
    case, _named = locked_case()
    asker, supervisor = officer("TH"), officer("TH", "supervisor")
    asked = ask_for_emergency(actor=asker, reference=case.reference, reason="danger")
    with time_machine.travel(asked.asked_at - dt.timedelta(seconds=1), tick=False):
        decided = decide_emergency(actor=supervisor, request_id=asked.uuid, approve=True)
    assert decided.state == State.APPROVED
    assert not Case.objects.visible_to(asker).exists()


def test_whether_there_is_such_a_case_is_not_told_before_the_second_person() -> None:
    case, _named = locked_case()
    asker = officer("TH")
    ask_for_emergency(actor=asker, reference="warm up", reason="x")
    costs, answers = [], []
    for reference in (case.reference, "TH-1999-000001"):
        with CaptureQueriesContext(connection) as statements:
            asked = ask_for_emergency(actor=asker, reference=reference, reason="danger")
        costs.append(len(statements))
        answers.append((asked.state, asked.case_id, asked.until, asked.audit_reference))
    assert costs[0] == costs[1]
    assert answers[0] == answers[1]
    for event in AuditEvent.objects.filter(verb="case.emergency_asked"):
        assert (event.case_uuid, event.reference) == (None, "")


@pytest.mark.parametrize("what", ["no such case", "foreign", "open", "named already", "not cleared"])
def test_where_there_is_nothing_to_open_the_request_ends_so(what: str) -> None:
    asker = officer("TH", clearance=1 if what == "not cleared" else 3)
    supervisor = officer("TH", "supervisor")
    reference = "TH-1999-000001"
    if what == "foreign":
        chinese = officer("CN")
        case = open_case(chinese)
        casework.restrict_case(actor=chinese, case_id=case.uuid, officer_ids=[], reason="named")
        reference = case.reference
    elif what == "open":
        reference = open_case(officer("TH")).reference
    elif what == "named already":
        case = open_case(asker)
        casework.restrict_case(actor=asker, case_id=case.uuid, officer_ids=[], reason="named")
        reference = case.reference
    elif what == "not cleared":
        reference = locked_case(classification="SECRET")[0].reference
    asked = ask_for_emergency(actor=asker, reference=reference, reason="danger")
    decided = decide_emergency(actor=supervisor, request_id=asked.uuid, approve=True)
    assert (decided.state, decided.case_id) == (State.NOTHING, None)
    assert not CaseOfficer.objects.filter(until__isnull=False).exists()


def test_nobody_decides_the_own_request_nor_another_countrys_nor_without_the_right() -> None:
    case, _named = locked_case()
    asker = officer("TH", "supervisor")
    asked = ask_for_emergency(actor=asker, reference=case.reference, reason="danger")
    for other in (asker, officer("CN", "supervisor"), officer("TH"), officer("TH", "country_administrator")):
        with pytest.raises(EmergencyAccess.DoesNotExist):
            decide_emergency(actor=other, request_id=asked.uuid, approve=True)
    assert not Case.objects.visible_to(asker).exists()


def test_the_database_itself_asks_for_two_persons() -> None:
    case, _named = locked_case()
    asker = officer("TH", "supervisor")
    asked = ask_for_emergency(actor=asker, reference=case.reference, reason="danger")
    with connection.cursor() as cursor:
        for approver in (asker.pk, officer("CN", "supervisor").pk):
            cursor.execute(
                "SELECT * FROM open_case_in_emergency(%s, %s, now() + interval '1 hour')",
                [asked.uuid, approver],
            )
            assert cursor.fetchall() == []


def test_a_refusal_opens_nothing_and_a_decision_stands() -> None:
    case, _named = locked_case()
    asker, supervisor = officer("TH"), officer("TH", "supervisor")
    asked = ask_for_emergency(actor=asker, reference=case.reference, reason="danger")
    assert decide_emergency(actor=supervisor, request_id=asked.uuid, approve=False).state == State.REFUSED
    with pytest.raises(EmergencyAccess.DoesNotExist):
        decide_emergency(actor=supervisor, request_id=asked.uuid, approve=True)
    assert not Case.objects.visible_to(asker).exists()


def test_a_request_that_waited_too_long_is_not_approved(settings: Any) -> None:
    case, _named = locked_case()
    asker, supervisor = officer("TH"), officer("TH", "supervisor")
    asked = ask_for_emergency(actor=asker, reference=case.reference, reason="danger")
    with (
        time_machine.travel(timezone.now() + dt.timedelta(hours=settings.EMERGENCY_HOURS + 1)),
        pytest.raises(AlreadyDecided),
    ):
        decide_emergency(actor=supervisor, request_id=asked.uuid, approve=True)


def test_bad_input_names_its_field() -> None:
    asker = officer("TH")
    for reference, reason, field in (
        ("", "why", "reference"),
        ("X" * 41, "why", "reference"),
        ("X", "", "reason"),
    ):
        with pytest.raises(InvalidInput) as refused:
            ask_for_emergency(actor=asker, reference=reference, reason=reason)
        assert refused.value.field == field


def test_the_pages_ask_decide_and_show_it_on_the_case(settings: Any) -> None:
    settings.SECOND_FACTOR_COMPULSORY = False
    case, named = locked_case()
    asker, supervisor = officer("TH"), officer("TH", "supervisor")

    def client(user: Any) -> Client:
        found = Client()
        found.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return found

    desk = reverse("cases:emergency")
    assert client(asker).post(desk, {"reference": case.reference, "reason": "danger"}).status_code == 302
    asked = EmergencyAccess.objects.get()
    decide = reverse("cases:emergency_decide", args=[asked.uuid])
    assert client(asker).get(decide).status_code == 404
    page = client(supervisor).get(decide)
    assert page.status_code == 200
    assert "MARK" not in page.content.decode()
    assert client(supervisor).post(decide, {"decision": "approve", "reason": "yes"}).status_code == 302
    shown = client(named).get(reverse("cases:detail", args=[case.uuid])).content.decode()
    assert asker.full_name in shown
    assert client(asker).get(reverse("cases:detail", args=[case.uuid])).status_code == 200
