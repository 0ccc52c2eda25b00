"""Files of exhibits: written once, hashed on the way, verified, and let out only as an attachment.

A file is in storage before its row says so: a crash in between leaves a file without a row (``sweep_files``
removes it later), never a row without its file. Nothing here opens, shows or runs what was uploaded.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import Storage, default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import Disclosure
from lmc_cases.cases.services import ledger
from lmc_cases.core.display import format_size
from lmc_cases.core.errors import Conflict, InvalidInput
from lmc_cases.core.history import save_as
from lmc_cases.core.text import clean_text
from lmc_cases.evidence.media_types import HEAD_BYTES, media_type_of
from lmc_cases.evidence.models import CustodyEvent, EvidenceItem, evidence_path
from lmc_cases.evidence.services.keeping import item_to_keep, lock_item_to_keep, note_change

if TYPE_CHECKING:
    from uuid import UUID

    from lmc_cases.accounts.models import User

CHUNK_BYTES: Final = 1024 * 1024
FOLDER: Final = "evidence"
# File systems take 255 bytes; a name of 80 characters fits in every script.
MAX_NAME: Final = 80
_UNSAFE: Final = re.compile(r'[<>:"|?*\x00-\x1f]')


class FileAlreadySet(Conflict):
    """The exhibit has its file; another one is another exhibit."""


class FileMissing(Conflict):
    """The storage has no such file."""


@dataclass(frozen=True)
class Download:
    """An open file to be sent as an attachment under ``name``; ``size_bytes`` as recorded."""

    file: File[bytes]
    name: str
    size_bytes: int


class HashingFile(File):  # type: ignore[type-arg]
    """A file that is hashed, counted and limited while the storage copies it."""

    def __init__(self, file: Any, limit: int) -> None:
        super().__init__(file)
        self.source = file
        self.limit = limit
        self.digest = hashlib.sha256()
        self.count = 0
        self.head = b""

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """Yield the content from its beginning."""
        self.source.seek(0)
        while chunk := self.source.read(chunk_size or CHUNK_BYTES):
            self.count += len(chunk)
            if self.count > self.limit:
                raise too_large(self.limit)
            if not self.head:
                self.head = chunk[:HEAD_BYTES]
            self.digest.update(chunk)
            yield chunk


def upload_file(*, actor: User, item_id: UUID, file: Any, name: str) -> EvidenceItem:
    """Give an exhibit its file, once.

    Args:
        file: a seekable binary file.
        name: as the browser sent it; what harms is taken out, and it is no part of where the file is kept.

    Raises:
        EvidenceItem.DoesNotExist: foreign and missing alike.
        FileAlreadySet: the exhibit has a file.
        InvalidInput: empty, or larger than the limit.
        CaseClosed: the case is closed.
    """
    with transaction.atomic():
        item = item_to_keep(actor, item_id)
    _check_has_none(item)
    declared = getattr(file, "size", None)
    if declared is not None and declared > settings.EVIDENCE_MAX_BYTES:
        raise too_large(settings.EVIDENCE_MAX_BYTES)
    # Copied before anything is locked: a large file takes its time.
    source = HashingFile(file, settings.EVIDENCE_MAX_BYTES)
    stored = store(evidence_path(item, ""), source)
    try:
        return _set_file(actor, item_id, stored, source, kept_name(name))
    except BaseException:
        default_storage.delete(stored)
        raise


@transaction.atomic
def verify_file(*, actor: User, item_id: UUID) -> CustodyEvent:
    """Hash the stored file again and record the result in the chain of custody.

    A file that is missing does not match. Also when the case is closed.

    Raises:
        EvidenceItem.DoesNotExist: foreign and missing alike.
        Conflict: the exhibit has no file.
    """
    item = item_to_keep(actor, item_id)
    if not item.file or not item.file.name:
        raise FileMissing(_("This exhibit has no file."))
    matches = _digest(item.file.storage, item.file.name) == item.sha256
    event = CustodyEvent.objects.create(
        item=item,
        kind=CustodyEvent.Kind.HASH_CHECKED,
        happened_at=timezone.now(),
        hash_matches=matches,
        tool="SHA-256",
        recorded_by=actor,
    )
    record(
        actor=actor,
        operation=Operation.CONSULTATION,
        verb="evidence.file_verified",
        target=item,
        codes={"matches": matches, "sha256": item.sha256},
    )
    return event


@transaction.atomic
def open_download(*, actor: User, item_id: UUID) -> Download:
    """Open the file of an exhibit for an officer who sees the case in full, and record that it goes out.

    The custody event and the disclosure are written in this transaction, before the first byte is sent: a
    download that breaks off stands in the record too.

    Raises:
        EvidenceItem.DoesNotExist: foreign, missing, and without a file alike.
        FileMissing: the storage has lost the file.
    """
    item = EvidenceItem.objects.visible_to(actor).get(uuid=item_id)
    if not item.file or not item.file.name:
        raise EvidenceItem.DoesNotExist
    try:
        opened = item.file.storage.open(item.file.name, "rb")
    except FileNotFoundError:
        raise FileMissing(_("The file is missing from the storage. Tell the administrator.")) from None
    CustodyEvent.objects.create(
        item=item,
        kind=CustodyEvent.Kind.DOWNLOADED,
        happened_at=timezone.now(),
        to_holder=actor.full_name,
        recorded_by=actor,
    )
    country = actor.country
    record(
        actor=actor,
        operation=Operation.DISCLOSURE,
        verb="evidence.downloaded",
        target=item,
        recipient=None if country.pk == item.originator_id else country,
        codes={"sha256": item.sha256, "size_bytes": item.size_bytes},
    )
    ledger.note_item(
        actor=actor,
        item=item,
        kind=Disclosure.Kind.EVIDENCE,
        path=Disclosure.Path.FILE,
        sha256=item.sha256,
    )
    return Download(file=opened, name=item.file_name, size_bytes=item.size_bytes or 0)


def kept_name(given: str) -> str:
    """Return the name under which a file may leave again: its last part, without what harms or hides.

    Path parts, control characters, line ends, bidirectional controls and the signs that systems reserve go; a
    name that is nothing else becomes ``file``. The ending stays when a long name is cut.
    """
    last = re.split(r"[\\/]", clean_text(given))[-1]
    cleaned = _UNSAFE.sub("_", last).strip(" .")
    if len(cleaned) > MAX_NAME:
        stem, dot, ending = cleaned.rpartition(".")
        ending = ending[:16] if dot and stem else ""
        cleaned = f"{(stem or cleaned)[: MAX_NAME - len(ending) - 1]}{'.' if ending else ''}{ending}"
    return cleaned or "file"


def orphans(
    *, older_than: dt.timedelta, using: str, storage: Storage | None = None
) -> list[tuple[str, dt.datetime]]:
    """Return the names and times of stored files that no exhibit, present or past, names.

    Args:
        older_than: younger ones may belong to an upload that has not ended.
        using: a database alias that sees every row; one that row-level security filters would take every file
            of other countries for an orphan.
    """
    shelf = storage or default_storage
    past: Any = EvidenceItem.history
    known = set(EvidenceItem.objects.using(using).exclude(file="").values_list("file", flat=True))
    known.update(past.using(using).exclude(file="").values_list("file", flat=True))
    limit = timezone.now() - older_than
    try:
        names = shelf.listdir(FOLDER)[1]
    except FileNotFoundError:
        return []
    found = ((f"{FOLDER}/{name}", shelf.get_modified_time(f"{FOLDER}/{name}")) for name in sorted(names))
    return [(name, at) for name, at in found if name not in known and at < limit]


def too_large(limit: int) -> InvalidInput:
    """Return the refusal of a file over ``limit`` bytes."""
    return InvalidInput("file", _("The file is larger than %(limit)s.") % {"limit": format_size(limit)})


@transaction.atomic
def _set_file(actor: User, item_id: UUID, stored: str, source: HashingFile, name: str) -> EvidenceItem:
    item = lock_item_to_keep(actor, item_id)
    _check_has_none(item)
    item.file = stored
    item.file_name = name
    item.media_type = media_type_of(name, source.head)
    item.size_bytes = source.count
    item.sha256 = source.digest.hexdigest()
    item.scan_status = EvidenceItem.ScanStatus.NOT_SCANNED
    item.version += 1
    item.updated_at = timezone.now()
    save_as(item, actor=actor, reason="file")
    CustodyEvent.objects.create(
        item=item, kind=CustodyEvent.Kind.UPLOADED, happened_at=timezone.now(), recorded_by=actor
    )
    note_change(item, actor, "exhibit")
    record(
        actor=actor,
        operation=Operation.COLLECTION,
        verb="evidence.file_uploaded",
        target=item,
        codes={"sha256": item.sha256, "size_bytes": item.size_bytes},
    )
    return item


def _check_has_none(item: EvidenceItem) -> None:
    if item.file:
        raise FileAlreadySet(
            _(
                "This exhibit has its file already. Add another exhibit, as a part of this one, for another file."
            )
        )


def store(name: str, source: HashingFile) -> str:
    """Copy a file into the storage, hashed on the way, and return where it stands.

    Raises:
        InvalidInput: empty, or larger than its limit; nothing is left behind.
    """
    try:
        stored = default_storage.save(name, source)
    except BaseException:
        default_storage.delete(name)
        raise
    if source.count == 0:
        default_storage.delete(stored)
        raise InvalidInput("file", _("The submitted file is empty."))
    _settle(stored)
    return stored


def _settle(name: str) -> None:
    """Have the bytes on the disk before the row says they are there; a remote storage has no path."""
    with contextlib.suppress(NotImplementedError):
        handle = os.open(default_storage.path(name), os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _digest(storage: Storage, name: str) -> str:
    digest = hashlib.sha256()
    try:
        with storage.open(name, "rb") as opened:
            while chunk := opened.read(CHUNK_BYTES):
                digest.update(chunk)
    except FileNotFoundError:
        return ""
    return digest.hexdigest()
