"""Periodic upkeep of the visibility read model."""

from __future__ import annotations

from celery import shared_task

from lmc_cases.cases.services import facets, visibility


@shared_task(name="cases.sweep_visibility", ignore_result=True)
def sweep_visibility() -> int:
    """Remove rows of shares that ended; the rule itself goes by the clock and needs no sweep."""
    return visibility.remove_ended()


@shared_task(name="cases.fold_facets", ignore_result=True)
def fold_facets() -> int:
    """Fold the counters of cases: reading stays cheap. They are right without it."""
    return facets.fold()
