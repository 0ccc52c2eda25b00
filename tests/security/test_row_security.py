"""The second wall: raw SQL of the serving role finds nothing that its viewer may not see.

Whatever a page or a service forgets to filter, PostgreSQL does not hand out.
"""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from psycopg import sql

from lmc_cases.jurisdictions.access import acting_as
from tests.leaks.shared import built as built  # noqa: PLC0414 - a fixture
from tests.leaks.shared import world as world  # noqa: PLC0414 - a fixture
from tests.leaks.world import HOLDS, World
from tests.security.raw import nobody, seen

# Tables without the wall, with the reason. A new table is behind it or is named here.
OPEN_TABLES = {
    "jurisdictions_": "reference data, the same for everybody",
    "accounts_": "officers, not cases; read before anybody is signed in",
    "auth_": "groups carry grants only",
    "guardian_": "grants on countries and agencies",
    "django_": "Django's own",
    "account_": "sign-in addresses",
    "mfa_": "second factors",
    "knox_": "hashed tokens",
    "socialaccount_": "which account of a country's provider is which officer's",
    "keys_": "versions of country keys and wrapped keys of records: nothing without the provider's key",
    "audit_auditepoch": "numbers of epochs",
    "audit_auditleaf": "hashes of sealed events",
    "audit_auditnode": "hashes",
    "audit_auditseal": "hashes",
    "audit_auditcheckpoint": "hashes and signatures, handed to every country",
    "audit_checkpointdelivery": "which country received which checkpoint",
}
# Tables that the serving role may not touch at all, with the reason. No policy: there is nothing it could read.
CLOSED_TABLES = {
    "cases_audienceset": "tells which audiences see a case; read by case_facets() alone",
    "cases_facetcount": "how many cases each set of audiences sees; read by case_facets() alone",
    "dossiers_issuedfile": "checksums of issued files; functions answer to a whole checksum",
    "cases_facetdelta": "changes of those numbers, with the audiences they are of; read by case_facets() alone",
}


# What the viewer itself wrote.
OWN_WORDS = {"declined": {"cases_shareresponse", "cases_historicalshareresponse"}}
# Whoever writes an act reads it back in the same transaction, and a test is one: they have a test of their own.
OWN_TRANSACTION = {"audit_auditevent", "audit_auditreason"}


def tables() -> list[str]:
    """Return every table of every model."""
    return sorted({model._meta.db_table for model in apps.get_models(include_auto_created=True)})


def walled_tables() -> list[str]:
    return [
        name for name in tables() if not name.startswith(tuple(OPEN_TABLES)) and name not in CLOSED_TABLES
    ]


@pytest.mark.django_db
def test_every_table_of_case_data_has_a_forced_policy() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relrowsecurity AND relforcerowsecurity"
            " AND EXISTS (SELECT 1 FROM pg_policy WHERE polrelid = pg_class.oid)"
        )
        behind = {row[0] for row in cursor.fetchall()}
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        held = {row[0] for row in cursor.fetchall()}
    bare = {name for name in held if not name.startswith(tuple(OPEN_TABLES))} - behind - set(CLOSED_TABLES)
    assert not bare, "a new table needs a policy in its app's migration (core.row_security)"
    assert set(walled_tables()) <= behind


