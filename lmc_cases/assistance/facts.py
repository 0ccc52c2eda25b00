"""What a printed request for assistance says, as plain frozen values: no model, no query, no label.

As ``dossiers.facts``: the canonical bytes are embedded as ``manifest.json`` and their SHA-256 stands on the first page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lmc_cases.dossiers.facts import Canonical, Country, Fact, LegalBasis, Moment, Text


@dataclass(frozen=True)
class AssistanceAnswer(Fact):
    """What the requested country answered; ``outcome``: EXECUTED, PARTLY or REFUSED."""

    outcome: str
    at: Moment
    by: str
    text: Text | None = None


@dataclass(frozen=True)
class AssistanceFacts(Canonical):
    """Everything one printed request says; the same for both sides and in every language.

    Each empty value is not known, and is printed so. ``kinds``: of ``models.Assistance``; ``wanted_by``: ISO 8601.
    """

    SCHEMA: ClassVar[str] = "lmc-cases/assistance-facts/1"

    reference: str
    case_reference: str
    version: int
    created_at: Moment
    requesting_country: Country
    requested_country: Country
    requesting_agency: str
    sent_at: Moment
    sent_by: str
    subject: Text
    kinds: tuple[str, ...]
    sought: Text
    legal_basis: LegalBasis
    nature: Text | None = None
    facts: Text | None = None
    purpose: Text | None = None
    link: Text | None = None
    persons: Text | None = None
    procedure: Text | None = None
    attendance: Text | None = None
    wanted_by: str = ""
    wanted_why: Text | None = None
    confidentiality: Text | None = None
    undertakings: Text | None = None
    dual_criminality: Text | None = None
    answer: AssistanceAnswer | None = None
    handling: tuple[str, ...] = ()
    restriction: str = ""
    is_demo: bool = False
