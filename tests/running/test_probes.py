"""What the machinery asks: alive, ready, how it is doing; answered when the database is away, and only to whom it may be."""

from __future__ import annotations

import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import psycopg
import pytest
from django.core.cache import cache
from django.test import Client

from lmc_cases.cases.services import visibility
from lmc_cases.core import checks
from lmc_cases.core.jobs import job_models
from tests.factories import PASSWORD, officer, open_case
from tests.faults.browsing import Browser
from tests.harness.cluster import ROOT, Cluster
from tests.harness.programs import Web
from tests.security.samples import browser_of, case_with_person


@pytest.fixture
def scraper(db: None) -> Client:
    cache.clear()
    return Client(REMOTE_ADDR="127.0.0.1")


def figures_in(text: str) -> dict[str, float]:
    """Return every sample by name and labels."""
    lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines}


def test_ready_says_part_by_part_that_work_may_come(db: None) -> None:
    answer = Client().get("/ready")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "database": True,
        "broker": True,
        "migrations": True,
        "fit": True,
        "disk": True,
    }


def test_ready_says_no_when_the_disk_is_full_or_a_migration_is_missing(
    db: None, settings: Any, superuser_url: str
) -> None:
    settings.READY_FREE_BYTES = 1 << 62
    answer = Client().get("/ready")
    assert (answer.status_code, answer.json()["disk"]) == (503, False)
    settings.READY_FREE_BYTES = 1
    with psycopg.connect(superuser_url, autocommit=True) as superuser:
        rename = "UPDATE django_migrations SET name = %s WHERE app = 'exchange' AND name = %s"
        superuser.execute(rename, ["away", "0001_initial"])
        try:
            answer = Client().get("/ready")
            assert (answer.status_code, answer.json()["migrations"]) == (503, False)
        finally:
            superuser.execute(rename, ["0001_initial", "away"])
    assert Client().get("/ready").status_code == 200


def test_probes_answer_while_the_database_is_away(program_logs: Path) -> None:
    """Rule: whoever asks learns what is down, at once, instead of an error page."""
    away = {"DATABASE_URL": "postgres://lmc_app:x@127.0.0.1:1/none"}
    web = Web("web-without-database", program_logs, away)
    web.start()
    try:
        for address, more in (("/health", {"broker": True}), ("/ready", {"migrations": False})):
            with pytest.raises(HTTPError) as refused:
                urllib.request.urlopen(web.url + address, timeout=40)
            assert refused.value.code == 503
            text = refused.value.read().decode()
            assert '"database": false' in text
            for name, value in more.items():
                assert f'"{name}": {str(value).lower()}' in text
        with urllib.request.urlopen(f"{web.url}/metrics", timeout=60) as answer:
            found = figures_in(answer.read().decode())
        assert found["lmc_database_up"] == 0
        assert found['lmc_requests_total{method="GET",status="503",view="ready"}'] == 1
    finally:
        web.stop()


def test_figures_are_for_this_machine_or_for_who_holds_the_token(scraper: Client, settings: Any) -> None:
    assert scraper.get("/metrics").status_code == 200
    for elsewhere in (
        Client(REMOTE_ADDR="192.0.2.7").get("/metrics"),
        scraper.get("/metrics", headers={"x-forwarded-for": "192.0.2.7"}),
        scraper.get("/metrics", headers={"x-forwarded-for": "127.0.0.1"}),
        scraper.get("/metrics", headers={"forwarded": "for=192.0.2.7"}),
    ):
        assert elsewhere.status_code == 404
    settings.METRICS_TOKEN = "invented-scraping-token"
    assert scraper.get("/metrics").status_code == 404
    assert scraper.get("/metrics", headers={"authorization": "Bearer wrong"}).status_code == 404
    far = Client(REMOTE_ADDR="192.0.2.7")
    assert far.get("/metrics", headers={"authorization": "Bearer invented-scraping-token"}).status_code == 200


def test_probes_are_read_only(db: None) -> None:
    for address in ("/health", "/ready", "/metrics"):
        assert Client(REMOTE_ADDR="127.0.0.1").post(address).status_code == 405


