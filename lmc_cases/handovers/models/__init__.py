"""Models of handovers: requests, their people, counts, papers, checks, custody, property, notes and messages."""

from lmc_cases.handovers.models.calendars import CalendarAddress
from lmc_cases.handovers.models.clocks import ClockExtension, ClockWarning
from lmc_cases.handovers.models.competing import CompetingDecision, CompetingLink, Likeness
from lmc_cases.handovers.models.counts import Count, CountAssessment, CountDecision
from lmc_cases.handovers.models.custody import PersonHand
from lmc_cases.handovers.models.following import (
    Allocation,
    Assurance,
    Duty,
    DutyReminder,
    DutyReport,
)
from lmc_cases.handovers.models.grounds import GroundMark
from lmc_cases.handovers.models.notes import HandoverNote
from lmc_cases.handovers.models.papers import RequestPaper
from lmc_cases.handovers.models.people import (
    CheckException,
    HandoverSubject,
    PersonCheck,
    PersonCheckGrounds,
)
from lmc_cases.handovers.models.property import PropertyItem
from lmc_cases.handovers.models.requests import HandoverRequest, HandoverVisibility, Status
from lmc_cases.handovers.models.statements import RequestStatement
from lmc_cases.handovers.models.thread import (
    HandoverMessage,
    MessageMention,
    MessageReading,
    QuestionReminder,
)

__all__ = [
    "Allocation",
    "Assurance",
    "CalendarAddress",
    "CheckException",
    "ClockExtension",
    "ClockWarning",
    "CompetingDecision",
    "CompetingLink",
    "Count",
    "CountAssessment",
    "CountDecision",
    "Duty",
    "DutyReminder",
    "DutyReport",
    "GroundMark",
    "HandoverMessage",
    "HandoverNote",
    "HandoverRequest",
    "HandoverSubject",
    "HandoverVisibility",
    "Likeness",
    "MessageMention",
    "MessageReading",
    "PersonCheck",
    "PersonCheckGrounds",
    "PersonHand",
    "PropertyItem",
    "QuestionReminder",
    "RequestPaper",
    "RequestStatement",
    "Status",
]
