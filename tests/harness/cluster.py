"""One PostgreSQL and one Valkey per test session; one database per worker, cloned from a migrated one."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg import sql

from lmc_cases.config.local import postgres, processes, valkey
from lmc_cases.config.local.postgres import DATABASE, SUPERUSER, PostgresServer
from lmc_cases.config.local.valkey import ValkeyServer

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / "var" / "cache" / "test-clusters"
KEPT_IN_CACHE = 3
HOME_VARIABLE = "LMC_TEST_HOME"
PREFIX = "lmc-test-"
# What a migrated database with its reference data is made from. A change elsewhere cannot alter it.
INGREDIENTS = (
    "lmc_cases/*/migrations/**/*",
    "lmc_cases/**/*.sql",
    "lmc_cases/**/data/**/*",
    "lmc_cases/**/reference/**/*",
    "lmc_cases/**/management/**/*.py",
    "lmc_cases/*/models.py",
    "lmc_cases/*/models/*.py",
    "lmc_cases/*/apps.py",
    "lmc_cases/core/**/*.py",
    "lmc_cases/jurisdictions/**/*.py",
    "lmc_cases/audit/**/*.py",
    "lmc_cases/accounts/**/*.py",
    "lmc_cases/config/settings/base.py",
    "lmc_cases/config/local/postgres.py",
    "tests/harness/cluster.py",
    "requirements.lock",
)


class Cluster:
    """The two servers of this session; made by the controller, used by its workers too."""

    def __init__(self, home: Path) -> None:
        self.home = home
        # Benchmarks wait for the disk as a deployment does; tests do not.
        durable = os.environ.get("LMC_TEST_DURABLE") == "1"
        self.postgres = PostgresServer(home / "postgres", durable=durable)
        self.valkey = ValkeyServer(home / "valkey", durable=False)
        self._children: list[tuple[processes.Child, tuple[tuple[signal.Signals, float], ...]]] = []

    @classmethod
    def running(cls) -> Cluster:
        """The cluster whose controller left its place in the environment."""
        cluster = cls(Path(os.environ[HOME_VARIABLE]))
        # The server may have moved its files away from a directory that its user cannot reach.
        cluster.postgres.home = Path((cluster.home / "postgres-home").read_text())
        cluster.postgres.port = int((cluster.postgres.home / "port").read_text())
        cluster.valkey.port = int((cluster.valkey.home / "port").read_text())
        return cluster

    @classmethod
    def start(cls) -> Cluster:
        """Start both servers in a new directory and prepare the database that workers clone."""
        _remove_abandoned()
        home = Path(tempfile.mkdtemp(prefix=PREFIX))
        home.chmod(0o711)
        (home / "owner").write_text(f"{os.getpid()} {processes.start_time(os.getpid())}")
        cluster = cls(home)
        try:
            cluster._start_valkey()
            cluster._start_postgres_from_cache()
        except BaseException:
            cluster.stop()
            raise
        os.environ[HOME_VARIABLE] = str(home)
        return cluster

    def stop(self) -> None:
        for child, steps in reversed(self._children):
            processes.stop(child, steps=steps)
        self._children.clear()
        os.environ.pop(HOME_VARIABLE, None)
        shutil.rmtree(self.postgres.home, ignore_errors=True)
        shutil.rmtree(self.home, ignore_errors=True)

    def template_error(self) -> str | None:
        """Why the database could not be migrated or filled; None when it could."""
        file = self.home / "template-error"
        return file.read_text() if file.exists() else None

    def environment(self, database: str, broker_number: int) -> dict[str, str]:
        """The variables with which a process of the product uses these servers."""
        return {
            "DJANGO_SETTINGS_MODULE": "lmc_cases.config.settings.test",
            "DATABASE_URL": self.postgres.url("lmc_app", database),
            "OWNER_DATABASE_URL": self.postgres.url("lmc_owner", database),
            "CELERY_BROKER_URL": self.valkey.url(broker_number),
            "LMC_CACHE_URL": self.valkey.url(broker_number + 32),
            "LMC_VAR_DIR": str(self.home / f"var-{database}"),
            "LMC_MEDIA_DIR": str(self.home / f"var-{database}" / "files"),
        }

    def clone(self, database: str) -> None:
        """Give one worker its own database, or a fresh one in place of it."""
        name = sql.Identifier(database)
        with psycopg.connect(self.postgres.url(SUPERUSER, "postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER lmc_owner TEMPLATE {}").format(
                    name, sql.Identifier(DATABASE)
                )
            )

    def make_empty(self, database: str) -> None:
        """Make a database without a table, with the rights and extensions that a deployment's begins with."""
        with psycopg.connect(self.postgres.url(SUPERUSER, "postgres"), autocommit=True) as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER lmc_owner TEMPLATE template0").format(
                    sql.Identifier(database)
                )
            )
        with psycopg.connect(self.postgres.url(SUPERUSER, database), autocommit=True) as connection:
            connection.execute((postgres.SQL_DIR / "database.sql").read_bytes())

    def _start_valkey(self) -> None:
        child = self.valkey.start(self.home / "valkey.log")
        self._children.append((child, valkey.STOP_STEPS))

    def _start_postgres_from_cache(self) -> None:
        self.postgres.place()
        key = _ingredients_hash()
        cached = CACHE / key
        with _cache_lock():
            if (cached / "passwords.json").exists():
                _copy(cached, self.postgres.home)
                os.utime(cached)
                self._start_postgres()
                return
            self._start_postgres()
            if not self._fill_template():
                return
            self._stop_postgres()
            if key == _ingredients_hash():
                draft = CACHE / f"{key}.{os.getpid()}"
                _copy(self.postgres.home, draft)
                draft.rename(cached)
                _prune_cache()
            self._start_postgres()

    def _start_postgres(self) -> None:
        child = self.postgres.start(self.home / "postgres.log")
        # Nothing here is worth a checkpoint at the end: the immediate shutdown is the right one.
        self._children.append((child, ((signal.SIGQUIT, 10.0),)))
        (self.home / "postgres-home").write_text(str(self.postgres.home))

    def _stop_postgres(self) -> None:
        child, _ = self._children.pop()
        processes.stop(child, steps=postgres.STOP_STEPS)

    def _fill_template(self) -> bool:
        environment = {
            **os.environ,
            **self.environment(DATABASE, 0),
            "SECRET_KEY": "template",
            "LMC_AUDIT_COMMITMENT_KEY": "template",
            "LMC_AUDIT_SIGNING_KEY": "template",
            "LMC_SECOND_FACTOR_KEY": "template",
        }
        for command in (["migrate", "--database", "owner", "--verbosity", "0"], ["load_reference"]):
            # Django's own checks are a check of `make check`; a broken page is no reason to have no database.
            argv = [sys.executable, str(ROOT / "manage.py"), *command, "--skip-checks"]
            done = subprocess.run(argv, capture_output=True, text=True, env=environment, check=False)
            if done.returncode != 0:
                text = f"manage.py {' '.join(command)} failed:\n{done.stdout}{done.stderr}"
                (self.home / "template-error").write_text(text)
                return False
        self._keep_pristine_rows()
        return True

    def _keep_pristine_rows(self) -> None:
        """Copy every table that holds rows now: these are the reference data that a test's end restores."""
        with psycopg.connect(self.postgres.url(SUPERUSER), autocommit=True) as connection:
            connection.execute("CREATE SCHEMA lmc_pristine")
            for (table,) in connection.execute(TABLES).fetchall():
                source = sql.Identifier("public", table)
                if connection.execute(sql.SQL("SELECT 1 FROM {} LIMIT 1").format(source)).fetchone():
                    copy = sql.Identifier("lmc_pristine", table)
                    connection.execute(sql.SQL("CREATE TABLE {} AS TABLE {}").format(copy, source))


TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"


def copy_migrated(target: Path) -> None:
    """Copy the files of a server whose database is migrated and filled; a cluster of this session was started before."""
    with _cache_lock():
        _copy(CACHE / _ingredients_hash(), target)


def _ingredients_hash() -> str:
    digest = hashlib.sha256()
    files = {file for pattern in INGREDIENTS for file in ROOT.glob(pattern) if file.is_file()}
    for file in sorted(files):
        if file.suffix in {".pyc", ".mo"}:
            continue
        digest.update(str(file.relative_to(ROOT)).encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:20]


@contextlib.contextmanager
def _cache_lock() -> Iterator[None]:
    """Several sessions at once: the first one migrates, the others wait and copy."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _copy(source: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "-a", "--reflink=auto", f"{source}/.", f"{target}/"], check=True)
    (target / "port").unlink(missing_ok=True)


def _prune_cache() -> None:
    entries = [entry for entry in CACHE.iterdir() if entry.is_dir()]
    for old in sorted(entries, key=lambda entry: entry.stat().st_mtime, reverse=True)[KEPT_IN_CACHE:]:
        shutil.rmtree(old, ignore_errors=True)


def _remove_abandoned() -> None:
    """A session that was killed leaves its directory; its servers died with it."""
    for home in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            pid, started = (home / "owner").read_text().split()
        except (OSError, ValueError):
            continue
        if str(processes.start_time(int(pid))) != started:
            shutil.rmtree(home, ignore_errors=True)
