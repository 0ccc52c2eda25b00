"""Drafts that a machine writes, upkeep of the visibility read model, and the look at what nobody answered."""

from __future__ import annotations

from celery import shared_task

from lmc_cases.cases.services import facets, visibility
from lmc_cases.cases.services.casework import write_owed_draft
from lmc_cases.cases.services.sharing.escalating import escalate_unanswered


@shared_task(name="cases.machine_draft", ignore_result=True)
def machine_draft(*, job_id: int) -> None:
    """Have a translation that is owed drafted by the machine; a second call changes nothing."""
    write_owed_draft(job_id=job_id)


@shared_task(name="cases.sweep_visibility", ignore_result=True)
def sweep_visibility() -> int:
    """Remove rows of shares that ended; the rule itself goes by the clock and needs no sweep."""
    return visibility.remove_ended()


@shared_task(name="cases.measure_drift", ignore_result=True)
def measure_drift() -> int:
    """Compare the read model with its sources and keep the difference for the monitoring."""
    return visibility.measure_drift()


@shared_task(name="cases.escalate_unanswered", ignore_result=True)
def escalate() -> int:
    """Tell duty desks of shares, questions, second officers and acknowledgements that wait for too long."""
    return escalate_unanswered()


@shared_task(name="cases.fold_facets", ignore_result=True)
def fold_facets() -> int:
    """Fold the counters of cases: reading stays cheap. They are right without it."""
    return facets.fold()
