"""CSV that a spreadsheet program opens and never carries out."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Final

# What makes a spreadsheet program take a text for a formula, in half and full width.
_FORMULA_SIGNS: Final = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
BYTE_ORDER_MARK: Final = "\ufeff"


def harmless(text: str) -> str:
    """Return a text that no spreadsheet program takes for a formula: an apostrophe stands before the sign."""
    return (
        f"'{text}"
        if text.lstrip(" \u3000\xa0")[:1] and text.lstrip(" \u3000\xa0")[0] in _FORMULA_SIGNS
        else text
    )


def csv_row(cells: Iterable[object]) -> str:
    """Return one line of CSV, every cell quoted."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n", quoting=csv.QUOTE_ALL).writerow(
        [harmless(str(cell)) for cell in cells]
    )
    return line.getvalue()


def as_csv(rows: Iterable[Iterable[object]]) -> str:
    """Return rows as CSV with a byte order mark, without which Excel guesses the letters wrong."""
    return BYTE_ORDER_MARK + "".join(csv_row(row) for row in rows)
