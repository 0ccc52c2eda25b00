"""What the audit costs writers: eight at once, transactions held for 5 ms, with and without; ratios within one run.

Each transaction changes one row of its own and, with audit, writes the event the product's service writes: the same
INSERT, completed by the same trigger, while the sealer works beside it. The writers are
processes of their own and speak to PostgreSQL as the serving role does; runs with and without alternate.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from lmc_cases.audit.models import AuditEvent, AuditLeaf, Operation
from lmc_cases.audit.services import record as record_event
from lmc_cases.audit.services import sealing
from lmc_cases.audit.services.proving import StoredTree
from lmc_cases.audit.services.verifying import verify
from tests.audit.abroad import many
from tests.factories import officer, open_case

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
WRITERS = 8
SECONDS = 3.0
ROUNDS = 5
# Five times as often as the product seals.
EVERY = 1.0
# One writer: commits until told to stop; prints how many. Arguments: address, own row, seconds, file of the statement.
WRITER = """
import sys, time, uuid, psycopg
url, row, seconds, file = sys.argv[1:]
insert = open(file).read() if file != "-" else ""
done = 0
with psycopg.connect(url, autocommit=True, prepare_threshold=1) as one:
    print("ready", flush=True)
    sys.stdin.readline()
    until = time.monotonic() + float(seconds)
    while time.monotonic() < until:
        with one.transaction():
            one.execute("UPDATE bench_business SET n = n + 1 WHERE id = %s", [int(row)])
            if insert:
                one.execute(insert, {"uuid": uuid.uuid4()})
            time.sleep(0.005)
        done += 1
print(done)
"""


def statement(path: Path) -> Path:
    """The INSERT of the service itself, as psycopg sent it, with a new id for each row."""
    thai = officer("TH")
    case = open_case(thai)
    with CaptureQueriesContext(connection) as queries:
        event = record_event(actor=thai, operation=Operation.CONSULTATION, verb="case.viewed", target=case)
    [sent] = [q["sql"] for q in queries if q["sql"].startswith('INSERT INTO "audit_auditevent"')]
    path.write_text(sent.replace("%", "%%").replace(f"'{event.uuid.hex}'::uuid", "%(uuid)s"))
    assert "%(uuid)s" in path.read_text()
    return path


def throughput(url: str, file: str) -> float:
    """Transactions per second of all writers together."""
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, url, str(n), str(SECONDS), file],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for n in range(WRITERS)
    ]
    for one in writers:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in writers:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    done = sum(int(one.communicate()[0]) for one in writers)
    return done / SECONDS


class Sealer(threading.Thread):
    """Seals as beat and worker do."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.over = threading.Event()

    def __enter__(self) -> Sealer:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.join()

    def run(self) -> None:
        try:
            while not self.over.wait(EVERY):
                sealing.seal()
        finally:
            connections.close_all()


def test_writers_with_and_without_audit(
    superuser_url: str, record: Callable[..., None], tmp_path: Path, settings: Any
) -> None:
    settings.AUDIT_ANCHOR = tmp_path / "anchor.txt"
    url = connection.get_connection_params()
    app = psycopg.conninfo.make_conninfo(
        host=url["host"], port=url["port"], user=url["user"], password=url["password"], dbname=url["dbname"]
    )
    insert = statement(tmp_path / "insert.sql")
    with psycopg.connect(superuser_url, autocommit=True) as bench:
        bench.execute(
            "CREATE TABLE bench_business (id int PRIMARY KEY, n bigint NOT NULL) WITH (fillfactor = 50)"
        )
        bench.execute("INSERT INTO bench_business SELECT n, 0 FROM generate_series(0, 7) n")
        bench.execute("GRANT ALL ON bench_business TO lmc_app")
        try:
            without, with_audit = [], []
            for _round in range(ROUNDS):
                without.append(throughput(app, "-"))
                with Sealer():
                    with_audit.append(throughput(app, str(insert)))
        finally:
            bench.execute("DROP TABLE bench_business")
    record("audit: 8 writers, 5 ms transactions, without audit", max(without), "tx/s")
    record("audit: the same with audit and sealer", max(with_audit), "tx/s")
    # Pairs, because other load on the machine hits both runs of a pair alike.
    ratio = statistics.median(one / other for one, other in zip(with_audit, without, strict=True))
    record("audit: throughput with audit against none, median of pairs", ratio, "ratio", at_least=0.75)
    began = time.perf_counter()
    sealing.seal_now()
    record("audit: last events sealed after", time.perf_counter() - began, "s")
    # The owner of the tables: behind the wall nobody here sees an event.
    missed = AuditEvent.objects.using("owner").count() - AuditLeaf.objects.using("owner").count()
    record("audit: events without a seal", missed, "events", at_most=0)


def test_sealing_proving_and_verifying_a_large_log(
    superuser_url: str, record: Callable[..., None], tmp_path: Path, settings: Any, size: Callable[[int], int]
) -> None:
    settings.AUDIT_ANCHOR = tmp_path / "anchor.txt"
    count = size(100_000)
    many(count, superuser_url)
    began = time.perf_counter()
    sealing.seal(wait=True)
    record("audit: events sealed per second", count / (time.perf_counter() - began), "events/s")
    total = AuditLeaf.objects.count()
    began = time.perf_counter()
    with CaptureQueriesContext(connection) as queries:
        StoredTree().inclusion(total // 3, total)
    record("audit: one proof from a cold start", (time.perf_counter() - began) * 1000, "ms")
    record("audit: statements of one proof", len(queries), "statements", at_most=12)
    began = time.perf_counter()
    report = verify(using="owner")
    record("audit: events verified per second", total / (time.perf_counter() - began), "events/s")
    record("audit: faults found in it", report.faults_total, "faults", at_most=0)
