"""Hooks and fixtures of the harness; loaded by tests/conftest.py."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lmc_cases.config.local.environment import SECRETS
from tests.harness.cluster import HOME_VARIABLE, Cluster
from tests.harness.programs import Beat, Web, Worker
from tests.harness.reset import Reset

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_cluster_key = pytest.StashKey[Cluster]()
_owned_key = pytest.StashKey[bool]()


def _worker_id() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


def _database() -> str:
    return f"test_{_worker_id()}"


def _broker_number() -> int:
    digits = "".join(character for character in _worker_id() if character.isdigit())
    return int(digits or 0) % 30 + 1


def pytest_configure(config: pytest.Config) -> None:
    """Start the servers once per session, and name the settings when their ports are known.

    pytest-django sets Django up in its own, later ``pytest_configure``.
    """
    if config.getoption("help", False) or config.getoption("version", 0):
        return
    is_xdist_worker = hasattr(config, "workerinput")
    if is_xdist_worker:
        cluster = Cluster.running()
    else:
        os.environ.pop(HOME_VARIABLE, None)
        cluster = Cluster.start()
    config.stash[_cluster_key] = cluster
    config.stash[_owned_key] = not is_xdist_worker
    if not is_xdist_worker and config.getoption("numprocesses", None):
        # Only hands tests out. Settings in its environment would reach the workers, with the wrong database.
        os.environ.pop("DJANGO_SETTINGS_MODULE", None)
        return
    os.environ.update(cluster.environment(_database(), _broker_number()))
    for name in SECRETS:
        os.environ[name] = secrets.token_urlsafe(32)

    from django.conf import settings
    from django.test import TransactionTestCase

    _ = settings.DATABASES  # from here on pytest-django takes the settings for configured
    TransactionTestCase._fixture_teardown = _restore_reference_data  # type: ignore[method-assign]


def pytest_unconfigure(config: pytest.Config) -> None:
    if config.stash.get(_owned_key, False):
        config.stash[_cluster_key].stop()


_reset: Reset | None = None


def _restore_reference_data(test_case: object) -> None:
    assert _reset is not None, "a transactional test ran without the database set-up"
    # The shared worker hears of all that is owed, also from tests that do not ask for it.
    shared = _session_worker
    _reset(before_jobs=shared.wait_idle if shared is not None and shared.alive() else None)


@pytest.fixture(scope="session")
def cluster(pytestconfig: pytest.Config) -> Cluster:
    """The session's own PostgreSQL and Valkey."""
    return pytestconfig.stash[_cluster_key]


@pytest.fixture(scope="session")
def django_db_setup(cluster: Cluster, django_test_environment: None) -> Iterator[None]:
    """This worker's own database: ``default`` is lmc_app, ``owner`` is lmc_owner, in one and the same database."""
    from django.db import connections

    global _reset
    error = cluster.template_error()
    if error is not None:
        pytest.fail(f"the test database could not be prepared\n{error}", pytrace=False)
    cluster.clone(_database())
    _reset = Reset(cluster.postgres.url("postgres", _database()))
    yield
    for connection in connections.all(initialized_only=True):
        connection.close()
        connection.close_pool()


@pytest.fixture(scope="session")
def superuser_url(cluster: Cluster, django_db_setup: None) -> str:
    """This worker's database as PostgreSQL's superuser; for looking past every policy."""
    return cluster.postgres.url("postgres", _database())


@pytest.fixture(scope="session")
def program_logs(cluster: Cluster) -> Path:
    """Where the processes of this worker write their logs."""
    place = cluster.home / f"logs-{_worker_id()}"
    place.mkdir(exist_ok=True)
    return place


