"""The row errors of an import, let out as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.exchange.models import ImportRun
from lmc_cases.exchange.services.contents import for_reading

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


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
