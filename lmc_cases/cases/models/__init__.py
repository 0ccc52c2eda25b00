"""Cases, what they say, whom they are shared with, and the read models behind the access rule."""

from lmc_cases.cases.models.case import Case, CaseDetail, CaseOfficer, ReferenceCounter
from lmc_cases.cases.models.consent import ConsentRequest
from lmc_cases.cases.models.content import CaseNote, CaseText, TimelineEntry, is_stale
from lmc_cases.cases.models.disclosure import Disclosure
from lmc_cases.cases.models.emergency import EmergencyAccess
from lmc_cases.cases.models.facets import AudienceSet, FacetCount, FacetDelta
from lmc_cases.cases.models.follow_up import ShareFollowUp
from lmc_cases.cases.models.handling import (
    CaseItem,
    Graded,
    Handled,
    InformationGrade,
    SourceGrade,
    StatementKind,
)
from lmc_cases.cases.models.marks import NumberMark
from lmc_cases.cases.models.operation import Operation, OperationMember
from lmc_cases.cases.models.reading_reason import ReadingReason
from lmc_cases.cases.models.share import CaseShare, CaseShareItem
from lmc_cases.cases.models.share_response import ShareResponse
from lmc_cases.cases.models.translating import MachineDraft, TranslationRequest
from lmc_cases.cases.models.visibility import (
    CaseVisibility,
    ContributedItem,
    ItemVisibility,
    Level,
    SearchEntry,
    item_is_visible_to,
)

__all__ = [
    "AudienceSet",
    "Case",
    "CaseDetail",
    "CaseItem",
    "CaseNote",
    "CaseOfficer",
    "CaseShare",
    "CaseShareItem",
    "CaseText",
    "CaseVisibility",
    "ConsentRequest",
    "ContributedItem",
    "Disclosure",
    "EmergencyAccess",
    "FacetCount",
    "FacetDelta",
    "Graded",
    "Handled",
    "InformationGrade",
    "ItemVisibility",
    "Level",
    "MachineDraft",
    "NumberMark",
    "Operation",
    "OperationMember",
    "ReadingReason",
    "ReferenceCounter",
    "SearchEntry",
    "ShareFollowUp",
    "ShareResponse",
    "SourceGrade",
    "StatementKind",
    "TimelineEntry",
    "TranslationRequest",
    "is_stale",
    "item_is_visible_to",
]
