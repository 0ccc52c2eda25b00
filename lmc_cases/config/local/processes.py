"""Start child processes that cannot outlive us, and stop exactly those."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_CHILD = Path(__file__).with_name("child.py")
_STATE_FIELD, _SESSION_FIELD, _START_FIELD = 0, 3, 19  # of /proc/<pid>/stat, counted after the program's name


class PortTakenError(Exception):
    """The message names the port."""


@dataclass(frozen=True)
class SystemUser:
    """The user a child runs as; both numbers as in the password file."""

    uid: int
    gid: int


@dataclass
class Child:
    """A running child: leader of its own session, so that one signal reaches all it forks.

    Attributes:
        name: Short name, also that of its log file.
        process: The child itself; its process id is also the session's id.
        log: File that holds standard output and error.
        started_at: Monotonic clock, in seconds.
    """

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    started_at: float

    @property
    def pid(self) -> int:
        return self.process.pid

    def alive(self) -> bool:
        return self.process.poll() is None


def spawn(
    name: str,
    argv: Sequence[str],
    *,
    log: Path,
    cwd: Path,
    env: Mapping[str, str],
    death_signal: signal.Signals = signal.SIGTERM,
    user: SystemUser | None = None,
) -> Child:
    """Start a program in its own session; the kernel sends it ``death_signal`` when we die, however we die.

    Call it from the main thread: the kernel watches the thread that forked, not the process.

    Args:
        name: Short name for log lines.
        argv: Absolute path of the program and its arguments.
        log: Appended to.
        cwd: Working directory; also the mark by which leftovers are known as ours.
        env: The whole environment of the child.
        death_signal: What ends the program in an orderly way.
        user: Run as this user; only root may say so.

    Returns:
        The running child.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    uid, gid = (user.uid, user.gid) if user else (-1, -1)
    shim = [
        sys.executable,
        "-I",
        "-S",
        str(_CHILD),
        str(os.getpid()),
        str(int(death_signal)),
        str(uid),
        str(gid),
    ]
    with log.open("ab") as output:
        process = subprocess.Popen(
            [*shim, *argv],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env=dict(env),
            start_new_session=True,
        )
    return Child(name=name, process=process, log=log, started_at=time.monotonic())


def tied_to_us(
    argv: Sequence[str], *, death_signal: signal.Signals, user: SystemUser | None = None
) -> list[str]:
    """The same program behind the shim that ties it to this process."""
    uid, gid = (user.uid, user.gid) if user else (-1, -1)
    numbers = [str(os.getpid()), str(int(death_signal)), str(uid), str(gid)]
    return [sys.executable, "-I", "-S", str(_CHILD), *numbers, *argv]


def stop(child: Child, *, steps: Iterable[tuple[signal.Signals, float]] = ((signal.SIGTERM, 10.0),)) -> None:
    """End a child and all it forked: each signal with its patience in seconds, then SIGKILL to the session."""
    for number, patience in steps:
        if not child.alive():
            break
        with contextlib.suppress(ProcessLookupError):
            child.process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.process.wait(timeout=patience)
    kill_session(child.pid)
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.process.wait(timeout=10)


def kill_session(session: int) -> None:
    """Kill every process of one session, the leader included."""
    for pid in session_members(session):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)


def session_members(session: int) -> list[int]:
    """Process ids of a session's living members."""
    members = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            fields = _stat(int(entry.name))
            if fields and int(fields[_SESSION_FIELD]) == session and fields[_STATE_FIELD] != "Z":
                members.append(int(entry.name))
    return members


def start_time(pid: int) -> int | None:
    """When a process started, in clock ticks since boot; None where there is none, or only its zombie.

    With the process id it names one process for good: ids are used again, the pair is not.
    """
    fields = _stat(pid)
    if fields is None or fields[_STATE_FIELD] == "Z":
        return None
    return int(fields[_START_FIELD])


def _stat(pid: int) -> list[str] | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    return text.rpartition(")")[2].split()


def free_port(preferred: int | None = None) -> int:
    """A TCP port of this machine nobody listens on: the preferred one where that is still free."""
    if preferred is not None and port_is_free(preferred):
        return preferred
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def same_port(port: int, *, patience_seconds: float = 15.0) -> int:
    """Wait until a port that clients already know is free again.

    Raises:
        PortTakenError: Somebody else listens there.
    """
    deadline = time.monotonic() + patience_seconds
    while not port_is_free(port):
        if time.monotonic() > deadline:
            raise PortTakenError(f"port {port} of 127.0.0.1 is taken by another program")
        time.sleep(0.1)
    return port


def port_is_free(port: int) -> bool:
    """Whether a server could listen on this port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def tail(log: Path, *, lines: int = 25) -> str:
    """The last lines of a log file, for a failure message."""
    try:
        text = log.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-lines:])