def test_requests_are_counted_by_page_and_status_and_never_by_who_or_what(
    scraper: Client, one_factor: None
) -> None:
    """Rule: no id, name, number, address or search word in any figure."""
    user = officer("TH", suffix="FIGURES")
    case, suspect = case_with_person(user, "FIGUREMARK Person")
    client = browser_of(user)
    before = figures_in(scraper.get("/metrics").content.decode())
    client.get(f"/cases/{case.uuid}/")
    client.get("/cases/?q=FIGUREMARK")
    client.get("/cases/none-such/")
    client.generic("FIGUREMETHOD", "/cases/")
    text = scraper.get("/metrics").content.decode()
    after = figures_in(text)

    def more(name: str) -> float:
        return after.get(name, 0) - before.get(name, 0)

    assert more('lmc_requests_total{method="GET",status="200",view="cases:detail"}') == 1
    assert more('lmc_requests_total{method="GET",status="200",view="cases:list"}') == 1
    assert more('lmc_requests_total{method="GET",status="404",view="none"}') == 1
    assert more('lmc_request_seconds_count{view="cases:detail"}') == 1
    for secret in (
        "FIGUREMARK",
        "FIGUREMETHOD",
        case.reference,
        str(case.uuid),
        str(suspect.uuid),
        user.email,
    ):
        assert secret not in text
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-", text)


@pytest.mark.django_db
def test_jobs_are_counted_over_all_countries_by_kind_and_state(
    scraper: Client, settings: Any, tmp_path: Path
) -> None:
    from tests.leaks.world import build

    settings.MEDIA_ROOT = tmp_path
    build()
    found = figures_in(scraper.get("/metrics").content.decode())
    queued = {name: value for name, value in found.items() if name.startswith("lmc_jobs{")}
    assert queued['lmc_jobs{kind="dossiers.render",state="QUEUED"}'] >= 1
    assert queued['lmc_jobs{kind="exchange.import",state="NEW"}'] == 1
    assert found['lmc_job_oldest_seconds{kind="dossiers.render",state="QUEUED"}'] >= 0
    assert found["lmc_figures_failed"] == 0
    assert found["lmc_database_up"] == 1


@pytest.mark.django_db
def test_every_kind_of_job_has_its_function_and_it_tells_numbers_alone(superuser_url: str) -> None:
    assert len(job_models()) >= 2
    with psycopg.connect(superuser_url) as connection:
        for model in job_models():
            name = f"{model._meta.db_table}_figures()"
            row = connection.execute(
                "SELECT pg_get_userbyid(proowner), prosecdef, pg_get_function_result(oid),"
                " has_function_privilege('lmc_app', oid, 'EXECUTE'),"
                " EXISTS (SELECT FROM unnest(proacl) acl WHERE acl::text LIKE '=%%')"
                " FROM pg_proc WHERE oid = to_regprocedure(%s)",
                [name],
            ).fetchone()
            result = "TABLE(job_state text, jobs bigint, oldest_seconds double precision)"
            assert row == ("lmc_definer", True, result, True, False), name


@pytest.mark.django_db
def test_the_drift_of_the_read_model_is_told_with_its_age_once_measured(scraper: Client) -> None:
    assert "lmc_visibility_drift_rows" not in scraper.get("/metrics").content.decode()
    open_case(officer("TH"))
    assert visibility.measure_drift() == 0
    found = figures_in(scraper.get("/metrics").content.decode())
    assert found["lmc_visibility_drift_rows"] == 0
    assert 0 <= found["lmc_visibility_drift_age_seconds"] < 60


def test_the_figures_of_two_web_processes_are_added_up(transactional_db: None, program_logs: Path) -> None:
    user = officer("TH")
    extra = {"LMC_SECOND_FACTOR_COMPULSORY": "0", "LMC_WEB_WORKERS": "2"}
    web = Web("web-of-two", program_logs, extra)
    web.start()
    try:
        browser = Browser(web.url)
        assert browser.sign_in(user.email, PASSWORD).status == 302
        for _number in range(12):
            assert browser.get("/cases/").status == 200
        found = figures_in(browser.get("/metrics").text)
    finally:
        web.stop()
    assert found['lmc_requests_total{method="GET",status="200",view="cases:list"}'] == 12
    assert found['lmc_request_seconds_count{view="cases:list"}'] == 12
    assert 'lmc_database_pool{state="free"}' in found


