"""Start everything, keep it running, stop everything: ``make demo`` and ``make run``.

One thread, one loop. Children die with us by the kernel's hand (processes.py), are started again when they die, and are
stopped in the reverse order of their start.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from urllib.error import URLError

from lmc_cases.config.local import postgres, processes, valkey
from lmc_cases.config.local.environment import ROOT, Run
from lmc_cases.config.local.postgres import PostgresServer, PostgresUnusableError
from lmc_cases.config.local.processes import Child, PortTakenError, spawn, tail
from lmc_cases.config.local.run_file import RunFile
from lmc_cases.config.local.valkey import ValkeyServer, ValkeyUnusableError

BIN = Path(sys.executable).parent
TICK_SECONDS = 0.2
# A child that lived this long is taken for sound: the next death starts the count of attempts anew.
SOUND_AFTER_SECONDS = 30.0
MOST_ATTEMPTS = 6

Steps = tuple[tuple[signal.Signals, float], ...]
StartError = (PostgresUnusableError, ValkeyUnusableError, PortTakenError, OSError)


class Interrupted(BaseException):
    """Raised by SIGINT, SIGTERM and SIGHUP wherever the supervisor happens to be."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class SuperviseError(Exception):
    """The message tells a person what failed, with the end of its log."""


@dataclass
class Service:
    """One supervised child.

    Attributes:
        name: Also that of its log.
        start: Starts it and returns when it is ready, or soon will be.
        stop_steps: Signals of an orderly end, each with its patience in seconds.
    """

    name: str
    start: Callable[[], Child]
    stop_steps: Steps
    child: Child | None = None
    attempts: int = 0
    not_before: float = 0.0


