"""Lists of persons as .xlsx and .csv files.

``open_sheet`` finds out what a file is and gives its rows as text; ``propose_mapping`` says which column probably
holds what; ``read_rows`` turns rows into typed values with errors. Nothing here touches the database.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Final

from lmc_cases.exchange.sheet_columns import FIELDS, REPEATABLE, field_of, propose_mapping
from lmc_cases.exchange.sheet_csv import CsvRows
from lmc_cases.exchange.sheet_people import (
    PersonRow,
    RowError,
    RowResult,
    read_rows,
    row_fingerprint,
    split_aliases,
)
from lmc_cases.exchange.sheet_reader import Limits, SheetError, SheetReader, SheetRow
from lmc_cases.exchange.sheet_xlsx import XlsxRows, check_archive

__all__ = [
    "FIELDS", "REPEATABLE", "Limits", "PersonRow", "RowError", "RowResult", "SheetError", "SheetReader", "SheetRow",
    "field_of", "file_sha256", "open_sheet", "propose_mapping", "read_rows", "row_fingerprint", "split_aliases",
]  # fmt: skip

_OLE_MAGIC: Final = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED_PACKAGE: Final = "EncryptedPackage".encode("utf-16-le")
_ZIP_MAGIC: Final = b"PK\x03\x04"
_NO_TEXT: Final = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
    b"{\\rtf",
    b"<!DOC",
    b"<html",
)
_ROWS_SEARCHED_FOR_HEADER: Final = 15


def open_sheet(path: Path, *, limits: Limits | None = None, encoding: str = "") -> SheetReader:
    """Open a table; what kind of file it is, its content says and not its name.

    The header is the row with most known column names among the first rows; with none, the first row.

    Args:
        path: the file.
        limits: what the table may take.
        encoding: of a CSV file, when an officer corrects the one that was detected.

    Raises:
        SheetError: the file is no table that can be read; ``message`` says what to do.
    """
    limits = limits or Limits()
    if path.stat().st_size > limits.file_bytes:
        raise SheetError("TOO_LARGE")
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith(_OLE_MAGIC):
        raise SheetError("ENCRYPTED" if _ENCRYPTED_PACKAGE in path.read_bytes() else "OLD_EXCEL")
    if start.startswith(_NO_TEXT):
        raise SheetError("OTHER_FORMAT")
    if start.startswith(_ZIP_MAGIC):
        check_archive(path, limits)
        workbook = XlsxRows(path, limits)
        header = _header(workbook.choose(_ROWS_SEARCHED_FOR_HEADER))
        hint = workbook.stated_rows
        return SheetReader(
            source=workbook,
            headers=header.cells,
            header_row=header.number,
            row_count_hint=max(hint - header.number, 0) if hint else None,
            limits=limits,
            sheet_name=workbook.sheet_name,
            other_sheets=workbook.other_sheets,
        )
    table = CsvRows(path, limits, encoding)
    header = _header(islice(table.rows(), _ROWS_SEARCHED_FOR_HEADER))
    return SheetReader(
        source=table,
        headers=header.cells,
        header_row=header.number,
        row_count_hint=None,
        limits=limits,
        encoding=table.encoding,
    )


def _header(rows: Iterable[SheetRow]) -> SheetRow:
    best: SheetRow | None = None
    best_count = 1
    for row in rows:
        count = sum(1 for cell in row.cells if field_of(cell))
        if best is None or count > best_count:
            best, best_count = row, max(count, 1)
    if best is None:
        raise SheetError("EMPTY")
    return best


def file_sha256(path: Path) -> str:
    """Return the hex SHA-256 of a file, read piece by piece."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
