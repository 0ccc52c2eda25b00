"""The disclosure ledger: written in the transaction of the act, and read by both sides."""

from lmc_cases.cases.services.ledger.noting import (
    note_case,
    note_cases,
    note_heading,
    note_item,
    note_items,
    note_share,
)
from lmc_cases.cases.services.ledger.reading import (
    READ_WITH_ENTRIES,
    Holder,
    LedgerFilters,
    entries_of,
    holders_of,
    page_of_ledger,
)
from lmc_cases.cases.services.ledger.writing import Piece, Recipient, Terms, disclose

__all__ = [
    "READ_WITH_ENTRIES",
    "Holder",
    "LedgerFilters",
    "Piece",
    "Recipient",
    "Terms",
    "disclose",
    "entries_of",
    "holders_of",
    "note_case",
    "note_cases",
    "note_heading",
    "note_item",
    "note_items",
    "note_share",
    "page_of_ledger",
]
