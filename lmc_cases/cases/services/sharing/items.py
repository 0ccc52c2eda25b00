"""The persons and exhibits that a share can name; their tables stand above this app and are told of here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from lmc_cases.cases.models import CaseShareItem, Level
from lmc_cases.cases.services.handling import Block, Onward
from lmc_cases.cases.services.ledger import Piece
from lmc_cases.core.errors import InvalidInput

if TYPE_CHECKING:
    from django.db import models

    from lmc_cases.accounts.models import User
    from lmc_cases.cases.models import Case, CaseItem
    from lmc_cases.jurisdictions.models import Jurisdiction

# A form offers so many of each kind; a preview names so many of what is withheld.
OFFERED = 200
NAMED = 20


@dataclass(frozen=True)
class ItemSource:
    """How one kind of item is read.

    Attributes:
        kind: a value of ``CaseShareItem.Kind``.
        rows: the items of a case that an officer sees, in their order.
        label: how people call one: number and name.
        number: the number both countries write, never a name.
    """

    kind: str
    rows: Callable[[User, Case], models.QuerySet[Any]]
    label: Callable[[Any], str]
    number: Callable[[Any], str]


_SOURCES: dict[str, ItemSource] = {}


def register(source: ItemSource) -> None:
    """Make a kind of item known; called once by each app that holds one."""
    _SOURCES[source.kind] = source


def sources() -> list[ItemSource]:
    """Return the kinds of items, persons first."""
    order = CaseShareItem.Kind.values
    return sorted(_SOURCES.values(), key=lambda source: order.index(source.kind))


@dataclass(frozen=True)
class SharedItem:
    """One item as the owner's officer reads it."""

    kind: str
    uuid: UUID
    label: str
    number: str
    codes: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True)
class ItemsOfKind:
    """What a share would open of one kind, and what it would not.

    Attributes:
        label: the kind, translated.
        shown: number of items the recipient would see; ``named`` are those opened by name.
        h1, h2, h3: how many of those shown carry the code.
        held: what stays closed, with the reason; the first few. ``held_count`` is all of them.
    """

    kind: str
    label: str
    shown: int
    h1: int
    h2: int
    h3: int
    named: list[SharedItem] = field(default_factory=list)
    held: list[SharedItem] = field(default_factory=list)
    held_count: int = 0


def _may_be_shared(case: Case) -> Q:
    """The owner's own items that are not withheld: what can go to any country.

    What another country contributed is that country's to pass on (H2 or not): it goes on by its request for consent.
    """
    return Q(originator=case.owner_id, level__lte=Level.FULL, withheld="")


def offered_items(*, actor: User, case: Case) -> list[tuple[str, list[SharedItem]]]:
    """Return what a share of the case can name, per kind, the first of each."""
    return [
        (
            str(CaseShareItem.Kind(source.kind).label),
            [_item(source, row) for row in source.rows(actor, case).filter(_may_be_shared(case))[:OFFERED]],
        )
        for source in sources()
    ]


def named_items(*, actor: User, case: Case, item_ids: Iterable[UUID], to: Jurisdiction) -> list[SharedItem]:
    """Return the items of the case with these ids that a share with a country may name, as things stand now.

    Raises:
        InvalidInput: one is not there, is withheld, or came from another country whose consent to pass it on to
            exactly this one does not stand.
    """
    wanted = set(item_ids)
    found = _rows(actor, case, wanted)
    if not wanted:
        return []
    onward = Onward.of(case, to)
    blocks = {row.uuid: onward.blocked(row, by=case.owner) for _source, row in found}
    for _source, row in found:
        if blocks[row.uuid] == Block.CONTRIBUTED:
            names = {"reference": row.audit_reference, "country": row.originator.name, "recipient": to.name}
            raise InvalidInput(
                "item_ids",
                _(
                    "%(reference)s came from %(country)s, and no consent to pass it on to %(recipient)s stands. "
                    "Refuse or take back a share that names it, and ask for consent again."
                )
                % names,
            )
    if blocks.keys() != wanted or any(blocks.values()):
        raise InvalidInput(
            "item_ids", _("One of these items cannot be shared: it is withheld, or another country's.")
        )
    return [_item(source, row) for source, row in found]


def pieces_named(*, actor: User, case: Case, item_ids: Iterable[UUID]) -> list[Piece]:
    """Return items of the case as the ledger notes them: version and codes."""
    return [Piece.of_item(case, source.kind, row) for source, row in _rows(actor, case, set(item_ids))]


def _rows(actor: User, case: Case, wanted: set[UUID]) -> list[tuple[ItemSource, Any]]:
    return [
        (source, row)
        for source in sources()
        if wanted
        for row in source.rows(actor, case).filter(uuid__in=wanted).select_related("originator")
    ]


def items_opened(*, actor: User, case: Case, level: int, named: Iterable[SharedItem]) -> list[ItemsOfKind]:
    """Say, per kind, what a share at ``level`` that also names these items would open, and what stays closed."""
    chosen = list(named)
    found = []
    for source in sources():
        rows = source.rows(actor, case)
        mine = [item for item in chosen if item.kind == source.kind]
        opened = Q(uuid__in=[item.uuid for item in mine])
        if level >= Level.FULL:
            opened |= Q(level__lte=Level.FULL)
        counts = (
            rows.order_by()
            .filter(opened)
            .aggregate(
                shown=Count("pk"),
                h1=Count("pk", filter=Q(handling_h1=True)),
                h2=Count("pk", filter=Q(handling_h2=True)),
                h3=Count("pk", filter=~Q(handling_h3="")),
            )
        )
        held = rows.filter(Q(level__gt=Level.FULL) | ~Q(withheld="")).exclude(opened)
        found.append(
            ItemsOfKind(
                kind=source.kind,
                label=_("Persons") if source.kind == CaseShareItem.Kind.SUSPECT else _("Exhibits"),
                named=mine,
                held=[_item(source, row) for row in held.select_related("originator")[:NAMED]],
                held_count=held.order_by().count(),
                **counts,
            )
        )
    return found


def item_of_case(*, actor: User, case: Case, kind: str, number: str) -> SharedItem | None:
    """Return the item of a kind with this number, as both countries write it."""
    source = _SOURCES.get(kind)
    if source is None:
        return None
    rows = source.rows(actor, case)
    return next((_item(source, row) for row in rows if source.number(row) == number), None)


def _item(source: ItemSource, row: CaseItem) -> SharedItem:
    return SharedItem(
        kind=source.kind,
        uuid=row.uuid,
        label=source.label(row),
        number=source.number(row),
        codes=tuple(code for code in row.handling_codes if code != "H0"),
        why=_why_held(row),
    )


def _why_held(row: CaseItem) -> str:
    if row.withheld:
        return str(row.get_withheld_display())
    if row.level > Level.FULL:
        return _("Contributed by %(country)s") % {"country": row.originator.name}
    return ""
