"""Thousands of invented cases at once, and what one page of the list costs in buffers.

Loaded past every policy and trigger by the superuser's connection; the read models are then built by the product's
own functions, so that what is measured is what the product reads.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from lmc_cases.accounts.models import User
from lmc_cases.core.viewer import viewing_as
from lmc_cases.jurisdictions.access import resolve_audiences

CASES = """
INSERT INTO cases_case (uuid, owner_id, agency_id, reference, status, typology_id, classification, is_restricted,
                        opened_at, updated_at, version)
SELECT gen_random_uuid(), owner.id, agency.id, %(code)s || '-1999-' || lpad(i::text, 7, '0'),
       (ARRAY['OPEN', 'OPEN', 'OPEN', 'SUSPENDED', 'CLOSED'])[1 + i %% 5],
       (SELECT min(id) FROM jurisdictions_typology) + i %% 7, 'RESTRICTED', false, now(),
       '2026-01-01'::timestamptz + i * interval '1 minute', 1
  FROM generate_series(%(first)s::int, %(last)s::int) i, jurisdictions_jurisdiction owner,
       LATERAL (SELECT id FROM jurisdictions_agency a WHERE a.jurisdiction_id = owner.id ORDER BY id LIMIT 1) agency
 WHERE owner.code = %(code)s AND i %% %(step)s = %(rest)s
"""
# What each case says: every sixth holds a common word, few hold a rare one.
CONTENT = """
INSERT INTO cases_casedetail (case_id, loss_currency, place)
SELECT id, '', '' FROM fresh;
INSERT INTO cases_casetext (uuid, case_id, kind, level, language, text, is_original, translator, author_id, updated_at, version, status, certificate)
SELECT gen_random_uuid(), id, 'TITLE', 2, 'en', title, true, '', (SELECT min(id) FROM accounts_user), now(), 1, '', '' FROM fresh;
SELECT refresh_case_visibility(ARRAY(SELECT id FROM fresh));
SELECT refresh_text_audiences(ARRAY(SELECT id FROM fresh));
INSERT INTO cases_searchentry (case_id, level, kind, object_uuid, body, audience_ids)
SELECT id, level, kind, gen_random_uuid(), body,
       ARRAY(SELECT v.audience_id FROM cases_casevisibility v
              WHERE v.case_id = fresh.id AND v.level >= entry.level ORDER BY v.audience_id)
  FROM fresh, LATERAL (VALUES (1, 'REFERENCE', lower(reference)), (2, 'TEXT', title),
                              (3, 'SUSPECT', 'invented person ' || n)) entry (level, kind, body)
 WHERE kind = ANY ('KINDS');
"""
FRESH = """
CREATE TEMP TABLE fresh ON COMMIT DROP AS
SELECT id, reference, n, 'case ' || n || CASE WHEN n % 6 = 0 THEN ' fraud' ELSE '' END
       || CASE WHEN n % 500 = 0 THEN ' keovong' ELSE '' END || CASE WHEN n % 200 = 7 THEN ' 缅甸诈骗' ELSE '' END
       || CASE WHEN n % 20 = 1 THEN ' bangkok' ELSE '' END AS title
  FROM (SELECT id, reference, substr(reference, 9)::int AS n FROM cases_case c
         WHERE NOT EXISTS (SELECT 1 FROM cases_casedetail d WHERE d.case_id = c.id)) numbered;
"""
HELD_BACK = (
    "SELECT greatest(relpages - relallvisible, 0) FROM pg_class WHERE relname = 'cases_casevisibility'"
)
SHARES = """
INSERT INTO cases_caseshare (uuid, case_id, recipient_id, recipient_agency_id, level, purpose, reason, legal_basis,
                             approval_number, approval_missing, may_contribute, may_ask_to_pass_on, shared_by_id, shared_at, confirmed_at,
                             confirmed_by_id, expires_at, revoke_reason)
SELECT gen_random_uuid(), c.id, j.id, (SELECT id FROM jurisdictions_agency WHERE code = %(agency)s), 3, 'INVESTIGATION',
       'invented', '', '', false, false, false, clerk.id, now(), now(), clerk.id, now() + interval '1 year', ''
  FROM cases_case c, jurisdictions_jurisdiction j, (SELECT min(id) AS id FROM accounts_user) clerk
 WHERE j.code = %(code)s AND c.owner_id <> j.id AND substr(c.reference, 9)::int %% %(step)s = %(rest)s
   AND substr(c.reference, 9)::int BETWEEN %(first)s AND %(last)s
