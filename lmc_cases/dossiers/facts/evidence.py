"""Exhibits with their custody events."""

from __future__ import annotations

from dataclasses import dataclass, field

from lmc_cases.dossiers.facts.base import LATER, Fact, Moment, Text
from lmc_cases.dossiers.facts.persons import Marks


@dataclass(frozen=True)
class CustodyEvent(Fact):
    """One hand-to-hand step or one act. ``hash_check``: MATCH, MISMATCH or NOT_CHECKED."""

    at: Moment | None
    from_holder: str
    to_holder: str
    place: str = ""
    purpose: str = ""
    condition: str = ""
    hash_check: str = "NOT_CHECKED"
    kind: str = ""


@dataclass(frozen=True)
class Exhibit(Fact):
    """One exhibit with its file, if it has one, and its custody events in order."""

    number: str
    kind: str
    description: tuple[Text, ...] = ()
    collected_place: str = ""
    collected_at: Moment | None = None
    collected_by: str = ""
    file_name: str = ""
    size_bytes: int | None = None
    sha256: str = ""
    scan_status: str = ""
    custody: tuple[CustodyEvent, ...] = ()
    marks: Marks | None = field(default=None, metadata=LATER)
