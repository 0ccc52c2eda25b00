"""Carry an owed import out."""

from __future__ import annotations


def run_owed_import(*, job_id: int) -> None:
    """Written in the next step."""
    raise NotImplementedError
