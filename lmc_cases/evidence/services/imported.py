"""Exhibits that an import brings: added with where they came from, withdrawn when the import is undone.

Nothing here deletes: custody events are append-only, so an exhibit that has some stays and is withdrawn instead.
The audit event of the whole import is the importer's.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from lmc_cases.core.history import save_as
from lmc_cases.evidence.models import CustodyEvent, EvidenceItem

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User
    from lmc_cases.cases.models import Case

MAX_NUMBER: Final = 60
_GIVEN_NUMBER: Final = re.compile(r"X-(\d{1,9})")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedExhibit:
    """An exhibit as a file states it.

    Attributes:
        external_id: its id in the file; the same id is the same exhibit.
        exhibit_number: as stated; "" or one that is taken is replaced by ``X-<n>``.
        parent_numbers: numbers of the exhibits it was taken from, the nearest first.
        reported_hashes: algorithm to hex, as stated; nobody here has seen the file.
    """

    external_id: str
    kind: str
    exhibit_number: str = ""
    description: str = ""
    language: str = "en"
    collected_at: dt.datetime | None = None
    collected_where: str = ""
    collected_by: str = ""
    file_name: str = ""
    media_type: str = ""
    size_bytes: int | None = None
    reported_hashes: Mapping[str, str] = field(default_factory=dict)
    parent_numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedEvent:
    """An act on an exhibit as a file states it; ``happened_at`` is None where the file names no usable time."""

    external_id: str
    kind: str
    happened_at: dt.datetime | None
    to_holder: str = ""
    place: str = ""
    purpose: str = ""
    tool: str = ""


@transaction.atomic
def add_exhibits(
    *, actor: User, case: Case, exhibits: Iterable[ImportedExhibit], import_run: UUID
) -> dict[str, EvidenceItem]:
    """Add exhibits to a case that the caller has locked, each with a custody event that says it was imported.

    An exhibit of the case with the same external id is returned as it is, withheld if it is withheld; one that an
    earlier import brought and its undoing withdrew is there again.

    Returns:
        External id to exhibit.
    """
    # Of the own country only: what a recipient contributed is not ours to import upon.
    own = EvidenceItem.objects.filter(case=case, originator=case.owner_id)
    held = {item.external_id: item for item in own.exclude(external_id="")}
    numbers = dict(own.values_list("exhibit_number", "pk"))
    found: dict[str, EvidenceItem] = {}
    parents: list[tuple[EvidenceItem, tuple[str, ...]]] = []
    for exhibit in exhibits:
        item = held.get(exhibit.external_id)
        if item is None:
            item = _added(exhibit, case, actor, import_run, _free_number(exhibit.exhibit_number, numbers))
            numbers[item.exhibit_number] = item.pk
            parents.append((item, exhibit.parent_numbers))
        elif item.withdrawn_at is not None:
            _reinstated(item, actor, import_run)
        found[exhibit.external_id] = item
    for item, wanted in parents:
        parent = next((numbers[number] for number in wanted if number in numbers), None)
        if parent is not None and parent != item.pk:
            item.parent_id = parent
            save_as(item, actor=actor, reason="imported", update_fields=["parent"])
    return found


@transaction.atomic
def add_events(*, actor: User, item: EvidenceItem, events: Iterable[ImportedEvent], import_run: UUID) -> int:
    """Add the acts that the exhibit's record does not hold yet, by external id; return how many."""
    held = set(CustodyEvent.objects.filter(item=item).values_list("external_id", flat=True))
    added = 0
    for event in events:
        if event.external_id in held:
            continue
        held.add(event.external_id)
        CustodyEvent.objects.create(
            item=item,
            kind=event.kind,
            happened_at=event.happened_at,
            to_holder=event.to_holder,
            place=event.place,
            purpose=event.purpose,
            tool=event.tool,
            external_id=event.external_id,
            import_run=import_run,
            recorded_by=actor,
        )
        added += 1
    return added


@transaction.atomic
def withdraw_import(
    *, actor: User, case: Case, import_run: UUID, reason: str, keep: Collection[UUID] = ()
) -> tuple[list[EvidenceItem], list[EvidenceItem]]:
    """Withdraw the exhibits of an import from a case that the caller has locked.

    Kept are those in ``keep`` (public ids) and those worked on since: edited, given a file, or with an act that
    no import brought.

    Returns:
        The withdrawn and the kept exhibits, by number.
    """
    withdrawn: list[EvidenceItem] = []
    kept: list[EvidenceItem] = []
    items = EvidenceItem.objects.select_for_update().filter(
        case=case, import_run=import_run, withdrawn_at__isnull=True
    )
    for item in items.order_by("exhibit_number"):
        acts = CustodyEvent.objects.filter(item=item)
        if (
            item.uuid in keep
            or item.version > 1
            or item.file
            or acts.filter(import_run__isnull=True).exists()
        ):
            kept.append(item)
            continue
        item.withdrawn_at = timezone.now()
        item.withdrawn_reason = reason
        save_as(item, actor=actor, reason=reason, update_fields=["withdrawn_at", "withdrawn_reason"])
        withdrawn.append(item)
    return withdrawn, kept


def _added(exhibit: ImportedExhibit, case: Case, actor: User, import_run: UUID, number: str) -> EvidenceItem:
    item = EvidenceItem(
        case=case,
        originator_id=case.owner_id,
        exhibit_number=number,
        kind=exhibit.kind,
        description=exhibit.description,
        language=exhibit.language,
        collected_at=exhibit.collected_at,
        collected_where=exhibit.collected_where,
        collected_by=exhibit.collected_by,
        file_name=exhibit.file_name,
        media_type=exhibit.media_type,
        size_bytes=exhibit.size_bytes,
        reported_hashes=dict(exhibit.reported_hashes),
        external_id=exhibit.external_id,
        import_run=import_run,
        recorded_by=actor,
    )
    save_as(item, actor=actor, reason="imported")
    _note_import(item, actor, import_run)
    return item


def _reinstated(item: EvidenceItem, actor: User, import_run: UUID) -> None:
    item.withdrawn_at = None
    item.withdrawn_reason = ""
    item.import_run = import_run
    save_as(
        item,
        actor=actor,
        reason="imported again",
        update_fields=["withdrawn_at", "withdrawn_reason", "import_run"],
    )
    _note_import(item, actor, import_run)


def _note_import(item: EvidenceItem, actor: User, import_run: UUID) -> None:
    CustodyEvent.objects.create(
        item=item,
        kind=CustodyEvent.Kind.IMPORTED,
        happened_at=timezone.now(),
        external_id=f"import:{import_run}",
        import_run=import_run,
        recorded_by=actor,
    )


def _free_number(stated: str, taken: Mapping[str, int]) -> str:
    if stated and len(stated) <= MAX_NUMBER and stated not in taken:
        return stated
    given = (int(match[1]) for number in taken if (match := _GIVEN_NUMBER.fullmatch(number)))
    return f"X-{max(given, default=0) + 1}"
