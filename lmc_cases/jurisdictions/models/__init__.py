"""Countries and agencies; the law and the places they have in common."""

from lmc_cases.jurisdictions.models.countries import Agency, Audience, Clearance, Jurisdiction
from lmc_cases.jurisdictions.models.reference import (
    AnswerTime,
    BorderPoint,
    DisclosureRule,
    LegalInstrument,
    Offence,
    RetentionRule,
    Typology,
)

__all__ = [
    "Agency",
    "AnswerTime",
    "Audience",
    "BorderPoint",
    "Clearance",
    "DisclosureRule",
    "Jurisdiction",
    "LegalInstrument",
    "Offence",
    "RetentionRule",
    "Typology",
]
