"""The audit page: the owner learns who abroad opened what and when; nobody else learns anything."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from lmc_cases.accounts.models import User
from lmc_cases.audit.listing import EventFilters, page_of_events
from lmc_cases.audit.models import AuditEvent, Operation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import Case
from lmc_cases.jurisdictions.models import Jurisdiction
from tests.factories import officer, open_case, share

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_second_factor(settings: object) -> None:
    settings.SECOND_FACTOR_COMPULSORY = False  # type: ignore[attr-defined]


def page_for(user: User, **asked: str) -> tuple[int, str]:
    client = Client()
    client.force_login(user)
    answer = client.get(reverse("audit:list"), asked)
    return answer.status_code, answer.content.decode()


def consulted(case: Case, by: User) -> AuditEvent:
    return record(actor=by, operation=Operation.CONSULTATION, verb="case.viewed", target=case)


def verbs(user: User, **filters: object) -> list[str]:
    return [event.verb for event in page_of_events(user, filters=EventFilters(**filters)).rows]  # type: ignore[arg-type]


def test_the_owner_reads_who_abroad_consulted_its_case() -> None:
    thai, chinese = officer("TH"), officer("CN")
    case = open_case(thai)
    share(thai, case, "CN")
    consulted(case, chinese)
    for role in ("supervisor", "auditor"):
        status, text = page_for(officer("TH", role), verb="case.viewed")
        assert status == 200
        assert chinese.full_name in text
        assert chinese.agency is not None
        assert chinese.agency.name in text
        assert case.reference in text
        assert "Viewed a case." in text


def test_officers_without_the_right_have_no_such_page() -> None:
    for user in (officer("TH"), officer("TH", "prosecutor"), officer("TH", "country_administrator")):
        assert page_for(user)[0] == 404
        assert page_of_events(user).rows == []


def test_a_foreign_auditor_sees_only_what_the_own_officers_did() -> None:
    thai, chinese = officer("TH"), officer("CN")
    case = open_case(thai)
    share(thai, case, "CN")
    mine = consulted(case, chinese)
    auditor = officer("CN", "auditor")
    seen = {event.pk for event in page_of_events(auditor).rows}
    assert mine.pk in seen
    assert not seen & set(AuditEvent.objects.filter(actor=thai).values_list("pk", flat=True))
    outsider = officer("VN", "auditor")
    assert not any(event.case_uuid == case.uuid for event in page_of_events(outsider).rows)
    assert case.reference not in page_for(outsider, case=str(case.uuid))[1]


def test_filters_narrow_to_country_kind_verb_reference_period_and_case() -> None:
    thai, chinese, auditor = officer("TH"), officer("CN"), officer("TH", "auditor")
    case, other = open_case(thai), open_case(thai)
    share(thai, case, "CN")
    consulted(case, chinese)
    china = Jurisdiction.objects.get(code="CN")
    assert verbs(auditor, country_id=china.pk) == ["case.viewed"]
    assert verbs(auditor, operation="DISCLOSURE") == ["case.shared"]
    assert set(verbs(auditor, verb="case.opened")) == {"case.opened"}
    assert "case.viewed" not in verbs(auditor, reference=other.reference)
    assert set(verbs(auditor, reference=case.reference)) >= {"case.opened", "case.viewed", "case.shared"}
    assert {
        event.case_uuid for event in page_of_events(auditor, filters=EventFilters(case_uuid=case.uuid)).rows
    } == {case.uuid}
    now = timezone.now()
    assert verbs(auditor, since=now + dt.timedelta(days=1)) == []
    assert verbs(auditor, until=now - dt.timedelta(days=1)) == []
    status, text = page_for(auditor, country="CN", operation="CONSULTATION", reference=case.reference.lower())
    assert status == 200
    assert chinese.full_name in text
    today = now.astimezone(zoneinfo.ZoneInfo(auditor.time_zone)).date().isoformat()
    assert case.reference in page_for(auditor, since=today, until=today, case=str(case.uuid))[1]
    assert page_for(auditor, since="nonsense", verb="nothing.known", case="x")[0] == 200


def test_pages_follow_each_other_newest_first_without_gap() -> None:
    thai, auditor = officer("TH"), officer("TH", "auditor")
    for number in range(3):
        open_case(thai, f"Case {number}")
    everything = [event.pk for event in page_of_events(auditor, size=100).rows]
    walked, cursor = [], None
    while True:
        page = page_of_events(auditor, before=cursor, size=4)
        walked += [event.pk for event in page.rows]
        cursor = page.older
        if cursor is None:
            break
    assert walked == everything
    assert len(set(walked)) == len(walked) >= 9


def test_the_words_of_a_reason_are_shown_to_whom_that_right_was_given() -> None:
    thai = officer("TH")
    case = open_case(thai)
    share(thai, case, "CN")
    assert "Invented reason" in page_for(officer("TH", "supervisor"), verb="case.shared")[1]
    text = page_for(officer("TH", "auditor"), verb="case.shared")[1]
    assert "Invented reason" not in text, "an auditor reads what was done; words are a right of their own"
    event = AuditEvent.objects.get(verb="case.shared")
    assert event.request_id == "" or event.request_id in text


def test_reading_the_record_is_recorded() -> None:
    auditor = officer("TH", "auditor")
    page_for(auditor, operation="GRANT")
    event = AuditEvent.objects.get(verb="audit.viewed")
    assert event.actor == auditor
    assert event.codes["filters"] == ["operation"]


def test_the_number_of_statements_does_not_grow_with_the_page() -> None:
    thai, auditor = officer("TH"), officer("TH", "auditor")
    for number in range(3):
        open_case(thai, f"Case {number}")
    counts = []
    for size in (1, 8):
        with CaptureQueriesContext(connection) as queries:
            page = page_of_events(auditor, size=size)
            assert (
                len([(e.actor and e.actor.full_name, e.actor_agency, e.owner_country) for e in page.rows])
                == size
            )
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_postgresql_refuses_to_change_the_record() -> None:
    open_case(officer("TH"))
    for statement in ("UPDATE audit_auditevent SET verb = 'x'", "DELETE FROM audit_auditevent"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
