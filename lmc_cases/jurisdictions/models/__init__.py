"""Countries and agencies; the law and the places they have in common."""

from lmc_cases.jurisdictions.models.countries import Agency, Audience, Clearance, Jurisdiction
from lmc_cases.jurisdictions.models.reference import (
    AnswerTime,
    BorderPoint,
    ConsentDeadline,
    DisclosureRule,
    LegalInstrument,
    Offence,
    RetentionRule,
    TimeLimit,
    Typology,
)

__all__ = [
    "Agency",
    "AnswerTime",
    "Audience",
    "BorderPoint",
    "Clearance",
    "ConsentDeadline",
    "DisclosureRule",
    "Jurisdiction",
    "LegalInstrument",
    "Offence",
    "RetentionRule",
    "TimeLimit",
    "Typology",
]
