"""Rule: one country asks, the other answers once; a draft is its side's own, and what was sent is both sides' and stays."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import translation

from lmc_cases.accounts.models import User
from lmc_cases.accounts.services.rights import revoke_role
from lmc_cases.assistance.models import AssistanceDocument, AssistanceRequest
from lmc_cases.assistance.services import answering, asking, printing, reading
from lmc_cases.assistance.services.asking import OWNER, CaseNotOpen, Words
from lmc_cases.assistance.services.printing import NotSent
from lmc_cases.audit.models import AuditEvent
from lmc_cases.cases.models import Case, CaseShare, Disclosure
from lmc_cases.cases.services import casework, sharing
from lmc_cases.core.errors import InvalidInput, StaleVersion
from lmc_cases.core.jobs import JobState
from lmc_cases.crossings.services.documents import document_of_file, document_of_number
from lmc_cases.handovers.states import WrongState
from lmc_cases.jurisdictions.access import acting_as
from lmc_cases.jurisdictions.models import Clearance
from tests.cases.browsing import signed_in
from tests.dossiers.pdf_reading import spaced, squeezed, text_of
from tests.factories import officer, say_why_all, share
from tests.handovers.samples import World, world
from tests.harness.shared_worlds import once_per_module

pytestmark = pytest.mark.django_db

built, w = once_per_module(lambda: world(evidence=0, with_photo=False))
WORDS = Words(
    language="zh-hans",
    subject="虚构河畔案取证",
    kinds=("PRESERVE", "DATA"),
    sought="调取账户记录（虚构）",
    facts="虚构的事实",
)


@pytest.fixture(autouse=True)
def own_folders(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path / "var"
    settings.SECOND_FACTOR_COMPULSORY = False


def drafted(w: World, words: Words = WORDS) -> AssistanceRequest:
    return asking.draft_assistance(actor=w.chinese, case_id=w.case.uuid, to=OWNER, words=words)


def sent(w: World) -> AssistanceRequest:
    return asking.send_assistance(actor=w.chinese, assistance_id=drafted(w).uuid)


def answered(w: World, outcome: str = "PARTLY", answer: str = "บัญชีหนึ่งปิดแล้ว (สมมติ)") -> AssistanceRequest:
    return answering.answer_assistance(
        actor=w.supervisor, assistance_id=sent(w).uuid, outcome=outcome, answer=answer, language="th"
    )


def sees(user: User, row: AssistanceRequest) -> bool:
    """Whether the rule and the wall show it; both must say the same."""
    with acting_as(user):
        by_rule = AssistanceRequest.objects.visible_to(user).filter(pk=row.pk).exists()
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM assistance_assistancerequest WHERE id = %s", [row.pk])
            by_wall = cursor.fetchone()[0] == 1
    assert by_rule == by_wall
    return by_rule


def printed(
    actor: User, row: AssistanceRequest, language: str = "en", beside: str = ""
) -> AssistanceDocument:
    owed = printing.request_document(actor=actor, assistance_id=row.uuid, language=language, beside=beside)
    printing.print_owed_assistance(job_id=owed.pk)
    printing.print_owed_assistance(job_id=owed.pk)
    with acting_as(actor):
        owed.refresh_from_db()
    assert owed.job_state == JobState.DONE, owed.error_code
    return owed


def content(actor: User, document: AssistanceDocument) -> bytes:
    with printing.open_document(actor=actor, document_id=document.uuid) as stored:
        return stored.read()


def test_a_draft_is_seen_by_its_side_alone_and_what_was_sent_by_both(w: World) -> None:
    row = drafted(w)
    assert row.reference.startswith("CN-M-")
    assert sees(w.chinese, row)
    assert not sees(w.thai, row)
    row = asking.send_assistance(actor=w.chinese, assistance_id=row.uuid)
    assert sees(w.chinese, row)
    assert sees(w.thai, row)
    assert not sees(w.viet, row)
    assert reading.page_of_assistance(w.thai).rows == [row]
    assert reading.page_of_assistance(w.viet).rows == []
    with pytest.raises(AssistanceRequest.DoesNotExist):
        reading.consult_assistance(actor=w.viet, assistance_id=row.uuid)


def test_the_owner_asks_whom_the_case_is_shared_with(w: World) -> None:
    with acting_as(w.thai):
        case = Case.objects.get(pk=w.case.pk)
    asked = asking.addressees(w.supervisor, case)
    chinese = next(each for each in asked if each.country.code == "CN")
    row = asking.draft_assistance(actor=w.thai, case_id=w.case.uuid, to=chinese.key, words=WORDS)
    assert not sees(w.chinese, row)
    row = asking.send_assistance(actor=w.thai, assistance_id=row.uuid)
    assert sees(w.chinese, row)
    assert (row.requesting.code, row.requested.code) == ("TH", "CN")


def test_what_was_sent_stays_when_the_share_ends_and_a_draft_cannot_go_then(w: World) -> None:
    draft, row = drafted(w), sent(w)
    with acting_as(w.thai):
        share = CaseShare.objects.get(case=w.case, recipient__code="CN")
    sharing.revoke_share(actor=w.thai, share_id=share.uuid, reason="over (invented)")
    assert sees(w.chinese, row)
    assert sees(w.thai, row)
    with pytest.raises(CaseNotOpen):
        asking.send_assistance(actor=w.chinese, assistance_id=draft.uuid)
    with pytest.raises(Case.DoesNotExist):
        drafted(w)


def test_a_draft_does_not_go_for_a_whole_country_once_the_share_is_narrowed_to_one_agency(w: World) -> None:
    """Rule: an answer is read by those who hold the case, not by those who held it when the draft was begun."""
    row = drafted(w)
    assert w.chinese.agency is not None
    share(w.thai, w.case, "CN", agency_id=w.chinese.agency.uuid)
    sharing.revoke_share(actor=w.thai, share_id=w.share.uuid, reason="narrowed (invented)")
    with pytest.raises(CaseNotOpen):
        asking.send_assistance(actor=w.chinese, assistance_id=row.uuid)
    narrow = asking.send_assistance(actor=w.chinese, assistance_id=drafted(w).uuid)
    assert sees(w.chinese, narrow)
    assert not sees(officer("CN", suffix="OTHER"), narrow)


def test_a_restricted_case_leaves_its_requests_to_the_named_officers_of_the_owner(w: World) -> None:
    row, other = sent(w), officer("TH")
    assert sees(other, row)
    casework.restrict_case(
        actor=w.thai, case_id=w.case.uuid, officer_ids=[w.supervisor.uuid], reason="Informant (invented)"
    )
    assert not sees(other, row)
    assert sees(w.supervisor, row)
    assert sees(w.chinese, row)


def test_a_case_shared_with_one_agency_is_asked_of_and_by_that_agency_alone(w: World) -> None:
    one, two = officer("LA", suffix="ONE"), officer("LA", suffix="TWO")
    assert one.agency is not None
    share(w.thai, w.case, "LA", agency_id=one.agency.uuid, second=w.supervisor)
    with acting_as(w.thai):
        case = Case.objects.get(pk=w.case.pk)
    key = next(each.key for each in asking.addressees(w.thai, case) if each.country.code == "LA")
    asked = asking.draft_assistance(actor=w.thai, case_id=w.case.uuid, to=key, words=WORDS)
    asked = asking.send_assistance(actor=w.thai, assistance_id=asked.uuid)
    asking_back = asking.draft_assistance(actor=one, case_id=w.case.uuid, to=OWNER, words=WORDS)
    for row in (asked, asking_back):
        assert sees(one, row)
        assert not sees(two, row)
        assert not sees(w.chinese, row)
    with pytest.raises(Case.DoesNotExist):
        asking.draft_assistance(actor=two, case_id=w.case.uuid, to=OWNER, words=WORDS)


def test_a_classified_case_asks_for_clearance_on_both_sides(w: World) -> None:
    row = sent(w)
    plain = [officer(code, clearance=Clearance.RESTRICTED) for code in ("TH", "CN")]
    assert all(sees(user, row) for user in plain)
    with acting_as(w.thai):
        Case.objects.filter(pk=w.case.pk).update(classification="SECRET")
    assert not any(sees(user, row) for user in plain)
    assert sees(w.thai, row)
    assert sees(w.chinese, row)


def test_a_draft_changes_until_it_is_sent_and_not_behind_somebodys_back(w: World) -> None:
    row = drafted(w)
    changed = replace(WORDS, subject="另一个标题")
    row = asking.edit_assistance(actor=w.chinese, assistance_id=row.uuid, version=row.version, words=changed)
    assert row.subject == "另一个标题"
    with pytest.raises(StaleVersion):
        asking.edit_assistance(actor=w.chinese, assistance_id=row.uuid, version=1, words=WORDS)
    asking.send_assistance(actor=w.chinese, assistance_id=row.uuid)
    with pytest.raises(WrongState):
        asking.edit_assistance(actor=w.chinese, assistance_id=row.uuid, version=row.version + 1, words=WORDS)
    with pytest.raises(WrongState):
        asking.send_assistance(actor=w.chinese, assistance_id=row.uuid)
    with acting_as(w.chinese), pytest.raises(DatabaseError), transaction.atomic():
        AssistanceRequest.objects.filter(pk=row.pk).update(facts="x")


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("subject", {"subject": " "}),
        ("sought", {"sought": ""}),
        ("kinds", {"kinds": ()}),
        ("kinds", {"kinds": ("MAGIC",)}),
        ("language", {"language": "xx"}),
    ],
)
def test_what_a_request_cannot_do_without(w: World, field: str, change: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as caught:
        drafted(w, replace(WORDS, **change))
    assert caught.value.field == field


def test_the_other_country_answers_once_and_says_why_where_it_does_not(w: World) -> None:
    row = sent(w)
    given = {"actor": w.supervisor, "assistance_id": row.uuid, "language": "th"}
    for outcome, field in (("PARTLY", "answer"), ("REFUSED", "answer"), ("MAYBE", "outcome")):
        with pytest.raises(InvalidInput) as caught:
            answering.answer_assistance(**given, outcome=outcome, answer=" ")
        assert caught.value.field == field
    for nobody in (w.thai, w.chinese, w.viet):
        with pytest.raises(AssistanceRequest.DoesNotExist):
            answering.answer_assistance(**{**given, "actor": nobody}, outcome="EXECUTED", answer="")
    row = answering.answer_assistance(**given, outcome="REFUSED", answer="ไม่มีข้อมูล (สมมติ)")
    assert row.status == "REFUSED"
    with pytest.raises(WrongState):
        answering.answer_assistance(**given, outcome="EXECUTED", answer="")
    with acting_as(w.supervisor), pytest.raises(DatabaseError), transaction.atomic():
        AssistanceRequest.objects.filter(pk=row.pk).update(answer="x")
    for verb in ("assistance.drafted", "assistance.sent", "assistance.answered"):
        assert AuditEvent.objects.filter(verb=verb).count() == 1, verb


def test_what_goes_to_the_other_side_stands_in_the_ledger(w: World) -> None:
    row = sent(w)
    reading.consult_assistance(actor=w.thai, assistance_id=row.uuid)
    reading.consult_assistance(actor=w.chinese, assistance_id=row.uuid)

    def noted(reader: User) -> list[tuple[str, str]]:
        with acting_as(reader):
            rows = Disclosure.objects.filter(object_uuid=row.uuid, kind="MLA").order_by("pk")
            return [(entry.path, entry.recipient.code) for entry in rows]

    assert noted(w.chinese) == [("HANDOVER", "TH"), ("PAGE", "TH")]
    answering.answer_assistance(
        actor=w.supervisor, assistance_id=row.uuid, outcome="EXECUTED", answer="", language="th"
    )
    reading.consult_assistance(actor=w.chinese, assistance_id=row.uuid)
    assert ("HANDOVER", "CN") in noted(w.thai)
    assert ("PAGE", "CN") in noted(w.thai)


def test_it_is_printed_for_both_sides_alike_and_an_answer_makes_a_new_version(w: World) -> None:
    with pytest.raises(NotSent):
        printing.request_document(actor=w.chinese, assistance_id=drafted(w).uuid, language="en")
    row = sent(w)
    first = printed(w.chinese, row)
    text = spaced(text_of(content(w.thai, first)))
    for words in (row.reference, "虚构河畔案取证", "Preservation of stored data", "调取账户记录（虚构）"):
        assert squeezed(words) in squeezed(text), words
    assert "Dual criminality Not known" in text
    assert "Not answered yet" in text
    assert printing.request_document(actor=w.thai, assistance_id=row.uuid, language="en").pk == first.pk
    answering.answer_assistance(
        actor=w.supervisor,
        assistance_id=row.uuid,
        outcome="EXECUTED",
        answer="done (invented)",
        language="en",
    )
    second = printed(w.thai, row)
    assert (first.number, second.number) == (1, 2)
    assert "done (invented)" in spaced(text_of(content(w.chinese, second)))
    with acting_as(w.thai):
        assert Disclosure.objects.filter(sha256=second.sha256, path="FILE").count() == 1
    with pytest.raises(AssistanceDocument.DoesNotExist):
        printing.open_document(actor=w.viet, document_id=first.uuid)
    with acting_as(w.thai), pytest.raises(DatabaseError), transaction.atomic():
        AssistanceDocument.objects.filter(pk=first.pk).update(facts={})


def test_two_languages_stand_side_by_side(w: World) -> None:
    row = sent(w)
    alone, pair = printed(w.chinese, row, "lo"), printed(w.thai, row, "lo", "my")
    assert (pair.number, pair.facts_sha256) == (alone.number, alone.facts_sha256)
    with printing.open_document(actor=w.chinese, document_id=pair.uuid) as stored:
        assert stored.name == f"{row.reference}-v1-lo+my.pdf"
        text = squeezed(text_of(stored.read()))
    for language in ("lo", "my"):
        with translation.override(language):
            for label in ("Prevailing language", "Kind of assistance", "Not answered yet"):
                assert squeezed(translation.gettext(label)) in text, (language, label)
    with pytest.raises(InvalidInput):
        printing.request_document(actor=w.thai, assistance_id=row.uuid, language="lo", beside="lo")
    with acting_as(w.thai), pytest.raises(DatabaseError), transaction.atomic():
        AssistanceDocument.objects.filter(pk=pair.pk).update(beside="th")


def test_anybody_may_verify_it(w: World) -> None:
    document = printed(w.thai, answered(w))
    found = document_of_file(io.BytesIO(content(w.thai, document)), document.sha256)
    assert found is not None
    assert (found.kind, found.reference, found.country) == ("MLA", document.reference, "CN")
    by_number = document_of_number(document.reference, document.facts_sha256)
    assert by_number is not None
    assert (by_number.kind, by_number.version, by_number.is_newest) == ("MLA", 1, True)


def test_the_worker_asks_the_rule_again(w: World) -> None:
    owed = printing.request_document(actor=w.chinese, assistance_id=sent(w).uuid, language="en")
    revoke_role(actor=None, user_id=w.chinese.uuid, role_code="liaison_officer")
    printing.print_owed_assistance(job_id=owed.pk)
    with acting_as(w.thai):
        owed.refresh_from_db()
        assert owed.job_state == JobState.DENIED
    assert printing.retry_document(actor=w.thai, document_id=owed.uuid).job_state == JobState.QUEUED


def test_the_pages_draft_send_answer_and_print(w: World) -> None:
    say_why_all(w.chinese)
    chinese, supervisor, viet = signed_in(w.chinese), signed_in(w.supervisor), signed_in(w.viet)
    create = reverse("assistance:create", args=[w.case.uuid])
    assert create in chinese.get(reverse("handovers:of_case", args=[w.case.uuid])).content.decode()
    assert chinese.get(create).status_code == 200
    given = {"to": OWNER, "language": "en", "subject": "Accounts (invented)", "sought": "Records (invented)"}
    refused = chinese.post(create, given)
    assert refused.status_code == 422
    made = chinese.post(create, {**given, "kinds": ["RECORDS", "FREEZE"], "instrument_id": ""})
    assert made.status_code == 302
    page = made["Location"]
    with acting_as(w.chinese):
        row = AssistanceRequest.objects.get()
    assert supervisor.get(page).status_code == 404
    edit = reverse("assistance:edit", args=[row.uuid])
    assert "Accounts (invented)" in chinese.get(edit).content.decode()
    edited = {**given, "kinds": ["FREEZE"], "subject": "Freeze (invented)", "version": row.version}
    assert chinese.post(edit, edited).status_code == 302
    assert chinese.post(edit, edited).status_code == 409
    send = reverse("assistance:send", args=[row.uuid])
    assert chinese.get(send).status_code == 200
    assert chinese.post(send).status_code == 302
    assert chinese.post(send).status_code == 422
    body = supervisor.get(page).content.decode()
    answer = reverse("assistance:answer", args=[row.uuid])
    assert answer in body
    assert "Freeze (invented)" in body
    assert row.reference in supervisor.get(reverse("assistance:list")).content.decode()
    assert supervisor.get(answer).status_code == 200
    assert supervisor.post(answer, {"outcome": "REFUSED", "language": "en", "answer": ""}).status_code == 422
    said = {"outcome": "REFUSED", "language": "en", "answer": "No account (invented)"}
    assert supervisor.post(answer, said).status_code == 302
    assert "No account (invented)" in chinese.get(page).content.decode()
    assert chinese.post(reverse("assistance:print", args=[row.uuid]), {"language": "xx"}).status_code == 422
    twice = {"language": "en", "beside": "en"}
    assert chinese.post(reverse("assistance:print", args=[row.uuid]), twice).status_code == 422
    assert chinese.post(reverse("assistance:print", args=[row.uuid]), {"language": "en"}).status_code == 302
    with acting_as(w.chinese):
        document = AssistanceDocument.objects.get()
    download = reverse("assistance:download", args=[document.uuid])
    assert supervisor.get(download).status_code == 409
    printing.print_owed_assistance(job_id=document.pk)
    assert download in supervisor.get(page).content.decode()
    assert b"".join(supervisor.get(download)).startswith(b"%PDF")  # type: ignore[call-overload]
    for address in (page, edit, send, answer, download):
        assert viet.get(address).status_code == 404


def test_who_may_not_ask_or_decide_finds_no_form(w: World) -> None:
    row = sent(w)
    auditor = signed_in(officer("TH", "auditor"))
    assert auditor.get(reverse("assistance:create", args=[w.case.uuid])).status_code == 404
    assert signed_in(w.chinese).get(reverse("assistance:answer", args=[row.uuid])).status_code == 404
