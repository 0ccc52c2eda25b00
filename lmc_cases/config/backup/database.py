"""What backup and restore ask the database, on the owner's connection."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, LiteralString

from django.db.migrations.loader import MigrationLoader
from psycopg import Connection, sql

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
# Restored sessions would open the product to whoever still has an old cookie.
NOT_KEPT = ("django_session",)
KINDS: dict[str, LiteralString] = {"r": "TABLES", "S": "SEQUENCES", "f": "FUNCTIONS", "T": "TYPES"}
ROLES = ("lmc_app", "lmc_definer", "lmc_owner")


def server_version(connection: Connection[Any]) -> int:
    """PostgreSQL's major version."""
    return connection.info.server_version // 10_000


def rows_by_table(connection: Connection[Any]) -> dict[str, int]:
    """Count every table whose rows are kept."""
    counted = {}
    for (table,) in connection.execute(TABLES).fetchall():
        if table not in NOT_KEPT:
            row = connection.execute(
                sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
            ).fetchone()
            counted[table] = int(row[0]) if row else 0
    return counted


def migrations_in(connection: Connection[Any]) -> list[str]:
    """``app.name`` of each migration the database says it has."""
    rows = connection.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1").fetchall()
    return [name for (name,) in rows]


def migrations_of_code() -> set[str]:
    """``app.name`` of each migration of this code."""
    return {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}


def role_attributes(connection: Connection[Any]) -> dict[str, dict[str, bool]]:
    """What each of the three roles may do in the cluster; a missing role is missing here."""
    rows = connection.execute(
        "SELECT rolname, rolcanlogin, rolsuper, rolcreaterole, rolcreatedb, rolbypassrls, rolreplication"
        " FROM pg_roles WHERE rolname = ANY(%s) ORDER BY 1",
        [list(ROLES)],
    ).fetchall()
    names = ("login", "superuser", "createrole", "createdb", "bypassrls", "replication")
    return {row[0]: dict(zip(names, row[1:], strict=True)) for row in rows}


@contextmanager
def default_grants_lifted(connection: Connection[Any]) -> Iterator[None]:
    """Take back what the database grants on each new table, while a dump is restored; the dump brings its own.

    A dump grants what each table had and revokes nothing: with these in force the serving role would come out of a
    restore with the right to change append-only tables. They are given again when the restore fails.
    """
    rows = connection.execute(
        "SELECT d.defaclobjtype::text, grantee::regrole::text, privilege_type"
        " FROM pg_default_acl d, aclexplode(d.defaclacl)"
        " WHERE d.defaclrole = current_user::regrole AND d.defaclnamespace = 'public'::regnamespace"
        " AND grantee <> d.defaclrole"
    ).fetchall()
    _alter_defaults(connection, rows, give=False)
    try:
        yield
    except BaseException:
        _alter_defaults(connection, rows, give=True)
        raise


def _alter_defaults(connection: Connection[Any], rows: list[tuple[str, str, str]], *, give: bool) -> None:
    for kind, grantee, privilege in rows:
        connection.execute(
            sql.SQL("ALTER DEFAULT PRIVILEGES IN SCHEMA public {} {} ON {} {} {}").format(
                sql.SQL("GRANT" if give else "REVOKE"),
                # Words of PostgreSQL's own catalogue.
                sql.SQL(privilege),
                sql.SQL(KINDS[kind]),
                sql.SQL("TO" if give else "FROM"),
                sql.Identifier(grantee),
            )
        )


def named_files(connection: Connection[Any]) -> dict[str, str]:
    """Files that records name: path -> SHA-256 as recorded, "" where the record has none.

    Every column of a file is found by its model, so that a new one is not forgotten.
    """
    from django.apps import apps
    from django.db.models import FileField

    found: dict[str, str] = {}
    for model in apps.get_models(include_auto_created=True):
        columns = {str(one.column): isinstance(one, FileField) for one in model._meta.concrete_fields}
        for column in (name for name, is_file in columns.items() if is_file):
            # The hash of a file stands in "<field>_sha256", or in "sha256" where the record is of one file.
            hashed = next((name for name in (f"{column}_sha256", "sha256") if name in columns), None)
            query = sql.SQL("SELECT {}, {} FROM {} WHERE coalesce({}, '') <> ''").format(
                sql.Identifier(column),
                sql.Identifier(hashed) if hashed else sql.Literal(""),
                sql.Identifier(model._meta.db_table),
                sql.Identifier(column),
            )
            if "job_state" in columns:
                # An import that was thrown away keeps its row and has no file.
                query += sql.SQL(" AND job_state <> 'CANCELLED'")
            for path, digest in connection.execute(query).fetchall():
                found[path] = found.get(path) or (digest or "")
    return found
