"""Rows of a list of persons as typed values, with errors that name the row, the column and the remedy."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from django.utils.translation import gettext, gettext_noop

from lmc_cases.core import partial_dates
from lmc_cases.core.partial_dates import PartialDate, parse_birth_date
from lmc_cases.core.text import clean_text, document_number_form, search_form
from lmc_cases.exchange import person_words
from lmc_cases.exchange.case_people import full_name
from lmc_cases.exchange.case_records import PersonName
from lmc_cases.exchange.sheet_reader import CELL_ERROR, DIGITS_LOST, FORMULA, SheetReader, SheetRow

# The lengths of the columns that the values go into.
_LONGEST: Final = {
    "name_original": 200, "name_romanised": 200, "aliases": 200, "birth_date": 60, "document_number": 60,
    "remarks": 5_000, "batch": 100, "room": 100, "phone": 60, "list_number": 30,
}  # fmt: skip

_REMEDIES: Final[dict[str, str]] = {
    "NAME_MISSING": gettext_noop("There is no name. Enter one in the original script or in Latin letters."),
    "TOO_LONG": gettext_noop("The text is too long. Shorten it."),
    FORMULA: gettext_noop("The cell holds a formula. Replace it by its value."),
    CELL_ERROR: gettext_noop("The cell holds an error of the spreadsheet program. Enter the value."),
    DIGITS_LOST: gettext_noop(
        "The program has rounded this number. Format the cell as text and enter it again."
    ),
    "UNKNOWN_SEX": gettext_noop("Enter male, female or unknown."),
    "UNKNOWN_COUNTRY": gettext_noop("Enter the name of a country or its two-letter code."),
    "UNKNOWN_ROLE": gettext_noop("Enter ringleader, organiser, key member or member."),
    "UNKNOWN_CATEGORY": gettext_noop("Enter suspect, presumed trafficking victim, victim or witness."),
    "UNKNOWN_STATUS": gettext_noop("Enter genuine, forged or not checked."),
    partial_dates.NOT_UNDERSTOOD: gettext_noop("Enter the date as day/month/year, for example 03/05/1990."),
    partial_dates.IMPOSSIBLE_DATE: gettext_noop("This date does not exist. Check the day and the month."),
    partial_dates.IMPOSSIBLE_YEAR: gettext_noop("This year cannot be right. Check it."),
    partial_dates.CALENDAR_CONFLICT: gettext_noop("The year does not fit the calendar named beside it."),
    partial_dates.OTHER_CALENDAR: gettext_noop("Enter the date in the Gregorian or the Buddhist calendar."),
    partial_dates.TWO_DIGIT_YEAR: gettext_noop("Enter the year with four digits."),
    partial_dates.IN_FUTURE: gettext_noop("The date lies in the future. Check it."),
}
_ALIAS_MARK: Final = re.compile(
    r"\s*[(（](?:ခ|or|หรือ|ហៅ|又名|化名)[)）]\s*|(?:^|\s+)(?:alias|a\.k\.a\.?|aka|หรือ|ហៅ|ຫຼື|hay còn gọi là|tức)\s+"
    r"|\s*(?:@|又名|化名|绰号)[:：]?\s*",
    re.IGNORECASE,
)
_ALIAS_SEPARATOR: Final = re.compile(r"[;,、，；|\n]")


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong in one row.

    Attributes:
        row: number as the spreadsheet program shows it.
        column: index of the column, or None for the row.
        field: the field, e.g. ``birth_date``.
        code: stable, upper case.
        value: the text found, shortened.
    """

    row: int
    column: int | None
    field: str
    code: str
    value: str = ""

    @property
    def message(self) -> str:
        """The remedy, in the active language."""
        return gettext(_REMEDIES[self.code])


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """A person of a list. Codes are those of :mod:`person_words`, "" where the list says nothing."""

    name_original: str = ""
    name_romanised: str = ""
    aliases: tuple[str, ...] = ()
    sex: str = ""
    birth_date_written: str = ""
    birth_date: PartialDate | None = None
    nationality: str = ""
    document_kind: str = ""
    document_kind_written: str = ""
    document_number: str = ""
    document_country: str = ""
    document_status: str = ""
    role: str = ""
    category: str = ""
    phone: str = ""
    batch: str = ""
    room: str = ""
    list_number: str = ""
    remarks: str = ""


