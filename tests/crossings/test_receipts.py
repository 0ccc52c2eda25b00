"""Rule: both sides answer one frozen receipt; what it names cannot change under it; anybody may verify it."""

from __future__ import annotations

import hashlib
import io
import uuid
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from lmc_cases.audit.models import AuditEvent
from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.jobs import JobState
from lmc_cases.crossings.models import (
    Crossing,
    CrossingRequest,
    HeadCount,
    Mark,
    Receipt,
    ReceiptDocument,
    Seat,
)
from lmc_cases.crossings.receipt_drawing import PrintedAnswer, render_receipt
from lmc_cases.crossings.services import printing, receipts, verifying
from lmc_cases.crossings.services.composing import NotReadyForReceipt
from lmc_cases.crossings.services.receipts import AlreadyAnswered, NotCounted, ReceiptVoid
from lmc_cases.dossiers.facts import Country, Moment
from lmc_cases.dossiers.models import Dossier
from lmc_cases.dossiers.services import approving
from lmc_cases.dossiers.signing import local_authority, verify_pdf
from lmc_cases.handovers.services import belongings
from lmc_cases.handovers.services.belongings import Entry
from lmc_cases.jurisdictions.access import acting_as
from tests.cases.browsing import signed_in
from tests.dossiers.drawing import draw_owed
from tests.dossiers.pdf_reading import pages_of, squeezed, text_of
from tests.handovers.samples import World, world
from tests.harness.shared_worlds import once_per_module

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folders(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path / "var"
    settings.SECOND_FACTOR_COMPULSORY = False


built, w = once_per_module(lambda: world(evidence=1, with_photo=False))


def crossed(w: World, *, printed: bool = True) -> Crossing:
    """Three persons on a crossing, two found present by both sides, counted; by hand, as the border would leave it."""
    handover = w.acknowledged()
    approving.approve_and_owe(actor=w.supervisor, handover_id=handover.uuid)
    handover.refresh_from_db()
    exhibit = belongings.exhibits_of(w.thai, handover)[0][0]
    belongings.record_property(
        actor=w.thai,
        handover_id=handover.uuid,
        subject_id=handover.subjects.get(position=1).uuid,
        entry=Entry(description="โทรศัพท์ (สมมติ)", disposition="EVIDENCE", exhibit_id=exhibit),
    )
    if printed:
        draw_owed(w.thai)
    now = timezone.now()
    with acting_as(w.thai):
        crossing = Crossing.objects.create(
            reference="TH-C-0000-000009",
            sending=handover.requested,
            receiving=handover.requesting,
            place="Mae Sot (invented)",
            planned_at=now,
            seats=5,
            status="COUNTED",
            created_by=w.thai,
        )
        CrossingRequest.objects.create(
            crossing=crossing, handover=handover, sending=crossing.sending, receiving=crossing.receiving
        )
        for subject in handover.subjects.order_by("position"):
            Seat.objects.create(
                crossing=crossing,
                subject=subject,
                handover=handover,
                suspect_uuid=subject.suspect_uuid,
                position=subject.position,
            )
    for actor, side in ((w.thai, crossing.sending), (w.chinese, crossing.receiving)):
        with acting_as(actor):
            for seat in crossing.manifest.all():
                gone = seat.position == 3
                mark(actor, seat, side, "ABSENT" if gone else "PRESENT", "ill (invented)" if gone else "")
            HeadCount.objects.create(
                crossing=crossing, country=side, persons=2, counted_by=actor, counted_at=now
            )
    return crossing


def mark(actor: Any, seat: Seat, side: Any, outcome: str, reason: str = "") -> None:
    Mark.objects.create(
        uuid=uuid.uuid4(),
        crossing=seat.crossing,
        seat=seat,
        country=side,
        outcome=outcome,
        reason=reason,
        marked_at=timezone.now(),
        marked_by=actor,
    )


def sign(actor: Any, receipt: Receipt, outcome: str = "SIGNED", remarks: str = "", **more: Any) -> Any:
    given = {"sha256": receipt.sha256, **more}
    return receipts.answer(actor=actor, receipt_id=receipt.uuid, outcome=outcome, remarks=remarks, **given)


def answered(w: World) -> Receipt:
    crossing = crossed(w)
    receipt = receipts.draw_up(actor=w.thai, crossing_id=crossing.uuid)
    sign(w.thai, receipt)
    sign(w.chinese, receipt, "SIGNED", "one bag was open (invented)")
    return receipt


def test_it_names_persons_with_both_marks_counts_property_exhibits_and_the_exact_dossiers(w: World) -> None:
    crossing = crossed(w)
    receipt = receipts.draw_up(actor=w.thai, crossing_id=crossing.uuid)
    facts = receipts.facts_of(receipt)
    assert hashlib.sha256(facts.canonical_bytes()).hexdigest() == receipt.sha256
    assert facts.handed_over == 2
    assert [[mark.outcome for mark in person.marks] for person in facts.persons] == [
        ["PRESENT"] * 2,
        ["PRESENT"] * 2,
        ["ABSENT"] * 2,
    ]
    assert [(count.country.code, count.persons) for count in facts.counts] == [("TH", 2), ("CN", 2)]
    assert facts.persons[0].belongings[0].exhibit == facts.exhibits[0].number == "E-0001"
    assert len(facts.exhibits[0].sha256) == 64
    stored = {(row.language, row.facts_sha256, row.sha256) for row in Dossier.objects.all()}
    assert {(row.language, row.facts_sha256, row.file_sha256) for row in facts.dossiers} == stored
    assert receipts.draw_up(actor=w.chinese, crossing_id=crossing.uuid) == receipt, "both sides get the same"
    event = AuditEvent.objects.get(verb="receipt.drawn_up")
    assert event.codes["sha256"] == receipt.sha256


def test_it_is_drawn_up_only_when_counted_and_when_the_dossiers_are_printed(w: World) -> None:
    crossing = crossed(w, printed=False)
    with pytest.raises(NotReadyForReceipt):
        receipts.draw_up(actor=w.thai, crossing_id=crossing.uuid)
    with acting_as(w.thai):
        Crossing.objects.filter(pk=crossing.pk).update(status="OPEN")
    with pytest.raises(NotCounted):
        receipts.draw_up(actor=w.thai, crossing_id=crossing.uuid)
    with pytest.raises(Crossing.DoesNotExist):
        receipts.draw_up(actor=w.viet, crossing_id=crossing.uuid)


def test_the_gate_opens_when_both_sides_have_answered_one_of_them_by_refusing(w: World) -> None:
    crossing = crossed(w)
    assert not receipts.receipt_is_answered(w.thai, crossing)
    receipt = receipts.draw_up(actor=w.thai, crossing_id=crossing.uuid)
    sign(w.thai, receipt)
    assert not receipts.receipt_is_answered(w.thai, crossing)
    with pytest.raises(InvalidInput) as caught:
        sign(w.chinese, receipt, "REFUSED", "  ")
    assert caught.value.field == "remarks"
    sign(w.chinese, receipt, "REFUSED", "a bag is missing (invented)")
    with acting_as(w.chinese):
        assert receipts.receipt_is_answered(w.chinese, crossing)
    assert sign(w.thai, receipt).outcome == "SIGNED", "a second click changes nothing"
    with pytest.raises(AlreadyAnswered):
        sign(w.thai, receipt, "REFUSED", "second thoughts")
    with pytest.raises(Receipt.DoesNotExist):
        sign(w.viet, receipt)
    assert AuditEvent.objects.filter(verb="receipt.signing_refused").get().codes["sha256"] == receipt.sha256


def test_what_it_names_cannot_change_under_it_and_a_new_version_makes_the_old_one_void(w: World) -> None:
    crossing = crossed(w)
    first = receipts.draw_up(actor=w.thai, crossing_id=crossing.uuid)
    sign(w.thai, first)
    seat = crossing.manifest.get(position=1)
    belongings.record_property(
        actor=w.thai,
        handover_id=seat.handover.uuid,
        subject_id=seat.subject.uuid,
        entry=Entry(description="Ring (invented)", disposition="TRAVELS"),
    )
    with pytest.raises(ReceiptVoid):
        sign(w.chinese, first)
    second = receipts.draw_up(actor=w.chinese, crossing_id=crossing.uuid)
    assert (second.version, second.number) == (2, "TH-C-0000-000009-R2")
    with pytest.raises(ReceiptVoid):
        sign(w.chinese, first)
    with pytest.raises(ReceiptVoid):
        sign(w.chinese, second, sha256=first.sha256)
    assert not receipts.receipt_is_answered(w.thai, crossing), (
        "the signature under the void one does not count"
    )
    found = verifying.verify(number=first.number, sha256=first.sha256)
    assert found is not None
    assert not found.is_newest
    sign(w.thai, second)
    sign(w.chinese, second)
    with acting_as(w.thai):
        mark(w.thai, seat, crossing.sending, "UNFIT", "fell (invented)")
        assert not receipts.receipt_is_answered(w.thai, crossing), "answered, and not what stands any more"
    assert receipts.draw_up(actor=w.thai, crossing_id=crossing.uuid).version == 3


@pytest.mark.parametrize("table", ["crossings_receipt", "crossings_receiptsignature"])
def test_no_role_of_the_product_changes_or_deletes_it(w: World, table: str) -> None:
    answered(w)
    for statement in (f"UPDATE {table} SET sha256 = 'x'", f"DELETE FROM {table}"):
        with (
            acting_as(w.thai),
            pytest.raises(DatabaseError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_it_is_printed_and_signed_in_both_languages_and_verified_by_number_and_by_file(w: World) -> None:
    receipt = answered(w)
    roots = [(local_authority() / "authority.pem").read_bytes()]
    languages = set()
    for owed in ReceiptDocument.objects.filter(receipt=receipt):
        printing.print_owed_receipt(job_id=owed.pk)
        printing.print_owed_receipt(job_id=owed.pk)
        owed.refresh_from_db()
        assert owed.job_state == JobState.DONE, owed.error_code
        languages.add(owed.language)
        with printing.open_document(actor=w.chinese, document_id=owed.uuid) as stored:
            pdf = stored.read()
        assert verify_pdf(pdf, roots=roots).holds
        text = squeezed(text_of(pdf))
        for said in (receipt.sha256[:16], receipt.number, "one bag was open (invented)", "王样例"):
            assert squeezed(said) in text
        with pikepdf.open(io.BytesIO(pdf)) as opened:
            manifest = bytes(opened.attachments["manifest.json"].get_file().read_bytes())
        assert hashlib.sha256(manifest).hexdigest() == receipt.sha256
        found = verifying.verify_file(sha256=hashlib.sha256(pdf).hexdigest())
        assert found is not None
        assert found.number == receipt.number
        assert (
            Client()
            .post(reverse("receipts:verify"), {"file": SimpleUploadedFile("r.pdf", pdf)})
            .context["document"]
        )
    assert languages == {"th", "zh-hans"}
    with pytest.raises(ReceiptDocument.DoesNotExist):
        printing.open_document(actor=w.viet, document_id=owed.uuid)


def test_it_is_printed_on_request_in_other_languages_and_in_two_side_by_side(w: World) -> None:
    crossing = crossed(w)
    receipt = receipts.draw_up(actor=w.thai, crossing_id=crossing.uuid)
    with pytest.raises(printing.NotAnswered):
        printing.request_receipt(actor=w.thai, receipt_id=receipt.uuid, language="en")
    sign(w.thai, receipt)
    sign(w.chinese, receipt)
    thai, page = signed_in(w.thai), reverse("receipts:of_crossing", args=[crossing.uuid])
    address = reverse("receipts:print", args=[receipt.uuid])
    assert address in thai.get(page).content.decode()
    for given in ({"language": "xx"}, {"language": "lo", "beside": "lo"}):
        assert thai.post(address, given).status_code == 422
    assert thai.post(address, {"language": "lo", "beside": "my"}).status_code == 302
    document = printing.request_receipt(actor=w.chinese, receipt_id=receipt.uuid, language="lo", beside="my")
    assert ReceiptDocument.objects.filter(receipt=receipt).count() == 3
    printing.print_owed_receipt(job_id=document.pk)
    with printing.open_document(actor=w.chinese, document_id=document.uuid) as stored:
        assert stored.name == f"{receipt.number}-lo+my.pdf"
        text = squeezed(text_of(stored.read()))
    for language in ("lo", "my"):
        with translation.override(language):
            for label in ("Persons handed over", "Answers of both countries", "Signed"):
                assert squeezed(translation.gettext(label)) in text, (language, label)
    with pytest.raises(InvalidInput):
        printing.request_receipt(actor=w.thai, receipt_id=receipt.uuid, language="lo", beside="lo")
    with pytest.raises(Receipt.DoesNotExist):
        printing.request_receipt(actor=w.viet, receipt_id=receipt.uuid, language="en")
    assert signed_in(w.viet).post(address, {"language": "en"}).status_code == 404


@pytest.mark.parametrize("language", ["en", "lo", "km", "my"])
def test_it_reads_in_every_script_with_every_page_numbered(w: World, language: str) -> None:
    receipt = receipts.draw_up(actor=w.thai, crossing_id=crossed(w).uuid)
    at = Moment(timezone.now(), "Asia/Bangkok")
    answers = (
        PrintedAnswer(Country("TH"), "SIGNED", w.thai.full_name, at),
        PrintedAnswer(Country("CN"), "REFUSED", w.chinese.full_name, at, "a bag is missing (invented)"),
    )
    drawn = render_receipt(receipts.facts_of(receipt), answers, language=language)
    text = squeezed(text_of(drawn.pdf)).replace("\u200b", "")
    with translation.override(language):
        for word in ("Receipt", "Refused to sign", "Absent", "Travels as evidence"):
            assert squeezed(translation.gettext(word)).replace("\u200b", "") in text, word
    assert len(pages_of(drawn.pdf)) == drawn.pages
    for page in pages_of(drawn.pdf):
        assert str(drawn.pages) in page


def test_anybody_verifies_and_wrong_and_missing_are_one_answer_without_a_name(w: World) -> None:
    receipt = answered(w)
    client = Client()
    url = reverse("receipts:verify")
    scanned = client.get(url, {"number": receipt.number, "sha256": receipt.sha256})
    body = scanned.content.decode()
    assert scanned.context["document"].receipt.is_newest
    assert [(row.country, row.outcome) for row in scanned.context["document"].receipt.answers] == [
        ("TH", "SIGNED"),
        ("CN", "SIGNED"),
    ]
    for secret in (w.thai.full_name, w.chinese.full_name, "王样例", "one bag", "Mae Sot"):
        assert secret not in body
    wrong = client.post(url, {"number": receipt.number, "sha256": "0" * 64})
    missing = client.post(url, {"number": receipt.number[:-1] + "9", "sha256": "0" * 64})
    blank = [response.context["document"] for response in (wrong, missing)]
    assert blank == [None, None]
    assert wrong.status_code == missing.status_code == 200
    assert client.post(url, {"number": "\x00", "sha256": "x"}).status_code in {200, 422}
    assert client.post(url, {}).status_code == 422


def test_too_many_questions_are_refused(w: World, settings: Any) -> None:
    settings.RATE_LIMITED_PAGES = {"receipts:verify": ("", "2/m/ip")}
    client = Client()
    told = [client.get(reverse("receipts:verify")).status_code for _time in range(4)]
    assert told[-1] == 429


def test_the_pages_draw_up_and_answer(w: World) -> None:
    crossing = crossed(w)
    thai, chinese = signed_in(w.thai), signed_in(w.chinese)
    page = reverse("receipts:of_crossing", args=[crossing.uuid])
    assert reverse("receipts:draw_up", args=[crossing.uuid]) in thai.get(page).content.decode()
    assert thai.post(reverse("receipts:draw_up", args=[crossing.uuid])).status_code == 302
    receipt = Receipt.objects.get()
    url = reverse("receipts:sign", args=[receipt.uuid])
    given = {"outcome": "SIGNED", "remarks": "", "sha256": receipt.sha256}
    assert thai.post(url, given).status_code == 302
    refused = chinese.post(url, {**given, "outcome": "REFUSED"})
    assert refused.status_code == 422
    assert chinese.post(url, {**given, "remarks": "late (invented)"}).status_code == 302
    body = chinese.get(page).content.decode()
    assert "late (invented)" in body
    assert receipt.sha256 in body
    viet = signed_in(w.viet)
    for address in (page, url, reverse("receipts:draw_up", args=[crossing.uuid])):
        assert viet.get(address).status_code == 404
