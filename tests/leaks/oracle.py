"""Who sees what, said once more in plain Python: written from the rule's words, never from its SQL.

Nobody reads without a role that reads. A classified case, and all that hangs on it, is for cleared officers alone.
The owner's officers see everything of a case; of a restricted case only the named ones do, each until its end.
A share in force (confirmed, neither declined nor revoked nor over) opens the case to its country, or to its one
agency, at its level. A single item is seen from its own level on; or because a share in force names it; or, by
the country that brought it as a recipient, for ever.
A handover request is seen by those the case was shared with when it was drafted, and from its submission by the
owner's side; the end of the share takes it from nobody.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

EXISTENCE, SUMMARY, FULL, OWN = 1, 2, 3, 4
# What is shown: kind, which one, and a number (a level, a count, or 0).
Shown = tuple[str, str, int]


@dataclass
class Officer:
    """Who looks."""

    name: str
    country: str
    agency: str
    clearance: int
    may_read: bool = True


@dataclass
class Share:
    """A share with a country, or with one agency of it."""

    country: str
    agency: str | None
    level: int
    ends: dt.datetime
    is_confirmed: bool
    is_declined: bool = False
    is_revoked: bool = False
    named_items: set[UUID] = field(default_factory=set)

    def is_for(self, officer: Officer) -> bool:
        return officer.country == self.country and self.agency in (None, officer.agency)

    def is_in_force(self, now: dt.datetime) -> bool:
        return self.is_confirmed and not self.is_declined and not self.is_revoked and self.ends > now


@dataclass
class Item:
    """A person or an exhibit."""

    uuid: UUID
    kind: str
    originator: str
    level: int
    word: str
    is_contributed: bool


@dataclass
class Text:
    """A title, summary or statement of facts; the last is not searched."""

    key: int
    uuid: UUID
    level: int
    word: str


@dataclass
class Request:
    """A handover request; asked by a country, or through its one agency."""

    key: int
    country: str
    agency: str | None
    is_submitted: bool


@dataclass
class Record:
    """A case with all that hangs on it."""

    key: int
    uuid: UUID
    owner: str
    reference: str
    rank: int = 1
    status: str = "OPEN"
    typology: int | None = None
    is_restricted: bool = False
    named: dict[str, dt.datetime | None] = field(default_factory=dict)
    shares: list[Share] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)


def is_cleared(officer: Officer, case: Record) -> bool:
    """Whether the officer may see anything at all of a case of this classification."""
    return officer.may_read and officer.clearance >= case.rank


def is_on_the_owners_side(officer: Officer, case: Record, now: dt.datetime) -> bool:
    """Whether the case is the officer's own: by country, or by name where it is restricted."""
    if case.is_restricted:
        return officer.name in case.named and ((end := case.named[officer.name]) is None or end > now)
    return officer.country == case.owner


def level_of(officer: Officer, case: Record, now: dt.datetime) -> int:
    """The highest level at which the officer sees the case; 0 for not at all."""
    if not is_cleared(officer, case):
        return 0
    if is_on_the_owners_side(officer, case, now):
        return OWN
    return max(
        (share.level for share in case.shares if share.is_for(officer) and share.is_in_force(now)), default=0
    )


def is_opened_by_name(officer: Officer, case: Record, item: Item, now: dt.datetime) -> bool:
    """Whether the officer sees the item whatever the level says."""
    if not is_cleared(officer, case):
        return False
    if item.is_contributed and officer.country == item.originator:
        return True
    return any(
        item.uuid in share.named_items and share.is_for(officer) and share.is_in_force(now)
        for share in case.shares
    )


def sees_item(officer: Officer, case: Record, item: Item, now: dt.datetime) -> bool:
    """Whether the officer sees a person or an exhibit."""
    return level_of(officer, case, now) >= item.level or is_opened_by_name(officer, case, item, now)


def sees_request(officer: Officer, case: Record, request: Request, now: dt.datetime) -> bool:
    """Whether the officer sees a handover request."""
    if not is_cleared(officer, case):
        return False
    is_asking = officer.country == request.country and request.agency in (None, officer.agency)
    return is_asking or (request.is_submitted and is_on_the_owners_side(officer, case, now))


def entries_of(case: Record) -> Iterator[tuple[UUID, int, str, Item | None]]:
    """What can be searched of a case: id, level, words, and the item it belongs to."""
    yield case.uuid, EXISTENCE, case.reference.lower(), None
    for text in case.texts:
        if text.level == SUMMARY:
            yield text.uuid, SUMMARY, text.word, None
    for item in case.items:
        if item.kind == "suspect":
            yield item.uuid, item.level, item.word, item


def shown_to(officer: Officer, cases: list[Record], words: tuple[str, ...], now: dt.datetime) -> set[Shown]:
    """Everything that every surface shows the officer now."""
    shown: set[Shown] = set()
    facets: Counter[str] = Counter()
    for case in cases:
        level = level_of(officer, case, now)
        if level:
            shown.add(("case", str(case.key), level))
            facets[f"{case.status} {case.typology or ''} {case.owner}"] += 1
        for item in case.items:
            if sees_item(officer, case, item, now):
                shown.add((item.kind, str(item.uuid), 0))
        shown |= {("text", str(text.key), 0) for text in case.texts if level >= text.level}
        for request in case.requests:
            if sees_request(officer, case, request, now):
                shown.add(("request", str(request.key), 0))
        for uuid, least, word, item in entries_of(case):
            if level >= least or (item is not None and is_opened_by_name(officer, case, item, now)):
                shown.add(("entry", str(uuid), 0))
                # A case is found only by those who see that it exists.
                if level and word in words:
                    shown.add(("hit", f"{word} {case.key}", 0))
    shown |= {("facet", name, count) for name, count in facets.items()}
    shown.add(("count", "", facets.total()))
    return shown
