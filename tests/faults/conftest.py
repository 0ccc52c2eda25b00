"""Programs of the product with an environment of their own."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lmc_cases.config.local import processes
from lmc_cases.config.local.postgres import PostgresServer
from lmc_cases.config.local.valkey import ValkeyServer
from tests.harness.cluster import PREFIX, Cluster
from tests.harness.programs import Program, Web


@pytest.fixture
def run_program(program_logs: Path) -> Iterator[Callable[[Program], Program]]:
    """Start a program; it is stopped at the end of the test, dead or alive."""
    started: list[Program] = []

    def start(program: Program) -> Program:
        started.append(program)
        program.start()
        return program

    yield start
    for program in reversed(started):
        program.stop()


class Broker:
    """A Valkey of this test alone: others go on beside it while this one is killed. Nothing is kept on disk."""

    def __init__(self, home: Path) -> None:
        self.server = ValkeyServer(home / "valkey", durable=False)
        self.log = home / "valkey.log"
        self.start()

    @property
    def environment(self) -> dict[str, str]:
        return {"CELERY_BROKER_URL": self.server.url(0), "LMC_CACHE_URL": self.server.url(1)}

    def start(self) -> None:
        self.child = self.server.start(self.log)

    def kill(self) -> None:
        processes.kill_session(self.child.pid)
        self.child.process.wait(10)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    broker = Broker(tmp_path)
    yield broker
    broker.kill()


class Database:
    """A PostgreSQL of this test alone, with the reference data, as durable as a deployment's."""

    def __init__(self, home: Path) -> None:
        self.log = home / "postgres.log"
        self.cluster = Cluster(home)
        self.cluster.postgres = PostgresServer(home / "postgres", durable=True)
        self.cluster._start_postgres_from_cache()
        (self.child, _steps) = self.cluster._children.pop()

    @property
    def environment(self) -> dict[str, str]:
        return {
            name: value
            for name, value in self.cluster.environment("lmc", 0).items()
            if name not in {"CELERY_BROKER_URL", "LMC_CACHE_URL"}
        }

    @property
    def superuser_url(self) -> str:
        return self.cluster.postgres.url("postgres", "lmc")

    def start(self) -> None:
        self.child = self.cluster.postgres.start(self.log)

    def kill(self) -> None:
        """SIGKILL to the server and everything it forked, at once."""
        processes.kill_session(self.child.pid)
        self.child.process.wait(10)


@pytest.fixture
def own_database(cluster: Cluster) -> Iterator[Database]:
    home = Path(tempfile.mkdtemp(prefix=PREFIX))
    home.chmod(0o711)
    # The broker's number is asked for an environment that nobody uses.
    (home / "valkey").mkdir()
    database = None
    try:
        database = Database(home)
        yield database
    finally:
        if database is not None:
            database.kill()
            shutil.rmtree(database.cluster.postgres.home, ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def start_web(run_program: Callable[[Program], Program], program_logs: Path) -> Callable[..., Web]:
    """Start a gunicorn: ``start_web(LMC_SECOND_FACTOR_COMPULSORY="0")``."""

    def start(**environment: str) -> Web:
        web = Web(f"web-{secrets.token_hex(3)}", program_logs, environment)
        run_program(web)
        return web

    return start
