"""Rule: a request and its exhibits print for both sides from frozen facts, versioned; a draft's stays with its side."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from lmc_cases.accounts.models import User
from lmc_cases.accounts.services.rights import revoke_role
from lmc_cases.audit.models import AuditEvent
from lmc_cases.cases.models import Disclosure
from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.jobs import JobState
from lmc_cases.core.templatetags.lmc import langname
from lmc_cases.crossings.services.documents import document_of_file, document_of_number
from lmc_cases.dossiers.models import RequestDocument
from lmc_cases.dossiers.services import approving
from lmc_cases.dossiers.services.request_documents import (
    NothingToPrint,
    documents_of,
    open_document,
    print_owed_document,
    request_document,
    retry_document,
)
from lmc_cases.handovers.models import HandoverRequest, RequestStatement
from lmc_cases.handovers.services import sending
from lmc_cases.handovers.services.stating import Said, state
from lmc_cases.jurisdictions.access import acting_as
from tests.dossiers.pdf_reading import spaced, squeezed, text_of
from tests.factories import say_why_all
from tests.handovers.samples import World, world
from tests.harness.shared_worlds import once_per_module

pytestmark = pytest.mark.django_db
built, w = once_per_module(world)


@pytest.fixture(autouse=True)
def own_keys(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path / "var"
    settings.SECOND_FACTOR_COMPULSORY = False


def printed(
    actor: User, handover: HandoverRequest, kind: str = "REQUEST", language: str = "en", beside: str = ""
) -> RequestDocument:
    (owed,) = request_document(
        actor=actor, handover_id=handover.uuid, kind=kind, language=language, beside=beside
    )
    print_owed_document(job_id=owed.pk)
    with acting_as(actor):
        owed.refresh_from_db()
    assert owed.job_state == JobState.DONE, owed.error_code
    return owed


def content(actor: User, document: RequestDocument) -> bytes:
    with open_document(actor=actor, document_id=document.uuid) as stored:
        return stored.read()


def approved(w: World) -> HandoverRequest:
    return approving.approve_and_owe(
        actor=w.supervisor, handover_id=w.acknowledged().uuid, reason="เห็นชอบ (สมมติ)"
    )


def test_a_request_says_what_it_holds_and_what_it_lacks(w: World) -> None:
    handover = w.submitted()
    text = spaced(text_of(content(w.chinese, printed(w.chinese, handover))))
    for words in (
        handover.reference,
        "1. Requesting authority",
        "12. What is asked for and what is there",
        w.chinese.full_name,
        "第二条（虚构）",
        "王样例",
        "End of the limitation period Not known",
    ):
        assert squeezed(words) in squeezed(text), words
    assert "Draft" not in text


def test_both_sides_print_the_same_and_asking_again_finds_it(w: World) -> None:
    handover = w.submitted()
    first = printed(w.chinese, handover)
    (again,) = request_document(actor=w.thai, handover_id=handover.uuid, kind="REQUEST", language="en")
    assert again.pk == first.pk
    thai = printed(w.thai, handover, language="th")
    assert (thai.number, thai.facts_sha256) == (1, first.facts_sha256)
    assert {row.pk for row in documents_of(w.chinese, handover)} == {first.pk, thai.pk}


def test_two_languages_stand_side_by_side(w: World) -> None:
    handover = approved(w)
    for kind in ("REQUEST", "EVIDENCE"):
        alone = printed(w.chinese, handover, kind, "zh-hans")
        pair = printed(w.thai, handover, kind, "zh-hans", "th")
        assert (pair.number, pair.facts_sha256) == (alone.number, alone.facts_sha256)
        with open_document(actor=w.chinese, document_id=pair.uuid) as stored:
            assert (stored.name or "").endswith(f"{kind.lower()}-v1-zh-hans+th.pdf")
            text = squeezed(text_of(stored.read()))
        for language in ("zh-hans", "th"):
            with translation.override(language):
                assert squeezed(translation.gettext("Requesting country")) in text
        (again,) = request_document(
            actor=w.thai, handover_id=handover.uuid, kind=kind, language="zh-hans", beside="th"
        )
        assert again.pk == pair.pk
    with pytest.raises(InvalidInput):
        request_document(actor=w.thai, handover_id=handover.uuid, kind="REQUEST", language="th", beside="th")
    with acting_as(w.thai), pytest.raises(DatabaseError), transaction.atomic():
        RequestDocument.objects.filter(pk=pair.pk).update(beside="my")


def test_what_is_printed_of_a_draft_stays_with_its_side(w: World) -> None:
    handover = w.draft()
    document = printed(w.chinese, handover)
    assert document.of_draft
    assert "Draft. It was not sent." in spaced(text_of(content(w.chinese, document)))
    with pytest.raises(HandoverRequest.DoesNotExist):
        request_document(actor=w.thai, handover_id=handover.uuid, kind="REQUEST", language="en")
    sent = sending.submit(actor=w.chinese, handover_id=handover.uuid)
    with pytest.raises(RequestDocument.DoesNotExist):
        open_document(actor=w.thai, document_id=document.uuid)
    assert documents_of(w.thai, sent) == []
    # What is sent counts from one: nobody learns how many drafts there were.
    assert printed(w.thai, sent).number == 1


def test_a_change_makes_a_new_version_and_the_one_before_stays(w: World) -> None:
    handover = w.draft()
    first = printed(w.chinese, handover)
    with acting_as(w.chinese):
        HandoverRequest.objects.filter(pk=handover.pk).update(facts="另一份事实（虚构）")
    second = printed(w.chinese, handover)
    assert (first.number, second.number) == (1, 2)
    assert content(w.chinese, first) != content(w.chinese, second)
    with pytest.raises(DatabaseError), transaction.atomic():
        RequestDocument.objects.filter(pk=first.pk).update(facts={})


def test_the_annex_holds_what_was_disclosed_and_nothing_before(w: World) -> None:
    with pytest.raises(NothingToPrint):
        request_document(actor=w.chinese, handover_id=w.draft().uuid, kind="EVIDENCE", language="en")
    handover = approved(w)
    document = printed(w.chinese, handover, "EVIDENCE")
    text = squeezed(text_of(content(w.chinese, document)))
    for exhibit in handover.disclosed["exhibits"]:
        assert exhibit["number"] in text
        assert exhibit["sha256"] in text
    with pytest.raises(InvalidInput):
        request_document(actor=w.chinese, handover_id=handover.uuid, kind="EVIDENCE", language="xx")


def test_a_long_annex_is_printed_in_parts(w: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lmc_cases.dossiers.services.composing_request.EXHIBITS_IN_PART", 1)
    handover = approved(w)
    rows = request_document(actor=w.thai, handover_id=handover.uuid, kind="EVIDENCE", language="en")
    assert [(row.part, row.parts, row.number) for row in rows] == [(1, 2, 1), (2, 2, 1)]
    again = request_document(actor=w.thai, handover_id=handover.uuid, kind="EVIDENCE", language="en")
    assert [row.pk for row in again] == [row.pk for row in rows]
    print_owed_document(job_id=rows[1].pk)
    assert "Part 2 of 2: exhibits 2 to 2" in spaced(text_of(content(w.thai, rows[1])))


def test_whoever_takes_it_stands_in_the_record_and_the_ledger(w: World) -> None:
    handover = w.submitted()
    document = printed(w.chinese, handover)
    content(w.thai, document)
    assert AuditEvent.objects.filter(verb="request_document.downloaded").count() == 1
    with acting_as(w.chinese):
        assert Disclosure.objects.filter(sha256=document.sha256, path="FILE").count() == 1


def test_anybody_may_verify_it(w: World) -> None:
    handover = w.submitted()
    document = printed(w.chinese, handover)
    pdf = content(w.chinese, document)
    found = document_of_file(io.BytesIO(pdf), document.sha256)
    assert found is not None
    assert (found.kind, found.reference, found.country) == ("REQUEST", handover.reference, "CN")
    assert found.examination is not None
    assert found.examination.holds
    by_number = document_of_number(handover.reference, document.facts_sha256)
    assert by_number is not None
    assert (by_number.kind, by_number.version, by_number.is_newest) == ("REQUEST", 1, True)
    assert document_of_number(handover.reference, document.sha256) is None
    page = Client().get(
        reverse("receipts:verify"), {"number": handover.reference, "sha256": document.facts_sha256}
    )
    assert handover.reference in page.content.decode()


def test_the_worker_asks_the_rule_again(w: World) -> None:
    handover = w.submitted()
    (owed,) = request_document(actor=w.chinese, handover_id=handover.uuid, kind="REQUEST", language="en")
    revoke_role(actor=None, user_id=w.chinese.uuid, role_code="liaison_officer")
    print_owed_document(job_id=owed.pk)
    with acting_as(w.thai):
        owed.refresh_from_db()
        assert owed.job_state == JobState.DENIED
    again = retry_document(actor=w.thai, document_id=owed.uuid)
    assert again.job_state == JobState.QUEUED


def test_pages_of_both_sides(w: World, client: Client) -> None:
    handover = w.submitted()
    say_why_all(w.thai)
    client.force_login(w.thai, backend="allauth.account.auth_backends.AuthenticationBackend")
    detail = client.get(reverse("handovers:detail", args=[handover.uuid])).content.decode()
    page = reverse("dossiers:documents", args=[handover.uuid])
    assert page in detail
    assert client.post(page, {"kind": "EVIDENCE", "language": "en"}).status_code == 422
    assert client.post(page, {"kind": "REQUEST", "language": "th", "beside": "lo"}).status_code == 302
    with acting_as(w.thai):
        document = RequestDocument.objects.get()
    assert document.languages_code == "th+lo"
    address = reverse("dossiers:document_download", args=[document.uuid])
    assert reverse("dossiers:document_progress", args=[document.uuid]) in client.get(page).content.decode()
    assert client.get(address).status_code == 409
    print_owed_document(job_id=document.pk)
    assert address in client.get(page).content.decode()
    answer = client.get(address)
    assert answer["Content-Disposition"].startswith("attachment")
    assert b"".join(answer.streaming_content).startswith(b"%PDF")


@pytest.mark.parametrize("language", ["en", "lo"])
def test_it_prints_what_is_stated_and_what_is_not_known_of_each_person(w: World, language: str) -> None:
    handover = w.draft()
    with acting_as(w.chinese):
        first, second, _third = handover.subjects.order_by("position")
    for subject_id, kind, said in (
        (first.uuid, "ADDRESSES", Said("STATED", "ເລກທີ 7 ຖະໜົນສົມມຸດ", "lo")),
        (second.uuid, "EARLIER_JUDGMENTS", Said("NONE_KNOWN", "Searched 1 May (invented)", "en")),
        (
            None,
            "RE_EXTRADITION",
            Said("STATED", "未经同意不转引渡", "zh-hans", "虚构部", timezone.localdate()),
        ),
    ):
        state(actor=w.chinese, handover_id=handover.uuid, kind=kind, said=said, subject_id=subject_id)
    sending.submit(actor=w.chinese, handover_id=handover.uuid)
    document = printed(w.thai, handover, language=language)
    text = squeezed(text_of(content(w.thai, document)))
    for words in ("ເລກທີ 7 ຖະໜົນສົມມຸດ", "Searched 1 May (invented)", "未经同意不转引渡", "虚构部"):
        assert squeezed(words) in text, words
    with translation.override(language):
        kinds = RequestStatement.Kind
        for kind in kinds:
            # Of the person for whom it was stated it is not "Not known".
            unknown = 0 if kind == kinds.RE_EXTRADITION else 3
            unknown -= kind in {kinds.ADDRESSES, kinds.EARLIER_JUDGMENTS}
            assert text.count(squeezed(f"{kind.label}{_('Not known')}")) == unknown, kind
        assert squeezed(f"{_('None known')}·{langname('en')}") in text
    stored = json.dumps(document.facts, ensure_ascii=False)
    assert "ຖະໜົນສົມມຸດ" not in stored
    assert "未经同意不转引渡" not in stored
