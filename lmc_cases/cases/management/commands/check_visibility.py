"""Compare the visibility read model with its sources."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from lmc_cases.cases.services import visibility


class Command(BaseCommand):
    """``manage.py check_visibility [--repair]``: exit code 1 on drift that was not repaired."""

    help = "Compare the visibility read model with owners, shares and named officers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take ``--repair``."""
        parser.add_argument("--repair", action="store_true", help="make the read model what its sources say")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the drift; repair it if asked."""
        with transaction.atomic():
            found = visibility.drift()
            self.stdout.write(
                f"missing={found.missing} surplus={found.surplus} different={found.different} "
                f"search={found.search} texts={found.texts} facets={found.facets}"
            )
            if found.is_none:
                return
            if not options["repair"]:
                raise CommandError("The read model has drifted. Run again with --repair.")
            visibility.repair()
            self.stdout.write("repaired")
