"""A list of persons, read row by row: what each row would become, and what is to be said about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lmc_cases.core.errors import InvalidInput
from lmc_cases.exchange.services.people import Alike, KnownPeople
from lmc_cases.exchange.spreadsheets import (
    FIELDS,
    REPEATABLE,
    Limits,
    PersonRow,
    RowError,
    RowResult,
    SheetReader,
    open_sheet,
    read_rows,
)
from lmc_cases.suspects.ages import may_be_a_child
from lmc_cases.suspects.countries import is_country
from lmc_cases.suspects.models import IdentityDocument, Suspect
from lmc_cases.suspects.services.bulk import ImportedPerson
from lmc_cases.suspects.services.details import MAX_ALIASES, MAX_REMARKS, DocumentDetails

# Kept in the report of a run; totals count on.
MAX_ERRORS: Final = 5_000
MAX_NAMED_ROWS: Final = 500
NAME_FIELDS: Final = frozenset({"name_original", "name_romanised", "family_name", "given_name"})
FIELD_LABELS: Final[dict[str, Promise]] = {
    "name_original": gettext_lazy("name in original script"),
    "family_name": gettext_lazy("family name"),
    "given_name": gettext_lazy("given name"),
    "name_romanised": gettext_lazy("romanised name"),
    "aliases": gettext_lazy("aliases"),
    "sex": gettext_lazy("sex"),
    "birth_date": gettext_lazy("date of birth"),
    "nationality": gettext_lazy("nationality"),
    "document_kind": gettext_lazy("kind of document"),
    "document_number": gettext_lazy("document number"),
    "document_country": gettext_lazy("issuing country"),
    "document_status": gettext_lazy("status of the document"),
    "role": gettext_lazy("role in the group"),
    "category": gettext_lazy("category"),
    "phone": gettext_lazy("phone number"),
    "batch": gettext_lazy("batch"),
    "room": gettext_lazy("room"),
    "list_number": gettext_lazy("number in the list"),
    "remarks": gettext_lazy("remarks"),
}


@dataclass(slots=True)
class Tally:
    """What is to be said about a list. ``done`` may be read by another thread while the list is read."""

    done: int = 0
    ready: int = 0
    error_rows: int = 0
    errors_total: int = 0
    errors: list[list[Any]] = field(default_factory=list)
    alike_total: int = 0
    alike: list[dict[str, Any]] = field(default_factory=list)
    children_total: int = 0
    children: list[int] = field(default_factory=list)
    without_category: int = 0

    def add_errors(self, errors: Collection[RowError]) -> None:
        """Count a row with errors and keep what the report has room for."""
        self.error_rows += 1
        self.errors_total += len(errors)
        for error in list(errors)[: max(0, MAX_ERRORS - len(self.errors))]:
            self.errors.append([error.row, error.column, error.field, error.code, error.value])

    def as_report(self) -> dict[str, Any]:
        """Return the tally as JSON values."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the officer decided before the import.

    Attributes:
        category: of persons of whom the file says nothing.
        take_all_alike: take those too who look like persons of the case or of the same list.
        take_rows: numbers of the rows to take although they look like somebody.
    """

    category: str = Suspect.Category.SUSPECT
    take_all_alike: bool = False
    take_rows: frozenset[int] = frozenset()


def open_list(path: Path) -> SheetReader:
    """Open a list within the limits of an import.

    Raises:
        SheetError: it is no table that can be read.
    """
    return open_sheet(path, limits=Limits(file_bytes=settings.IMPORT_MAX_BYTES))


def checked_mapping(mapping: Mapping[Any, str], columns: int) -> dict[int, str]:
    """Return column index to field without the columns that are left out.

    Raises:
        InvalidInput: an unknown field, one chosen twice, no column with a name; ``field`` is ``column_<index>``.
    """
    checked: dict[int, str] = {}
    for key, name in sorted((int(key), name) for key, name in mapping.items()):
        if not name:
            continue
        if name not in FIELDS or not 0 <= key < max(columns, 1):
            raise InvalidInput(f"column_{key}", _("Choose a value from the list."))
        if name in checked.values() and name not in REPEATABLE:
            raise InvalidInput(f"column_{key}", _("This was chosen for another column already."))
        checked[key] = name
    if NAME_FIELDS.isdisjoint(checked.values()):
        raise InvalidInput("mapping", _("Choose the column that holds the names."))
    return checked


def persons_of(
    reader: SheetReader,
    mapping: Mapping[int, str],
    known: KnownPeople,
    choices: Choices,
    tally: Tally,
    today: dt.date,
) -> Iterator[ImportedPerson]:
    """Yield the persons to be imported, one row at a time; the tally says what became of the other rows.

    Raises:
        SheetError: when the reading comes to a broken place.
    """
    for row in read_rows(reader, mapping, today=today, fingerprint_key=known.marker.people_key):
        tally.done += 1
        person = _imported(row, choices.category)
        errors = row.errors or (_refusals(row, person) if person is not None else ())
        if person is None or row.person is None or errors:
            tally.add_errors(errors)
            continue
        if may_be_a_child(row.person.birth_date, today):
            tally.children_total += 1
            if len(tally.children) < MAX_NAMED_ROWS:
                tally.children.append(row.number)
        tally.without_category += not row.person.category
        alike = known.find(row.fingerprint, [row.person.document_number], row.number)
        if alike is not None:
            taken = choices.take_all_alike or row.number in choices.take_rows
            _note(tally, row, alike, taken=taken)
            if not taken:
                continue
        tally.ready += 1
        yield person


def _note(tally: Tally, row: RowResult, alike: Alike, *, taken: bool) -> None:
    tally.alike_total += 1
    if len(tally.alike) < MAX_NAMED_ROWS:
        tally.alike.append({"row": row.number, "why": alike.why, "number": alike.number, "taken": taken})


def _imported(row: RowResult, category: str) -> ImportedPerson | None:
    person = row.person
    if person is None:
        return None
    documents: tuple[DocumentDetails, ...] = ()
    if person.document_number:
        documents = (
            DocumentDetails(
                kind=person.document_kind or IdentityDocument.Kind.OTHER,
                number=person.document_number,
                issuing_country=person.document_country,
                status=person.document_status or IdentityDocument.Status.NOT_CHECKED,
            ),
        )
    return ImportedPerson(
        row=row.number,
        fingerprint=row.fingerprint,
        documents=documents,
        name_original=person.name_original,
        name_romanised=person.name_romanised,
        aliases=person.aliases,
        sex=person.sex or Suspect.Sex.UNKNOWN,
        birth_date_text=person.birth_date_written,
        nationality=person.nationality,
        role=person.role or Suspect.Role.UNKNOWN,
        category=person.category or category,
        remarks=_remarks(person, row.extra),
    )


def _remarks(person: PersonRow, extra: Mapping[str, str]) -> str:
    """Join the remarks with everything that has no column of its own, so that nothing of a row is lost."""
    lines = [person.remarks] if person.remarks else []
    for name in ("phone", "batch", "room", "list_number"):
        if value := getattr(person, name):
            lines.append(f"{FIELD_LABELS[name]}: {value}")
    if person.document_kind_written and person.document_kind in {"", IdentityDocument.Kind.OTHER}:
        lines.append(f"{FIELD_LABELS['document_kind']}: {person.document_kind_written}")
    lines += [f"{header}: {text}" for header, text in extra.items()]
    return "\n".join(lines)


def _refusals(row: RowResult, person: ImportedPerson) -> tuple[RowError, ...]:
    """Name what the record of a person could not hold, so that one row never stops a list."""
    found = []
    if len(person.remarks) > MAX_REMARKS:
        found.append(RowError(row.number, None, "remarks", "TOO_LONG"))
    if len(person.aliases) > MAX_ALIASES:
        found.append(RowError(row.number, None, "aliases", "TOO_LONG"))
    if person.nationality and not is_country(person.nationality):
        found.append(RowError(row.number, None, "nationality", "UNKNOWN_COUNTRY", person.nationality))
    for document in person.documents:
        if document.issuing_country and not is_country(document.issuing_country):
            found.append(
                RowError(row.number, None, "document_country", "UNKNOWN_COUNTRY", document.issuing_country)
            )
    return tuple(found)
