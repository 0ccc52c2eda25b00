"""Countries and agencies; the law and the places they have in common."""

from lmc_cases.jurisdictions.models.countries import Agency, Audience, Clearance, Jurisdiction
from lmc_cases.jurisdictions.models.grounds import CountryFact, RefusalGround
from lmc_cases.jurisdictions.models.reference import (
    AnswerTime,
    BorderPoint,
    ConsentDeadline,
    DeskRule,
    DisclosureRule,
    LegalInstrument,
    Offence,
    RequestElement,
    RetentionRule,
    TimeLimit,
    Typology,
)
from lmc_cases.jurisdictions.models.versions import LawRow

__all__ = [
    "Agency",
    "AnswerTime",
    "Audience",
    "BorderPoint",
    "Clearance",
    "ConsentDeadline",
    "CountryFact",
    "DeskRule",
    "DisclosureRule",
    "Jurisdiction",
    "LawRow",
    "LegalInstrument",
    "Offence",
    "RefusalGround",
    "RequestElement",
    "RetentionRule",
    "TimeLimit",
    "Typology",
]
