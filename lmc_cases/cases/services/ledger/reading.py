"""Read the ledger: who received what of a case, and who still holds a copy."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from lmc_cases.audit.models import Operation as AuditOperation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import (
    Case,
    Disclosure,
)
from lmc_cases.core.keyset import EPOCH, Cursor, Page

if TYPE_CHECKING:
    from django.db import models

    from lmc_cases.accounts.models import User
    from lmc_cases.jurisdictions.models import Agency, Jurisdiction

PAGE_SIZE = 50
# Records that many entries share.
READ_WITH_ENTRIES: Final = (
    "recipient",
    "recipient_agency",
    "recipient_officer",
    "owner",
    "share",
    "reading_reason",
    "case",
)


@dataclass(frozen=True)
class LedgerFilters:
    """What the ledger is narrowed to; empty values narrow nothing.

    Attributes:
        object_uuid: public id of one record.
        path: a ``Disclosure.Path``; ``"COPIES"`` for every path that leaves a copy.
        recipient_id: primary key of the receiving country.
        since: first moment; ``until`` the first moment that no longer counts.
    """

    object_uuid: UUID | None = None
    path: str = ""
    recipient_id: int | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None


def entries_of(user: User, case: Case, filters: LedgerFilters | None = None) -> models.QuerySet[Disclosure]:
    """Return the entries of a case that the officer may read, newest first."""
    asked = filters or LedgerFilters()
    rows = Disclosure.objects.visible_to(user).filter(case=case)
    if asked.object_uuid is not None:
        rows = rows.filter(object_uuid=asked.object_uuid)
    if asked.path:
        rows = rows.filter(path__in=Disclosure.COPIES if asked.path == "COPIES" else [asked.path])
    if asked.recipient_id is not None:
        rows = rows.filter(recipient=asked.recipient_id)
    if asked.since is not None:
        rows = rows.filter(happened_at__gte=asked.since)
    if asked.until is not None:
        rows = rows.filter(happened_at__lt=asked.until)
    return rows.select_related(*READ_WITH_ENTRIES).order_by("-pk")


def page_of_ledger(
    *,
    actor: User,
    case: Case,
    filters: LedgerFilters | None = None,
    before: Cursor | None = None,
    size: int = PAGE_SIZE,
) -> Page[Disclosure]:
    """Return one page of a case's ledger, newest first, and record that it was read."""
    rows = entries_of(actor, case, filters)
    if before is not None:
        rows = rows.filter(pk__lt=before.pk)
    found = list(rows[: size + 1])
    shown = found[:size]
    record(
        actor=actor,
        operation=AuditOperation.CONSULTATION,
        verb="case.ledger_viewed",
        target=case,
        codes={"shown": len(shown)},
    )
    older = Cursor(at=EPOCH, pk=shown[-1].pk) if len(found) > size else None
    return Page(rows=shown, older=older)


@dataclass(frozen=True)
class Holder:
    """Who holds a copy of something of a case, by the last time it was taken.

    Attributes:
        officer: who took it; ``None`` for what was handed out to a whole country.
        times: how often this record went out to this holder in this state.
    """

    recipient: Jurisdiction
    agency: Agency | None
    officer: User | None
    kind: str
    object_uuid: UUID
    reference: str
    path: str
    sha256: str
    last_at: dt.datetime
    times: int


def holders_of(case: Case) -> list[Holder]:
    """Say who still holds a download of a case or of anything in it, newest first.

    ``case`` was read by an officer of the owning country through the rule; files, dossiers, exports, answers of the
    API and what a handover request handed out count, pages and lists do not.
    """
    rows = (
        Disclosure.objects.filter(case=case, path__in=Disclosure.COPIES)
        .select_related("recipient", "recipient_agency", "recipient_officer")
        .order_by("-pk")
    )
    found: dict[tuple[Any, ...], Holder] = {}
    for row in rows.iterator():
        key = (
            row.recipient_id,
            row.recipient_agency_id,
            row.recipient_officer_id,
            row.object_uuid,
            row.path,
            row.state,
        )
        held = found.get(key)
        found[key] = Holder(
            recipient=row.recipient,
            agency=row.recipient_agency,
            officer=row.recipient_officer,
            kind=row.kind,
            object_uuid=row.object_uuid,
            reference=row.reference,
            path=row.path,
            sha256=row.sha256,
            last_at=held.last_at if held else row.happened_at,
            times=held.times + 1 if held else 1,
        )
    return list(found.values())
