"""Events with their proofs as one file that another country checks offline (docs/audit.md).

The archive holds ``events.jsonl`` (place in the log and sealed bytes), ``proofs.jsonl`` (the hashes all proofs share,
by range of events), ``checkpoint.txt`` (signed note), ``consistency.json`` (from what the country holds already),
``manifest.json``, ``events.csv`` to read, and ``reasons.csv`` for who may read the words.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import logging
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from uuid import UUID, uuid4

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from lmc_cases.audit.listing import EventFilters, address_shown, events_with_names, newest_of
from lmc_cases.audit.merkle import inclusion_ranges
from lmc_cases.audit.models import AuditCheckpoint, AuditEvent, AuditExport, AuditLeaf, AuditReason, Operation
from lmc_cases.audit.services import checkpoints, sealing
from lmc_cases.audit.services.proving import StoredTree
from lmc_cases.audit.services.recording import record
from lmc_cases.audit.verbs import sentence
from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.heartbeat import Heartbeat
from lmc_cases.core.jobs import JobState, LeaseLost
from lmc_cases.core.spreadsheet_text import BYTE_ORDER_MARK, csv_row
from lmc_cases.core.viewer import viewing_as
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting, may, resolve_audiences

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

logger = logging.getLogger(__name__)
FORMAT = "lmc-audit-export/1"
CHUNK = 1_000
COLUMNS = (
    *(
        "index",
        "at",
        "operation",
        "verb",
        "what",
        "outcome",
        "officer",
        "agency",
        "country",
        "address",
        "channel",
    ),
    *("reference", "case", "object_type", "object", "owner", "recipient", "reason_code", "reason_given"),
    *("request", "uuid", "codes"),
)


class TooMany(Exception):
    """More events than one file may hold."""


class NothingSealed(Exception):
    """No event asked for is sealed yet."""


@dataclass
class Tally:
    """How far the work is; a heartbeat writes it to the job's row."""

    total: int | None = None
    done: int = 0

    def as_columns(self) -> dict[str, Any]:
        """Return the columns of the job."""
        return {"rows_total": self.total, "rows_done": self.done}


@transaction.atomic
def request_export(*, actor: User, filters: EventFilters) -> AuditExport:
    """Queue an export of what the officer may read, narrowed by the filters.

    Raises:
        AuditExport.DoesNotExist: the officer reads no audit record.
        InvalidInput: more events than one file holds.
    """
    if not may(actor, Action.READ_AUDIT):
        raise AuditExport.DoesNotExist
    if len(_ids(actor, filters)) > settings.AUDIT_EXPORT_MAX_EVENTS:
        raise InvalidInput("", too_many())
    export = AuditExport.objects.create(
        requested_by=actor,
        filters=filters.as_texts(),
        job_state=JobState.QUEUED,
        queued_at=timezone.now(),
    )
    record(
        actor=actor,
        operation=Operation.EXPORT,
        verb="audit.export_requested",
        target=export,
        codes={"filters": sorted(export.filters), "case": str(filters.case_uuid or "")},
    )
    export.wake()
    return export


@transaction.atomic
def fetch_export(*, actor: User, export_id: UUID) -> AuditExport:
    """Return a finished export whose file is being downloaded, and record that.

    Raises:
        AuditExport.DoesNotExist: foreign, missing, not finished and removed alike.
    """
    export = AuditExport.objects.visible_to(actor).get(uuid=export_id, job_state=JobState.DONE)
    if not export.file:
        raise AuditExport.DoesNotExist
    record(
        actor=actor,
        operation=Operation.EXPORT,
        verb="audit.export_downloaded",
        target=export,
        codes={"sha256": export.sha256, "events": export.rows_done},
    )
    return export


def too_many() -> str:
    """Say that one file does not hold that many events, and what to do."""
    return _("These are too many events for one file. Narrow the filters, for example to a shorter time.")


