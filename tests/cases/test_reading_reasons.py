"""Rule: another country's case is read once it is said why, once per case and day; nobody learns from the question."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lmc_cases.accounts.reading_reasons import known_reasons
from lmc_cases.audit.models import AuditEvent, AuditReason
from lmc_cases.cases.models import Disclosure, ReadingReason
from lmc_cases.cases.services.reading_reasons import give_reason
from lmc_cases.core.errors import InvalidInput
from tests.factories import officer, open_case, say_why, share

pytestmark = pytest.mark.django_db


@pytest.fixture
def shared(settings: Any) -> Any:
    settings.SECOND_FACTOR_COMPULSORY = False
    thai, chinese = officer("TH"), officer("CN")
    case = open_case(thai)
    share(thai, case, "CN", ends_in=dt.timedelta(days=400))
    client = Client()
    client.force_login(chinese, backend="allauth.account.auth_backends.AuthenticationBackend")
    return thai, chinese, case, client


PAGES_OF_A_CASE = ("cases:detail", "cases:sharing", "cases:ledger", "cases:why")
PAGES_IN_A_CASE = (
    *("suspects:list", "evidence:list", "handovers:of_case", "handovers:create", "dossiers:of_case"),
)


def addresses(case: Any) -> list[str]:
    return [
        *(reverse(name, args=[case.uuid]) for name in PAGES_OF_A_CASE),
        *(reverse(name, args=[case.uuid]) for name in PAGES_IN_A_CASE),
    ]


def test_every_page_of_a_foreign_case_asks_and_leads_back(shared: Any) -> None:
    _thai, chinese, case, client = shared
    asking = reverse("cases:reason", args=[case.uuid])
    for address in addresses(case):
        answer = client.get(f"{address}?x=1")
        assert answer.status_code == 302, address
        assert answer["Location"].startswith(f"{asking}?next="), address
    assert not Disclosure.objects.filter(recipient_officer=chinese, path="PAGE").exists()
    page = client.get(f"{asking}?next={reverse('suspects:list', args=[case.uuid])}")
    assert page.status_code == 200
    sent = client.post(asking, {"reason_code": "LOCATE", "next": reverse("suspects:list", args=[case.uuid])})
    assert sent["Location"] == reverse("suspects:list", args=[case.uuid])
    for address in addresses(case):
        assert client.get(address).status_code == 200, address
    assert ReadingReason.objects.get().code == "LOCATE"


def test_a_part_of_a_page_is_not_filled_with_the_question(shared: Any) -> None:
    _thai, _chinese, case, client = shared
    answer = client.get(reverse("suspects:list", args=[case.uuid]), headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert reverse("cases:reason", args=[case.uuid]) in answer["HX-Redirect"]


def test_foreign_and_missing_cases_are_not_found_before_any_question(shared: Any, settings: Any) -> None:
    thai, _chinese, _case, client = shared
    hidden = open_case(thai, "Not shared")
    for number in (hidden.uuid, uuid.uuid4()):
        for name in (*PAGES_OF_A_CASE, *PAGES_IN_A_CASE, "cases:reason"):
            assert client.get(reverse(name, args=[number])).status_code == 404, name
        assert (
            client.post(reverse("cases:reason", args=[number]), {"reason_code": "LOCATE"}).status_code == 404
        )


def test_the_own_country_is_never_asked(shared: Any) -> None:
    thai, _chinese, case, _client = shared
    client = Client()
    client.force_login(thai, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(reverse("cases:detail", args=[case.uuid])).status_code == 200
    assert client.get(reverse("cases:reason", args=[case.uuid])).status_code == 302
    assert give_reason(actor=thai, case_id=case.uuid, code="LOCATE") is None
    assert not ReadingReason.objects.exists()


def test_the_answer_holds_for_the_officers_day_and_for_this_case_alone(shared: Any) -> None:
    thai, chinese, case, client = shared
    other = open_case(thai, "Another")
    share(thai, other, "CN")
    say_why(chinese, case)
    assert client.get(reverse("cases:detail", args=[case.uuid])).status_code == 200
    assert client.get(reverse("cases:detail", args=[other.uuid])).status_code == 302
    with time_machine.travel(timezone.now() + dt.timedelta(days=1)):
        client.force_login(chinese, backend="allauth.account.auth_backends.AuthenticationBackend")
        assert client.get(reverse("cases:detail", args=[case.uuid])).status_code == 302


def test_the_code_stands_in_the_event_and_the_words_apart(shared: Any) -> None:
    thai, chinese, case, _client = shared
    first = give_reason(actor=chinese, case_id=case.uuid, code="OTHER", text="Invented words")
    again = give_reason(actor=chinese, case_id=case.uuid, code="LOCATE")
    assert first == again
    event = AuditEvent.objects.get(verb="case.reason_given")
    assert (event.reason_code, event.owner_country, event.actor) == ("OTHER", thai.country, chinese)
    assert "Invented words" not in str(event.codes)
    assert AuditReason.objects.get(event=event).text == "Invented words"


def test_a_code_of_no_list_and_missing_words_are_refused(shared: Any) -> None:
    _thai, chinese, case, client = shared
    for code, text in (("NOTHING", ""), ("OTHER", "  "), ("", "words")):
        with pytest.raises(InvalidInput):
            give_reason(actor=chinese, case_id=case.uuid, code=code, text=text)
    answer = client.post(reverse("cases:reason", args=[case.uuid]), {"reason_code": "OTHER", "reason": ""})
    assert answer.status_code == 422
    assert not ReadingReason.objects.exists()
    assert "OTHER" in known_reasons()


def test_the_form_is_no_way_out_to_another_site(shared: Any) -> None:
    _thai, _chinese, case, client = shared
    for wanted in ("https://elsewhere.invalid/", "//elsewhere.invalid/", "javascript:alert(1)"):
        answer = client.post(
            reverse("cases:reason", args=[case.uuid]), {"reason_code": "LOCATE", "next": wanted}
        )
        assert answer["Location"] == reverse("cases:detail", args=[case.uuid])
