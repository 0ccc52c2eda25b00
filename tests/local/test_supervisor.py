"""``make run`` for real: kill -9 of any part is survived or ends cleanly, and nothing outlives the supervisor."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import URLError

import psycopg
import pytest

from lmc_cases.config.local import processes
from lmc_cases.config.local.run_file import RunFile
from tests.harness.cluster import ROOT, Cluster, copy_migrated

pytestmark = pytest.mark.fault

# What the test session itself put into the environment must not reach the run.
OURS = (
    "DATABASE_URL",
    "OWNER_DATABASE_URL",
    "CELERY_BROKER_URL",
    "LMC_CACHE_URL",
    "LMC_MEDIA_DIR",
    "DJANGO_SETTINGS_MODULE",
    "LMC_UNDER_MAKE",
    "DEMO_ONCE",
    "SECRET_KEY",
    "LMC_AUDIT_COMMITMENT_KEY",
    "LMC_AUDIT_SIGNING_KEY",
    "LMC_SECOND_FACTOR_KEY",
)
PARTS = ("postgres", "valkey", "worker", "beat", "web")


class Launched:
    """One ``make run`` on a directory of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.output = home.with_suffix(".out")
        self.start()

    def start(self) -> None:
        env = {name: value for name, value in os.environ.items() if name not in OURS}
        env |= {"LMC_VAR_DIR": str(self.home), "PORT": str(processes.free_port())}
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "lmc_cases.config.local", "run"],
                cwd=ROOT,
                env=env,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=60)

    def state(self) -> dict[str, object]:
        return json.loads((self.home / "supervisor.json").read_text())

    def pids(self) -> dict[str, int]:
        return {child["name"]: child["pid"] for child in self.state()["children"]}  # type: ignore[attr-defined]

    def healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.state()['address']}/health", timeout=5) as answer:
                return answer.status == 200
        except (URLError, OSError, KeyError, ValueError):
            return False

    def wait(self, condition: Callable[[], object], seconds: float = 120) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if condition():
                return
            if condition == self.up and self.process.poll() is not None:
                break
            time.sleep(0.1)
        logs = "\n".join(
            f"--- {log.name}\n{processes.tail(log)}" for log in (self.home / "log").glob("*.log")
        )
        raise AssertionError(f"waited in vain; the run said:\n{self.output.read_text()}\n{logs}")

    def up(self) -> bool:
        return "serving at" in self.output.read_text()

    def sessions(self) -> list[int]:
        return [pid for session in self.pids().values() for pid in processes.session_members(session)]


@pytest.fixture(scope="module")
def launched(cluster: Cluster) -> Iterator[Launched]:
    """Started once; the tests of this module run in their order and leave it healthy."""
    place = Path(tempfile.mkdtemp(prefix="lmc-run-"))
    place.chmod(0o711)  # PostgreSQL's own user has to walk there
    # As a run that was migrated before: a first run's migration is what `make demo` is for, and takes minutes.
    copy_migrated(place / "var" / "postgres")
    run = Launched(place / "var")
    try:
        run.wait(run.up, 240)
        yield run
    finally:
        run.end()
        shutil.rmtree(place)


def owner_url(run: Launched) -> str:
    home = run.home / "postgres"
    password = json.loads((home / "passwords.json").read_text())["lmc_owner"]
    return f"postgres://lmc_owner:{password}@127.0.0.1:{(home / 'port').read_text()}/lmc"


def test_every_part_runs_and_secrets_are_readable_by_their_owner_only(launched: Launched) -> None:
    assert set(launched.pids()) == set(PARTS)
    launched.wait(launched.healthy, 60)
    secrets = [launched.home / "secrets.json", launched.home / "postgres/passwords.json"]
    secrets += [launched.home / "valkey/password.json", launched.home / "valkey/valkey.conf"]
    assert {path.stat().st_mode & 0o777 for path in secrets} == {0o600}
    arguments = b"".join(Path(f"/proc/{pid}/cmdline").read_bytes() for pid in launched.pids().values())
    for password in json.loads((launched.home / "postgres/passwords.json").read_text()).values():
        assert password.encode() not in arguments


