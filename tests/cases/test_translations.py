"""Translations: what they translate, how far they may be relied on, and when they are out of date."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from lmc_cases.audit.models import AuditEvent
from lmc_cases.cases.models import Case, CaseText, is_stale
from lmc_cases.cases.services.casework import NotToBeChecked, check_translation, write_text
from lmc_cases.core.errors import InvalidInput, StaleVersion
from tests.factories import officer, open_case

pytestmark = pytest.mark.django_db


@pytest.fixture
def told() -> tuple[Any, Any, Case]:
    """Return a writer, another officer of the same country, and a case with facts in Thai and English."""
    writer, other = officer("TH"), officer("TH", suffix="OTHER")
    case = open_case(writer, title="Invented case")
    write_text(actor=writer, case_id=case.uuid, kind="FACTS", language="th", text="ข้อเท็จจริง")
    write_text(actor=writer, case_id=case.uuid, kind="FACTS", language="en", text="Facts", translator="A. B.")
    return writer, other, case


def text(reader: Any, case: Case, language: str) -> CaseText:
    return CaseText.objects.visible_to(reader).get(case=case, kind="FACTS", language=language)


def check(actor: Any, case: Case, version: int, **fields: Any) -> CaseText:
    given = {"kind": "FACTS", "language": "en", "status": "CHECKED", **fields}
    return check_translation(actor=actor, case_id=case.uuid, version=version, **given)


def test_a_translation_starts_as_a_draft_and_another_officer_checks_it(told: tuple[Any, Any, Case]) -> None:
    writer, other, case = told
    drafted = text(writer, case, "en")
    assert (drafted.status, drafted.source_version) == ("DRAFT", 1)
    assert text(writer, case, "th").status == ""
    with pytest.raises(NotToBeChecked):
        check(writer, case, drafted.version)
    checked = check(other, case, drafted.version)
    assert (checked.status, checked.checked_by, checked.version) == ("CHECKED", other, drafted.version + 1)
    assert check(other, case, drafted.version).version == checked.version, "the same again changes nothing"
    event = (
        AuditEvent.objects.visible_to(officer("TH", "auditor")).filter(verb="case.translation_checked").get()
    )
    assert event.codes["status"] == "CHECKED"


def test_new_words_are_unchecked_again_and_new_words_of_the_original_make_it_stale(
    told: tuple[Any, Any, Case],
) -> None:
    writer, other, case = told
    checked = check(other, case, 1)
    rewritten = write_text(
        actor=writer, case_id=case.uuid, kind="FACTS", language="en", text="Other", version=checked.version
    )
    assert (rewritten.status, rewritten.checked_by) == ("DRAFT", None)
    check(other, case, rewritten.version)
    write_text(actor=writer, case_id=case.uuid, kind="FACTS", language="th", text="ใหม่", version=1)
    stale = text(writer, case, "en")
    assert is_stale(stale, text(writer, case, "th"))
    with pytest.raises(NotToBeChecked, match="original was changed"):
        check(other, case, stale.version, status="CERTIFIED", certificate="No. 7")
    # The same words, saved again by somebody who looked: they are a draft of the new original.
    again = write_text(
        actor=writer, case_id=case.uuid, kind="FACTS", language="en", text="Other", version=stale.version
    )
    assert (again.status, again.source_version) == ("DRAFT", 2)


def test_nobody_vouches_for_words_that_were_not_seen_nor_certifies_without_a_certificate(
    told: tuple[Any, Any, Case],
) -> None:
    _writer, other, case = told
    with pytest.raises(StaleVersion):
        check(other, case, 7)
    with pytest.raises(InvalidInput) as refused:
        check(other, case, 1, status="CERTIFIED")
    assert refused.value.field == "certificate"
    with pytest.raises(InvalidInput):
        check(other, case, 1, status="DRAFT")
    with pytest.raises(CaseText.DoesNotExist):
        check(other, case, 1, language="th")
    with pytest.raises(Case.DoesNotExist):
        check(officer("VN"), case, 1)
    assert check(other, case, 1, status="CERTIFIED", certificate="Sworn, No. 7").certificate == "Sworn, No. 7"


def test_the_page_shows_both_texts_and_records_the_check(
    told: tuple[Any, Any, Case], client: Client, settings: Any
) -> None:
    settings.SECOND_FACTOR_COMPULSORY = False
    writer, other, case = told
    url = reverse("cases:text_check", args=[case.uuid, "FACTS", "en"])
    backend = "allauth.account.auth_backends.AuthenticationBackend"
    client.force_login(writer, backend=backend)
    assert "Another officer must check it." in client.get(url).content.decode()
    client.force_login(other, backend=backend)
    page = client.get(url).content.decode()
    assert "ข้อเท็จจริง" in page
    assert "Facts" in page
    refused = client.post(url, {"status": "CERTIFIED", "certificate": "", "version": 1})
    assert refused.status_code == 422
    assert "invalid" in refused.content.decode()
    assert client.post(url, {"status": "CHECKED", "version": 1}).status_code == 302
    shown = client.get(reverse("cases:detail", args=[case.uuid]) + "?language=en").content.decode()
    assert "Checked" in shown
    client.force_login(officer("VN"), backend=backend)
    assert client.get(url).status_code == 404
    missing = reverse("cases:text_check", args=[case.uuid, "FACTS", "lo"])
    client.force_login(other, backend=backend)
    assert client.get(missing).status_code == 404
