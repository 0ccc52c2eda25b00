"""Rows of a .csv file: which letters and which delimiter it uses is found by trial."""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from lmc_cases.core.text import clean_text
from lmc_cases.exchange.sheet_reader import DIGITS_LOST, FORMULA, Limits, SheetError, SheetRow

_BYTE_ORDER_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE_BYTES: Final = 256 * 1024
_DELIMITERS: Final = ",;\t|"
_THAI_LETTER: Final = re.compile("[ก-ฮ]")
# In Thai each of these signs stands on a consonant or on another such sign.
_THAI_STRAY_SIGN: Final = re.compile("(?<![ก-ฮัิ-ฺ็-๎])[ัิ-ฺ็-๎]")
_THAI_LONELY_VOWEL: Final = re.compile("[เ-ไ](?![ก-ฮ])")
_SCIENTIFIC: Final = re.compile(r"^\d(?:[.,]\d+)?[eE]\+\d{2,}$")
_FORMULA: Final = re.compile(r"^=[A-Za-z(+\-@\"]")


def detect_encoding(path: Path) -> str:
    """Return the encoding of a text file: UTF-8, UTF-16, Thai (TIS-620) or Chinese (GB 18030).

    Raises:
        SheetError: UNKNOWN_ENCODING when none of them fits.
    """
    with path.open("rb") as file:
        sample = file.read(_SAMPLE_BYTES)
    for mark, encoding in _BYTE_ORDER_MARKS:
        if sample.startswith(mark):
            return encoding
    zeros_even, zeros_odd = sample[::2].count(0), sample[1::2].count(0)
    if max(zeros_even, zeros_odd) > len(sample) // 20:
        return "utf-16-be" if zeros_even > zeros_odd else "utf-16-le"
    if _decodes(path, "utf-8"):
        return "utf-8"
    thai = _decoded(sample, "cp874")
    if thai is not None and _looks_thai(thai) and _decodes(path, "cp874"):
        return "cp874"
    if _decodes(path, "gb18030"):
        return "gb18030"
    raise SheetError("UNKNOWN_ENCODING")


def _decoded(sample: bytes, encoding: str) -> str | None:
    try:
        return codecs.getincrementaldecoder(encoding)().decode(sample)
    except UnicodeDecodeError:
        return None


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_SAMPLE_BYTES):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _looks_thai(text: str) -> bool:
    letters = len(_THAI_LETTER.findall(text))
    wrong = len(_THAI_STRAY_SIGN.findall(text)) + len(_THAI_LONELY_VOWEL.findall(text))
    return letters > 0 and wrong * 20 <= letters


class CsvRows:
    """A CSV file as rows of text."""

    def __init__(self, path: Path, limits: Limits, encoding: str = "") -> None:
        self.path = path
        self.limits = limits
        self.encoding = encoding or detect_encoding(path)
        self.delimiter = self._delimiter()

    def _delimiter(self) -> str:
        """Choose the delimiter that cuts the first rows into the same number of columns, and into most."""
        best = (0.0, 0, ",")
        for delimiter in _DELIMITERS:
            widths: Counter[int] = Counter()
            for number, record in enumerate(self._records(delimiter)):
                if any(record):
                    widths[len(record)] += 1
                if number > 30:
                    break
            width, count = max(
                widths.items(), key=lambda item: (item[0] > 1, item[1], item[0]), default=(0, 0)
            )
            if width > 1:
                score = count / sum(widths.values())
                best = max(best, (score, width, delimiter), key=lambda choice: choice[:2])
        return best[2]

    def _records(self, delimiter: str) -> Iterator[list[str]]:
        try:
            with self.path.open(encoding=self.encoding, newline="") as file:
                yield from csv.reader((line.replace("\x00", "") for line in file), delimiter=delimiter)
        except UnicodeDecodeError as error:
            raise SheetError("UNKNOWN_ENCODING") from error
        except csv.Error as error:
            raise SheetError("BROKEN") from error

    def rows(self) -> Iterator[SheetRow]:
        """Yield the rows that hold something."""
        for number, record in enumerate(self._records(self.delimiter), start=1):
            cells = [clean_text(c[: self.limits.cell_characters], multiline=True) for c in record]
            while cells and not cells[-1]:
                cells.pop()
            if len(cells) > self.limits.columns:
                raise SheetError("TOO_MANY_COLUMNS", f"row {number}")
            if cells:
                problems = {i: p for i, cell in enumerate(cells) if (p := _problem(cell))}
                yield SheetRow(number, tuple(cells), problems)


def _problem(cell: str) -> str:
    if _SCIENTIFIC.match(cell):
        return DIGITS_LOST
    return FORMULA if _FORMULA.match(cell) else ""
