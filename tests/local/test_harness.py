"""The ground under every test: right roles, own database, and nothing left behind by a test that commits."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable

import psycopg
import pytest
from django.db import connection, connections, transaction

from lmc_cases.config.local import processes
from tests.harness.programs import Web, Worker


@pytest.mark.django_db(databases=["default", "owner"])
def test_default_serves_as_lmc_app_and_owner_as_lmc_owner_in_one_database() -> None:
    answers = {}
    for alias in ("default", "owner"):
        with connections[alias].cursor() as cursor:
            cursor.execute(
                "SELECT current_user, current_database(), rolsuper, rolbypassrls FROM pg_roles"
                " WHERE rolname = current_user"
            )
            answers[alias] = cursor.fetchone()
    database = answers["default"][1]
    assert database.startswith("test_")
    assert answers == {
        "default": ("lmc_app", database, False, False),
        "owner": ("lmc_owner", database, False, True),
    }


@pytest.mark.django_db
def test_the_application_role_may_neither_create_nor_truncate() -> None:
    for statement in ("CREATE TABLE forbidden (x int)", "TRUNCATE django_content_type CASCADE"):
        with (
            pytest.raises(Exception, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
class TestATestThatCommits:
    """Two tests in this order: what the first one leaves, the second one must not see."""

    def test_may_change_reference_rows_and_add_others(self, superuser_url: str) -> None:
        with psycopg.connect(superuser_url) as superuser:
            superuser.execute(
                "UPDATE django_content_type SET model = model || '-changed' WHERE app_label = 'auth'"
            )
            superuser.execute("SET session_replication_role = 'replica'")
            superuser.execute("DELETE FROM auth_permission")
            superuser.execute("INSERT INTO django_session VALUES ('left-behind', '', now())")

    def test_finds_the_reference_data_as_they_were(self, superuser_url: str) -> None:
        with psycopg.connect(superuser_url) as superuser:
            for table in ("auth_permission", "django_content_type"):
                same = superuser.execute(
                    f"SELECT count(*) > 5 AND NOT EXISTS (SELECT * FROM {table} EXCEPT SELECT * FROM lmc_pristine.{table})"
                    f" AND count(*) = (SELECT count(*) FROM lmc_pristine.{table}) FROM {table}"
                ).fetchone()
                assert same == (True,), table
            assert superuser.execute("SELECT count(*) FROM django_session").fetchone() == (0,)


@pytest.mark.fault
def test_a_real_web_server_answers_before_and_after_a_kill_at_the_same_address(live_web: Web) -> None:
    def health() -> dict[str, object]:
        with urllib.request.urlopen(f"{live_web.url}/health", timeout=10) as answer:
            return json.load(answer)

    assert health() == {"status": "ok", "database": True, "broker": True}
    live_web.kill()
    live_web.start()
    assert health() == {"status": "ok", "database": True, "broker": True}


@pytest.mark.fault
def test_a_killed_worker_takes_its_pool_with_it(start_worker: Callable[..., Worker]) -> None:
    worker = start_worker()
    session = worker.pid
    # A pool process that is still warming may ask the system's linker where a library lies: a passing fourth member.
    deadline = time.monotonic() + 30
    while len(processes.session_members(session)) != 3 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(processes.session_members(session)) == 3  # the worker and two pool processes
    worker.kill()
    deadline = time.monotonic() + 5
    while processes.session_members(session) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert processes.session_members(session) == []


def test_the_shared_worker_is_idle_when_a_test_starts(worker: Worker) -> None:
    assert worker.alive()
    worker.wait_idle(seconds=5)
