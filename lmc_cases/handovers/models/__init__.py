"""Models of handovers: requests, the people of each, what was checked, and the notes of one side."""

from lmc_cases.handovers.models.clocks import ClockWarning
from lmc_cases.handovers.models.notes import HandoverNote
from lmc_cases.handovers.models.people import (
    CheckException,
    HandoverSubject,
    PersonCheck,
    PersonCheckGrounds,
)
from lmc_cases.handovers.models.requests import HandoverRequest, HandoverVisibility, Status

__all__ = [
    "CheckException",
    "ClockWarning",
    "HandoverNote",
    "HandoverRequest",
    "HandoverSubject",
    "HandoverVisibility",
    "PersonCheck",
    "PersonCheckGrounds",
    "Status",
]
