"""The records that data protection asks about: people of cases, and informants, alike."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING
from uuid import UUID

from lmc_cases.cases.services.casework import lock_case
from lmc_cases.jurisdictions.access import Action
from lmc_cases.jurisdictions.models import RetentionRule
from lmc_cases.suspects.models import Informant, Suspect

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

Record = Suspect | Informant
INFORMANT_PURPOSE = "INFORMANT"


class Kind(enum.StrEnum):
    """As addresses name them."""

    PERSONS = "persons"
    INFORMANTS = "informants"


def record_of(actor: User, kind: Kind, public_id: UUID) -> Record:
    """Return a record of the own country that the officer may change.

    Raises:
        Suspect.DoesNotExist, Informant.DoesNotExist: foreign, missing, without the right and erased alike.
    """
    rows: dict[Kind, Record] = {}
    if kind == Kind.PERSONS:
        people = Suspect.objects.owned_with(actor, Action.EDIT).filter(erased_at__isnull=True)
        rows[kind] = people.select_related("case__owner").get(uuid=public_id)
    else:
        informants = Informant.objects.visible_to(actor).filter(erased_at__isnull=True)
        rows[kind] = informants.select_related("case__owner").get(uuid=public_id)
    return rows[kind]


def lock_record(actor: User, kind: Kind, public_id: UUID) -> Record:
    """Return the record, locked with its case (the case first: one order for all).

    Raises:
        As ``record_of``.
    """
    held = record_of(actor, kind, public_id)
    case = lock_case(actor, held.case.uuid, action_of(kind))
    locked: Record
    if isinstance(held, Suspect):
        locked = Suspect.objects.select_for_update(of=("self",)).get(pk=held.pk, erased_at__isnull=True)
    else:
        locked = Informant.objects.select_for_update(of=("self",)).get(pk=held.pk, erased_at__isnull=True)
    locked.case = case
    return locked


def action_of(kind: Kind) -> Action:
    """Return the right that the records of a kind ask for."""
    return Action.EDIT if kind == Kind.PERSONS else Action.HANDLE_INFORMANTS


def kind_of(record: Record) -> Kind:
    """Return the kind of a record."""
    return Kind.PERSONS if isinstance(record, Suspect) else Kind.INFORMANTS


def fields_of(record: Record) -> dict[str, Record | None]:
    """Return the columns by which a row names the record."""
    is_person = isinstance(record, Suspect)
    return {"suspect": record if is_person else None, "informant": None if is_person else record}


def rule_for(record: Record) -> RetentionRule | None:
    """Return the row of the country's rule for this kind of record; ``None`` where nothing is known."""
    purpose = record.category if isinstance(record, Suspect) else INFORMANT_PURPOSE
    return RetentionRule.objects.filter(jurisdiction=record.case.owner, purpose=purpose).first()
