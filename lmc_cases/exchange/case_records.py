"""What a CASE/UCO bundle says, as plain records. Ids are the bundle's own; texts are cleaned.

``raw`` of every record holds the JSON objects as written, so that nothing a record has no field for is lost. It
may hold secrets of accounts (passwords): keep it where only those see it who see the case in full.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lmc_cases.core.partial_dates import PartialDate


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as written; ``at`` is aware, or None when the text is no time or names no zone."""

    written: str
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What all records have.

    Attributes:
        id: the node's IRI or blank label.
        types: short names, e.g. ``uco-observable:SmartPhone``.
        path: JSON pointer to where the node stands in the file.
        remarks: comments and tags of the bundle's author.
    """

    id: str
    types: tuple[str, ...]
    path: str
    name: str = ""
    description: str = ""
    remarks: tuple[str, ...] = ()
    raw: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class PersonName:
    """A name; ``full`` joins its parts in the order of the person's country and script."""

    full: str
    given: str = ""
    family: str = ""
    language: str = ""

    @property
    def is_latin(self) -> bool:
        """Whether every letter is Latin."""
        return all(sign < "\u0250" or "\u1e00" <= sign <= "\u1eff" for sign in self.full if sign.isalpha())


@dataclass(frozen=True, slots=True)
class DocumentClaim:
    """An identity document as the bundle states it; the codes are None for words that are not known."""

    kind_written: str
    number: str
    country_written: str
    status_written: str
    kind: str | None
    country: str | None
    status: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person(Record):
    """A person, or a role (subject, victim, examiner) that stands for a person nobody has named.

    Attributes:
        roles: SUBJECT, VICTIM, INVESTIGATOR, EXAMINER, ATTORNEY, PERFORMER (did an investigative action).
        role_in_group: code of :func:`person_words.role_code`, or "".
        category: code of :func:`person_words.category_code`, or "".
        birth_date_written: as in the bundle; ``birth_date`` is its reading.
    """

    names: tuple[PersonName, ...] = ()
    aliases: tuple[str, ...] = ()
    sex: str = ""
    birth_date_written: str = ""
    birth_date: PartialDate | None = None
    nationality_written: str = ""
    nationality: str = ""
    documents: tuple[DocumentClaim, ...] = ()
    roles: tuple[str, ...] = ()
    role_in_group: str = ""
    category: str = ""
    account_ids: tuple[str, ...] = ()
    device_ids: tuple[str, ...] = ()

    @property
    def name_original(self) -> str:
        """The first name not in Latin letters, else the first name, else ""."""
        return next((n.full for n in self.names if not n.is_latin), self.names[0].full if self.names else "")

    @property
    def name_romanised(self) -> str:
        """The first name in Latin letters, when there is one in other letters as well, else ""."""
        if all(name.is_latin for name in self.names):
            return ""
        return next((name.full for name in self.names if name.is_latin), "")

    @property
    def is_official(self) -> bool:
        """Whether the person only appears as one who investigates."""
        return bool(self.roles) and not {"SUBJECT", "VICTIM"} & set(self.roles)


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization(Record):
    """A company, an agency, a maker of devices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device(Record):
    """A thing that can be seized. ``kind`` is PHONE, SIM, COMPUTER, STORAGE or OTHER."""

    kind: str = "OTHER"
    manufacturer: str = ""
    model: str = ""
    serial_number: str = ""
    imei: tuple[str, ...] = ()
    iccid: str = ""
    imsi: str = ""
    owner_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Account(Record):
    """An account. ``kind`` is PHONE, EMAIL, BANK, WALLET, APPLICATION or OTHER.

    Attributes:
        identifier: account number, address of a wallet, phone number or e-mail address: what names the account.
        registered_name: the name the account was opened under; not necessarily a person's true name.
        details: further named values (currency, network, IMSI, ...).
    """

    kind: str = "OTHER"
    identifier: str = ""
    display_name: str = ""
    issuer: str = ""
    application: str = ""
    logins: tuple[str, ...] = ()
    registered_name: str = ""
    registered_birth_date: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
    owner_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class File(Record):
    """A file the bundle describes; the bundle does not hold its bytes.

    Attributes:
        hashes: algorithm without hyphens (``SHA256``, ``MD5``) to lower-case hex of the right length.
    """

    file_name: str = ""
    file_path: str = ""
    media_type: str = ""
    size_bytes: int | None = None
    hashes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenanceRecord(Record):
    """An exhibit: its number and the objects it holds."""

    exhibit_number: str = ""
    root_exhibit_numbers: tuple[str, ...] = ()
    object_ids: tuple[str, ...] = ()
    created: Moment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvestigativeAction(Record):
    """One act of an investigation: an event of custody for the exhibits among its objects and results.

    Attributes:
        kind: COLLECTED, TRANSFERRED, HASH_CHECKED or EXAMINED, from the words of the name; the name is kept.
        tools: names with versions, from the instruments.
    """

    kind: str = "EXAMINED"
    started: Moment | None = None
    ended: Moment | None = None
    performer_id: str = ""
    performer: str = ""
    participants: tuple[str, ...] = ()
    location_id: str = ""
    location: str = ""
    environment_id: str = ""
    instrument_ids: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    object_ids: tuple[str, ...] = ()
    result_ids: tuple[str, ...] = ()
    informed_by_ids: tuple[str, ...] = ()
    status: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relationship(Record):
    """A statement that one thing stands in a relation to another."""

    kind: str = ""
    source_ids: tuple[str, ...] = ()
    target_ids: tuple[str, ...] = ()
    is_directional: bool = True
    started: Moment | None = None
    ended: Moment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation(Record):
    """A note about other objects; the text is ``description``."""

    object_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place(Record):
    """A place, with its address in one line."""

    address: str = ""
    latitude: str = ""
    longitude: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool(Record):
    """A forensic tool, a program or an app."""

    version: str = ""
    maker: str = ""
    identifier: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Investigation(Record):
    """The investigation, or another object that only gathers objects."""

    focus: tuple[str, ...] = ()
    object_ids: tuple[str, ...] = ()
    started: Moment | None = None
    ended: Moment | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """A part of the bundle that was kept but not read.

    Attributes:
        reason: TYPE_NOT_READ (the whole object) or PROPERTIES_NOT_READ (those in ``details``).
        raw: the JSON as written.
    """

    id: str
    types: tuple[str, ...]
    reason: str
    details: tuple[str, ...]
    path: str
    raw: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something read that an officer must look at.

    Attributes:
        code: REFERENCE_MISSING, BAD_TIME, TIME_WITHOUT_ZONE, BAD_HASH, CONFLICTING_HASH, BAD_SIZE,
            DUPLICATE_EXHIBIT_NUMBER, EXHIBIT_WITHOUT_NUMBER, ACTION_WITHOUT_RECORD, UNKNOWN_WORD, BIRTH_DATE.
    """

    id: str
    code: str
    detail: str
    path: str


