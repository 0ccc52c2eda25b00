"""31,000 persons in one go: by the real job, with history, documents, search text and one audit event.

Ratios, not seconds, carry the bars: the machine does not matter then. The bare COPY is what PostgreSQL can do at
best with the same people and the same indexes: no documents, no history, no search text.
"""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.core.files import File
from django.db import connection
from openpyxl import Workbook

from lmc_cases.accounts.models import User
from lmc_cases.audit.models import AuditEvent
from lmc_cases.config.demo_data.people import table
from lmc_cases.core.jobs import JobState
from lmc_cases.exchange.models import ImportRun
from lmc_cases.exchange.services import importing, lists
from lmc_cases.exchange.services.people import KnownPeople
from lmc_cases.exchange.spreadsheets import open_sheet, propose_mapping, read_rows
from lmc_cases.jurisdictions.access import acting_as
from lmc_cases.suspects.models import IdentityDocument, Suspect
from lmc_cases.suspects.services.bulk import insert_suspects
from tests.factories import officer, open_case

pytestmark = pytest.mark.django_db(transaction=True)

# Words of a statement, and the part of the work it is.
PARTS = (
    ('"suspects_historicalidentitydocument"', "documents"),
    ('"suspects_historicalsuspect"', "history"),
    ("INSERT INTO suspects_suspect (", "people"),
    ("INSERT INTO suspects_identitydocument", "documents"),
    ("INSERT INTO cases_searchentry", "search"),
)
ROOT = Path(__file__).resolve().parents[2]
ROWS = 31_000
# The job as the worker calls it, in a process of its own: what it holds at most is this process's peak.
JOB = """
import resource, sys, django
django.setup()
from lmc_cases.exchange.services.running import run_owed_import
before = resource.getrusage(resource.RUSAGE_SELF)
run_owed_import(job_id=int(sys.argv[1]))
after = resource.getrusage(resource.RUSAGE_SELF)
print(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, after.ru_maxrss)
"""


def write_list(path: Path, rows: int) -> Path:
    """Write the forty invented people again and again, each time with numbers of their own."""
    head, *people = table()
    names = list(head)
    number, document = 0, names.index("证件号码 / Document number")
    book = Workbook(write_only=True)
    sheet = book.create_sheet("INVENTED people")
    sheet.append(names)
    for n in range(rows):
        row = list(people[n % len(people)])
        row[number], row[document] = n + 1, f"BENCH-{n:06}"
        sheet.append(row)
    book.save(path)
    return path