# --- the start --------------------------------------------------------------------------------------
@pytest.fixture
def unfit(cluster: Cluster) -> Iterator[str]:
    """A database whose locale knows no letters but ASCII's, with the extensions."""
    with psycopg.connect(cluster.postgres.url("postgres", "postgres"), autocommit=True) as superuser:
        superuser.execute("DROP DATABASE IF EXISTS unfit WITH (FORCE)")
        superuser.execute(
            "CREATE DATABASE unfit OWNER lmc_owner TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER libc"
            " LOCALE 'C'"
        )
        with psycopg.connect(cluster.postgres.url("postgres", "unfit"), autocommit=True) as inside:
            inside.execute("CREATE EXTENSION pg_trgm")
            inside.execute("CREATE EXTENSION btree_gin")
        yield "unfit"
        superuser.execute("DROP DATABASE unfit WITH (FORCE)")


def checked(**environment: str) -> subprocess.CompletedProcess[str]:
    import os

    argv = [
        sys.executable,
        "-W",
        "ignore",
        "manage.py",
        "check",
        "--database",
        "default",
        "--database",
        "owner",
    ]
    return subprocess.run(
        argv, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )


@pytest.mark.django_db(databases=["default", "owner"])
def test_the_database_of_this_test_is_fit() -> None:
    assert checks.faults_of("default") == []
    assert checks.faults_of("owner") == []
    done = checked()
    assert done.returncode == 0, done.stderr


def test_a_locale_without_thai_letters_is_named_with_its_remedy(cluster: Cluster, unfit: str) -> None:
    url = {"DATABASE_URL": cluster.postgres.url("lmc_app", unfit)}
    url["OWNER_DATABASE_URL"] = cluster.postgres.url("lmc_owner", unfit)
    done = checked(**url)
    assert done.returncode != 0
    assert "lmc.E003" in done.stderr
    assert "LOCALE_PROVIDER builtin" in done.stderr


def test_a_missing_extension_is_named_with_its_remedy(cluster: Cluster, unfit: str) -> None:
    with psycopg.connect(cluster.postgres.url("postgres", unfit), autocommit=True) as superuser:
        superuser.execute("DROP EXTENSION pg_trgm CASCADE")
    done = checked(DATABASE_URL=cluster.postgres.url("lmc_app", unfit))
    assert done.returncode != 0
    assert "CREATE EXTENSION pg_trgm" in done.stderr


def test_a_serving_role_that_owns_tables_or_bypasses_the_walls_stops_the_start(
    db: None, cluster: Cluster, program_logs: Path
) -> None:
    """Rule: web and worker end at once, and their log says what to do."""
    import os

    from lmc_cases.config.local import processes
    from tests.harness.programs import BIN

    owner = {"DATABASE_URL": os.environ["OWNER_DATABASE_URL"]}
    done = checked(**owner)
    assert {"lmc.E004", "lmc.E005"} <= set(re.findall(r"lmc\.E\d+", done.stderr))
    web = Web("web-as-owner", program_logs, owner)
    with pytest.raises(AssertionError, match="did not get ready"):
        web.start()
    assert "lmc.E005" in web.read_log()
    assert "DATABASE_URL names lmc_app" in web.read_log()
    web.stop()
    argv = [str(BIN / "celery"), "-A", "lmc_cases.config.celery", "worker", "--concurrency", "1"]
    child = processes.spawn(
        "worker-as-owner",
        argv,
        log=program_logs / "worker-as-owner.log",
        cwd=ROOT,
        env={**os.environ, **owner},
    )
    assert child.process.wait(timeout=60) != 0
    assert "lmc.E004" in (program_logs / "worker-as-owner.log").read_text()
