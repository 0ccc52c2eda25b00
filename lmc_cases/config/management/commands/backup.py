"""Copy everything that cannot be made again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lmc_cases.config.backup.making import make_backup
from lmc_cases.config.backup.programs import BackupError


class Command(BaseCommand):
    """``manage.py backup DIR``, while the product serves; needs OWNER_DATABASE_URL."""

    help = "Back up database and files into a new folder. Not encrypted; no key is in it."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the folder."""
        parser.add_argument("folder", type=Path, help="a folder that does not exist yet")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it, and say what is in it and what is not."""
        folder: Path = options["folder"].absolute()
        try:
            manifest = make_backup(folder, say=self.stdout.write)
        except BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{folder}: {sum(manifest.rows.values())} rows of {len(manifest.rows)} tables, "
            f"{len(manifest.files)} files, audit sealed: {'yes' if manifest.is_sealed else 'no'}"
        )
        self.stdout.write(
            "NOT ENCRYPTED: it holds every country's records. Encrypt it before it leaves this machine."
        )
        self.stdout.write("Keys are not in it: without them, kept elsewhere, it is not whole.")
        for path in manifest.missing:
            self.stderr.write(f"missing: {path}")
        for path in manifest.damaged:
            self.stderr.write(f"not what its record says: {path}")
        if manifest.damaged:
            raise CommandError("The backup is there, but some files are damaged. Look at them now.")
