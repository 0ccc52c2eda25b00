"""Let the people of a case out as a table: what their page shows under the same filters, and no more."""

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
from lmc_cases.core.text import search_form
from lmc_cases.suspects.models import Suspect
from lmc_cases.suspects.services.reading import people_among

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


@transaction.atomic
def export_people(*, actor: User, case_id: UUID, category: str = "", term: str = "") -> list[Suspect]:
    """Return the people of a case that the officer may see, by number; the export is recorded, and what it discloses.

    Args:
        category, term: as ``reading.list_people`` takes them.

    Raises:
        Case.DoesNotExist: foreign, missing and too low a level alike.
        InvalidInput: more than one file holds.
    """
    case = case_with_items(actor, case_id)
    people = people_among(actor, case, category=category, term=term).order_by("number")
    rows: list[Suspect] = whole(people, few=("originator",))
    record(
        actor=actor,
        operation=Operation.EXPORT,
        verb="suspects.exported",
        target=case,
        codes={"rows": len(rows), "category": category, "searched": bool(search_form(term))},
    )
    path = Disclosure.Path.EXPORT
    ledger.note_items(actor=actor, case=case, kind=Disclosure.Kind.SUSPECT, items=rows, path=path)
    return rows
