"""Joint operations: open one, invite countries, leave, end it; put own cases in and take them out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import models, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation as AuditOperation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import Case, CaseDetail, Operation, OperationMember, SearchEntry
from lmc_cases.cases.services.casework import lock_case, touch
from lmc_cases.cases.services.references import next_reference
from lmc_cases.core.errors import Conflict, InvalidInput
from lmc_cases.core.history import delete_as, save_as
from lmc_cases.core.text import clean_text
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting
from lmc_cases.jurisdictions.models import Jurisdiction

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


class OperationOver(Conflict):
    """An ended operation takes no more cases and countries."""


class AlreadyMember(Conflict):
    """The country takes part already."""


@dataclass(frozen=True)
class Totals:
    """Sums over the cases of an operation that one officer may see; nobody is told of the others.

    Attributes:
        cases: cases seen at "summary" or above.
        persons: people recorded in the cases seen in full.
        losses: amount per currency code, sorted by code.
    """

    cases: int
    persons: int
    losses: tuple[tuple[str, Decimal], ...]


def operations_among(user: User, *, text: str = "", status: str = "") -> models.QuerySet[Operation]:
    """Return the operations the officer's country owns or takes part in, newest first.

    Args:
        text: part of the name or the reference.
        status: an ``Operation.Status``; "" for all.
    """
    rows: models.QuerySet[Operation] = Operation.objects.visible_to(user).select_related("owner")
    if wanted := clean_text(text):
        rows = rows.filter(models.Q(name__icontains=wanted) | models.Q(reference__icontains=wanted))
    if status:
        rows = rows.filter(status=status)
    return rows.order_by("-created_at", "-pk")


@transaction.atomic
def create_operation(
    *, actor: User, name: str, name_language: str, started_on: dt.date | None = None
) -> Operation:
    """Open an operation of the officer's own country.

    Raises:
        Operation.DoesNotExist: the officer may not edit the country's records.
        InvalidInput: no name, or an unknown language.
    """
    if not jurisdictions_granting(actor, Action.EDIT).filter(pk=actor.country.pk).exists():
        raise Operation.DoesNotExist
    cleaned = clean_text(name)
    if not cleaned:
        raise InvalidInput("name", _("Enter a name."))
    if name_language not in dict(settings.LANGUAGES):
        raise InvalidInput("name_language", _("Choose a language from the list."))
    operation = Operation(
        owner=actor.country,
        reference=next_reference(actor.country, "OP"),
        name=cleaned,
        name_language=name_language,
        started_on=started_on,
        created_by=actor,
    )
    save_as(operation, actor=actor, reason="created")
    record(actor=actor, operation=AuditOperation.COLLECTION, verb="operation.created", target=operation)
    return operation


@transaction.atomic
def consult_operation(*, actor: User, operation_id: UUID) -> Operation:
    """Return an operation the officer may see, and say in the audit that it was shown."""
    operation = Operation.objects.visible_to(actor).select_related("owner").get(uuid=operation_id)
    record(actor=actor, operation=AuditOperation.CONSULTATION, verb="operation.viewed", target=operation)
    return operation


@transaction.atomic
def invite_country(*, actor: User, operation_id: UUID, country_code: str) -> OperationMember:
    """Let another country see the operation and put cases of its own into it; it opens no case by itself.

    Raises:
        Operation.DoesNotExist: foreign, missing and merely joined operations alike.
    """
    operation = _lock_owned(actor, operation_id)
    country = Jurisdiction.objects.exclude(pk=operation.owner_id).filter(code=country_code).first()
    if country is None:
        raise InvalidInput("country", _("Choose another country from the list."))
    if OperationMember.objects.filter(operation=operation, jurisdiction=country).exists():
        raise AlreadyMember(_("This country takes part already."))
    member = OperationMember(operation=operation, jurisdiction=country, invited_by=actor)
    save_as(member, actor=actor, reason="invited")
    record(
        actor=actor,
        operation=AuditOperation.GRANT,
        verb="operation.country_invited",
        target=operation,
        recipient=country,
    )
    return member


@transaction.atomic
def withdraw_invitation(*, actor: User, operation_id: UUID, country_code: str) -> Operation:
    """Take a country out of an operation of the own country; its cases leave the operation with it."""
    operation = _lock_owned(actor, operation_id)
    member = OperationMember.objects.select_related("jurisdiction").get(
        operation=operation, jurisdiction__code=country_code
    )
    _take_out(actor, operation, member, verb="operation.country_withdrawn")
    return operation


@transaction.atomic
def leave_operation(*, actor: User, operation_id: UUID) -> Operation:
    """Take the officer's own country out of an operation it was invited to, with its cases."""
    found = Operation.objects.visible_to(actor).get(uuid=operation_id)
    countries = jurisdictions_granting(actor, Action.EDIT).filter(pk=actor.country.pk)
    member = OperationMember.objects.select_related("jurisdiction").get(
        operation=found, jurisdiction__in=countries
    )
    operation = Operation.objects.select_for_update().get(pk=found.pk)
    _take_out(actor, operation, member, verb="operation.left")
    return operation


