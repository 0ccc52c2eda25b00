"""List or remove stored files of exhibits that no exhibit names."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from lmc_cases.evidence.services.files import orphans


class Command(BaseCommand):
    """An upload that broke off leaves a file without a row. Only the folder of exhibits is looked at.

    Needs OWNER_DATABASE_URL: what is an orphan can be said only by an account that sees every row.
    """

    help = "List stored files of exhibits that no exhibit names; --remove deletes them."

    def add_arguments(self, parser: CommandParser) -> None:
        """Arguments."""
        parser.add_argument("--remove", action="store_true", help="delete them")
        parser.add_argument(
            "--hours", type=int, default=24, help="only files older than this (default 24, at least 1)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Look, print, and delete where asked."""
        if "owner" not in connections:
            raise CommandError("Set OWNER_DATABASE_URL: only the owner of the tables sees every exhibit.")
        found = orphans(older_than=dt.timedelta(hours=max(1, options["hours"])), using="owner")
        for name, at in found:
            if options["remove"]:
                default_storage.delete(name)
            self.stdout.write(f"{at:%Y-%m-%d %H:%M} {name}{' removed' if options['remove'] else ''}")
        self.stdout.write(f"{len(found)} files without an exhibit")
