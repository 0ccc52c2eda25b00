"""The worker's side of dossiers and printed ledgers."""

from __future__ import annotations

from celery import shared_task

from lmc_cases.dossiers import services


@shared_task(name="dossiers.render", ignore_result=True)
def render_dossier(*, job_id: int) -> None:
    """Render a dossier that is owed; a second call changes nothing."""
    services.render_owed_dossier(job_id=job_id)


@shared_task(name="dossiers.print_ledger", ignore_result=True)
def print_ledger(*, job_id: int) -> None:
    """Print and sign a ledger that is owed; a second call changes nothing."""
    services.print_owed_ledger(job_id=job_id)
