"""The search text of a case: written beside the change it follows, read through the access rule."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection, models, transaction

from lmc_cases.audit.models import Operation as AuditOperation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import Case, Disclosure, Level, NumberMark, SearchEntry
from lmc_cases.cases.services.listing import (
    PAGE_SIZE,
    CaseFilters,
    CasePage,
    Found,
    Walk,
    assemble,
    found_rows,
)
from lmc_cases.core.text import document_number_form, search_form
from lmc_cases.keys.marks import marks_everywhere

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User
    from lmc_cases.core.keyset import Cursor

# More matches than this are never ranked: the officer is asked for a longer term. Each costs six buffers among a
# million cases, the walk that comes first eight thousand: together they stay below the benchmark's twenty thousand.
MAX_MATCHES = 1500
# So many of the newest visible cases are looked through before the text indexes are asked.
MAX_WALKED = 2000
# A part of a term found so often among them is common: an index would read a large part of itself for it.
COMMON = 50
MAX_LENGTH, MAX_WORDS, FEWEST_DIGITS = 200, 8, 4
# As in the SQL function bigrams(): runs outside ASCII.
NON_ASCII_PAIR = re.compile(r"[^\x01-\x7f]{2}")
ASCII_TRIGRAM = re.compile(r"[a-z0-9]{3}")
# LIKE takes no text index under row-level security: a function reads it for the transaction's viewer (cases 0007).
READ_ENTRIES = "(SELECT case_id, level, is_hit FROM found_entries(%s, %s, %s, %s))"
# An item that is open by name is found by whoever sees that the case exists.
OPENED = (
    "EXISTS (SELECT 1 FROM cases_itemvisibility i WHERE i.object_uuid = e.object_uuid"
    " AND i.audience_id = ANY (%s) AND i.until > statement_timestamp())"
)
# Document numbers stand in a table of their own, as marks; whoever may find the person may find its number. The limit
# counts what the officer may find: foreign cases with the same number hide nothing.
READ_MARKS = (
    f"(SELECT e.case_id, CASE WHEN {OPENED} THEN 1 ELSE e.level END::smallint, true"  # noqa: S608 - a constant
    " FROM cases_numbermark m JOIN cases_searchentry e ON e.kind = 'SUSPECT' AND e.object_uuid = m.object_uuid"
    " WHERE m.mark = ANY (%s) AND e.audience_ids && %s::bigint[] LIMIT %s)"
)


def put_entry(*, case_id: int, kind: SearchEntry.Kind, object_uuid: UUID, level: Level, text: str) -> None:
    """Write or replace the search text of one object."""
    SearchEntry.objects.update_or_create(
        kind=kind,
        object_uuid=object_uuid,
        defaults={"case_id": case_id, "level": level, "body": search_form(text)},
    )


def drop_entry(*, kind: SearchEntry.Kind, object_uuid: UUID) -> None:
    """Remove the search text of an object that is gone."""
    SearchEntry.objects.filter(kind=kind, object_uuid=object_uuid).delete()


@dataclass(frozen=True)
class SearchTerm:
    """A term as it is asked: every word must stand in the same piece of text.

    Attributes:
        words: pieces in ``search_form``; each must be contained, in any order.
        marks: how a document number of this spelling is stored, per country; none if the term cannot be one.
        pairs: text whose bigrams narrow the search, ``""`` if the words are plain ASCII.
        is_indexed: whether an index serves the words at all; one or two plain letters are looked for among the
            newest cases only.
    """

    words: tuple[str, ...]
    marks: tuple[bytes, ...]
    pairs: str
    is_indexed: bool

    @classmethod
    def parse(cls, text: str) -> SearchTerm | None:
        """Return the term, or ``None`` for one that holds nothing to look for."""
        wanted = search_form(text[:MAX_LENGTH])
        words = tuple(dict.fromkeys(wanted.split(" ")))[:MAX_WORDS] if wanted else ()
        if not words:
            return None
        number = document_number_form(text[:MAX_LENGTH])
        looks_like_number = sum(sign.isdigit() for sign in number) >= FEWEST_DIGITS
        pairs = " ".join(word for word in words if NON_ASCII_PAIR.search(word))
        return cls(
            words=words,
            marks=tuple(marks_everywhere(text[:MAX_LENGTH])) if looks_like_number else (),
            pairs=pairs,
            is_indexed=any(is_served(word) for word in words),
        )

    def in_body(self) -> tuple[str, list[Any]]:
        """Return the test of one entry in a form no index can be taken for: for the walk."""
        return " AND ".join("strpos(body, %s) > 0" for _word in self.words), list(self.words)

    def by_index(self, audiences: tuple[int, ...]) -> tuple[str, list[Any]]:
        """Return the statement that reads at most ``MAX_MATCHES`` + 1 entries by the two text indexes.

        What no index serves ("77" beside "person") is tested on those and never widens what is read. The bigram
        index serves what the trigram index cannot: two-character words, and the vowel signs of Khmer and Burmese.
        """
        held = list(audiences)
        arms: list[str] = []
        given: list[Any] = []
        if self.is_indexed:
            patterns = [contains(word) for word in self.words if is_served(word)]
            asked = [word for word in self.words if not is_served(word)]
            arms.append(READ_ENTRIES)
            given += [patterns, self.pairs, asked, MAX_MATCHES + 1]
        if self.marks:
            arms.append(READ_MARKS)
            given += [held, list(self.marks), held, MAX_MATCHES + 1]
        return " UNION ALL ".join(arms), given


def is_served(word: str) -> bool:
    """Whether an index finds ``word``: three plain letters or digits in a row, or two signs of another script."""
    return bool(NON_ASCII_PAIR.search(word) or ASCII_TRIGRAM.search(word))


def contains(word: str) -> str:
    r"""Return the LIKE pattern of a text that holds ``word``: ``%``, ``_`` and ``\\`` stand for themselves."""
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def find_cases(
    user: User,
    text: str,
    *,
    filters: CaseFilters | None = None,
    before: Cursor | None = None,
    after: Cursor | None = None,
    size: int = PAGE_SIZE,
    path: str = Disclosure.Path.LIST,
) -> CasePage:
    """Return one page of the visible cases that hold ``text``, newest first.

    Found by reference, titles and summaries in any language, names in any script and romanised, and document
    numbers by their keyed hash, each only at the level that shows it. Two bounded steps: the newest cases are
    looked through, which serves common words; only if they do not fill the page are the text indexes asked,
    which serve rare ones. Neither alone is bounded.
    """
    term = SearchTerm.parse(text)
    walk = Walk.for_officer(user, filters or CaseFilters())
    if term is None or not walk.audiences:
        return CasePage(rows=[])
    steps, note = _found(walk, term, limit=size + 1, before=None if after else before, after=after)
    return assemble(
        user,
        steps,
        before=before,
        after=after,
        size=size,
        first=lambda: _found(walk, term, limit=size + 1)[0],
        note=note,
        path=path,
    )


def matching_cases(user: User, text: str) -> models.QuerySet[Case]:
    """Return the visible cases that hold ``text``, at most ``MAX_MATCHES`` of them; see ``find_cases``."""
    term = SearchTerm.parse(text)
    walk = Walk.for_officer(user, CaseFilters())
    if term is None or not walk.audiences:
        return Case.objects.none()
    steps, _note = _found(walk, term, limit=MAX_MATCHES)
    return Case.objects.visible_to(user).filter(pk__in=[step.case_id for step in steps])


def _found(
    walk: Walk, term: SearchTerm, *, limit: int, before: Cursor | None = None, after: Cursor | None = None
) -> tuple[list[Found], str]:
    near = found_rows(*walk_statement(walk, term, limit=limit, before=before, after=after))
    is_full = len(near) >= limit
    if is_full and not term.marks:
        return near, ""
    # A full page of words is asked for document numbers all the same: they stand in no text that was walked.
    helps = not is_full and _index_helps(walk, term)
    note = "" if helps or is_full or walk.count(MAX_WALKED + 1) <= MAX_WALKED else "newest"
    if not (helps or term.marks):
        return near, note
    sql, values = index_statement(
        walk, replace(term, is_indexed=helps), limit=limit, before=before, after=after
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows = cursor.fetchall()
    matches = max((row[3] for row in rows), default=0)
    merged = {row[0]: Found(row[0], row[1], Level(row[2])) for row in rows} | {
        row.case_id: row for row in near
    }
    steps = sorted(merged.values(), key=lambda step: (step.updated_at, step.case_id), reverse=after is None)
    return steps[:limit], "capped" if matches > MAX_MATCHES else note


def _index_helps(walk: Walk, term: SearchTerm) -> bool:
    """Whether what an index can look for is rare enough to be read whole.

    The walk has shown that for the term itself; where a part of it is served by no index ("person 77"), the
    other part is looked for among the newest cases once more.
    """
    served = tuple(word for word in term.words if is_served(word))
    if not served or len(served) == len(term.words):
        return bool(served)
    common = found_rows(*walk_statement(walk, replace(term, words=served, marks=()), limit=COMMON))
    return len(common) < COMMON


def walk_statement(
    walk: Walk, term: SearchTerm, *, limit: int, before: Cursor | None = None, after: Cursor | None = None
) -> tuple[str, list[Any]]:
    """Return the statement that looks through the nearest ``MAX_WALKED`` visible cases and stops when full."""
    sql, values = walk.statement(limit=MAX_WALKED, before=before, after=after)
    test, asked = term.in_body()
    order = "w.updated_at, w.case_id" if after else "w.updated_at DESC, w.case_id DESC"
    return (
        f"SELECT w.case_id, w.updated_at, w.level FROM ({sql}) w CROSS JOIN LATERAL ("  # noqa: S608 - no value in it
        "SELECT 1 FROM cases_searchentry e"
        f" WHERE e.case_id = w.case_id AND (e.level <= w.level OR {OPENED}) AND {test} LIMIT 1) hit"
        f" ORDER BY {order} LIMIT %s",
        [*values, list(walk.audiences), *asked, limit],
    )


def index_statement(
    walk: Walk, term: SearchTerm, *, limit: int, before: Cursor | None = None, after: Cursor | None = None
) -> tuple[str, list[Any]]:
    """Return the statement that asks the text indexes; its fourth column is the number of entries read.

    MATERIALIZED is a fence: without it the planner may walk the list and test every row of it.
    """
    inner, given = term.by_index(walk.audiences)
    conditions = ["until > statement_timestamp()", *walk.conditions]
    values = list(walk.values)
    cursor = after or before
    if cursor is not None:
        conditions.append(f"(updated_at, case_id) {'>' if after else '<'} (%s, %s)")
        values += [cursor.at, cursor.pk]
    order = "updated_at, case_id" if after else "updated_at DESC, case_id DESC"
    return (
        f"WITH found (hit_id, least, is_hit) AS MATERIALIZED ({inner}),"  # noqa: S608 - built from constants
        " one AS MATERIALIZED (SELECT hit_id, min(least) AS least FROM found WHERE is_hit GROUP BY hit_id)"
        " SELECT case_id, updated_at, max(level) AS level, (SELECT count(*) FROM found) AS matches"
        " FROM one JOIN cases_casevisibility ON case_id = hit_id AND level >= least AND audience_id = ANY (%s)"
        f" WHERE {' AND '.join(conditions)} GROUP BY case_id, updated_at ORDER BY {order} LIMIT %s",
        [*given, list(walk.audiences), *values, limit],
    )


@transaction.atomic
def record_search(*, actor: User, text: str, hits: int, has_more: bool) -> None:
    """Say in the audit that the officer searched: how long the term was and how much it found, never the term."""
    record(
        actor=actor,
        operation=AuditOperation.CONSULTATION,
        verb="case.searched",
        owner_id=actor.audit_owner_id,
        codes={"hits": hits, "more": has_more, "length": len(text)},
    )


def put_suspect_entry(*, case_id: int, object_uuid: UUID, level: Level, names: list[str]) -> None:
    """Write the search text of a person: names of every script."""
    SearchEntry.objects.update_or_create(
        kind=SearchEntry.Kind.SUSPECT,
        object_uuid=object_uuid,
        defaults={"case_id": case_id, "level": level, "body": suspect_body(names)},
    )


def suspect_body(names: list[str]) -> str:
    """Return the search text of a person, also used by the bulk import."""
    return " ".join(search_form(name) for name in names if name)


def put_marks(*, case_id: int, object_uuid: UUID, marks: Iterable[bytes]) -> None:
    """Write or replace the marks of a person's document numbers."""
    NumberMark.objects.filter(object_uuid=object_uuid).delete()
    NumberMark.objects.bulk_create(
        NumberMark(case_id=case_id, object_uuid=object_uuid, mark=mark) for mark in dict.fromkeys(marks)
    )
