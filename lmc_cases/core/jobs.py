"""Work owed to an officer is a row with a lease; the broker only wakes the worker.

A job is queued by a service in the transaction of its request, so an answered request is on disk.
A worker claims the row (RUNNING with a lease), renews the lease while it works and finishes it
in one transaction. If it dies, the sweeper finds the lapsed lease and wakes another.
"""

from __future__ import annotations

import datetime as dt
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from celery import current_app
from django.conf import settings
from django.db import connection, models, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from psycopg import sql


class LeaseLost(Exception):
    """Another worker holds the job now; the present one must stop without a trace."""


class JobState(models.TextChoices):
    """The life of a job."""

    NEW = "NEW", _("Not started")
    QUEUED = "QUEUED", _("Waiting")
    RUNNING = "RUNNING", _("Running")
    DONE = "DONE", _("Done")
    FAILED = "FAILED", _("Failed")
    DENIED = "DENIED", _("Not allowed any more")
    CANCELLED = "CANCELLED", _("Cancelled")


class LeasedJob(models.Model):
    """Abstract: a row that owes work to an officer.

    A subclass names ``task_name``; the task takes ``job_id`` (the primary key) and nothing else.
    """

    task_name: ClassVar[str]
    MAX_ATTEMPTS: ClassVar[int] = 5

    job_state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.NEW)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_token = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    queued_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    error_code = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        abstract = True

    @property
    def is_finished(self) -> bool:
        """Whether no worker will touch it again."""
        return self.job_state in {JobState.DONE, JobState.FAILED, JobState.DENIED, JobState.CANCELLED}

    def wake(self) -> None:
        """Wake a worker once the surrounding transaction has committed."""
        enqueue_on_commit(self.task_name, job_id=self.pk)

    @classmethod
    def claim(cls, job_id: int) -> uuid.UUID | None:
        """Take the job if it is free. Return the lease token, or ``None`` if there is nothing to do.

        Commits by itself: call it outside the transaction of the work.
        """
        token = uuid.uuid4()
        with cls.in_hand(job_id):
            job = (
                cls._default_manager.select_for_update(skip_locked=True)
                .filter(pk=job_id)
                .filter(
                    models.Q(job_state=JobState.QUEUED)
                    | models.Q(job_state=JobState.RUNNING, lease_until__lt=Now())
                )
                .first()
            )
            if job is None:
                return None
            if job.attempts >= cls.MAX_ATTEMPTS:
                cls._default_manager.filter(pk=job_id).update(
                    job_state=JobState.FAILED, error_code="too-many-attempts", finished_at=Now()
                )
                return None
            cls._default_manager.filter(pk=job_id).update(
                job_state=JobState.RUNNING,
                attempts=models.F("attempts") + 1,
                lease_token=token,
                lease_until=Now() + dt.timedelta(seconds=settings.JOB_LEASE_SECONDS),
                started_at=Now(),
            )
        return token

    @classmethod
    def renew(cls, job_id: int, token: uuid.UUID) -> None:
        """Lengthen the lease; raises ``LeaseLost`` if it is no longer ours."""
        cls.note(job_id, token, lease_until=Now() + dt.timedelta(seconds=settings.JOB_LEASE_SECONDS))

    @classmethod
    def note(cls, job_id: int, token: uuid.UUID, **columns: Any) -> None:
        """Write columns of the claimed job, e.g. its progress; raises ``LeaseLost`` if it is no longer ours."""
        with cls.in_hand(job_id):
            claimed = cls._default_manager.filter(pk=job_id, lease_token=token, job_state=JobState.RUNNING)
            if not claimed.update(**columns):
                raise LeaseLost

    @classmethod
    def lock_claimed(cls, job_id: int, token: uuid.UUID) -> Any:
        """Return the job row locked for its last transaction; raises ``LeaseLost`` if not ours."""
        cls._take_in_hand(job_id)
        job = (
            cls._default_manager.select_for_update()
            .filter(pk=job_id, lease_token=token, job_state=JobState.RUNNING)
            .first()
        )
        if job is None:
            raise LeaseLost
        return job

    @classmethod
    def officer_pk(cls, job_id: int) -> int:
        """Return the primary key of the officer for whom the job is done: whose rights the worker acts with."""
        asked = sql.SQL("SELECT requested_by_id FROM {} WHERE id = %s").format(
            sql.Identifier(cls._meta.db_table)
        )
        with cls.in_hand(job_id), connection.cursor() as cursor:
            cursor.execute(asked, [job_id])
            row = cursor.fetchone()
        if row is None:
            raise cls.DoesNotExist
        return int(row[0])

    @classmethod
    @contextmanager
    def in_hand(cls, job_id: int) -> Iterator[None]:
        """Open a transaction, or a part of one, that sees this one job, whoever may see it."""
        with transaction.atomic():
            cls._take_in_hand(job_id)
            yield

    @classmethod
    def _take_in_hand(cls, job_id: int) -> None:
        take_in_hand(cls._meta.db_table, job_id)

    @classmethod
    def finished_ids(cls, before: dt.datetime) -> list[int]:
        """Return the jobs that ended before a time, of every country: for removing what they made."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT finished_job_ids(%s, %s)", [cls._meta.db_table, before])
            return [int(row[0]) for row in cursor.fetchall()]

    @classmethod
    def owed_ids(cls, *, most: int = 500) -> list[int]:
        """Return the jobs that nobody is working on, of every country: queued a while ago, or with a lapsed lease."""
        values: list[Any] = [cls._meta.db_table, dt.timedelta(seconds=settings.JOB_SWEEP_SECONDS), most]
        with connection.cursor() as cursor:
            cursor.execute("SELECT owed_job_ids(%s, %s, %s)", values)
            return [int(row[0]) for row in cursor.fetchall()]


def take_in_hand(table: str, key: int) -> None:
    """Let the rest of the present transaction see one row of a table, whoever may see it: a worker has it in hand."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lmc.job', %s, true)", [f"{table}:{int(key)}"])


