"""Break-glass for lock-outs: one officer asks, another of the same country opens, for hours and in front of everybody.

The request names a reference and is recorded and answered alike whether or not there is such a case; only the second
person learns what there was to open. The case is found and the officer named by a function of the database
(migration 0007): the second person does not see the case either.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.accounts.models import User
from lmc_cases.accounts.services.notices import tell
from lmc_cases.audit.models import Operation as AuditOperation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import EmergencyAccess
from lmc_cases.core.errors import Conflict, InvalidInput
from lmc_cases.core.history import save_as
from lmc_cases.core.text import clean_text
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_CHARACTERS = 2_000
State = EmergencyAccess.State


class AlreadyDecided(Conflict):
    """Somebody decided on it, or it waited too long."""


@transaction.atomic
def ask_for_emergency(*, actor: User, reference: str, reason: str) -> EmergencyAccess:
    """Ask that a second person open a restricted case of the own country; says nothing of whether there is one.

    Raises:
        EmergencyAccess.DoesNotExist: the officer reads no records of the own country.
        InvalidInput: no reference or no reason.
    """
    if actor.agency is None or not _reads(actor):
        raise EmergencyAccess.DoesNotExist
    named = clean_text(reference).upper()
    why = clean_text(reason, multiline=True)
    if not named or len(named) > EmergencyAccess._meta.get_field("reference").max_length:  # type: ignore[operator]
        raise InvalidInput("reference", _("Enter the reference of the case."))
    if not why or len(why) > MOST_CHARACTERS:
        raise InvalidInput("reason", _("Give a reason."))
    asked = EmergencyAccess(country=actor.country, reference=named, reason=why, asked_by=actor)
    save_as(asked, actor=actor)
    record(actor=actor, operation=AuditOperation.GRANT, verb="case.emergency_asked", target=asked, reason=why)
    return asked


@transaction.atomic
def decide_emergency(*, actor: User, request_id: UUID, approve: bool, reason: str = "") -> EmergencyAccess:
    """Open the case for the officer who asked, or refuse. The second person is another one, and supervises.

    Everybody named on the case and the country's administrators are told. Where there is nothing to open (no such
    case, not restricted, not cleared, named already) the request ends as ``NOTHING``.

    Raises:
        EmergencyAccess.DoesNotExist: foreign, missing, own request and no right alike.
        AlreadyDecided: see there.
    """
    asked = (
        EmergencyAccess.objects.to_decide(actor)
        .select_for_update(of=("self",))
        .select_related("country", "asked_by")
        .get(uuid=request_id)
    )
    now = timezone.now()
    lasts = dt.timedelta(hours=settings.EMERGENCY_HOURS)
    if asked.asked_at + lasts < now:
        raise AlreadyDecided(_("The request waited too long. Let the officer ask again."))
    why = clean_text(reason, multiline=True)[:MOST_CHARACTERS]
    named: list[int] = []
    if approve:
        opened = _open(asked, actor, now + lasts)
        asked.state = State.NOTHING if opened is None else State.APPROVED
        if opened is not None:
            asked.case_id, named = opened
            asked.until = now + lasts
    else:
        asked.state = State.REFUSED
    asked.decided_by = actor
    asked.decided_at = now
    asked.decision_reason = why
    save_as(asked, actor=actor, reason=why)
    is_opened = asked.state == State.APPROVED
    record(
        actor=actor,
        operation=AuditOperation.GRANT if is_opened else AuditOperation.REFUSAL,
        verb="case.emergency_approved" if is_opened else "case.emergency_refused",
        owner_id=asked.country_id,
        reason=why,
        codes={
            "request": str(asked.uuid),
            "case": asked.case_id is not None,
            "for": str(asked.asked_by.uuid),
            "until": asked.until.isoformat() if asked.until else "",
            "state": asked.state,
        },
    )
    if is_opened:
        _tell_everybody(asked, named)
    return asked


def requests_of(user: User) -> list[EmergencyAccess]:
    """Return the requests the officer made or may look at, newest first."""
    rows = EmergencyAccess.objects.visible_to(user).select_related("asked_by", "decided_by", "country")
    return list(rows.order_by("-pk")[:100])


def may_decide(user: User) -> bool:
    """Whether the officer supervises a country; the service asks again."""
    return jurisdictions_granting(user, Action.SUPERVISE).exists()


def _reads(actor: User) -> bool:
    return jurisdictions_granting(actor, Action.READ).filter(pk=actor.country.pk).exists()


def _open(asked: EmergencyAccess, approver: User, until: dt.datetime) -> tuple[int, list[int]] | None:
    """Name the officer on the case; return it and who was named before, or ``None`` where there is nothing to open."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT opened_id, named FROM open_case_in_emergency(%s, %s, %s)",
            [asked.uuid, approver.pk, until],
        )
        row = cursor.fetchone()
    return None if row is None else (int(row[0]), list(row[1]))


def _tell_everybody(asked: EmergencyAccess, named: Iterable[int]) -> None:
    """Mail the named officers and the country's administrators; no name and no reference travels by mail."""
    administrators = User.objects.get_queryset().filter(
        is_active=True,
        agency__jurisdiction=asked.country_id,
        role_assignments__revoked_at__isnull=True,
        role_assignments__role__actions__contains=[Action.MANAGE_USERS.value],
    )
    told = {*named, *administrators.values_list("pk", flat=True)} - {asked.asked_by_id}
    for user in User.objects.get_queryset().filter(pk__in=told).order_by("pk"):
        tell(
            user,
            subject=lambda: _("A restricted case was opened in an emergency"),
            text=lambda: _(
                "Two officers of your country opened a restricted case in an emergency, for a short time. Sign in"
                " and look at the cases on which you are named, or at the requests for emergency access."
            ),
        )
