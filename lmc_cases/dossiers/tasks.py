"""The worker's side of dossiers, runs of dossiers and printed documents."""

from __future__ import annotations

from celery import shared_task

from lmc_cases.dossiers import services
from lmc_cases.dossiers.services.drawing import BULK_QUEUE, draw_next, keep_drawing


@shared_task(name="dossiers.render", ignore_result=True)
def render_dossier(*, job_id: int) -> None:
    """Render a dossier that is owed; a second call changes nothing."""
    services.render_owed_dossier(job_id=job_id)


@shared_task(name="dossiers.print_ledger", ignore_result=True)
def print_ledger(*, job_id: int) -> None:
    """Print and sign a ledger that is owed; a second call changes nothing."""
    services.print_owed_ledger(job_id=job_id)


@shared_task(name="dossiers.print_request_document", ignore_result=True)
def print_request_document(*, job_id: int) -> None:
    """Print and sign a document of a request that is owed; a second call changes nothing."""
    services.print_owed_document(job_id=job_id)


@shared_task(name="dossiers.draw", queue=BULK_QUEUE, ignore_result=True)
def draw() -> None:
    """Draw one piece of the work that waits in runs; as long as there was some, the message goes round."""
    if draw_next():
        draw.apply_async(retry=False)


@shared_task(name="dossiers.sweep_runs", ignore_result=True)
def sweep_runs() -> int:
    """Send for workers where runs wait and the messages were lost."""
    return keep_drawing()
