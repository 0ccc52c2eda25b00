"""Rule: what two officers ask for at the same moment, or one sends twice, is one record, and nobody sees an error."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from lmc_cases.accounts.models import User
from lmc_cases.assistance.models import AssistanceRequest
from lmc_cases.audit.models import AuditEvent
from lmc_cases.cases.models import CaseText, TranslationRequest
from lmc_cases.cases.services import casework
from lmc_cases.core.once import new_token
from lmc_cases.jurisdictions.access import acting_as
from tests.cases.browsing import signed_in
from tests.factories import officer, open_case, share

pytestmark = pytest.mark.django_db(transaction=True)
TOGETHER = 3


def at_once(acts: list[Any]) -> list[Any]:
    start = Barrier(len(acts))

    def run(act: Any) -> Any:
        try:
            connection.ensure_connection()
            start.wait(timeout=30)
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [found.result() for found in [pool.submit(run, act) for act in acts]]


def test_officers_who_ask_for_one_translation_at_once_ask_once() -> None:
    thai = officer("TH")
    case = open_case(thai, language="th")
    casework.write_text(
        actor=thai, case_id=case.uuid, kind="SUMMARY", language="th", text="สรุป (สมมติ)", version=0
    )
    share(thai, case, "CN")
    colleagues = [officer("CN") for _each in range(TOGETHER)]
    with acting_as(thai):
        text = CaseText.objects.get(case=case, kind="SUMMARY")

    def ask(user: User) -> Any:
        return lambda: (
            casework.ask_translation(
                actor=user, text_id=text.uuid, language="zh-hans", why="Court (invented)"
            ).pk
        )

    asked = at_once([ask(user) for user in colleagues])
    with acting_as(thai):
        assert set(asked) == {TranslationRequest.objects.get().pk}
        assert AuditEvent.objects.filter(verb="translation.asked").count() == 1


def test_a_form_that_is_sent_twice_at_once_makes_one_record_and_shows_it(settings: Any) -> None:
    settings.SECOND_FACTOR_COMPULSORY = False
    thai = officer("TH")
    case = open_case(thai)
    shared = share(thai, case, "CN")
    browsers = [signed_in(thai) for _each in range(TOGETHER)]
    form = {
        "draft_id": new_token(thai.pk),
        "to": str(shared.uuid),
        "language": "en",
        "subject": "Accounts (invented)",
        "sought": "Records (invented)",
        "kinds": ["RECORDS"],
        "instrument_id": "",
    }
    address = reverse("assistance:create", args=[case.uuid])
    answers = at_once([lambda browser=browser: browser.post(address, form) for browser in browsers])
    with acting_as(thai):
        page = reverse("assistance:detail", args=[AssistanceRequest.objects.get().uuid])
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {(302, page)}
