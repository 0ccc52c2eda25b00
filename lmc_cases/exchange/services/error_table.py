"""The row errors of an import as a CSV file that a spreadsheet program opens and never carries out."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.db import transaction

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.exchange.models import ImportRun
from lmc_cases.exchange.services.contents import for_reading

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

# What makes a spreadsheet program take a text for a formula, in half and full width.
_FORMULA_SIGNS: Final = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
BYTE_ORDER_MARK: Final = "\ufeff"


def harmless(text: str) -> str:
    """Return a text that no spreadsheet program takes for a formula: an apostrophe stands before the sign."""
    return (
        f"'{text}"
        if text.lstrip(" \u3000\xa0")[:1] and text.lstrip(" \u3000\xa0")[0] in _FORMULA_SIGNS
        else text
    )


def as_csv(rows: Iterable[Iterable[object]]) -> str:
    """Return rows as CSV with a byte order mark, without which Excel guesses the letters wrong."""
    text = io.StringIO()
    text.write(BYTE_ORDER_MARK)
    writer = csv.writer(text, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    for row in rows:
        writer.writerow([harmless(str(cell)) for cell in row])
    return text.getvalue()


@transaction.atomic
def export_errors(*, actor: User, run_id: UUID) -> ImportRun:
    """Return a finished import whose errors are being downloaded, and record that.

    Raises:
        ImportRun.DoesNotExist: foreign, missing and without a result alike.
    """
    run = ImportRun.objects.visible_to(actor).select_related("case").get(uuid=run_id)
    if "result" not in run.report:
        raise ImportRun.DoesNotExist
    for_reading(run)
    record(
        actor=actor,
        operation=Operation.EXPORT,
        verb="import.errors_exported",
        target=run,
        codes={"errors": len(run.report["result"].get("errors", ()))},
    )
    return run
