"""The worker's side of crossings."""

from __future__ import annotations

from celery import shared_task

from lmc_cases.crossings.services import manifests, printing


@shared_task(name="crossings.print_receipt", ignore_result=True)
def print_receipt(*, job_id: int) -> None:
    """Print and sign a receipt that is owed; a second call changes nothing."""
    printing.print_owed_receipt(job_id=job_id)


@shared_task(name="crossings.print_manifest", ignore_result=True)
def print_manifest(*, job_id: int) -> None:
    """Print and sign a manifest that is owed; a second call changes nothing."""
    manifests.print_owed_manifest(job_id=job_id)
