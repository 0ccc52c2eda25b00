"""Let the exhibits of a case out as a table: what their page shows under the same filters, and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import Disclosure
from lmc_cases.cases.services import ledger
from lmc_cases.cases.services.items import case_with_items
from lmc_cases.core.list_export import whole
from lmc_cases.core.text import clean_text
from lmc_cases.evidence.models import EvidenceItem
from lmc_cases.evidence.services.reading import items_among

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


@transaction.atomic
def export_items(*, actor: User, case_id: UUID, kind: str = "", term: str = "") -> list[EvidenceItem]:
    """Return the exhibits of a case that the officer may see, in the order they were recorded.

    The export is recorded, and what it discloses; no file of an exhibit goes out with it.

    Args:
        kind, term: as ``reading.list_items`` takes them.

    Raises:
        Case.DoesNotExist: foreign, missing and too low a level alike.
        InvalidInput: more than one file holds.
    """
    case = case_with_items(actor, case_id)
    items = items_among(actor, case, kind=kind, term=term).order_by("pk")
    rows: list[EvidenceItem] = whole(items, few=("originator",))
    record(
        actor=actor,
        operation=Operation.EXPORT,
        verb="evidence.exported",
        target=case,
        codes={"rows": len(rows), "kind": kind, "searched": bool(clean_text(term))},
    )
    path = Disclosure.Path.EXPORT
    ledger.note_items(actor=actor, case=case, kind=Disclosure.Kind.EVIDENCE, items=rows, path=path)
    return rows