def enqueue_on_commit(task_name: str, **kwargs: str | int) -> None:
    """Queue a Celery task by name once the surrounding transaction commits.

    A broker that is down loses nothing: the row is owed and the sweeper wakes it later.

    Args:
        task_name: registered name, e.g. ``"dossiers.render"``.
        kwargs: JSON scalars only: ids and codes, never model instances.

    Raises:
        celery.exceptions.NotRegistered: at once, before the commit, if no such task exists.
    """
    task = current_app.tasks[task_name]
    transaction.on_commit(lambda: _send(task, kwargs), robust=True)


# After a broker that did not answer: nobody waits for it again so soon (seconds; monotonic clock).
_REST_SECONDS = 5.0
_broker_rests_until = 0.0


def _send(task: Any, kwargs: dict[str, str | int]) -> None:
    """Try once. A broker that hangs holds up one request, not each that follows; the sweeper wakes the rest."""
    with _unless_it_rests() as is_there:
        if is_there:
            task.apply_async(kwargs=kwargs, retry=False)


@contextmanager
def _unless_it_rests() -> Iterator[bool]:
    """Say whether the broker is worth a try now; a failure within lets it rest."""
    global _broker_rests_until  # noqa: PLW0603 - one for all threads of the process
    if time.monotonic() < _broker_rests_until:
        yield False
        return
    try:
        yield True
    except Exception:
        _broker_rests_until = time.monotonic() + _REST_SECONDS
        raise


def keep_waking(task_name: str, *, most: int) -> int:
    """Fill a task's queue up to ``most`` messages and return how many were sent; those that wait already count.

    For work that is drawn from rows: a message says no more than "look", so a few do for any number of rows.
    """
    task: Any = current_app.tasks[task_name]
    sent = 0
    with _unless_it_rests() as is_there:
        if is_there:
            for _one in range(most - _waiting(task.queue)):
                task.apply_async(retry=False)
                sent += 1
    return sent


def _waiting(queue: str) -> int:
    pool: Any = current_app.pool
    with pool.acquire(block=True) as held:
        try:
            return int(held.default_channel.queue_declare(queue=queue, passive=True).message_count)
        except held.channel_errors:
            # A queue without messages is not there.
            return 0


def job_models() -> list[type[LeasedJob]]:
    """Every concrete kind of job."""
    found: list[type[LeasedJob]] = []
    pending: list[type[LeasedJob]] = list(LeasedJob.__subclasses__())
    while pending:
        model = pending.pop()
        pending.extend(model.__subclasses__())
        if not model._meta.abstract:
            found.append(model)
    return found


def sweep() -> int:
    """Wake every job that is owed; return how many."""
    woken = 0
    for model in job_models():
        for pk in model.owed_ids():
            current_app.tasks[model.task_name].apply_async(kwargs={"job_id": pk}, retry=False)
            woken += 1
    return woken
