"""Is this database one that the product may serve from?

Asked at every start, and by ``manage.py check --database default``. A database with another locale finds no
Thai word and says nothing; a serving role that owns its tables or bypasses row-level security would make the
second wall a painting of one. Both stop the start here, with what to do about it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any, Final

import psycopg
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError, connections

logger = logging.getLogger(__name__)

SERVING: Final = "default"
MIGRATING: Final = "owner"
EXTENSIONS: Final = ("btree_gin", "pg_trgm")
# A word in a script without capital letters or spaces: a locale that knows no Thai letters gives no trigrams for it.
THAI: Final = "กรุงเทพ"

_EXTENSIONS_SQL: Final = "SELECT array_agg(extname::text) FROM pg_extension"
_LETTERS_SQL: Final = "SELECT show_trgm(%s) <> '{}', current_setting('server_encoding')"
_ROLE_SQL: Final = """
SELECT me.rolsuper, me.rolbypassrls,
       EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE c.relowner = me.oid AND c.relkind IN ('r', 'p', 'v', 'm') AND n.nspname = 'public'),
       EXISTS (SELECT FROM pg_roles other WHERE other.oid <> me.oid AND (other.rolsuper OR other.rolbypassrls)
                  AND pg_has_role(me.oid, other.oid, 'MEMBER'))
  FROM pg_roles me WHERE me.rolname = current_user
"""


class UnfitDatabase(Exception):
    """The message names every fault with its remedy."""


@register(Tags.database)
def database_is_fit(
    app_configs: Any = None, databases: Iterable[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Report every fault of the databases asked for."""
    found: list[CheckMessage] = []
    for alias in databases or ():
        if alias in {SERVING, MIGRATING}:
            found += faults_of(alias)
    return found


def answers(alias: str = SERVING) -> bool:
    """Say within seconds whether a database answers: on a connection of its own, for the pool waits far longer."""
    try:
        params = {**connections[alias].get_connection_params(), "connect_timeout": 2}
        with psycopg.connect(**params) as asked:
            return asked.execute("SELECT 1").fetchone() == (1,)
    except (psycopg.Error, OSError):
        return False


def faults_of(alias: str) -> list[CheckMessage]:
    """Return what makes a database unfit; raises ``DatabaseError`` when it does not answer."""
    with connections[alias].cursor() as cursor:
        cursor.execute(_EXTENSIONS_SQL)
        (present,) = cursor.fetchone()
        found = _extension_faults(alias, set(present or ()))
        if not found:
            cursor.execute(_LETTERS_SQL, [THAI])
            letters, encoding = cursor.fetchone()
            found += _locale_faults(alias, letters=letters, encoding=encoding)
        cursor.execute(_ROLE_SQL)
        superuser, bypasses, owns, reaches = cursor.fetchone()
    if alias == SERVING:
        found += _serving_role_faults(superuser=superuser, bypasses=bypasses, owns=owns, reaches=reaches)
    elif not (bypasses or superuser):
        found.append(
            Error(
                "The migrating role is filtered by row-level security: a data migration would change no row, silently.",
                hint="As a superuser: ALTER ROLE lmc_owner BYPASSRLS; see docs/operations.md.",
                obj=alias,
                id="lmc.E006",
            )
        )
    return found


def refuse_unfit_database() -> None:
    """Stop a process that is about to serve from an unfit database.

    A database that does not answer yet stops nothing: the process serves "not ready" and asks again by ``/ready``.

    Raises:
        UnfitDatabase: naming each fault and its remedy.
    """
    try:
        found = faults_of(SERVING)
    except DatabaseError:
        logger.warning("The database does not answer yet; whether it is fit is asked again by /ready.")
        return
    if found:
        lines = [f"{fault.id}: {fault.msg} {fault.hint}" for fault in found]
        # Logged here: the line of the exception itself would hold its type alone (core/private_log.py).
        for line in lines:
            logger.critical("%s", line)
        raise UnfitDatabase("\n".join(lines))


def _extension_faults(alias: str, present: set[str]) -> list[CheckMessage]:
    return [
        Error(
            f"The database has no extension {name}.",
            hint=f"As a superuser, in this database: CREATE EXTENSION {name};",
            obj=alias,
            id="lmc.E001",
        )
        for name in EXTENSIONS
        if name not in present
    ]


def _locale_faults(alias: str, *, letters: bool, encoding: str) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    remedy = (
        "Create the database anew: CREATE DATABASE lmc OWNER lmc_owner TEMPLATE template0 ENCODING 'UTF8' "
        "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'; then restore into it (docs/operations.md)."
    )
    if encoding != "UTF8":
        found.append(
            Error(
                f"The database is written in {encoding}, not in UTF8.", hint=remedy, obj=alias, id="lmc.E002"
            )
        )
    if not letters:
        found.append(
            Error(
                "The locale of the database knows no Thai letters: search would find no Thai, Lao, Khmer or Burmese.",
                hint=remedy,
                obj=alias,
                id="lmc.E003",
            )
        )
    return found


def _serving_role_faults(*, superuser: bool, bypasses: bool, owns: bool, reaches: bool) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if superuser or bypasses or reaches:
        found.append(
            Error(
                "The serving role bypasses row-level security, or may become a role that does.",
                hint="Let DATABASE_URL name lmc_app, made by lmc_cases/config/local/sql/roles.sql.",
                obj=SERVING,
                id="lmc.E004",
            )
        )
    if owns:
        found.append(
            Error(
                "The serving role owns tables: an owner may switch their protection off.",
                hint="Tables belong to lmc_owner, who migrates (OWNER_DATABASE_URL); DATABASE_URL names lmc_app.",
                obj=SERVING,
                id="lmc.E005",
            )
        )
    return found