@pytest.fixture(autouse=True)
def _clean_broker_after(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that commits may leave messages and cached values: the next one must not meet them."""
    yield
    if {"transactional_db", "live_server", "worker", "start_worker"} & set(request.fixturenames):
        from redis import Redis

        for variable in ("CELERY_BROKER_URL", "LMC_CACHE_URL"):
            with Redis.from_url(os.environ[variable]) as client:
                if variable == "LMC_CACHE_URL" or not _worker_runs():
                    client.flushdb()


_session_worker: Worker | None = None


def _worker_runs() -> bool:
    return _session_worker is not None and _session_worker.alive()


@pytest.fixture(scope="session")
def _worker_of_session(django_db_setup: None, program_logs: Path) -> Iterator[Worker]:
    global _session_worker
    _session_worker = Worker("worker", program_logs)
    yield _session_worker
    _session_worker.stop()


@pytest.fixture
def worker(transactional_db: None, _worker_of_session: Worker) -> Iterator[Worker]:
    """A real Celery worker on the test database and broker; shared by the tests of this session.

    It is started where it does not run, and the test's end waits until it is idle.
    """
    _worker_of_session.start()
    yield _worker_of_session
    if _worker_of_session.alive():
        _worker_of_session.wait_idle()


@pytest.fixture
def start_worker(
    transactional_db: None, program_logs: Path, _worker_of_session: Worker
) -> Iterator[Callable[..., Worker]]:
    """Start workers of one's own: ``start_worker(LMC_JOB_LEASE_SECONDS="2")``; stop or kill them at will.

    The shared worker is stopped first: it would take the messages meant for these.
    """
    if _worker_of_session.alive():
        _worker_of_session.stop()
    started: list[Worker] = []

    def start(**environment: str) -> Worker:
        worker = Worker(f"own-worker-{len(started)}-{secrets.token_hex(3)}", program_logs, environment)
        started.append(worker)
        worker.start()
        return worker

    yield start
    for worker in started:
        worker.stop()


@pytest.fixture
def start_beat(transactional_db: None, program_logs: Path) -> Iterator[Callable[..., Beat]]:
    """Start the clock of periodic jobs: ``start_beat(LMC_JOB_SWEEP_SECONDS="1")``."""
    started: list[Beat] = []

    def start(**environment: str) -> Beat:
        beat = Beat(f"beat-{secrets.token_hex(3)}", program_logs, environment)
        started.append(beat)
        beat.start()
        return beat

    yield start
    for beat in started:
        beat.stop()


@contextlib.contextmanager
def _no_loop_of_another_test(item: pytest.Item) -> Iterator[None]:
    """Hide the event loop that Playwright keeps in the main thread from tests that drive no browser.

    Signing runs a loop of its own, as in every process of the product, and there is only one per thread.
    """
    loop = None if item.get_closest_marker("browser") else asyncio._get_running_loop()
    if loop is None:
        yield
        return
    asyncio._set_running_loop(None)
    try:
        yield
    finally:
        # After the last test the browser and its loop are gone.
        asyncio._set_running_loop(None if loop.is_closed() else loop)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, object, object]:
    """Worlds are built, and documents signed, without another test's loop."""
    with _no_loop_of_another_test(item):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """And so does the test run."""
    with _no_loop_of_another_test(item):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    """And end: Django keeps another connection for whoever has a loop, and would roll that one back."""
    with _no_loop_of_another_test(item):
        return (yield)


@pytest.fixture(scope="session")
def browser(browser: Browser) -> Iterator[Browser]:
    """Chromium; what closes it at the session's end has its loop again, whichever test is the last."""
    loop = asyncio._get_running_loop()
    yield browser
    asyncio._set_running_loop(loop)


@pytest.fixture
def live_web(transactional_db: None, program_logs: Path) -> Iterator[Web]:
    """A real gunicorn on the test database: ``live_web.url``, ``live_web.kill()``, ``live_web.start()``."""
    web = Web(f"web-{secrets.token_hex(3)}", program_logs)
    web.start()
    yield web
    web.stop()


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """Start the Chromium of this machine; pytest-playwright's ``page`` and ``browser`` build on it."""
    from lmc_cases.config.local.test_tools import find_chromium

    chromium = find_chromium()
    if chromium is None:
        pytest.fail("no Chromium on this machine: `make test` installs it, or says how", pytrace=False)
    # Playwright keeps an event loop in the main thread from here on, and Django would refuse the ORM beside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    return {"executable_path": chromium, "args": ["--no-sandbox", "--disable-dev-shm-usage"]}
