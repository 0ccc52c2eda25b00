"""What a printed disclosure ledger says, as plain frozen values: no model, no query, no label.

As ``dossiers.facts``: the canonical bytes are embedded as ``manifest.json`` and their SHA-256 stands on the first page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from lmc_cases.cases.models.disclosure import shown_versions
from lmc_cases.dossiers.facts import Canonical, Country, Fact, Moment


@dataclass(frozen=True)
class LedgerEntry(Fact):
    """One entry. Codes are the stored values; ``officer`` is "" where the whole country or agency received."""

    uuid: str
    at: Moment
    kind: str
    reference: str
    level: str
    path: str
    rule: str
    owner: Country
    recipient: Country
    agency: str = ""
    officer: str = ""
    versions: Mapping[str, Any] = field(default_factory=dict)
    sha256: str = ""
    purpose: str = ""
    reason_code: str = ""
    handling: str = ""
    legal_basis: str = ""
    approval_number: str = ""

    @property
    def shown_versions(self) -> list[tuple[str, str]]:
        """Each part with its version in words of the active language."""
        return shown_versions(self.versions)


@dataclass(frozen=True)
class LedgerFacts(Canonical):
    """Everything one printed ledger says; entries the oldest first."""

    SCHEMA: ClassVar[str] = "lmc-cases/disclosure-ledger/1"

    case_reference: str
    owner: Country
    agency: str
    created_at: Moment
    created_by: str
    entries: tuple[LedgerEntry, ...]
    since: Moment | None = None
    until: Moment | None = None
    is_demo: bool = False

    @property
    def subjects(self) -> tuple[Any, ...]:
        """No photographs: the engine asks."""
        return ()