@dataclass(frozen=True, slots=True)
class Report:
    """What was found: counts by kind of record, what was not read, what needs an eye."""

    nodes: int
    counts: Mapping[str, int]
    unknown: tuple[Unknown, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class ParsedBundle:
    """A bundle, read. Every tuple is in the order of the file."""

    sha256: str
    persons: tuple[Person, ...]
    organizations: tuple[Organization, ...]
    devices: tuple[Device, ...]
    accounts: tuple[Account, ...]
    files: tuple[File, ...]
    provenance_records: tuple[ProvenanceRecord, ...]
    actions: tuple[InvestigativeAction, ...]
    relationships: tuple[Relationship, ...]
    annotations: tuple[Annotation, ...]
    places: tuple[Place, ...]
    tools: tuple[Tool, ...]
    investigations: tuple[Investigation, ...]
    report: Report
    _by_id: Mapping[str, Record] = field(repr=False)
    _holders: Mapping[str, tuple[str, ...]] = field(repr=False)

    def get(self, node_id: str) -> Record | None:
        """Return the record with this id, or None when the bundle has none that was read."""
        return self._by_id.get(node_id)

    def records_holding(self, node_id: str) -> tuple[ProvenanceRecord, ...]:
        """Return the exhibits that hold the object."""
        held = (self._by_id.get(record_id) for record_id in self._holders.get(node_id, ()))
        return tuple(record for record in held if isinstance(record, ProvenanceRecord))

    def exhibits_of(self, action: InvestigativeAction) -> Iterator[ProvenanceRecord]:
        """Yield, each once, the exhibits an action resulted in, worked on, or whose objects it worked on."""
        seen: set[str] = set()
        for node_id in (*action.result_ids, *action.object_ids):
            record = self._by_id.get(node_id)
            found = (record,) if isinstance(record, ProvenanceRecord) else self.records_holding(node_id)
            for exhibit in found:
                if exhibit.id not in seen:
                    seen.add(exhibit.id)
                    yield exhibit
