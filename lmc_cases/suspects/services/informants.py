"""Record and read informants. Who reads a true identity is recorded each time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.db import models, transaction
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import Case
from lmc_cases.cases.services.casework import lock_case
from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.history import save_as
from lmc_cases.core.text import clean_text
from lmc_cases.jurisdictions.access import Action
from lmc_cases.keys.models import RecordKey
from lmc_cases.keys.providers import KeyUnavailable
from lmc_cases.keys.sealing import key_to_seal, keys_of
from lmc_cases.suspects.models import Informant

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

MAX_CODE_NAME = 60
MAX_TEXT = 2_000


@dataclass(frozen=True, slots=True)
class Revealed:
    """An informant with what is sealed, for one reader; ``is_readable`` is False where the key is not available."""

    informant: Informant
    identity: str
    contact: str
    is_readable: bool = True


@transaction.atomic
def add_informant(
    *,
    actor: User,
    case_id: UUID,
    code_name: str,
    identity: str,
    contact: str = "",
    new_id: UUID | None = None,
) -> Informant:
    """Record an informant of a case of the own country.

    Args:
        new_id: public id to give (``core.once``); sent again, the informant made the first time is returned.

    Raises:
        Case.DoesNotExist: foreign, missing, and without the right alike.
        InvalidInput: no code name or identity, or one too long.
    """
    case = lock_case(actor, case_id, Action.HANDLE_INFORMANTS)
    made = Informant.objects.filter(uuid=new_id, case=case).first() if new_id else None
    if made is not None:
        return made
    last = Informant.objects.filter(case=case).aggregate(last=models.Max("number"))["last"]
    informant = Informant(
        uuid=new_id or uuid4(),
        case=case,
        number=(last or 0) + 1,
        code_name=_cleaned("code_name", clean_text(code_name), MAX_CODE_NAME, needed=True),
        recorded_by=actor,
    )
    texts = {
        "identity": _cleaned("identity", clean_text(identity, multiline=True), MAX_TEXT, needed=True),
        "contact": _cleaned("contact", clean_text(contact, multiline=True), MAX_TEXT),
    }
    key = key_to_seal(RecordKey.Kind.INFORMANT, informant.uuid, case.owner)
    for field, text in texts.items():
        setattr(informant, f"{field}_sealed", key.seal(text, informant.place(field)))
    save_as(informant, actor=actor)
    record(actor=actor, operation=Operation.COLLECTION, verb="informant.added", target=informant)
    return informant


@transaction.atomic
def list_informants(*, actor: User, case_id: UUID) -> list[Informant]:
    """Return the informants of a case, by number, without who they are, and record the consultation.

    Raises:
        Case.DoesNotExist: foreign, missing, and without the right alike.
    """
    case = Case.objects.owned_with(actor, Action.HANDLE_INFORMANTS).get(uuid=case_id)
    rows = list(Informant.objects.visible_to(actor).filter(case=case).order_by("number"))
    record(
        actor=actor,
        operation=Operation.CONSULTATION,
        verb="informants.listed",
        target=case,
        codes={"shown": len(rows)},
    )
    return rows


@transaction.atomic
def reveal_informant(*, actor: User, case_id: UUID, informant_id: UUID) -> Revealed:
    """Return who an informant is, and record who asked.

    Raises:
        Informant.DoesNotExist: foreign, missing, and without the right alike.
    """
    informant = (
        Informant.objects.visible_to(actor)
        .select_related("case", "recorded_by")
        .get(uuid=informant_id, case__uuid=case_id)
    )
    record(actor=actor, operation=Operation.CONSULTATION, verb="informant.viewed", target=informant)
    try:
        key = keys_of([informant.uuid])[informant.uuid]
        return Revealed(
            informant,
            key.open(informant.identity_sealed, informant.place("identity")),
            key.open(informant.contact_sealed, informant.place("contact")),
        )
    except (KeyError, KeyUnavailable):
        return Revealed(informant, "", "", is_readable=False)


def _cleaned(field: str, text: str, longest: int, *, needed: bool = False) -> str:
    if needed and not text:
        raise InvalidInput(field, _("Enter the text."))
    if len(text) > longest:
        raise InvalidInput(field, _("The text is too long. Shorten it."))
    return text
