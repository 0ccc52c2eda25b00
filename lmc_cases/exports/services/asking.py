"""Ask for a long list, find its file, fetch it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.jobs import JobState
from lmc_cases.core.keyset import Cursor, Page
from lmc_cases.exports.models import OWED, ListExport
from lmc_cases.exports.services.pages import is_open

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

PAGE_SIZE = 25
# Of one officer at a time: one who asks for everything does not make the others wait.
MOST_OWED = 5


@transaction.atomic
def owe_list(*, actor: User, path: str, query: str, kind: str, view: str) -> ListExport:
    """Owe the officer a list, or find that it is owed already. Nothing of it is let out yet.

    The page at ``path`` has just answered that the list is too long: so it exists for the officer, who has shown a
    second factor and said why a foreign case is read.

    Args:
        query: the filters as they stand in the address, without a position in the list.
        kind: of ``ListExport.Format``.
        view: name of the page, for the audit: the address may hold what was looked for.

    Raises:
        InvalidInput: the officer has asked for too many at once.
    """
    asked = hashlib.sha256("\n".join((kind, path, query)).encode()).hexdigest()
    owed = ListExport.objects.visible_to(actor).filter(job_state__in=OWED)
    held = owed.filter(asked=asked).first()
    if held is not None:
        return held
    if owed.count() >= MOST_OWED:
        raise InvalidInput("", _("Several of your files are still being made. Wait for one of them first."))
    export = ListExport(
        requested_by=actor,
        path=path,
        query=query,
        format=kind,
        asked=asked,
        job_state=JobState.QUEUED,
        queued_at=timezone.now(),
    )
    # Two windows of one officer may ask at once: the first stands.
    ListExport.objects.bulk_create([export], ignore_conflicts=True)
    made = owed.get(asked=asked)
    if made.uuid == export.uuid:
        record(
            actor=actor,
            operation=Operation.EXPORT,
            verb="list.requested",
            target=made,
            codes={"view": view, "format": kind},
        )
        made.wake()
    return made


@transaction.atomic
def fetch_list(*, actor: User, export_id: UUID) -> ListExport:
    """Return a list whose file is being downloaded, and record that. Its page must still exist for the officer.

    Raises:
        ListExport.DoesNotExist: foreign, missing, not made, removed, and no longer open alike.
        ReasonRequired: as the page of the list asks.
    """
    export = (
        ListExport.objects.visible_to(actor)
        .select_for_update(of=("self",))
        .select_related("requested_by__agency")
        .get(uuid=export_id, job_state=JobState.DONE)
    )
    if not export.file or not is_open(actor, export):
        raise ListExport.DoesNotExist
    export.downloaded_at = timezone.now()
    export.save(update_fields=["downloaded_at"])
    record(
        actor=actor,
        operation=Operation.EXPORT,
        verb="list.downloaded",
        target=export,
        codes={"sha256": export.sha256, "rows": export.rows_done},
    )
    return export


def page_of_files(user: User, *, before: Cursor | None = None, size: int = PAGE_SIZE) -> Page[ListExport]:
    """Return one page of the officer's files, the last asked for first."""
    rows = ListExport.objects.visible_to(user)
    if before is not None:
        rows = rows.filter(pk__lt=before.pk)
    found = list(rows.order_by("-pk")[: size + 1])
    last = found[size - 1] if len(found) > size else None
    return Page(rows=found[:size], older=Cursor(at=last.requested_at, pk=last.pk) if last else None)


def files_to_fetch(user: User, *, size: int) -> list[ListExport]:
    """Return the officer's files that are ready and were not fetched yet, the newest first."""
    rows = ListExport.objects.visible_to(user).filter(job_state=JobState.DONE, downloaded_at__isnull=True)
    return list(rows.exclude(file="").order_by("-finished_at", "-pk")[:size])
