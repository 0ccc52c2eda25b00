"""The chain of custody: acts are added, never changed; what does not fit together is named."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.text import search_form
from lmc_cases.evidence.models import CustodyEvent, EvidenceItem
from lmc_cases.evidence.services.items import MAX_HOLDER, MAX_PLACE, line, not_in_future
from lmc_cases.evidence.services.keeping import lock_item_to_keep, note_change

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

Kind = CustodyEvent.Kind
# What an officer records; the other kinds are written by the act itself.
RECORDED_BY_HAND: Final = (Kind.COLLECTED, Kind.TRANSFERRED, Kind.EXAMINED)
_HANDS: Final = frozenset({Kind.COLLECTED, Kind.TRANSFERRED})


@dataclass(frozen=True)
class CustodyLine:
    """One act as shown, and what does not fit between it and the one before ("" where all fits)."""

    event: CustodyEvent
    problem: str


@transaction.atomic
def record_custody(
    *,
    actor: User,
    item_id: UUID,
    kind: str,
    happened_at: dt.datetime | None,
    from_holder: str = "",
    to_holder: str = "",
    place: str = "",
    purpose: str = "",
    condition: str = "",
    tool: str = "",
    new_id: UUID | None = None,
) -> CustodyEvent:
    """Record that an exhibit was collected, handed on or examined; also when its case is closed.

    Args:
        from_holder, to_holder: who had it, and who has it now; both are needed for a transfer.
        new_id: public id to give (``core.once``); sent again, the event made the first time is returned.

    Raises:
        EvidenceItem.DoesNotExist: foreign and missing alike.
        InvalidInput: no time or one in the future, a holder not named, a text too long.
    """
    item = lock_item_to_keep(actor, item_id, even_closed=True)
    made = None if new_id is None else CustodyEvent.objects.filter(uuid=new_id, item=item).first()
    if made is not None:
        return made
    if kind not in RECORDED_BY_HAND:
        raise InvalidInput("kind", _("Choose a value from the list."))
    if happened_at is None:
        raise InvalidInput("happened_at", _("Enter a date and a time."))
    event = CustodyEvent(
        uuid=new_id or uuid4(),
        item=item,
        kind=kind,
        happened_at=not_in_future("happened_at", happened_at),
        from_holder=line("from_holder", from_holder, MAX_HOLDER),
        to_holder=line("to_holder", to_holder, MAX_HOLDER),
        place=line("place", place, MAX_PLACE),
        purpose=line("purpose", purpose, MAX_PLACE),
        condition=line("condition", condition, MAX_PLACE),
        tool=line("tool", tool, MAX_PLACE),
        recorded_by=actor,
    )
    if kind == Kind.TRANSFERRED and not event.from_holder:
        raise InvalidInput("from_holder", _("Enter who hands the exhibit over."))
    if kind in _HANDS and not event.to_holder:
        raise InvalidInput("to_holder", _("Enter who takes the exhibit."))
    event.save(force_insert=True)
    note_change(item, actor, "custody")
    record(
        actor=actor,
        operation=Operation.COLLECTION,
        verb="evidence.custody_recorded",
        target=item,
        codes={"kind": kind},
    )
    return event


def chain_of(actor: User, item: EvidenceItem) -> list[CustodyLine]:
    """Return the acts on an exhibit that the officer may see, oldest first, with what does not fit."""
    seen = CustodyEvent.objects.visible_to(actor).filter(item=item).select_related("recorded_by__agency")
    events = sorted(seen, key=lambda event: (event.happened_at or event.recorded_at, event.pk))
    problems = gaps(events)
    return [CustodyLine(event, problems.get(event.pk, "")) for event in events]


def holder_of(item: EvidenceItem) -> str:
    """Return who holds an exhibit by its record, "" where that is not known."""
    hands = CustodyEvent.objects.filter(item=item, kind__in=_HANDS, happened_at__isnull=False)
    last = hands.order_by("-happened_at", "-pk").first()
    return last.to_holder if last is not None else ""


def gaps(events: Iterable[CustodyEvent]) -> dict[int, str]:
    """Return, by primary key of the event, what does not fit: a time with no holder or with two.

    Only collections and transfers move an exhibit. The one who hands over must be the one who took it last.
    Names are compared in ``core.text.search_form``, so that spelling habits open no gap.

    Args:
        events: of one exhibit, oldest first.
    """
    found: dict[int, str] = {}
    holder: str | None = None
    for event in events:
        if event.kind not in _HANDS:
            continue
        problem = _problem(event, holder)
        if problem:
            found[event.pk] = problem
        holder = event.to_holder
    return found


def _problem(event: CustodyEvent, holder: str | None) -> str:
    if event.happened_at is None:
        return _("The time is not known: the order is not certain.")
    if event.kind == Kind.COLLECTED:
        if holder is None:
            return ""
        return _("Collected again while %(holder)s held it: two holders.") % {"holder": holder}
    if not event.from_holder:
        return _("Who handed it over is not recorded.")
    if holder is None:
        return _("How it came to %(holder)s is not recorded.") % {"holder": event.from_holder}
    if search_form(event.from_holder) != search_form(holder):
        return _("%(giver)s hands over what %(holder)s held: a time with no holder or with two.") % {
            "giver": event.from_holder,
            "holder": holder or "–",
        }
    return ""
