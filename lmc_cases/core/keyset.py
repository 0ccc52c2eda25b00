"""Keyset paging: a cursor is the last row seen, never an offset."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.core import signing
from django.http import QueryDict

Row = TypeVar("Row")
CURSOR_SALT = "lmc.keyset"


@dataclass(frozen=True)
class Cursor:
    """Position after one row: its time and its primary key, both descending."""

    at: dt.datetime
    pk: int

    def encode(self) -> str:
        """Return the signed form for a URL; it holds no more than the position."""
        return signing.dumps([self.at.isoformat(), self.pk], salt=CURSOR_SALT, compress=True)

    @classmethod
    def decode(cls, text: str | None) -> Cursor | None:
        """Return the cursor, or ``None`` for an absent or foreign one: the list then starts at the top."""
        if not text:
            return None
        try:
            at, pk = signing.loads(text, salt=CURSOR_SALT)
            return cls(at=dt.datetime.fromisoformat(at), pk=int(pk))
        except (signing.BadSignature, ValueError, TypeError):
            return None


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of a list. ``older`` is the cursor of the next page, ``None`` on the last."""

    rows: list[Row]
    older: Cursor | None


def page_link(asked: QueryDict, direction: str, cursor: Cursor | None) -> str:
    """Return the query string of the next page, filters kept; ``""`` where there is none.

    Args:
        asked: the query of the present page.
        direction: ``"before"`` for older rows, ``"after"`` for newer ones.
        cursor: where the next page begins.
    """
    if cursor is None:
        return ""
    kept = asked.copy()
    for name in ("before", "after"):
        kept.pop(name, None)
    kept[direction] = cursor.encode()
    return f"?{kept.urlencode()}"
