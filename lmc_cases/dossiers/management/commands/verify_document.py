"""Check a signed document from files alone."""

from __future__ import annotations

import logging
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from lmc_cases.dossiers.signing.offline import Unreadable, verify_document


class Command(BaseCommand):
    """``manage.py verify_document FILE --roots DIR [--proof proof.json]``: 0 holds, 1 does not, 2 cannot be read."""

    help = "Check a signed dossier, ledger or receipt offline: no database, no network."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the files."""
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--roots", type=Path, required=True, help="folder: certificates trusted (*.pem), audit.key"
        )
        parser.add_argument("--proof", type=Path, help="the file that the verify page gives")

    def handle(self, *_args: Any, **given: Any) -> None:
        """Write what was found and end with its exit code."""
        # What the library finds wrong comes out as a line of the report.
        logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
        try:
            report = verify_document(given["file"], roots=given["roots"], proof=given["proof"])
        except Unreadable as error:
            self.stderr.write(str(error))
            sys.exit(2)
        for line in report.lines:
            self.stdout.write(line)
        self.stdout.write("does not hold" if report.faults else "holds")
        sys.exit(1 if report.faults else 0)
