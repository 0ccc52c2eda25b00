"""Cases, what they say, whom they are shared with, and the read models behind the access rule."""

from lmc_cases.cases.models.case import Case, CaseDetail, CaseOfficer, ReferenceCounter
from lmc_cases.cases.models.content import CaseNote, CaseText, TimelineEntry
from lmc_cases.cases.models.marks import NumberMark
from lmc_cases.cases.models.operation import Operation, OperationMember
from lmc_cases.cases.models.share import CaseShare
from lmc_cases.cases.models.visibility import CaseVisibility, Level, SearchEntry

__all__ = [
    "Case",
    "CaseDetail",
    "CaseNote",
    "CaseOfficer",
    "CaseShare",
    "CaseText",
    "CaseVisibility",
    "Level",
    "NumberMark",
    "Operation",
    "OperationMember",
    "ReferenceCounter",
    "SearchEntry",
    "TimelineEntry",
]
