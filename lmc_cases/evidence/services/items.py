"""Add and edit exhibits. A number, once given in a case, belongs to that exhibit for good."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import CaseShareItem
from lmc_cases.cases.services.contributing import announce, finish_adding, lock_case_to_add
from lmc_cases.core.errors import InvalidInput, StaleVersion
from lmc_cases.core.history import save_as
from lmc_cases.core.text import clean_text
from lmc_cases.evidence.models import CustodyEvent, EvidenceItem
from lmc_cases.evidence.services.keeping import lock_item_to_keep, note_change
from lmc_cases.jurisdictions.access import Action

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

MAX_NUMBER: Final = 60
MAX_DESCRIPTION: Final = 20_000
MAX_PLACE: Final = 300
MAX_HOLDER: Final = 200
ONE_NUMBER: Final = "one_exhibit_per_number"
_HASH: Final = re.compile(r"[0-9a-f]{8,128}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExhibitDetails:
    """An exhibit as an officer states it. ``kind`` is a code of ``EvidenceItem.Kind``.

    Attributes:
        language: of the description, a code of the settings.
        parent_number: exhibit number, in the same case, of the thing this was taken from; "" for none.
    """

    exhibit_number: str
    kind: str
    description: str = ""
    language: str = "en"
    collected_at: dt.datetime | None = None
    collected_where: str = ""
    collected_by: str = ""
    parent_number: str = ""


@transaction.atomic
def add_item(
    *,
    actor: User,
    case_id: UUID,
    details: ExhibitDetails,
    new_id: UUID | None = None,
    reported_hashes: Mapping[str, str] | None = None,
) -> EvidenceItem:
    """Add an exhibit to a case of the own country, or to one whose share lets the own country contribute.

    Where the time and the collector are stated, the chain of custody begins with the collection.

    Args:
        new_id: public id to give (``core.once``); sent again, the exhibit made the first time is returned.
        reported_hashes: algorithm to hex, as somebody else stated them.

    Raises:
        Case.DoesNotExist: foreign and missing alike.
        CaseClosed: the case is closed.
        InvalidInput: a number in use, a text too long, a time in the future.
    """
    entry = lock_case_to_add(actor, case_id, Action.EDIT, Action.KEEP_EVIDENCE)
    case = entry.case
    made = None if new_id is None else EvidenceItem.objects.filter(uuid=new_id, case=case).first()
    if made is not None:
        return made
    item = EvidenceItem(
        uuid=new_id or uuid4(),
        case=case,
        **entry.columns,
        recorded_by=actor,
        reported_hashes=_hashes(reported_hashes or {}),
        **_columns(actor, details, case.pk, entry.originator.pk),
    )
    announce(entry, item.uuid, CaseShareItem.Kind.EVIDENCE)
    _save(item, actor=actor, reason="")
    if item.collected_at is not None and item.collected_by:
        CustodyEvent.objects.create(
            item=item,
            kind=CustodyEvent.Kind.COLLECTED,
            happened_at=item.collected_at,
            to_holder=item.collected_by,
            place=item.collected_where,
            recorded_by=actor,
        )
    finish_adding(entry, actor, "exhibit")
    record(
        actor=actor,
        operation=Operation.COLLECTION,
        verb="evidence.added",
        target=item,
        recipient=case.owner if entry.is_contribution else None,
        codes={"kind": item.kind},
    )
    return item


@transaction.atomic
def edit_item(
    *, actor: User, item_id: UUID, version: int, details: ExhibitDetails, reason: str = ""
) -> EvidenceItem:
    """Change what is said of an exhibit; its file and its chain of custody are never changed.

    Raises:
        EvidenceItem.DoesNotExist: foreign and missing alike.
        StaleVersion: someone saved it since ``version`` was read, and differently.
        InvalidInput: as in ``add_item``, and a parent that is a part of this exhibit.
    """
    item = lock_item_to_keep(actor, item_id)
    columns = _columns(actor, details, item.case_id, item.originator_id, item)
    changed = [name for name, value in columns.items() if getattr(item, name) != value]
    if not changed:
        return item
    if item.version != version:
        raise StaleVersion(
            _("Someone else changed this exhibit while you were editing."),
            theirs=as_typed(item),
            version=item.version,
            at=item.updated_at,
        )
    for name, value in columns.items():
        setattr(item, name, value)
    item.version += 1
    item.updated_at = timezone.now()
    _save(item, actor=actor, reason=clean_text(reason))
    note_change(item, actor, "exhibit")
    record(
        actor=actor,
        operation=Operation.ALTERATION,
        verb="evidence.edited",
        target=item,
        reason=clean_text(reason),
        codes={"fields": sorted(changed)},
    )
    return item


def as_typed(item: EvidenceItem) -> dict[str, str]:
    """Return the stored values as the form writes them, the time in the active zone."""
    collected = item.collected_at
    return {
        "exhibit_number": item.exhibit_number,
        "kind": item.kind,
        "description": item.description,
        "language": item.language,
        "collected_at": "" if collected is None else f"{timezone.localtime(collected):%Y-%m-%dT%H:%M}",
        "collected_where": item.collected_where,
        "collected_by": item.collected_by,
        "parent_number": item.parent.exhibit_number if item.parent else "",
    }


def not_in_future(field: str, moment: dt.datetime | None) -> dt.datetime | None:
    """Return the moment, or refuse one that has not come yet.

    Raises:
        InvalidInput: the time lies in the future, or names no zone.
    """
    if moment is not None and (timezone.is_naive(moment) or moment > timezone.now()):
        raise InvalidInput(field, _("The time lies in the future. Check it."))
    return moment


def line(field: str, text: str, longest: int) -> str:
    """Return one cleaned line.

    Raises:
        InvalidInput: it is too long.
    """
    cleaned = clean_text(text)
    if len(cleaned) > longest:
        raise InvalidInput(field, _("The text is too long. Shorten it."))
    return cleaned


def _columns(
    actor: User,
    details: ExhibitDetails,
    case_pk: int,
    originator_pk: int,
    item: EvidenceItem | None = None,
) -> dict[str, Any]:
    number = line("exhibit_number", details.exhibit_number, MAX_NUMBER)
    if not number:
        raise InvalidInput("exhibit_number", _("Enter the exhibit number."))
    if details.kind not in EvidenceItem.Kind.values:
        raise InvalidInput("kind", _("Choose a value from the list."))
    if details.language not in dict(settings.LANGUAGES):
        raise InvalidInput("language", _("Choose a value from the list."))
    description = clean_text(details.description, multiline=True)
    if len(description) > MAX_DESCRIPTION:
        raise InvalidInput("description", _("The text is too long. Shorten it."))
    _check_number_is_free(number, case_pk, originator_pk, item)
    return {
        "exhibit_number": number,
        "kind": str(details.kind),
        "description": description,
        "language": details.language,
        "collected_at": not_in_future("collected_at", _to_minute(details.collected_at, item)),
        "collected_where": line("collected_where", details.collected_where, MAX_PLACE),
        "collected_by": line("collected_by", details.collected_by, MAX_HOLDER),
        "parent": _parent(actor, details.parent_number, case_pk, originator_pk, item),
    }


def _to_minute(moment: dt.datetime | None, item: EvidenceItem | None) -> dt.datetime | None:
    """Keep the seconds of a stored time that the form, which shows minutes, sends back unchanged."""
    held = item.collected_at if item is not None else None
    if held is not None and moment == held.replace(second=0, microsecond=0):
        return held
    return moment


def _parent(
    actor: User, number: str, case_pk: int, originator_pk: int, item: EvidenceItem | None
) -> EvidenceItem | None:
    wanted = clean_text(number)
    if not wanted:
        return None
    numbered = EvidenceItem.objects.visible_to(actor).filter(case_id=case_pk, exhibit_number=wanted)
    # Two countries may number alike: the own exhibit is meant.
    parent = numbered.filter(originator_id=originator_pk).first() or numbered.order_by("pk").first()
    if parent is None:
        raise InvalidInput("parent_number", _("No exhibit of this case has this number."))
    above: EvidenceItem | None = parent
    while item is not None and above is not None:
        if above.pk == item.pk:
            raise InvalidInput("parent_number", _("An exhibit cannot be a part of itself."))
        above = above.parent
    return parent


def _check_number_is_free(number: str, case_pk: int, originator_pk: int, item: EvidenceItem | None) -> None:
    """Refuse a number that another exhibit of the originator in the case has, or had before it was edited."""
    past: Any = EvidenceItem.history
    held = past.filter(case_id=case_pk, originator_id=originator_pk, exhibit_number=number)
    if (held if item is None else held.exclude(id=item.pk)).exists():
        raise _number_taken()


def _number_taken() -> InvalidInput:
    return InvalidInput(
        "exhibit_number", _("Another exhibit of this case has or had this number. Numbers are never reused.")
    )


def _save(item: EvidenceItem, *, actor: User, reason: str) -> None:
    """Save with history; a number that was taken in the meantime is a sentence, not an error page."""
    try:
        with transaction.atomic():
            save_as(item, actor=actor, reason=reason)
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        if getattr(diagnosis, "constraint_name", None) == ONE_NUMBER:
            raise _number_taken() from None
        raise


def _hashes(reported: Mapping[str, str]) -> dict[str, str]:
    cleaned = {clean_text(name)[:20]: clean_text(value).lower() for name, value in reported.items()}
    return {name: value for name, value in cleaned.items() if name and _HASH.fullmatch(value)}
