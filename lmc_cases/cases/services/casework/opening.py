"""Open a case of the own country."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from lmc_cases.accounts.models import User
from lmc_cases.audit.models import Operation as AuditOperation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import (
    Case,
    CaseDetail,
    CaseOfficer,
    CaseText,
    Level,
    Operation,
    SearchEntry,
)
from lmc_cases.cases.services.casework.fields import (
    border_point_of,
    check_classification,
    check_detail,
    typology_of,
)
from lmc_cases.cases.services.casework.rows import MAX_TITLE_CHARACTERS, checked_text
from lmc_cases.cases.services.casework.writing import write_text
from lmc_cases.cases.services.references import next_reference
from lmc_cases.cases.services.search import put_entry
from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.history import save_as
from lmc_cases.core.text import clean_text
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting

if TYPE_CHECKING:
    from lmc_cases.jurisdictions.models import Jurisdiction


@transaction.atomic
def open_case(
    *,
    actor: User,
    title: str,
    language: str,
    typology_code: str = "",
    summary: str = "",
    classification: str = Case.Classification.RESTRICTED,
    is_restricted: bool = False,
    operation_id: UUID | None = None,
    loss_amount: Decimal | None = None,
    loss_currency: str = "",
    fraud_victims: int | None = None,
    place: str = "",
    border_point_id: UUID | None = None,
    occurred_from: dt.date | None = None,
    occurred_to: dt.date | None = None,
    public_id: UUID | None = None,
) -> Case:
    """Open a case of the officer's own country; nobody else sees it until it is shared.

    Args:
        public_id: the id the page gave it (``core.once``); sent again, the case of the first time comes back.

    Raises:
        InvalidInput: an empty title, a loss without currency, a code of no list.
        Case.DoesNotExist: the officer may not open cases.
    """
    owner = _own_country(actor)
    if actor.agency is None:
        raise Case.DoesNotExist
    if not clean_text(title):
        raise InvalidInput("title", _("Enter a title."))
    checked_text("title", clean_text(title), MAX_TITLE_CHARACTERS)
    check_classification(actor, classification)
    check_detail(loss_amount, loss_currency, occurred_from, occurred_to, fraud_victims)
    # The counter's lock makes a form that was sent twice wait here; only then is it known what came first.
    reference = next_reference(owner)
    made = Case.objects.owned_with(actor, Action.EDIT).filter(uuid=public_id).first() if public_id else None
    if made is not None:
        return made
    case = Case(
        uuid=public_id or uuid4(),
        owner=owner,
        agency=actor.agency,
        reference=reference,
        typology=typology_of(typology_code),
        classification=classification,
    )
    save_as(case, actor=actor)
    if is_restricted:
        # Named first: nobody could name an officer on a case that nobody sees.
        save_as(CaseOfficer(case=case, user=actor, named_by=actor), actor=actor)
        case.is_restricted = True
        save_as(case, actor=actor)
    detail = CaseDetail(
        case=case,
        lead_officer=actor,
        operation=None
        if operation_id is None
        else Operation.objects.visible_to(actor).get(uuid=operation_id),
        loss_amount=loss_amount,
        loss_currency=loss_currency,
        fraud_victims=fraud_victims,
        place=clean_text(place),
        border_point=border_point_of(border_point_id),
        occurred_from=occurred_from,
        occurred_to=occurred_to,
    )
    save_as(detail, actor=actor)
    put_entry(
        case_id=case.pk,
        kind=SearchEntry.Kind.REFERENCE,
        object_uuid=case.uuid,
        level=Level.EXISTENCE,
        text=case.reference,
    )
    record(actor=actor, operation=AuditOperation.COLLECTION, verb="case.opened", target=case)
    write_text(actor=actor, case_id=case.uuid, kind=CaseText.Kind.TITLE, language=language, text=title)
    if summary.strip():
        write_text(
            actor=actor, case_id=case.uuid, kind=CaseText.Kind.SUMMARY, language=language, text=summary
        )
    return case


def _own_country(actor: User) -> Jurisdiction:
    owner = actor.country
    if not jurisdictions_granting(actor, Action.EDIT).filter(pk=owner.pk).exists():
        raise Case.DoesNotExist
    return owner
