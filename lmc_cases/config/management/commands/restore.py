"""Bring a backup back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lmc_cases.config.backup.programs import BackupError
from lmc_cases.config.backup.restoring import restore_backup


class Command(BaseCommand):
    """``manage.py restore DIR`` into an empty database and folder; needs OWNER_DATABASE_URL.

    The checks of a start are skipped: they ask for tables that this command is about to bring.
    """

    help = "Restore a backup into an empty database and an empty folder of files."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the folder."""
        parser.add_argument("folder", type=Path, help="what `manage.py backup` wrote")

    def handle(self, *args: Any, **options: Any) -> None:
        """Restore, and say what to look at."""
        try:
            restored = restore_backup(options["folder"].absolute(), say=self.stdout.write)
        except BackupError as error:
            raise CommandError(str(error)) from error
        manifest = restored.manifest
        self.stdout.write(
            f"restored as of {manifest.made_at}: {sum(manifest.rows.values())} rows, {len(manifest.files)} files"
        )
        for warning in restored.warnings:
            self.stderr.write(f"warning: {warning}")
        self.stdout.write(
            "Rights are as they were then: revoke again what was revoked since (shares, accounts, tokens), erase "
            "again what was erased. Everybody signs in anew."
        )
