"""Runs of dossiers by real workers: killed again and again, without their broker's memory, beside single dossiers."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from redis import Redis

from lmc_cases.accounts.models import User
from lmc_cases.audit.models import AuditEvent
from lmc_cases.core.jobs import JobState
from lmc_cases.dossiers.models import Dossier, DossierRun, DossierRunItem, Priority
from lmc_cases.dossiers.services import owing, runs
from lmc_cases.jurisdictions.access import acting_as
from tests.dossiers.runs import granted, rows_of, seen, start
from tests.harness.programs import Beat, Worker

pytestmark = [pytest.mark.alone, pytest.mark.django_db(transaction=True), pytest.mark.fault]

SHORT = {"LMC_JOB_LEASE_SECONDS": "4", "LMC_JOB_SWEEP_SECONDS": "1"}
LANGUAGES = ("en", "vi", "th", "lo", "km")
# Dossiers of the run whose workers are killed: fifty and five kills in every run of the tests, which must be over
# soon; RUN_SIZE=300 in the environment makes it three hundred and twenty.
SIZE = int(os.environ.get("RUN_SIZE", "50"))
KILLS = 20 if SIZE >= 300 else 5


def wait_for_run(
    reader: User, run: DossierRun, what: Callable[[DossierRun], bool], seconds: float
) -> DossierRun:
    """Return the run once it stands so."""
    deadline = time.monotonic() + seconds
    while not what(now := seen(reader, run)):
        assert time.monotonic() < deadline, (now.total, now.done, now.failed, now.state)
        time.sleep(0.2)
    return now


def is_over(run: DossierRun) -> bool:
    return run.is_over


def messages() -> dict[str, int]:
    """How many messages wait in each queue."""
    with Redis.from_url(os.environ["CELERY_BROKER_URL"]) as broker:
        return {name: broker.llen(name) for name in ("celery", "bulk")}


def check_each_once(reader: User, count: int, before: set[Path]) -> None:
    """One row, one file, one event each; the file is what its row says, and no other file is there."""
    with acting_as(reader):
        made = list(Dossier.objects.order_by("pk"))
        rendered = AuditEvent.objects.filter(verb="dossier.rendered").values_list("object_uuid", flat=True)
        assert sorted(rendered) == sorted(row.uuid for row in made)
    assert len(made) == count
    assert {row.job_state for row in made} == {JobState.DONE}
    assert len({(row.handover_id, row.language) for row in made}) == count
    for row in made:
        with row.file.open("rb") as stored:
            assert hashlib.file_digest(stored, "sha256").hexdigest() == row.sha256
    kept = {str(path.relative_to(default_storage.path(""))) for path in stored_files() - before}
    assert kept == {row.file.name for row in made}


def stored_files() -> set[Path]:
    return {path for path in Path(default_storage.path("dossiers")).rglob("*") if path.is_file()}


@pytest.fixture(autouse=True)
def before() -> set[Path]:
    """What other tests of this session left in the store."""
    return stored_files()


def test_killed_workers_leave_every_dossier_of_a_run_once(
    before: set[Path], start_worker: Callable[..., Worker], start_beat: Callable[..., Beat]
) -> None:
    party = granted(SIZE // len(LANGUAGES))
    run = start(party, LANGUAGES)
    # A run of any size has a few messages waiting.
    assert messages()["bulk"] == 4
    start_beat(**SHORT)
    # Two, so that one draws while the other one starts again.
    workers = [start_worker(**SHORT), start_worker(**SHORT)]
    most = 0
    for kill in range(KILLS):
        # Spread over the run: each kill meets dossiers in work.
        wait_for_run(
            party.holder, run, lambda now, at=(kill + 1) * run.total // (KILLS + 2): now.done >= at, 300
        )
        most = max(most, *messages().values())
        wait_for_run(party.holder, run, lambda _now: in_work(party.holder) > 0, 60)
        workers[kill % 2].kill()
        workers[kill % 2].wait_ready = lambda: None  # type: ignore[method-assign]
        workers[kill % 2].start()
    now = wait_for_run(party.holder, run, is_over, 300)
    assert (now.done, now.failed) == (SIZE, 0)
    assert most <= 16
    check_each_once(party.holder, SIZE, before)
    states = {row.state for row in rows_of(party.holder, run)}
    assert states == {DossierRunItem.State.DONE}


def in_work(reader: User) -> int:
    with acting_as(reader):
        return Dossier.objects.filter(job_state=JobState.RUNNING).count()


def test_a_broker_wiped_midway_and_a_run_cancelled_and_resumed(
    before: set[Path], start_worker: Callable[..., Worker], start_beat: Callable[..., Beat]
) -> None:
    party = granted(6)
    run = start(party, ("en", "th"))
    start_worker(**SHORT)
    wait_for_run(party.holder, run, lambda now: now.done >= 2, 120)
    with Redis.from_url(os.environ["CELERY_BROKER_URL"]) as broker:
        broker.flushdb()
    # Also the workers' own: they hear of no message any more until the sweeper sends some.
    start_beat(**SHORT)
    wait_for_run(party.holder, run, lambda now: now.done >= 4, 120)
    runs.cancel_run(actor=party.holder, run_id=run.uuid)
    held = settled(party.holder, run)
    assert held.left > 0
    time.sleep(3)
    assert seen(party.holder, run).done == held.done
    runs.resume_run(actor=party.holder, run_id=run.uuid)
    assert wait_for_run(party.holder, run, is_over, 180).done == 12
    check_each_once(party.holder, 12, before)


def settled(reader: User, run: DossierRun) -> DossierRun:
    """The run once nothing of it is in work."""
    deadline = time.monotonic() + 60
    while any(row.state == DossierRunItem.State.OWED or row.lease_until for row in rows_of(reader, run)):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    return seen(reader, run)


def test_one_dossier_asked_for_on_a_page_does_not_wait_for_the_nightly_run(
    start_worker: Callable[..., Worker], start_beat: Callable[..., Beat]
) -> None:
    party = granted(6)
    run = start(party, ("en", "th"), priority=Priority.NIGHTLY)
    start_worker(**SHORT)
    start_beat(**SHORT)
    wait_for_run(party.holder, run, lambda now: now.done >= 1, 120)
    single = owing.request_dossier(actor=party.supervisor, handover_id=party.requests[-1].uuid, language="vi")
    now = wait_for_run(party.holder, run, is_over, 240)
    with acting_as(party.holder):
        single.refresh_from_db()
        later = Dossier.objects.filter(started_at__gt=single.started_at).count()
    assert single.job_state == JobState.DONE
    assert later >= now.total // 2
