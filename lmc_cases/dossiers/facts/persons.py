"""The identity sheet of one person: papers, checks, belongings."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from lmc_cases.dossiers.facts.base import LATER, Country, Fact, Moment, Name, Text
from lmc_cases.dossiers.facts.law import Count


@dataclass(frozen=True)
class Photo(Fact):
    """A JPEG that was re-encoded at upload; the plain form carries its hash, not its bytes."""

    jpeg: bytes = field(repr=False)

    @property
    def sha256(self) -> str:
        """Lower-case hex SHA-256 of the JPEG bytes."""
        return hashlib.sha256(self.jpeg).hexdigest()

    def to_plain(self) -> dict[str, Any]:
        """Return the hash and the size in bytes."""
        return {"sha256": self.sha256, "size_bytes": len(self.jpeg)}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any], *, photos: Mapping[str, bytes] | None = None) -> Self:
        """Take the bytes of the named photograph.

        Raises:
            KeyError: they are not in ``photos``.
        """
        return cls((photos or {})[plain["sha256"]])


@dataclass(frozen=True)
class IdentityDocument(Fact):
    """A paper seen. ``kind``: PASSPORT, NATIONAL_ID, ...; ``status``: REAL, FORGED or NOT_CHECKED."""

    kind: str
    number: str
    issuing_country: Country | None = None
    status: str = "NOT_CHECKED"


@dataclass(frozen=True)
class BirthDate(Fact):
    """A date of birth as written, and as parsed: Gregorian, partial where the month or day is unknown.

    ``calendar`` is the calendar of ``as_written``: GREGORIAN, BUDDHIST (any case) or "" (not known).
    """

    as_written: str
    year: int | None = None
    month: int | None = None
    day: int | None = None
    calendar: str = ""
    is_approximate: bool = False


@dataclass(frozen=True)
class Safeguard(Fact):
    """One answer on status, screening or rights; ``code`` is one of `parts.SAFEGUARDS`.

    The sheet prints every known code; those without an answer print "Not known".
    """

    code: str
    answer: str
    by: str = ""
    at: Moment | None = None


@dataclass(frozen=True)
class CheckAnswer(Fact):
    """What one side found; ``outcome`` is one of ``handovers.checks``.

    The grounds of a confidential check stay with the country that recorded it and are no fact here. ``language`` is
    the one spoken with the person, ``document`` the paper that was named.
    """

    country: Country
    outcome: str
    by: str
    at: Moment
    language: str = field(default="", metadata=LATER)
    interpreter: str = field(default="", metadata=LATER)
    decision_maker: str = field(default="", metadata=LATER)
    follow_up: str = field(default="", metadata=LATER)
    guardian: str = field(default="", metadata=LATER)
    escort: str = field(default="", metadata=LATER)
    best_interest: str = field(default="", metadata=LATER)
    document: str = field(default="", metadata=LATER)


@dataclass(frozen=True)
class CheckException(Fact):
    """Why the person may pass without a check, and the two officers who answer for it."""

    reason: str
    proposed_by: str
    confirmed_by: str
    at: Moment


@dataclass(frozen=True)
class PersonCheck(Fact):
    """One check before the surrender; ``kind`` is one of ``handovers.checks``. Without an answer it is "Not known"."""

    kind: str
    answers: tuple[CheckAnswer, ...] = ()
    exception: CheckException | None = None


@dataclass(frozen=True)
class Property(Fact):
    """One thing or sum of a person's list. ``disposition``: RETURNED, EVIDENCE, TRAVELS or HELD.

    ``money`` is the ISO code and the sum ("THB 1,200.00"), ``return_by`` a day (ISO 8601); "" where there is none.
    """

    description: str
    quantity: int
    disposition: str
    money: str = ""
    exhibit: str = ""
    reason: str = ""
    return_what: str = ""
    return_to: str = ""
    return_by: str = ""
    return_source: str = ""
    third_party: str = ""


@dataclass(frozen=True)
class Hand(Fact):
    """One hand-to-hand step of a person, or one look: by which country and officer it was recorded.

    ``seen`` is NONE_SEEN, SEEN or NOT_LOOKED, of injuries.
    """

    at: Moment
    country: Country
    by: str
    place: str = ""
    from_holder: str = ""
    to_holder: str = ""
    seen: str = ""
    injuries: str = ""
    medication: str = ""
    note: str = ""


@dataclass(frozen=True)
class Statement(Fact):
    """What the asking side stated last of one thing: ``kind`` is one of ``handovers.RequestStatement.Kind``.

    ``given`` is STATED, NONE_KNOWN or NOT_APPLICABLE, ``text`` the words or the reason; of an undertaking ``given_by``
    is who answers for it, ``given_on`` its day (ISO 8601).
    """

    kind: str
    given: str
    text: Text
    given_by: str = ""
    given_on: str = ""


@dataclass(frozen=True)
class Marks(Fact):
    """What the originator says of an object: handling codes, the H3 text, grading (``X4``), FACT or ASSESSMENT.

    ``origin`` is the country that contributed it; ``None`` for the requested country's own.
    """

    handling: tuple[str, ...] = ("H0",)
    restriction: str = ""
    grading: str = ""
    statement: str = ""
    origin: Country | None = None


@dataclass(frozen=True)
class Subject(Fact):
    """The identity sheet of one person."""

    name: Name
    romanised_name: str = ""
    aliases: tuple[Name, ...] = ()
    documents: tuple[IdentityDocument, ...] = ()
    birth_date: BirthDate | None = None
    sex: str = ""
    nationality: Country | None = None
    role: str = ""
    category: str = ""
    photo: Photo | None = None
    photo_note: str = ""
    safeguards: tuple[Safeguard, ...] = ()
    is_contested: bool = False
    marks: Marks | None = field(default=None, metadata=LATER)
    # Empty until a side has recorded one; then they stand in the place of ``safeguards``.
    checks: tuple[PersonCheck, ...] = field(default=(), metadata=LATER)
    belongings: tuple[Property, ...] = field(default=(), metadata=LATER)
    counts: tuple[Count, ...] = field(default=(), metadata=LATER)
    hands: tuple[Hand, ...] = field(default=(), metadata=LATER)
    # Of a request, not of a dossier.
    statements: tuple[Statement, ...] = field(default=(), metadata=LATER)
    # Public id of the person within the request, the same in every version: what the code on the sheet names.
    code: str = field(default="", metadata=LATER)

    def to_plain(self) -> dict[str, Any]:
        """Say that the record is contested only where it is: facts frozen before keep their checksum."""
        plain = super().to_plain()
        if not self.is_contested:
            del plain["is_contested"]
        return plain
