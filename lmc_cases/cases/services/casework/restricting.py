"""Let only named officers of the own country see a case, or the whole country again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lmc_cases.accounts.models import User
from lmc_cases.audit.models import Operation as AuditOperation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import (
    Case,
    CaseOfficer,
)
from lmc_cases.cases.services.casework.rows import checked_reason, lock_case, mark_changed
from lmc_cases.core.errors import Conflict, InvalidInput
from lmc_cases.core.history import delete_as, save_as
from lmc_cases.jurisdictions.access import Action

if TYPE_CHECKING:
    pass


class NotRestricted(Conflict):
    """The whole own country sees the case already."""


@transaction.atomic
def restrict_case(*, actor: User, case_id: UUID, officer_ids: Iterable[UUID], reason: str) -> Case:
    """Let only the named officers of the own country see the case. The actor is always among them.

    An empty list lifts nothing: see ``lift_restriction``. Shares that were made stay as they are.

    Raises:
        InvalidInput: no reason; somebody who is no active colleague.
    """
    case = lock_case(actor, case_id, Action.EDIT)
    cleaned = checked_reason(reason, _("Say why the case is restricted."))
    wanted = set(officer_ids)
    named = set(User.objects.colleagues_of(actor).filter(uuid__in=wanted))
    if wanted != {officer.uuid for officer in named}:
        raise InvalidInput("officers", _("Choose colleagues from the list."))
    if any(officer.clearance < case.rank for officer in named):
        raise InvalidInput("officers", _("Choose colleagues who are cleared for the case's classification."))
    named.add(actor)
    for held in CaseOfficer.objects.filter(case=case).exclude(user__in=named):
        delete_as(held, actor=actor, reason=cleaned)
    already = set(CaseOfficer.objects.filter(case=case).values_list("user_id", flat=True))
    for officer in sorted(named, key=lambda colleague: colleague.pk):
        if officer.pk not in already:
            save_as(CaseOfficer(case=case, user=officer, named_by=actor), actor=actor, reason=cleaned)
    case.is_restricted = True
    mark_changed(case, actor, cleaned)
    record(
        actor=actor,
        operation=AuditOperation.GRANT,
        verb="case.restricted",
        target=case,
        reason=cleaned,
        codes={"officers": sorted(str(officer.uuid) for officer in named)},
    )
    return case


@transaction.atomic
def lift_restriction(*, actor: User, case_id: UUID, reason: str) -> Case:
    """Let the whole own country see the case again; nobody is named on it any more."""
    case = lock_case(actor, case_id, Action.EDIT)
    if not case.is_restricted:
        raise NotRestricted(_("The case is open to your whole country already."))
    cleaned = checked_reason(reason, _("Say why the restriction is lifted."))
    case.is_restricted = False
    mark_changed(case, actor, cleaned)
    for held in CaseOfficer.objects.filter(case=case):
        delete_as(held, actor=actor, reason=cleaned)
    record(
        actor=actor,
        operation=AuditOperation.GRANT,
        verb="case.restriction_lifted",
        target=case,
        reason=cleaned,
    )
    return case
