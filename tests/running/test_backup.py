"""A backup brings everything back on another cluster: records, rights, walls, files; and refuses whatever is not whole."""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import transaction
from psycopg import sql

from lmc_cases.config.local import postgres, processes
from lmc_cases.jurisdictions.access import acting_as
from tests.factories import PASSWORD
from tests.faults.browsing import Browser
from tests.harness.cluster import ROOT
from tests.harness.programs import Web

# A backup seals first, and another worker's open transaction delays sealing: transaction ids are the cluster's.
pytestmark = pytest.mark.alone

# One row per thing that must come back as it was. Names and definitions only, no object ids.
CATALOGUE = {
    "tables": """SELECT c.relname, pg_get_userbyid(c.relowner), c.relrowsecurity, c.relforcerowsecurity,
                        array(SELECT unnest(c.relacl)::text ORDER BY 1) FROM pg_class c
                  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'S', 'v') ORDER BY 1""",
    "policies": "SELECT * FROM pg_policies WHERE schemaname = 'public' ORDER BY tablename, policyname",
    "triggers": """SELECT tgrelid::regclass::text, tgname, tgenabled, pg_get_triggerdef(oid) FROM pg_trigger
                    WHERE NOT tgisinternal ORDER BY 1, 2""",
    "functions": """SELECT p.oid::regprocedure::text, pg_get_userbyid(p.proowner), p.prosecdef, p.proconfig,
                           array(SELECT unnest(p.proacl)::text ORDER BY 1), md5(p.prosrc) FROM pg_proc p
                     WHERE p.pronamespace = 'public'::regnamespace
                       AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
                     ORDER BY 1""",
    "constraints": """SELECT conrelid::regclass::text, conname, contype::text, pg_get_constraintdef(oid)
                        FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2""",
    "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1, 2",
    "defaults": """SELECT pg_get_userbyid(defaclrole), defaclobjtype::text,
                          array(SELECT unnest(defaclacl)::text ORDER BY 1) FROM pg_default_acl ORDER BY 1, 2""",
    "schema": """SELECT array(SELECT unnest(nspacl)::text ORDER BY 1) FROM pg_namespace WHERE nspname = 'public'""",
    "extensions": "SELECT extname::text FROM pg_extension ORDER BY 1",
    "roles": """SELECT rolname, rolcanlogin, rolsuper, rolcreaterole, rolcreatedb, rolbypassrls FROM pg_roles
                 WHERE rolname LIKE 'lmc%' ORDER BY 1""",
    "members": """SELECT roleid::regrole::text, member::regrole::text FROM pg_auth_members
                   WHERE roleid::regrole::text LIKE 'lmc%' ORDER BY 1, 2""",
    "sequences": "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1",
}
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"


@dataclass
class Place:
    """A cluster with an empty database and an empty folder: what a restore is given."""

    server: postgres.PostgresServer
    media: Path

    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DATABASE_URL": self.server.url("lmc_app"),
            "OWNER_DATABASE_URL": self.server.url("lmc_owner"),
            "LMC_MEDIA_DIR": str(self.media),
        }

    def superuser(self) -> str:
        return self.server.url("postgres")


@pytest.fixture
def elsewhere() -> Iterator[Place]:
    """A fresh cluster; its directory must be open to PostgreSQL's own user, and pytest's are not."""
    home = Path(tempfile.mkdtemp(prefix="lmc-restore-"))
    home.chmod(0o711)
    server = postgres.PostgresServer(home / "postgres", durable=False)
    child = server.start(home / "postgres.log")
    yield Place(server, home / "files")
    processes.stop(child, steps=postgres.STOP_STEPS)
    shutil.rmtree(server.home, ignore_errors=True)
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def world(transactional_db: None) -> Any:
    """A filled world, committed, with its files where the processes of the test keep theirs."""
    from tests.leaks.world import build

    shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)
    with transaction.atomic():  # outside a transaction nobody sees a row
        return build()


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-W", "ignore", str(ROOT / "manage.py"), *arguments]
    return subprocess.run(
        argv, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )


def made(folder: Path) -> Path:
    done = manage("backup", str(folder))
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


_kept: list[Path] = []


@pytest.fixture
def folder(
    transactional_db: None,
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    tmp_path: Path,
) -> Path:
    """A copy of a backup of the filled world: made by the first test that only asks for one."""
    if not _kept:
        request.getfixturevalue("world")
        _kept.append(made(tmp_path_factory.mktemp("kept") / "backup"))
    return Path(shutil.copytree(_kept[0], tmp_path / "backup"))


