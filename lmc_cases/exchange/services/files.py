"""An uploaded file: taken in pieces, measured and hashed on the way, kept only when it can be read."""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.files import File
from django.utils.translation import gettext as _

from lmc_cases.core.display import format_size
from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.text import clean_text

if TYPE_CHECKING:
    from lmc_cases.exchange.models import ImportRun

_PIECE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Received:
    """A file on this machine's disk, for as long as the block of ``received`` lasts."""

    path: Path
    name: str
    size_bytes: int
    sha256: str


class FileChanged(Exception):
    """The stored file is gone, or is not the one that was uploaded."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@contextlib.contextmanager
def received(upload: File[bytes]) -> Iterator[Received]:
    """Write an upload to a temporary file, piece by piece, and remove it afterwards.

    Raises:
        InvalidInput: larger than ``IMPORT_MAX_BYTES``, or empty.
    """
    limit = settings.IMPORT_MAX_BYTES
    digest = hashlib.sha256()
    size = 0
    with tempfile.NamedTemporaryFile(prefix="lmc-import-") as target:
        for piece in upload.chunks(_PIECE):
            size += len(piece)
            if size > limit:
                raise InvalidInput(
                    "file", _("The file is larger than %(limit)s.") % {"limit": format_size(limit)}
                )
            digest.update(piece)
            target.write(piece)
        if not size:
            raise InvalidInput("file", _("The file is empty."))
        target.flush()
        yield Received(Path(target.name), _base_name(upload.name or ""), size, digest.hexdigest())


@contextlib.contextmanager
def stored(run: ImportRun) -> Iterator[Path]:
    """Give the run's file as a path on this machine, after comparing its hash with the one taken at upload.

    Raises:
        FileChanged: ``file-missing`` or ``file-changed``.
    """
    digest = hashlib.sha256()
    with tempfile.NamedTemporaryFile(prefix="lmc-import-") as target:
        try:
            with run.file.open("rb") as source:
                for piece in source.chunks(_PIECE):
                    digest.update(piece)
                    target.write(piece)
        except (FileNotFoundError, ValueError):
            raise FileChanged("file-missing") from None
        if digest.hexdigest() != run.file_sha256:
            raise FileChanged("file-changed")
        target.flush()
        yield Path(target.name)


def _base_name(name: str) -> str:
    return clean_text(name.replace("\\", "/").rpartition("/")[2])[-255:] or "file"
