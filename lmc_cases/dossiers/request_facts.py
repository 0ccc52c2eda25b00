"""What a printed request, and its annex of evidence, say, as plain frozen values: no model, no query, no label.

As ``dossiers.facts``: the canonical bytes are embedded as ``manifest.json`` and their SHA-256 stands on the first page.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from lmc_cases.dossiers.facts import (
    LATER,
    Article,
    Assurance,
    Canonical,
    Country,
    Exhibit,
    Fact,
    LegalBasis,
    Moment,
    Statement,
    Subject,
    Text,
)


@dataclass(frozen=True)
class Element(Fact):
    """One thing a request must hold, or holds.

    ``state``: HELD, PARTLY, MISSING, or how its paper was given (STATED, ANNEXED, NOT_APPLICABLE); ``asked`` are the
    laws that ask for it, the article only where it was seen.
    """

    element: str
    state: str
    asked: tuple[Article, ...] = ()
    text: Text | None = None


@dataclass(frozen=True)
class NationalsRule(Fact):
    """What a law says of a country's own nationals, in the words of its row."""

    says: str
    law: str
    source: str
    confidence: str


@dataclass(frozen=True)
class RequestFacts(Canonical):
    """Everything one printed request says; the same for both sides and in every language.

    Each empty value is not known, and is printed so. ``sent_at`` is ``None`` for a draft.
    """

    SCHEMA: ClassVar[str] = "lmc-cases/request-facts/1"

    reference: str
    case_reference: str
    version: int
    created_at: Moment
    procedure: str
    requesting_country: Country
    requested_country: Country
    legal_basis: LegalBasis
    statement: Text
    subjects: tuple[Subject, ...]
    requesting_agency: str = ""
    requesting_officer: str = ""
    sent_at: Moment | None = None
    elements: tuple[Element, ...] = ()
    assurances: tuple[Assurance, ...] = ()
    nationals_rules: tuple[NationalsRule, ...] = ()
    handling: tuple[str, ...] = ()
    restrictions: tuple[str, ...] = ()
    is_demo: bool = False
    # What the request undertakes as a whole.
    statements: tuple[Statement, ...] = field(default=(), metadata=LATER)

    @property
    def no_re_extradition(self) -> Statement | None:
        """The undertaking not to surrender the persons to a third country; ``None`` where nobody stated it."""
        return next((each for each in self.statements if each.kind == "RE_EXTRADITION"), None)

    @property
    def purposes(self) -> tuple[str, ...]:
        """PROSECUTION, SENTENCE, both, or none where nobody is asked for by counts."""
        counts = [count for subject in self.subjects for count in subject.counts]
        found = {"SENTENCE" if count.is_sentenced else "PROSECUTION" for count in counts}
        if self.procedure == "SENTENCED":
            found = {"SENTENCE"}
        return tuple(sorted(found))

    @property
    def has_counts(self) -> bool:
        """Whether any person is asked for by counts."""
        return any(subject.counts for subject in self.subjects)

    @property
    def has_belongings(self) -> bool:
        """Whether anything is listed for any person."""
        return any(subject.belongings for subject in self.subjects)


@dataclass(frozen=True)
class AnnexFacts(Canonical):
    """The exhibits disclosed with a request, or one part of many: ``first`` is the number of its first row."""

    SCHEMA: ClassVar[str] = "lmc-cases/evidence-annex/1"

    reference: str
    case_reference: str
    version: int
    created_at: Moment
    requesting_country: Country
    requested_country: Country
    exhibits: tuple[Exhibit, ...]
    requested_agency: str = ""
    first: int = 1
    total: int = 0
    part: int = 1
    parts: int = 1
    handling_code: str = ""
    handling: tuple[str, ...] = ()
    restriction: str = ""
    is_demo: bool = False

    @property
    def last(self) -> int:
        """The number of the last row."""
        return self.first + len(self.exhibits) - 1
