"""Rows of an .xlsx file, by openpyxl in its streaming mode."""

from __future__ import annotations

import contextlib
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from lmc_cases.core.text import clean_text
from lmc_cases.exchange.sheet_reader import (
    CELL_ERROR,
    DIGITS_LOST,
    FORMULA,
    Limits,
    SheetError,
    SheetRow,
)

_ZEROS: Final = re.compile(r"^0+$")
# Excel keeps 15 significant digits; the 16th and later of a typed number are zeros by then.
_DIGITS_KEPT: Final = 15
# No Excel sheet has more. openpyxl fills gaps with empty rows: one cell in row 2,000,000,000 would last for minutes.
MAX_SHEET_ROWS: Final = 1_048_576
# All that zipfile, zlib, the XML parser and openpyxl were seen to raise on damaged files.
_BROKEN: Final = (
    zipfile.BadZipFile, zlib.error, InvalidFileException, ParseError, LookupError, ValueError, TypeError,
    AttributeError, OSError, EOFError, RuntimeError, ArithmeticError, AssertionError,
)  # fmt: skip


def check_archive(path: Path, limits: Limits) -> None:
    """Refuse what is no workbook, or would unpack to more than the limit.

    The sizes in a zip's directory bind the reader: Python reads no more of a member than is stated there.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            if "xl/workbook.xml" not in names or len(names) > 5_000:
                raise SheetError("OTHER_FORMAT")
            if sum(member.file_size for member in archive.infolist()) > limits.unpacked_bytes:
                raise SheetError("TOO_LARGE")
            for name in names:
                # Office never writes a document type; one is only there to define entities.
                if name.endswith((".xml", ".rels")) and b"<!DOCTYPE" in archive.open(name).read(2_000):
                    raise SheetError("BROKEN", name)
    except _BROKEN as error:
        raise SheetError("BROKEN") from error


class XlsxRows:
    """One sheet of a workbook as rows of text."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self.path = path
        self.limits = limits
        self.sheet_name = ""
        self.other_sheets: tuple[str, ...] = ()
        self.stated_rows: int | None = None

    def choose(self, head_rows: int) -> list[SheetRow]:
        """Choose the first visible sheet that holds something, name the others, and return its first rows."""
        head: list[SheetRow] = []
        others: list[str] = []
        try:
            with self._open() as book:
                for sheet in book.worksheets:
                    stated_rows = sheet.max_row
                    sheet.reset_dimensions()
                    first = list(islice(self._sheet_rows(sheet), 1 if head else head_rows))
                    if not first or sheet.sheet_state != "visible":
                        continue
                    if head:
                        others.append(sheet.title)
                    else:
                        head, self.sheet_name, self.stated_rows = first, sheet.title, stated_rows
        except _BROKEN as error:
            raise SheetError("BROKEN") from error
        self.other_sheets = tuple(others)
        return head

    def rows(self) -> Iterator[SheetRow]:
        """Yield the rows that hold something."""
        try:
            with self._open() as book:
                sheet = book[self.sheet_name]
                # The stated dimensions may be "A1:XFD1048576"; without them a row is as long as its last cell.
                sheet.reset_dimensions()
                yield from self._sheet_rows(sheet)
        except _BROKEN as error:
            raise SheetError("BROKEN") from error

    @contextlib.contextmanager
    def _open(self) -> Iterator[openpyxl.Workbook]:
        # Given a path, openpyxl would judge the file by its name.
        with self.path.open("rb") as file:
            book = openpyxl.load_workbook(file, read_only=True, data_only=False, keep_links=False)
            try:
                yield book
            finally:
                book.close()

    def _sheet_rows(self, sheet: Any) -> Iterator[SheetRow]:
        for number, cells in enumerate(sheet.iter_rows(), start=1):
            if number > MAX_SHEET_ROWS:
                raise SheetError("TOO_MANY_ROWS", f"row {number}")
            texts: list[str] = []
            problems: dict[int, str] = {}
            for column, cell in enumerate(cells):
                text, problem = _text(cell)
                text = clean_text(text[: self.limits.cell_characters], multiline=True)
                if text or problem:
                    if column >= self.limits.columns:
                        raise SheetError("TOO_MANY_COLUMNS", f"row {number}")
                    texts.extend([""] * (column - len(texts)))
                    texts.append(text)
                    if problem:
                        problems[column] = problem
            if texts:
                yield SheetRow(number, tuple(texts), problems)


def _text(cell: Any) -> tuple[str, str]:
    """Return a cell's text and the code of what is wrong with it."""
    value = cell.value
    if value is None:
        return "", ""
    if cell.data_type == "f":
        return str(getattr(value, "text", value) or "="), FORMULA
    if cell.data_type == "e":
        return str(value), CELL_ERROR
    if isinstance(value, bool):
        return ("TRUE" if value else "FALSE"), ""
    if isinstance(value, int | float):
        return number_text(value, str(cell.number_format or ""))
    if isinstance(value, datetime):
        midnight = value.time() == time(0)
        return (value.date().isoformat() if midnight else value.isoformat(sep=" ", timespec="seconds")), ""
    if isinstance(value, date | time):
        return value.isoformat(), ""
    return str(value), ""


def number_text(value: int | float, number_format: str = "") -> tuple[str, str]:
    """Return a number as digits, never in scientific notation, with the zeros that its format puts in front."""
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            return str(value), CELL_ERROR
        text = str(int(value)) if value.is_integer() else format(Decimal(repr(value)), "f")
    else:
        text = str(value)
    if _ZEROS.match(number_format) and text.isdigit():
        text = text.zfill(min(len(number_format), 40))
    lost = text.lstrip("-").isdigit() and len(text.lstrip("-0")) > _DIGITS_KEPT
    return text, DIGITS_LOST if lost else ""