def restored(folder: Path, place: Place) -> subprocess.CompletedProcess[str]:
    return manage("restore", str(folder), **place.environment())


def catalogue(url: str) -> dict[str, list[Any]]:
    with psycopg.connect(url) as connection:
        return {name: connection.execute(query).fetchall() for name, query in CATALOGUE.items()}


def plain(entry: Any) -> str:
    """A definition without the brackets and casts that PostgreSQL writes anew each time it reads its own words."""
    return re.sub(r"::[a-z]+(?: varying)?(?:\[\])?|[()\s]", "", str(entry))


def rows(url: str) -> dict[str, int]:
    with psycopg.connect(url) as connection:
        tables = [name for (name,) in connection.execute(TABLES).fetchall() if name != "django_session"]
        return {
            table: connection.execute(
                sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
            ).fetchall()[0][0]
            for table in tables
        }


def content(url: str) -> dict[str, str]:
    """One hash over all rows of each table, whatever their order; the audit grows by the restore itself."""
    with psycopg.connect(url) as connection:
        tables = [name for (name,) in connection.execute(TABLES).fetchall()]
        return {
            table: connection.execute(
                sql.SQL(
                    "SELECT md5(coalesce(string_agg(md5(t::text), '' ORDER BY md5(t::text)), '')) FROM {} t"
                ).format(sql.Identifier(table))
            ).fetchall()[0][0]
            for table in tables
            if table not in {"django_session", "audit_auditevent", "audit_auditepoch"}
        }


