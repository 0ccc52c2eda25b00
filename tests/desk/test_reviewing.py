"""Rule: a side reviews a version for itself; what it returns is read by who composes, what it remarks by nobody else."""

from __future__ import annotations

import hashlib
import io

import pikepdf
import pytest
from django.db import DatabaseError, transaction

from lmc_cases.audit.models import AuditEvent
from lmc_cases.cases.models import Disclosure, TranslationRequest
from lmc_cases.cases.services.casework.asking import translations_to_make
from lmc_cases.core.errors import Conflict, InvalidInput
from lmc_cases.desk.models import DossierComment, DossierCopy, DossierReview
from lmc_cases.desk.services import second_reader as seconds
from lmc_cases.desk.services.commenting import add_comment, reply_to, settle_thread, threads_of
from lmc_cases.desk.services.comparing import compare_versions
from lmc_cases.desk.services.copying import print_copy
from lmc_cases.desk.services.gate import NotApproved
from lmc_cases.desk.services.reading import read_desk, returned_of
from lmc_cases.desk.services.reviewing import (
    AlreadyReturned,
    SameReader,
    approve_review,
    return_version,
    take_review,
)
from lmc_cases.desk.services.rows import NotTaken
from lmc_cases.desk.services.tasks import tasks_of
from lmc_cases.desk.services.translating import ask_translation, asked_of
from lmc_cases.desk.services.waiting import DeskFilters, desk_of
from lmc_cases.dossiers.models import Dossier
from lmc_cases.dossiers.services.reading import open_download, open_signed
from lmc_cases.dossiers.services.signing import NotNewest, sign_dossier, standing_of
from lmc_cases.handovers.services.telling import notices_of_handovers
from lmc_cases.handovers.services.work import work_of
from lmc_cases.jurisdictions.access import acting_as
from tests.desk.samples import Desk, desk_world, keeps_desk
from tests.factories import officer

pytestmark = pytest.mark.django_db


@pytest.fixture
def d(db: None) -> Desk:
    return desk_world()


def returned(d: Desk, actor: object, words: str = "罪名有误（虚构）") -> DossierReview:
    take_review(actor=actor, dossier_id=d.dossier().uuid)  # type: ignore[arg-type]
    return return_version(actor=actor, dossier_id=d.dossier().uuid, reasons=words, language="zh-hans")  # type: ignore[arg-type]


def test_a_version_is_taken_and_approved_by_whoever_reviews(d: Desk) -> None:
    dossier = d.dossier()
    for stranger in (d.w.viet, d.w.thai, d.w.chinese, officer("VN", "prosecutor")):
        with pytest.raises(Dossier.DoesNotExist):
            take_review(actor=stranger, dossier_id=dossier.uuid)
    with pytest.raises(NotTaken):
        approve_review(actor=d.thai, dossier_id=dossier.uuid)
    taken = take_review(actor=d.thai, dossier_id=dossier.uuid)
    assert take_review(actor=d.thai, dossier_id=d.dossier("zh-hans").uuid) == taken, (
        "one review in all languages"
    )
    assert take_review(actor=d.second, dossier_id=dossier.uuid).reviewer == d.second
    assert approve_review(actor=d.thai, dossier_id=dossier.uuid).state == "APPROVED"
    assert approve_review(actor=d.thai, dossier_id=dossier.uuid).state == "APPROVED"
    events = AuditEvent.objects.visible_to(d.w.supervisor).filter(verb__startswith="dossier.review")
    assert list(events.order_by("pk").values_list("verb", flat=True)) == [
        "dossier.review_begun",
        "dossier.review_begun",
        "dossier.review_passed",
    ]
    with acting_as(d.thai):
        assert [row.history_user for row in taken.history.order_by("history_date")] == [
            d.thai,
            d.second,
            d.thai,
        ]


