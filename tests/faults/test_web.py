"""Rule: what an officer was told is done is in PostgreSQL, whole, whatever is killed afterwards; nothing is half there.

Officers send forms over HTTP from many threads while SIGKILL hits the web process or the database.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from lmc_cases.config.local import processes
from tests.factories import officer
from tests.faults.browsing import Browser, NotAnswered
from tests.faults.casework import Desk, answered, work_until
from tests.faults.conftest import Broker, Database
from tests.harness.cluster import ROOT
from tests.harness.programs import Web

pytestmark = pytest.mark.fault

WITHOUT_FACTOR = {"LMC_SECOND_FACTOR_COMPULSORY": "0"}
OFFICERS = 6
ROUNDS = 3
SET_UP = """
import django, json
django.setup()
from tests.factories import officer
print(json.dumps([[who.pk, who.email] for who in (officer("TH") for _ in range(%d))]))
"""

# Table of the records, the text that carries the mark, the verb of their audit events, what an event names.
RECORDS = {
    "note": ("cases_casenote", "r.text", "case.note_added", "case"),
    "timeline": ("cases_timelineentry", "r.text", "case.timeline_added", "case"),
    "share": ("cases_caseshare", "r.reason", "case.shared", "object"),
    "upload": ("exchange_importrun", "r.file_name", "import.uploaded", "object"),
}
HALF_THERE = {
    "a case without details": "SELECT c.id FROM cases_case c LEFT JOIN cases_casedetail d ON d.case_id = c.id"
    " WHERE d.id IS NULL",
    "a case without title or summary": "SELECT c.id FROM cases_case c LEFT JOIN cases_casetext t"
    " ON t.case_id = c.id GROUP BY c.id HAVING count(t.id) <> 2",
    "a case its owner does not see": "SELECT c.id FROM cases_case c JOIN jurisdictions_jurisdiction j"
    " ON j.id = c.owner_id LEFT JOIN cases_casevisibility v ON v.case_id = c.id AND v.audience_id = j.audience_id"
    " WHERE v.case_id IS NULL",
    "a case that no search finds": "SELECT c.id FROM cases_case c LEFT JOIN cases_searchentry s"
    " ON s.case_id = c.id GROUP BY c.id HAVING count(s.id) FILTER (WHERE s.kind = 'REFERENCE') <> 1"
    " OR count(s.id) FILTER (WHERE s.kind = 'TEXT') <> 2",
    "a case without its event": "SELECT c.id FROM cases_case c WHERE (SELECT count(*) FROM audit_auditevent e"
    " WHERE e.verb = 'case.opened' AND e.object_uuid = c.uuid) <> 1",
    "an event without its case": "SELECT e.id FROM audit_auditevent e WHERE e.verb = 'case.opened'"
    " AND NOT EXISTS (SELECT FROM cases_case c WHERE c.uuid = e.object_uuid)",
    "a text with another number of events": "SELECT c.id FROM cases_case c WHERE (SELECT count(*) FROM"
    " audit_auditevent e WHERE e.verb = 'case.text_written' AND e.object_uuid = c.uuid) <> 2",
    "an import whose state nobody answers for": "SELECT r.id FROM exchange_importrun r WHERE (SELECT count(*) FROM"
    " audit_auditevent e WHERE e.verb = 'import.confirmed' AND e.object_uuid = r.uuid)"
    " <> (r.job_state <> 'NEW')::int",
    "a share whose recipient sees nothing": "SELECT s.id FROM cases_caseshare s JOIN jurisdictions_jurisdiction j"
    " ON j.id = s.recipient_id LEFT JOIN cases_casevisibility v ON v.case_id = s.case_id"
    " AND v.audience_id = j.audience_id WHERE v.case_id IS NULL",
    "a case whose history ends elsewhere": "SELECT c.id FROM cases_case c WHERE (SELECT h.version FROM"
    " cases_historicalcase h WHERE h.id = c.id ORDER BY h.history_date DESC, h.version DESC LIMIT 1) <> c.version",
}


def test_a_killed_web_process_loses_nothing_it_answered(
    superuser_url: str,
    transactional_db: None,
    start_web: Callable[..., Web],
    broker: Broker,
    tmp_path: Path,
) -> None:
    media = {"LMC_MEDIA_DIR": str(tmp_path / "files")}
    web = start_web(**WITHOUT_FACTOR, **broker.environment, **media)
    desks = [
        _desk(web.url, n, who.pk, who.email) for n, who in enumerate(officer("TH") for _ in range(OFFICERS))
    ]
    for _ in range(ROUNDS):
        work_until(desks, 40, lambda: _kill_all_of(web))
        check_what_was_answered(superuser_url, desks, tmp_path / "files")
        web.start()
    assert any(not act.is_answered for desk in desks for act in desk.acts), "the kill hit no request"
    _send_again_what_was_not_answered(desks)
    check_what_was_answered(superuser_url, desks, tmp_path / "files")
    # Sent again with the same token, each record exists once.
    marks = [act.mark for desk in desks for act in desk.acts if act.kind == "note"]
    with psycopg.connect(superuser_url) as connection:
        held = [text for (text,) in connection.execute("SELECT text FROM cases_casenote").fetchall()]
    assert sorted(held) == sorted(marks)


def test_a_killed_database_loses_nothing_that_was_answered(
    own_database: Database, start_web: Callable[..., Web], broker: Broker, tmp_path: Path
) -> None:
    environment = {
        **WITHOUT_FACTOR,
        **broker.environment,
        **own_database.environment,
        "LMC_MEDIA_DIR": str(tmp_path / "files"),
    }
    argv = [sys.executable, "-c", SET_UP % OFFICERS]
    done = subprocess.run(
        argv, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    web = start_web(**environment)
    desks = [_desk(web.url, n, pk, email) for n, (pk, email) in enumerate(json.loads(done.stdout))]
    work_until(desks, 60, own_database.kill, may_be_told=frozenset({500}))
    own_database.start()
    check_what_was_answered(own_database.superuser_url, desks, tmp_path / "files")
    # The web process was not started again: it must find the way back by itself.
    _wait_until_pages_come_back(desks[0].browser)
    work_until(desks, 20, lambda: None)
    check_what_was_answered(own_database.superuser_url, desks, tmp_path / "files")


def check_what_was_answered(url: str, desks: list[Desk], files: Path) -> None:
    """Every answered form is there with its history and its audit event; what was not answered is whole or absent."""
    _wait_until_nobody_writes(url)
    acts = [act for desk in desks for act in desk.acts]
    assert answered(desks) > 0
    with psycopg.connect(url) as connection:
        for kind, (table, text, verb, named) in RECORDS.items():
            _check_records(connection, kind, table, text, verb, named, acts)
        titles = _column(connection, "SELECT text FROM cases_casetext WHERE kind = 'TITLE'")
        assert {act.mark for act in acts if act.kind == "case" and act.is_answered} <= set(titles)
        owed = _column(connection, "SELECT uuid::text FROM exchange_importrun WHERE job_state = 'QUEUED'")
        assert {act.mark for act in acts if act.kind == "confirmation" and act.is_answered} <= set(owed)
        for what, query in HALF_THERE.items():
            assert not connection.execute(query).fetchall(), what
        drift = connection.execute(
            "SELECT missing, surplus, different FROM case_visibility_drift()"
        ).fetchone()
        assert drift == (0, 0, 0)
        assert connection.execute("SELECT search_audience_drift()").fetchone() == (0,)
        for name, sha256 in connection.execute("SELECT file, file_sha256 FROM exchange_importrun").fetchall():
            assert hashlib.sha256((files / name).read_bytes()).hexdigest() == sha256


def _check_records(
    connection: psycopg.Connection[Any],
    kind: str,
    table: str,
    text: str,
    verb: str,
    named: str,
    acts: list[Any],
) -> None:
    held = _column(connection, f"SELECT {text} FROM {table} r")
    assert len(held) == len(set(held)), f"{kind}: one form made two records"
    assert {act.mark for act in acts if act.kind == kind and act.is_answered} <= set(held), f"{kind}: lost"
    assert set(held) <= {act.mark for act in acts if act.kind == kind}
    model = table.rpartition("_")[2]
    history = table.replace(model, f"historical{model}")
    query = f"SELECT r.id FROM {table} r LEFT JOIN {history} h ON h.id = r.id AND h.history_type = '+'"
    query += " GROUP BY r.id HAVING count(h.history_id) <> 1"
    assert not connection.execute(query).fetchall(), f"{kind}: not one beginning in its history"
    query = f"SELECT count(*) FROM {history} h WHERE NOT EXISTS (SELECT FROM {table} r WHERE r.id = h.id)"
    assert connection.execute(query).fetchone() == (0,), f"{kind}: history of nothing"
    if named == "case":
        per_case = f"(SELECT count(*) FROM {table} r WHERE r.case_id = c.id)"
        query = f"SELECT c.id FROM cases_case c WHERE {per_case} <> (SELECT count(*) FROM audit_auditevent e"
        query += " WHERE e.verb = %s AND e.case_uuid = c.uuid)"
    else:
        query = f"SELECT r.id FROM {table} r WHERE 1 <> (SELECT count(*) FROM audit_auditevent e"
        query += " WHERE e.verb = %s AND e.object_uuid = r.uuid)"
    assert not connection.execute(query, [verb]).fetchall(), f"{kind}: records and audit events differ"
    (events,) = _column(connection, f"SELECT count(*) FROM audit_auditevent WHERE verb = '{verb}'")
    assert events == len(held), f"{kind}: an event without its record"


def _column(connection: psycopg.Connection[Any], query: str) -> list[Any]:
    return [value for (value,) in connection.execute(query).fetchall()]


def _desk(url: str, number: int, user_pk: int, email: str) -> Desk:
    browser = Browser(url)
    answer = browser.sign_in(email)
    assert (answer.status, answer.headers["Location"]) == (302, "/"), answer.text
    return Desk(f"desk{number}", user_pk, browser)


def _kill_all_of(web: Web) -> None:
    """SIGKILL to gunicorn and its workers at once: nobody is left to finish anything."""
    processes.kill_session(web.pid)
    assert web.child is not None
    web.child.process.wait(10)


def _wait_until_nobody_writes(url: str) -> None:
    """A killed web process leaves sessions in PostgreSQL that end by themselves a moment later."""
    deadline = time.monotonic() + 30
    query = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'lmc_app' AND state <> 'idle'"
    query += " AND datname = current_database()"
    with psycopg.connect(url, autocommit=True) as connection:
        while connection.execute(query).fetchone() != (0,):
            assert time.monotonic() < deadline
            time.sleep(0.05)


def _send_again_what_was_not_answered(desks: list[Desk]) -> None:
    for desk in desks:
        for act in desk.acts:
            if not act.is_answered and act.kind in {"note", "timeline", "case"}:
                desk.send(act)
        assert not desk.faults, desk.faults[0]


def _wait_until_pages_come_back(browser: Browser) -> None:
    deadline = time.monotonic() + 20
    in_a_row = 0
    while in_a_row < 20:
        try:
            in_a_row = in_a_row + 1 if browser.get("/cases/").status == 200 else 0
        except NotAnswered:
            in_a_row = 0
        assert time.monotonic() < deadline, "the web process did not find its way back to the database"
        time.sleep(0.02)