def test_a_second_start_on_the_same_data_refuses_and_disturbs_nothing(launched: Launched) -> None:
    before = launched.pids()
    second = Launched(launched.home)
    assert second.process.wait(timeout=30) == 1
    assert "already running, http://localhost:" in launched.output.read_text()
    assert launched.pids() == before
    launched.wait(launched.healthy, 60)


@pytest.mark.parametrize("part", PARTS)
def test_a_killed_part_is_started_again_at_its_address(launched: Launched, part: str) -> None:
    before = launched.pids()
    family = processes.session_members(before[part])
    os.kill(before[part], signal.SIGKILL)
    launched.wait(lambda: launched.pids()[part] != before[part] and launched.healthy())
    assert {name: pid for name, pid in launched.pids().items() if name != part} == {
        name: pid for name, pid in before.items() if name != part
    }
    launched.wait(lambda: not set(family) & set(processes.session_members(before[part])), 10)


def test_rows_and_messages_survive_the_death_of_both_servers(launched: Launched) -> None:
    from redis import Redis

    valkey = launched.home / "valkey"
    password = json.loads((valkey / "password.json").read_text())["password"]
    url = f"redis://:{password}@127.0.0.1:{(valkey / 'port').read_text()}/9"
    with psycopg.connect(owner_url(launched), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS row")
    with Redis.from_url(url) as client:
        client.rpush("kept", "message")
    time.sleep(1.2)  # the append-only file is written through every second
    before = launched.pids()
    for part in ("postgres", "valkey"):
        os.kill(before[part], signal.SIGKILL)
    launched.wait(
        lambda: (
            all(launched.pids()[part] != before[part] for part in ("postgres", "valkey"))
            and launched.healthy()
        )
    )
    with psycopg.connect(owner_url(launched), autocommit=True) as connection:
        assert connection.execute("SELECT row FROM kept").fetchone() == (1,)
        connection.execute("DROP TABLE kept")
    with Redis.from_url(url) as client:
        assert client.lrange("kept", 0, -1) == [b"message"]


def test_a_killed_supervisor_takes_everything_with_it_and_the_next_one_goes_on(launched: Launched) -> None:
    family = launched.sessions()
    assert len(family) > len(PARTS)
    started = {pid: processes.start_time(pid) for pid in family}
    launched.process.kill()
    launched.process.wait()
    launched.wait(lambda: not any(processes.start_time(pid) == at for pid, at in started.items() if at), 30)

    launched.output.write_text("")
    launched.start()
    launched.wait(launched.up, 180)
    launched.wait(launched.healthy, 60)


def test_an_orderly_end_leaves_no_process_and_no_run_file(launched: Launched) -> None:
    family = {pid: processes.start_time(pid) for pid in launched.sessions()}
    launched.process.terminate()
    assert launched.process.wait(timeout=60) == 0
    assert not [pid for pid, at in family.items() if at and processes.start_time(pid) == at]
    assert not (launched.home / "supervisor.json").exists()


def test_leftovers_are_stopped_and_a_stranger_with_a_known_process_id_is_not(tmp_path: Path) -> None:
    def sleeper() -> subprocess.Popen[bytes]:
        return subprocess.Popen(["sleep", "60"], start_new_session=True)

    ours, stranger = sleeper(), sleeper()
    try:
        entries = [
            {"name": "ours", "pid": ours.pid, "started": processes.start_time(ours.pid)},
            {"name": "gone", "pid": stranger.pid, "started": (processes.start_time(stranger.pid) or 0) - 1},
        ]
        (tmp_path / "supervisor.json").write_text(
            json.dumps({"supervisor": 1, "address": "", "children": entries})
        )
        assert RunFile(tmp_path).stop_leftovers() == ["ours"]
        assert ours.wait(timeout=5) != 0
        assert stranger.poll() is None
    finally:
        ours.kill()
        stranger.kill()
        ours.wait()
        stranger.wait()
