"""Look after the visibility read model: it is kept by triggers, checked and repaired here."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.core.cache import cache
from django.db import connection
from prometheus_client.core import GaugeMetricFamily, Metric

# The comparison reads every case: it runs by the clock, and the monitoring is told the last result and its age.
_MEASURED: Final = "lmc:visibility-drift"
_KEPT_SECONDS: Final = 7 * 24 * 60 * 60


@dataclass(frozen=True)
class Drift:
    """Rows missing, rows too many, rows that say something else; wrong search entries, texts and counters."""

    missing: int
    surplus: int
    different: int
    search: int = 0
    texts: int = 0
    facets: int = 0

    @property
    def is_none(self) -> bool:
        """Whether the read model is right."""
        return self.rows == 0

    @property
    def rows(self) -> int:
        """How many rows are wrong."""
        return sum((self.missing, self.surplus, self.different, self.search, self.texts, self.facets))


def remove_ended() -> int:
    """Delete rows whose time has passed; return how many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT remove_ended_case_visibility()")
        return int(cursor.fetchone()[0])


def drift() -> Drift:
    """Compare the read model with its sources, row by row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT missing, surplus, different FROM case_visibility_drift()")
        missing, surplus, different = cursor.fetchone()
        cursor.execute("SELECT search_audience_drift()")
        (search,) = cursor.fetchone()
        cursor.execute("SELECT text_audience_drift()")
        (texts,) = cursor.fetchone()
        cursor.execute("SELECT case_facet_drift()")
        (facets,) = cursor.fetchone()
    return Drift(
        missing=missing, surplus=surplus, different=different, search=search, texts=texts, facets=facets
    )


def measure_drift() -> int:
    """Compare, keep the result for the monitoring, and return the number of wrong rows."""
    wrong = drift().rows
    cache.set(_MEASURED, {"wrong": wrong, "at": time.time()}, timeout=_KEPT_SECONDS)
    return wrong


def figures() -> Iterator[Metric]:
    """Yield the last measured drift and its age; nothing where it was never measured."""
    last = cache.get(_MEASURED)
    if last is not None:
        yield GaugeMetricFamily(
            "lmc_visibility_drift_rows", "Wrong rows of the visibility read model.", value=last["wrong"]
        )
        yield GaugeMetricFamily(
            "lmc_visibility_drift_age_seconds",
            "Seconds since the read model was compared.",
            value=max(0.0, time.time() - last["at"]),
        )


def repair() -> None:
    """Make the read model what its sources say."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT refresh_case_visibility(NULL)")
        cursor.execute("SELECT repair_search_audiences()")
        cursor.execute("SELECT refresh_text_audiences(NULL)")
        cursor.execute("SELECT repair_case_facets()")
