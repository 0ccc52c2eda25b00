"""The parts of a dossier in their order, the same in every language, and which checks stand in which."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lmc_cases.dossiers.facts import PersonCheck, Safeguard, Statement, Subject
from lmc_cases.handovers.checks import Kind


@dataclass(frozen=True)
class Part:
    """One part: its number, the id of its heading, its title."""

    number: int
    anchor: str
    title: Promise


def _numbered(*parts: tuple[str, Promise]) -> tuple[Part, ...]:
    return tuple(Part(number, anchor, title) for number, (anchor, title) in enumerate(parts, 1))


PARTS = _numbered(
    ("cover", _("Cover")),
    ("identity", _("Identity sheets")),
    ("law", _("Legal basis and decision")),
    ("statement", _("Statement of facts")),
    ("status", _("Status of the persons")),
    ("screening", _("Trafficking screening")),
    ("rights", _("Rights and protection")),
    ("hands", _("Custody record of the persons")),
    ("evidence", _("Evidence list")),
    ("property", _("Property and money")),
    ("protocol", _("Handover protocol")),
    ("disclosure", _("Disclosure note and annexes")),
)
# Of the request itself, each drawn by a template of its name.
REQUEST_PARTS = _numbered(
    ("authority", _("Requesting authority")),
    ("basis", _("Legal basis and purpose")),
    ("identity", _("Identity sheets")),
    ("statement", _("Statement of facts")),
    ("law", _("Text of the law and limitation")),
    ("counts", _("Dual criminality")),
    ("papers", _("Warrant, judgment and evidence")),
    ("undertakings", _("Undertakings and assurances")),
    ("bars", _("Nationality, other proceedings and other requests")),
    ("property", _("Property and money")),
    ("language", _("Language, translation and certification")),
    ("completeness", _("What is asked for and what is there")),
)
_BY_ANCHOR = {part.anchor: part for part in PARTS}

CHECK_PARTS: dict[str, frozenset[str]] = {
    "identity": frozenset({Kind.IDENTITY}),
    "status": frozenset({Kind.AGE, Kind.MINOR_CARE, Kind.HEALTH}),
    "screening": frozenset({Kind.SCREENING, Kind.SECOND_SCREENING}),
}

# Rows printed of every person of whom no side recorded a check; one without an answer prints "Not known".
SAFEGUARDS = {
    "status": {
        "MINOR": _("Minor (under 18)"),
        "AGE_VERIFICATION": _("Age verification"),
        "HEALTH": _("Medical condition"),
        "FIT_TO_TRAVEL": _("Fit to travel"),
    },
    "screening": {
        "TRAFFICKING_SCREENING": _("Trafficking screening"),
        "INTERPRETER": _("Interpreter"),
    },
    "rights": {
        "RIGHTS_NOTICE": _("Notice of rights in own language"),
        "LAWYER": _("Lawyer"),
        "CONSULAR_NOTIFICATION": _("Consular notification"),
        "NON_REFOULEMENT": _("Non-refoulement"),
        "DEATH_PENALTY_ASSURANCE": _("Death penalty assurance"),
    },
}

# What is stated of each person, by the part of the request in which it is printed.
STATEMENT_PARTS = {
    "identity": ("OCCUPATION", "APPEARANCE", "ADDRESSES", "PROBABLE_LOCATION"),
    "bars": ("PENDING_PROCEEDINGS", "EARLIER_JUDGMENTS", "ASYLUM_CLAIM", "AMNESTY"),
}


def part_of(anchor: str) -> Part:
    """Return a part by the id of its heading."""
    return _BY_ANCHOR[anchor]


def checks_of(subject: Subject, part: str) -> list[PersonCheck]:
    """Return the checks of a person that stand in a part; what no other part names stands under "rights"."""
    if part in CHECK_PARTS:
        return [check for check in subject.checks if check.kind in CHECK_PARTS[part]]
    elsewhere = frozenset().union(*CHECK_PARTS.values())
    return [check for check in subject.checks if check.kind not in elsewhere]


def statements_of(subject: Subject, part: str) -> list[tuple[str, Statement | None]]:
    """Return the rows of a part for what is stated of a person; one that nobody stated prints "Not known"."""
    stated = {each.kind: each for each in subject.statements}
    return [(kind, stated.get(kind)) for kind in STATEMENT_PARTS[part]]


def safeguards_of(subject: Subject, part: str) -> list[tuple[str, Safeguard | None]]:
    """Return the rows of a part for a person of whom no check is recorded; unknown codes come last, under "rights"."""
    if subject.checks:
        return []
    given = {answer.code: answer for answer in subject.safeguards}
    rows = [(str(label), given.get(code)) for code, label in SAFEGUARDS[part].items()]
    if part == "rights":
        known = {code for codes in SAFEGUARDS.values() for code in codes}
        rows += [(code, answer) for code, answer in given.items() if code not in known]
    return rows
