"""Periodic looks at requests; nothing that is safe rests on them."""

from __future__ import annotations

from celery import shared_task

from lmc_cases.handovers.services.watching import watch_clocks


@shared_task(name="handovers.watch_clocks", ignore_result=True)
def watch() -> int:
    """Warn both sides of time limits that have run for half, for four fifths, or to their end."""
    return watch_clocks()
