"""Change the fields of a case."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lmc_cases.accounts.models import User
from lmc_cases.audit.models import Operation as AuditOperation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import (
    Case,
    CaseDetail,
    CaseOfficer,
)
from lmc_cases.cases.services.casework.fields import (
    border_point_of,
    check_classification,
    check_detail,
    typology_of,
)
from lmc_cases.cases.services.casework.rows import CaseClosed, check_code, lock_case, touch
from lmc_cases.core.errors import InvalidInput, StaleVersion
from lmc_cases.core.history import save_as
from lmc_cases.core.text import clean_text
from lmc_cases.jurisdictions.access import Action

if TYPE_CHECKING:
    pass


@transaction.atomic
def edit_case(
    *,
    actor: User,
    case_id: UUID,
    version: int,
    status: str,
    typology_code: str,
    classification: str,
    loss_amount: Decimal | None,
    loss_currency: str,
    fraud_victims: int | None,
    place: str,
    occurred_from: dt.date | None,
    occurred_to: dt.date | None,
    border_point_id: UUID | None = None,
    lead_officer_id: UUID | None = None,
    reason: str = "",
) -> Case:
    """Change the fields of a case; opening it again is the one change a closed case takes.

    Args:
        version: of the case as read.
        lead_officer_id: a colleague; ``None`` keeps the present one. On a restricted case the new lead officer
            becomes one of the named.

    Raises:
        Case.DoesNotExist: foreign and missing alike.
        StaleVersion: someone saved it since ``version`` was read.
        CaseClosed: it is closed and would stay so.
    """
    case = lock_case(actor, case_id, Action.EDIT)
    detail = CaseDetail.objects.select_for_update().get(case=case)
    if case.version != version:
        raise _changed_since(case, detail, version)
    if case.status == Case.Status.CLOSED and status == Case.Status.CLOSED:
        raise CaseClosed(_("The case is closed. Open it again before you change it."))
    check_code("status", status, Case.Status.values)
    if classification != case.classification:
        check_classification(actor, classification)
    check_detail(loss_amount, loss_currency, occurred_from, occurred_to, fraud_victims)
    cleaned_reason = clean_text(reason, multiline=True)
    if lead_officer_id is not None:
        _change_lead(case, detail, actor, lead_officer_id, cleaned_reason)
    case.status = status
    case.typology = typology_of(typology_code)
    case.classification = classification
    touch(case)
    save_as(case, actor=actor, reason=cleaned_reason)
    detail.loss_amount = loss_amount
    detail.loss_currency = loss_currency
    detail.fraud_victims = fraud_victims
    detail.place = clean_text(place)
    detail.occurred_from = occurred_from
    detail.occurred_to = occurred_to
    detail.border_point = border_point_of(border_point_id)
    save_as(detail, actor=actor, reason=cleaned_reason)
    record(
        actor=actor,
        operation=AuditOperation.ALTERATION,
        verb="case.edited",
        target=case,
        reason=cleaned_reason,
        codes={"status": status, "version": case.version},
    )
    return case


def _changed_since(case: Case, detail: CaseDetail, version: int) -> StaleVersion:
    # The first save after the one that was read: what stood just before it is what the officer started from.
    past = Case.history.filter(id=case.pk).select_related("history_user", "typology")
    first_newer = past.filter(version__gt=version).order_by("history_date", "history_id").first()
    base: dict[str, str] = {}
    if first_newer is not None:
        before = past.filter(history_date__lt=first_newer.history_date).first()
        details = CaseDetail.history.filter(case_id=case.pk, history_date__lt=first_newer.history_date)
        detail_before = details.select_related("lead_officer", "border_point").first()
        if before is not None and detail_before is not None:
            base = _as_sent(before, detail_before)
    last = past.filter(version=case.version).order_by("history_date", "history_id").first()
    return StaleVersion(
        _("Someone else changed this case while you were editing it."),
        version=case.version,
        theirs=_as_sent(case, detail),
        base=base,
        by=last.history_user.full_name if last is not None and last.history_user is not None else "",
        at=last.history_date if last is not None else None,
    )


def _as_sent(case: Any, detail: Any) -> dict[str, str]:
    """Write the fields of a case, or of a past state of it, as its form sends them."""
    return {
        "status": case.status,
        "typology_code": case.typology.code if case.typology else "",
        "classification": case.classification,
        "lead_officer_id": str(detail.lead_officer.uuid) if detail.lead_officer else "",
        "place": detail.place,
        "border_point_id": str(detail.border_point.uuid) if detail.border_point else "",
        "occurred_from": _iso(detail.occurred_from),
        "occurred_to": _iso(detail.occurred_to),
        "loss_amount": _iso(detail.loss_amount),
        "loss_currency": detail.loss_currency,
        "fraud_victims": "" if detail.fraud_victims is None else str(detail.fraud_victims),
    }


def _change_lead(case: Case, detail: CaseDetail, actor: User, officer_id: UUID, reason: str) -> None:
    if detail.lead_officer is not None and detail.lead_officer.uuid == officer_id:
        return
    lead = User.objects.colleagues_of(actor).filter(uuid=officer_id).first()
    if lead is None:
        raise InvalidInput("lead_officer_id", _("Choose colleagues from the list."))
    detail.lead_officer = lead
    if case.is_restricted and not CaseOfficer.objects.filter(case=case, user=lead).exists():
        save_as(CaseOfficer(case=case, user=lead, named_by=actor), actor=actor, reason=reason)


def _iso(value: Any) -> str:
    return "" if value is None else str(value)