def test_what_is_returned_is_read_by_who_composes_and_makes_the_next_version(d: Desk) -> None:
    take_review(actor=d.chinese, dossier_id=d.dossier().uuid)
    with pytest.raises(InvalidInput):
        return_version(actor=d.chinese, dossier_id=d.dossier().uuid, reasons=" ", language="zh-hans")
    review = returned(d, d.chinese)
    assert bytes(review.reasons_sealed).find("罪名".encode()) == -1, "sealed"
    with pytest.raises(AlreadyReturned):
        approve_review(actor=d.chinese, dossier_id=d.dossier().uuid)
    for reader in (d.w.thai, d.chinese):
        with acting_as(reader):
            assert [back.reasons for back in returned_of(reader, d.dossier())] == ["罪名有误（虚构）"]
    with acting_as(d.w.thai):
        assert [item.task.text for item in tasks_of(d.w.thai) if item.task] == [
            "Correct version 1 of the dossier"
        ]
        assert any(item.task for item in work_of(d.w.thai)[0])
        told = [row.text for row in notices_of_handovers(actor=d.w.supervisor, size=10)]
    with acting_as(d.w.viet):
        assert not DossierReview.objects.visible_to(d.w.viet).exists()
    assert isinstance(told, list)
    d.corrected()
    with acting_as(d.w.thai):
        assert tasks_of(d.w.thai) == []
    with pytest.raises(NotNewest):
        take_review(actor=d.chinese, dossier_id=d.dossier().uuid)
    page = read_desk(actor=d.chinese, dossier_id=d.dossier(number=2).uuid)
    assert [back.review.number for back in page.returned] == [1]
    assert (page.may_take, page.may_approve, page.may_return) == (True, False, False)


def test_a_return_within_the_composing_country_is_not_seen_by_the_other(d: Desk) -> None:
    returned(d, d.thai)
    with acting_as(d.chinese):
        assert not DossierReview.objects.visible_to(d.chinese).exists()
        assert not DossierReview.objects.exists(), "the wall says the same"
    with acting_as(d.w.thai):
        assert DossierReview.objects.visible_to(d.w.thai).count() == 1


def test_a_country_that_keeps_a_desk_signs_what_is_approved(d: Desk) -> None:
    sha256 = d.dossier().sha256
    with acting_as(d.thai):
        assert standing_of(d.thai, d.dossier()).may_sign, "no row: nothing is demanded"
    keeps_desk("TH")
    with acting_as(d.thai):
        assert not standing_of(d.thai, d.dossier()).may_sign
    with pytest.raises(NotApproved):
        sign_dossier(actor=d.w.thai, dossier_id=d.dossier().uuid, sha256=sha256, confirmed_at=None)
    take_review(actor=d.thai, dossier_id=d.dossier().uuid)
    with pytest.raises(NotApproved):
        sign_dossier(actor=d.thai, dossier_id=d.dossier().uuid, sha256=sha256, confirmed_at=None)
    approve_review(actor=d.thai, dossier_id=d.dossier().uuid)
    signed = sign_dossier(actor=d.thai, dossier_id=d.dossier().uuid, sha256=sha256, confirmed_at=None)
    assert signed.country.code == "TH"
    with acting_as(d.chinese):
        assert standing_of(d.chinese, d.dossier()).may_sign, "the other country keeps no desk"


def test_a_side_does_not_sign_what_it_returned(d: Desk) -> None:
    returned(d, d.thai)
    with pytest.raises(NotApproved):
        sign_dossier(actor=d.thai, dossier_id=d.dossier().uuid, sha256=d.dossier().sha256, confirmed_at=None)


def test_a_second_officer_reads_where_facts_and_country_say_so() -> None:
    """Two officers approve before the side signs, since an offence carries the death penalty."""
    d = desk_world(penalty="death")
    keeps_desk("TH", second_for_death="YES")
    dossier = d.dossier()
    take_review(actor=d.thai, dossier_id=dossier.uuid)
    assert approve_review(actor=d.thai, dossier_id=dossier.uuid).state == "SECOND"
    with pytest.raises(SameReader):
        approve_review(actor=d.thai, dossier_id=dossier.uuid)
    with pytest.raises(NotApproved):
        sign_dossier(actor=d.thai, dossier_id=dossier.uuid, sha256=dossier.sha256, confirmed_at=None)
    assert approve_review(actor=d.second, dossier_id=dossier.uuid).second_by == d.second
    assert sign_dossier(actor=d.thai, dossier_id=dossier.uuid, sha256=dossier.sha256, confirmed_at=None)


