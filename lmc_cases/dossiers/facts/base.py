"""The base of every fact: cleaned strings, a plain form, and the values that all parts share."""

from __future__ import annotations

import hashlib
import json
import types
import typing
import unicodedata
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from datetime import UTC, datetime
from typing import Any, ClassVar, Self

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
    if isinstance(hint, type) and issubclass(hint, Fact):
        return hint.from_plain(value, photos=photos)
    return value


# What may differ between two versions of a printed document that say the same.
OF_THE_VERSION = frozenset({"schema", "version", "created_at"})


def substance(plain: dict[str, Any], of_the_version: frozenset[str] = OF_THE_VERSION) -> dict[str, Any]:
    """Return plain facts without what only names the version."""
    return {key: value for key, value in plain.items() if key not in of_the_version}


@dataclass(frozen=True)
class Canonical(Fact):
    """Base of the facts of a whole document: one byte string, and its checksum."""

    SCHEMA: ClassVar[str]

    def canonical_bytes(self) -> bytes:
        """Return the one byte string of these facts: UTF-8 JSON, keys sorted, no spaces."""
        plain = {"schema": self.SCHEMA, **self.to_plain()}
        return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    @property
    def sha256(self) -> str:
        """Lower-case hex SHA-256 of `canonical_bytes`."""
        return hashlib.sha256(self.canonical_bytes()).hexdigest()


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

    ``is_original`` is False for a translation; ``translator`` then says who made it (may be empty), ``status`` is
    DRAFT, CHECKED or CERTIFIED, ``is_stale`` whether the original was changed after it, and ``engine`` the machine that
    drafted it (empty for a person).
    """

    language: str
    text: str
    is_original: bool = True
    translator: str = ""
    status: str = field(default="", metadata=LATER)
    is_stale: bool = field(default=False, metadata=LATER)
    engine: str = field(default="", metadata=LATER)

    @property
    def paragraphs(self) -> list[str]:
        """The paragraphs, without empty ones."""
        return [line.strip() for line in self.text.split("\n") if line.strip()]


@dataclass(frozen=True)
class Name(Fact):
    """A name as written; ``language`` is the language of its script ("" if not known)."""

    text: str
    language: str = ""
