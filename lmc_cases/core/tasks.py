"""The periodic look at what is owed."""

from __future__ import annotations

from celery import shared_task

from lmc_cases.core import jobs, leftovers


@shared_task(name="core.sweep_jobs", ignore_result=True)
def sweep_jobs() -> int:
    """Wake jobs whose worker died or whose message the broker lost."""
    return jobs.sweep()


@shared_task(name="core.sweep_leftovers", ignore_result=True)
def sweep_leftovers() -> int:
    """Delete files that an upload left without a record, a day after it broke off."""
    return leftovers.sweep()
