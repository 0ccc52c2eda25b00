"""Draw the next piece of work from PostgreSQL: which it is, is decided there, over all countries.

Messages only say "look". A run of any size has a few of them waiting and a few rows in work.
"""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from typing import Any, NamedTuple

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from lmc_cases.accounts.models import User
from lmc_cases.core.errors import DomainError
from lmc_cases.core.jobs import JobState, keep_waking, take_in_hand
from lmc_cases.core.request_id import Origin, work_from
from lmc_cases.core.viewer import viewing_as
from lmc_cases.dossiers.models import Dossier, DossierRunItem
from lmc_cases.dossiers.services.owing import NothingDisclosed, request_dossier
from lmc_cases.dossiers.services.working import (
    KEY_MISSING,
    TOO_LONG,
    UNEXPECTED,
    render_claimed_dossier,
)
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.services.disclosure import CannotDisclose
from lmc_cases.jurisdictions.access import resolve_audiences
from lmc_cases.keys.providers import KeyUnavailable

logger = logging.getLogger(__name__)
BULK_QUEUE = "bulk"
NOT_VISIBLE, NOTHING_DISCLOSED, CANNOT_DISCLOSE = "not-visible", "nothing-disclosed", "cannot-disclose"

State = DossierRunItem.State


class Claimed(NamedTuple):
    """A dossier that this worker may render: its primary key and the token of its lease."""

    job_id: int
    token: uuid.UUID


class Drawn(NamedTuple):
    """What comes next: ``kind`` is "item" (a row of a run) or "dossier" (one that is owed already)."""

    kind: str
    key: int
    officer_pk: int


def keep_drawing() -> int:
    """Send for workers if rows of runs wait for one; return how many messages were sent."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT dossier_work_waits()")
        (waits,) = cursor.fetchone() or (False,)
    return keep_waking("dossiers.draw", most=settings.DOSSIER_WAKE_UPS) if waits else 0


def draw_next() -> bool:
    """Draw one piece of work and do it; return whether there was any.

    May be killed at any line: a row that was drawn is drawn again after its lease, a dossier that was owed is found
    by the sweeper, and what exists already is not made twice.
    """
    with transaction.atomic():
        drawn = _drawn()
        claimed = None
        if drawn is not None and drawn.kind == "dossier":
            # In the same transaction: the next one who looks finds it taken.
            token = Dossier.claim(drawn.key)
            claimed = Claimed(drawn.key, token) if token else None
    if drawn is None:
        return False
    if drawn.kind == "item":
        claimed = owe_item(drawn.key, drawn.officer_pk)
    if claimed is not None:
        render_claimed_dossier(*claimed)
    return True


def _drawn() -> Drawn | None:
    """Return what comes next; a row of a run is held for the length of a lease from now on."""
    values: list[Any] = [
        settings.DOSSIERS_IN_WORK,
        dt.timedelta(seconds=settings.JOB_LEASE_SECONDS),
        DossierRunItem.MAX_ATTEMPTS,
    ]
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, job, officer FROM draw_dossier_work(%s, %s, %s)", values)
        row = cursor.fetchone()
    return Drawn(*row) if row else None


def owe_item(item_id: int, officer_pk: int) -> Claimed | None:
    """Owe the dossier of a row of a run, for the officer who asked for the run; ``None`` if nothing is to be rendered.

    The rule is asked again. A bad record ends its own row with a code, and no other.
    """
    officer = User.objects.select_related("agency").get(pk=officer_pk)
    with work_from(Origin(request_id=uuid.uuid4().hex, channel="worker")):
        try:
            with viewing_as(officer.pk, resolve_audiences(officer)):
                return _owe(item_id, officer)
        except DatabaseError:
            # Nothing of this row: it is drawn again after its lease.
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one record must not stop the others
            _end(item_id, _code_of(error, item_id))
            return None


def _owe(item_id: int, officer: User) -> Claimed | None:
    rows = DossierRunItem.objects.visible_to(officer).select_for_update(of=("self",))
    item = rows.select_related("handover", "run").get(pk=item_id)
    if item.state != State.WAITING:
        return None
    dossier = request_dossier(
        actor=officer,
        handover_id=item.handover.uuid,
        language=item.language,
        beside=item.run.beside,
        wake=False,
    )
    # Locked, so that it does not end between this look and the end of this transaction.
    held = Dossier.objects.visible_to(officer).select_for_update(of=("self",)).get(pk=dossier.pk)
    item.dossier = held
    item.lease_until = None
    item.state = State.OWED
    if held.is_finished:
        # It was made before, and says what would be said now.
        item.state = State.DONE if held.job_state == JobState.DONE else State.FAILED
        item.error_code = held.error_code
        item.finished_at = timezone.now()
    item.save(update_fields=["dossier", "lease_until", "state", "error_code", "finished_at"])
    token = Dossier.claim(held.pk) if held.job_state == JobState.QUEUED else None
    return Claimed(held.pk, token) if token else None


def _code_of(error: Exception, item_id: int) -> str:
    """Return the code under which a row ends; what none is made for is logged whole."""
    known: tuple[tuple[type[Exception], str], ...] = (
        (DossierRunItem.DoesNotExist, NOT_VISIBLE),
        (HandoverRequest.DoesNotExist, NOT_VISIBLE),
        (NothingDisclosed, NOTHING_DISCLOSED),
        (CannotDisclose, CANNOT_DISCLOSE),
        (KeyUnavailable, KEY_MISSING),
        (SoftTimeLimitExceeded, TOO_LONG),
    )
    for kind, code in known:
        if isinstance(error, kind):
            return code
    if isinstance(error, DomainError):
        return error.code
    logger.error("row %s of a run of dossiers: could not be owed", item_id, exc_info=error)
    return UNEXPECTED


def _end(item_id: int, code: str) -> None:
    """End a row that owes nothing, also one that its officer does not see any more."""
    with transaction.atomic():
        take_in_hand(DossierRunItem._meta.db_table, item_id)
        DossierRunItem.objects.filter(pk=item_id, state=State.WAITING).update(
            state=State.FAILED, error_code=code, lease_until=None, finished_at=timezone.now()
        )
