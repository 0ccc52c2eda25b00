"""Import a CASE bundle: ``manage.py import_case_bundle FILE --agency TH-CIB --actor officer@example.org``."""

from __future__ import annotations

from lmc_cases.exchange.management.importing_command import ImportCommand
from lmc_cases.exchange.models import ImportRun


class Command(ImportCommand):
    """A CASE/UCO JSON-LD bundle into a case."""

    help = "Import persons, exhibits and custody events of a CASE bundle, all of them or nothing."
    kind = ImportRun.Kind.CASE_BUNDLE
