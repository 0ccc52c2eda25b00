"""The worker's side: make a list that is owed, and remove files that were to be fetched long ago.

What the page notes as let out, the file, and the end of the job are one transaction: a worker that is killed at any
line has let nothing out, and whoever follows begins anew.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any
from uuid import UUID, uuid4

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from lmc_cases.accounts.locale import speaking_to
from lmc_cases.audit.models import AuditEvent, Operation
from lmc_cases.audit.services import record
from lmc_cases.core.errors import DomainError, ReasonRequired
from lmc_cases.core.heartbeat import Heartbeat
from lmc_cases.core.jobs import JobState, LeaseLost
from lmc_cases.core.list_export import Sheet, TooManyRows
from lmc_cases.core.spreadsheet_text import file_name, write_file
from lmc_cases.core.viewer import viewing_as
from lmc_cases.exports.models import ListExport
from lmc_cases.exports.services.pages import PageClosed, sheet_of
from lmc_cases.jurisdictions.access import audiences_of, resolve_audiences

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

logger = logging.getLogger(__name__)


@dataclass
class Tally:
    """How far the writing is; a heartbeat writes it to the job's row."""

    total: int | None = None
    done: int = 0

    def as_columns(self) -> dict[str, Any]:
        """Return the columns of the job."""
        return {"rows_total": self.total, "rows_done": self.done}


def make_owed_list(*, job_id: int) -> None:
    """Make a list if it is owed; a second call changes nothing. The officer's rights are asked again, by its page."""
    token = ListExport.claim(job_id)
    if token is None:
        return
    with ListExport.in_hand(job_id):
        export = ListExport.objects.select_related("requested_by__agency__jurisdiction").get(pk=job_id)
    actor = export.requested_by
    tally = Tally()
    try:
        with (
            speaking_to(actor),
            # Without a name: nothing of it is left when the worker is killed.
            tempfile.TemporaryFile("w+b") as out,
            Heartbeat(ListExport, job_id, token, tally.as_columns) as heart,
            viewing_as(actor.pk, resolve_audiences(actor)),
        ):
            sheet = sheet_of(actor, export, most=settings.LIST_EXPORT_MAX_ROWS_BY_WORKER)
            write_file(_counted(sheet, tally), out, name=sheet.name, is_xlsx=export.is_xlsx)
            heart.stop()
            _finish(job_id, token, actor, sheet, tally, out)
    except LeaseLost:
        logger.warning("list %s: another worker holds it now", export.uuid)
    except PageClosed:
        _end(job_id, token, actor, JobState.DENIED, "denied")
    except ReasonRequired:
        _end(job_id, token, actor, JobState.DENIED, "reason")
    except TooManyRows:
        _end(job_id, token, actor, JobState.FAILED, "too-many")
    except DomainError:
        _end(job_id, token, actor, JobState.FAILED, "refused")
    except SoftTimeLimitExceeded:
        _end(job_id, token, actor, JobState.FAILED, "too-long")


def remove_old_files() -> int:
    """Remove the files of lists made long ago, and what was looked for in them; return how many rows were cleared."""
    before = timezone.now() - dt.timedelta(hours=settings.LIST_EXPORT_KEEP_HOURS)
    with connection.cursor() as cursor:
        cursor.execute("SELECT list_exports_to_clear(%s)", [before])
        due = [int(row[0]) for row in cursor.fetchall()]
    for job_id in due:
        with ListExport.in_hand(job_id):
            export = ListExport.objects.select_for_update().get(pk=job_id)
            name = str(export.file.name or "")
            export.file, export.query = "", ""
            export.save(update_fields=["file", "query"])
        # After the row: a file without a row is swept, a row without its file would promise one.
        if name:
            default_storage.delete(name)
    return len(due)


# --- the file --------------------------------------------------------------------------------------
def _counted(sheet: Sheet, tally: Tally) -> Iterator[Iterable[object]]:
    tally.total = sheet.size
    for number, row in enumerate(sheet.rows):
        # The head is no row.
        tally.done = number
        yield row


def _finish(job_id: int, token: UUID, actor: User, sheet: Sheet, tally: Tally, out: IO[bytes]) -> None:
    out.seek(0)
    digest = hashlib.file_digest(out, "sha256").hexdigest()  # type: ignore[arg-type]
    size = out.tell()
    out.seek(0)
    job: ListExport = ListExport.lock_claimed(job_id, token)
    name = default_storage.save(f"list-exports/{uuid4().hex}.{job.format}", File(out))
    try:
        job.file.name = name
        job.file_name = file_name(sheet.name, is_xlsx=job.is_xlsx)
        job.sha256 = digest
        job.size_bytes = size
        job.audiences = list(audiences_of(actor))
        job.rows_total = job.rows_done = tally.done
        _close(job, JobState.DONE)
        record(
            actor=actor,
            operation=Operation.EXPORT,
            verb="list.exported",
            target=job,
            codes={"rows": tally.done, "sha256": digest},
        )
    except BaseException:
        default_storage.delete(name)
        raise


# --- the job's end ---------------------------------------------------------------------------------
def _end(job_id: int, token: UUID, actor: User, state: JobState, code: str) -> None:
    """End without a file."""
    refused = state == JobState.DENIED
    try:
        with viewing_as(actor.pk, resolve_audiences(actor)):
            job: ListExport = ListExport.lock_claimed(job_id, token)
            job.error_code = code
            _close(job, state)
            record(
                actor=actor,
                operation=Operation.REFUSAL if refused else Operation.EXPORT,
                verb="list.denied" if refused else "list.failed",
                target=job,
                outcome=AuditEvent.Outcome.REFUSED if refused else AuditEvent.Outcome.DONE,
                codes={"code": code},
            )
    except LeaseLost:
        logger.warning("list %s: another worker holds it now", job_id)


def _close(job: ListExport, state: JobState) -> None:
    job.job_state = state
    job.lease_token = None
    job.lease_until = None
    job.finished_at = timezone.now()
    job.save()
