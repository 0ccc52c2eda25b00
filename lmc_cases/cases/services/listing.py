"""The case list: a walk over the visibility read model, newest first, paged by the last row seen.

The walk reads one index entry per row shown and never touches a row the officer may not see, so a page costs the
same whatever others keep here. ``tests/bench/bench_case_list.py`` holds it to that. It is written as SQL because
the arms (one LIMITed walk per audience, not one condition over all of them) are what keeps it so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.db import connection

from lmc_cases.cases.models import Case, CaseShare, CaseText, Disclosure, Level, Operation
from lmc_cases.cases.services import ledger
from lmc_cases.cases.services.texts import ShownText, texts_for
from lmc_cases.core.keyset import Cursor
from lmc_cases.jurisdictions.access import Action, audiences_of, jurisdictions_granting

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

PAGE_SIZE = 50
# Counts stop here and are shown as "more than": an exact one would read every visible row.
COUNT_CAP = 1000
OWN, SHARED = "own", "shared"


@dataclass(frozen=True)
class CaseFilters:
    """What the list is narrowed to; empty values narrow nothing.

    Attributes:
        status: a ``Case.Status``.
        typology_id: primary key of a typology.
        owner_id: primary key of the owning country.
        at_least: the least level at which the officer sees the case.
        whose: ``"own"`` for cases of the countries the officer reads for, ``"shared"`` for all others.
        operation_id: primary key of an operation the officer sees.
        lead_officer_id: primary key of the officer who leads the case.
    """

    status: str = ""
    typology_id: int | None = None
    owner_id: int | None = None
    at_least: Level = Level.EXISTENCE
    whose: str = ""
    operation_id: int | None = None
    lead_officer_id: int | None = None


@dataclass(frozen=True)
class Found:
    """One step of a walk: which case, when it was updated, and the level it is seen at."""

    case_id: int
    updated_at: dt.datetime
    level: Level

    @property
    def cursor(self) -> Cursor:
        """The position after this row."""
        return Cursor(at=self.updated_at, pk=self.case_id)


@dataclass(frozen=True)
class CaseRow:
    """A case as the list shows it. ``title`` is ``None`` below the level that shows titles."""

    case: Case
    level: Level
    is_own: bool
    title: ShownText | None


@dataclass(frozen=True)
class CasePage:
    """One page. ``newer`` and ``older`` are ``None`` at the ends.

    Attributes:
        note: for searches: ``"capped"`` when there are more matches than are ranked, ``"newest"`` when only the
            newest cases were looked through, else ``""``.
    """

    rows: list[CaseRow]
    newer: Cursor | None = None
    older: Cursor | None = None
    note: str = ""


@dataclass(frozen=True)
class Walk:
    """The conditions of one officer's walk; builds the statement for a page, a count or a search."""

    audiences: tuple[int, ...]
    conditions: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)

    @classmethod
    def for_officer(cls, user: User, filters: CaseFilters) -> Walk:
        """Take the audiences and translate the filters; all of them are columns of the walked index."""
        walk = cls(audiences_of(user))
        walk._add("level >= %s", int(filters.at_least), when=filters.at_least != Level.EXISTENCE)
        walk._add("status = %s", filters.status, when=bool(filters.status))
        walk._add("typology_id = %s", filters.typology_id, when=filters.typology_id is not None)
        walk._add("owner_id = %s", filters.owner_id, when=filters.owner_id is not None)
        if filters.whose:
            negated = "NOT " if filters.whose == SHARED else ""
            walk._add(f"{negated}owner_id = ANY (%s)", own_country_ids(user))
        for column in ("operation_id", "lead_officer_id"):
            # The few cases of an operation or officer lead, by their own index; details need "summary".
            walk._add(
                f"level >= {Level.SUMMARY:d} AND case_id IN (SELECT case_id FROM cases_casedetail"  # noqa: S608
                f" WHERE {column} = %s)",
                getattr(filters, column),
                when=getattr(filters, column) is not None,
            )
        return walk

    def _add(self, condition: str, value: Any, *, when: bool = True) -> None:
        if when:
            self.conditions.append(condition)
            self.values.append(value)

    def statement(
        self, *, limit: int, before: Cursor | None = None, after: Cursor | None = None
    ) -> tuple[str, list[Any]]:
        """Return SQL and values for up to ``limit`` rows (case_id, updated_at, level).

        Newest first; with ``after``, the rows directly above that position, nearest first.
        """
        order = "updated_at, case_id" if after else "updated_at DESC, case_id DESC"
        conditions = ["until > statement_timestamp()", *self.conditions]
        values = list(self.values)
        cursor = after or before
        if cursor is not None:
            conditions.append(f"(updated_at, case_id) {'>' if after else '<'} (%s, %s)")
            values += [cursor.at, cursor.pk]
        arms, given = [], []
        for audience in self.audiences:
            arms.append(
                "(SELECT case_id, updated_at, level FROM cases_casevisibility"  # noqa: S608 - no value is spliced in
                f" WHERE audience_id = %s AND {' AND '.join(conditions)} ORDER BY {order} LIMIT %s)"
            )
            given += [audience, *values, limit]
        if len(arms) == 1:
            return arms[0][1:-1], given
        merged = (
            f"SELECT case_id, updated_at, max(level) AS level FROM ({' UNION ALL '.join(arms)}) arm"  # noqa: S608
            f" GROUP BY case_id, updated_at ORDER BY {order} LIMIT %s"
        )
        return merged, [*given, limit]

    def rows(self, *, limit: int, before: Cursor | None = None, after: Cursor | None = None) -> list[Found]:
        """Run the walk."""
        if not self.audiences:
            return []
        return found_rows(*self.statement(limit=limit, before=before, after=after))

    def count(self, cap: int) -> int:
        """Count visible cases up to ``cap``, by an index-only walk that stops there."""
        if not self.audiences:
            return 0
        sql, values = self.statement(limit=cap)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM ({sql}) counted", values)  # noqa: S608 - built above
            return int(cursor.fetchone()[0])


