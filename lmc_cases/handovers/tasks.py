"""Periodic looks at requests; nothing that is safe rests on them."""

from __future__ import annotations

from celery import shared_task

from lmc_cases.handovers.services.watching import watch_clocks, watch_duties, watch_questions


@shared_task(name="handovers.watch_clocks", ignore_result=True)
def watch() -> int:
    """Warn both sides of time limits that have run on, and tell them of questions whose day has come."""
    return watch_clocks() + watch_questions() + watch_duties()
