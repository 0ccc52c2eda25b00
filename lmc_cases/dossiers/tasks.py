"""The worker's side of dossiers."""

from __future__ import annotations

from celery import shared_task

from lmc_cases.dossiers import services


@shared_task(name="dossiers.render", ignore_result=True)
def render_dossier(*, job_id: int) -> None:
    """Render a dossier that is owed; a second call changes nothing."""
    services.render_owed_dossier(job_id=job_id)
