"""Keyset paging: a cursor is the last row seen, never an offset."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import secrets
import struct
from dataclasses import dataclass
from typing import Generic, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.http import QueryDict

Row = TypeVar("Row")
CURSOR_SALT = "lmc.keyset"
NONCE_BYTES = 12
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MICROSECOND = dt.timedelta(microseconds=1)


@dataclass(frozen=True)
class Cursor:
    """Position after one row: its time and its primary key, both descending."""

    at: dt.datetime
    pk: int

    def encode(self) -> str:
        """Return the sealed form for a URL: encrypted, because a primary key counts other countries' records."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        position = struct.pack(">qq", (self.at - EPOCH) // MICROSECOND, self.pk)
        sealed = nonce + _cipher().encrypt(nonce, position, None)
        return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()

    @classmethod
    def decode(cls, text: str | None) -> Cursor | None:
        """Return the cursor, or ``None`` for an absent or foreign one: the list then starts at the top."""
        if not text:
            return None
        try:
            sealed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            position = _cipher().decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None)
            microseconds, pk = struct.unpack(">qq", position)
            return cls(at=EPOCH + microseconds * MICROSECOND, pk=pk)
        except (InvalidTag, binascii.Error, struct.error, ValueError, OverflowError):
            return None


def _cipher() -> AESGCM:
    key = hashlib.sha256(f"{CURSOR_SALT}:{settings.SECRET_KEY}".encode()).digest()
    return AESGCM(key)


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
    return "" if cursor is None else page_from(asked, direction, cursor.encode())


def page_from(asked: QueryDict, name: str, position: str) -> str:
    """Return the query string of the page that begins at ``position``, filters kept."""
    kept = _filters(asked)
    kept[name] = position
    return f"?{kept.urlencode()}"


def first_page(asked: QueryDict) -> str:
    """Return the query string of the first page, filters kept."""
    return f"?{_filters(asked).urlencode()}"


def _filters(asked: QueryDict) -> QueryDict:
    kept = asked.copy()
    for name in ("before", "after", "page"):
        kept.pop(name, None)
    return kept