def import_once(actor: User, path: Path) -> tuple[ImportRun, float, float, int]:
    """Return the finished run, its seconds, the processor seconds of its process, and its peak in KiB."""
    case = open_case(actor, title="Invented import")
    with path.open("rb") as stream:
        run = importing.start_import(
            actor=actor, case_id=case.uuid, kind="SUSPECT_LIST", upload=File(stream, name=path.name)
        )
    importing.confirm_import(actor=actor, run_id=run.uuid, wake=False)
    done = subprocess.run(
        [sys.executable, "-c", JOB, str(run.pk)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    with acting_as(actor):
        run.refresh_from_db()
    assert run.job_state == JobState.DONE, (run.error_code, done.stderr)
    assert run.started_at is not None
    assert run.finished_at is not None
    processor, peak = done.stdout.split()[-2:]
    return run, (run.finished_at - run.started_at).total_seconds(), float(processor), int(peak)


def copy_seconds(url: str, run: ImportRun, *, indexed: bool) -> float:
    """Return the seconds of a COPY of the run's people into an empty table with the same columns, commit and all."""
    options = "INCLUDING ALL" if indexed else ""
    with psycopg.connect(url, autocommit=True) as superuser:
        people = f"SELECT * FROM suspects_suspect WHERE import_run = '{run.uuid}'"
        with superuser.cursor().copy(f"COPY ({people}) TO STDOUT") as source:
            rows = b"".join(bytes(piece) for piece in source)
        superuser.execute(f"CREATE TABLE bench_bare (LIKE suspects_suspect {options})")
        try:
            began = time.perf_counter()
            with superuser.cursor().copy("COPY bench_bare FROM STDIN") as target:
                target.write(rows)
            return time.perf_counter() - began
        finally:
            superuser.execute("DROP TABLE bench_bare")


def statement_seconds(actor: User, path: Path) -> dict[str, float]:
    """Return the seconds PostgreSQL takes for each part of an import whose rows are ready in memory."""
    case = open_case(actor, title="Invented import")
    reader = lists.open_list(path)
    rows = list(
        lists.persons_of(
            reader,
            propose_mapping(reader.headers),
            KnownPeople(case),
            lists.Choices(),
            lists.Tally(),
            dt.date(2026, 1, 1),
        )
    )
    spent = dict.fromkeys(("people", "history", "documents", "search"), 0.0)

    def timed(execute: Any, statement: Any, params: Any, many: bool, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(statement, params, many, context)
        finally:
            text = statement if isinstance(statement, str) else statement.as_string(None)
            part = next((part for words, part in PARTS if words in text), "")
            if part:
                spent[part] += time.perf_counter() - began

    with connection.execute_wrapper(timed):
        insert_suspects(actor=actor, case_id=case.uuid, rows=rows, import_run=uuid4())
    return spent


def test_a_list_of_31_000_persons(
    tmp_path: Path, superuser_url: str, record: Callable[..., None], size: Callable[[int], int]
) -> None:
    count = size(ROWS)
    thai = officer("TH")
    large = write_list(tmp_path / "large.xlsx", count)
    small = write_list(tmp_path / "small.xlsx", max(count // 10, 40))
    _run, _seconds, _processor, small_peak = import_once(thai, small)
    run, seconds, processor, large_peak = import_once(thai, large)

    began, began_processor = time.perf_counter(), time.process_time()
    reader = open_sheet(large)
    parsed = sum(1 for row in read_rows(reader, propose_mapping(reader.headers)) if row.person)
    parse_seconds, parse_processor = time.perf_counter() - began, time.process_time() - began_processor
    bare = min(copy_seconds(superuser_url, run, indexed=True) for _ in range(3))
    staging = min(copy_seconds(superuser_url, run, indexed=False) for _ in range(3))
    # The best of three for each: the machine is shared.
    measured = [statement_seconds(thai, large) for _ in range(3)]
    parts = {name: min(one[name] for one in measured) for name in measured[0]}

    with acting_as(thai):
        people = Suspect.objects.filter(import_run=run.uuid)
        assert parsed == run.report["result"]["imported"] == people.count() == count
        documents = IdentityDocument.objects.filter(import_run=run.uuid).count()
        history = Suspect.history.filter(import_run=run.uuid).count()
        history += IdentityDocument.history.filter(import_run=run.uuid).count()
        done = list(AuditEvent.objects.filter(object_uuid=run.uuid, verb="import.done"))

    record("import: rows", count, "rows")
    record("import: rows per second, whole job", count / seconds, "rows/s")
    alone = processor / parse_processor
    record("import: processor time of the job against reading the file alone", alone, "ratio", at_most=3.0)
    record("import: file read, seconds", parse_seconds, "s")
    record("import: bare COPY of the people, seconds", bare, "s")
    with_history = (staging + parts["people"] + parts["history"]) / bare
    record("import_vs_copy_with_history", with_history, "ratio", at_most=3.0)
    everything = (staging + sum(parts.values())) / bare
    record("import: with documents and search text too, against bare COPY", everything, "ratio")
    record("import: peak memory against a tenth of the rows", large_peak / small_peak, "ratio", at_most=1.5)
    record("import: peak memory", large_peak / 1024, "MiB")
    record("import: history rows per row", history / (count + documents), "ratio", at_least=1, at_most=1)
    record("import: audit events of the run's end", len(done), "events", at_least=1, at_most=1)
    assert done[0].codes["imported"] == count