"""


TIDIED = (
    "case",
    "casevisibility",
    "casedetail",
    "casetext",
    "caseshare",
    "searchentry",
    "audienceset",
    "facetcount",
    "facetdelta",
)


class ManyCases:
    """Loads cases ``first`` to ``last``: the higher the number, the newer the case."""

    def __init__(self, superuser_url: str) -> None:
        self._url = superuser_url

    def open(
        self,
        first: int,
        last: int,
        owners: tuple[str, ...],
        kinds: tuple[str, ...] = ("REFERENCE", "TEXT", "SUSPECT"),
    ) -> None:
        """Give the cases to these countries in turn; ``kinds`` of search entries are written."""
        with psycopg.connect(self._url) as loading:
            loading.execute("SET LOCAL session_replication_role = 'replica'")
            for rest, code in enumerate(owners):
                loading.execute(
                    CASES, {"code": code, "first": first, "last": last, "step": len(owners), "rest": rest}
                )
            loading.execute(FRESH)
            content = CONTENT.replace("KINDS", f"{{{','.join(kinds)}}}")
            for statement in content.split(";\n"):
                if statement.strip():
                    loading.execute(statement.encode())
            loading.execute("SELECT repair_case_facets()")
        self._tidy()

    def share(
        self, code: str, first: int, last: int, *, step: int = 1, rest: int = 0, agency: str = ""
    ) -> None:
        """Share every ``step``-th of these cases with a country or an agency; call ``settle`` after the last one."""
        with psycopg.connect(self._url) as loading:
            loading.execute("SET LOCAL session_replication_role = 'replica'")
            loading.execute(
                SHARES,
                {
                    "code": code,
                    "first": first,
                    "last": last,
                    "step": step,
                    "rest": rest % step,
                    "agency": agency,
                },
            )

    def settle(self) -> None:
        """Build the read models anew with the product's functions."""
        with psycopg.connect(self._url) as loading:
            loading.execute("SET LOCAL session_replication_role = 'replica'")
            loading.execute("SELECT refresh_case_visibility(NULL)")
            loading.execute("SELECT repair_search_audiences()")
            loading.execute("SELECT refresh_text_audiences(NULL)")
            loading.execute("SELECT repair_case_facets()")
        self._tidy()

    def _tidy(self) -> None:
        with psycopg.connect(self._url, autocommit=True) as tidying:
            for table in TIDIED:
                tidying.execute(f"VACUUM (ANALYZE) cases_{table}".encode())
            # A look of autovacuum at another table holds pages back: the walk would then visit the heap.
            for _try in range(240):
                if tidying.execute(HELD_BACK).fetchone() == (0,):
                    return
                time.sleep(0.25)
                tidying.execute("VACUUM cases_casevisibility")
            raise AssertionError("the pages of the read model do not become all-visible")


@dataclass(frozen=True)
class Cost:
    """Buffers touched, milliseconds, and the nodes of the plans."""

    buffers: int
    milliseconds: float
    nodes: tuple[tuple[str, str], ...]

    @property
    def scans_all_cases(self) -> bool:
        """Whether some plan reads the whole table of cases."""
        return any(kind == "Seq Scan" and table == "cases_case" for kind, table in self.nodes)

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            self.buffers + other.buffers, self.milliseconds + other.milliseconds, self.nodes + other.nodes
        )


def cost_of(user: User, sql: str, *, using: str = DEFAULT_DB_ALIAS) -> Cost:
    """Explain a statement of the officer, warm: the buffers of the last of three runs, the time of the best.

    By the serving role, under every policy; ``using="owner"`` asks the role that no policy holds, for comparison.
    """
    plan: dict[str, Any] = {}
    times: list[float] = []
    audiences = ",".join(map(str, resolve_audiences(user)))
    for _run in range(3):
        with transaction.atomic(using=using), connections[using].cursor() as cursor:
            cursor.execute(
                "SELECT set_config('lmc.audiences', %s, true), set_config('lmc.viewer', %s, true)",
                [audiences, str(user.pk)],
            )
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}")
            found = cursor.fetchone()[0]
            plan = (json.loads(found) if isinstance(found, str) else found)[0]
            times.append(plan["Execution Time"])
    top = plan["Plan"]
    return Cost(
        buffers=top["Shared Hit Blocks"] + top["Shared Read Blocks"],
        milliseconds=min(times),
        nodes=tuple((node["Node Type"], node.get("Relation Name", "")) for node in nodes_of(top)),
    )


def nodes_of(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every node of a plan."""
    yield node
    for child in node.get("Plans", []):
        yield from nodes_of(child)


def statements_of(user: User, act: Callable[[], object]) -> list[str]:
    """Run ``act`` as in a request of this officer; return the statements it sent, values filled in."""
    with viewing_as(user.pk, resolve_audiences(user)), CaptureQueriesContext(connection) as queries:
        act()
    return [query["sql"] for query in queries if query["sql"].lstrip("(").startswith(("SELECT", "WITH"))]


def page_cost(user: User, act: Callable[[], object]) -> Cost:
    """What a page costs: the walk, and the cases of the page by their keys."""
    parts = [sql for sql in statements_of(user, act) if is_walk(sql) or 'FROM "cases_case"' in sql]
    assert len(parts) == 2, parts
    return cost_of(user, parts[0]) + cost_of(user, parts[1])


def walk_cost(user: User, act: Callable[[], object]) -> Cost:
    """What the walk of a page costs, without the cases it found."""
    (sql,) = (sql for sql in statements_of(user, act) if is_walk(sql))
    return cost_of(user, sql)


def titles_cost(user: User, act: Callable[[], object]) -> Cost:
    """What the titles of a page cost."""
    (sql,) = (sql for sql in statements_of(user, act) if 'FROM "cases_casetext"' in sql)
    return cost_of(user, sql)


def cost_of_all(user: User, statements: list[str], *, using: str = DEFAULT_DB_ALIAS) -> Cost:
    """What several statements cost together."""
    parts = [cost_of(user, sql, using=using) for sql in statements]
    return sum(parts[1:], parts[0])


def is_walk(sql: str) -> bool:
    """Whether a statement walks the read model."""
    return "FROM cases_casevisibility" in sql and '"' not in sql
