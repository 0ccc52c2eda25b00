"""Tell anybody whether a receipt exists with a checksum: outcomes and times, no name and nothing of a case."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from django.db import connection

HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class VerifiedAnswer:
    """What one side answered, by country code; ``outcome``: SIGNED or REFUSED."""

    country: str
    outcome: str
    at: dt.datetime


@dataclass(frozen=True)
class Verified:
    """A receipt that exists with the checksum given. ``is_newest`` is false once a newer version made it void."""

    number: str
    sha256: str
    drawn_at: dt.datetime
    is_newest: bool
    answers: tuple[VerifiedAnswer, ...]


def verify(*, number: str, sha256: str) -> Verified | None:
    """Return the receipt with this number and checksum; wrong and missing are one answer, ``None``."""
    return _told("receipt_by_number", number.strip().upper(), "".join(sha256.split()).lower())


def verify_file(*, sha256: str) -> Verified | None:
    """Return the receipt whose printed file has this SHA-256."""
    return _told("receipt_by_file", sha256)


def _told(function: str, *given: str) -> Verified | None:
    if not HASH.fullmatch(given[-1]) or any("\x00" in text for text in given):
        return None
    places = ", ".join(["%s"] * len(given))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT number, sha256, drawn_at, is_newest, country, outcome, at FROM {function}({places})",  # noqa: S608
            given,
        )
        rows = cursor.fetchall()
    if not rows:
        return None
    number, sha256, drawn_at, is_newest = rows[0][:4]
    answers = tuple(VerifiedAnswer(*row[4:]) for row in rows if row[4] is not None)
    return Verified(number, sha256, drawn_at, is_newest, answers)
