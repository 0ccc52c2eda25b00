"""The first look at a file: what an import would do, before anything is imported. Reads only."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.utils import timezone

from lmc_cases.core.errors import InvalidInput
from lmc_cases.exchange.bundle_errors import BundleError
from lmc_cases.exchange.models import ImportRun
from lmc_cases.exchange.services import bundles, lists
from lmc_cases.exchange.services.people import KnownPeople
from lmc_cases.exchange.sheet_reader import RowSource
from lmc_cases.exchange.spreadsheets import SheetError, SheetRow, propose_mapping
from lmc_cases.suspects.models import Suspect

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User
    from lmc_cases.cases.models import Case

# A page waits for this; the import itself reads every row.
ROWS_LOOKED_AT: Final = 3_000
SAMPLE_ROWS: Final = 20
UNREAD_SHOWN: Final = 200


def look_at(
    *,
    actor: User,
    case: Case,
    kind: str,
    path: Path,
    mapping: Mapping[int, str] | None,
    choices: lists.Choices,
) -> tuple[dict[str, Any], dict[int, str]]:
    """Return what an import of the file would do, as JSON values, and the mapping of its columns.

    Args:
        mapping: as the officer chose it; ``None`` proposes one by the headers.

    Raises:
        InvalidInput: the file is broken or of another kind, with the place; or the mapping is.
    """
    try:
        if kind == ImportRun.Kind.CASE_BUNDLE:
            return _look_at_bundle(actor, case, path, choices), {}
        return _look_at_list(case, path, mapping, choices)
    except (BundleError, SheetError) as error:
        raise InvalidInput("file", str(error)) from error


def _look_at_list(
    case: Case, path: Path, mapping: Mapping[int, str] | None, choices: lists.Choices
) -> tuple[dict[str, Any], dict[int, str]]:
    reader = lists.open_list(path)
    sample = list(islice(reader.rows(), SAMPLE_ROWS))
    columns = max([len(reader.headers), *(len(row.cells) for row in sample)])
    checked = propose_mapping(reader.headers) if mapping is None else lists.checked_mapping(mapping, columns)
    tally = lists.Tally()
    complete = True
    # Without a column of names every row is an error: the officer names it first.
    if not lists.NAME_FIELDS.isdisjoint(checked.values()):
        start = dataclasses.replace(reader, source=_Start(reader.source, reader.header_row))
        persons = lists.persons_of(start, checked, KnownPeople(case), choices, tally, timezone.localdate())
        for _person in persons:
            pass
        complete = tally.done < ROWS_LOOKED_AT
    look = {
        **tally.as_report(),
        "errors": tally.errors[:SAMPLE_ROWS],
        "headers": [*reader.headers, *[""] * (columns - len(reader.headers))],
        "header_row": reader.header_row,
        "sheet": reader.sheet_name,
        "other_sheets": list(reader.other_sheets),
        "encoding": reader.encoding,
        "sample": [{"row": row.number, "cells": list(row.cells)} for row in sample],
        "complete": complete,
        "rows_total": tally.done if complete else reader.row_count_hint,
    }
    return look, checked


@dataclasses.dataclass(frozen=True, slots=True)
class _Start:
    """The first rows of a table, for a look that does not last."""

    source: RowSource
    header_row: int

    def rows(self) -> Iterator[SheetRow]:
        """Yield the rows up to the last one looked at."""
        count = 0
        for row in self.source.rows():
            count += row.number > self.header_row
            if count > ROWS_LOOKED_AT:
                return
            yield row


def _look_at_bundle(actor: User, case: Case, path: Path, choices: lists.Choices) -> dict[str, Any]:
    known = KnownPeople(case)
    plan = bundles.plan_of(
        path, category=choices.category, language=actor.document_language, key=known.marker.people_key
    )
    earlier = persons_of_earlier_imports(case)
    alike = []
    persons = []
    for node_id, person in plan.persons:
        name = person.name_original or person.name_romanised
        persons.append({"row": person.row, "name": name, "category": person.category})
        found = known.find(person.fingerprint, [d.number for d in person.documents], person.row)
        if node_id in earlier:
            alike.append({"row": person.row, "name": name, "why": "IN_CASE", "number": earlier[node_id]})
        elif found is not None:
            alike.append({"row": person.row, "name": name, "why": found.why, "number": found.number})
    exhibits = bundles.exhibits_alike(case, plan.exhibits)
    unread = bundles.unread_of(plan.bundle)
    return {
        "counts": plan.counts(),
        "persons": persons[: lists.MAX_NAMED_ROWS],
        "alike": alike[: lists.MAX_NAMED_ROWS],
        "alike_total": len(alike),
        "exhibits_alike": [
            {"why": why, "number": number} for why, number in list(exhibits.values())[: lists.MAX_NAMED_ROWS]
        ],
        "exhibits_alike_total": len(exhibits),
        **unread,
        "unread": [{**entry, "raw": None} for entry in unread["unread"][:UNREAD_SHOWN]],
        "problems": unread["problems"][:UNREAD_SHOWN],
        "complete": True,
        "rows_total": plan.counts()["persons"] + plan.counts()["exhibits"],
    }


def persons_of_earlier_imports(case: Case) -> dict[str, int]:
    """Return node id to number in the case, for the persons that earlier bundles brought and that are still there."""
    runs = ImportRun.objects.filter(case=case, kind=ImportRun.Kind.CASE_BUNDLE, undone_at__isnull=True)
    nodes: dict[tuple[str, int], str] = {}
    for run_id, nodes_of_run in runs.values_list("uuid", "report__result__persons_by_node"):
        for node_id, row in (nodes_of_run or {}).items():
            nodes[str(run_id), row] = node_id
    people = Suspect.objects.filter(case=case, import_run__in={run_id for run_id, _row in nodes})
    found: dict[str, int] = {}
    for import_run, row, number in people.values_list("import_run", "import_row", "number"):
        node = nodes.get((str(import_run), row or 0))
        if node is not None:
            found[node] = number
    return found