@dataclass
class Supervisor:
    """Runs the services of one :class:`Run`."""

    run: Run
    services: list[Service] = field(default_factory=list)
    run_file: RunFile = field(init=False)

    def __post_init__(self) -> None:
        self.run_file = RunFile(self.run.home)

    @contextlib.contextmanager
    def supervising(self) -> Iterator[None]:
        """Hold the run file; stop everything at the end, whatever ended it."""
        self.run_file.acquire()
        try:
            leftovers = self.run_file.stop_leftovers()
            if leftovers:
                say(f"stopped what an earlier run left behind: {', '.join(leftovers)}")
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                if number is not signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:  # nohup
                    signal.signal(number, _interrupt)
            yield
        finally:
            # A second Ctrl-C must not leave half of it running.
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            self.stop_all()
            self.run_file.release()

    def add(self, service: Service) -> None:
        """Start a service and keep it running from now on.

        Raises:
            SuperviseError: It does not start.
        """
        self.services.append(service)
        try:
            service.child = service.start()
        except StartError as error:
            raise SuperviseError(f"{service.name} did not start: {error}") from error
        self._note()

    def tick(self) -> None:
        """Look after every service once; start again what died.

        Raises:
            SuperviseError: One of them keeps dying.
        """
        for service in self.services:
            child = service.child
            if child is None or child.alive():
                continue
            now = time.monotonic()
            if now < service.not_before:
                continue
            self._start_again(service, child, now)

    def _start_again(self, service: Service, child: Child, now: float) -> None:
        if now - child.started_at > SOUND_AFTER_SECONDS:
            service.attempts = 0
        service.attempts += 1
        if service.attempts > MOST_ATTEMPTS:
            raise SuperviseError(f"{service.name} keeps ending; the end of {child.log}:\n{tail(child.log)}")
        say(f"{service.name} ended ({_how(child.process.returncode)}); starting it again")
        processes.kill_session(child.pid)  # what it forked and did not take along
        service.not_before = now + min(2.0 ** (service.attempts - 1), 30.0) / 2
        try:
            service.child = service.start()
        except StartError as error:
            say(f"{service.name} did not start again yet: {str(error).splitlines()[0]}")
        self._note()

    def sleep(self, seconds: float) -> None:
        """Wait and look after the services meanwhile."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.tick()
            time.sleep(TICK_SECONDS)

    def command(
        self, argv: list[str], *, env: dict[str, str], show: bool = False, closing: str | None = None
    ) -> str:
        """Run a management command while the services are looked after.

        Args:
            argv: Its name and arguments.
            env: Its environment.
            show: Print its lines as they come.
            closing: Lines that begin so are not printed: the caller does, when everything else was said.

        Returns:
            What it printed on standard output.

        Raises:
            SuperviseError: It failed.
        """
        log = self.run.log("commands")
        log.parent.mkdir(parents=True, exist_ok=True)
        manage = [str(BIN / "python"), str(ROOT / "manage.py"), *argv]
        with log.open("ab") as errors:
            process = subprocess.Popen(
                processes.tied_to_us(manage, death_signal=signal.SIGKILL),
                cwd=ROOT,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                start_new_session=True,
            )
            try:
                output = self._read_while_supervising(process, show=show, closing=closing)
            finally:
                if process.poll() is None:
                    process.kill()
                process.wait()
            if not show:
                errors.write(output.encode())
        if process.returncode != 0:
            raise SuperviseError(f"manage.py {' '.join(argv)} failed; the end of {log}:\n{tail(log)}")
        return output

    def _read_while_supervising(
        self, process: subprocess.Popen[bytes], *, show: bool, closing: str | None
    ) -> str:
        assert process.stdout is not None  # noqa: S101 - opened as a pipe above
        lines: list[str] = []
        rest = b""
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            while True:
                if not selector.select(timeout=TICK_SECONDS):
                    self.tick()
                    continue
                chunk = os.read(process.stdout.fileno(), 65536)
                *whole, rest = (rest + chunk).split(b"\n")
                if not chunk and rest:
                    whole = [rest]
                for raw in whole:
                    line = raw.decode(errors="replace")
                    lines.append(line)
                    if show and not (closing and line.startswith(closing)):
                        say(line, mark=False)
                if not chunk:
                    return "\n".join(lines)

    def wait_for_page(self, url: str, *, seconds: float) -> None:
        """Return when the web server answers.

        Raises:
            SuperviseError: It does not within the time.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.tick()
            if _answers(url):
                return
            time.sleep(TICK_SECONDS)
        log = self.run.log("web")
        raise SuperviseError(f"{url} does not answer; the end of {log}:\n{tail(log)}")

    def stop_all(self) -> None:
        """Stop in the reverse order; those that serve get the word first, so that they end side by side."""
        running = [service for service in reversed(self.services) if service.child is not None]
        for service in running:
            if service.name not in {"postgres", "valkey"} and service.child and service.child.alive():
                service.child.process.send_signal(service.stop_steps[0][0])
        for service in running:
            if service.child is not None:
                processes.stop(service.child, steps=service.stop_steps)
                service.child = None

    def _note(self) -> None:
        self.run_file.write(service.child for service in self.services if service.child is not None)


def embedded_postgres(run: Run, server: PostgresServer) -> Service:
    """The service that runs the embedded PostgreSQL."""
    return Service("postgres", lambda: server.start(run.log("postgres")), postgres.STOP_STEPS)


def embedded_valkey(run: Run, server: ValkeyServer) -> Service:
    """The service that runs the embedded Valkey."""
    return Service("valkey", lambda: server.start(run.log("valkey")), valkey.STOP_STEPS)


def program(run: Run, name: str, argv: list[str], env: dict[str, str], stop_steps: Steps) -> Service:
    """A service that runs one of our own programs in the project's directory."""
    return Service(
        name,
        lambda: spawn(name, argv, log=run.log(name), cwd=ROOT, env=env),
        stop_steps,
    )


def say(line: str, *, mark: bool = True) -> None:
    """Print a line at once; a reader that went away must not end the run."""
    with contextlib.suppress(BrokenPipeError):
        print(f"lmc: {line}" if mark else line, flush=True)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own address
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def _interrupt(number: int, _frame: FrameType | None) -> None:
    raise Interrupted(number)


def _how(returncode: int) -> str:
    return f"signal {-returncode}" if returncode < 0 else f"exit code {returncode}"
