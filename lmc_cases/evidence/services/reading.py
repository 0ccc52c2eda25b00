"""What the pages show of exhibits: every read is recorded here, beside the rows it returns."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.db.models import Prefetch, Q, QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import Case, Disclosure
from lmc_cases.cases.services import ledger
from lmc_cases.cases.services.handling import MARK_FIELDS
from lmc_cases.cases.services.items import case_with_items
from lmc_cases.core.display import format_moment, zone_offset
from lmc_cases.core.text import clean_text
from lmc_cases.evidence.models import EvidenceItem
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

PAGE_ROWS = 50
COUNT_LIMIT = 1000
HISTORY_ROWS = 100
# Reasons on history rows that are not an officer's words.
_CODED = frozenset({"file", "imported", "imported again"})
_SHOWN = {
    name: EvidenceItem._meta.get_field(name).verbose_name  # type: ignore[union-attr]
    for name in (
        "exhibit_number",
        "kind",
        "description",
        "language",
        "collected_at",
        "collected_where",
        "collected_by",
        *MARK_FIELDS,
        "withheld",
    )
}


@dataclass(frozen=True)
class ExhibitPage:
    """One page of the exhibits of a case, in the order they were recorded.

    Attributes:
        previous, following: public id to page ``before`` or ``after``; ``None`` at either end.
        count: exhibits of the case, at most ``COUNT_LIMIT + 1``.
    """

    rows: list[EvidenceItem]
    previous: UUID | None
    following: UUID | None
    count: int


@dataclass(frozen=True)
class PastState:
    """One past state: when, who, what was done, why, and (label, before, after) of each changed field."""

    at: dt.datetime
    by: str
    act: str
    reason: str
    changes: list[tuple[str, str, str]]


@transaction.atomic
def list_items(
    *,
    actor: User,
    case_id: UUID,
    kind: str = "",
    term: str = "",
    after: UUID | None = None,
    before: UUID | None = None,
) -> ExhibitPage:
    """Return a page of the exhibits of a case that the officer may see, and record the consultation.

    Below the level "full" those are the exhibits a share opens by name, and the own country's.

    Args:
        kind: a code of ``EvidenceItem.Kind``; "" for all.
        term: part of the number, the description or the name of the file.
        after, before: exhibit at which the page starts or ends.

    Raises:
        Case.DoesNotExist: foreign, missing and too low a level alike.
    """
    case = case_with_items(actor, case_id)
    items = items_among(actor, case, kind=kind, term=term)
    count = len(items.order_by().values_list("pk", flat=True)[: COUNT_LIMIT + 1])
    start = _place(items, after)
    end = None if start is not None else _place(items, before)
    if end is not None:
        found = list(items.filter(pk__lt=end).order_by("-pk")[: PAGE_ROWS + 1])
        rows, has_previous, has_following = found[:PAGE_ROWS][::-1], len(found) > PAGE_ROWS, True
    else:
        found = list((items if start is None else items.filter(pk__gt=start)).order_by("pk")[: PAGE_ROWS + 1])
        rows, has_previous, has_following = found[:PAGE_ROWS], start is not None, len(found) > PAGE_ROWS
    record(
        actor=actor,
        operation=Operation.CONSULTATION,
        verb="evidence.listed",
        target=case,
        codes={"shown": len(rows), "kind": kind, "searched": bool(clean_text(term))},
    )
    ledger.note_items(
        actor=actor, case=case, kind=Disclosure.Kind.EVIDENCE, items=rows, path=Disclosure.Path.LIST
    )
    return ExhibitPage(
        rows=rows,
        previous=rows[0].uuid if rows and has_previous else None,
        following=rows[-1].uuid if rows and has_following else None,
        count=count,
    )


def items_among(user: User, case: Case, *, kind: str = "", term: str = "") -> QuerySet[EvidenceItem]:
    """Return the exhibits of a case that the officer may see, under the filters of ``list_items``; in no order."""
    items = with_parent(user, EvidenceItem.objects.visible_to(user).filter(case=case))
    if kind:
        items = items.filter(kind=kind)
    if wanted := clean_text(term):
        items = items.filter(
            Q(exhibit_number__icontains=wanted)
            | Q(description__icontains=wanted)
            | Q(file_name__icontains=wanted)
        )
    return items.select_related("originator")


@transaction.atomic
def consult_item(*, actor: User, case_id: UUID, item_id: UUID) -> EvidenceItem:
    """Return an exhibit and record that the officer looked.

    Raises:
        EvidenceItem.DoesNotExist: foreign, missing and of another case alike.
    """
    item = find_item(actor=actor, case_id=case_id, item_id=item_id)
    record(actor=actor, operation=Operation.CONSULTATION, verb="evidence.viewed", target=item)
    ledger.note_item(actor=actor, item=item, kind=Disclosure.Kind.EVIDENCE)
    return item


def find_item(*, actor: User, case_id: UUID, item_id: UUID) -> EvidenceItem:
    """Return a visible exhibit by the case in the address; what the own country contributed, by its own note of it.

    Raises:
        EvidenceItem.DoesNotExist: foreign, missing and of another case alike.
    """
    items = with_parent(actor, EvidenceItem.objects.visible_to(actor)).select_related("originator")
    found = items.filter(uuid=item_id, case__uuid=case_id).select_related("case").first()
    if found is not None:
        return found
    mine = jurisdictions_granting(actor, Action.READ)
    return items.get(uuid=item_id, contributed_case=case_id, originator__in=mine)


def with_parent(actor: User, items: QuerySet[EvidenceItem]) -> QuerySet[EvidenceItem]:
    """Read with each exhibit what it was taken from; ``None`` where the officer may not see that."""
    return items.prefetch_related(Prefetch("parent", queryset=EvidenceItem.objects.visible_to(actor)))


def parts_of(actor: User, item: EvidenceItem) -> list[EvidenceItem]:
    """Return what was taken from an exhibit, by number."""
    return list(EvidenceItem.objects.visible_to(actor).filter(parent=item).order_by("exhibit_number")[:200])


def history_of(actor: User, item: EvidenceItem) -> list[PastState]:
    """Return what was done to an exhibit's record, newest first; for the originator only."""
    if not jurisdictions_granting(actor, Action.READ).filter(pk=item.originator_id).exists():
        return []
    past: Any = EvidenceItem.history
    states = list(
        past.visible_to(actor)
        .filter(id=item.pk)
        .select_related("history_user")
        .order_by("-history_date", "-history_id")[: HISTORY_ROWS + 1]
    )
    older = [*states[1:], None]
    return [_past(state, before) for state, before in zip(states[:HISTORY_ROWS], older, strict=False)]


def _past(state: Any, before: Any) -> PastState:
    reason = state.history_change_reason or ""
    by = state.history_user.full_name if state.history_user else ""
    changes: list[tuple[str, str, str]] = []
    if before is None:
        act = _("Imported") if state.import_run else _("Recorded")
    elif state.file and not before.file:
        act = _("File uploaded")
    else:
        act = _("Changed")
        changes = [
            (capfirst(str(label)), old, new)
            for name, label in _SHOWN.items()
            if (old := _written(before, name)) != (new := _written(state, name))
        ]
    return PastState(state.history_date, by, act, "" if reason in _CODED else reason, changes)


def _written(state: Any, name: str) -> str:
    value = getattr(state, name)
    if name == "collected_at":
        return f"{format_moment(value)} {zone_offset(value)}" if value else ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    label = getattr(state, f"get_{name}_display", None)
    return str(label()) if label else str(value)


def _place(items: Any, item_id: UUID | None) -> int | None:
    if item_id is None:
        return None
    place: int | None = items.filter(uuid=item_id).values_list("pk", flat=True).first()
    return place
