"""What an officer is shown, asked of the product's own statements and of raw SQL, in one round trip each.

The product's statements are compiled once per officer and set of audiences (``visible_to``, the walk, the search);
only the values they carry then change nothing, so that thousands of looks stay affordable.
"""

from __future__ import annotations

from typing import Any

import psycopg
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, QuerySet, TextField, Value
from django.db.models.functions import Cast

from lmc_cases.accounts.models import User
from lmc_cases.cases.models import Case, CaseText, SearchEntry
from lmc_cases.cases.services.listing import COUNT_CAP, CaseFilters, Walk
from lmc_cases.cases.services.search import SearchTerm, index_statement, walk_statement
from lmc_cases.evidence.models import EvidenceItem
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.suspects.models import Suspect
from tests.leaks.oracle import Shown

# Whatever the second wall lets through, with no condition of ours at all.
RAW = """
SELECT 'case', c.id::text, coalesce((SELECT max(v.level) FROM cases_casevisibility v
                                      WHERE v.case_id = c.id AND v.until > now()), 0)::bigint FROM cases_case c
UNION ALL SELECT 'suspect', uuid::text, 0 FROM suspects_suspect
UNION ALL SELECT 'exhibit', uuid::text, 0 FROM evidence_evidenceitem
UNION ALL SELECT 'text', id::text, 0 FROM cases_casetext
UNION ALL SELECT 'entry', object_uuid::text, 0 FROM cases_searchentry
UNION ALL SELECT 'request', id::text, 0 FROM handovers_handoverrequest
UNION ALL SELECT 'facet', concat(f.status, ' ', f.typology_id, ' ', j.code), f.n
            FROM case_facets() f JOIN jurisdictions_jurisdiction j ON j.id = f.owner_id
"""
RAW_KINDS = {"case", "suspect", "exhibit", "text", "entry", "request", "facet"}
RULE_KINDS = {"case", "suspect", "exhibit", "text", "entry", "request", "count", "hit"}

Statement = tuple[str, list[Any]]


def rule_statement(user: User, words: tuple[str, ...]) -> Statement:
    """Return one statement of everything the product shows ``user``; to be called, and run, for that officer."""
    parts: list[Statement] = [
        rows("case", Case.objects.visible_to(user).with_level_for(user), "pk", F("level")),
        rows("suspect", Suspect.objects.visible_to(user), "uuid"),
        rows("exhibit", EvidenceItem.objects.visible_to(user), "uuid"),
        rows("text", CaseText.objects.visible_to(user), "pk"),
        rows("entry", SearchEntry.objects.visible_to(user), "object_uuid"),
        rows("request", HandoverRequest.objects.visible_to(user), "pk"),
    ]
    walk = Walk.for_officer(user, CaseFilters())
    if not walk.audiences:
        parts.append(("SELECT 'count', '', 0::bigint", []))
        return combined(parts)
    counted, values = walk.statement(limit=COUNT_CAP + 1)
    parts.append((f"SELECT 'count', '', count(*) FROM ({counted}) counted", values))
    for word in words:
        term = SearchTerm.parse(word)
        assert term is not None
        near, near_values = walk_statement(walk, term, limit=COUNT_CAP)
        far, far_values = index_statement(walk, term, limit=COUNT_CAP)
        parts.append(
            (
                f"SELECT 'hit', concat(%s::text, ' ', case_id), 0::bigint FROM"
                f" (SELECT case_id FROM ({near}) near UNION SELECT case_id FROM ({far}) far) found",
                [word, *near_values, *far_values],
            )
        )
    return combined(parts)


def rows(kind: str, found: QuerySet[Any], key: str, number: Any = None) -> Statement:
    """Return a query set as a statement of ``Shown``."""
    asked = found.order_by().values_list(Value(kind), Cast(key, TextField()), number or Value(0))
    try:
        sql, values = asked.query.sql_with_params()
    except EmptyResultSet:
        # An officer without audiences: Django knows without asking.
        return "SELECT '', '', 0 WHERE false", []
    return sql, list(values)


def combined(parts: list[Statement]) -> Statement:
    return " UNION ALL ".join(f"({sql})" for sql, _values in parts), [
        value for _sql, values in parts for value in values
    ]


def prepare(name: str, statement: Statement) -> str:
    """Prepare a statement with its values on this connection: planning it costs more than the looking."""
    raw = connection.connection
    text = psycopg.ClientCursor(raw).mogrify(*statement)
    with connection.cursor() as cursor:
        cursor.execute(f"PREPARE {name} AS {text}")
    return name


def look_through(lookers: list[tuple[int, tuple[int, ...], str]]) -> list[tuple[set[Shown], set[Shown]]]:
    """Return what each officer (key, audiences, prepared statement) is shown by the rule and past it.

    All in one round trip of one transaction, which says before each officer's statements for whom they run.
    """
    raw = connection.connection
    asked = []
    with raw.pipeline():
        for key, audiences, name in lookers:
            raw.execute(
                "SELECT set_config('lmc.audiences', %s, true), set_config('lmc.viewer', %s, true)",
                [",".join(map(str, audiences)), str(key)],
            )
            asked.append((raw.execute(f"EXECUTE {name}"), raw.execute("EXECUTE past_the_rule")))
    return [(once(by_rule.fetchall()), once(past.fetchall())) for by_rule, past in asked]


def once(rows: list[tuple[object, object, object]]) -> set[Shown]:
    """Return rows as a set; one that came twice would be counted twice by somebody."""
    found = [(str(kind), str(key), int(str(number))) for kind, key, number in rows]
    assert len(found) == len(set(found)), "a row came twice"
    return set(found)


__all__ = ["RAW", "RAW_KINDS", "RULE_KINDS", "look_through", "prepare", "rule_statement"]
