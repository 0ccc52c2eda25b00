"""What a receipt says, as plain frozen values; its checksum is what both officers sign.

The forms of the dossier are used again: strings are cleaned on the way in, the canonical bytes are one string.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from lmc_cases.dossiers import facts
from lmc_cases.dossiers.facts import Country, Fact, Moment, Property

SCHEMA = "lmc-cases/receipt-facts/1"
# What may differ between two versions that say the same.
OF_THE_VERSION = frozenset({"schema", "number", "version", "drawn_at", "drawn_by"})


@dataclass(frozen=True)
class ReceiptMark(Fact):
    """What one side found of a person; ``outcome``: PRESENT, ABSENT, NOT_ACCEPTED or UNFIT."""

    country: Country
    outcome: str
    by: str
    at: Moment
    reason: str = ""


@dataclass(frozen=True)
class ReceiptPerson(Fact):
    """One person of the manifest. ``belongings`` are listed where both sides found the person present."""

    request: str
    number: int
    name: str
    romanised_name: str
    language: str
    birth_year: int | None
    nationality: Country | None
    marks: tuple[ReceiptMark, ...]
    belongings: tuple[Property, ...] = ()


@dataclass(frozen=True)
class ReceiptCount(Fact):
    """How many persons one side counted."""

    country: Country
    persons: int
    by: str
    at: Moment


@dataclass(frozen=True)
class ReceiptExhibit(Fact):
    """An exhibit that travels; ``sha256`` of its file as disclosed ("" where it has none)."""

    request: str
    number: str
    sha256: str = ""


@dataclass(frozen=True)
class ReceiptDossier(Fact):
    """The dossier a request was handed over with: version, language, checksum of the facts and of the printed file."""

    request: str
    version: int
    language: str
    facts_sha256: str
    file_sha256: str


@dataclass(frozen=True)
class ReceiptFacts(Fact):
    """Everything one version of a receipt says."""

    number: str
    version: int
    crossing: str
    sending: Country
    receiving: Country
    place: str
    border_point: str
    carrier: str
    planned_at: Moment
    escorts: str
    interpreters: str
    drawn_at: Moment
    drawn_by: str
    persons: tuple[ReceiptPerson, ...]
    counts: tuple[ReceiptCount, ...]
    exhibits: tuple[ReceiptExhibit, ...]
    dossiers: tuple[ReceiptDossier, ...]
    handling: tuple[str, ...] = ()
    restrictions: tuple[str, ...] = ()
    is_demo: bool = False

    @property
    def created_at(self) -> Moment:
        """When it was drawn up: the engine asks."""
        return self.drawn_at

    @property
    def handed_over(self) -> int:
        """How many persons both sides found present."""
        return sum(all(mark.outcome == "PRESENT" for mark in person.marks) for person in self.persons)

    def canonical_bytes(self) -> bytes:
        """Return the one byte string of these facts: UTF-8 JSON, keys sorted, no spaces."""
        plain = {"schema": SCHEMA, **self.to_plain()}
        return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    @property
    def sha256(self) -> str:
        """Lower-case hex SHA-256 of `canonical_bytes`: what is signed and printed."""
        return hashlib.sha256(self.canonical_bytes()).hexdigest()


def substance(plain: dict[str, Any]) -> dict[str, Any]:
    """Return plain facts without what only names the version."""
    return facts.substance(plain, OF_THE_VERSION)