@transaction.atomic
def end_operation(*, actor: User, operation_id: UUID) -> Operation:
    """End an operation: it stays readable and takes nothing new."""
    operation = _lock_owned(actor, operation_id)
    operation.status = Operation.Status.ENDED
    operation.version += 1
    save_as(operation, actor=actor, reason="ended")
    record(actor=actor, operation=AuditOperation.ALTERATION, verb="operation.ended", target=operation)
    return operation


@transaction.atomic
def put_case(*, actor: User, operation_id: UUID, reference: str) -> Case:
    """Put a case of the own country into an operation the officer sees.

    Raises:
        Operation.DoesNotExist: foreign and missing alike.
        InvalidInput: no own case has this reference; foreign and missing alike.
    """
    operation = Operation.objects.visible_to(actor).get(uuid=operation_id)
    if operation.status == Operation.Status.ENDED:
        raise OperationOver(_("This operation has ended."))
    wanted = clean_text(reference).upper()
    found = Case.objects.owned_with(actor, Action.EDIT).filter(reference=wanted).first()
    if found is None:
        raise InvalidInput("reference", _("No case of your country has this reference."))
    return _set_operation(actor, found.uuid, operation, verb="case.put_into_operation")


@transaction.atomic
def take_case_out(*, actor: User, operation_id: UUID, case_id: UUID) -> Case:
    """Take a case of the own country out of an operation."""
    operation = Operation.objects.visible_to(actor).get(uuid=operation_id)
    if not CaseDetail.objects.visible_to(actor).filter(case__uuid=case_id, operation=operation).exists():
        raise Case.DoesNotExist
    return _set_operation(actor, case_id, None, verb="case.taken_out_of_operation")


def totals_for(user: User, operation: Operation) -> Totals:
    """Sum the operation up over the cases the officer may see."""
    details = CaseDetail.objects.visible_to(user).filter(operation=operation)
    losses = (
        details.filter(loss_amount__isnull=False)
        .values_list("loss_currency")
        .annotate(total=Sum("loss_amount"))
        .order_by("loss_currency")
    )
    # One search entry per recorded person: cases know nothing else of the app that keeps persons.
    persons = SearchEntry.objects.visible_to(user).filter(
        kind=SearchEntry.Kind.SUSPECT, case__detail__operation=operation
    )
    return Totals(cases=details.count(), persons=persons.count(), losses=tuple(losses))


def _lock_owned(actor: User, operation_id: UUID) -> Operation:
    operation = (
        Operation.objects.owned_with(actor, Action.EDIT)
        .select_for_update(of=("self",))
        .get(uuid=operation_id)
    )
    if operation.status == Operation.Status.ENDED:
        raise OperationOver(_("This operation has ended."))
    return operation


def _take_out(actor: User, operation: Operation, member: OperationMember, *, verb: str) -> None:
    country = member.jurisdiction
    details = CaseDetail.objects.select_for_update(of=("self",)).filter(
        operation=operation, case__owner=country
    )
    for detail in details.order_by("pk"):
        detail.operation = None
        save_as(detail, actor=actor, reason=verb)
    delete_as(member, actor=actor, reason=verb)
    # Not how many cases went along: the operation's owner reads this and may have been shown none of them.
    record(actor=actor, operation=AuditOperation.GRANT, verb=verb, target=operation, recipient=country)


def _set_operation(actor: User, case_id: UUID, operation: Operation | None, *, verb: str) -> Case:
    case = lock_case(actor, case_id, Action.EDIT)
    detail = CaseDetail.objects.select_for_update().get(case=case)
    shown = operation or detail.operation
    detail.operation = operation
    save_as(detail, actor=actor, reason=verb)
    touch(case)
    save_as(case, actor=actor, reason=verb)
    record(
        actor=actor,
        # Beside the cases of other countries: put together for one purpose.
        operation=AuditOperation.COMBINATION if operation else AuditOperation.ALTERATION,
        verb=verb,
        target=case,
        codes={"operation": str(shown.uuid) if shown else ""},
    )
    return case