@pytest.mark.parametrize(
    ("penalty", "age", "cells", "state"),
    [
        ("", "ADULT", {"second_for_death": "YES"}, "SECOND"),
        ("30", "ADULT", {"second_for_death": "YES", "second_for_minor": "YES"}, "APPROVED"),
        ("30", "MINOR", {"second_for_minor": "YES"}, "SECOND"),
        ("30", "", {"second_for_minor": "YES"}, "SECOND"),
        ("death", "MINOR", {"second_for_death": "NO", "second_for_minor": "NO"}, "APPROVED"),
        ("death", "MINOR", {}, "APPROVED"),
    ],
    ids=["unknown-law", "neither", "minor", "unknown-age", "country-says-no", "country-has-not-said"],
)
def test_what_nobody_knows_is_read_twice_where_the_country_asks(
    penalty: str, age: str, cells: dict[str, str], state: str
) -> None:
    d = desk_world(penalty=penalty, age=age)
    keeps_desk("TH", **cells)
    take_review(actor=d.thai, dossier_id=d.dossier().uuid)
    assert approve_review(actor=d.thai, dossier_id=d.dossier().uuid).state == state


def test_age_is_known_by_the_check_alone() -> None:
    def subject(*outcomes: str) -> dict[str, object]:
        return {"checks": [{"kind": "AGE", "answers": [{"outcome": each} for each in outcomes]}]}

    assert seconds.minor_among([subject("ADULT"), subject("MINOR")]) == "YES"
    assert seconds.minor_among([subject("ADULT", "MINOR")]) == "YES"
    assert seconds.minor_among([subject("ADULT"), subject("ADULT")]) == "NO"
    for unknown in ([], [subject("ADULT"), {}], [subject("NOT_KNOWN")], [subject()]):
        assert seconds.minor_among(unknown) == "UNKNOWN"
    assert seconds.death_among([]) == "UNKNOWN"


def test_remarks_are_the_sides_own_and_follow_to_the_next_version(d: Desk) -> None:
    dossier = d.dossier()
    given = {"part": "law", "page": 1, "text": "ตรวจมาตรา (สมมติ)", "language": "th"}
    with pytest.raises(InvalidInput):
        add_comment(actor=d.thai, dossier_id=dossier.uuid, **{**given, "page": 9999})  # type: ignore[arg-type]
    with pytest.raises(InvalidInput):
        add_comment(actor=d.thai, dossier_id=dossier.uuid, **{**given, "part": "x"})  # type: ignore[arg-type]
    first = add_comment(actor=d.thai, dossier_id=dossier.uuid, **given)  # type: ignore[arg-type]
    assert "มาตรา".encode() not in bytes(first.text_sealed)
    reply_to(actor=d.w.thai, comment_id=first.uuid, text="แก้แล้ว (สมมติ)", language="th")
    settle_thread(actor=d.thai, comment_id=first.uuid)
    assert settle_thread(actor=d.thai, comment_id=first.uuid).settles
    for stranger in (d.chinese, d.w.viet):
        with pytest.raises(DossierComment.DoesNotExist):
            reply_to(actor=stranger, comment_id=first.uuid, text="x", language="en")
        with acting_as(stranger):
            assert not DossierComment.objects.exists()
    with acting_as(d.thai):
        (thread,) = threads_of(d.thai, d.handover, d.thai.country)
        assert [entry.text for entry in thread.entries] == ["ตรวจมาตรา (สมมติ)", "แก้แล้ว (สมมติ)", ""]
        assert thread.is_settled
        with pytest.raises(DatabaseError), transaction.atomic():
            DossierComment.objects.filter(pk=first.pk).update(part="cover")
    reply_to(actor=d.thai, comment_id=first.uuid, text="อีกครั้ง", language="th")
    d.corrected()
    page = read_desk(actor=d.thai, dossier_id=d.dossier(number=2).uuid)
    assert [(one.first.dossier.number, one.is_settled) for one in page.threads] == [(1, False)]
    assert next(part for part in page.parts if part.told.part.anchor == "law").open_threads == 1
    assert next(part for part in page.parts if part.told.part.anchor == "law").page


def test_a_translation_is_asked_for_once_and_is_work_of_who_composes(d: Desk) -> None:
    dossier = d.dossier()

    def ask(kind: str, language: str, why: str = "For the judge who reads it.") -> TranslationRequest:
        return ask_translation(
            actor=d.chinese, dossier_id=dossier.uuid, kind=kind, language=language, why=why
        )

    for kind, language, why in (("TITLE", "zh-hans", "x"), ("FACTS", "th", "x"), ("FACTS", "vi", " ")):
        with pytest.raises(InvalidInput):
            ask(kind, language, why)
    asked = ask("FACTS", "vi")
    assert ask("FACTS", "vi") == asked
    with acting_as(d.w.thai):
        assert asked in translations_to_make(d.w.thai, 10)
        assert [each.is_there for each in asked_of(d.w.thai, d.handover)] == [False]
    with acting_as(d.w.viet):
        assert not TranslationRequest.objects.exists()