def run_owed_export(*, job_id: int) -> None:
    """Make an export if it is owed; a second call changes nothing. The officer's rights are asked again."""
    token = AuditExport.claim(job_id)
    if token is None:
        return
    with AuditExport.in_hand(job_id):
        export = AuditExport.objects.select_related("requested_by__agency__jurisdiction").get(pk=job_id)
    actor = export.requested_by
    tally = Tally()
    try:
        sealing.seal(wait=True)
        with (
            translation.override(actor.language),
            tempfile.TemporaryDirectory() as folder,
            Heartbeat(AuditExport, job_id, token, tally.as_columns) as heart,
        ):
            path = Path(folder) / "export.zip"
            with viewing_as(actor.pk, resolve_audiences(actor)):
                if not may(actor, Action.READ_AUDIT):
                    raise AuditExport.DoesNotExist
                made = _write(path, export, tally)
            heart.stop()
            _finish(job_id, token, actor, made, path)
    except LeaseLost:
        logger.warning("audit export %s: another worker holds it now", export.uuid)
    except AuditExport.DoesNotExist:
        _end(job_id, token, actor, JobState.DENIED, "denied")
    except TooMany:
        _end(job_id, token, actor, JobState.FAILED, "too-many")
    except NothingSealed:
        _end(job_id, token, actor, JobState.FAILED, "nothing-sealed")
    except SoftTimeLimitExceeded:
        _end(job_id, token, actor, JobState.FAILED, "too-long")


def remove_old_files() -> int:
    """Remove the files of exports made long ago; return how many."""
    before = timezone.now() - dt.timedelta(days=settings.AUDIT_EXPORT_DAYS)
    removed = 0
    for job_id in AuditExport.finished_ids(before):
        with AuditExport.in_hand(job_id):
            export = AuditExport.objects.get(pk=job_id)
            if export.file:
                default_storage.delete(str(export.file.name))
                export.file = ""
                export.save(update_fields=["file"])
                removed += 1
    return removed


# --- the file --------------------------------------------------------------------------------------
@dataclass
class _Made:
    events: int
    left_out: int
    tree_size: int
    seen: set[tuple[int, int]] = field(default_factory=set)


def _ids(actor: User, filters: EventFilters) -> list[int]:
    """What the officer may read of what was asked for; one more than allowed at most."""
    visible = AuditEvent.objects.visible_to(actor).filter(**filters.conditions())
    return [pk for pk, _at in newest_of(actor, visible, settings.AUDIT_EXPORT_MAX_EVENTS + 1)]


def _write(path: Path, export: AuditExport, tally: Tally) -> _Made:
    actor = export.requested_by
    checkpoint = AuditCheckpoint.objects.visible_to(actor).order_by("-tree_size").first()
    ids = _ids(actor, EventFilters.from_texts(export.filters))
    if len(ids) > settings.AUDIT_EXPORT_MAX_EVENTS:
        raise TooMany
    places = _places(ids, checkpoint.tree_size if checkpoint else 0)
    if checkpoint is None or (ids and not places):
        raise NothingSealed
    tally.total = len(places)
    made = _Made(events=len(places), left_out=len(ids) - len(places), tree_size=checkpoint.tree_size)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        _write_events(archive, actor, places, made, tally)
        held = checkpoints.bundle_of(checkpoint, checkpoints.sizes_held(actor.country))
        archive.writestr("checkpoint.txt", checkpoint.note)
        archive.writestr("consistency.json", json.dumps(held["consistency"], indent=1))
        manifest = {
            "format": FORMAT,
            "events": made.events,
            "not_sealed_yet": made.left_out,
            "log_size": made.tree_size,
            "filters": sorted(export.filters),
            "made_at": timezone.now().isoformat(timespec="seconds"),
        }
        archive.writestr("manifest.json", json.dumps(manifest, indent=1))
    return made


def _places(ids: list[int], tree_size: int) -> list[tuple[int, int]]:
    """(leaf index, event) of what is in the checkpoint, in the order of the log."""
    found: list[tuple[int, int]] = []
    for start in range(0, len(ids), CHUNK):
        leaves = AuditLeaf.objects.filter(event__in=ids[start : start + CHUNK], leaf_index__lt=tree_size)
        found += leaves.values_list("leaf_index", "event_id")
    return sorted(found)


def _write_events(
    archive: zipfile.ZipFile, actor: User, places: list[tuple[int, int]], made: _Made, tally: Tally
) -> None:
    """Three members at once: an archive takes one at a time, so two wait in temporary files."""
    tree = StoredTree()
    watched = set(jurisdictions_granting(actor, Action.READ_AUDIT).values_list("pk", flat=True))
    with tempfile.TemporaryFile("w+b") as proofs, tempfile.TemporaryFile("w+b") as table:
        table.write((BYTE_ORDER_MARK + csv_row(COLUMNS)).encode())
        with archive.open("events.jsonl", "w", force_zip64=True) as out:
            for index, event in _events(places):
                line = {"index": index, "canonical": bytes(event.canonical).decode("ascii")}
                out.write(json.dumps(line).encode() + b"\n")
                table.write(csv_row(_cells(index, event, watched)).encode())
                for part in inclusion_ranges(index, made.tree_size):
                    if part not in made.seen:
                        made.seen.add(part)
                        encoded = base64.b64encode(tree.hash_of(part)).decode()
                        proofs.write(json.dumps([*part, encoded]).encode() + b"\n")
                tally.done += 1
        _copy(archive, "proofs.jsonl", proofs)
        _copy(archive, "events.csv", table)
    _write_reasons(archive, actor, [pk for _index, pk in places])


