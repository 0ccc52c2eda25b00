"""Let cases, ledgers, operations and requests for consent out as tables: what their pages show, and no more."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from django.db import transaction

from lmc_cases.audit.models import Operation as AuditOperation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import Case, ConsentRequest, Disclosure, Operation
from lmc_cases.cases.services.consent.reading import consents_among
from lmc_cases.cases.services.ledger import READ_WITH_ENTRIES, LedgerFilters, entries_of
from lmc_cases.cases.services.listing import CaseFilters, CasePage, Walk, page_of_cases
from lmc_cases.cases.services.operations import operations_among
from lmc_cases.cases.services.search import find_cases
from lmc_cases.core.list_export import ceiling, too_many, whole

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


@transaction.atomic
def export_cases(*, actor: User, filters: CaseFilters, text: str = "") -> CasePage:
    """Return all cases of the list as one page, newest first; the export is recorded, and what it discloses.

    Args:
        text: what is searched for; the audit holds that something was, never what.

    Raises:
        InvalidInput: more than one file holds.
    """
    path, most = Disclosure.Path.EXPORT, ceiling()
    if text:
        page = find_cases(actor, text, filters=filters, size=most, path=path)
    else:
        # Counted by the index first: thousands of rows are not noted as let out only to be refused.
        if Walk.for_officer(actor, filters).count(most + 1) > most:
            raise too_many()
        page = page_of_cases(actor, filters=filters, size=most, path=path)
    if page.older is not None:
        raise too_many()
    record(
        actor=actor,
        operation=AuditOperation.EXPORT,
        verb="cases.exported",
        owner_id=actor.audit_owner_id,
        codes={
            "rows": len(page.rows),
            "searched": bool(text),
            **{name: value for name, value in asdict(filters).items() if value},
        },
    )
    return page


@transaction.atomic
def export_ledger(*, actor: User, case: Case, filters: LedgerFilters) -> list[Disclosure]:
    """Return the entries of a case's ledger that its page shows, newest first; the export is recorded.

    Args:
        case: read through the rule.

    Raises:
        InvalidInput: more than one file holds.
    """
    rows: list[Disclosure] = whole(entries_of(actor, case, filters), few=READ_WITH_ENTRIES)
    record(
        actor=actor,
        operation=AuditOperation.EXPORT,
        verb="case.ledger_exported",
        target=case,
        codes={
            "rows": len(rows),
            **{name: str(value) for name, value in asdict(filters).items() if value},
        },
    )
    return rows


@transaction.atomic
def export_operations(*, actor: User, text: str = "", status: str = "") -> list[Operation]:
    """Return the operations that their list shows under the same filters, newest first; the export is recorded.

    Raises:
        InvalidInput: more than one file holds.
    """
    rows: list[Operation] = whole(operations_among(actor, text=text, status=status))
    record(
        actor=actor,
        operation=AuditOperation.EXPORT,
        verb="operations.exported",
        owner_id=actor.audit_owner_id,
        codes={"rows": len(rows), "status": status, "searched": bool(text)},
    )
    return rows


@transaction.atomic
def export_consents(
    *, actor: User, asked_by_us: bool, reference: str = "", state: str = ""
) -> list[ConsentRequest]:
    """Return one of the lists of requests for consent under the same filters; the export is recorded.

    Raises:
        InvalidInput: more than one file holds.
    """
    rows: list[ConsentRequest] = whole(
        consents_among(actor, asked_by_us=asked_by_us, reference=reference, state=state)
    )
    record(
        actor=actor,
        operation=AuditOperation.EXPORT,
        verb="consents.exported",
        owner_id=actor.audit_owner_id,
        codes={
            "rows": len(rows),
            "asked_by_us": asked_by_us,
            "state": state,
            "searched": bool(reference),
        },
    )
    return rows
