"""Restore a backup into an empty database and an empty folder of files: everything, or nothing.

The backup is proved whole first, every hash of it. The database part runs in one transaction. Nothing is ever
restored over records that are there: what would be lost is not for a program to decide.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.config import sealing
from lmc_cases.config.backup import database, programs
from lmc_cases.config.backup.manifest import DUMP, FILES, Manifest, copied, key_marks, measured
from lmc_cases.config.backup.programs import BackupError, owner_params
from lmc_cases.core.checks import MIGRATING, faults_of
from lmc_cases.keys import services as keys
from lmc_cases.keys.models import CountryKey

Say = Callable[[str], None]


@dataclass
class Restored:
    """What was restored, and what a person must look at."""

    manifest: Manifest
    warnings: list[str] = field(default_factory=list)


def restore_backup(folder: Path, *, say: Say) -> Restored:
    """Restore a backup.

    Raises:
        BackupError: with what to do; database and files are as they were, unless the message says otherwise.
    """
    programs.require_owner()
    manifest = Manifest.read(folder)
    media = Path(settings.MEDIA_ROOT)
    say("checking the backup ...")
    _check_whole(folder, manifest)
    with psycopg.connect(**owner_params()) as owner:
        _check_target(owner, manifest, media)
        version = database.server_version(owner)
    say("restoring the files ...")
    scratch = _restore_files(folder / FILES, media, manifest)
    try:
        say("restoring the database ...")
        with (
            psycopg.connect(**owner_params(), autocommit=True) as owner,
            database.default_grants_lifted(owner),
        ):
            programs.run(
                programs.program("pg_restore", server_version=version),
                "--single-transaction",
                "--exit-on-error",
                "--no-comments",
                f"--use-list={_wanted_entries(folder, version, scratch)}",
                f"--dbname={owner_params()['dbname']}",
                str(folder / DUMP),
            )
    except BaseException:
        _remove_files(media, manifest)
        raise
    finally:
        shutil.rmtree(scratch)
    say("comparing ...")
    with psycopg.connect(**owner_params(), autocommit=True) as owner:
        warnings = _compare(owner, manifest)
        owner.execute("ANALYZE")
    _look_at_country_keys(manifest, warnings)
    _tell_the_audit(manifest, warnings)
    return Restored(manifest, warnings)


def _look_at_country_keys(manifest: Manifest, warnings: list[str]) -> None:
    """Name the country keys in use that are not here: what they seal cannot be read without them."""
    if database.migrations_of_code() - set(manifest.migrations):
        warnings.append(
            "The keys of the countries were not compared: run manage.py keys status after the migration."
        )
        return
    for key in keys.status():
        if not key.is_here and key.state != CountryKey.State.RETIRED:
            warnings.append(
                f"Version {key.version} of the key of {key.country} is not here, or is another key: what it seals "
                "cannot be read. Bring it back (docs/keys.md)."
            )


def _tell_the_audit(manifest: Manifest, warnings: list[str]) -> None:
    """Begin a new epoch and record the restore; a database older than this code cannot take either yet."""
    if database.migrations_of_code() - set(manifest.migrations):
        warnings.append("The audit does not know of this restore: record it by hand after the migration.")
        return
    if not sealing.begin_epoch("restored"):
        warnings.append("No seals of the audit record are known to this code: no epoch was begun.")
    record(
        actor=None,
        operation=Operation.ALTERATION,
        verb="backup.restored",
        codes={"made_at": manifest.made_at, "files": len(manifest.files)},
    )


def _check_whole(folder: Path, manifest: Manifest) -> None:
    if not (folder / DUMP).exists() or measured(folder / DUMP) != manifest.dump:
        raise BackupError(f"{folder / DUMP} is not the file that was backed up. Take another copy.")
    for name, kept in manifest.files.items():
        path = folder / FILES / name
        if ".." in Path(name).parts or Path(name).is_absolute():
            raise BackupError(f"The manifest names a file outside its folder: {name}")
        if not path.is_file() or measured(path) != kept:
            raise BackupError(f"{path} is missing or is not the file that was backed up. Take another copy.")


def _check_target(owner: psycopg.Connection[Any], manifest: Manifest, media: Path) -> None:
    tables = owner.execute(database.TABLES).fetchall()
    if tables:
        raise BackupError(
            f"The database {programs.owner_address()} holds {len(tables)} tables. Restore into an empty one: "
            "see docs/operations.md, Restore."
        )
    if media.exists() and any(path.is_file() for path in media.rglob("*")):
        raise BackupError(f"{media} holds files. Move them away and restore into an empty folder.")
    if database.server_version(owner) < manifest.server_version:
        raise BackupError(f"The backup is of PostgreSQL {manifest.server_version}; this server is older.")
    unknown = sorted(set(manifest.migrations) - database.migrations_of_code())
    if unknown:
        raise BackupError(
            f"The backup was made by another version of the product, which had {unknown[-1]}. Restore with that "
            "version, or a newer one, and upgrade afterwards."
        )
    present = database.role_attributes(owner)
    wrong = [name for name, attributes in manifest.roles.items() if present.get(name) != attributes]
    if wrong:
        raise BackupError(
            f"The roles {', '.join(wrong)} are missing in this cluster, or may do something else than before. "
            "As a superuser: run lmc_cases/config/local/sql/roles.sql, and database.sql in this database."
        )
    faults = faults_of(MIGRATING)
    if faults:
        raise BackupError(" ".join(f"{fault.msg} {fault.hint}" for fault in faults))


def _wanted_entries(folder: Path, version: int, place: Path) -> Path:
    """Write the list of what is restored: all but the schema itself, which is there, with its rights."""
    listed = subprocess.run(
        [str(programs.program("pg_restore", server_version=version)), "--list", str(folder / DUMP)],
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode != 0:
        raise BackupError(f"{folder / DUMP} cannot be read by pg_restore.")
    kept = [line for line in listed.stdout.splitlines() if " SCHEMA - public " not in line]
    path = place / "entries"
    path.write_text("\n".join(kept) + "\n", encoding="utf-8")
    return path


def _restore_files(source: Path, media: Path, manifest: Manifest) -> Path:
    """Copy every file; returns an empty scratch folder beside them."""
    media.mkdir(parents=True, exist_ok=True)
    scratch = media / ".restore"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    try:
        for name, kept in manifest.files.items():
            target = media / name
            if copied(source / name, target) != kept:
                raise BackupError(f"{target} could not be written as it was. Look at the disk.")
            target.chmod(0o640)
    except BaseException:
        _remove_files(media, manifest)
        shutil.rmtree(scratch)
        raise
    return scratch


def _remove_files(media: Path, manifest: Manifest) -> None:
    for name in manifest.files:
        (media / name).unlink(missing_ok=True)


def _compare(owner: psycopg.Connection[Any], manifest: Manifest) -> list[str]:
    warnings = []
    if database.rows_by_table(owner) != manifest.rows:
        raise BackupError("The restored tables do not hold the rows of the backup. Do not use this database.")
    for name, mark in key_marks().items():
        if set(manifest.key_marks.get(name, "").split()) - set(mark.split()):
            warnings.append(
                f"LMC_{name} is not the key of the backup: what depends on it cannot be found or proved. "
                "Bring back the keys (docs/operations.md, Keys)."
            )
    newer = database.migrations_of_code() - set(manifest.migrations)
    if newer:
        warnings.append(
            f"This code has {len(newer)} newer migrations: run manage.py migrate --database owner now."
        )
    if manifest.missing:
        warnings.append(f"{len(manifest.missing)} files were missing when the backup was made.")
    if manifest.damaged:
        warnings.append(
            f"{len(manifest.damaged)} files were not what their records say: {manifest.damaged[0]}"
        )
    return warnings
