"""What a dossier says, as plain frozen values: no model, no query, no label.

A dossier is rendered from a `DossierFacts` and from nothing else. `DossierFacts.canonical_bytes` is the machine
copy embedded as ``manifest.json``; its SHA-256 stands on the cover. The same facts serve every language, so the
Chinese and the Thai dossier of one version print the same hash.

Codes (kinds, statuses, roles) are the stored upper-case values; `wording` turns them into words. Every string is
cleaned on the way in (`clean_text`), so what is hashed, embedded and printed is the same text.
"""

from lmc_cases.dossiers.facts.base import (
    LATER,
    Canonical,
    Country,
    Fact,
    Moment,
    Name,
    Text,
    clean_text,
    substance,
)
from lmc_cases.dossiers.facts.dossier import SCHEMA, Disclosure, DossierFacts, Loss, Plan
from lmc_cases.dossiers.facts.evidence import CustodyEvent, Exhibit
from lmc_cases.dossiers.facts.law import Article, Assurance, Count, CountAnswer, Decision, LegalBasis, Paper
from lmc_cases.dossiers.facts.persons import (
    BirthDate,
    CheckAnswer,
    CheckException,
    Hand,
    IdentityDocument,
    Marks,
    PersonCheck,
    Photo,
    Property,
    Safeguard,
    Statement,
    Subject,
)

__all__ = [
    "LATER",
    "SCHEMA",
    "Article",
    "Assurance",
    "BirthDate",
    "Canonical",
    "CheckAnswer",
    "CheckException",
    "Count",
    "CountAnswer",
    "Country",
    "CustodyEvent",
    "Decision",
    "Disclosure",
    "DossierFacts",
    "Exhibit",
    "Fact",
    "Hand",
    "IdentityDocument",
    "LegalBasis",
    "Loss",
    "Marks",
    "Moment",
    "Name",
    "Paper",
    "PersonCheck",
    "Photo",
    "Plan",
    "Property",
    "Safeguard",
    "Statement",
    "Subject",
    "Text",
    "clean_text",
    "substance",
]
