"""Countries and agencies; the law and the places they have in common."""

from lmc_cases.jurisdictions.models.countries import Agency, Audience, Clearance, Jurisdiction
from lmc_cases.jurisdictions.models.reference import (
    BorderPoint,
    ConsentDeadline,
    LegalInstrument,
    Offence,
    Typology,
)

__all__ = [
    "Agency",
    "Audience",
    "BorderPoint",
    "Clearance",
    "ConsentDeadline",
    "Jurisdiction",
    "LegalInstrument",
    "Offence",
    "Typology",
]
