"""The periodic look at what is owed."""

from __future__ import annotations

from celery import shared_task

from lmc_cases.core import jobs


@shared_task(name="core.sweep_jobs", ignore_result=True)
def sweep_jobs() -> int:
    """Wake jobs whose worker died or whose message the broker lost."""
    return jobs.sweep()
