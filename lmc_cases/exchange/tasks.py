"""The worker's side of imports."""

from __future__ import annotations

from celery import shared_task

from lmc_cases.exchange.services import running


@shared_task(name="exchange.import", ignore_result=True)
def run_import(*, job_id: int) -> None:
    """Carry out an import that is owed; a second call changes nothing."""
    running.run_owed_import(job_id=job_id)
