"""Give an officer's cases to a colleague: when the work moves, and before the officer leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models, transaction
from django.utils.translation import gettext as _

from lmc_cases.accounts.models import User
from lmc_cases.accounts.services.officers import close_account
from lmc_cases.audit.models import Operation as AuditOperation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import Case, CaseDetail, CaseOfficer
from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.history import delete_as, save_as
from lmc_cases.core.text import clean_text
from lmc_cases.jurisdictions.access import Action, acting_for_office, jurisdictions_granting

if TYPE_CHECKING:
    from collections.abc import Iterable


def count_cases(*, actor: User, officer_id: UUID) -> int:
    """Return how many cases an officer would hand on: those led, and restricted ones that name the officer.

    Only the number: managing users is no right to read cases.

    Raises:
        User.DoesNotExist: foreign and missing alike.
    """
    officer = User.objects.visible_to(actor).get(uuid=officer_id)
    with acting_for_office(officer):
        return _cases_of(officer).count()


@transaction.atomic
def hand_on_cases(*, actor: User, from_officer_id: UUID, to_officer_id: UUID, reason: str) -> int:
    """Give every case of an officer to a colleague of the same country; return how many.

    The actor manages the country's users or is the officer. On restricted cases the colleague takes the
    officer's place among the named where the officer led the case or nobody else would be left.

    Raises:
        User.DoesNotExist: the officer is foreign or missing.
        InvalidInput: the colleague is not an active officer of the same country, no reason.
    """
    leaving = User.objects.visible_to(actor).get(uuid=from_officer_id)
    taking = User.objects.colleagues_of(leaving).exclude(pk=leaving.pk).filter(uuid=to_officer_id).first()
    if taking is None:
        raise InvalidInput("colleague", _("Choose colleagues from the list."))
    cleaned = _reason(reason)
    with acting_for_office(leaving):
        # Cases first and in one order, as every other service locks them: no two acts wait for each other.
        cases = list(
            Case.objects.select_for_update(of=("self",))
            .filter(pk__in=_cases_of(leaving))
            .order_by("pk")
            .prefetch_related("named_officers__user")
        )
        details = {
            detail.case_id: detail
            for detail in CaseDetail.objects.select_for_update().filter(case__in=cases).order_by("pk")
        }
        for case in cases:
            leads = details[case.pk].lead_officer_id == leaving.pk
            if leads:
                details[case.pk].lead_officer = taking
                save_as(details[case.pk], actor=actor, reason=cleaned)
            if case.is_restricted:
                _replace_named(
                    case.named_officers.all(), leaving, taking, actor, cleaned, case=case, leads=leads
                )
            record(
                actor=actor,
                operation=AuditOperation.GRANT,
                verb="case.handed_on",
                target=case,
                reason=cleaned,
                codes={"from": str(leaving.uuid), "to": str(taking.uuid), "led": leads},
            )
    return len(cases)


@transaction.atomic
def leave(*, actor: User, officer_id: UUID, colleague_id: UUID | None, reason: str) -> int:
    """Hand an officer's cases on and close the account in one act; return how many cases moved.

    Args:
        actor: manages the users of the officer's country, and is not the officer.
        colleague_id: who takes the cases; ``None`` only where there are none to take.

    Raises:
        User.DoesNotExist: foreign and missing alike.
        InvalidInput: there are cases and nobody takes them; no reason.
    """
    managed = jurisdictions_granting(actor, Action.MANAGE_USERS)
    officer = (
        User.objects.visible_to(actor)
        .filter(agency__jurisdiction__in=managed, is_active=True)
        .exclude(pk=actor.pk)
        .get(uuid=officer_id)
    )
    cleaned = _reason(reason)
    moved = 0
    if colleague_id is not None:
        moved = hand_on_cases(
            actor=actor, from_officer_id=officer.uuid, to_officer_id=colleague_id, reason=cleaned
        )
    elif count_cases(actor=actor, officer_id=officer.uuid):
        raise InvalidInput("colleague", _("Choose who takes the cases."))
    close_account(actor=actor, user_id=officer.uuid, reason=cleaned)
    return moved


def _cases_of(officer: User) -> models.QuerySet[Case, int]:
    return Case.objects.filter(
        models.Q(detail__lead_officer=officer)
        | models.Q(
            pk__in=CaseOfficer.objects.filter(user=officer, case__is_restricted=True).values("case_id")
        )
    ).values_list("pk", flat=True)


def _replace_named(
    named: Iterable[CaseOfficer],
    leaving: User,
    taking: User,
    actor: User,
    reason: str,
    *,
    case: Case,
    leads: bool,
) -> None:
    others = [row for row in named if row.user_id != leaving.pk and row.user.in_service]
    if (leads or not others) and all(row.user_id != taking.pk for row in others):
        save_as(CaseOfficer(case=case, user=taking, named_by=actor), actor=actor, reason=reason)
    for row in named:
        if row.user_id == leaving.pk:
            delete_as(row, actor=actor, reason=reason)


def _reason(reason: str) -> str:
    cleaned = clean_text(reason, multiline=True)
    if not cleaned:
        raise InvalidInput("reason", _("Enter a reason."))
    return cleaned