@dataclass(frozen=True, slots=True)
class RowResult:
    """One row, read.

    Attributes:
        number: as the spreadsheet program shows it.
        person: the values; None when there are errors.
        errors: why the row cannot be imported.
        extra: header to text of the columns that have no field, so that nothing is lost.
        fingerprint: hex SHA-256 of what identifies the person; "" when there are errors.
    """

    number: int
    person: PersonRow | None
    errors: tuple[RowError, ...] = ()
    extra: Mapping[str, str] = field(default_factory=dict)
    fingerprint: str = ""


def row_fingerprint(person: PersonRow, *, key: bytes = b"") -> str:
    """Return the same 64 hex digits for the same person in another edition of a list.

    Over names, birth date, sex, nationality and document number, all normalised: spelling habits, the order of
    columns, remarks, room and batch do not matter. Two people of whom the list says the same have the same
    fingerprint, so it proposes a duplicate and decides nothing.

    Args:
        person: the row.
        key: secret; with it nobody can find out by trying names whose fingerprint it is.
    """
    parts = (
        search_form(person.name_original),
        search_form(person.name_romanised),
        person.birth_date.isoformat() if person.birth_date and person.birth_date.year else
        search_form(person.birth_date_written),
        person.sex,
        person.nationality,
        document_number_form(person.document_number),
    )  # fmt: skip
    data = "\x1f".join(parts).encode()
    return (hmac.new(key, data, hashlib.sha256) if key else hashlib.sha256(data)).hexdigest()


def split_aliases(text: str, *, is_list: bool = True) -> list[str]:
    """Return the names in a text: apart at ``@``, ``alias``, ``a.k.a.``, ``(ခ)``, ``หรือ``, ``ហៅ`` and the like.

    Args:
        text: one cell.
        is_list: cut at commas and line breaks too, as in a column of aliases; not so in a name.
    """
    pieces = _ALIAS_MARK.split(text)
    if is_list:
        pieces = [part for piece in pieces for part in _ALIAS_SEPARATOR.split(piece)]
    return list(dict.fromkeys(name for piece in pieces if (name := clean_text(piece))))


def read_rows(
    reader: SheetReader,
    mapping: Mapping[int, str],
    *,
    country_names: Mapping[str, str] | None = None,
    today: date | None = None,
    fingerprint_key: bytes = b"",
) -> Iterator[RowResult]:
    """Yield each row of a list, read and checked; memory does not grow with the list.

    Args:
        reader: the table.
        mapping: column index to field, as confirmed by an officer.
        country_names: more names of countries to alpha-2 codes; they win over the built-in ones.
        today: refuse birth dates after this day.
        fingerprint_key: see :func:`row_fingerprint`.
    """
    own_names = {search_form(name): code for name, code in (country_names or {}).items()}
    for row in reader.rows():
        yield _Row(row, mapping, reader.headers, own_names, today).result(fingerprint_key)


