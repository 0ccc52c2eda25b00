"""Everything that one dossier says."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from lmc_cases.dossiers.facts.base import LATER, Country, Fact, Moment, Text
from lmc_cases.dossiers.facts.evidence import Exhibit
from lmc_cases.dossiers.facts.law import Assurance, Decision, LegalBasis, Paper
from lmc_cases.dossiers.facts.persons import Subject

SCHEMA = "lmc-cases/dossier-facts/1"


@dataclass(frozen=True)
class Disclosure(Fact):
    """What was disclosed to whom, why and until when; ``withheld`` lists what was left out and the reason."""

    recipient: Country
    recipient_agency: str = ""
    level: str = ""
    purpose: str = ""
    reason: str = ""
    until: Moment | None = None
    withheld: tuple[str, ...] = ()


@dataclass(frozen=True)
class Loss(Fact):
    """What the fraud cost: a sum as decimal digits, and its ISO 4217 code."""

    amount: str
    currency: str


@dataclass(frozen=True)
class Plan(Fact):
    """Where and when the surrender is planned; after it ``handed_over_at`` and the place where it was done."""

    planned_at: Moment | None = None
    planned_place: str = ""
    note: str = ""
    handed_over_at: Moment | None = None
    handed_over_place: str = ""
    handed_over_note: str = ""


@dataclass(frozen=True)
class DossierFacts(Fact):
    """Everything one dossier says.

    ``supersedes`` is the version it replaces, ``languages`` the languages this version is issued in. Each tuple of
    `Text` holds the original and its translations.
    """

    reference: str
    case_reference: str
    version: int
    created_at: Moment
    requesting_country: Country
    requested_country: Country
    case_title: tuple[Text, ...]
    statement_of_facts: tuple[Text, ...]
    legal_basis: LegalBasis
    subjects: tuple[Subject, ...]
    case_summary: tuple[Text, ...] = ()
    languages: tuple[str, ...] = ()
    supersedes: int | None = None
    supersedes_reason: str = ""
    requesting_agency: str = ""
    requested_agency: str = ""
    operation: str = ""
    purpose: str = ""
    handling_code: str = ""
    decisions: tuple[Decision, ...] = ()
    exhibits: tuple[Exhibit, ...] = ()
    disclosure: Disclosure | None = None
    is_demo: bool = False
    # Of the whole case; ``handling_code`` is its classification.
    handling: tuple[str, ...] = field(default=(), metadata=LATER)
    restriction: str = field(default="", metadata=LATER)
    assessment: tuple[Text, ...] = field(default=(), metadata=LATER)
    procedure: str = field(default="", metadata=LATER)
    papers: tuple[Paper, ...] = field(default=(), metadata=LATER)
    assurances: tuple[Assurance, ...] = field(default=(), metadata=LATER)
    losses: tuple[Loss, ...] = field(default=(), metadata=LATER)
    # A number in digits; "" where it is not known, "0" where there is none.
    fraud_victims: str = field(default="", metadata=LATER)
    plan: Plan | None = field(default=None, metadata=LATER)
    # References of the crossings that carry persons of it, where both sides see them.
    crossings: tuple[str, ...] = field(default=(), metadata=LATER)

    @property
    def has_counts(self) -> bool:
        """Whether any person is asked for by counts."""
        return any(subject.counts for subject in self.subjects)

    @property
    def has_belongings(self) -> bool:
        """Whether anything is listed for any person."""
        return any(subject.belongings for subject in self.subjects)

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any], *, photos: Mapping[str, bytes] | None = None) -> Self:
        """Rebuild the facts from the object that `canonical_bytes` encodes; see `Fact.from_plain`.

        Raises:
            ValueError: the facts were written in another form than this code reads.
        """
        if plain.get("schema", SCHEMA) != SCHEMA:
            raise ValueError(f"Facts of an unknown form: {plain['schema']}")
        return super().from_plain(plain, photos=photos)

    def canonical_bytes(self) -> bytes:
        """Return the one byte string of these facts: UTF-8 JSON, keys sorted, no spaces."""
        plain = {"schema": SCHEMA, **self.to_plain()}
        return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    @property
    def sha256(self) -> str:
        """Lower-case hex SHA-256 of `canonical_bytes`: the hash on the cover."""
        return hashlib.sha256(self.canonical_bytes()).hexdigest()
