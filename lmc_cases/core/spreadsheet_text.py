"""Tables for spreadsheet programs: the one place that writes them, so that no cell is ever carried out.

A program that opens a table takes a text that begins with certain signs for a formula, which may fetch addresses or
start programs (ASVS 5.0 V1.2.10). An apostrophe before it makes it a text. Signs in full width, and white space or
controls before a sign, are known to be taken for it too.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable
from typing import IO, Final

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

CSV_TYPE: Final = "text/csv; charset=utf-8"
XLSX_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BYTE_ORDER_MARK: Final = "\ufeff"
# Also after compatibility decomposition: full width and small forms become these.
_SIGNS: Final = frozenset("=+-@")
_CONTROLS: Final = frozenset("\t\r\n\0")


def harmless(text: str) -> str:
    """Return a text that no spreadsheet program takes for a formula: an apostrophe stands before the sign."""
    for sign in text:
        if sign in _CONTROLS:
            return f"'{text}"
        if sign.isspace() or unicodedata.category(sign) in {"Cc", "Cf"}:
            continue
        plain = unicodedata.normalize("NFKC", sign)
        # U+2212 is the minus of mathematics, which some programs accept in a formula.
        return f"'{text}" if plain[:1] in _SIGNS or sign == "\u2212" else text
    return text


def csv_row(cells: Iterable[object]) -> str:
    """Return one line of CSV (RFC 4180), every cell quoted and harmless."""
    line = io.StringIO()
    writer = csv.writer(line, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writerow([harmless("" if cell is None else str(cell)) for cell in cells])
    return line.getvalue()


def as_csv(rows: Iterable[Iterable[object]]) -> str:
    """Return rows as CSV with a byte order mark, without which Excel guesses the letters wrong."""
    return BYTE_ORDER_MARK + "".join(csv_row(row) for row in rows)


def _write_csv(rows: Iterable[Iterable[object]], out: IO[bytes]) -> None:
    out.write(BYTE_ORDER_MARK.encode())
    for row in rows:
        out.write(csv_row(row).encode())


def as_xlsx(rows: Iterable[Iterable[object]], *, title: str) -> bytes:
    """Return rows as one sheet of an .xlsx file: whole numbers as numbers, all else as text and harmless."""
    out = io.BytesIO()
    _write_xlsx(rows, out, title=title)
    return out.getvalue()


def _write_xlsx(rows: Iterable[Iterable[object]], out: IO[bytes], *, title: str) -> None:
    # Written through to a file row by row; only the texts that differ stay in memory.
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    for row in rows:
        sheet.append([_cell(cell) for cell in row])
    book.save(out)


def _cell(value: object) -> object:
    if value is None or isinstance(value, int):
        return value
    # Excel takes no control signs, and no text longer than this.
    return ILLEGAL_CHARACTERS_RE.sub("", harmless(str(value)))[:32_767]


def write_file(rows: Iterable[Iterable[object]], out: IO[bytes], *, name: str, is_xlsx: bool) -> None:
    """Write a table into an open file, one row after the other."""
    if is_xlsx:
        _write_xlsx(rows, out, title=name)
    else:
        _write_csv(rows, out)


def as_file(rows: Iterable[Iterable[object]], *, name: str, is_xlsx: bool) -> tuple[bytes, str, str]:
    """Return the bytes of a table, the name of its file and its media type."""
    out = io.BytesIO()
    write_file(rows, out, name=name, is_xlsx=is_xlsx)
    return out.getvalue(), file_name(name, is_xlsx=is_xlsx), media_type(is_xlsx=is_xlsx)


def file_name(name: str, *, is_xlsx: bool) -> str:
    """Return the name of a table's file with its ending."""
    return f"{name}.xlsx" if is_xlsx else f"{name}.csv"


def media_type(*, is_xlsx: bool) -> str:
    """Return the media type of a table's file."""
    return XLSX_TYPE if is_xlsx else CSV_TYPE
