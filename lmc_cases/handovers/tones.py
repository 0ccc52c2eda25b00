"""How a status looks: whose turn it is, good, stopped, over."""

from __future__ import annotations

from lmc_cases.handovers.models import Status
from lmc_cases.handovers.states import DISCLOSED


def tone_of(status: str) -> str:
    """Return the tone of a badge; see ``components/badge.html``."""
    if status in {Status.REFUSED, Status.NOT_ACCEPTED}:
        return "danger"
    if status in {
        Status.WITHDRAWN,
        Status.RELEASED,
        Status.POSTPONED,
        Status.NOT_COLLECTED,
        Status.INFO_ASKED,
    }:
        return "warning"
    if status in DISCLOSED and status != Status.CLOSED:
        return "success"
    return "neutral" if status in {Status.DRAFT, Status.INTERNAL, Status.CLOSED} else "info"
