"""What a report of an import repeats of the file: cells, names, raw objects. Stored sealed with the import's own key.

Codes and counts stay in the clear; the rest may hold document numbers in any column.
"""

from __future__ import annotations

import json
from typing import Any, Final

from lmc_cases.exchange.models import ImportRun
from lmc_cases.keys.models import RecordKey
from lmc_cases.keys.providers import KeyUnavailable
from lmc_cases.keys.sealing import DataKey, Place, key_to_seal, keys_of

_OF_THE_FILE: Final = (
    "sample",
    "errors",
    "alike",
    "persons",
    "problems",
    "unread",
    "acts_of_nothing",
    "shortened",
)
_SEALED: Final = "contents"


def sealed_part(run: ImportRun, part: dict[str, Any]) -> dict[str, Any]:
    """Return a look or a result as it is stored."""
    key = key_to_seal(RecordKey.Kind.IMPORT, run.uuid, run.case.owner)
    contents = json.dumps({name: part[name] for name in _OF_THE_FILE if name in part}, ensure_ascii=False)
    kept = {name: value for name, value in part.items() if name not in _OF_THE_FILE}
    return {**kept, _SEALED: key.seal_text(contents, _place(run))}


def opened_report(run: ImportRun) -> dict[str, Any]:
    """Return the report of an import for reading, its parts as ``sealed_part`` was given them.

    Where the key is not available, or was destroyed, the contents are absent.
    """
    report: dict[str, Any] = run.report
    if not any(isinstance(part, dict) and _SEALED in part for part in report.values()):
        return report
    try:
        key = keys_of([run.uuid]).get(run.uuid)
    except KeyUnavailable:
        key = None
    return {name: _opened_part(run, part, key) for name, part in report.items()}


def _opened_part(run: ImportRun, part: Any, key: DataKey | None) -> Any:
    if not (isinstance(part, dict) and _SEALED in part):
        return part
    kept = {name: value for name, value in part.items() if name != _SEALED}
    return kept if key is None else {**kept, **json.loads(key.open_text(part[_SEALED], _place(run)))}


def for_reading(run: ImportRun) -> ImportRun:
    """Put the opened report into an import that is shown and not saved again."""
    run.report = opened_report(run)
    return run


def _place(run: ImportRun) -> Place:
    return Place("exchange_importrun", "report", run.uuid)
