"""The reason for reading another country's case: asked once per case and day, recorded by its code."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.accounts.reading_reasons import known_reasons
from lmc_cases.audit.models import Operation as AuditOperation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import Case, ReadingReason
from lmc_cases.core.errors import InvalidInput, ReasonRequired
from lmc_cases.core.text import clean_text
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

MOST_CHARACTERS = 1_000


def day_of(officer: User) -> dt.date:
    """Return today's date where the officer is."""
    try:
        zone = zoneinfo.ZoneInfo(officer.time_zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        zone = zoneinfo.ZoneInfo("UTC")
    return timezone.now().astimezone(zone).date()


def is_own(user: User, case: Case) -> bool:
    """Whether the case belongs to a country whose records the officer reads as the own."""
    return jurisdictions_granting(user, Action.READ).filter(pk=case.owner_id).exists()


def reason_of_today(user: User, case: Case) -> ReadingReason | None:
    """Return the reason the officer gave for this case today."""
    rows = ReadingReason.objects.visible_to(user).filter(case=case, officer=user.pk, day=day_of(user))
    return rows.first()


def require_reason(*, actor: User, case: Case) -> None:
    """Refuse to go on until the officer has said why the case is read; the own country's needs no reason.

    ``case`` was read through the access rule: foreign and missing cases answered 404 before any question.

    Raises:
        ReasonRequired: none was given today.
    """
    if not is_own(actor, case) and reason_of_today(actor, case) is None:
        raise ReasonRequired(
            _("Say why you read this case of another country."),
            case_uuid=case.uuid,
            reasons=tuple(known_reasons()),
        )


@transaction.atomic
def give_reason(
    *, actor: User, case_id: UUID, code: str, text: str = "", is_standing: bool = False
) -> ReadingReason | None:
    """Record why the officer reads a foreign case today; the first answer of the day stands.

    Args:
        code: of ``accounts.reading_reasons``.
        text: the officer's own words; needed where the code asks for them.
        is_standing: the code is the standing purpose of a partner's token.

    Returns:
        The reason of the day; ``None`` for a case of the own country, which needs none.

    Raises:
        Case.DoesNotExist: foreign and missing alike.
        InvalidInput: a code of no list, no words where they are needed, too many of them.
    """
    case = Case.objects.visible_to(actor).select_related("owner").get(uuid=case_id)
    if is_own(actor, case):
        return None
    held = reason_of_today(actor, case)
    if held is not None:
        return held
    known = known_reasons().get(code)
    if known is None:
        raise InvalidInput("reason_code", _("Choose an entry of the list."))
    cleaned = clean_text(text, multiline=True)
    if known.needs_text and not cleaned:
        raise InvalidInput("reason", _("Give the reason in your own words."))
    if len(cleaned) > MOST_CHARACTERS:
        raise InvalidInput("reason", _("Use at most %(limit)s characters.") % {"limit": MOST_CHARACTERS})
    event = record(
        actor=actor,
        operation=AuditOperation.CONSULTATION,
        verb="case.reason_given",
        target=case,
        reason=cleaned,
        reason_code=code,
        codes={"standing": is_standing},
    )
    row = ReadingReason(
        case=case, officer=actor, day=day_of(actor), code=code, is_standing=is_standing, event=event
    )
    # Two windows of one officer may answer at once: the first stands.
    ReadingReason.objects.bulk_create([row], ignore_conflicts=True)
    return reason_of_today(actor, case)