class _Row:
    def __init__(
        self,
        row: SheetRow,
        mapping: Mapping[int, str],
        headers: tuple[str, ...],
        own_names: Mapping[str, str],
        today: date | None,
    ) -> None:
        self.row = row
        self.headers = headers
        self.own_names = own_names
        self.today = today
        self.errors: list[RowError] = []
        self.cells: dict[str, list[str]] = {}
        self.columns: dict[str, int] = {}
        self.extra: dict[str, str] = {}
        for column in range(len(row.cells)):
            self._take(column, mapping.get(column))

    def _take(self, column: int, name: str | None) -> None:
        text = self.row.cell(column)
        if name is None:
            if text:
                header = self.headers[column] if column < len(self.headers) else ""
                self.extra[header or f"#{column + 1}"] = text
            return
        self.columns.setdefault(name, column)
        problem = self.row.problems.get(column)
        # A rounded number matters where each digit does.
        if problem and (problem != DIGITS_LOST or name in {"document_number", "phone"}):
            self.error(name, problem, text)
        elif text:
            if len(text) > _LONGEST.get(name, 200):
                self.error(name, "TOO_LONG", text)
            self.cells.setdefault(name, []).append(text)

    def error(self, name: str, code: str, value: str = "") -> None:
        self.errors.append(RowError(self.row.number, self.columns.get(name), name, code, value[:80]))

    def text(self, name: str) -> str:
        return clean_text(" ".join(self.cells.get(name, [])))

    def code(self, name: str, read: Callable[[str], str | None], error: str) -> str:
        written = self.text(name)
        found = read(written) if written else ""
        if found is None:
            self.error(name, error, written)
        return found or ""

    def country(self, name: str) -> str:
        return self.code(name, self._country, "UNKNOWN_COUNTRY")

    def _country(self, written: str) -> str | None:
        return person_words.find_country(search_form(written), self.own_names) or person_words.country_code(
            written
        )

    def result(self, key: bytes) -> RowResult:
        person = self.person()
        if self.errors:
            return RowResult(self.row.number, None, tuple(self.errors), self.extra)
        return RowResult(self.row.number, person, (), self.extra, row_fingerprint(person, key=key))

    def person(self) -> PersonRow:
        nationality = self.country("nationality")
        original, romanised, aliases = self.names(nationality)
        written = self.text("birth_date")
        kind_written = self.text("document_kind")
        number = self.text("document_number")
        kind = person_words.document_kind_code(kind_written) if kind_written else ""
        return PersonRow(
            name_original=original,
            name_romanised=romanised,
            aliases=aliases,
            sex=self.code("sex", person_words.sex_code, "UNKNOWN_SEX"),
            birth_date_written=written,
            birth_date=self.birth_date(written),
            nationality=nationality,
            document_kind=(kind or "OTHER") if number else "",
            document_kind_written=kind_written,
            document_number=number,
            document_country=self.country("document_country"),
            document_status=self.code("document_status", person_words.document_status_code, "UNKNOWN_STATUS"),
            role=self.code("role", person_words.role_code, "UNKNOWN_ROLE"),
            category=self.code("category", person_words.category_code, "UNKNOWN_CATEGORY"),
            phone=self.text("phone"),
            batch=self.text("batch"),
            room=self.text("room"),
            list_number=self.text("list_number"),
            remarks="\n".join(self.cells.get("remarks", [])),
        )

    def names(self, nationality: str) -> tuple[str, str, tuple[str, ...]]:
        parts = full_name(
            self.text("given_name"), self.text("family_name"), family_first=nationality in {"CN", "KH", "VN"}
        )
        original = split_aliases(self.text("name_original") or parts, is_list=False)
        romanised = split_aliases(self.text("name_romanised"), is_list=False)
        aliases = original[1:] + romanised[1:]
        for cell in self.cells.get("aliases", []):
            aliases += split_aliases(cell)
        first, second = (names[0] if names else "" for names in (original, romanised))
        if not first and not second:
            self.error("name_original", "NAME_MISSING")
        # A column "Name" often holds Latin letters although another script is the original one.
        if first and not second and nationality in _OTHER_SCRIPTS and PersonName(first).is_latin:
            first, second = "", first
        return first, second, tuple(dict.fromkeys(name for name in aliases if name not in {first, second}))

    def birth_date(self, written: str) -> PartialDate | None:
        if not written:
            return None
        parsed = parse_birth_date(written, today=self.today)
        if parsed.precision == "UNKNOWN" and parsed.note_codes != (partial_dates.NOT_KNOWN,):
            self.error("birth_date", parsed.note_codes[0], written)
        return parsed


_OTHER_SCRIPTS: Final = frozenset({"CN", "TH", "KH", "LA", "MM"})
