"""Draw what is owed in the process of the test, also where a worker that another test left running is faster."""

from __future__ import annotations

import time

from lmc_cases.accounts.models import User
from lmc_cases.core.jobs import JobState
from lmc_cases.dossiers.models import Dossier
from lmc_cases.dossiers.services import working
from lmc_cases.jurisdictions.access import acting_as

SECONDS = 60


def draw_owed(officer: User, *dossiers: int) -> None:
    """Return when these dossiers, or all that the officer may see, are waiting and running no more.

    Args:
        dossiers: primary keys; none for all.
    """
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        with acting_as(officer):
            rows = Dossier.objects.filter(job_state__in=(JobState.QUEUED, JobState.RUNNING))
            owed = list((rows.filter(pk__in=dossiers) if dossiers else rows).values_list("pk", flat=True))
        if not owed:
            return
        for pk in owed:
            working.render_owed_dossier(job_id=pk)
        time.sleep(0.05)
    raise AssertionError("a dossier was not made")
