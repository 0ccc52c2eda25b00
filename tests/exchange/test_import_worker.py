"""Imports by the real worker on the real broker, and what a kill of either side leaves behind."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection

from lmc_cases.accounts.models import User
from lmc_cases.accounts.services.rights import revoke_role
from lmc_cases.audit.models import AuditEvent
from lmc_cases.cases.models import Case, SearchEntry
from lmc_cases.config.demo_data import DEMO_BUNDLE, DEMO_PEOPLE
from lmc_cases.core.jobs import JobState
from lmc_cases.evidence.models import EvidenceItem
from lmc_cases.exchange.models import ImportRun
from lmc_cases.exchange.services import importing
from lmc_cases.jurisdictions.access import acting_as
from lmc_cases.suspects.models import Suspect
from tests.factories import officer, open_case

pytestmark = pytest.mark.django_db(transaction=True)


def started(actor: User, case: Case, kind: str, content: bytes) -> ImportRun:
    return importing.start_import(
        actor=actor, case_id=case.uuid, kind=kind, upload=ContentFile(content, name="file")
    )


def many(count: int) -> bytes:
    rows = [f"INVENTED {n:06},{1950 + n % 50},TH,WORKER-{n:06}" for n in range(count)]
    return "\n".join(["Name,Date of birth,Nationality,Document number", *rows]).encode()


def until(happened: Callable[[], Any], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "nothing happened in time"
        time.sleep(0.05)


def is_over(run: ImportRun, reader: User | None = None) -> bool:
    reload(run, reader)
    return run.is_finished


def reload(run: ImportRun, reader: User | None = None) -> None:
    with acting_as(reader or run.requested_by):
        run.refresh_from_db()


def persons_of(case: Case, reader: User) -> int:
    with acting_as(reader):
        return Suspect.objects.filter(case=case).count()


def test_the_worker_imports_a_list_and_a_bundle_after_the_confirmation(worker: Any) -> None:
    thai = officer("TH")
    case = open_case(thai)
    for kind, content, persons in (
        ("SUSPECT_LIST", DEMO_PEOPLE.read_bytes(), 40),
        ("CASE_BUNDLE", DEMO_BUNDLE.read_bytes(), 4),
    ):
        run = started(thai, case, kind, content)
        assert run.job_state == JobState.NEW
        importing.confirm_import(actor=thai, run_id=run.uuid)
        until(lambda run=run: is_over(run))
        assert run.job_state == JobState.DONE, (run.report, worker.read_log()[-3000:])
        assert run.report["result"]["imported"] == persons
    with acting_as(thai):
        assert Suspect.objects.filter(case=case).count() == 44
        assert EvidenceItem.objects.filter(case=case).count() == 14


def test_a_worker_whose_officer_lost_the_right_imports_nothing(start_worker: Any) -> None:
    thai = officer("TH")
    case = open_case(thai)
    run = started(thai, case, "SUSPECT_LIST", DEMO_PEOPLE.read_bytes())
    importing.confirm_import(actor=thai, run_id=run.uuid)
    revoke_role(actor=None, user_id=thai.uuid, role_code="liaison_officer")
    start_worker()
    supervisor = officer("TH", "supervisor")
    until(lambda: is_over(run, supervisor))
    assert run.job_state == JobState.DENIED
    assert persons_of(case, supervisor) == 0


@pytest.mark.fault
def test_progress_is_seen_while_the_rows_are_not_and_a_killed_worker_leaves_one_import(
    start_worker: Any, start_beat: Any
) -> None:
    """Kill -9 in the middle: no row is there; the next worker takes the lapsed lease and imports once."""
    thai = officer("TH")
    case = open_case(thai)
    run = started(thai, case, "SUSPECT_LIST", many(5_000))
    lease = {"LMC_JOB_LEASE_SECONDS": "3"}
    first = start_worker(**lease)
    importing.confirm_import(actor=thai, run_id=run.uuid)

    def is_half_way() -> bool:
        reload(run)
        return run.job_state == JobState.RUNNING and run.rows_done > 0

    until(is_half_way)
    assert persons_of(case, thai) == 0
    first.kill()
    reload(run)
    assert run.job_state == JobState.RUNNING, "the kill came too late to prove anything"
    start_beat(LMC_JOB_SWEEP_SECONDS="1", **lease)
    second = start_worker()
    until(lambda: is_over(run), 180)
    assert run.job_state == JobState.DONE, second.read_log()[-3000:]
    assert run.attempts == 2
    with acting_as(thai):
        assert Suspect.objects.filter(case=case).count() == 5_000
        assert Suspect.history.filter(case=case).count() == 5_000
        assert SearchEntry.objects.filter(case=case, kind="SUSPECT").count() == 5_000
    with acting_as(officer("TH", "auditor")):
        assert AuditEvent.objects.filter(verb="import.done", object_uuid=run.uuid).count() == 1
        assert AuditEvent.objects.filter(verb="suspects.imported").count() == 1


def test_a_confirmed_import_survives_a_broker_that_forgot_it(start_worker: Any, start_beat: Any) -> None:
    """The broker only wakes: with its message gone the sweeper finds the row."""
    from lmc_cases.config.celery import app

    thai = officer("TH")
    run = started(thai, open_case(thai), "SUSPECT_LIST", DEMO_PEOPLE.read_bytes())
    importing.confirm_import(actor=thai, run_id=run.uuid)
    app.control.purge()
    with acting_as(thai), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE exchange_importrun SET queued_at = queued_at - interval '1 minute' WHERE id = %s",
            [run.pk],
        )
    start_worker()
    start_beat(LMC_JOB_SWEEP_SECONDS="1")
    until(lambda: is_over(run))
    assert run.job_state == JobState.DONE
