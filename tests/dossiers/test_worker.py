"""Real workers, killed with SIGKILL in mid-render; a broker that forgets. PostgreSQL knows what is owed."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import pytest
from django.core.files.storage import default_storage
from redis import Redis

from lmc_cases.accounts.models import User
from lmc_cases.audit.models import AuditEvent
from lmc_cases.core.jobs import JobState
from lmc_cases.dossiers.models import Dossier
from lmc_cases.dossiers.rendering import render_dossier
from lmc_cases.dossiers.services import approving, reading
from lmc_cases.jurisdictions.access import acting_as
from tests.handovers.samples import world
from tests.harness.programs import Beat, Worker

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.fault]

# A lease shorter than a long render, so that a living worker must renew it and a dead one is soon noticed.
LEASE = 2
SHORT = {"LMC_JOB_LEASE_SECONDS": str(LEASE), "LMC_JOB_SWEEP_SECONDS": "1"}


def owe(*, evidence: int) -> tuple[User, list[Dossier]]:
    """Return an officer who sees the dossiers, and the dossiers."""
    w = world(evidence=evidence)
    approving.approve_and_owe(actor=w.supervisor, handover_id=w.acknowledged().uuid)
    return w.supervisor, seen_by(w.supervisor)


def seen_by(reader: User) -> list[Dossier]:
    with acting_as(reader):
        return list(Dossier.objects.order_by("pk"))


def wait_for(reader: User, what: Callable[[list[Dossier]], bool], seconds: float, why: str) -> None:
    deadline = time.monotonic() + seconds
    while not what(rows := seen_by(reader)):
        states = [(row.language, row.job_state, row.steps_done, row.attempts) for row in rows]
        assert time.monotonic() < deadline, f"{why}: {states}"
        time.sleep(0.1)


def all_done(rows: list[Dossier]) -> bool:
    return {row.job_state for row in rows} == {JobState.DONE}


def check_exactly_one(reader: User, dossier: Dossier) -> None:
    """One file, one audit event, one end in the history."""
    with acting_as(reader):
        dossier.refresh_from_db()
        ends = dossier.history.filter(job_state=JobState.DONE).count()
    assert ends == 1
    assert dossier.job_state == JobState.DONE
    folder = f"dossiers/{dossier.uuid.hex}"
    assert [f"{folder}/{name}" for name in default_storage.listdir(folder)[1]] == [dossier.file.name]
    with acting_as(reader):
        assert AuditEvent.objects.filter(verb="dossier.rendered", object_uuid=dossier.uuid).count() == 1


def test_a_worker_killed_in_mid_render_is_followed_by_exactly_one_dossier(
    start_worker: Callable[..., Worker], start_beat: Callable[..., Beat]
) -> None:
    first = start_worker(**SHORT)
    reader, owed = owe(evidence=120)
    # Both pool processes draw: facts read, pages not finished.
    wait_for(
        reader,
        lambda rows: [(row.job_state, row.steps_done) for row in rows] == [(JobState.RUNNING, 1)] * len(owed),
        60,
        "no worker began",
    )
    first.kill()
    assert [row.job_state for row in seen_by(reader)] == [JobState.RUNNING] * len(owed)
    with acting_as(reader):
        assert not AuditEvent.objects.filter(verb="dossier.rendered").exists()
    start_beat(**SHORT)
    start_worker(**SHORT)
    wait_for(reader, all_done, 180, "the sweeper woke nobody")
    for dossier in owed:
        check_exactly_one(reader, dossier)
        # The sweeper looked each second while the second worker drew for longer than a lease: it kept its own.
        assert dossier.finished_at is not None
        assert dossier.started_at is not None
        assert (dossier.finished_at - dossier.started_at).total_seconds() > LEASE
        assert dossier.attempts == 2


def test_a_broker_that_lost_everything_loses_no_dossier(
    start_worker: Callable[..., Worker], start_beat: Callable[..., Beat]
) -> None:
    reader, owed = owe(evidence=2)
    with Redis.from_url(os.environ["CELERY_BROKER_URL"]) as broker:
        assert broker.llen("celery") == len(owed)
        broker.flushall()
    start_worker(**SHORT)
    start_beat(**SHORT)
    wait_for(reader, all_done, 120, "the broker's loss was not noticed")
    for dossier in owed:
        check_exactly_one(reader, dossier)
    with acting_as(reader):
        facts = reading.facts_of(owed[1])
    assert facts is not None
    # Another process, the same bytes.
    assert render_dossier(facts, language=owed[1].language).sha256 == owed[1].sha256


def test_the_same_message_twice_renders_once(worker: Worker) -> None:
    from lmc_cases.dossiers.tasks import render_dossier as task

    reader, owed = owe(evidence=2)
    for dossier in owed:
        for _ in range(3):
            task.delay(job_id=dossier.pk)
    wait_for(reader, all_done, 120, "not rendered")
    worker.wait_idle()
    for dossier in owed:
        check_exactly_one(reader, dossier)
