"""``python -m lmc_cases.config.local demo|run``: what ``make demo`` and ``make run`` call after the set-up."""

from __future__ import annotations

import ctypes
import hashlib
import os
import signal
import sys
import time
from pathlib import Path

from lmc_cases.config.local import processes
from lmc_cases.config.local.environment import ROOT, Run
from lmc_cases.config.local.postgres import PostgresServer
from lmc_cases.config.local.run_file import AlreadyRunningError
from lmc_cases.config.local.supervisor import (
    BIN,
    Interrupted,
    SuperviseError,
    Supervisor,
    embedded_postgres,
    embedded_valkey,
    program,
    say,
)
from lmc_cases.config.local.valkey import ValkeyServer

PR_SET_PDEATHSIG = 1
CLOSING = "demo: "
CELERY = [str(BIN / "celery"), "-A", "lmc_cases.config.celery"]


def main(arguments: list[str]) -> int:
    """Run until somebody says stop; returns the exit code."""
    if arguments not in (["demo"], ["run"]):
        print("usage: python -m lmc_cases.config.local demo|run", file=sys.stderr)
        return 2
    if os.environ.get("LMC_UNDER_MAKE") and sys.platform == "linux":
        # make killed with SIGKILL cannot tell us; the kernel does.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    run = Run.from_environment(arguments[0])
    supervisor = Supervisor(run)
    serving = False
    last_line = ""
    try:
        with supervisor.supervising():
            address, env = _start(supervisor, run)
            if run.is_demo:
                last_line = _main_job(supervisor, env)
            if not (run.is_demo and run.once):
                serving = True
                _serve(supervisor, run, address, env, last_line)
    except AlreadyRunningError as error:
        say(str(error))
        return 1
    except SuperviseError as error:
        say(str(error))
        return 1
    except Interrupted as stop:
        say("stopped")
        return 0 if serving else 128 + stop.number
    say(last_line, mark=False)
    return 0


def _start(supervisor: Supervisor, run: Run) -> tuple[str, dict[str, str]]:
    """Bring everything up; returns the address and the environment of commands."""
    started = time.monotonic()
    database_url = owner_url = broker_url = None
    postgres = PostgresServer(run.home / "postgres")
    if run.own_database:
        supervisor.add(embedded_postgres(run, postgres))
        for notice in postgres.notices:
            say(notice)
        database_url, owner_url = postgres.url("lmc_app"), postgres.url("lmc_owner")
    else:
        owner_url = run.outside.get("OWNER_DATABASE_URL")
    if run.own_broker:
        valkey = ValkeyServer(run.home / "valkey")
        supervisor.add(embedded_valkey(run, valkey))
        broker_url = valkey.url()
    port = _web_port(run)
    address = f"http://localhost:{port}"
    env = run.environment(port=port, database_url=database_url, broker_url=broker_url)
    stamp = postgres.home / "prepared" if run.own_database else None
    if owner_url:
        _prepare(supervisor, run, {**env, "OWNER_DATABASE_URL": owner_url}, stamp)
    else:
        say("OWNER_DATABASE_URL is not set: the database is used as it is, nothing is migrated")
    beat = [*CELERY, "beat", "--pidfile", "", "--schedule", str(run.home / "beat-schedule")]
    worker = [*CELERY, "worker", "--concurrency", "2", "--without-gossip", "--without-mingle"]
    soft, quit_now = (signal.SIGTERM, 15.0), (signal.SIGQUIT, 5.0)
    web = [str(BIN / "gunicorn"), "--config", "python:lmc_cases.config.gunicorn"]
    supervisor.run_file.address = address
    supervisor.add(program(run, "worker", worker, env, (soft, quit_now)))
    supervisor.add(program(run, "beat", beat, env, (soft,)))
    supervisor.add(program(run, "web", web, env, (soft,)))
    supervisor.wait_for_page(f"{address}/health", seconds=90)
    say(f"everything is up after {time.monotonic() - started:.1f} s; logs are in {run.home / 'log'}")
    return address, env


def _prepare(supervisor: Supervisor, run: Run, env: dict[str, str], stamp: Path | None) -> None:
    """Migrate, load the reference data, build the demo world; all three change nothing the second time.

    An embedded database remembers beside its files which code prepared it, so that the next start skips what would find
    nothing to do. An outside one may have been restored or replaced: there it is done every time.
    """
    key = _hash_of_code()
    if stamp is not None and stamp.exists() and stamp.read_text() == key:
        return
    if stamp is not None:
        stamp.unlink(missing_ok=True)
    say("migrating and loading the reference data ...")
    supervisor.command(["migrate", "--database", "owner", "--verbosity", "0"], env=env)
    supervisor.command(["load_reference"], env=env)
    if run.is_demo:
        say("building the demo world ...")
        supervisor.command(["build_demo"], env=env)
    if stamp is not None:
        stamp.write_text(key)


def _hash_of_code() -> str:
    digest = hashlib.sha256((ROOT / "requirements.lock").read_bytes())
    for file in sorted((ROOT / "lmc_cases").rglob("*")):
        if file.is_file() and file.suffix != ".pyc":
            digest.update(f"{file.relative_to(ROOT)}\0".encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _main_job(supervisor: Supervisor, env: dict[str, str]) -> str:
    """Run the main job through the services and the worker; returns its closing line."""
    say("running the main job ...")
    printed = supervisor.command(["run_main_job"], env=env, show=True, closing=CLOSING)
    closing = [line for line in printed.splitlines() if line.startswith(CLOSING)]
    if not closing:
        raise SuperviseError("the main job ended without its closing line")
    return closing[-1]


def _serve(supervisor: Supervisor, run: Run, address: str, env: dict[str, str], last_line: str) -> None:
    if run.is_demo:
        say(last_line, mark=False)
        supervisor.command(["demo_accounts"], env=env, show=True)
    say(f"serving at {address} (Ctrl-C stops everything)")
    while True:
        supervisor.sleep(3600)


def _web_port(run: Run) -> int:
    wanted = int(run.outside.get("PORT") or 8000)
    for port in range(wanted, min(wanted + 50, 65536)):
        if processes.port_is_free(port):
            if port != wanted:
                say(f"port {wanted} is taken, using {port}")
            return port
    raise SuperviseError(f"no free port from {wanted} to {wanted + 49}; choose one with PORT=")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
