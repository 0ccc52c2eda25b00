"""The finished files of a run, as one archive that is written while it is sent. Decision record 52."""

from __future__ import annotations

import hashlib
import json
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any
from uuid import UUID

from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.accounts.models import User
from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.core.request_id import Origin, current_origin, work_from
from lmc_cases.dossiers.models import Dossier, DossierRun, DossierRunItem
from lmc_cases.dossiers.services.reading import FileDamaged, NotReady, open_download, open_signed
from lmc_cases.jurisdictions.access import acting_as

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

FORMAT = "lmc-cases/dossier-run/1"
AT_ONCE = 200
PIECE = 256 * 1024

State = DossierRunItem.State


@dataclass(frozen=True)
class Package:
    """An archive that is not written yet: its name, and the pieces that make it when they are asked for."""

    name: str
    pieces: Iterator[bytes]


@transaction.atomic
def pack_run(*, actor: User, run_id: UUID) -> Package:
    """Return the finished dossiers of a run as a ZIP file, and record that it was asked for.

    Each file is opened in a transaction of its own when its turn comes: the rule is asked again, the disclosure is
    recorded as that of a single download is. Whatever the officer does not see by then is not in it.

    Raises:
        DossierRun.DoesNotExist: foreign and missing alike.
        NotReady: nothing of it is finished.
    """
    run = DossierRun.objects.visible_to(actor).get(uuid=run_id)
    if not DossierRunItem.objects.visible_to(actor).filter(run=run, state=State.DONE).exists():
        raise NotReady(_("No dossier of this run is ready yet."))
    record(
        actor=actor,
        operation=Operation.EXPORT,
        verb="dossier_run.downloaded",
        target=run,
        codes={"total": run.total, "done": run.done, "failed": run.failed},
    )
    return Package(f"dossiers-{run.audit_reference}.zip", _pieces(actor.pk, run, current_origin()))


def _pieces(officer_pk: int, run: DossierRun, origin: Origin) -> Iterator[bytes]:
    """Write the archive into memory, a piece at a time, and hand each piece on before the next."""
    pipe = _Pipe()
    inside = 0
    with (
        tempfile.TemporaryFile("w+b") as lines,
        zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as archive,  # type: ignore[call-overload]
    ):
        for dossier_id in _finished(officer_pk, run):
            with work_from(origin):
                stored = _opened(officer_pk, dossier_id, lines)
            if stored is None:
                continue
            yield from _member(archive, pipe, stored, dossier_id, lines)
            inside += 1
        lines.seek(0)
        with archive.open(_info("manifest.json"), "w", force_zip64=True) as out:
            for piece in _manifest(run, inside, lines):
                out.write(piece)
                yield pipe.taken()
    yield pipe.taken()


def _finished(officer_pk: int, run: DossierRun) -> Iterator[UUID]:
    """Yield public ids of the dossiers that the officer sees, by position; no transaction is open meanwhile."""
    after = 0
    while True:
        officer = _officer(officer_pk)
        with acting_as(officer):
            rows = DossierRunItem.objects.visible_to(officer).filter(
                run=run, state=State.DONE, position__gt=after
            )
            found = list(rows.order_by("position").values_list("position", "dossier__uuid")[:AT_ONCE])
        yield from (dossier_id for _position, dossier_id in found)
        if len(found) < AT_ONCE:
            return
        after = found[-1][0]


def _opened(officer_pk: int, dossier_id: UUID, lines: IO[bytes]) -> File[bytes] | None:
    """Open the signed file, else the drawn one, through the rule; ``None`` for what is closed, gone or damaged."""
    officer = _officer(officer_pk)
    try:
        with acting_as(officer):
            try:
                return open_signed(actor=officer, dossier_id=dossier_id)
            except NotReady:
                return open_download(actor=officer, dossier_id=dossier_id)
    except (Dossier.DoesNotExist, NotReady):
        return None
    except FileDamaged:
        # The officer sees it, and must hear that it is missing here.
        _note(lines, {"dossier": str(dossier_id), "error": "damaged"})
        return None


def _member(
    archive: zipfile.ZipFile, pipe: _Pipe, stored: File[bytes], dossier_id: UUID, lines: IO[bytes]
) -> Iterator[bytes]:
    """Write one file, as it is: a PDF is compressed already."""
    name = (stored.name or "").rsplit("/", 1)[-1]
    checksum, size = hashlib.sha256(), 0
    with stored, archive.open(_info(name), "w") as out:
        while piece := stored.read(PIECE):
            checksum.update(piece)
            size += len(piece)
            out.write(piece)
            yield pipe.taken()
    _note(
        lines,
        {"name": name, "dossier": str(dossier_id), "sha256": checksum.hexdigest(), "size_bytes": size},
    )


def _manifest(run: DossierRun, inside: int, lines: IO[bytes]) -> Iterator[bytes]:
    """Yield the manifest. What is not inside is a number alone: who may not see a request reads nothing of it."""
    head = {
        "format": FORMAT,
        "run": str(run.uuid),
        "scope": run.scope,
        "reference": run.scope_reference,
        "languages": run.languages,
        "beside": run.beside,
        "made_at": timezone.now().isoformat(timespec="seconds"),
        "asked": run.total,
        "inside": inside,
    }
    yield json.dumps(head)[:-1].encode() + b', "files": [\n'
    for number, line in enumerate(lines):
        yield (b",\n" if number else b"") + line.rstrip(b"\n")
    yield b"\n]}\n"


def _note(lines: IO[bytes], entry: dict[str, Any]) -> None:
    lines.write(json.dumps(entry).encode() + b"\n")


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, date_time=timezone.localtime().timetuple()[:6])
    info.external_attr = 0o600 << 16
    return info


def _officer(pk: int) -> User:
    """Read the officer anew: an account may be closed while its archive is on the way."""
    return User.objects.select_related("agency__jurisdiction").get(pk=pk)


class _Pipe:
    """What an archive is written into that goes out as it grows: nobody can go back in it."""

    def __init__(self) -> None:
        self._held = bytearray()

    def write(self, piece: ReadableBuffer) -> int:
        """Keep it until it is taken."""
        before = len(self._held)
        self._held += piece
        return len(self._held) - before

    def flush(self) -> None:
        """Nothing lies in between."""

    def taken(self) -> bytes:
        """Return what was written since, and forget it."""
        held = bytes(self._held)
        self._held.clear()
        return held
