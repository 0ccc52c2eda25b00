"""Periodic upkeep of accounts; nothing that is safe rests on it."""

from __future__ import annotations

from celery import shared_task

from lmc_cases.accounts.services import postings, sessions


@shared_task(name="accounts.tell_of_postings", ignore_result=True)
def tell_of_postings() -> int:
    """Tell officers and administrators of postings that end, and forget sessions of long ago."""
    sessions.forget_old()
    return postings.tell_of_postings()
