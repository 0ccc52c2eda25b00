"""Put a file that leaves the product into the register of issued files, and say so in the sealed record."""

from __future__ import annotations

from uuid import UUID

from django.db import connection
from django.utils import timezone

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.dossiers.models import IssuedFile


def note_issued(
    *, kind: IssuedFile.Kind, owner_id: int | None, object_uuid: UUID, sha256: str, facts_sha256: str
) -> None:
    """Note a file in the caller's transaction, which records who made it.

    The event is one of its own and names nobody, no case and no request: its bytes are handed, as proof that the
    file was recorded, to whoever holds the file.

    Args:
        owner_id: primary key of the country whose record it is.
        object_uuid: public id of the dossier, printed ledger or printed receipt.
        sha256, facts_sha256: of the file, and of the facts in it; hex.
    """
    event = record(
        actor=None,
        operation=Operation.DISCLOSURE,
        verb="document.issued",
        owner_id=owner_id,
        codes={"kind": str(kind), "sha256": sha256, "facts": facts_sha256},
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT issue_file(%s, %s, %s, %s, %s, %s)",
            [sha256, str(kind), object_uuid, facts_sha256, event.pk, timezone.now()],
        )
