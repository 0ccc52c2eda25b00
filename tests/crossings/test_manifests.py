"""Rule: the manifest is printed from frozen facts, the same for both sides, and goes to who marks the persons alone."""

from __future__ import annotations

import datetime as dt
import io
import os
from pathlib import Path
from typing import Any
from uuid import uuid4

import pikepdf
import pytest
from django.conf import settings as django_settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from lmc_cases.accounts.models import User
from lmc_cases.accounts.services.rights import revoke_role
from lmc_cases.audit.models import AuditEvent
from lmc_cases.cases.models import Disclosure
from lmc_cases.cases.services import casework, operations
from lmc_cases.core.display import language_name
from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.jobs import JobState
from lmc_cases.core.leftovers import leftovers
from lmc_cases.crossings.manifest_drawing import seat_address
from lmc_cases.crossings.models import Crossing, ManifestDocument
from lmc_cases.crossings.services import manifests, planning
from lmc_cases.crossings.services.documents import document_of_file, document_of_number
from lmc_cases.crossings.services.manifests import NothingToPrint
from lmc_cases.dossiers.services.reading import NotReady
from lmc_cases.handovers.models import HandoverSubject, PersonCheck
from lmc_cases.handovers.services.disclosure import photo_name
from lmc_cases.jurisdictions.access import acting_as
from tests.cases.browsing import signed_in
from tests.crossings.samples import Ready, ready
from tests.dossiers.pdf_reading import attachments_of, spaced, squeezed, text_of
from tests.factories import officer, say_why
from tests.handovers.samples import jpeg
from tests.harness.shared_worlds import once_per_module

pytestmark = pytest.mark.django_db


def build() -> Ready:
    return ready(with_photo=True)


built, r = once_per_module(build)


