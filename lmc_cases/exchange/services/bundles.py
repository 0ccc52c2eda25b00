"""A CASE bundle as persons, exhibits and acts of a case. The bundle's own statements; nothing is added to them."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import models

from lmc_cases.evidence.models import CustodyEvent, EvidenceItem
from lmc_cases.evidence.services.imported import MAX_NUMBER, ImportedEvent, ImportedExhibit
from lmc_cases.exchange.case_bundle import read_bundle
from lmc_cases.exchange.case_records import (
    Account,
    Device,
    File,
    InvestigativeAction,
    ParsedBundle,
    Person,
    ProvenanceRecord,
    Record,
)
from lmc_cases.exchange.services.people import fingerprint_of
from lmc_cases.exchange.sheet_people import PersonRow
from lmc_cases.suspects.countries import is_country
from lmc_cases.suspects.models import IdentityDocument, Suspect
from lmc_cases.suspects.services.bulk import ImportedPerson
from lmc_cases.suspects.services.details import MAX_ALIASES, MAX_NAME, MAX_REMARKS, DocumentDetails

if TYPE_CHECKING:
    from lmc_cases.cases.models import Case

# The raw JSON of what was not read, as far as a report has room for it; all of it is in the stored file.
MAX_UNREAD_BYTES: Final = 2_000_000
MAX_UNREAD: Final = 2_000
MAX_PROBLEMS: Final = 1_000
# What becomes a person, an exhibit or an act; of all else only the number is reported.
_TAKEN: Final = frozenset({"Person", "Device", "Account", "File", "ProvenanceRecord", "InvestigativeAction"})


@dataclass(frozen=True, slots=True)
class Plan:
    """What a bundle would bring to a case.

    Attributes:
        persons: node id and person, in the order of the file; ``row`` counts from 1.
        officials: persons who only investigate; they become nobody's suspect.
        unnamed: persons without a name, who cannot be recorded.
        acts: external id of an exhibit to its acts.
        acts_of_nothing: acts on things that are no exhibit; they have no record to stand in.
        shortened: nodes of which a text was too long for its column.
    """

    bundle: ParsedBundle
    persons: tuple[tuple[str, ImportedPerson], ...]
    officials: tuple[str, ...]
    unnamed: tuple[str, ...]
    exhibits: tuple[ImportedExhibit, ...]
    acts: dict[str, tuple[ImportedEvent, ...]]
    acts_of_nothing: tuple[str, ...]
    shortened: tuple[str, ...]

    def counts(self) -> dict[str, int]:
        """Return how much of each kind the bundle would bring."""
        return {
            "persons": len(self.persons),
            "officials": len(self.officials),
            "unnamed": len(self.unnamed),
            "exhibits": len(self.exhibits),
            "acts": sum(len(acts) for acts in self.acts.values()),
        }


def plan_of(path: Path, *, category: str, language: str, key: bytes) -> Plan:
    """Read a bundle and say what it would bring.

    Args:
        category: of persons of whom the bundle says nothing.
        language: of the descriptions, which a bundle does not name.
        key: of the persons' fingerprints (``fingerprint_of``).

    Raises:
        BundleError: the bundle is broken.
    """
    return _Planner(
        read_bundle(path.read_bytes(), max_bytes=settings.IMPORT_MAX_BYTES), category, language, key
    ).plan()


def unread_of(bundle: ParsedBundle) -> dict[str, Any]:
    """Return what was not understood or needs an eye, for the report of a run."""
    kept: list[dict[str, Any]] = []
    room = MAX_UNREAD_BYTES
    for unknown in bundle.report.unknown[:MAX_UNREAD]:
        raw = [_storable(dict(part)) for part in unknown.raw]
        size = len(json.dumps(raw, ensure_ascii=False).encode())
        room -= size
        kept.append(
            {
                "id": unknown.id,
                "types": list(unknown.types),
                "reason": unknown.reason,
                "details": list(unknown.details),
                "path": unknown.path,
                "raw": raw if room >= 0 else None,
            }
        )
    problems = bundle.report.problems
    return {
        "nodes": bundle.report.nodes,
        "unread": kept,
        "unread_total": len(bundle.report.unknown),
        "problems": [
            {"id": p.id, "code": p.code, "detail": p.detail, "path": p.path} for p in problems[:MAX_PROBLEMS]
        ],
        "problems_total": len(problems),
        "not_taken": {name: count for name, count in bundle.report.counts.items() if name not in _TAKEN},
    }


def external_id(node_id: str) -> str:
    """Return a node's id as the records keep it: as it is, or its hash where it is too long."""
    return node_id if len(node_id) <= 300 else f"sha256:{hashlib.sha256(node_id.encode()).hexdigest()}"


