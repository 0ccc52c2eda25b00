"""The periodic sealer, and the worker's side of exports."""

from __future__ import annotations

import uuid

from celery import shared_task

from lmc_cases.audit.services import exporting, sealing
from lmc_cases.core.request_id import Origin, work_from


@shared_task(name="audit.seal", ignore_result=True)
def seal() -> int:
    """Seal what was recorded since; nothing if another sealer is at it."""
    with work_from(Origin(request_id=uuid.uuid4().hex, channel="worker")):
        sealed = sealing.seal()
        sealing.warn_when_late()
        return sealed or 0


@shared_task(name="audit.export", ignore_result=True)
def export(*, job_id: int) -> None:
    """Make an export that is owed; a second call changes nothing."""
    with work_from(Origin(request_id=uuid.uuid4().hex, channel="worker")):
        exporting.run_owed_export(job_id=job_id)


@shared_task(name="audit.remove_exports", ignore_result=True)
def remove_exports() -> int:
    """Remove files of exports that were to be fetched long ago; the row and its checksum stay."""
    return exporting.remove_old_files()