def found_rows(sql: str, values: list[Any]) -> list[Found]:
    """Run a statement whose first columns are case_id, updated_at, level."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [Found(row[0], row[1], Level(row[2])) for row in cursor.fetchall()]


def own_country_ids(user: User) -> list[int]:
    """Primary keys of the countries whose records the officer reads."""
    return list(jurisdictions_granting(user, Action.READ).values_list("pk", flat=True).order_by("pk"))


def page_of_cases(
    user: User,
    *,
    filters: CaseFilters | None = None,
    before: Cursor | None = None,
    after: Cursor | None = None,
    size: int = PAGE_SIZE,
    path: str = Disclosure.Path.LIST,
) -> CasePage:
    """Return one page of what the officer may see: as many statements for any size.

    Args:
        before: show what is older than this position.
        after: show the page directly above this position; ``before`` is then ignored.
        size: rows of a page.
        path: how the ledger says that the rows of other countries go out.
    """
    walk = Walk.for_officer(user, filters or CaseFilters())
    found = walk.rows(limit=size + 1, before=None if after else before, after=after)
    return assemble(
        user, found, before=before, after=after, size=size, first=lambda: walk.rows(limit=size + 1), path=path
    )


def assemble(
    user: User,
    found: list[Found],
    *,
    before: Cursor | None,
    after: Cursor | None,
    size: int,
    first: Any = None,
    note: str = "",
    path: str = Disclosure.Path.LIST,
) -> CasePage:
    """Make a page of ``found`` (up to ``size + 1`` rows): cases and titles of the rows shown, and both ends."""
    if after is not None:
        if len(found) <= size and first is not None:
            # The top is reached: show a whole first page rather than a short one.
            return assemble(user, first(), before=None, after=None, size=size, note=note, path=path)
        shown = found[:size][::-1]
        return CasePage(
            rows=rows_of(user, shown, path),
            newer=shown[0].cursor if len(found) > size else None,
            older=shown[-1].cursor,
            note=note,
        )
    shown = found[:size]
    return CasePage(
        rows=rows_of(user, shown, path),
        newer=shown[0].cursor if before is not None and shown else None,
        older=shown[-1].cursor if len(found) > size else None,
        note=note,
    )


def rows_of(user: User, found: Iterable[Found], path: str = Disclosure.Path.LIST) -> list[CaseRow]:
    """Return the cases of a walk with their titles, in the walk's order.

    ``found`` has passed the access rule; a case that vanished since is left out. Other countries' cases are noted
    in the disclosure ledger here, so that no list, search or answer forgets it.
    """
    steps = list(found)
    if not steps:
        return []
    ids = [step.case_id for step in steps]
    own = set(own_country_ids(user))
    cases = {case.pk: case for case in page_of_ids(ids)}
    titles = texts_for(user, ids, CaseText.Kind.TITLE)
    rows = [
        CaseRow(
            case=cases[step.case_id],
            level=step.level,
            is_own=cases[step.case_id].owner_id in own,
            title=titles.get(step.case_id),
        )
        for step in steps
        if step.case_id in cases
    ]
    ledger.note_cases(actor=user, rows=rows, path=path)
    return rows


def page_of_ids(ids: list[int]) -> list[Case]:
    """Return these cases, whole, with owner and typology; in no order.

    Owners and typologies are few: read once each, not joined to every row, which costs as much as the cases.
    """
    return list(Case.objects.filter(pk__in=ids).prefetch_related("owner", "typology"))


def capped_count(user: User, filters: CaseFilters | None = None) -> tuple[int, bool]:
    """Return how many visible cases there are, and whether there are more than the number returned."""
    counted = Walk.for_officer(user, filters or CaseFilters()).count(COUNT_CAP + 1)
    return min(counted, COUNT_CAP), counted > COUNT_CAP


def led_by(user: User, *, size: int) -> CasePage:
    """Return the newest cases the officer leads."""
    return page_of_cases(user, filters=CaseFilters(lead_officer_id=user.pk), size=size)


def cases_in(user: User, operation: Operation, *, before: Cursor | None, size: int = PAGE_SIZE) -> CasePage:
    """Return the cases of an operation that the officer may see."""
    return page_of_cases(user, filters=CaseFilters(operation_id=operation.pk), before=before, size=size)


@dataclass(frozen=True)
class ReceivedShare:
    """A share made to the officer's country or agency, with the case as the officer sees it."""

    share: CaseShare
    row: CaseRow


def newest_shares(user: User, *, size: int) -> list[ReceivedShare]:
    """Return the newest shares in force made to the officer's audiences, newest first."""
    shares = list(
        CaseShare.objects.received_by(user)
        .in_force()
        # Of a classified case the cleared officers alone: to the others it does not exist.
        .filter(case__in=Case.objects.visible_to(user))
        .select_related("case__owner", "case__typology")
        .order_by("-shared_at", "-pk")[:size]
    )
    steps = {
        share.case_id: Found(share.case_id, share.case.updated_at, Level(share.level)) for share in shares
    }
    rows = {row.case.pk: row for row in rows_of(user, steps.values())}
    return [
        ReceivedShare(share=share, row=replace(rows[share.case_id], level=Level(share.level)))
        for share in shares
        if share.case_id in rows
    ]
