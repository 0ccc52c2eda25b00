"""The run file: what a supervisor started, so that the next one stops true leftovers and nothing else."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import time
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

from lmc_cases.config.local import private, processes
from lmc_cases.config.local.processes import Child


class AlreadyRunningError(Exception):
    """The message says where the other one serves."""


class RunFile:
    """Held by one living supervisor at a time; the kernel frees the lock however that one ends."""

    def __init__(self, home: Path) -> None:
        self._path = home / "supervisor.json"
        self._lock: IO[str] | None = None
        self.address = ""

    def acquire(self) -> None:
        """Take the lock.

        Raises:
            AlreadyRunningError: Another supervisor lives on the same directory.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        lock = self._path.with_suffix(".lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.close()
            known = self._read()
            raise AlreadyRunningError(
                f"already running, {known.get('address') or 'not serving yet'} (process {known.get('supervisor')})"
            ) from error
        self._lock = lock

    def write(self, children: Iterable[Child]) -> None:
        """Note the children of this moment with their start times: a process id alone may be used again."""
        entries = [{"name": c.name, "pid": c.pid, "started": processes.start_time(c.pid)} for c in children]
        content = {"supervisor": os.getpid(), "address": self.address, "children": entries}
        private.write_private(self._path, json.dumps(content, indent=1))

    def stop_leftovers(self) -> list[str]:
        """End what a killed supervisor left behind; the kernel should have done so already.

        Returns:
            The names of those that were still there.
        """
        stopped = []
        for entry in self._read().get("children", []):
            pid, started = int(entry["pid"]), entry["started"]
            if started is None:
                continue
            leader = processes.start_time(pid)
            # Another process with this id means that the session of ours is gone for good.
            members = [] if leader not in {None, started} else processes.session_members(pid)
            ours = [member for member in members if (processes.start_time(member) or 0) >= started]
            if ours:
                _end(ours)
                stopped.append(str(entry["name"]))
        return stopped

    def release(self) -> None:
        """The orderly end: nothing is running any more."""
        if self._lock is not None:
            self._path.unlink(missing_ok=True)
            self._lock.close()
            self._lock = None

    def _read(self) -> dict[str, Any]:
        try:
            content = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return content if isinstance(content, dict) else {}


def _end(pids: list[int]) -> None:
    known = {pid: processes.start_time(pid) for pid in pids}
    for number, patience in ((signal.SIGINT, 5.0), (signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)):
        for pid, started in known.items():
            if processes.start_time(pid) == started:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if all(processes.start_time(pid) != started for pid, started in known.items()):
                return
            time.sleep(0.1)
