"""Let the list of imports out as a table: what its page shows, and no more. No imported file goes out with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.core.list_export import whole
from lmc_cases.exchange.models import ImportRun
from lmc_cases.exchange.services.listing import imports_among

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


@transaction.atomic
def export_imports(*, actor: User, text: str = "", kind: str = "", state: str = "") -> list[ImportRun]:
    """Return the imports that the list shows under the same filters, newest first; the export is recorded.

    Raises:
        InvalidInput: more than one file holds.
    """
    rows: list[ImportRun] = whole(imports_among(actor, text=text, kind=kind, state=state))
    record(
        actor=actor,
        operation=Operation.EXPORT,
        verb="imports.exported",
        owner_id=actor.audit_owner_id,
        codes={"rows": len(rows), "kind": kind, "state": state, "searched": bool(text)},
    )
    return rows