def test_what_waits_is_the_newest_version_of_the_own_side(d: Desk) -> None:
    with acting_as(d.thai):
        (row,), more = desk_of(d.thai)
        assert (row.standing, row.side.code, row.persons, more) == ("NEW", "TH", 3, False)
        assert row.dossier.language == d.thai.document_language
        assert row.second is not None
        assert not row.second.is_needed
        assert desk_of(d.thai, DeskFilters(destination="VN"))[0] == []
        assert len(desk_of(d.thai, DeskFilters(reference=d.handover.reference[-4:]))[0]) == 1
    returned(d, d.thai)
    with acting_as(d.thai):
        assert desk_of(d.thai)[0] == []
        assert len(desk_of(d.thai, DeskFilters(standing="RETURNED"))[0]) == 1
    for nobody in (d.w.viet, d.w.thai):
        with acting_as(nobody):
            assert desk_of(nobody)[0] == []
    with acting_as(d.chinese):
        assert [row.standing for row in desk_of(d.chinese)[0]] == ["NEW"], "the other side knows of no return"


def test_two_versions_are_compared_by_part(d: Desk) -> None:
    d.corrected()
    found = compare_versions(
        actor=d.chinese, dossier_id=d.dossier(number=2).uuid, other_id=d.dossier().uuid, language="en"
    )
    assert (found.earlier.number, found.later.number) == (1, 2)
    assert "cover" in {part.part.anchor for part in found.differing}
    assert "identity" in {part.part.anchor for part in found.alike}
    changed = next(part for part in found.differing if part.part.anchor == "cover")
    assert ("1", "2") in {
        ((change.before.text if change.before else "")[:1], (change.after.text if change.after else "")[:1])
        for change in changed.changes
        if change.line.label == "Version"
    }
    for stranger in (d.w.viet,):
        with pytest.raises(Dossier.DoesNotExist):
            compare_versions(
                actor=stranger, dossier_id=d.dossier().uuid, other_id=d.dossier(number=2).uuid, language="en"
            )


def test_a_copy_has_its_number_and_whose_it_is_on_each_page(d: Desk) -> None:
    dossier = d.dossier()
    with pytest.raises(InvalidInput):
        print_copy(actor=d.chinese, dossier_id=dossier.uuid, for_whom="  ")
    with open_download(actor=d.thai, dossier_id=dossier.uuid) as stored:
        before = stored.read()
    made = [print_copy(actor=d.chinese, dossier_id=dossier.uuid, for_whom="ศาลอาญา (สมมติ)") for _ in range(2)]
    assert [one.row.number for one in made] == [1, 2]
    assert hashlib.sha256(made[0].pdf).hexdigest() == made[0].row.sha256
    assert print_copy(actor=d.thai, dossier_id=dossier.uuid, for_whom="x").row.number == 1, "by side"
    with pikepdf.open(io.BytesIO(made[0].pdf)) as copy, pikepdf.open(io.BytesIO(before)) as original:
        assert len(copy.pages) == len(original.pages)
        assert not copy.attachments
    from tests.dossiers.pdf_reading import pages_of

    assert all("CN-1" in page for page in pages_of(made[0].pdf))
    with open_download(actor=d.thai, dossier_id=dossier.uuid) as stored:
        assert stored.read() == before
    assert Disclosure.objects.filter(recipient_officer=d.chinese, sha256=dossier.sha256).count() >= 1
    with acting_as(d.thai):
        assert DossierCopy.objects.count() == 1


def test_a_copy_of_what_a_side_signed_is_one_of_the_signed_file(d: Desk) -> None:
    dossier = d.dossier()
    sign_dossier(actor=d.thai, dossier_id=dossier.uuid, sha256=dossier.sha256, confirmed_at=None)
    with open_signed(actor=d.thai, dossier_id=dossier.uuid) as stored:
        signed = stored.read()
    made = print_copy(actor=d.chinese, dossier_id=dossier.uuid, for_whom="Invented court")
    assert made.row.source_sha256 == hashlib.sha256(signed).hexdigest() != dossier.sha256
    with pikepdf.open(io.BytesIO(made.pdf)) as copy:
        assert not any(
            isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/Sig" for item in copy.objects
        )
    with open_signed(actor=d.thai, dossier_id=dossier.uuid) as stored:
        assert stored.read() == signed


def test_a_conflict_is_a_conflict() -> None:
    assert issubclass(NotApproved, Conflict)
