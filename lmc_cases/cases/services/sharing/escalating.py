"""Tell duty desks of what nobody answered in the time a country gives itself."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction

from lmc_cases.accounts.services.desks import tell_desk, tell_officer_by_id
from lmc_cases.audit.models import Operation as AuditOperation
from lmc_cases.audit.services import record


@dataclass(frozen=True)
class _Overdue:
    """A row of ``overdue_answers()``: ids and a code, nothing of the case."""

    code: str
    object_uuid: UUID
    officer_id: int
    owner_id: int
    desk_id: int | None


def escalate_unanswered() -> int:
    """Write a notice for each duty desk, and for the officer who waits; return how many rows were overdue.

    What is overdue is found across countries by ``overdue_answers()``, which returns ids and codes alone; a row is
    told once. Where a country has no desk the officer who waits still learns that nobody answered.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT code, object_uuid, officer_id, owner_id, desk_id FROM overdue_answers() LIMIT 500"
        )
        found = [_Overdue(*row) for row in cursor.fetchall()]
    for row in found:
        _escalate(row)
    return len(found)


@transaction.atomic
def _escalate(row: _Overdue) -> None:
    tell_officer_by_id(row.officer_id, code=row.code, object_uuid=row.object_uuid)
    if row.desk_id is not None:
        tell_desk(row.desk_id, code=row.code, object_uuid=row.object_uuid)
    record(
        actor=None,
        operation=AuditOperation.ALTERATION,
        verb="share.escalated",
        owner_id=row.owner_id,
        reason_code=row.code,
        codes={"object": str(row.object_uuid), "has_desk": row.desk_id is not None},
    )
