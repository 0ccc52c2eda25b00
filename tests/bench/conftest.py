"""A benchmark is a test in ``bench_*.py`` that takes ``record`` and writes one row per number.

``record("list page, buffers against 1k cases", 1.04, "ratio", at_most=1.5)``; ``make bench`` prints all rows and writes
``var/bench.json``: a list of ``{name, value, unit, bar, holds}``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

_rows: list[dict[str, object]] = []


@pytest.fixture
def record() -> Callable[..., None]:
    """Write a row; a bar that does not hold fails the run at its end, after every other row was measured."""

    def write(
        name: str, value: float, unit: str, *, at_most: float | None = None, at_least: float | None = None
    ) -> None:
        bars = [f"<= {at_most:g}"] if at_most is not None else []
        bars += [f">= {at_least:g}"] if at_least is not None else []
        holds = (at_most is None or value <= at_most) and (at_least is None or value >= at_least)
        _rows.append({"name": name, "value": value, "unit": unit, "bar": " and ".join(bars), "holds": holds})

    return write


@pytest.fixture(scope="session")
def size() -> Callable[[int], int]:
    """The number of cases or persons: ``SIZE=`` of the command line, else what the benchmark names."""
    return lambda otherwise: int(os.environ.get("SIZE") or otherwise)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not _rows:
        return
    width = max(len(str(row["name"])) for row in _rows)
    terminalreporter.section("benchmarks")
    for row in _rows:
        mark = "ok" if row["holds"] else "MISSED"
        terminalreporter.write_line(
            f"{row['name']:<{width}}  {row['value']:>12.4g} {row['unit']:<12} {row['bar']:<14} {mark}"
        )
    if os.environ.get("LMC_BENCH_RESULT"):
        Path(os.environ["LMC_BENCH_RESULT"]).write_text(json.dumps(_rows, indent=1) + "\n")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The audit's last: after it something holds old row versions back, and the case list waits for pages in vain."""
    items.sort(key=lambda item: "bench_audit" in item.nodeid)
