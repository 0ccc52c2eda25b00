"""Seal what was recorded: batches cut by transaction id, one sealer at a time, and a signed checkpoint after each run.

PostgreSQL decides what is sealed and computes every hash (``audit_seal_step``); here it is only asked to, and the root
is signed. Killed at any line, a run leaves whole batches: the next one goes on behind the last, and signs what the
last one did not.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import time
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from lmc_cases.audit import notes
from lmc_cases.audit.models import AuditCheckpoint, AuditEpoch, AuditSeal, Operation
from lmc_cases.audit.services.proving import StoredTree
from lmc_cases.audit.services.recording import record

logger = logging.getLogger(__name__)
# Rows of one batch: its transaction, and with it the lock, stays short.
BATCH = 5_000
RESTARTED = -1


class SealingDelayed(Exception):
    """A transaction that may have written events stays open: not everything can be sealed yet."""


@dataclass(frozen=True)
class Lag:
    """What waits for its seal.

    Attributes:
        waiting: number of events, 10,000 at most are counted.
        seconds: age of the first of them, 0 for none.
    """

    waiting: int
    seconds: float

    @property
    def is_late(self) -> bool:
        """Whether that is a reason to warn."""
        return self.seconds > settings.AUDIT_LAG_SECONDS


def signing_keys() -> list[notes.SigningKey]:
    """Return the keys that sign, the newest first."""
    return [
        notes.SigningKey.from_secret(settings.AUDIT_LOG_NAME, text) for text in settings.AUDIT_SIGNING_KEYS
    ]


def trusted_keys() -> list[notes.VerifierKey]:
    """Return every public key that signs or signed checkpoints, the newest first."""
    return [key.verifier for key in signing_keys()] + [
        notes.VerifierKey.parse(text) for text in settings.AUDIT_RETIRED_KEYS
    ]


def seal(*, wait: bool = False) -> int | None:
    """Seal every event whose transaction has ended; return how many.

    Returns:
        ``None`` where another session seals just now and ``wait`` is false.
    """
    total = 0
    while True:
        added = _step(wait)
        if added is None:
            return None
        if added == RESTARTED:
            begin_epoch("restored")
            continue
        total += added
        if added < BATCH:
            break
    sign_checkpoint()
    return total


def seal_now(*, timeout_seconds: float = 30.0) -> int:
    """Seal everything that was recorded before this call; return how many events.

    For what must leave nothing unsealed behind, such as a backup. Call it outside any transaction.

    Raises:
        SealingDelayed: a transaction that began before stayed open for ``timeout_seconds``.
    """
    if connection.in_atomic_block:
        raise RuntimeError("seal_now needs the end of transactions, its own caller's too")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        until = cursor.fetchone()[0]
    deadline = time.monotonic() + timeout_seconds
    total = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint > %s", [until])
            is_over = cursor.fetchone()[0]
        total += seal(wait=True) or 0
        if is_over:
            return total
        if time.monotonic() > deadline:
            raise SealingDelayed("a transaction has been open for too long; look for it in pg_stat_activity")
        time.sleep(0.1)


def begin_epoch(reason: str) -> int:
    """Seal whatever is left, begin a new epoch and record that; return its number.

    Transaction ids are counted anew after a dump was restored elsewhere. The sealer notices that by itself; a restore
    calls this at once.

    Args:
        reason: a code, e.g. ``"restored"``; 40 characters at most.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '30s'")
        cursor.execute("SELECT audit_begin_epoch(%s)", [reason])
        number: int = cursor.fetchone()[0]
        record(
            actor=None,
            operation=Operation.ALTERATION,
            verb="audit.epoch_begun",
            reason_code=reason,
            codes={"epoch": number},
        )
    logger.warning("audit: epoch %d begins (%s)", number, reason)
    _set_anchor_aside(number)
    sign_checkpoint()
    return number


def sign_checkpoint() -> AuditCheckpoint | None:
    """Sign the newest root if that was not done yet; return the newest checkpoint, ``None`` for an empty log."""
    with transaction.atomic():
        newest = AuditSeal.objects.select_related("epoch").order_by("-tree_size").first()
        if newest is None:
            return None
        held = AuditCheckpoint.objects.filter(tree_size=newest.tree_size).first()
        if held is None:
            held = _sign(newest)
    keep_anchor(held)
    return held


def lag() -> Lag:
    """Say what waits for its seal and how long: for the page, the log and a metric."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT waiting, extract(epoch FROM clock_timestamp() - oldest)::float8 FROM audit_unsealed()"
        )
        waiting, seconds = cursor.fetchone()
    return Lag(waiting=waiting, seconds=max(seconds or 0.0, 0.0))


def warn_when_late() -> Lag:
    """Log a warning when sealing lags."""
    found = lag()
    if found.is_late:
        logger.warning(
            "audit: %d events wait for their seal, the first for %.0f s: a transaction stays open, or no sealer runs",
            found.waiting,
            found.seconds,
        )
    return found


def read_anchor() -> str | None:
    """Return the newest checkpoint kept outside the database, ``None`` where there is none."""
    path: Path = settings.AUDIT_ANCHOR
    return path.read_text(encoding="utf-8") if path.exists() else None


def keep_anchor(checkpoint: AuditCheckpoint) -> None:
    """Keep the newest checkpoint outside the database, unless that would hide a cut or rewritten log."""
    path: Path = settings.AUDIT_ANCHOR
    try:
        held = read_anchor()
        if held is not None:
            kept = notes.open_note(held, trusted_keys())
            if kept.size > checkpoint.tree_size:
                logger.error(
                    "audit: the log is shorter than the checkpoint kept in %s: its tail is missing", path
                )
                return
            if StoredTree().root(kept.size) != kept.root:
                logger.error("audit: the log does not begin as the checkpoint kept in %s says", path)
                return
            if kept.size == checkpoint.tree_size:
                return
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}.new")
        draft.write_text(checkpoint.note, encoding="utf-8")
        draft.replace(path)
    except (OSError, LookupError, notes.BadNote):
        # The seal stands; what could not be kept beside it is kept after the next one.
        logger.exception("audit: the newest checkpoint could not be kept in %s", path)


def _step(wait: bool) -> int | None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT audit_seal_step(%s, %s)", [BATCH, wait])
        added: int | None = cursor.fetchone()[0]
        return added


def _sign(seal: AuditSeal) -> AuditCheckpoint:
    now = timezone.now().astimezone(dt.UTC).replace(microsecond=0)
    said = notes.Checkpoint(
        name=settings.AUDIT_LOG_NAME,
        size=seal.tree_size,
        root=bytes(seal.root),
        epoch=seal.epoch.number,
        at=now,
    )
    # Two sealers may come here at once: the first one's note stands.
    made, _is_new = AuditCheckpoint.objects.get_or_create(
        tree_size=seal.tree_size,
        defaults={
            "root": seal.root,
            "epoch": seal.epoch,
            "note": said.signed(signing_keys()),
            "signed_at": now,
        },
    )
    return made


def _set_anchor_aside(epoch: int) -> None:
    """What was kept before a restore may lie beyond the restored log: it is set aside, not thrown away."""
    path: Path = settings.AUDIT_ANCHOR
    if path.exists():
        path.replace(path.with_name(f"{path.stem}-before-epoch-{epoch}{path.suffix}"))


def present_epoch() -> int:
    """Return the number of the epoch that runs."""
    return AuditEpoch.objects.order_by("-number").values_list("number", flat=True)[0]