@pytest.fixture(autouse=True)
def own_folders(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path / "var"


def printed(actor: User, crossing: Crossing, language: str = "en", beside: str = "") -> ManifestDocument:
    (owed,) = manifests.request_manifest(
        actor=actor, crossing_id=crossing.uuid, language=language, beside=beside
    )
    manifests.print_owed_manifest(job_id=owed.pk)
    manifests.print_owed_manifest(job_id=owed.pk)
    with acting_as(actor):
        owed.refresh_from_db()
    assert owed.job_state == JobState.DONE, owed.error_code
    return owed


def content(actor: User, document: ManifestDocument) -> bytes:
    with manifests.open_manifest(actor=actor, document_id=document.uuid) as stored:
        return stored.read()


def test_it_says_who_sits_where_and_both_sides_read_the_same(r: Ready) -> None:
    crossing = r.seated(escorts="Escort A (invented)", interpreters="Interpreter B (invented)")
    first = printed(r.thai, crossing)
    text = squeezed(text_of(content(r.chinese, first)))
    for words in (
        crossing.reference,
        crossing.place,
        "Convoy 1",
        "Escort A (invented)",
        "Interpreter B (invented)",
        "王样例",
        "Invented Person 2",
        r.handover.reference,
        "Male",
        "7 March 1990",
        "China (CN)",
        "Persons 3",
    ):
        assert squeezed(words) in text, words
    assert "E0000001X" not in text, "numbers of papers are not on the sheet"
    (found,) = manifests.request_manifest(actor=r.chinese, crossing_id=crossing.uuid, language="en")
    assert found.pk == first.pk
    thai = printed(r.chinese, crossing, "th")
    assert (thai.number, thai.facts_sha256) == (1, first.facts_sha256)
    thai_text = text_of(content(r.thai, thai))
    assert "2533" in thai_text, "the reader's calendar"
    assert "1990" in thai_text, "and the common one"
    assert {row.pk for row in manifests.manifests_of(r.chinese, crossing)} == {first.pk, thai.pk}


def test_two_languages_stand_side_by_side_and_are_a_document_of_the_same_version(r: Ready) -> None:
    crossing = r.seated()
    alone = printed(r.thai, crossing, "zh-hans")
    pair = printed(r.chinese, crossing, "zh-hans", "my")
    assert pair.pk != alone.pk
    assert (pair.number, pair.facts_sha256) == (alone.number, alone.facts_sha256)
    with manifests.open_manifest(actor=r.thai, document_id=pair.uuid) as stored:
        assert stored.name == f"{crossing.reference}-manifest-v1-zh-hans+my.pdf"
        text = squeezed(text_of(stored.read()))
    for language in ("zh-hans", "my"):
        with translation.override(language):
            for label in ("Sending country", "Date of birth", "Head count"):
                assert squeezed(translation.gettext(label)) in text, (language, label)
    (again,) = manifests.request_manifest(
        actor=r.thai, crossing_id=crossing.uuid, language="zh-hans", beside="my"
    )
    assert again.pk == pair.pk
    event = AuditEvent.objects.filter(verb="manifest.downloaded").get()
    assert event.codes["language"] == "zh-hans+my"
    for beside in ("zh-hans", "xx"):
        with pytest.raises(InvalidInput) as refused:
            manifests.request_manifest(
                actor=r.thai, crossing_id=crossing.uuid, language="zh-hans", beside=beside
            )
        assert refused.value.field == "beside"
    with acting_as(r.thai), pytest.raises(DatabaseError), transaction.atomic():
        ManifestDocument.objects.filter(pk=pair.pk).update(beside="th")
    pair.pk, pair.uuid, pair.beside = None, uuid4(), "zh-hans"
    with acting_as(r.thai), pytest.raises(IntegrityError, match="another_language"), transaction.atomic():
        pair.save(force_insert=True)


def test_each_code_is_that_of_the_sheet(r: Ready) -> None:
    crossing = r.seated()
    seat = r.seats(crossing)[0]
    page = reverse("crossings:person", args=[crossing.uuid, seat.uuid])
    assert seat_address(crossing.uuid, seat.uuid) == django_settings.BASE_URL + page


def pictures_of(pdf: bytes) -> list[tuple[int, int]]:
    """Return the size in pixels of every picture in a file."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return [
            (int(item.Width), int(item.Height))
            for item in opened.objects
            if isinstance(item, pikepdf.Stream) and item.get("/Subtype") == "/Image"
        ]


def kept_photos(r: Ready) -> list[str]:
    with acting_as(r.thai):
        r.handover.refresh_from_db()
    return [photo_name(row["photo_sha256"]) for row in r.handover.disclosed["subjects"]]


def test_it_prints_the_photograph_of_each_person_as_it_was_disclosed(r: Ready) -> None:
    document = printed(r.thai, r.seated())
    names = kept_photos(r)
    assert [photo_name(row["photo"]) for row in document.facts["persons"]] == names
    pdf = content(r.chinese, document)
    assert pictures_of(pdf) == [(240, 320)] * 3, "small: the file of five hundred stays small"
    assert "No photograph" not in spaced(text_of(pdf))


def test_without_a_copy_there_is_no_photograph_and_it_says_so(r: Ready) -> None:
    crossing = r.seated()
    first, _second, third = kept_photos(r)
    default_storage.delete(first)
    with acting_as(r.thai):
        HandoverSubject.objects.filter(pk=r.subjects[1].pk).update(snapshot={})
    document = printed(r.thai, crossing)
    assert [row.get("photo", "") for row in document.facts["persons"]] == ["", "", Path(third).stem]
    pdf = content(r.thai, document)
    assert len(pictures_of(pdf)) == 1
    assert spaced(text_of(pdf)).count("No photograph") == 2


def test_a_copy_that_is_lost_or_changed_after_the_asking_ends_the_print(r: Ready) -> None:
    crossing = r.seated()
    (owed,) = manifests.request_manifest(actor=r.thai, crossing_id=crossing.uuid, language="en")
    first = kept_photos(r)[0]
    default_storage.delete(first)
    page = reverse("crossings:manifests", args=[crossing.uuid])
    for change, code, told in (
        (None, "photo-missing", "A stored photograph is missing."),
        (jpeg(9), "facts-changed", "could not be printed without faults"),
    ):
        if change is not None:
            default_storage.save(first, ContentFile(change))
        manifests.print_owed_manifest(job_id=owed.pk)
        with acting_as(r.thai):
            owed.refresh_from_db()
        assert (owed.job_state, owed.error_code) == (JobState.FAILED, code)
        assert told in signed_in(r.thai).get(page).content.decode()
        manifests.retry_manifest(actor=r.thai, document_id=owed.uuid)


def test_a_long_manifest_is_printed_in_parts(r: Ready, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lmc_cases.crossings.services.composing_manifest.PERSONS_IN_PART", 2)
    crossing = r.seated()
    rows = manifests.request_manifest(actor=r.thai, crossing_id=crossing.uuid, language="en")
    assert [(row.part, row.parts, row.number) for row in rows] == [(1, 2, 1), (2, 2, 1)]
    again = manifests.request_manifest(actor=r.chinese, crossing_id=crossing.uuid, language="en")
    assert [row.pk for row in again] == [row.pk for row in rows]
    thai = manifests.request_manifest(
        actor=r.chinese, crossing_id=crossing.uuid, language="th", beside="zh-hans"
    )
    assert [row.facts_sha256 for row in thai] == [row.facts_sha256 for row in rows]
    manifests.print_owed_manifest(job_id=rows[1].pk)
    with manifests.open_manifest(actor=r.chinese, document_id=rows[1].uuid) as stored:
        assert stored.name == f"{crossing.reference}-manifest-v1-en-2-2.pdf"
        text = spaced(text_of(stored.read()))
    assert "Part 2 of 2: persons 3 to 3" in text
    assert "Persons 3" in text
    assert "Invented Person 3" in text
    assert "Invented Person 1" not in text
    by_number = document_of_number(crossing.reference, rows[1].facts_sha256)
    assert by_number is not None
    assert by_number.is_newest
    planning.take_off(actor=r.thai, crossing_id=crossing.uuid, seat_ids=[r.seats(crossing)[2].uuid])
    (short,) = manifests.request_manifest(actor=r.thai, crossing_id=crossing.uuid, language="en")
    assert (short.number, short.part, short.parts) == (2, 1, 1)
    with acting_as(r.thai), pytest.raises(DatabaseError), transaction.atomic():
        ManifestDocument.objects.filter(pk=short.pk).update(parts=2)


def test_a_minor_is_marked_and_who_has_no_copy_is_hidden_from_both(r: Ready) -> None:
    minor, hidden, _other = r.subjects
    crossing = r.seated()
    with acting_as(r.thai):
        PersonCheck.objects.create(
            handover=r.handover,
            subject=minor,
            kind="AGE",
            outcome="MINOR",
            country=crossing.sending,
            recorded_by=r.thai,
            on=timezone.localdate(),
        )
        HandoverSubject.objects.filter(pk=hidden.pk).update(snapshot={})
    found = {}
    for actor in (r.thai, r.chinese):
        (document,) = manifests.request_manifest(actor=actor, crossing_id=crossing.uuid, language="en")
        found[actor.pk] = document.pk
        persons = document.facts["persons"]
        assert [row["flags"] for row in persons] == [["MINOR"], [], []]
        assert (persons[1]["name"], persons[1]["birth_date"], persons[1]["position"]) == ("", None, 2)
    assert len(set(found.values())) == 1
    manifests.print_owed_manifest(job_id=document.pk)
    assert "Minor" in spaced(text_of(content(r.chinese, document)))


def test_a_change_of_the_plan_makes_a_new_version_and_the_one_before_stays(r: Ready) -> None:
    crossing = r.seated()
    first = printed(r.thai, crossing)
    planning.take_off(actor=r.thai, crossing_id=crossing.uuid, seat_ids=[r.seats(crossing)[2].uuid])
    second = printed(r.chinese, crossing)
    assert (first.number, second.number) == (1, 2)
    assert len(attachments_of(content(r.thai, first))["manifest.json"]) > 0
    assert content(r.thai, first) != content(r.thai, second)
    for change in ({"facts": {}}, {"sha256": "x"}):
        with acting_as(r.thai), pytest.raises(DatabaseError), transaction.atomic():
            ManifestDocument.objects.filter(pk=first.pk).update(**change)


def test_who_must_not_read_of_persons_taken_off_does_not_read_the_old_version(r: Ready) -> None:
    crossing = r.seated()
    document = printed(r.thai, crossing)
    other = officer("TH")
    with acting_as(other):
        assert manifests.manifests_of(other, crossing)
    casework.restrict_case(
        actor=r.thai, case_id=r.w.case.uuid, officer_ids=[r.thai.uuid], reason="Informant (invented)"
    )
    planning.take_off(
        actor=r.thai, crossing_id=crossing.uuid, seat_ids=[seat.uuid for seat in r.seats(crossing)]
    )
    with acting_as(other):
        assert Crossing.objects.visible_to(other).filter(pk=crossing.pk).exists(), "an empty one is its own"
        assert not ManifestDocument.objects.visible_to(other).exists()
        with connection.cursor() as cursor:
            # A test is one transaction: the worker's hand is still on the row.
            cursor.execute("SELECT set_config('lmc.job', '', true)")
            cursor.execute("SELECT count(*) FROM crossings_manifestdocument")
            assert cursor.fetchone() == (0,)
    with pytest.raises(ManifestDocument.DoesNotExist):
        manifests.open_manifest(actor=other, document_id=document.uuid)


def test_nobody_else_prints_or_takes_it(r: Ready) -> None:
    crossing = r.seated()
    document = printed(r.thai, crossing)
    for user in (r.w.viet, officer("TH", "prosecutor"), officer("TH", "auditor")):
        with pytest.raises(Crossing.DoesNotExist):
            manifests.request_manifest(actor=user, crossing_id=crossing.uuid, language="en")
        with pytest.raises(ManifestDocument.DoesNotExist):
            manifests.open_manifest(actor=user, document_id=document.uuid)
        with pytest.raises(ManifestDocument.DoesNotExist):
            manifests.retry_manifest(actor=user, document_id=document.uuid)
    with pytest.raises(InvalidInput):
        manifests.request_manifest(actor=r.thai, crossing_id=crossing.uuid, language="xx")
    with pytest.raises(NothingToPrint):
        manifests.request_manifest(actor=r.thai, crossing_id=r.crossing().uuid, language="en")
    planning.cancel_crossing(actor=r.thai, crossing_id=crossing.uuid, reason="rain (invented)")
    with pytest.raises(NothingToPrint):
        manifests.request_manifest(actor=r.thai, crossing_id=crossing.uuid, language="en")
    assert content(r.chinese, document).startswith(b"%PDF"), "what was printed stays"


def test_an_operation_is_named_where_both_countries_are_of_it(r: Ready) -> None:
    operation = operations.create_operation(actor=r.w.supervisor, name="RIVER (invented)", name_language="en")
    crossing = r.seated(operation_id=operation.uuid)
    (alone,) = manifests.request_manifest(actor=r.thai, crossing_id=crossing.uuid, language="en")
    assert alone.facts["operation"] == ""
    operations.invite_country(actor=r.w.supervisor, operation_id=operation.uuid, country_code="CN")
    (together,) = manifests.request_manifest(actor=r.chinese, crossing_id=crossing.uuid, language="en")
    assert together.facts["operation"] == f"{operation.reference} · RIVER (invented)"
    assert together.number == 2


def test_whoever_takes_it_stands_in_the_record_and_the_ledger(r: Ready) -> None:
    document = printed(r.thai, r.seated())
    content(r.chinese, document)
    event = AuditEvent.objects.filter(verb="manifest.downloaded").get()
    assert event.codes["sha256"] == document.sha256
    with acting_as(r.thai):
        assert Disclosure.objects.filter(sha256=document.sha256, path="FILE").count() == 1


def test_anybody_may_verify_it(r: Ready) -> None:
    document = printed(r.chinese, r.seated())
    pdf = content(r.chinese, document)
    found = document_of_file(io.BytesIO(pdf), document.sha256)
    assert found is not None
    assert (found.kind, found.reference, found.country) == ("MANIFEST", document.reference, "TH")
    assert found.examination is not None
    assert found.examination.holds
    by_number = document_of_number(document.reference, document.facts_sha256)
    assert by_number is not None
    assert (by_number.kind, by_number.version, by_number.is_newest) == ("MANIFEST", 1, True)
    assert document_of_number(document.reference, document.sha256) is None
    page = Client().get(
        reverse("receipts:verify"), {"number": document.reference, "sha256": document.facts_sha256}
    )
    assert "Manifest" in page.content.decode()
    assert "王样例" not in page.content.decode()


def test_the_worker_asks_the_rule_again(r: Ready) -> None:
    crossing = r.seated()
    (owed,) = manifests.request_manifest(actor=r.chinese, crossing_id=crossing.uuid, language="en")
    with pytest.raises(NotReady):
        manifests.open_manifest(actor=r.thai, document_id=owed.uuid)
    revoke_role(actor=None, user_id=r.chinese.uuid, role_code="liaison_officer")
    manifests.print_owed_manifest(job_id=owed.pk)
    with acting_as(r.thai):
        owed.refresh_from_db()
        assert owed.job_state == JobState.DENIED
    assert manifests.retry_manifest(actor=r.thai, document_id=owed.uuid).job_state == JobState.QUEUED


def test_what_a_killed_worker_left_is_swept_and_what_a_row_names_is_not(r: Ready) -> None:
    document = printed(r.thai, r.seated())
    storage = document.file.storage
    lost = storage.save(f"manifests/{uuid4().hex}/{uuid4().hex}.pdf", io.BytesIO(b"%PDF"))
    an_age_ago = (timezone.now() - dt.timedelta(days=2)).timestamp()
    for name in (lost, document.file.name):
        os.utime(storage.path(name), (an_age_ago, an_age_ago))
    names = {row.name for row in leftovers() if row.name.startswith("manifests/")}
    assert names == {lost}


def test_pages_of_both_sides(r: Ready) -> None:
    crossing = r.seated()
    say_why(r.chinese, r.w.case)
    thai, chinese = signed_in(r.thai), signed_in(r.chinese)
    page = reverse("crossings:manifests", args=[crossing.uuid])
    detail = reverse("crossings:detail", args=[crossing.uuid])
    for client in (thai, chinese):
        assert page in client.get(detail).content.decode(), "planned"
    planning.begin_marking(actor=r.thai, crossing_id=crossing.uuid)
    for client in (thai, chinese):
        assert page in client.get(detail).content.decode(), "at the border"
    assert thai.post(page, {"language": "xx"}).status_code == 422
    assert thai.post(page, {"language": "th", "beside": "th"}).status_code == 422
    assert thai.post(page, {"language": "th", "beside": "zh-hans"}).status_code == 302
    with acting_as(r.thai):
        document = ManifestDocument.objects.get()
    address = reverse("crossings:manifest_download", args=[document.uuid])
    shown = chinese.get(page).content.decode()
    assert reverse("crossings:manifest_progress", args=[document.uuid]) in shown
    assert "Waiting" in chinese.get(detail).content.decode()
    assert chinese.get(address).status_code == 409
    manifests.print_owed_manifest(job_id=document.pk)
    shown = chinese.get(page).content.decode()
    assert address in shown
    with translation.override("en"):
        assert f"{language_name('th')} · {language_name('zh-hans')}" in shown
    answer = chinese.get(address)
    assert answer["Content-Disposition"].startswith("attachment")
    assert b"".join(answer).startswith(b"%PDF")  # type: ignore[call-overload]
    planning.cancel_crossing(actor=r.thai, crossing_id=crossing.uuid, reason="rain (invented)")
    for client in (thai, chinese):
        assert page in client.get(detail).content.decode(), "over, and printed before"
    assert thai.post(page, {"language": "en"}).status_code == 422
    for outside in (signed_in(r.w.viet), signed_in(officer("TH", "prosecutor"))):
        assert outside.get(page).status_code == 404
        assert outside.get(address).status_code == 404
