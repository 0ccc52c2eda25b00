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


def as_csv(rows: Iterable[Iterable[object]]) -> str:
    """Return rows as CSV (RFC 4180, every cell quoted) with a byte order mark: Excel guesses letters wrong without."""
    text = io.StringIO()
    text.write(BYTE_ORDER_MARK)
    writer = csv.writer(text, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    for row in rows:
        writer.writerow([harmless("" if cell is None else str(cell)) for cell in row])
    return text.getvalue()
