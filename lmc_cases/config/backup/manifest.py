"""What a backup says of itself: enough to prove it whole before anything is restored from it."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from django.conf import settings

from lmc_cases.config.backup.programs import BackupError

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
DUMP: Final = "database.dump"
FILES: Final = "files"
# Keys of the server's environment without which restored records are not whole, and the settings that hold them. Only
# their marks are kept. Keys of the countries are not among them: the database knows those again by itself.
KEYS: Final = {
    "AUDIT_COMMITMENT_KEY": "AUDIT_COMMITMENT_KEY",
    "AUDIT_SIGNING_KEY": "AUDIT_SIGNING_KEYS",
    "SECOND_FACTOR_KEY": "SECOND_FACTOR_KEYS",
}
_CHUNK: Final = 1024 * 1024


@dataclass(frozen=True)
class KeptFile:
    """One file: SHA-256 as hex, and size in bytes."""

    sha256: str
    size_bytes: int


@dataclass
class Manifest:
    """The backup in numbers and hashes; no record, no name, no key is in it.

    Attributes:
        made_at: UTC, ISO 8601.
        server_version: PostgreSQL's major version.
        migrations: ``app.name`` of each migration the database had.
        rows: number of rows by table, in the snapshot; sessions are not kept.
        roles: attributes of the three roles, compared at the restore.
        dump: hash of the database part.
        files: by path below the folder of files.
        missing: files that a record names and the storage did not have.
        damaged: files whose content is not what the record says.
        key_marks: one-way marks of the server's keys, those of a list with spaces between: tell whether a restore has
            the same ones.
        is_sealed: whether the audit was sealed right before.
        is_encrypted: always False: encrypt the medium or the archive (docs/operations.md).
    """

    made_at: str
    server_version: int
    migrations: list[str]
    rows: dict[str, int]
    roles: dict[str, dict[str, bool]]
    dump: KeptFile
    files: dict[str, KeptFile]
    missing: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    key_marks: dict[str, str] = field(default_factory=dict)
    is_sealed: bool = False
    is_encrypted: bool = False
    format: int = FORMAT

    def write(self, folder: Path) -> None:
        """Write it, last of all: a folder without it is no backup."""
        text = json.dumps(asdict(self), indent=1, sort_keys=True)
        (folder / MANIFEST).write_text(text, encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Read it.

        Raises:
            BackupError: there is none, or one that this code does not understand.
        """
        try:
            told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise BackupError(f"{folder} holds no {MANIFEST}: it is no finished backup.") from None
        except ValueError:
            raise BackupError(f"{folder / MANIFEST} is damaged.") from None
        if not isinstance(told, dict) or told.get("format") != FORMAT:
            raise BackupError(f"{folder / MANIFEST} has another format than {FORMAT}.")
        told["dump"] = KeptFile(**told["dump"])
        told["files"] = {path: KeptFile(**kept) for path, kept in told["files"].items()}
        return cls(**told)


def measured(path: Path) -> KeptFile:
    """Return hash and size of a file."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as opened:
        while chunk := opened.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return KeptFile(digest.hexdigest(), size)


def copied(source: Path, target: Path) -> KeptFile:
    """Copy a file and return hash and size of what was read; the copy is on the disk when this returns."""
    import os

    digest, size = hashlib.sha256(), 0
    target.parent.mkdir(parents=True, exist_ok=True)
    with source.open("rb") as opened, target.open("xb") as written:
        while chunk := opened.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            written.write(chunk)
        written.flush()
        os.fsync(written.fileno())
    return KeptFile(digest.hexdigest(), size)


def key_marks() -> dict[str, str]:
    """Return a one-way mark of each key: the keys are long and random, so a mark tells nothing but sameness."""
    held = {name: getattr(settings, setting) for name, setting in KEYS.items()}
    return {
        name: " ".join(_mark(key) for key in (keys if isinstance(keys, list) else [keys]))
        for name, keys in held.items()
    }


def _mark(key: str) -> str:
    return hmac.new(key.encode(), b"lmc-backup", hashlib.sha256).hexdigest()[:16]
