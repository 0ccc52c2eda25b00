"""How a status, and what was marked, looks."""

from __future__ import annotations

TONES = {
    "PLANNED": "info",
    "OPEN": "warning",
    "COUNTED": "success",
    "DONE": "success",
    "CANCELLED": "neutral",
    "PRESENT": "success",
    "ABSENT": "warning",
    "NOT_ACCEPTED": "danger",
    "UNFIT": "warning",
}


def tone_of(code: str) -> str:
    """Return the tone of a badge; see ``components/badge.html``."""
    return TONES.get(code, "neutral")
