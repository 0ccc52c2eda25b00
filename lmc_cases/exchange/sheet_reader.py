"""Rows of text from a spreadsheet file, whatever program wrote it: the part that is the same for all formats."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from django.utils.translation import gettext, gettext_noop

_MESSAGES: Final[dict[str, str]] = {
    "EMPTY": gettext_noop("The file holds no rows."),
    "OLD_EXCEL": gettext_noop("This is an old Excel file (.xls). Save it as .xlsx and upload it again."),
    "ENCRYPTED": gettext_noop(
        "The file is protected by a password. Save it without one and upload it again."
    ),
    "OTHER_FORMAT": gettext_noop("The file is neither .xlsx nor .csv. Save it as .xlsx and upload it again."),
    "BROKEN": gettext_noop(
        "The file is damaged. Open it in a spreadsheet program and save it again as .xlsx."
    ),
    "TOO_LARGE": gettext_noop("The file is too large."),
    "TOO_MANY_COLUMNS": gettext_noop("The table has too many columns. Remove those that are not needed."),
    "TOO_MANY_ROWS": gettext_noop("The table has too many rows. Split it into several files."),
    "UNKNOWN_ENCODING": gettext_noop(
        "The letters of the file cannot be read. Save it as CSV in UTF-8 or as .xlsx."
    ),
}

# Problems of one cell, found while reading.
FORMULA: Final = "FORMULA"
CELL_ERROR: Final = "CELL_ERROR"
DIGITS_LOST: Final = "DIGITS_LOST"


class SheetError(Exception):
    """A file cannot be read as a table.

    Attributes:
        code: stable, upper case.
        where: e.g. ``row 17``; ``""`` for the file.
    """

    def __init__(self, code: str, where: str = "") -> None:
        super().__init__(code, where)
        self.code = code
        self.where = where

    @property
    def message(self) -> str:
        """What is wrong and what to do, in the active language; without the place."""
        return gettext(_MESSAGES[self.code])

    def __str__(self) -> str:
        return f"{self.message} ({self.where})" if self.where else self.message


@dataclass(frozen=True, slots=True)
class Limits:
    """What a table may take. ``unpacked_bytes`` guards against small archives with huge contents."""

    columns: int = 60
    rows: int = 50_000
    file_bytes: int = 50 * 1024 * 1024
    unpacked_bytes: int = 400 * 1024 * 1024
    cell_characters: int = 10_000


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row that holds something.

    Attributes:
        number: as the spreadsheet program shows it, from 1.
        cells: texts, cleaned; the row may be shorter than the header.
        problems: column index to FORMULA, CELL_ERROR or DIGITS_LOST.
    """

    number: int
    cells: tuple[str, ...]
    problems: Mapping[int, str] = field(default_factory=dict)

    def cell(self, column: int) -> str:
        """Return the text in a column, "" beyond the end of the row."""
        return self.cells[column] if column < len(self.cells) else ""


class RowSource(Protocol):
    """A format: gives all rows from the first one, each time it is asked."""

    def rows(self) -> Iterator[SheetRow]:
        """Yield the rows that hold something, the header among them."""


@dataclass(frozen=True, slots=True)
class SheetReader:
    """A table with a header.

    Attributes:
        headers: texts of the header row.
        header_row: its number; rows above it (a title) are not data.
        row_count_hint: rows below the header by the file's own word, which may be wrong; None when it has none.
        sheet_name: the sheet that is read; ``other_sheets`` hold something too and are not read.
        encoding: of a CSV file, as detected; "" for xlsx.
    """

    source: RowSource
    headers: tuple[str, ...]
    header_row: int
    row_count_hint: int | None
    limits: Limits
    sheet_name: str = ""
    other_sheets: tuple[str, ...] = ()
    encoding: str = ""

    def rows(self) -> Iterator[SheetRow]:
        """Yield the rows below the header, one at a time; can be called again for a second pass.

        Raises:
            SheetError: TOO_MANY_ROWS, TOO_MANY_COLUMNS or BROKEN, when the reading comes to that place.
        """
        count = 0
        for row in self.source.rows():
            if row.number > self.header_row:
                count += 1
                if count > self.limits.rows:
                    raise SheetError("TOO_MANY_ROWS", f"row {row.number}")
                yield row
