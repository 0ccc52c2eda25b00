"""Rule: an officer of each side signs the newest dossier once, in order, with a second factor; nothing is half signed."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from lmc_cases.audit.models import AuditEvent
from lmc_cases.cases.models import Disclosure
from lmc_cases.dossiers.models import Dossier, DossierSignature
from lmc_cases.dossiers.services import approving, owing, reading, signing, working
from lmc_cases.dossiers.services.reading import NotReady
from lmc_cases.dossiers.services.signing import (
    AlreadySigned,
    AnotherFile,
    NotNewest,
    NotYourTurn,
    sign_dossier,
    standing_of,
)
from lmc_cases.dossiers.signing import trusted_roots
from lmc_cases.dossiers.signing.verify import examine
from lmc_cases.handovers.services import deciding
from lmc_cases.jurisdictions.access import acting_as
from tests.cases.browsing import signed_in
from tests.factories import officer
from tests.handovers.samples import World, world
from tests.harness.shared_worlds import once_per_module

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folders(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path / "var"
    settings.SECOND_FACTOR_COMPULSORY = False


built, w = once_per_module(lambda: world(evidence=1, with_photo=False))


def rendered(w: World) -> Dossier:
    """The dossier in Thai of a granted request, drawn."""
    handover = w.acknowledged()
    deciding.approve(actor=w.supervisor, handover_id=handover.uuid)
    owed = owing.request_dossier(actor=w.thai, handover_id=handover.uuid, language="th")
    working.render_owed_dossier(job_id=owed.pk)
    with acting_as(w.thai):
        return Dossier.objects.select_related("handover").get(pk=owed.pk)


def sign(actor: Any, dossier: Dossier, sha256: str) -> DossierSignature:
    return sign_dossier(actor=actor, dossier_id=dossier.uuid, sha256=sha256, confirmed_at=None)


def content(name: str) -> bytes:
    with default_storage.open(name, "rb") as stored:
        return bytes(stored.read())


def test_the_requested_country_signs_then_the_requesting_and_the_drawn_file_stays(w: World) -> None:
    dossier = rendered(w)
    drawn = content(dossier.file.name)
    with pytest.raises(AnotherFile):
        sign(w.thai, dossier, "0" * 64)
    with pytest.raises(NotYourTurn):
        sign(w.chinese, dossier, dossier.sha256)
    first = sign(w.thai, dossier, dossier.sha256)
    assert (first.side, first.country.code, first.sha256_before) == ("REQUESTED", "TH", dossier.sha256)
    second = sign(w.chinese, dossier, first.sha256)
    assert (second.side, second.country.code, second.sha256_before) == ("REQUESTING", "CN", first.sha256)
    found = examine(content(second.file.name), roots=trusted_roots())
    assert found.holds
    assert [one.certificate_sha256 for one in found.signatures] == [
        first.certificate_sha256,
        second.certificate_sha256,
    ]
    assert found.sha256 == second.sha256
    assert content(dossier.file.name) == drawn
    assert hashlib.sha256(drawn).hexdigest() == dossier.sha256
    events = AuditEvent.objects.filter(verb="dossier.signed").order_by("pk")
    assert [(event.codes["side"], event.recipient_country.code) for event in events] == [
        ("REQUESTED", "CN"),
        ("REQUESTING", "TH"),
    ]
    issued = AuditEvent.objects.filter(verb="document.issued").order_by("pk")
    assert [event.codes["sha256"] for event in issued] == [dossier.sha256, first.sha256, second.sha256]
    # Handed to anybody who holds the file: it names nobody.
    for event in issued:
        assert (event.actor, event.object_uuid, event.case_uuid, event.reference) == (None, None, None, "")


def test_a_second_click_changes_nothing_and_a_colleague_is_told(w: World) -> None:
    dossier = rendered(w)
    first = sign(w.thai, dossier, dossier.sha256)
    assert sign(w.thai, dossier, dossier.sha256) == first
    with pytest.raises(AlreadySigned):
        sign(w.supervisor, dossier, dossier.sha256)
    assert DossierSignature.objects.count() == 1
    assert len(default_storage.listdir(str(Path(first.file.name).parent))[1]) == 1


def test_only_officers_of_both_sides_who_change_records_sign(w: World) -> None:
    dossier = rendered(w)
    for stranger in (w.viet, officer("TH", "auditor")):
        with pytest.raises(Dossier.DoesNotExist):
            sign(stranger, dossier, dossier.sha256)
        assert signed_in(stranger).get(reverse("dossiers:sign", args=[dossier.uuid])).status_code == 404
    assert not DossierSignature.objects.exists()
    first = sign(w.thai, dossier, dossier.sha256)
    assert not DossierSignature.objects.visible_to(w.viet).exists()
    assert DossierSignature.objects.visible_to(w.chinese).get() == first
    with pytest.raises(Dossier.DoesNotExist):
        reading.open_signed(actor=w.viet, dossier_id=dossier.uuid)


def test_an_older_version_is_not_signed_any_more(w: World) -> None:
    dossier = rendered(w)
    first = sign(w.thai, dossier, dossier.sha256)
    approving.correct_and_owe(actor=w.supervisor, handover_id=dossier.handover.uuid, reason="corrected")
    with pytest.raises(NotNewest):
        sign(w.chinese, dossier, first.sha256)
    with acting_as(w.thai):
        dossier = Dossier.objects.select_related("handover").get(pk=dossier.pk)
        newer = dossier.handover.dossiers.filter(language="th").latest("number")
        assert not standing_of(w.chinese, dossier).may_sign
    with pytest.raises(NotReady):
        sign(w.thai, newer, "")


def test_a_signature_never_changes(w: World) -> None:
    dossier = rendered(w)
    held = sign(w.thai, dossier, dossier.sha256)
    for change in (
        "UPDATE dossiers_dossiersignature SET sha256 = 'x'",
        "DELETE FROM dossiers_dossiersignature",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"{change} WHERE id = %s", [held.pk])


def test_what_fails_after_signing_leaves_neither_file_nor_row(
    w: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    dossier = rendered(w)

    class Killed(BaseException):
        pass

    def stop(**_given: Any) -> None:
        raise Killed

    monkeypatch.setattr(signing, "note_issued", stop)
    with pytest.raises(Killed):
        sign(w.thai, dossier, dossier.sha256)
    assert not DossierSignature.objects.exists()
    folder = f"dossiers/{dossier.uuid.hex}/signed/REQUESTED"
    assert default_storage.listdir(folder)[1] == []


def test_what_a_killed_process_left_is_removed_by_the_next_signature(
    w: World, django_capture_on_commit_callbacks: Any
) -> None:
    dossier = rendered(w)
    folder = f"dossiers/{dossier.uuid.hex}/signed/REQUESTED"
    default_storage.save(f"{folder}/left.pdf", ContentFile(b"half"))
    with django_capture_on_commit_callbacks(execute=True):
        held = sign(w.thai, dossier, dossier.sha256)
    assert [f"{folder}/{name}" for name in default_storage.listdir(folder)[1]] == [held.file.name]


def test_the_pages_sign_show_and_download(w: World) -> None:
    dossier = rendered(w)
    thai, chinese = signed_in(w.thai), signed_in(w.chinese)
    page = reverse("dossiers:detail", args=[dossier.uuid])
    act = reverse("dossiers:sign", args=[dossier.uuid])
    signed = reverse("dossiers:signed_download", args=[dossier.uuid])
    assert act in thai.get(page).content.decode()
    assert act not in chinese.get(page).content.decode()
    assert thai.get(signed).status_code == 409
    assert dossier.sha256 in thai.get(act).content.decode()
    assert chinese.post(act, {"sha256": dossier.sha256}).status_code == 422
    assert thai.post(act, {"sha256": dossier.sha256}).status_code == 302
    body = chinese.get(page).content.decode()
    assert act in body
    assert w.thai.full_name in body
    first = DossierSignature.objects.get()
    assert chinese.post(act, {"sha256": first.sha256}).status_code == 302
    answer = chinese.get(signed)
    assert answer["Content-Disposition"].startswith("attachment")
    pdf = b"".join(answer.streaming_content)
    assert examine(pdf, roots=trusted_roots()).holds
    taken = Disclosure.objects.filter(path="DOSSIER", recipient_officer=w.chinese).latest("pk")
    assert taken.sha256 == hashlib.sha256(pdf).hexdigest()
    viet = signed_in(w.viet)
    for address in (page, act, signed):
        assert viet.get(address).status_code == 404
