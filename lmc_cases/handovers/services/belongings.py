"""Keep the list of a person's property and money: recorded by the country that holds the person, read by both."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.core.errors import Conflict, InvalidInput
from lmc_cases.core.history import save_as
from lmc_cases.core.text import clean_text
from lmc_cases.evidence.models import EvidenceItem
from lmc_cases.handovers.models import HandoverRequest, PropertyItem
from lmc_cases.handovers.services.steps import given_reason, locked
from lmc_cases.handovers.states import CHECKABLE, WrongState
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

Disposition = PropertyItem.Disposition
MOST_PIECES = 100_000
CURRENCY = re.compile(r"[A-Z]{3}")
# What a column of the table takes: fifteen digits before the point.
MOST_MONEY = Decimal(10) ** 15


class ChangedMeanwhile(Conflict):
    """Somebody saved the entry since it was read."""

    code = "property-changed"


@dataclass(frozen=True)
class Entry:
    """What an officer enters of one thing or sum.

    Attributes:
        amount: of the currency's main unit, at most three decimals; ``None`` for a thing.
        currency: ISO 4217 code, with an amount only.
        exhibit_id: an exhibit disclosed with the request, where it travels as evidence.
        return_by, return_source: the day the officer names, and where that stands.
    """

    description: str
    disposition: str
    quantity: int = 1
    amount: Decimal | None = None
    currency: str = ""
    exhibit_id: UUID | None = None
    reason: str = ""
    return_what: str = ""
    return_to: str = ""
    return_by: dt.date | None = None
    return_source: str = ""
    third_party: str = ""


@transaction.atomic
def record_property(
    *, actor: User, handover_id: UUID, subject_id: UUID, entry: Entry, new_id: UUID | None = None
) -> PropertyItem:
    """Put one thing or sum on a person's list.

    Args:
        new_id: public id to give (``core.once``); sent again, what was made the first time is returned.

    Raises:
        HandoverRequest.DoesNotExist: foreign, missing, not the side that holds the person, no right.
        WrongState: the request is not open.
        InvalidInput: an unknown person or exhibit; what the disposition or the duty asks for is missing.
    """
    handover = _open_request(actor, handover_id)
    subject = handover.subjects.filter(uuid=subject_id).first()
    if subject is None:
        raise InvalidInput("subject_id", _("Choose a person of this request."))
    if new_id is not None:
        made = PropertyItem.objects.visible_to(actor).filter(uuid=new_id, handover=handover).first()
        if made is not None:
            return made
    item = PropertyItem(handover=handover, subject=subject, recorded_by=actor)
    if new_id is not None:
        item.uuid = new_id
    for name, value in _checked(actor, handover, entry).items():
        setattr(item, name, value)
    save_as(item, actor=actor, reason="recorded")
    _record(actor, item, Operation.COLLECTION, "handover.property_recorded")
    return item


@transaction.atomic
def change_property(
    *, actor: User, handover_id: UUID, item_id: UUID, entry: Entry, version: int
) -> PropertyItem:
    """Change an entry of the list; what it said before stays in its history.

    Raises:
        PropertyItem.DoesNotExist: not on the list of this request.
        ChangedMeanwhile: somebody saved it since ``version`` was read; otherwise as ``record_property``.
    """
    handover = _open_request(actor, handover_id)
    item = _on_list(actor, handover, item_id)
    if item.version != version:
        raise ChangedMeanwhile(
            _("Somebody changed this entry meanwhile. Open it again and repeat your change.")
        )
    for name, value in _checked(actor, handover, entry).items():
        setattr(item, name, value)
    item.version += 1
    item.updated_at = timezone.now()
    save_as(item, actor=actor, reason="changed")
    _record(actor, item, Operation.ALTERATION, "handover.property_changed")
    return item


@transaction.atomic
def remove_property(*, actor: User, handover_id: UUID, item_id: UUID, reason: str) -> PropertyItem:
    """Take an entry off the list that was recorded in error; its history stays, with the reason.

    Raises:
        PropertyItem.DoesNotExist: not on the list of this request.
        InvalidInput: no reason; otherwise as ``record_property``.
    """
    handover = _open_request(actor, handover_id)
    item = _on_list(actor, handover, item_id)
    why = given_reason(reason)
    item.removed_at = item.updated_at = timezone.now()
    item.version += 1
    save_as(item, actor=actor, reason=why)
    _record(actor, item, Operation.ALTERATION, "handover.property_taken_back", reason=why)
    return item


def may_keep_list(actor: User, handover: HandoverRequest) -> bool:
    """Whether the officer records property of this request now."""
    return handover.status in CHECKABLE and _holds(actor, handover)


def property_of(actor: User, handover: HandoverRequest) -> dict[int, list[PropertyItem]]:
    """Return what stands on the lists of a request, by primary key of the person."""
    rows = PropertyItem.objects.visible_to(actor).filter(handover=handover).on_the_list()
    found: dict[int, list[PropertyItem]] = {}
    for row in rows.select_related("recorded_by"):
        row.handover = handover
        found.setdefault(row.subject_id, []).append(row)
    return found


def exhibits_of(actor: User, handover: HandoverRequest) -> list[tuple[UUID, str]]:
    """Return the exhibits disclosed with the request that the officer may see: public id and number."""
    disclosed = {UUID(row["uuid"]): row["number"] for row in handover.disclosed.get("exhibits", ())}
    if not disclosed:
        return []
    seen = EvidenceItem.objects.visible_to(actor).filter(uuid__in=disclosed)
    return [
        (uuid, disclosed[uuid]) for uuid in seen.order_by("exhibit_number").values_list("uuid", flat=True)
    ]


def _holds(actor: User, handover: HandoverRequest) -> bool:
    return jurisdictions_granting(actor, Action.EDIT).filter(pk=handover.requested_id).exists()


def _open_request(actor: User, handover_id: UUID) -> HandoverRequest:
    handover = locked(actor, handover_id)
    if not _holds(actor, handover):
        raise HandoverRequest.DoesNotExist
    if handover.status not in CHECKABLE:
        raise WrongState(_("The request is not open: its lists of property do not change any more."))
    return handover


def _on_list(actor: User, handover: HandoverRequest, item_id: UUID) -> PropertyItem:
    rows = PropertyItem.objects.visible_to(actor).filter(handover=handover).on_the_list()
    return rows.select_for_update(of=("self",)).get(uuid=item_id)


def _checked(actor: User, handover: HandoverRequest, entry: Entry) -> dict[str, Any]:
    """Return the fields of an entry, cleaned, or refuse it naming the field."""
    given = {
        "description": clean_text(entry.description, multiline=True),
        "reason": clean_text(entry.reason, multiline=True),
        "return_what": clean_text(entry.return_what, multiline=True),
        "return_to": clean_text(entry.return_to),
        "return_source": clean_text(entry.return_source),
        "third_party": clean_text(entry.third_party, multiline=True),
    }
    if not given["description"]:
        raise InvalidInput("description", _("Describe what it is."))
    if not 1 <= entry.quantity <= MOST_PIECES:
        raise InvalidInput("quantity", _("Enter a whole number of at least 1."))
    if entry.disposition not in Disposition.values:
        raise InvalidInput("disposition", _("Choose a value from the list."))
    if entry.disposition == Disposition.HELD and not given["reason"]:
        raise InvalidInput("reason", _("Say why it is held back."))
    return {
        **given,
        **_money(entry),
        **_exhibit(actor, handover, entry),
        **_duty(entry, given),
        "quantity": entry.quantity,
        "disposition": entry.disposition,
    }


def _money(entry: Entry) -> dict[str, Any]:
    currency = clean_text(entry.currency).upper()
    if entry.amount is None:
        if currency:
            raise InvalidInput("amount", _("Enter the amount, or leave the currency empty."))
        return {"amount": None, "currency": ""}
    amount = entry.amount
    if not amount.is_finite() or not 0 <= amount < MOST_MONEY or amount != round(amount, 3):
        raise InvalidInput("amount", _("Enter an amount of money with at most three decimals."))
    if not CURRENCY.fullmatch(currency):
        raise InvalidInput(
            "currency", _("Enter the currency as a code of three letters, such as THB or CNY.")
        )
    return {"amount": amount, "currency": currency}


def _exhibit(actor: User, handover: HandoverRequest, entry: Entry) -> dict[str, Any]:
    if entry.exhibit_id is None:
        return {"exhibit_uuid": None, "exhibit_number": ""}
    if entry.disposition != Disposition.EVIDENCE:
        raise InvalidInput("exhibit_id", _("Only what travels as evidence names an exhibit."))
    number = dict(exhibits_of(actor, handover)).get(entry.exhibit_id)
    if number is None:
        raise InvalidInput("exhibit_id", _("Choose an exhibit that was disclosed with this request."))
    return {"exhibit_uuid": entry.exhibit_id, "exhibit_number": number}


def _duty(entry: Entry, given: dict[str, str]) -> dict[str, Any]:
    """A duty to return names what and to whom; its day names where it stands, for no day is made up here."""
    about = (given["return_to"], given["return_source"], entry.return_by)
    if any(about) and not given["return_what"]:
        raise InvalidInput("return_what", _("Say what must be returned."))
    if given["return_what"] and not given["return_to"]:
        raise InvalidInput("return_to", _("Say to whom it must be returned."))
    if entry.return_by is not None and not given["return_source"]:
        raise InvalidInput("return_source", _("Say where this day is written."))
    return {"return_by": entry.return_by}


def _record(actor: User, item: PropertyItem, operation: Operation, verb: str, reason: str = "") -> None:
    handover = item.handover
    record(
        actor=actor,
        operation=operation,
        verb=verb,
        target=item,
        recipient=handover.requesting if handover.submitted_at else None,
        reason=reason,
        codes={"disposition": item.disposition, "subject": str(item.subject.uuid), "version": item.version},
    )
