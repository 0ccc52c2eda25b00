"""List or delete files that an upload left without a record."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from lmc_cases.core import leftovers


class Command(BaseCommand):
    """The worker does this once an hour by itself; the command shows what it would take."""

    help = (
        "List files of imports, photographs, dossiers and papers that no record holds; --remove deletes them."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Arguments."""
        parser.add_argument("--remove", action="store_true", help="delete them")
        parser.add_argument(
            "--hours", type=int, default=24, help="only files older than this (default 24, at least 1)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Look, print, and delete where asked."""
        age = dt.timedelta(hours=max(1, options["hours"]))
        found = leftovers.leftovers(older_than=age)
        for leftover in found:
            self.stdout.write(f"{leftover.written_at:%Y-%m-%d %H:%M} {leftover.name}")
        if options["remove"]:
            self.stdout.write(f"{leftovers.sweep(older_than=age)} files removed")
        else:
            self.stdout.write(f"{len(found)} files without a record")
