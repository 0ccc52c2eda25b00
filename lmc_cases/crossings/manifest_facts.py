"""What a printed manifest says, as plain frozen values: no model, no query, no label.

As ``dossiers.facts``: the canonical bytes are embedded as ``manifest.json`` and their SHA-256 stands on the first page.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from lmc_cases.dossiers.facts import LATER, BirthDate, Canonical, Country, Fact, Moment


@dataclass(frozen=True)
class ManifestPerson(Fact):
    """Who sits on a seat. ``seat``: its public id, named by the code; ``flags``: MINOR.

    ``photo``: SHA-256 of the copy that is kept with the disclosure; "" where there is none.

    Of whom nothing may be shown, the place on the list and the request stand alone.
    """

    seat: str
    position: int
    request: str
    name: str = ""
    language: str = ""
    romanised_name: str = ""
    sex: str = ""
    birth_date: BirthDate | None = None
    nationality: Country | None = None
    flags: tuple[str, ...] = ()
    photo: str = field(default="", metadata=LATER)


@dataclass(frozen=True)
class ManifestFacts(Canonical):
    """Everything one version of a manifest says, or one part of many; the same for both sides and in every language.

    ``crossing``: its public id; ``operation`` is named where both countries are of it. Of a manifest in parts
    ``first`` is the place of this part's first person among all, ``total``.
    """

    SCHEMA: ClassVar[str] = "lmc-cases/manifest-facts/1"

    reference: str
    crossing: str
    version: int
    created_at: Moment
    sending: Country
    receiving: Country
    place: str
    border_point: str
    planned_at: Moment
    carrier: str
    operation: str
    seats: int
    escorts: str
    interpreters: str
    persons: tuple[ManifestPerson, ...]
    handling: tuple[str, ...] = ()
    restrictions: tuple[str, ...] = ()
    is_demo: bool = False
    first: int = field(default=0, metadata=LATER)
    total: int = field(default=0, metadata=LATER)
    part: int = field(default=0, metadata=LATER)
    parts: int = field(default=0, metadata=LATER)

    @property
    def last(self) -> int:
        """The place of the last person of this part."""
        return self.first + len(self.persons) - 1

    @property
    def requests(self) -> tuple[str, ...]:
        """References of the requests carried out, each once."""
        return tuple(dict.fromkeys(person.request for person in self.persons))
