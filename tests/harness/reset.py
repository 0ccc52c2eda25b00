"""Bring a worker's database back to its reference data after a test that committed.

Django's own way is ``flush``: it is denied on append-only tables, and it would drop the reference data. Here a superuser's
connection, with triggers and foreign key checks off, deletes what the test left and restores reference rows it changed.
"""

from __future__ import annotations

from collections.abc import Callable

import psycopg
from psycopg import sql

from tests.harness.cluster import TABLES

JOBS = (
    "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'job_state'"
    " AND table_name NOT LIKE '%historical%'"
)


class Reset:
    """Knows which rows are reference data: those the clone was born with."""

    def __init__(self, url: str) -> None:
        self._url = url
        with psycopg.connect(url, autocommit=True) as connection:
            row = connection.execute("SELECT pg_current_xact_id()::text::bigint").fetchone()
            assert row is not None
            self._born = row[0]
            self._tables = [table for (table,) in connection.execute(TABLES).fetchall()]
            kept = connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'lmc_pristine'"
            ).fetchall()
            self._jobs = {table for (table,) in connection.execute(JOBS).fetchall()}
            self._pristine = {table: self._count(connection, "lmc_pristine", table) for (table,) in kept}

    def __call__(self, *, before_jobs: Callable[[], None] | None = None) -> None:
        """Reset the database; ``before_jobs`` is called first where the test left jobs that a worker may have in hand."""
        if before_jobs is not None:
            with psycopg.connect(self._url) as connection:
                owed = self._jobs.intersection(self._touched(connection))
            if owed:
                before_jobs()
        try:
            self._restore()
        except psycopg.errors.LockNotAvailable:
            # The test that left this behind is the one that shall fail, and none of those after it.
            self._end_what_goes_on()
            self._restore()
            raise

    def _end_what_goes_on(self) -> None:
        """End every statement and transaction of this database: a killed process's backend goes on with its last one."""
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"
            )

    def _restore(self) -> None:
        with psycopg.connect(self._url) as connection:
            connection.execute("SET LOCAL lock_timeout = '20s'")
            connection.execute("SET LOCAL session_replication_role = 'replica'")
            for table in self._touched(connection):
                name = sql.Identifier("public", table)
                connection.execute(sql.SQL("DELETE FROM {}").format(name))
                if table in self._pristine:
                    columns = sql.SQL(", ").join(sql.Identifier(c) for c in self._columns(connection, table))
                    connection.execute(
                        sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM {}").format(
                            name, columns, columns, sql.Identifier("lmc_pristine", table)
                        )
                    )

    def _touched(self, connection: psycopg.Connection) -> list[str]:
        """Tables that differ from the clone at birth, in one round trip."""
        parts: list[sql.Composed] = []
        for table in self._tables:
            name = sql.Identifier("public", table)
            if table in self._pristine:
                test = sql.SQL(
                    "(SELECT count(*) FROM {}) <> {} OR EXISTS (SELECT FROM {} WHERE xmin::text::bigint >= {})"
                ).format(name, sql.Literal(self._pristine[table]), name, sql.Literal(self._born))
            else:
                test = sql.SQL("EXISTS (SELECT FROM {})").format(name)
            parts.append(sql.SQL("SELECT {} WHERE {}").format(sql.Literal(table), test))
        if not parts:
            return []
        return [table for (table,) in connection.execute(sql.SQL(" UNION ALL ").join(parts)).fetchall()]

    @staticmethod
    def _count(connection: psycopg.Connection, schema: str, table: str) -> int:
        row = connection.execute(
            sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(schema, table))
        ).fetchone()
        assert row is not None
        return int(row[0])

    @staticmethod
    def _columns(connection: psycopg.Connection, table: str) -> list[str]:
        rows = connection.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s"
            " AND is_generated = 'NEVER' ORDER BY ordinal_position",
            [table],
        ).fetchall()
        return [name for (name,) in rows]
