"""Dossier services."""

from __future__ import annotations


def render_owed_dossier(*, job_id: int) -> None:
    """Written in the next step."""
    raise NotImplementedError
