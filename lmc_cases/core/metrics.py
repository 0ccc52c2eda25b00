"""Figures for Prometheus: counted in each process, added up over the web server's processes when they are asked for.

Labels are names of pages, kinds of jobs and states: never an id, an address, a name or what somebody searched for.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from django.db import DatabaseError, connection
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import REGISTRY, Collector

from lmc_cases.core.checks import answers
from lmc_cases.core.jobs import job_models

logger = logging.getLogger(__name__)

# Seconds. The pages' own bars (0.3 and 1) are among them.
BUCKETS: Final = (0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
REQUESTS: Final = Counter("lmc_requests", "Answers by page, method and status.", ["view", "method", "status"])
SECONDS: Final = Histogram("lmc_request_seconds", "Seconds until an answer began.", ["view"], buckets=BUCKETS)
POOL: Final = Gauge(
    "lmc_database_pool", "Connections of the pool, by state.", ["state"], multiprocess_mode="livesum"
)
METHODS: Final = frozenset({"GET", "HEAD", "POST"})

Figures = Callable[[], Iterable[Metric]]
_sources: list[Figures] = []


def add_figures(source: Figures) -> None:
    """Have a function asked for figures each time; it runs in the web process, on the serving connection."""
    if source not in _sources:
        _sources.append(source)


def count_request(*, view: str, method: str, status: int, seconds: float) -> None:
    """Count one answer."""
    # A method is whatever the caller wrote: only the known ones become a label.
    REQUESTS.labels(view, method if method in METHODS else "other", str(status)).inc()
    SECONDS.labels(view).observe(seconds)
    _note_pool()


def _note_pool() -> None:
    pool = getattr(connection, "pool", None)
    if pool is None:
        return
    stats = pool.get_stats()
    size, free = stats.get("pool_size", 0), stats.get("pool_available", 0)
    for state, number in (
        ("busy", size - free),
        ("free", free),
        ("waiting", stats.get("requests_waiting", 0)),
    ):
        POOL.labels(state).set(number)


def exposition() -> bytes:
    """Return all figures in Prometheus' text form."""
    registry: CollectorRegistry = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(_Own())
    registry.register(_Stored())
    return generate_latest(registry)


class _Own(Collector):
    """The product's figures of this process alone."""

    def collect(self) -> Iterator[Metric]:
        """Those whose names are ours."""
        yield from (metric for metric in REGISTRY.collect() if metric.name.startswith("lmc_"))


class _Stored(Collector):
    """What the database knows, and whether it answers."""

    def collect(self) -> Iterator[Metric]:
        """Ask each source; one that fails leaves its figures out and is said to have failed."""
        failed = 0
        up = answers()
        yield GaugeMetricFamily("lmc_database_up", "Whether the database answers.", value=float(up))
        for source in [_job_figures, *_sources] if up else []:
            try:
                yield from list(source())
            except DatabaseError:
                failed += 1
                logger.warning("Figures could not be read: %s", source.__name__)
        yield GaugeMetricFamily(
            "lmc_figures_failed", "Sources of figures that could not be read now.", value=failed
        )


def _job_figures() -> Iterator[Metric]:
    """Jobs by kind and state, and how long the oldest that is owed has waited, in seconds."""
    number = GaugeMetricFamily("lmc_jobs", "Jobs by kind and state.", labels=["kind", "state"])
    oldest = GaugeMetricFamily(
        "lmc_job_oldest_seconds", "Seconds the oldest job waits or runs.", labels=["kind", "state"]
    )
    for model in job_models():
        for state, count, seconds in _figures_of(model._meta.db_table):
            number.add_metric([model.task_name, state], count)
            if seconds is not None:
                oldest.add_metric([model.task_name, state], float(seconds))
    yield number
    yield oldest


def _figures_of(table: str) -> list[tuple[str, int, Any]]:
    """Ask the table's own function: it counts over all countries and tells nothing but numbers."""
    with connection.cursor() as cursor:
        # The name is a model's own, never a caller's.
        cursor.execute(f"SELECT job_state, jobs, oldest_seconds FROM {table}_figures()")  # noqa: S608
        return list(cursor.fetchall())
