"""The worker's side of requests for assistance."""

from __future__ import annotations

from celery import shared_task

from lmc_cases.assistance.services import printing


@shared_task(name="assistance.print", ignore_result=True)
def print_assistance(*, job_id: int) -> None:
    """Print and sign a request that is owed; a second call changes nothing."""
    printing.print_owed_assistance(job_id=job_id)
