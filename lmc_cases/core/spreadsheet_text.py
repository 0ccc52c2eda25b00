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
from typing import Final

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


def as_xlsx(rows: Iterable[Iterable[object]], *, title: str) -> bytes:
    """Return rows as one sheet of an .xlsx file: whole numbers as numbers, all else as text and harmless."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    for row in rows:
        sheet.append([_cell(cell) for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(value: object) -> object:
    if value is None or isinstance(value, int):
        return value
    # Excel takes no control signs, and no text longer than this.
    return ILLEGAL_CHARACTERS_RE.sub("", harmless(str(value)))[:32_767]


def as_file(rows: Iterable[Iterable[object]], *, name: str, is_xlsx: bool) -> tuple[bytes, str, str]:
    """Return the bytes of a table, the name of its file and its media type."""
    if is_xlsx:
        return as_xlsx(rows, title=name), f"{name}.xlsx", XLSX_TYPE
    return as_csv(rows).encode(), f"{name}.csv", CSV_TYPE
