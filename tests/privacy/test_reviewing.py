"""Review dates: a rule that is known gives one, an unknown rule gives none, and what is due comes to the page."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lmc_cases.accounts.models import User
from lmc_cases.audit.models import AuditEvent
from lmc_cases.core.errors import InvalidInput
from lmc_cases.handovers.services import drafting, sending
from lmc_cases.jurisdictions.models import RetentionRule
from lmc_cases.privacy.services.records import Kind
from lmc_cases.privacy.services.reviewing import keep_record, review_queue, standing_of
from lmc_cases.suspects.models import Suspect
from lmc_cases.suspects.services import PersonDetails, edit_suspect
from lmc_cases.suspects.services.standing import UseLimited, set_standing
from tests.factories import officer, open_case, say_why, share
from tests.suspects.samples import person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _one_factor(settings: Any) -> None:
    settings.SECOND_FACTOR_COMPULSORY = False


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def keep(actor: User, suspect: Suspect, days: int = 30, **fields: Any) -> None:
    keep_record(
        actor=actor,
        kind=Kind.PERSONS,
        public_id=suspect.uuid,
        review_on=timezone.localdate() + dt.timedelta(days=days),
        reason="Still investigated",
        **fields,
    )


def test_no_period_is_invented_where_none_is_known() -> None:
    assert RetentionRule.objects.count() == 30
    assert not RetentionRule.objects.exclude(review_after_months=None).exists()
    assert set(RetentionRule.objects.values_list("confidence", flat=True)) == {"not-researched"}
    thai = officer("TH")
    made = person(thai, open_case(thai))
    standing = standing_of(actor=thai, kind=Kind.PERSONS, public_id=made.uuid)
    assert (standing.review, standing.default_on) == (None, None)
    page = signed_in(thai).get(reverse("privacy:record", kwargs={"kind": "persons", "uuid": made.uuid}))
    assert "No period is known here for your country." in page.content.decode()
    assert review_queue(actor=thai).without_date == 1


def test_a_known_rule_gives_the_date_and_an_officer_may_set_another() -> None:
    RetentionRule.objects.filter(jurisdiction__code="TH", purpose="SUSPECT").update(
        review_after_months=13, law="Invented Act", source="invented", confidence="verified"
    )
    thai = officer("TH")
    with time_machine.travel("2026-01-31T05:00:00Z", tick=False):
        made = person(thai, open_case(thai))
    Suspect.objects.update(recorded_at=dt.datetime(2026, 1, 31, 5, tzinfo=dt.UTC))
    standing = standing_of(actor=thai, kind=Kind.PERSONS, public_id=made.uuid)
    assert standing.default_on == dt.date(2027, 2, 28)


def test_a_due_record_comes_to_the_queue_of_the_own_country_alone_and_leaves_it_when_kept() -> None:
    thai, viet, chinese = officer("TH"), officer("VN"), officer("CN")
    case = open_case(thai)
    made = person(thai, case)
    share(thai, case, "CN")
    keep(thai, made)
    assert review_queue(actor=thai).due == []
    with time_machine.travel(timezone.now() + dt.timedelta(days=31), tick=False):
        [due] = review_queue(actor=thai).due
        assert due.suspect == made
        for stranger in (viet, chinese):
            assert review_queue(actor=stranger).due == []
        page = signed_in(thai).get(reverse("privacy:queue")).content.decode()
        assert f"{case.reference}/S1" in page
        keep(thai, made, days=10)
        assert review_queue(actor=thai).due == []
    kept = AuditEvent.objects.filter(verb="record.kept")
    assert kept.count() == 2
    assert "Still investigated" not in str(list(kept.values_list("codes", flat=True)))


def test_a_review_needs_a_reason_and_a_day_to_come() -> None:
    thai = officer("TH")
    made = person(thai, open_case(thai))
    for field, days, reason in (("reason", 5, " "), ("review_on", 0, "because")):
        with pytest.raises(InvalidInput) as refused:
            keep_record(
                actor=thai,
                kind=Kind.PERSONS,
                public_id=made.uuid,
                review_on=timezone.localdate() + dt.timedelta(days=days),
                reason=reason,
            )
        assert refused.value.field == field


def test_a_contested_record_says_so_wherever_the_person_is_shown() -> None:
    thai, chinese = officer("TH"), officer("CN")
    case = open_case(thai)
    made = person(thai, case)
    share(thai, case, "CN")
    client = signed_in(thai)
    form = reverse("privacy:standing", kwargs={"uuid": made.uuid})
    assert client.post(form, {"is_contested": "on", "reason": "Letter of 3 May"}).status_code == 302
    say_why(chinese, case)
    for user in (thai, chinese):
        reader = signed_in(user)
        for name, more in (("list", {}), ("detail", {"uuid": made.uuid})):
            page = reader.get(reverse(f"suspects:{name}", kwargs={"case_uuid": case.uuid, **more}))
            assert ("Contested" in page.content.decode()) or ("disputes" in page.content.decode()), name
    answer = signed_in(chinese).get(f"/api/v1/suspects/{made.uuid}/", headers={"accept": "application/json"})
    assert answer.json()["is_contested"] is True
    request = drafting.draft_request(
        actor=chinese,
        case_id=case.uuid,
        suspect_ids=[made.uuid],
        instrument_id=None,
        legal_basis="b",
        facts="f",
        facts_language="en",
    )
    sending.submit(actor=chinese, handover_id=request.uuid)
    page = signed_in(thai).get(reverse("handovers:detail", kwargs={"uuid": request.uuid}))
    assert "Contested" in page.content.decode()


def test_a_record_of_limited_use_is_read_and_neither_changed_nor_asked_for() -> None:
    thai, chinese = officer("TH"), officer("CN")
    case = open_case(thai)
    made = person(thai, case)
    share(thai, case, "CN")
    set_standing(actor=thai, suspect_id=made.uuid, is_contested=False, is_limited=True, reason="Court order")
    with pytest.raises(UseLimited):
        edit_suspect(
            actor=thai, suspect_id=made.uuid, version=2, details=PersonDetails(name_original="other")
        )
    with pytest.raises(UseLimited):
        drafting.draft_request(
            actor=chinese,
            case_id=case.uuid,
            suspect_ids=[made.uuid],
            instrument_id=None,
            legal_basis="b",
            facts="f",
            facts_language="en",
        )
    set_standing(actor=thai, suspect_id=made.uuid, is_contested=False, is_limited=False, reason="Lifted")
    edit_suspect(actor=thai, suspect_id=made.uuid, version=3, details=PersonDetails(name_original="other"))
    assert Suspect.objects.get().name_original == "other"
