"""The first page: my cases, shared with me, waiting for me; each through its own rule."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from lmc_cases.accounts.models import User
from lmc_cases.cases.models import Case, Level
from lmc_cases.core.jobs import JobState
from lmc_cases.exchange.models import ImportRun
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.jurisdictions.access import acting_as
from tests.factories import officer, open_case, share

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_second_factor(settings: object) -> None:
    settings.SECOND_FACTOR_COMPULSORY = False  # type: ignore[attr-defined]


def home_of(user: User) -> tuple[dict[str, object], str]:
    client = Client()
    client.force_login(user)
    answer = client.get(reverse("home"))
    assert answer.status_code == 200
    return answer.context, answer.content.decode()


def asked(case: Case, by: User, status: str) -> HandoverRequest:
    """A request as the services leave it: drafted by its author, then sent."""
    with acting_as(by):
        request = HandoverRequest.objects.create(
            reference=f"{by.country.code}-H-{case.pk}-{status}",
            case=case,
            case_uuid=case.uuid,
            case_reference=case.reference,
            requesting=by.country,
            requesting_audience_id=by.country.audience_id,
            requested=case.owner,
            created_by=by,
        )
        if status != HandoverRequest.Status.DRAFT:
            request.status, request.submitted_at = status, timezone.now()
            request.save()
    return request


def test_my_cases_are_those_i_lead() -> None:
    thai, colleague = officer("TH"), officer("TH")
    mine, other = open_case(thai, "I lead this"), open_case(colleague, "A colleague leads this")
    context, page = home_of(thai)
    assert [row.case.pk for row in context["mine"].rows] == [mine.pk]  # type: ignore[attr-defined]
    assert "I lead this" in page
    assert other.reference not in page


def test_shares_come_with_purpose_and_end_and_hide_what_their_level_hides() -> None:
    thai, chinese, viet = officer("TH"), officer("CN"), officer("VN")
    case = open_case(thai, "Title below the level")
    share(thai, case, "CN", Level.EXISTENCE)
    page = home_of(chinese)[1]
    assert case.reference in page
    assert "Support of an investigation" in page
    assert "Until" in page
    assert "Title below the level" not in page
    assert case.reference not in home_of(viet)[1]


def test_a_request_waits_for_whoever_may_decide_and_a_draft_for_its_author() -> None:
    thai, chinese = officer("TH"), officer("CN")
    supervisor, prosecutor, viet = officer("TH", "supervisor"), officer("TH", "prosecutor"), officer("VN")
    case = open_case(thai)
    share(thai, case, "CN")
    submitted, draft = asked(case, chinese, "SUBMITTED"), asked(case, chinese, "DRAFT")
    # Whoever changes records confirms the receipt; only who decides is waited for after that.
    for user in (thai, supervisor):
        assert submitted.reference in home_of(user)[1]
        assert draft.reference not in home_of(user)[1]
    for user in (prosecutor, viet):
        assert submitted.reference not in home_of(user)[1]
    received = asked(case, chinese, "ACKNOWLEDGED")
    assert received.reference in home_of(supervisor)[1]
    assert received.reference not in home_of(thai)[1]
    assert draft.reference in home_of(chinese)[1]
    assert draft.reference not in home_of(officer("CN"))[1]
    # An offer is drafted by the country that holds the persons, and waits for its author there.
    with acting_as(thai):
        HandoverRequest.objects.create(
            reference="TH-H-OFFER",
            case=case,
            case_uuid=case.uuid,
            case_reference=case.reference,
            requesting=chinese.country,
            requesting_audience=chinese.country.audience,
            requested=case.owner,
            procedure="REMOVAL",
            is_offer=True,
            created_by=thai,
        )
    assert "TH-H-OFFER" in home_of(thai)[1]
    for user in (chinese, supervisor, viet):
        assert "TH-H-OFFER" not in home_of(user)[1]


def test_an_import_waits_for_the_word_of_whoever_sent_it() -> None:
    thai, chinese = officer("TH"), officer("CN")
    case = open_case(thai)
    share(thai, case, "CN")
    ImportRun.objects.create(
        case=case,
        kind=ImportRun.Kind.SUSPECT_LIST,
        file="imports/x",
        file_name="invented-list.xlsx",
        file_sha256="0" * 64,
        job_state=JobState.NEW,
        requested_by=thai,
    )
    assert "invented-list.xlsx" in home_of(thai)[1]
    for user in (officer("TH"), chinese):
        assert "invented-list.xlsx" not in home_of(user)[1]


def test_an_empty_home_says_what_to_do_next() -> None:
    page = home_of(officer("TH"))[1]
    assert reverse("cases:create") in page
    assert "Nothing waits for you." in page
    assert reverse("cases:create") not in home_of(officer("TH", "prosecutor"))[1]


def test_the_number_of_statements_does_not_grow_with_what_is_shown() -> None:
    thai, lao = officer("TH"), officer("LA")
    counts = []
    for number in (1, 4):
        for index in range(number):
            open_case(thai, f"Mine {index}")
            share(lao, open_case(lao, f"Theirs {index}"), "TH")
        client = Client()
        client.force_login(thai)
        client.get(reverse("home"))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("home"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_nobody_sees_the_page_without_signing_in() -> None:
    assert Client().get(reverse("home")).status_code == 302
