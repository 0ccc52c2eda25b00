"""The worker's side of crossings."""

from __future__ import annotations

from celery import shared_task

from lmc_cases.crossings.services import printing


@shared_task(name="crossings.print_receipt", ignore_result=True)
def print_receipt(*, job_id: int) -> None:
    """Print and sign a receipt that is owed; a second call changes nothing."""
    printing.print_owed_receipt(job_id=job_id)
