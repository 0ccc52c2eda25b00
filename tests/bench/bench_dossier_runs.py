"""Dossiers by the thousand: memory stays flat, a warm process makes several times as many, a run costs few statements.

``SIZE=`` documents are drawn by one process; 300 otherwise. Ratios are compared with bars, times are shown.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from tests.dossiers.runs import Party, drain, granted, seen, start
from tests.harness.cluster import ROOT

pytestmark = pytest.mark.django_db
DOCUMENTS, WHOLE, COLD, REQUESTS = 300, 42, 5, 8
# Seven languages bring their fonts one after the other: that is over by the fiftieth document.
GROWTH, WARM_GAIN = 1.15, 2.5
# What is equal for all of an operation is drawn once.
GAIN = 0.75


def draws(count: int, engine: str = "weasyprint") -> dict[str, Any]:
    """What a process of its own says of drawing so many."""
    argv = [sys.executable, "-m", "tests.bench.drawing_process", str(count), engine]
    done = subprocess.run(argv, cwd=ROOT, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def statements_while(act: Callable[[], object]) -> int:
    """How many statements an act sends."""
    count = 0

    def counted(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        nonlocal count
        count += 1
        return execute(sql, params, many, context)

    with connection.execute_wrapper(counted):
        act()
    return count


def test_many_dossiers(record: Callable[..., None], size: Callable[[int], int]) -> None:
    party = granted(REQUESTS)
    run = start(party)
    sent = statements_while(drain)
    assert seen(party.holder, run).done == REQUESTS
    record("run: statements for each dossier", sent / REQUESTS, "statements")
    record("run: statements to start 8 requests in 7 languages", _start_cost(party), "statements")
    cold = [draws(1) for _time in range(COLD)]
    warm = draws(size(DOCUMENTS))
    early, late = warm["resident"]
    record("drawn by one process", warm["documents"], "documents")
    record("memory after 50", early / 1024, "MB")
    record("memory at the end against after 50", late / early, "ratio", at_most=GROWTH)
    typst = draws(size(DOCUMENTS), "typst")
    whole = draws(WHOLE, "whole")
    per_cold = sum(each["cpu"] for each in cold) / COLD
    per_warm = warm["drawing"] / warm["documents"]
    record("documents per CPU second, warm", 1 / per_warm, "documents")
    record("documents per CPU second, a process each", 1 / per_cold, "documents")
    per_typst = typst["drawing"] / typst["documents"]
    record("pages of a dossier", warm["pages"], "pages")
    record("pages of the same, by Typst", typst["pages"], "pages")
    record("documents per CPU second, Typst", 1 / per_typst, "documents")
    # The goal is 1; docs/dossiers.md says what was found and tried.
    record("processor time of a dossier against Typst", per_warm / per_typst, "ratio")
    record("the same for each page", per_warm / warm["pages"] / (per_typst / typst["pages"]), "ratio")
    per_whole = whole["drawing"] / whole["documents"]
    record("processor time against dossiers drawn in one piece", per_warm / per_whole, "ratio", at_most=GAIN)
    record("warm against a process each", per_cold / per_warm, "ratio", at_least=WARM_GAIN)


def _start_cost(party: Party) -> int:
    from django.conf import settings

    return statements_while(lambda: start(party, [code for code, _name in settings.LANGUAGES]))
