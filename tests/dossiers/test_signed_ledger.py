"""Rule: a case's ledger prints as a signed document that anybody can verify, and one flipped byte is found."""

from __future__ import annotations

import hashlib
import io
import json
import stat
import subprocess
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from lmc_cases.audit.models import AuditEvent
from lmc_cases.cases.models import Case, Level
from lmc_cases.cases.services import casework
from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.jobs import JobState
from lmc_cases.dossiers.models import LedgerDocument
from lmc_cases.dossiers.services import ledgers, open_ledger, print_owed_ledger, request_ledger, retry_ledger
from lmc_cases.dossiers.signing import NoSigningKey, local_authority, sign_pdf, verify_pdf
from lmc_cases.jurisdictions.access import acting_as
from tests.dossiers.pdf_reading import squeezed, text_of
from tests.factories import officer, open_case, say_why, share

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folders(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.VAR_DIR = tmp_path / "var"


def disclosed() -> tuple[Any, Any, Any]:
    thai, chinese = officer("TH"), officer("CN")
    case = open_case(thai, "คดีสมมติ", language="th")
    share(thai, case, "CN")
    say_why(chinese, case, code="LOCATE")
    with acting_as(chinese):
        casework.consult_case(actor=chinese, case=case, level=Level.FULL, part="overview")
    return thai, chinese, case


def printed(thai: Any, case: Any, language: str = "en", beside: str = "") -> tuple[LedgerDocument, bytes]:
    owed = request_ledger(actor=thai, case_id=case.uuid, language=language, beside=beside)
    print_owed_ledger(job_id=owed.pk)
    owed.refresh_from_db()
    assert owed.job_state == JobState.DONE, owed.error_code
    with open_ledger(actor=thai, document_id=owed.uuid) as stored:
        return owed, stored.read()


def roots() -> list[bytes]:
    return [(local_authority() / "authority.pem").read_bytes()]


def test_the_signature_holds_and_the_text_is_read_back(tmp_path: Path) -> None:
    thai, chinese, case = disclosed()
    document, pdf = printed(thai, case)
    verdict = verify_pdf(pdf, roots=roots())
    assert verdict.holds
    assert verdict.signer == "LMC Cases (demonstration)"
    assert hashlib.sha256(pdf).hexdigest() == document.sha256
    path = tmp_path / "ledger.pdf"
    path.write_bytes(pdf)
    text = subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True
    ).stdout
    for words in (case.reference, chinese.full_name, "China", "Page opened", "Locating a person"):
        assert "".join(words.split()) in "".join(text.split()), words
    told = subprocess.run(["pdfsig", str(path)], capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid" in told, told
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        manifest = bytes(opened.attachments["manifest.json"].get_file().read_bytes())
        assert "/Perms" in opened.Root
    assert hashlib.sha256(manifest).hexdigest() == document.facts_sha256
    entries = json.loads(manifest)["entries"]
    assert [entry["path"] for entry in entries] == ["SHARE", "PAGE"]
    assert document.entries == 2


def test_one_flipped_byte_is_detected() -> None:
    thai, _chinese, case = disclosed()
    _document, pdf = printed(thai, case)
    for place in (len(pdf) // 3, len(pdf) // 2):
        broken = bytearray(pdf)
        broken[place] ^= 1
        try:
            verdict = verify_pdf(bytes(broken), roots=roots())
        except ValueError:
            continue
        assert not verdict.is_intact
    assert not verify_pdf(pdf + b"\n% appended\n", roots=roots()).covers_file


def test_another_authority_is_not_trusted(settings: Any, tmp_path: Path) -> None:
    thai, _chinese, case = disclosed()
    _document, pdf = printed(thai, case)
    settings.VAR_DIR = tmp_path / "another"
    verdict = verify_pdf(pdf, roots=roots())
    assert verdict.is_intact
    assert not verdict.is_trusted
    with pytest.raises(ValueError, match="not a readable PDF"):
        verify_pdf(b"no PDF", roots=roots())


def test_a_ledger_prints_in_the_officers_language(tmp_path: Path) -> None:
    thai, _chinese, case = disclosed()
    _document, pdf = printed(thai, case, "th")
    path = tmp_path / "ledger.pdf"
    path.write_bytes(pdf)
    text = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, text=True, check=True).stdout
    assert "ไทย" in text


def test_a_ledger_prints_in_two_languages_side_by_side() -> None:
    thai, _chinese, case = disclosed()
    document, pdf = printed(thai, case, "th", "lo")
    text = squeezed(text_of(pdf))
    for language in ("th", "lo"):
        with translation.override(language):
            assert squeezed(translation.gettext("Under which terms")) in text
    assert document.languages_code == "th+lo"
    with pytest.raises(InvalidInput):
        request_ledger(actor=thai, case_id=case.uuid, language="th", beside="th")
    with pytest.raises(DatabaseError), transaction.atomic():
        LedgerDocument.objects.filter(pk=document.pk).update(beside="my")


def test_the_local_authority_is_made_once_and_read_by_its_owner_alone() -> None:
    home = local_authority()
    before = (home / "signer.pem").read_bytes()
    assert local_authority() == home
    assert (home / "signer.pem").read_bytes() == before
    for name in ("authority.key", "signer.key"):
        assert stat.S_IMODE((home / name).stat().st_mode) == 0o600


def test_without_a_key_nothing_is_signed_and_the_officer_is_told(settings: Any) -> None:
    settings.SIGNING_LOCAL_AUTHORITY = False
    with pytest.raises(NoSigningKey):
        sign_pdf(b"", reason="x")
    thai, _chinese, case = disclosed()
    owed = request_ledger(actor=thai, case_id=case.uuid, language="en")
    print_owed_ledger(job_id=owed.pk)
    owed.refresh_from_db()
    assert (owed.job_state, owed.error_code) == (JobState.FAILED, "no-signing-key")
    settings.SIGNING_LOCAL_AUTHORITY = True
    retry_ledger(actor=thai, document_id=owed.uuid)
    print_owed_ledger(job_id=owed.pk)
    owed.refresh_from_db()
    assert owed.job_state == JobState.DONE


def test_the_settings_name_key_and_certificate(settings: Any) -> None:
    home = local_authority()
    settings.SIGNING_LOCAL_AUTHORITY = False
    settings.SIGNING_KEY_FILE = str(home / "signer.key")
    settings.SIGNING_CERTIFICATE_FILE = str(home / "signer.pem")
    thai, _chinese, case = disclosed()
    _document, pdf = printed(thai, case)
    assert verify_pdf(pdf, roots=[(home / "authority.pem").read_bytes()]).holds


def test_a_recipient_prints_none_and_a_lost_right_ends_the_job() -> None:
    thai, chinese, case = disclosed()
    with pytest.raises(Case.DoesNotExist):
        request_ledger(actor=chinese, case_id=case.uuid, language="en")
    owed = request_ledger(actor=thai, case_id=case.uuid, language="en")
    with pytest.raises(LedgerDocument.DoesNotExist):
        open_ledger(actor=chinese, document_id=owed.uuid)
    named = officer("TH")
    casework.restrict_case(actor=named, case_id=case.uuid, officer_ids=[], reason="named")
    print_owed_ledger(job_id=owed.pk)
    owed.refresh_from_db()
    assert owed.job_state == JobState.DENIED
    assert AuditEvent.objects.filter(verb="ledger.denied", outcome="REFUSED").exists()


def test_a_signed_document_is_never_overwritten() -> None:
    thai, _chinese, case = disclosed()
    document, _pdf = printed(thai, case)
    for column in ("facts_sha256", "sha256"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE dossiers_ledgerdocument SET {column} = 'x' WHERE id = %s", [document.pk])


def test_too_many_entries_ask_for_a_shorter_period(monkeypatch: pytest.MonkeyPatch) -> None:
    thai, _chinese, case = disclosed()
    monkeypatch.setattr(ledgers, "MOST_ENTRIES", 1)
    with pytest.raises(ledgers.TooMuch):
        request_ledger(actor=thai, case_id=case.uuid, language="en")


def test_the_pages_ask_show_and_download(settings: Any) -> None:
    settings.SECOND_FACTOR_COMPULSORY = False
    thai, chinese, case = disclosed()
    client, foreign = Client(), Client()
    client.force_login(thai, backend="allauth.account.auth_backends.AuthenticationBackend")
    foreign.force_login(chinese, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = reverse("dossiers:ledgers", args=[case.uuid])
    assert foreign.get(page).status_code == 404
    assert client.post(page, {"language": "en"}).status_code == 302
    document = LedgerDocument.objects.get()
    assert reverse("dossiers:ledger_progress", args=[document.uuid]) in client.get(page).content.decode()
    address = reverse("dossiers:ledger_download", args=[document.uuid])
    assert client.get(address).status_code == 409
    print_owed_ledger(job_id=document.pk)
    assert address in client.get(page).content.decode()
    answer = client.get(address)
    assert answer["Content-Disposition"].startswith("attachment")
    assert verify_pdf(b"".join(answer.streaming_content), roots=roots()).holds
    assert foreign.get(address).status_code == 404
    assert AuditEvent.objects.filter(verb="ledger.downloaded").count() == 1
    assert (
        client.post(page, {"language": "en", "since": "2026-02-02", "until": "2026-01-01"}).status_code == 422
    )


@pytest.mark.django_db(transaction=True)
def test_the_worker_prints_and_signs_it(worker: Any, settings: Any) -> None:
    """A real worker and broker; its own folder of files and keys is the test run's."""
    import time

    thai, _chinese, case = disclosed()
    owed = request_ledger(actor=thai, case_id=case.uuid, language="en")
    end = time.monotonic() + 120
    while time.monotonic() < end and not owed.is_finished:
        time.sleep(0.3)
        with acting_as(thai):
            owed.refresh_from_db()
    assert owed.job_state == JobState.DONE, owed.error_code
    assert len(owed.certificate_sha256) == 64
