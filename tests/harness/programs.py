"""The product's own processes on the test database: started for real, stopped or killed by the test."""

from __future__ import annotations

import os
import signal
import sys
import time
import urllib.request
from pathlib import Path
from urllib.error import HTTPError, URLError

from lmc_cases.config.local import processes
from tests.harness.cluster import ROOT

BIN = Path(sys.executable).parent


class Program:
    """A process of the product. ``start`` again after ``kill`` gives a new process with the same settings."""

    stop_steps: tuple[tuple[signal.Signals, float], ...] = ((signal.SIGTERM, 15.0),)

    def __init__(
        self, name: str, argv: list[str], log_dir: Path, extra: dict[str, str] | None = None
    ) -> None:
        self.name = name
        self.argv = argv
        self.log = log_dir / f"{name}.log"
        self.extra = extra or {}
        self.child: processes.Child | None = None

    @property
    def pid(self) -> int:
        assert self.child is not None, f"{self.name} was not started"
        return self.child.pid

    def alive(self) -> bool:
        return self.child is not None and self.child.alive()

    def start(self) -> None:
        if self.alive():
            return
        if self.child is not None:
            self._wait_until_orphans_are_gone(self.child.pid)
        env = {**os.environ, **self.extra}
        self.child = processes.spawn(self.name, self.argv, log=self.log, cwd=ROOT, env=env)
        self.wait_ready()

    def _wait_until_orphans_are_gone(self, session: int) -> None:
        deadline = time.monotonic() + 20
        while processes.session_members(session):
            assert time.monotonic() < deadline, f"what a killed {self.name} had forked goes on"
            time.sleep(0.05)

    def wait_ready(self) -> None:
        """Return when the process does its work; each kind of program says how it knows."""

    def stop(self) -> None:
        """The orderly end, as an administrator would."""
        if self.child is not None:
            processes.stop(self.child, steps=self.stop_steps)
            self.child = None

    def kill(self) -> None:
        """SIGKILL to the main process alone: what it forked has to notice by itself."""
        assert self.child is not None
        self.child.process.kill()
        self.child.process.wait(timeout=10)

    def read_log(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    def _wait(self, ready: object, seconds: float) -> None:
        assert callable(ready)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if ready():
                return
            if not self.alive():
                break
            time.sleep(0.1)
        raise AssertionError(f"{self.name} did not get ready; its log ends:\n{processes.tail(self.log)}")


class Worker(Program):
    """A real Celery worker with two pool processes."""

    def __init__(self, name: str, log_dir: Path, extra: dict[str, str] | None = None) -> None:
        self.node = f"{name}-{os.getpid()}@test"
        argv = [str(BIN / "celery"), "-A", "lmc_cases.config.celery", "worker", "--concurrency", "2"]
        argv += ["--hostname", self.node, "--without-gossip", "--without-mingle"]
        super().__init__(name, argv, log_dir, extra)

    def wait_ready(self) -> None:
        from lmc_cases.config.celery import app

        self._wait(lambda: app.control.ping(destination=[self.node], timeout=0.5), 60)

    def wait_idle(self, seconds: float = 60) -> None:
        """Return when no message waits in the broker and no task runs or waits in this worker."""
        from lmc_cases.config.celery import app

        inspect = app.control.inspect(destination=[self.node], timeout=2, limit=1)

        def idle() -> bool:
            # In the order in which a message travels: asked the other way round, one would slip between two questions.
            return (
                not _waiting_in_broker()
                and not any((inspect.reserved() or {}).get(self.node, [1]))
                and not any((inspect.active() or {}).get(self.node, [1]))
            )

        # Twice: between the broker and the worker's list a message is nowhere for a moment.
        self._wait(lambda: idle() and idle(), seconds)


def _waiting_in_broker() -> bool:
    """Whether a queue holds a message that no worker has taken yet."""
    from redis import Redis

    with Redis.from_url(os.environ["CELERY_BROKER_URL"]) as broker:
        # The broker's only lists are its queues; an empty one does not exist.
        return next(broker.scan_iter(_type="list"), None) is not None


class Beat(Program):
    """The real clock of periodic jobs."""

    def __init__(self, name: str, log_dir: Path, extra: dict[str, str] | None = None) -> None:
        argv = [str(BIN / "celery"), "-A", "lmc_cases.config.celery", "beat"]
        argv += ["--schedule", str(log_dir / f"{name}-schedule"), "--pidfile", ""]
        super().__init__(name, argv, log_dir, extra)


class Web(Program):
    """A real gunicorn. ``url`` stays the same over a kill and a new start."""

    def __init__(self, name: str, log_dir: Path, extra: dict[str, str] | None = None) -> None:
        port = processes.free_port()
        self.url = f"http://localhost:{port}"
        argv = [str(BIN / "gunicorn"), "--config", "python:lmc_cases.config.gunicorn"]
        settings = {"LMC_BIND": f"127.0.0.1:{port}", "LMC_BASE_URL": self.url}
        super().__init__(name, argv, log_dir, {**settings, **(extra or {})})

    def wait_ready(self) -> None:
        self._wait(self._answers, 60)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=5):
                return True
        except HTTPError:
            return True
        except (URLError, OSError):
            return False