def _events(places: list[tuple[int, int]]) -> Iterator[tuple[int, AuditEvent]]:
    for start in range(0, len(places), CHUNK):
        part = places[start : start + CHUNK]
        held = {event.pk: event for event in events_with_names([pk for _index, pk in part])}
        for index, pk in part:
            yield index, held[pk]


def _cells(index: int, event: AuditEvent, watched: set[int]) -> list[object]:
    """Metadata only: no names of persons, no words of officers."""
    return [
        index,
        event.occurred_at.isoformat(),
        event.operation,
        event.verb,
        sentence(event.verb),
        event.outcome,
        event.actor.uuid if event.actor else "",
        event.actor_agency.code if event.actor_agency else "",
        event.actor_country.code if event.actor_country else "",
        address_shown(event, watched),
        event.channel,
        event.reference,
        event.case_uuid or "",
        event.object_type,
        event.object_uuid or "",
        event.owner_country.code if event.owner_country else "",
        event.recipient_country.code if event.recipient_country else "",
        event.reason_code,
        "yes" if event.reason_commitment else "",
        event.request_id,
        event.uuid,
        json.dumps(event.codes, sort_keys=True),
    ]


def _write_reasons(archive: zipfile.ZipFile, actor: User, ids: list[int]) -> None:
    """The words, where the officer may read them; without any there is no such member."""
    lines: list[str] = []
    for start in range(0, len(ids), CHUNK):
        rows = AuditReason.objects.visible_to(actor).filter(event__in=ids[start : start + CHUNK])
        lines += [csv_row(row) for row in rows.values_list("event__uuid", "text")]
    if lines:
        archive.writestr("reasons.csv", BYTE_ORDER_MARK + csv_row(("uuid", "reason")) + "".join(lines))


def _copy(archive: zipfile.ZipFile, name: str, source: IO[bytes]) -> None:
    source.seek(0)
    with archive.open(name, "w", force_zip64=True) as out:
        while piece := source.read(1 << 20):
            out.write(piece)


# --- the job's end ---------------------------------------------------------------------------------
def _finish(job_id: int, token: UUID, actor: User, made: _Made, path: Path) -> None:
    with path.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
        opened.seek(0)
        name = default_storage.save(f"audit-exports/{uuid4().hex}.zip", File(opened))
    try:
        with viewing_as(actor.pk, resolve_audiences(actor)):
            job: AuditExport = AuditExport.lock_claimed(job_id, token)
            job.file.name = name
            job.sha256 = digest
            job.size_bytes = path.stat().st_size
            job.rows_total = job.rows_done = made.events
            job.rows_left_out = made.left_out
            job.tree_size = made.tree_size
            _close(job, JobState.DONE)
            record(
                actor=actor,
                operation=Operation.EXPORT,
                verb="audit.exported",
                target=job,
                codes={"events": made.events, "size": made.tree_size, "sha256": digest},
            )
    except BaseException:
        default_storage.delete(name)
        raise


def _end(job_id: int, token: UUID, actor: User, state: JobState, code: str) -> None:
    """End without a file."""
    refused = state == JobState.DENIED
    try:
        with viewing_as(actor.pk, resolve_audiences(actor)):
            job: AuditExport = AuditExport.lock_claimed(job_id, token)
            job.error_code = code
            _close(job, state)
            record(
                actor=actor,
                operation=Operation.REFUSAL if refused else Operation.EXPORT,
                verb="audit.export_denied" if refused else "audit.export_failed",
                target=job,
                outcome=AuditEvent.Outcome.REFUSED if refused else AuditEvent.Outcome.DONE,
                codes={"code": code},
            )
    except LeaseLost:
        logger.warning("audit export %s: another worker holds it now", job_id)


def _close(job: AuditExport, state: JobState) -> None:
    job.job_state = state
    job.lease_token = None
    job.lease_until = None
    job.finished_at = timezone.now()
    job.save()
