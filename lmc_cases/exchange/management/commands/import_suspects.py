"""Import a list of persons: ``manage.py import_suspects FILE --agency TH-CIB --actor officer@example.org``."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from lmc_cases.exchange.management.importing_command import ImportCommand, column_argument
from lmc_cases.exchange.models import ImportRun
from lmc_cases.exchange.services.lists import FIELD_LABELS


class Command(ImportCommand):
    """An .xlsx or .csv list of persons into a case."""

    help = "Import the persons of an .xlsx or .csv list; rows with errors are named and left out."
    kind = ImportRun.Kind.SUSPECT_LIST

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Besides the common ones, what the columns hold."""
        super().add_arguments(parser)
        parser.add_argument(
            "--column",
            action="append",
            default=[],
            type=column_argument,
            metavar="N=FIELD",
            help=f"what column N (from 1) holds, instead of the proposal: {', '.join(FIELD_LABELS)}",
        )

    def mapping(self, run: ImportRun, options: dict[str, Any]) -> dict[str, str] | None:
        """The proposal, changed where the command line says so."""
        chosen = {str(column): name for column, name in options["column"]}
        return {**run.mapping, **chosen} if chosen else None
