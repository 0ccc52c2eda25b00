"""What a service takes about a person, and how it is checked and cleaned before it is stored."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.partial_dates import parse_birth_date
from lmc_cases.core.text import clean_text, document_number_form
from lmc_cases.suspects.countries import is_country
from lmc_cases.suspects.models import IdentityDocument, Suspect

MAX_NAME: Final = 200
MAX_BIRTH_TEXT: Final = 60
MAX_REMARKS: Final = 5_000
MAX_NUMBER: Final = 60
MAX_ALIASES: Final = 50
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[a-z]{4})?")
# Scripts that leave no doubt which language's glyphs and line breaks a name needs.
_LANGUAGE_OF_SCRIPT: Final = (
    (re.compile("[\u0e00-\u0e7f]"), "th"),
    (re.compile("[\u0e80-\u0eff]"), "lo"),
    (re.compile("[\u1780-\u17ff]"), "km"),
    (re.compile("[\u1000-\u109f]"), "my"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentDetails:
    """An identity document as somebody states it. Codes are those of ``IdentityDocument``."""

    kind: str = IdentityDocument.Kind.OTHER
    number: str
    issuing_country: str = ""
    status: str = IdentityDocument.Status.NOT_CHECKED


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDetails:
    """A person as somebody states it. Codes are those of ``Suspect``; countries ISO 3166 alpha-2.

    Attributes:
        name_language: language code of the original name; "" derives it where the script leaves no doubt.
        birth_date_text: as written, in any calendar; it is read by ``core.partial_dates`` and kept as it is.
    """

    name_original: str = ""
    name_language: str = ""
    name_romanised: str = ""
    aliases: tuple[str, ...] = ()
    sex: str = Suspect.Sex.UNKNOWN
    birth_date_text: str = ""
    nationality: str = ""
    role: str = Suspect.Role.UNKNOWN
    category: str = Suspect.Category.SUSPECT
    remarks: str = ""


# What an officer types; the parsed birth date follows from it.
TYPED_FIELDS: Final = tuple(field.name for field in dataclasses.fields(PersonDetails))


def columns_of(details: PersonDetails) -> dict[str, Any]:
    """Return the cleaned column values of a person, the birth date parsed.

    Raises:
        InvalidInput: no name, a text too long, a code that is not in its list.
    """
    original = _line("name_original", details.name_original, MAX_NAME)
    romanised = _line("name_romanised", details.name_romanised, MAX_NAME)
    if not original and not romanised:
        raise InvalidInput("name_original", _("Enter a name in the original script or in Latin letters."))
    written = _line("birth_date_text", details.birth_date_text, MAX_BIRTH_TEXT)
    return {
        "name_original": original,
        "name_language": _language(details.name_language, original),
        "name_romanised": romanised,
        "aliases": _aliases(details.aliases),
        "sex": _choice("sex", details.sex, Suspect.Sex),
        "birth_date_text": written,
        **_birth(written),
        "nationality": _country("nationality", details.nationality),
        "role": _choice("role", details.role, Suspect.Role),
        "category": _choice("category", details.category, Suspect.Category),
        "remarks": _long("remarks", details.remarks),
    }


def document_columns_of(details: DocumentDetails) -> dict[str, Any]:
    """Return the cleaned column values of a document, with its number in the clear.

    Raises:
        InvalidInput: no number, one too long, a code that is not in its list.
    """
    number = _line("number", details.number, MAX_NUMBER)
    if not document_number_form(number):
        raise InvalidInput("number", _("Enter the number of the document."))
    return {
        "kind": _choice("kind", details.kind, IdentityDocument.Kind),
        "number": number,
        "issuing_country": _country("issuing_country", details.issuing_country),
        "status": _choice("status", details.status, IdentityDocument.Status),
    }


def _birth(written: str) -> dict[str, Any]:
    if not written:
        return {
            "birth_year": None,
            "birth_month": None,
            "birth_day": None,
            "birth_calendar": "",
            "birth_precision": Suspect.Precision.UNKNOWN,
            "birth_is_approximate": False,
            "birth_notes": [],
        }
    read = parse_birth_date(written, today=timezone.localdate())
    return {
        "birth_year": read.year,
        "birth_month": read.month,
        "birth_day": read.day,
        "birth_calendar": read.calendar if read.year is not None else "",
        "birth_precision": read.precision,
        "birth_is_approximate": read.is_approximate,
        "birth_notes": list(read.note_codes),
    }


def _line(field: str, text: str, longest: int) -> str:
    cleaned = clean_text(text)
    if len(cleaned) > longest:
        raise InvalidInput(field, _("The text is too long. Shorten it."))
    return cleaned


def _long(field: str, text: str) -> str:
    cleaned = clean_text(text, multiline=True)
    if len(cleaned) > MAX_REMARKS:
        raise InvalidInput(field, _("The text is too long. Shorten it."))
    return cleaned


def _aliases(given: Iterable[str]) -> list[str]:
    kept = list(dict.fromkeys(name for alias in given if (name := _line("aliases", alias, MAX_NAME))))
    if len(kept) > MAX_ALIASES:
        raise InvalidInput("aliases", _("The text is too long. Shorten it."))
    return kept


@functools.cache
def _codes(choices: type[TextChoices]) -> frozenset[str]:
    """The codes of a list, made once: lists of people ask for them a hundred thousand times."""
    return frozenset(choices.values)


def _choice(field: str, code: str, choices: type[TextChoices]) -> str:
    if code not in _codes(choices):
        raise InvalidInput(field, _("Choose a value from the list."))
    return str(code)


def _country(field: str, code: str) -> str:
    code = code.strip().upper()
    if code and not is_country(code):
        raise InvalidInput(field, _("Choose a country from the list."))
    return code


def _language(given: str, name: str) -> str:
    code = given.strip().lower()
    if code and not _LANGUAGE.fullmatch(code):
        raise InvalidInput("name_language", _("Choose a value from the list."))
    if code or not name:
        return code
    return next((language for script, language in _LANGUAGE_OF_SCRIPT if script.search(name)), "")