def files(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_backup_of_a_filled_world_comes_back_whole_on_a_fresh_cluster(
    world: Any, elsewhere: Place, superuser_url: str, tmp_path: Path, program_logs: Path
) -> None:
    folder = made(tmp_path / "backup")
    before_rows, before_files = rows(superuser_url), files(Path(settings.MEDIA_ROOT))
    before, before_content = catalogue(superuser_url), content(superuser_url)
    assert before_rows["cases_case"] >= 1
    assert before_rows["suspects_historicalsuspect"] >= 1
    assert len(before_files) >= 3
    assert before["triggers"]
    assert any(owner == "lmc_definer" for _name, owner, *_rest in before["functions"])

    done = restored(folder, elsewhere)
    assert done.returncode == 0, done.stdout + done.stderr

    after_rows = rows(elsewhere.superuser())
    with psycopg.connect(elsewhere.superuser()) as connection:
        told = connection.execute("SELECT verb FROM audit_auditevent ORDER BY id DESC LIMIT 2").fetchall()
        epochs = connection.execute("SELECT number FROM audit_auditepoch ORDER BY number").fetchall()
    # The restore recorded itself and the epoch that it began.
    assert sorted(told) == [("audit.epoch_begun",), ("backup.restored",)]
    assert epochs == [(1,), (2,)]
    after_rows["audit_auditevent"] -= 2
    after_rows["audit_auditepoch"] -= 1
    assert after_rows == before_rows
    assert content(elsewhere.superuser()) == before_content
    after = catalogue(elsewhere.superuser())
    for name, entries in before.items():
        if name != "sequences":
            different = [
                (was, now)
                for was, now in zip_longest(entries, after[name])
                if was != now and plain(was) != plain(now)
            ]
            assert different == [], name
    later = dict(after["sequences"])
    assert all((later[name] or 0) >= (value or 0) for name, value in before["sequences"])
    assert files(elsewhere.media) == before_files
    refuses_what_it_refused(elsewhere)
    serves_and_hides(elsewhere, world, program_logs)


def refuses_what_it_refused(place: Place) -> None:
    with psycopg.connect(place.server.url("lmc_app"), autocommit=True) as app:
        for statement in (
            "UPDATE audit_auditevent SET verb = 'x'",
            "DELETE FROM audit_auditevent",
            "TRUNCATE cases_case CASCADE",
            "DELETE FROM cases_casevisibility",
            "ALTER TABLE cases_case DISABLE TRIGGER ALL",
            "SET ROLE lmc_definer",
            "CREATE TABLE mine (x int)",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(statement)


def serves_and_hides(place: Place, world: Any, program_logs: Path) -> None:
    extra = {**place.environment(), "LMC_SECOND_FACTOR_COMPULSORY": "0"}
    web = Web("restored-web", program_logs, extra)
    web.start()
    try:
        owner, foreign = Browser(web.url), Browser(web.url)
        assert owner.sign_in(world.viewers["own"].email, PASSWORD).status == 302
        assert foreign.sign_in(world.viewers["foreign"].email, PASSWORD).status == 302
        case = f"/cases/{world.case.uuid}/"
        page = owner.get(case)
        assert page.status == 200
        assert "MARKTITLE" in page.text
        assert world.case.reference in owner.get("/cases/?q=MARKNAME").text
        photo = f"{case}suspects/{world.parts['suspect'].uuid}/"
        assert owner.get(photo).status == 200
        assert owner.get("/ready").status == 200
        assert foreign.get(case).status == 404
        assert world.case.reference not in foreign.get("/cases/?q=MARKNAME").text
    finally:
        web.stop()


def test_a_backup_says_what_it_holds_and_names_no_record_and_no_key(world: Any, tmp_path: Path) -> None:
    folder = made(tmp_path / "backup")
    text = (folder / "manifest.json").read_text()
    told = json.loads(text)
    assert told["is_encrypted"] is False
    assert told["missing"] == []
    assert told["damaged"] == []
    assert {path: kept["sha256"] for path, kept in told["files"].items()} == files(Path(settings.MEDIA_ROOT))
    assert told["roles"]["lmc_app"]["bypassrls"] is False
    server_keys = [settings.AUDIT_COMMITMENT_KEY, *settings.AUDIT_SIGNING_KEYS, *settings.SECOND_FACTOR_KEYS]
    for secret in (settings.SECRET_KEY, *server_keys, "MARK"):
        assert secret not in text
    assert folder.stat().st_mode & 0o077 == 0
    assert not [path for path in tmp_path.iterdir() if path != folder]
    everything = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    country_keys = [path.read_bytes().strip() for path in settings.KEY_DIR.rglob("*") if path.is_file()]
    assert country_keys
    for secret in (settings.SECRET_KEY, *server_keys, settings.DATABASES["owner"]["PASSWORD"]):
        assert secret.encode() not in everything
    for key in country_keys:
        assert key not in everything


def test_files_that_are_lost_or_changed_are_named_when_the_backup_is_made(world: Any, tmp_path: Path) -> None:
    media = Path(settings.MEDIA_ROOT)
    from lmc_cases.evidence.models import EvidenceItem
    from lmc_cases.suspects.models import Suspect

    with acting_as(world.viewers["own"]):
        exhibit = EvidenceItem.objects.exclude(file="").earliest("pk").file.name
        photo = Suspect.objects.exclude(photo="").earliest("pk").photo.name
    (media / exhibit).write_bytes(b"somebody changed it")
    (media / photo).unlink()
    done = manage("backup", str(tmp_path / "backup"))
    assert done.returncode != 0
    assert f"missing: {photo}" in done.stderr
    assert f"not what its record says: {exhibit}" in done.stderr
    told = json.loads((tmp_path / "backup/manifest.json").read_text())
    assert (told["missing"], told["damaged"]) == ([photo], [exhibit])


def test_a_restore_touches_nothing_where_records_or_files_are(
    world: Any, elsewhere: Place, tmp_path: Path
) -> None:
    folder = made(tmp_path / "backup")
    into_the_same = manage("restore", str(folder))
    assert into_the_same.returncode != 0
    assert "Restore into an empty one" in into_the_same.stderr
    elsewhere.media.mkdir()
    (elsewhere.media / "kept").write_text("mine")
    done = restored(folder, elsewhere)
    assert done.returncode != 0
    assert "holds files" in done.stderr
    assert files(elsewhere.media) == files(elsewhere.media)
    assert [path.name for path in elsewhere.media.iterdir()] == ["kept"]
    assert rows(elsewhere.superuser()) == {}


@pytest.mark.parametrize("part", ["database.dump", "a file", "manifest.json", "a missing file"])
def test_a_backup_that_is_not_whole_is_refused_before_anything_is_written(
    folder: Path, elsewhere: Place, part: str
) -> None:
    first = next(path for path in sorted((folder / "files").rglob("*")) if path.is_file())
    if part == "a missing file":
        first.unlink()
    elif part == "manifest.json":
        (folder / part).unlink()
    else:
        target = first if part == "a file" else folder / part
        with target.open("r+b") as opened:
            opened.seek(-1, os.SEEK_END)
            last = opened.read(1)
            opened.seek(-1, os.SEEK_END)
            opened.write(bytes([last[0] ^ 1]))
    done = restored(folder, elsewhere)
    assert done.returncode != 0
    assert "backup" in done.stderr
    assert "Traceback" not in done.stderr
    assert rows(elsewhere.superuser()) == {}
    assert not elsewhere.media.exists() or files(elsewhere.media) == {}


def test_a_restore_that_breaks_off_leaves_the_place_empty(folder: Path, elsewhere: Place) -> None:
    """Rule: the database part is one transaction, and the files go when it fails."""
    with psycopg.connect(elsewhere.superuser(), autocommit=True) as superuser:
        # A view of another schema holds a name in public that the dump brings: the restore fails in its midst.
        superuser.execute("CREATE TYPE public.cases_case AS (x int)")
    before = catalogue(elsewhere.superuser())
    done = restored(folder, elsewhere)
    assert done.returncode != 0
    assert "pg_restore failed" in done.stderr
    assert catalogue(elsewhere.superuser()) == before
    assert rows(elsewhere.superuser()) == {}
    assert files(elsewhere.media) == {}


def test_a_cluster_without_the_right_roles_is_refused_with_the_remedy(folder: Path, elsewhere: Place) -> None:
    with psycopg.connect(elsewhere.superuser(), autocommit=True) as superuser:
        superuser.execute("ALTER ROLE lmc_app BYPASSRLS")
    done = restored(folder, elsewhere)
    assert done.returncode != 0
    assert "roles.sql" in done.stderr
    assert rows(elsewhere.superuser()) == {}


def test_other_keys_than_those_of_the_backup_are_told(folder: Path, elsewhere: Place, tmp_path: Path) -> None:
    others = {
        "LMC_AUDIT_COMMITMENT_KEY": "another key",
        "LMC_AUDIT_SIGNING_KEY": secrets.token_urlsafe(32),
        "LMC_KEY_DIR": str(tmp_path / "no-keys"),
    }
    done = manage("restore", str(folder), **{**elsewhere.environment(), **others})
    assert done.returncode == 0, done.stderr
    for name in ("LMC_AUDIT_COMMITMENT_KEY", "LMC_AUDIT_SIGNING_KEY"):
        assert f"{name} is not the key of the backup" in done.stderr
    assert "LMC_SECOND_FACTOR_KEY" not in done.stderr
    assert re.search(r"Version \d+ of the key of TH is not here", done.stderr)


def test_a_backup_needs_the_owner_and_a_folder_of_its_own(world: Any, tmp_path: Path) -> None:
    without = {key: value for key, value in os.environ.items() if key != "OWNER_DATABASE_URL"}
    argv = [sys.executable, "-W", "ignore", str(ROOT / "manage.py"), "backup", str(tmp_path / "b")]
    done = subprocess.run(argv, cwd=ROOT, env=without, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "OWNER_DATABASE_URL" in done.stderr
    (tmp_path / "full").mkdir()
    (tmp_path / "full/x").write_text("mine")
    refused = manage("backup", str(tmp_path / "full"))
    assert refused.returncode != 0
    assert "is not empty" in refused.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["full"]


def test_what_is_written_while_the_backup_runs_harms_nothing(
    world: Any, elsewhere: Place, tmp_path: Path
) -> None:
    """Rule: the database comes first, in one snapshot; a file written afterwards belongs to no row and is swept later."""
    from unittest.mock import patch

    from lmc_cases.config.backup import making
    from lmc_cases.evidence.models import EvidenceItem
    from tests.evidence.samples import with_file

    copy_files = making._copy_files
    with acting_as(world.viewers["own"]):
        before = EvidenceItem.objects.exclude(file="").count()

    def upload_meanwhile(*arguments: Any) -> Any:
        with_file(world.viewers["own"], world.case, b"written while the backup runs")
        return copy_files(*arguments)

    with patch.object(making, "_copy_files", upload_meanwhile):
        manifest = making.make_backup(tmp_path / "backup", say=lambda line: None)
    assert manifest.missing == []
    with acting_as(world.viewers["own"]):
        assert EvidenceItem.objects.exclude(file="").count() == before + 1
    done = restored(tmp_path / "backup", elsewhere)
    assert done.returncode == 0, done.stderr
    with psycopg.connect(elsewhere.superuser()) as connection:
        kept = connection.execute("SELECT file FROM evidence_evidenceitem WHERE file <> ''").fetchall()
    assert len(kept) == before
    assert {name for (name,) in kept} <= set(files(elsewhere.media))
