"""The bytes of an event that are sealed: ids, codes and salted commitments, written in one way only.

JSON as ASCII with sorted names, no blanks and whole numbers alone, so that the same columns give the same bytes in
every version of every library. PostgreSQL puts the time of its own clock in front when the row is written
(``audit_complete_event``): ``{"at":<microseconds since 1970-01-01 UTC>,...}``. Layout 1 is final: what is sealed is
recomputed from the columns years later. A change of layout takes a new number and keeps this one.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

LAYOUT = 1
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MICROSECOND = dt.timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True)
class SealedFacts:
    """What is sealed of one event; "" where there is nothing to say.

    Attributes:
        uuid: of the event; ``actor``, ``agency``, ``object``, ``case``: public ids too.
        address: salted commitment to the caller's address, see ``address_commitment``.
        country, owner, recipient: country codes of who acted, whose record it is, who received.
        reason: salted commitment to the officer's words.
        codes: whole numbers, texts, booleans, None, and lists and dictionaries of them.
    """

    uuid: str
    request: str
    channel: str
    address: str
    actor: str
    agency: str
    country: str
    operation: str
    verb: str
    object_type: str
    object: str
    case: str
    reference: str
    owner: str
    recipient: str
    reason_code: str
    reason: str
    outcome: str
    codes: dict[str, Any]


def body_of(facts: SealedFacts) -> bytes:
    """Return the bytes without the time, as they are handed to PostgreSQL.

    Raises:
        TypeError: a code is a fraction or no JSON at all: PostgreSQL writes fractions its own way.
    """
    written = {**asdict(facts), "v": LAYOUT}
    # Once there and back: names that are numbers become texts before they are sorted.
    plain = json.loads(json.dumps(written, allow_nan=False), parse_float=_no_fractions)
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode("ascii")


def canonical_of(facts: SealedFacts, occurred_at: dt.datetime) -> bytes:
    """Return the sealed bytes, as PostgreSQL completes them."""
    return b'{"at":%d,%s' % ((occurred_at - EPOCH) // MICROSECOND, body_of(facts)[1:])


def address_commitment(address: str | None, salt: str) -> str:
    """Return the commitment to an address: hex, 64 characters; "" without address.

    The salt is random and stays in the row: whoever is given both can check, nobody can guess.
    """
    return hashlib.sha256(f"{salt}\x1f{address}".encode()).hexdigest() if address else ""


def _no_fractions(text: str) -> float:
    raise TypeError(f"a fraction among the codes of an audit event: {text}")
