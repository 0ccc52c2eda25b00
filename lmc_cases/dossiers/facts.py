"""What a dossier says, as plain frozen values: no model, no query, no label.

A dossier is rendered from a `DossierFacts` and from nothing else. `DossierFacts.canonical_bytes` is the machine
copy embedded as ``manifest.json``; its SHA-256 stands on the cover. The same facts serve every language, so the
Chinese and the Thai dossier of one version print the same hash.

Codes (kinds, statuses, roles) are the stored upper-case values; `wording` turns them into words. Every string is
cleaned on the way in (`clean_text`), so what is hashed, embedded and printed is the same text.
"""

from __future__ import annotations

import hashlib
import json
import types
import typing
import unicodedata
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from datetime import UTC, datetime
from typing import Any, Self

SCHEMA = "lmc-cases/dossier-facts/1"

# Invisible characters that reorder, hide or tag text. U+200B to U+200D stay: Khmer and Indic scripts need them.
_UNWANTED = {
    *range(0x202A, 0x202F),
    *range(0x2060, 0x2070),
    0x00AD,
    0x034F,
    0x061C,
    0x180E,
    0x200E,
    0x200F,
    0xFEFF,
    *range(0xFFF9, 0xFFFC),
    *range(0xE0000, 0xE0080),
}


def clean_text(text: str) -> str:
    r"""Return ``text`` without control characters, bidi controls, surrogates and non-characters.

    Line ends become ``\n``, tabs become spaces; letters are never changed and never normalised.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    text = text.replace("\u2028", "\n").replace("\u2029", "\n")
    if text.isascii() and text.replace("\n", "").isprintable():
        return text
    return "".join(
        char
        for char in text
        if char == "\n"
        or not (
            ord(char) in _UNWANTED
            or unicodedata.category(char) in {"Cc", "Cs"}
            or 0xFDD0 <= ord(char) <= 0xFDEF
            or ord(char) & 0xFFFE == 0xFFFE
        )
    )


LATER = {"later": True}


@dataclass(frozen=True)
class Fact:
    """Base of every value here: cleans its strings and knows its plain form."""

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, str):
                object.__setattr__(self, each.name, clean_text(value))
            elif isinstance(value, list):
                object.__setattr__(self, each.name, tuple(value))

    def to_plain(self) -> dict[str, Any]:
        """Return JSON values only; instants in UTC, tuples as lists.

        A field that came later (``LATER``) is absent while it is empty: facts frozen before keep their bytes and hash.
        """
        return {
            each.name: _plain(value)
            for each in fields(self)
            if not _is_left_out(each, value := getattr(self, each.name))
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any], *, photos: Mapping[str, bytes] | None = None) -> Self:
        """Rebuild the value that `to_plain` wrote.

        Args:
            plain: what `to_plain` gave, also after a way through JSON.
            photos: JPEG bytes by their SHA-256 (lower-case hex); the plain form carries only the hash.

        Raises:
            KeyError: a photo's bytes are not in ``photos``.
            TypeError: a required field is missing.
        """
        hints = _hints(cls)
        return cls(
            **{name: _revive(hints[name], plain[name], photos or {}) for name in hints if name in plain}
        )


def _is_left_out(each: Field[Any], value: Any) -> bool:
    return bool(each.metadata.get("later")) and not value


def _hints(cls: type[Fact]) -> dict[str, Any]:
    return typing.get_type_hints(cls)


def _plain(value: Any) -> Any:
    if isinstance(value, Fact):
        return value.to_plain()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    return value


def _revive(hint: Any, value: Any, photos: Mapping[str, bytes]) -> Any:
    if value is None:
        return None
    if isinstance(hint, types.UnionType):
        hint = next(arm for arm in typing.get_args(hint) if arm is not types.NoneType)
    if typing.get_origin(hint) is tuple:
        return tuple(_revive(typing.get_args(hint)[0], item, photos) for item in value)
    if hint is datetime:
        return datetime.fromisoformat(value)
    if hint is Photo:
        return Photo(photos[value["sha256"]])
    if isinstance(hint, type) and issubclass(hint, Fact):
        return hint.from_plain(value, photos=photos)
    return value


@dataclass(frozen=True)
class Moment(Fact):
    """An instant and the zone it is shown in (IANA name, e.g. ``Asia/Bangkok``)."""

    at: datetime
    zone: str

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.at.tzinfo is None:
            raise ValueError("An instant needs its zone.")


@dataclass(frozen=True)
class Country(Fact):
    """A country by ISO 3166 alpha-2 code, with names by language code where the record has them."""

    code: str
    names: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "names", {key: clean_text(name) for key, name in self.names.items()})


@dataclass(frozen=True)
class Text(Fact):
    """Free text in one language; paragraphs end with a line end.

    ``is_original`` is False for a translation; ``translator`` then says who made it (may be empty).
    """

    language: str
    text: str
    is_original: bool = True
    translator: str = ""

    @property
    def paragraphs(self) -> list[str]:
        """The paragraphs, without empty ones."""
        return [line.strip() for line in self.text.split("\n") if line.strip()]


@dataclass(frozen=True)
class Name(Fact):
    """A name as written; ``language`` is the language of its script ("" if not known)."""

    text: str
    language: str = ""


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
    """One answer on status, screening or rights; ``code`` is one of `wording.SAFEGUARDS`.

    The sheet prints every known code; those without an answer print "Not known".
    """

    code: str
    answer: str
    by: str = ""
    at: Moment | None = None


@dataclass(frozen=True)
class CheckAnswer(Fact):
    """What one side found; ``outcome`` is one of ``handovers.checks``. The grounds are not printed."""

    country: Country
    outcome: str
    by: str
    at: Moment


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

    def to_plain(self) -> dict[str, Any]:
        """Say that the record is contested only where it is: facts frozen before keep their checksum."""
        plain = super().to_plain()
        if not self.is_contested:
            del plain["is_contested"]
        return plain


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


@dataclass(frozen=True)
class Decision(Fact):
    """A step of the handover request: ``status`` it reached, by whom and when."""

    status: str
    by: str
    at: Moment
    country: Country | None = None
    note: str = ""


@dataclass(frozen=True)
class CustodyEvent(Fact):
    """One hand-to-hand step or one act. ``hash_check``: MATCH, MISMATCH or NOT_CHECKED."""

    at: Moment | None
    from_holder: str
    to_holder: str
    place: str = ""
    purpose: str = ""
    condition: str = ""
    hash_check: str = "NOT_CHECKED"
    kind: str = ""


@dataclass(frozen=True)
class Exhibit(Fact):
    """One exhibit with its file, if it has one, and its custody events in order."""

    number: str
    kind: str
    description: tuple[Text, ...] = ()
    collected_place: str = ""
    collected_at: Moment | None = None
    collected_by: str = ""
    file_name: str = ""
    size_bytes: int | None = None
    sha256: str = ""
    scan_status: str = ""
    custody: tuple[CustodyEvent, ...] = ()
    marks: Marks | None = field(default=None, metadata=LATER)


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
