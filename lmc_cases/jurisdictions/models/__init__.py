"""Countries and agencies; the law and the places they have in common."""

from lmc_cases.jurisdictions.models.countries import Agency, Audience, Jurisdiction
from lmc_cases.jurisdictions.models.reference import (
    BorderPoint,
    LegalInstrument,
    Offence,
    RetentionRule,
    Typology,
)

__all__ = [
    "Agency",
    "Audience",
    "BorderPoint",
    "Jurisdiction",
    "LegalInstrument",
    "Offence",
    "RetentionRule",
    "Typology",
]
