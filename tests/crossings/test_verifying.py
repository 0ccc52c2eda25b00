"""Rule: whoever holds a document learns whether it is as issued, by whom signed and since when recorded; others nothing."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.db.utils import DatabaseError, ProgrammingError
from django.test import Client
from django.urls import reverse

from lmc_cases.crossings.services.documents import Document, document_of_file, document_of_number
from lmc_cases.dossiers.models import Dossier
from lmc_cases.dossiers.services import approving, ledgers, owing, signing, working
from lmc_cases.dossiers.signing import sign_side
from lmc_cases.handovers.services import deciding
from lmc_cases.jurisdictions.access import acting_as
from tests.handovers.samples import World, world
from tests.harness.shared_worlds import once_per_module

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folders(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path / "var"
    settings.SECOND_FACTOR_COMPULSORY = False


built, w = once_per_module(lambda: world(evidence=0, with_photo=False))
URL = "/receipts/verify/"


def rendered(w: World) -> Dossier:
    handover = w.acknowledged()
    deciding.approve(actor=w.supervisor, handover_id=handover.uuid)
    owed = owing.request_dossier(actor=w.thai, handover_id=handover.uuid, language="th")
    working.render_owed_dossier(job_id=owed.pk)
    with acting_as(w.thai):
        return Dossier.objects.select_related("handover").get(pk=owed.pk)


def content(name: str) -> bytes:
    with default_storage.open(name, "rb") as stored:
        return bytes(stored.read())


def signed_by_both(w: World, dossier: Dossier) -> tuple[bytes, bytes]:
    """Both signed files, in order."""
    files = []
    before = dossier.sha256
    for actor in (w.thai, w.chinese):
        held = signing.sign_dossier(actor=actor, dossier_id=dossier.uuid, sha256=before, confirmed_at=None)
        before = held.sha256
        files.append(content(held.file.name))
    return files[0], files[1]


def ask(pdf: bytes) -> Any:
    return Client().post(URL, {"file": SimpleUploadedFile("x.pdf", pdf, "application/pdf")})


def told(pdf: bytes) -> Document | None:
    found: Document | None = ask(pdf).context["document"]
    return found


def test_each_file_of_a_dossier_is_known_with_its_signatures(w: World) -> None:
    dossier = rendered(w)
    first, second = signed_by_both(w, dossier)
    drawn = told(content(dossier.file.name))
    assert drawn is not None
    assert (drawn.kind, drawn.reference, drawn.version) == ("DOSSIER", dossier.handover.reference, 1)
    assert drawn.examination is not None
    assert drawn.examination.signatures == ()
    assert drawn.examination.facts_sha256 == dossier.facts_sha256
    assert drawn.is_newest
    for pdf, sides in ((first, ["TH"]), (second, ["TH", "CN"])):
        found = told(pdf)
        assert found is not None
        assert found.kind == "SIGNED_DOSSIER"
        assert found.examination is not None
        assert found.examination.holds
        assert [one.country for one in found.examination.signatures] == sides
        # Also what was signed since.
        assert [row.country for row in found.renderings[0].signatures] == ["TH", "CN"]
        assert [row.is_given for row in found.renderings[0].signatures].count(True) == 1
        assert found.is_recorded
        assert found.is_demonstration
    body = ask(second).content.decode()
    assert "not one byte differs" in body
    with acting_as(w.thai):
        case_reference = dossier.handover.case.reference
    for secret in (w.thai.full_name, w.chinese.full_name, "王样例", case_reference):
        assert secret not in body


def test_changed_unknown_and_foreign_are_one_answer(w: World) -> None:
    dossier = rendered(w)
    _first, second = signed_by_both(w, dossier)
    broken = bytearray(second)
    broken[len(broken) // 2] ^= 1
    stranger = sign_side(content(dossier.file.name), field="Requested", country="TH", reason="x").pdf
    answers = [ask(pdf) for pdf in (bytes(broken), second + b"\n", stranger, b"%PDF-1.7 none", b"text")]
    assert {answer.status_code for answer in answers} == {200}
    assert [answer.context["document"] for answer in answers] == [None] * 5
    # Every form of a page has a token of its own.
    pages = [re.search(r"<main.*</main>", answer.content.decode(), re.DOTALL) for answer in answers]
    assert len({re.sub(r'value="\w{64}"', "", page.group()) for page in pages if page}) == 1


def test_a_superseded_version_is_named_as_such(w: World) -> None:
    dossier = rendered(w)
    first, _second = signed_by_both(w, dossier)
    approving.correct_and_owe(actor=w.supervisor, handover_id=dossier.handover.uuid, reason="corrected")
    found = told(first)
    assert found is not None
    assert (found.version, found.newest, found.is_newest) == (1, 2, False)
    assert "A newer version supersedes this one." in ask(first).content.decode()


def test_by_what_the_cover_prints(w: World) -> None:
    dossier = rendered(w)
    printed = f"{dossier.facts_sha256[:32]} {dossier.facts_sha256[32:]}"
    found = document_of_number(dossier.handover.reference.lower(), printed)
    assert found is not None
    assert (found.kind, found.version, found.renderings[0].languages) == ("DOSSIER", 1, ("th",))
    assert document_of_number(dossier.handover.reference, "0" * 64) is None
    assert document_of_number("HR-CN-TH-0000-000000", printed) is None
    # The checksum of a file is not that of the facts.
    assert document_of_number(dossier.handover.reference, dossier.sha256) is None
    page = Client().get(URL, {"number": dossier.handover.reference, "sha256": dossier.facts_sha256})
    assert page.context["document"] == found


def test_a_printed_ledger_is_known(w: World) -> None:
    dossier = rendered(w)
    owed = ledgers.request_ledger(actor=w.thai, case_id=dossier.handover.case_uuid, language="th")
    ledgers.print_owed_ledger(job_id=owed.pk)
    with acting_as(w.thai):
        owed.refresh_from_db()
    found = told(content(owed.file.name))
    assert found is not None
    assert (found.kind, found.country, found.facts_sha256) == ("LEDGER", "TH", owed.facts_sha256)
    assert found.examination is not None
    assert found.examination.holds


def test_the_register_answers_to_whole_checksums_only(w: World) -> None:
    dossier = rendered(w)
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM dossiers_issuedfile")
    for given in ("", "%", dossier.sha256[:63], dossier.sha256.upper(), "\x00", "x" * 64):
        assert document_of_file(io.BytesIO(b""), given) is None
        assert Client().get(reverse("receipts:proof"), {"sha256": given}).status_code == 404
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT dossier_told(1, 'x')")


def test_too_many_questions_are_refused(settings: Any) -> None:
    settings.RATE_LIMITED_PAGES = {"receipts:proof": ("", "2/m/ip")}
    answers = [Client().get(reverse("receipts:proof")).status_code for _time in range(4)]
    assert answers[-1] == 429
