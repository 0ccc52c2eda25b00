"""Raw SQL, past every page and service."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from psycopg import sql


def seen(table: str) -> list[str]:
    """Return all rows of a table as text, as raw SQL finds them."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(table)))
        return [str(row[0]) for row in cursor.fetchall()]


@contextmanager
def nobody() -> Iterator[None]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lmc.audiences', '', true), set_config('lmc.viewer', '', true)")
        yield
