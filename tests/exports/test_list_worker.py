"""Lists made by real workers, woken by a real broker, and by whoever follows one that was killed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import connections

from lmc_cases.accounts.models import User
from lmc_cases.audit.models import AuditEvent
from lmc_cases.cases.models import Case, Disclosure
from lmc_cases.core.jobs import JobState
from lmc_cases.exports.models import ListExport
from lmc_cases.jurisdictions.access import acting_as
from tests.exports.samples import asked_for, case_with_persons, downloaded, lines, persons_of, read_by
from tests.factories import officer, say_why, share
from tests.harness.programs import Beat, Worker

pytestmark = pytest.mark.django_db(transaction=True)

LEASE = 2
SHORT = {"LMC_JOB_LEASE_SECONDS": str(LEASE), "LMC_JOB_SWEEP_SECONDS": "1"}


@pytest.fixture(autouse=True)
def _short_answers(settings: Any, transactional_db: None) -> None:
    settings.SECOND_FACTOR_COMPULSORY = False
    settings.LIST_EXPORT_MAX_ROWS = 2


def wait_for(
    reader: User, export: ListExport, what: Callable[[ListExport], bool], seconds: float, why: str
) -> ListExport:
    deadline = time.monotonic() + seconds
    while not what(row := read_by(reader, export.uuid)):
        state = (row.job_state, row.error_code, row.rows_done, row.attempts)
        assert time.monotonic() < deadline, f"{why}: {state}"
        time.sleep(0.05)
    return row


def shared_with_china(persons: int) -> tuple[User, User, Case]:
    thai, chinese = officer("TH"), officer("CN")
    case = case_with_persons(thai, persons)
    share(thai, case, "CN", second=officer("TH", "supervisor"))
    say_why(chinese, case)
    return thai, chinese, case


def exported(reader: User) -> int:
    with acting_as(reader):
        return AuditEvent.objects.filter(verb="suspects.exported").count()


def persons_noted(owner: User, reader: User) -> int:
    with acting_as(owner):
        return Disclosure.objects.filter(path="EXPORT", kind="SUSPECT", recipient_officer=reader).count()


def test_a_worker_makes_what_was_asked_for(worker: Worker) -> None:
    thai, chinese, case = shared_with_china(5)
    export = asked_for(chinese, persons_of(case))
    export = wait_for(chinese, export, lambda row: row.is_finished, 60, "not made")
    assert (export.job_state, export.rows_total) == (JobState.DONE, 5)
    table = lines(downloaded(chinese, export))
    assert [row[0] for row in table[1:]] == ["1", "2", "3", "4", "5"]
    assert (exported(chinese), persons_noted(thai, chinese)) == (1, 5)
    with acting_as(chinese):
        event = AuditEvent.objects.get(verb="suspects.exported")
    assert (event.channel, event.actor_id) == ("worker", chinese.pk)


def test_two_windows_that_ask_at_once_are_owed_one_file() -> None:
    thai = officer("TH")
    case = case_with_persons(thai, 3)
    together = threading.Barrier(4)

    def ask() -> int:
        try:
            together.wait(30)
            return asked_for(thai, persons_of(case)).pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        asked = {found.result() for found in [pool.submit(ask) for _window in range(4)]}
    with acting_as(thai):
        owed = list(ListExport.objects.values_list("pk", flat=True))
        requested = AuditEvent.objects.filter(verb="list.requested").count()
    assert (asked, len(owed), requested) == (set(owed), 1, 1)


def stored() -> set[str]:
    try:
        return {f"list-exports/{name}" for name in default_storage.listdir("list-exports")[1]}
    except FileNotFoundError:
        return set()


@pytest.mark.fault
def test_a_worker_killed_in_the_middle_is_followed_by_exactly_one_file(
    start_worker: Callable[..., Worker], start_beat: Callable[..., Beat]
) -> None:
    first = start_worker(**SHORT)
    count = 6_000
    thai, chinese, case = shared_with_china(count)
    before = stored()
    export = asked_for(chinese, persons_of(case), kind="xlsx")
    # Read and noted, in a transaction of its own; the table is being written.
    wait_for(chinese, export, lambda row: row.rows_done > 0, 90, "no worker began")
    first.kill()
    killed = read_by(chinese, export.uuid)
    assert killed.job_state == JobState.RUNNING
    assert (exported(chinese), persons_noted(thai, chinese)) == (0, 0)
    start_beat(**SHORT)
    start_worker(**SHORT)
    export = wait_for(chinese, export, lambda row: row.is_finished, 180, "the sweeper woke nobody")
    assert (export.job_state, export.attempts, export.rows_total) == (JobState.DONE, 2, count)
    assert (exported(chinese), persons_noted(thai, chinese)) == (1, count)
    assert stored() - before == {export.file.name}
