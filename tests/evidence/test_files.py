"""Files of exhibits: stored as they are, hashed on the way, let out only as recorded attachments."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction

from lmc_cases.audit.models import AuditEvent
from lmc_cases.core.errors import InvalidInput
from lmc_cases.evidence.media_types import media_type_of
from lmc_cases.evidence.models import CustodyEvent, EvidenceItem
from lmc_cases.evidence.services import open_download, upload_file, verify_file
from lmc_cases.evidence.services.files import FileAlreadySet, FileMissing, kept_name, orphans
from lmc_cases.jurisdictions.access import acting_as
from tests.evidence.samples import exhibit, with_file
from tests.factories import officer, open_case, share


@pytest.fixture(autouse=True)
def _own_storage(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def stored(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.django_db
def test_a_file_is_stored_as_it_is_with_its_hash_and_under_a_name_that_tells_nothing(tmp_path: Path) -> None:
    thai = officer("TH")
    content = os.urandom(3_000_000)
    item = with_file(thai, open_case(thai), content, "แชท.jpg")
    [path] = stored(tmp_path)
    assert path.read_bytes() == content
    assert item.sha256 == hashlib.sha256(content).hexdigest()
    assert (item.size_bytes, item.file_name, item.scan_status) == (3_000_000, "แชท.jpg", "NOT_SCANNED")
    assert item.media_type == "application/octet-stream"
    assert path.suffix == ""
    assert path.stat().st_mode & 0o111 == 0
    assert CustodyEvent.objects.get(item=item).kind == "UPLOADED"
    assert AuditEvent.objects.get(verb="evidence.file_uploaded").codes["sha256"] == item.sha256


@pytest.mark.django_db
def test_a_file_is_set_once(tmp_path: Path) -> None:
    thai = officer("TH")
    item = with_file(thai, open_case(thai))
    with pytest.raises(FileAlreadySet):
        upload_file(actor=thai, item_id=item.uuid, file=io.BytesIO(b"other"), name="b.txt")
    assert len(stored(tmp_path)) == 1
    assert EvidenceItem.objects.get().sha256 == item.sha256


@pytest.mark.django_db(transaction=True)
def test_of_two_uploads_at_the_same_time_one_is_kept_and_the_other_leaves_no_file(tmp_path: Path) -> None:
    thai = officer("TH")
    item = exhibit(thai, open_case(thai))
    barrier = threading.Barrier(2)

    def upload(content: bytes) -> bool:
        try:
            barrier.wait(timeout=20)
            upload_file(actor=thai, item_id=item.uuid, file=io.BytesIO(content), name="a.bin")
        except FileAlreadySet:
            return False
        else:
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        ended = [done.result(60) for done in [pool.submit(upload, bytes([turn]) * 999) for turn in range(2)]]
    assert sorted(ended) == [False, True]
    [path] = stored(tmp_path)
    with acting_as(thai):
        assert hashlib.sha256(path.read_bytes()).hexdigest() == EvidenceItem.objects.get().sha256


@pytest.mark.django_db
def test_too_large_and_empty_files_are_refused_and_leave_nothing(settings: Any, tmp_path: Path) -> None:
    settings.EVIDENCE_MAX_BYTES = 1000
    thai = officer("TH")
    item = exhibit(thai, open_case(thai))

    class SaysLittle(io.BytesIO):
        size = 10

    class SaysMuch(io.BytesIO):
        size = 10**15

        def read(self, size: int | None = -1, /) -> bytes:
            raise AssertionError("read although the declared size is too large")

    for file in (io.BytesIO(b"x" * 1001), SaysLittle(b"x" * 5000), SaysMuch(), io.BytesIO(b"")):
        with pytest.raises(InvalidInput) as refused:
            upload_file(actor=thai, item_id=item.uuid, file=file, name="a.bin")
        assert refused.value.field == "file"
    assert stored(tmp_path) == []
    assert not CustodyEvent.objects.exists()
    upload_file(actor=thai, item_id=item.uuid, file=io.BytesIO(b"x" * 1000), name="a.bin")


@pytest.mark.django_db
def test_a_row_that_cannot_be_written_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lmc_cases.evidence.services import files

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the database went away")

    thai = officer("TH")
    item = exhibit(thai, open_case(thai))
    monkeypatch.setattr(files, "record", fail)
    with pytest.raises(RuntimeError):
        upload_file(actor=thai, item_id=item.uuid, file=io.BytesIO(b"x"), name="a.bin")
    assert stored(tmp_path) == []
    assert not EvidenceItem.objects.get().file


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system32\\cmd.exe", "cmd.exe"),
        ("/etc/shadow", "shadow"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ('a.txt"\r\nX-Injected: yes', "a.txt_ X-Injected_ yes"),
        ("..", "file"),
        ("", "file"),
        ("\x00\x01", "file"),
        ("<script>alert(1)</script>.html", "script_.html"),
        ("แชท 证据.pdf", "แชท 证据.pdf"),
        ("a" * 300 + ".tar.gz", "a" * 77 + ".gz"),
        (".htaccess", "htaccess"),
        ("CON:stream|pipe?.txt", "CON_stream_pipe_.txt"),
    ],
)
def test_a_file_name_loses_what_harms_or_hides(given: str, kept: str) -> None:
    assert kept_name(given) == kept
    assert len(kept_name(given).encode()) <= 255


@pytest.mark.parametrize(
    ("name", "head", "media_type"),
    [
        ("a.jpg", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("a.jpg", b"<html>", "application/octet-stream"),
        ("a.html", b"<html>", "application/octet-stream"),
        ("a.svg", b"<svg>", "application/octet-stream"),
        ("a.exe", b"MZ", "application/octet-stream"),
        ("a.csv", "ชื่อ,1".encode(), "text/csv"),
        ("a.txt", b"\x00\x01", "application/octet-stream"),
        ("a.txt", "ก".encode()[:2], "text/plain"),
        ("a.txt", b"\xff\xfe", "application/octet-stream"),
        ("noending", b"%PDF-", "application/octet-stream"),
    ],
)
def test_a_type_is_named_only_where_name_and_content_agree(name: str, head: bytes, media_type: str) -> None:
    assert media_type_of(name, head) == media_type


@pytest.mark.django_db
def test_verifying_records_a_match_and_a_changed_and_a_missing_file(tmp_path: Path) -> None:
    thai = officer("TH")
    item = with_file(thai, open_case(thai))
    assert verify_file(actor=thai, item_id=item.uuid).hash_matches is True
    [path] = stored(tmp_path)
    path.chmod(0o640)
    path.write_bytes(b"changed")
    assert verify_file(actor=thai, item_id=item.uuid).hash_matches is False
    path.unlink()
    assert verify_file(actor=thai, item_id=item.uuid).hash_matches is False
    checks = CustodyEvent.objects.filter(kind="HASH_CHECKED").order_by("pk")
    assert list(checks.values_list("hash_matches", flat=True)) == [True, False, False]


@pytest.mark.django_db
def test_an_exhibit_without_a_file_cannot_be_verified_or_downloaded() -> None:
    thai = officer("TH")
    item = exhibit(thai, open_case(thai))
    with pytest.raises(FileMissing):
        verify_file(actor=thai, item_id=item.uuid)
    with pytest.raises(EvidenceItem.DoesNotExist):
        open_download(actor=thai, item_id=item.uuid)


@pytest.mark.django_db
def test_a_download_stands_in_custody_and_audit_before_the_first_byte() -> None:
    thai, chinese, viet = officer("TH"), officer("CN"), officer("VN")
    case = open_case(thai)
    item = with_file(thai, case, b"secret")
    share(thai, case, "CN")
    with pytest.raises(EvidenceItem.DoesNotExist):
        open_download(actor=viet, item_id=item.uuid)
    download = open_download(actor=chinese, item_id=item.uuid)
    assert CustodyEvent.objects.get(kind="DOWNLOADED").recorded_by == chinese
    event = AuditEvent.objects.get(verb="evidence.downloaded")
    assert event.operation == "DISCLOSURE"
    assert event.recipient_country is not None
    assert (event.recipient_country.code, event.owner_country_id) == ("CN", case.owner_id)
    assert download.file.read() == b"secret"
    download.file.close()
    open_download(actor=thai, item_id=item.uuid).file.close()
    assert AuditEvent.objects.filter(verb="evidence.downloaded", recipient_country=None).count() == 1


@pytest.mark.django_db
def test_a_download_that_cannot_be_recorded_does_not_happen(monkeypatch: pytest.MonkeyPatch) -> None:
    from lmc_cases.evidence.services import files

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the audit record cannot be written")

    thai = officer("TH")
    item = with_file(thai, open_case(thai))
    monkeypatch.setattr(files, "record", fail)
    with pytest.raises(RuntimeError):
        open_download(actor=thai, item_id=item.uuid)
    assert not CustodyEvent.objects.filter(kind="DOWNLOADED").exists()


def _age(path: Path, days: float) -> None:
    then = time.time() - days * 86400
    os.utime(path, (then, then))


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_the_sweep_removes_what_no_exhibit_names_once_it_is_a_day_old(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    thai = officer("TH")
    item = with_file(thai, open_case(thai))
    folder = tmp_path / "evidence"
    kept, young, old = folder / Path(str(item.file.name)).name, folder / "young", folder / "old"
    elsewhere = tmp_path / "photos" / "old"
    elsewhere.parent.mkdir()
    for path in (young, old, elsewhere):
        path.write_bytes(b"left over")
    for path in (kept, old, elsewhere):
        _age(path, 2)
    call_command("sweep_files")
    assert "old" in capsys.readouterr().out
    assert old.exists()
    call_command("sweep_files", "--remove")
    assert not old.exists()
    assert kept.exists()
    assert young.exists()
    assert elsewhere.exists()


@pytest.mark.django_db(databases=["default", "owner"])
def test_the_sweep_of_an_empty_store_finds_nothing() -> None:
    assert orphans(older_than=dt.timedelta(hours=24), using="owner") == []


def test_the_sweep_refuses_to_judge_without_an_account_that_sees_every_row(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connections, "settings", {"default": connections.settings["default"]})
    with pytest.raises(CommandError, match="OWNER_DATABASE_URL"):
        call_command("sweep_files")


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_upload_leaves_a_file_for_the_sweep_and_no_row(tmp_path: Path) -> None:
    """The order that a crash must not turn round: the file is there before the row, never after it."""
    thai = officer("TH")
    item = exhibit(thai, open_case(thai))
    with transaction.atomic():
        upload_file(actor=thai, item_id=item.uuid, file=io.BytesIO(b"x"), name="a.bin")
        transaction.set_rollback(True)
    with acting_as(thai):
        assert not EvidenceItem.objects.get(pk=item.pk).file
    assert len(stored(tmp_path)) == 1
