"""Make a backup while the product serves.

The database is copied in one snapshot, and the files after it. That order is what makes the pair consistent: a
file is on the disk before its row commits and is never written again, so every file that a row of the snapshot
names was there when the snapshot was taken. Files written meanwhile are in the copy too and belong to no row of
it; ``sweep_leftovers`` takes them away a day after a restore. A file deleted meanwhile (an import thrown away)
is named in the manifest.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import psycopg
from django.conf import settings

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.config import sealing
from lmc_cases.config.backup import database, programs
from lmc_cases.config.backup.manifest import DUMP, FILES, KeptFile, Manifest, copied, key_marks, measured
from lmc_cases.config.backup.programs import BackupError, owner_params

Say = Callable[[str], None]


def make_backup(folder: Path, *, say: Say) -> Manifest:
    """Write a backup into a new folder.

    Args:
        folder: must not exist, or be empty; it is complete when it has this name, never before.
        say: told each step.

    Raises:
        BackupError: with what to do; nothing is left under that name.
    """
    programs.require_owner()
    if folder.exists() and any(folder.iterdir()):
        raise BackupError(f"{folder} is not empty: each backup gets a folder of its own.")
    draft = folder.with_name(f".{folder.name}.{os.getpid()}.unfinished")
    draft.mkdir(mode=0o700, parents=True)
    try:
        manifest = _fill(draft, say)
        manifest.write(draft)
        if folder.exists():
            folder.rmdir()
        draft.rename(folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return manifest


def _fill(draft: Path, say: Say) -> Manifest:
    # Before seal and snapshot, so that the backup itself says that it was made.
    record(actor=None, operation=Operation.EXPORT, verb="backup.made")
    say("sealing the audit record ...")
    try:
        is_sealed = sealing.seal_now()
    except sealing.NotSealed as error:
        raise BackupError(f"The audit record could not be sealed: {error}. Try again.") from error
    made_at = dt.datetime.now(dt.UTC)
    with psycopg.connect(**owner_params()) as owner:
        owner.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        owner.read_only = True
        row = owner.execute("SELECT pg_export_snapshot()").fetchone()
        assert row is not None  # noqa: S101 - the function returns one row
        version = database.server_version(owner)
        say("copying the database ...")
        dump = draft / DUMP
        programs.run(
            programs.program("pg_dump", server_version=version),
            "--format=custom",
            "--compress=6",
            f"--snapshot={row[0]}",
            "--schema=public",
            "--no-comments",
            *(f"--exclude-table-data=public.{table}" for table in database.NOT_KEPT),
            f"--file={dump}",
        )
        dump.chmod(0o600)
        rows = database.rows_by_table(owner)
        migrations = database.migrations_in(owner)
        roles = database.role_attributes(owner)
        named = database.named_files(owner)
    say("copying the files ...")
    files = _copy_files(Path(settings.MEDIA_ROOT), draft / FILES, say)
    missing, damaged = _compare(named, files)
    return Manifest(
        made_at=made_at.isoformat(timespec="seconds"),
        server_version=version,
        migrations=migrations,
        rows=rows,
        roles=roles,
        dump=measured(dump),
        files=files,
        missing=missing,
        damaged=damaged,
        key_marks=key_marks(),
        is_sealed=is_sealed,
    )


def _copy_files(source: Path, target: Path, say: Say) -> dict[str, KeptFile]:
    target.mkdir(mode=0o700)
    kept: dict[str, KeptFile] = {}
    for path in sorted(source.rglob("*")) if source.exists() else []:
        if path.is_symlink() or not path.is_file():
            continue
        name = path.relative_to(source).as_posix()
        try:
            kept[name] = copied(path, target / name)
        except FileNotFoundError:  # deleted by its own service since it was listed
            (target / name).unlink(missing_ok=True)
            continue
        if len(kept) % 1000 == 0:
            say(f"copying the files ... {len(kept)}")
    return kept


def _compare(named: dict[str, str], files: dict[str, KeptFile]) -> tuple[list[str], list[str]]:
    """Return the files that records name and the copy lacks, and those that are not what the record says."""
    missing = sorted(path for path in named if path not in files)
    damaged = sorted(
        path for path, digest in named.items() if digest and path in files and files[path].sha256 != digest
    )
    return missing, damaged