@pytest.mark.django_db
@pytest.mark.parametrize("table", sorted(CLOSED_TABLES))
def test_a_closed_table_is_closed_to_the_serving_role_altogether(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT bool_or(has_table_privilege(current_user, %s, act)), bool_or(has_any_column_privilege("
            "current_user, %s, 'SELECT')), has_sequence_privilege(current_user, pg_get_serial_sequence(%s, 'id'),"
            " 'USAGE, SELECT, UPDATE')"
            " FROM unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}'::text[]) act",
            [table, table, table],
        )
        assert cursor.fetchone() == (False, False, False)
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        seen(table)


@pytest.mark.django_db
def test_the_serving_role_owns_nothing_and_passes_no_policy() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == ("lmc_app", False, False)
        cursor.execute("SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = current_user")
        assert cursor.fetchone() == (0,)
        cursor.execute(
            "SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace"
            " AND (pg_get_userbyid(proowner) <> 'lmc_definer' OR proconfig IS NULL)"
        )
        assert cursor.fetchall() == []


def test_without_a_viewer_no_table_shows_a_row(world: World) -> None:
    with nobody():
        found = {table: len(seen(table)) for table in walled_tables() if table not in OWN_TRANSACTION}
    assert {table: rows for table, rows in found.items() if rows} == {}


@pytest.mark.parametrize("viewer", sorted(HOLDS))
def test_raw_sql_of_each_viewer_finds_no_mark_it_must_not_know(world: World, viewer: str) -> None:
    forbidden = world.forbidden_marks(viewer)
    leaks = []
    with acting_as(world.viewers[viewer]):
        for table in set(walled_tables()) - OWN_TRANSACTION - OWN_WORDS.get(viewer, set()):
            for row in seen(table):
                leaks += [f"{table}: {mark}" for mark in forbidden if mark in row]
    assert not leaks


@pytest.mark.parametrize(
    "viewer", ["foreign", "expired", "revoked", "other_agency", "partner", "no_role", "root"]
)
def test_whom_nothing_was_shared_with_finds_not_one_row(world: World, viewer: str) -> None:
    # A former recipient keeps the terms of its own share, what it received, and what it is told of its end.
    kept = {
        "expired": {"cases_caseshare", "cases_historicalcaseshare", "cases_disclosure"},
        "revoked": {
            "cases_caseshare",
            "cases_historicalcaseshare",
            "cases_disclosure",
            "cases_sharefollowup",
            "cases_historicalsharefollowup",
        },
    }.get(viewer, set())
    with acting_as(world.viewers[viewer]):
        found = {table: len(seen(table)) for table in set(walled_tables()) - OWN_TRANSACTION}
    assert {table for table, rows in found.items() if rows} <= kept


def test_the_owner_finds_its_own_rows(world: World) -> None:
    with acting_as(world.viewers["own"]):
        empty = {table for table in walled_tables() if not seen(table)}
    assert empty <= {
        # Where a person was taken on to is the receiving country's own.
        "handovers_allocation",
        "cases_caseofficer",
        "cases_historicalcaseofficer",
        "cases_caseshareitem",
        "cases_historicalcaseshareitem",
        "cases_itemvisibility",
        "cases_contributeditem",
        "cases_operationmember",
        "cases_historicaloperationmember",
        # For officers with a right of their own, and for who asked.
        "suspects_informant",
        "suspects_historicalinformant",
        "audit_auditexport",
        "law_lawproposal",
        "law_historicallawproposal",
    }


def test_at_the_level_existence_raw_sql_reads_no_title(world: World) -> None:
    with acting_as(world.viewers["existence"]):
        assert len(seen("cases_case")) == 1
        assert seen("cases_casetext") == seen("cases_historicalcasetext") == seen("cases_casedetail") == []


def test_a_recipient_changes_nothing_it_did_not_bring(world: World) -> None:
    chinese = world.viewers["full"]
    with acting_as(chinese), connection.cursor() as cursor:
        for table in ("suspects_suspect", "evidence_evidenceitem", "cases_casetext", "cases_casedetail"):
            name = sql.Identifier(table)
            cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(name))
            row = cursor.fetchone()
            assert row is not None
            assert row[0] > 0
            # What it contributed itself is its own.
            foreign = sql.SQL(" WHERE originator_id <> {}").format(sql.Literal(chinese.country.pk))
            others = foreign if table in {"suspects_suspect", "evidence_evidenceitem"} else sql.SQL("")
            cursor.execute(sql.SQL("UPDATE {} SET id = id{}").format(name, others))
            assert cursor.rowcount == 0, table
            cursor.execute(sql.SQL("DELETE FROM {}{}").format(name, others))
            assert cursor.rowcount == 0, table


def test_a_recipient_adds_no_text_to_a_case_it_does_not_own(world: World) -> None:
    insert = (
        "INSERT INTO cases_casetext (uuid, case_id, kind, level, language, text, is_original, translator, author_id,"
        " version) VALUES (gen_random_uuid(), %s, 'FACTS', 3, 'km', 'forged', false, '', %s, 1)"
    )
    chinese = world.viewers["full"]
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        acting_as(chinese),
        connection.cursor() as cursor,
    ):
        cursor.execute(insert, [world.case.pk, chinese.pk])


def test_the_read_models_are_written_by_nobody_who_serves(world: World) -> None:
    for table in ("cases_casevisibility", "cases_itemvisibility", "handovers_handovervisibility"):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            acting_as(world.viewers["own"]),
            connection.cursor() as cursor,
        ):
            cursor.execute(sql.SQL("UPDATE {} SET until = 'infinity'").format(sql.Identifier(table)))
