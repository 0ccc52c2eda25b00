"""The worker's side of long lists."""

from __future__ import annotations

import uuid

from celery import shared_task

from lmc_cases.core.request_id import Origin, work_from
from lmc_cases.exports.services import making


@shared_task(name="exports.make_list", queue="bulk", ignore_result=True)
def make_list(*, job_id: int) -> None:
    """Make a list that is owed; a second call changes nothing."""
    with work_from(Origin(request_id=uuid.uuid4().hex, channel="worker")):
        making.make_owed_list(job_id=job_id)


@shared_task(name="exports.remove_lists", ignore_result=True)
def remove_lists() -> int:
    """Remove files of lists that were to be fetched long ago; the row and its checksum stay."""
    return making.remove_old_files()
