"""The legal basis of a request, and what was decided on it."""

from __future__ import annotations

from dataclasses import dataclass, field

from lmc_cases.dossiers.facts.base import LATER, Country, Fact, Moment, Text


@dataclass(frozen=True)
class Article(Fact):
    """One provision. Its text is printed only if ``is_verified``; otherwise a mark stands in its place."""

    country: Country | None
    law: str
    number: str
    offence: str = ""
    text: str = ""
    language: str = ""
    penalty: str = ""
    is_verified: bool = False
    source: str = ""
    confidence: str = ""


@dataclass(frozen=True)
class LegalBasis(Fact):
    """The instrument relied on. ``is_reviewed`` says whether a lawyer has reviewed the entry."""

    instrument: str
    note: str = ""
    source: str = ""
    confidence: str = ""
    is_reviewed: bool = False
    articles: tuple[Article, ...] = ()
    # The language in which the instrument prevails; "" where nobody has entered it.
    prevailing_language: str = field(default="", metadata=LATER)


@dataclass(frozen=True)
class Decision(Fact):
    """A step of the handover request: ``status`` it reached, by whom and when."""

    status: str
    by: str
    at: Moment
    country: Country | None = None
    note: str = ""


@dataclass(frozen=True)
class CountAnswer(Fact):
    """What one side's officer says of a count (CONFIRMED, DENIED, UNDECIDED), and what the penalties gave then."""

    country: Country
    outcome: str
    verdict: str
    by: str
    at: Moment


@dataclass(frozen=True)
class Count(Fact):
    """One act a person is asked for, with the offences of both sides next to each other.

    ``asking_law`` and ``asked_law`` name the article only where it was seen. ``on`` is a day (ISO 8601) or "",
    ``months_left`` the rest of a sentence, ``limitation_ends_on`` a day or "" with the rule in the officer's words.
    ``decision`` is GRANTED, REFUSED, or "" where none was made.
    """

    number: int
    conduct: Text
    typology: str
    asking_law: str = ""
    asked_law: str = ""
    place: str = ""
    on: str = ""
    is_sentenced: bool = False
    months_left: int | None = None
    answers: tuple[CountAnswer, ...] = ()
    decision: str = ""
    ground: str = ""
    limitation_ends_on: str = field(default="", metadata=LATER)
    limitation_rule: str = field(default="", metadata=LATER)


@dataclass(frozen=True)
class Assurance(Fact):
    """An assurance: by whom, for whom ("" is for all), the day (ISO 8601), the words."""

    country: Country
    given_by: str
    given_on: str
    text: str
    document: str = ""
    person: str = ""


@dataclass(frozen=True)
class Paper(Fact):
    """What was given for one element of the request: STATED, ANNEXED or NOT_APPLICABLE."""

    element: str
    given: str
    text: Text