def exhibits_alike(case: Case, exhibits: tuple[ImportedExhibit, ...]) -> dict[str, tuple[str, str]]:
    """Return external id to reason (SAME_ID, SAME_HASH) and number of the exhibit that the case holds already."""
    by_id: dict[str, str] = {}
    by_hash: dict[str, str] = {}
    held = EvidenceItem.objects.filter(case=case, withdrawn_at__isnull=True).order_by("-pk")
    for item_id, number, sha256, reported in held.values_list(
        "external_id", "exhibit_number", "sha256", "reported_hashes"
    ):
        by_id[item_id] = number
        for digest in (sha256, reported.get("SHA256", "")):
            by_hash[digest.lower()] = number
    for nothing in (by_id, by_hash):
        nothing.pop("", None)
    alike: dict[str, tuple[str, str]] = {}
    for exhibit in exhibits:
        digest = exhibit.reported_hashes.get("SHA256", "")
        if exhibit.external_id in by_id:
            alike[exhibit.external_id] = ("SAME_ID", by_id[exhibit.external_id])
        elif digest in by_hash:
            alike[exhibit.external_id] = ("SAME_HASH", by_hash[digest])
    return alike


class _Planner:
    def __init__(self, bundle: ParsedBundle, category: str, language: str, key: bytes) -> None:
        self.bundle = bundle
        self.category = category
        self.language = language
        self.key = key
        self.shortened: list[str] = []
        self.acts_of_nothing: list[str] = []

    def plan(self) -> Plan:
        persons = [p for p in self.bundle.persons if not p.is_official]
        named = [p for p in persons if p.name_original or p.name_romanised]
        exhibits = tuple(self._exhibits())
        acts = self._acts({exhibit.external_id for exhibit in exhibits})
        return Plan(
            bundle=self.bundle,
            persons=tuple((p.id, self._person(p, row)) for row, p in enumerate(named, start=1)),
            officials=tuple(p.id for p in self.bundle.persons if p.is_official),
            unnamed=tuple(p.id for p in persons if p not in named),
            exhibits=exhibits,
            acts=acts,
            acts_of_nothing=tuple(self.acts_of_nothing),
            shortened=tuple(dict.fromkeys(self.shortened)),
        )

    def _cut(self, record: Record, text: str, longest: int) -> str:
        if len(text) > longest:
            self.shortened.append(record.id)
        return text[:longest]

    def _person(self, person: Person, row: int) -> ImportedPerson:
        documents = tuple(
            DocumentDetails(
                kind=claim.kind or IdentityDocument.Kind.OTHER,
                number=self._cut(person, claim.number, 60),
                issuing_country=claim.country if claim.country and is_country(claim.country) else "",
                status=claim.status or IdentityDocument.Status.NOT_CHECKED,
            )
            for claim in person.documents
            if any(sign.isalnum() for sign in claim.number)
        )
        nationality = person.nationality if is_country(person.nationality) else ""
        if len(person.aliases) > MAX_ALIASES:
            self.shortened.append(person.id)
        return ImportedPerson(
            row=row,
            documents=documents,
            fingerprint=fingerprint_of(
                PersonRow(
                    name_original=person.name_original,
                    name_romanised=person.name_romanised,
                    sex=person.sex,
                    birth_date_written=person.birth_date_written,
                    birth_date=person.birth_date,
                    nationality=nationality,
                    document_number=documents[0].number if documents else "",
                ),
                self.key,
            ),
            name_original=self._cut(person, person.name_original, MAX_NAME),
            name_romanised=self._cut(person, person.name_romanised, MAX_NAME),
            aliases=tuple(
                self._cut(person, name, MAX_NAME)
                for name in (*self._other_names(person), *person.aliases)[:MAX_ALIASES]
            ),
            sex=person.sex or Suspect.Sex.UNKNOWN,
            birth_date_text=self._cut(person, person.birth_date_written, 60),
            nationality=nationality,
            role=person.role_in_group or Suspect.Role.UNKNOWN,
            category=self._category(person),
            remarks=self._cut(person, self._remarks(person), MAX_REMARKS),
        )

    def _other_names(self, person: Person) -> Iterator[str]:
        taken = {person.name_original, person.name_romanised}
        for name in person.names:
            if name.full not in taken:
                taken.add(name.full)
                yield name.full

    def _category(self, person: Person) -> str:
        if person.category:
            return person.category
        return Suspect.Category.VICTIM if "VICTIM" in person.roles else self.category

    def _remarks(self, person: Person) -> str:
        lines = [person.description, *person.remarks]
        if person.nationality_written and not (person.nationality and is_country(person.nationality)):
            lines.append(person.nationality_written)
        for claim in person.documents:
            lines += [text for text in (claim.kind_written,) if text and not claim.kind]
            lines += [text for text in (claim.country_written,) if text and not claim.country]
            lines += [text for text in (claim.status_written,) if text and not claim.status]
        for node_id in (*person.account_ids, *person.device_ids):
            record = self.bundle.get(node_id)
            if isinstance(record, Account):
                lines.append(_joined(record.name, record.identifier))
            elif isinstance(record, Device):
                lines.append(_joined(record.name, record.model, *record.imei))
        return "\n".join(dict.fromkeys(filter(None, lines)))

    def _exhibits(self) -> Iterator[ImportedExhibit]:
        collected = self._collected()
        for record in self.bundle.provenance_records:
            objects = [held for node_id in record.object_ids if (held := self.bundle.get(node_id))]
            yield self._exhibit(record, objects, collected.get(record.id))
        loose: tuple[Record, ...] = (*self.bundle.devices, *self.bundle.accounts, *self.bundle.files)
        for thing in loose:
            if not self.bundle.records_holding(thing.id):
                yield self._exhibit(thing, [thing], collected.get(thing.id))

    def _exhibit(
        self, record: Record, objects: list[Record], collected: InvestigativeAction | None
    ) -> ImportedExhibit:
        number = record.exhibit_number if isinstance(record, ProvenanceRecord) else ""
        roots = record.root_exhibit_numbers if isinstance(record, ProvenanceRecord) else ()
        files = [thing for thing in objects if isinstance(thing, File)]
        file = files[0] if len(files) == 1 else None
        lines = [record.name, record.description, *record.remarks]
        if len(number) > MAX_NUMBER:
            lines.append(number)
        for thing in objects:
            lines += [line for line in self._about(thing) if line]
        return ImportedExhibit(
            external_id=external_id(record.id),
            kind=_kind(objects),
            exhibit_number=number,
            description="\n".join(dict.fromkeys(filter(None, lines))),
            language=self.language,
            collected_at=_at(collected) if collected else None,
            collected_where=self._cut(record, collected.location, 300) if collected else "",
            collected_by=self._cut(record, collected.performer, 200) if collected else "",
            file_name=self._cut(record, file.file_name, 255) if file else "",
            media_type=self._cut(record, file.media_type, 100) if file else "",
            size_bytes=file.size_bytes if file else None,
            reported_hashes=dict(file.hashes) if file else {},
            parent_numbers=roots,
        )

    def _about(self, thing: Record) -> Iterator[str]:
        yield thing.name
        yield thing.description
        yield from thing.remarks
        if isinstance(thing, Device):
            yield _joined(thing.manufacturer, thing.model)
            for label, value in (("S/N", thing.serial_number), ("ICCID", thing.iccid), ("IMSI", thing.imsi)):
                yield f"{label} {value}" if value else ""
            yield from (f"IMEI {imei}" for imei in thing.imei)
            yield self._owners(thing.owner_ids)
        elif isinstance(thing, Account):
            yield thing.identifier
            yield _joined(thing.display_name, thing.registered_name, thing.registered_birth_date)
            yield _joined(thing.application, thing.issuer, *thing.logins)
            yield from (f"{label}: {value}" for label, value in thing.details.items())
            yield self._owners(thing.owner_ids)
        elif isinstance(thing, File):
            yield thing.file_path
            # Several files in one exhibit: the record has room for the hashes of one.
            yield _joined(thing.file_name, *(f"{name} {value}" for name, value in thing.hashes.items()))

    def _owners(self, ids: tuple[str, ...]) -> str:
        persons = (self.bundle.get(node_id) for node_id in ids)
        return _joined(*(_label(person) for person in persons if person is not None))

    def _collected(self) -> dict[str, InvestigativeAction]:
        found: dict[str, InvestigativeAction] = {}
        for action in self.bundle.actions:
            if action.kind == CustodyEvent.Kind.COLLECTED:
                for node_id in self._things_of(action):
                    found.setdefault(node_id, action)
        return found

    def _things_of(self, action: InvestigativeAction) -> Iterator[str]:
        """Yield the node ids of the exhibits an act concerns: records, and objects that no record holds."""
        yield from (record.id for record in self.bundle.exhibits_of(action))
        for node_id in (*action.result_ids, *action.object_ids):
            if not self.bundle.records_holding(node_id):
                yield node_id

    def _acts(self, exhibits: set[str]) -> dict[str, tuple[ImportedEvent, ...]]:
        acts: dict[str, list[ImportedEvent]] = {}
        far = dt.datetime.max.replace(tzinfo=dt.UTC)
        for action in sorted(self.bundle.actions, key=lambda action: _at(action) or far):
            event = ImportedEvent(
                external_id=external_id(action.id),
                kind=action.kind,
                happened_at=_at(action),
                to_holder=self._cut(
                    action, ", ".join(filter(None, (action.performer, *action.participants))), 200
                ),
                place=self._cut(action, action.location, 300),
                purpose=self._cut(action, _joined(action.name, action.description, *action.remarks), 300),
                tool=self._cut(action, ", ".join(action.tools), 300),
            )
            concerned = exhibits & set(map(external_id, self._things_of(action)))
            if not concerned:
                self.acts_of_nothing.append(action.id)
            for node_id in concerned:
                acts.setdefault(node_id, []).append(event)
        return {node_id: tuple(events) for node_id, events in acts.items()}


def _at(action: InvestigativeAction) -> dt.datetime | None:
    return next((moment.at for moment in (action.started, action.ended) if moment and moment.at), None)


def _label(record: Record) -> str:
    if isinstance(record, Person):
        return _joined(record.name_original, record.name_romanised)
    return record.name


def _joined(*parts: str) -> str:
    return "; ".join(dict.fromkeys(filter(None, parts)))


def _kind(objects: list[Record]) -> str:
    for thing in objects:
        if isinstance(thing, Device):
            known: type[models.TextChoices] = EvidenceItem.Kind
            return thing.kind if thing.kind in known.values else EvidenceItem.Kind.OTHER
        if isinstance(thing, File):
            return EvidenceItem.Kind.FILE
        if isinstance(thing, Account):
            return EvidenceItem.Kind.ACCOUNT
    return EvidenceItem.Kind.OTHER


def _storable(value: Any) -> Any:
    """Return JSON values without what PostgreSQL cannot store in text: NUL and halves of surrogate pairs."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")
    if isinstance(value, dict):
        return {_storable(key): _storable(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(inner) for inner in value]
    return value
