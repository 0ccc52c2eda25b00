"""Share a case, end a share, say who sees a case and why."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation as AuditOperation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import Case, CaseOfficer, CaseShare, Level
from lmc_cases.cases.services.casework import lock_case
from lmc_cases.core.errors import Conflict, InvalidInput
from lmc_cases.core.history import save_as
from lmc_cases.core.text import clean_text
from lmc_cases.jurisdictions.access import Action
from lmc_cases.jurisdictions.models import Agency, Jurisdiction

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


class AlreadyShared(Conflict):
    """The recipient has a share in force."""


class ShareEnded(Conflict):
    """The share was withdrawn before."""


@transaction.atomic
def share_case(
    *,
    actor: User,
    case_id: UUID,
    recipient_code: str,
    level: int,
    purpose: str,
    reason: str,
    expires_at: dt.datetime,
    agency_id: UUID | None = None,
) -> CaseShare:
    """Open a case to another country, or to one agency of it, until ``expires_at``.

    Raises:
        Case.DoesNotExist: foreign and missing alike; also without the right to share.
        InvalidInput: unknown or own country, an end that is not in the future, no reason.
        AlreadyShared: end that share first; what was disclosed is never rewritten.
    """
    case = lock_case(actor, case_id, Action.SHARE)
    recipient = Jurisdiction.objects.exclude(pk=case.owner_id).filter(code=recipient_code).first()
    if recipient is None:
        raise InvalidInput("recipient_code", _("Choose another country from the list."))
    agency = None
    if agency_id is not None:
        agency = Agency.objects.filter(jurisdiction=recipient, uuid=agency_id).first()
        if agency is None:
            raise InvalidInput("agency_id", _("Choose an agency of that country."))
    if level not in Level.values:
        raise InvalidInput("level", _("Choose what the recipient will see."))
    if purpose not in CaseShare.Purpose.values:
        raise InvalidInput("purpose", _("Choose a purpose from the list."))
    cleaned = clean_text(reason, multiline=True)
    if not cleaned:
        raise InvalidInput("reason", _("Say why the case is shared."))
    if expires_at <= timezone.now():
        raise InvalidInput("expires_at", _("Choose a time in the future."))
    held = CaseShare.objects.filter(
        case=case, recipient=recipient, recipient_agency=agency, revoked_at__isnull=True
    ).first()
    if held is not None:
        if held.expires_at > timezone.now():
            raise AlreadyShared(_("The case is already shared with this recipient. Withdraw that share first."))
        # It ended by the clock; say so on the row, so that the next share can stand beside it.
        held.revoked_at = held.expires_at
        held.revoke_reason = "ended"
        save_as(held, actor=actor, reason="ended")
    share = CaseShare(
        case=case,
        recipient=recipient,
        recipient_agency=agency,
        level=level,
        purpose=purpose,
        reason=cleaned,
        shared_by=actor,
        expires_at=expires_at,
    )
    save_as(share, actor=actor, reason=cleaned)
    record(
        actor=actor,
        operation=AuditOperation.DISCLOSURE,
        verb="case.shared",
        target=share,
        recipient=recipient,
        reason=cleaned,
        reason_code=purpose,
        codes={
            "level": level,
            "until": expires_at.isoformat(),
            "agency": str(agency.uuid) if agency else "",
            "case_version": case.version,
        },
    )
    return share


@transaction.atomic
def revoke_share(*, actor: User, share_id: UUID, reason: str) -> CaseShare:
    """End a share at once, on every path. Handover requests already made stay with both countries."""
    found = CaseShare.objects.visible_to(actor).get(uuid=share_id)
    case = lock_case(actor, found.case.uuid, Action.SHARE)
    share = CaseShare.objects.select_for_update().get(pk=found.pk)
    if share.revoked_at is not None:
        raise ShareEnded(_("This share has been withdrawn already."))
    cleaned = clean_text(reason, multiline=True)
    if not cleaned:
        raise InvalidInput("reason", _("Say why the share is withdrawn."))
    share.revoked_at = timezone.now()
    share.revoked_by = actor
    share.revoke_reason = cleaned
    save_as(share, actor=actor, reason=cleaned)
    record(
        actor=actor,
        operation=AuditOperation.DISCLOSURE,
        verb="case.share_revoked",
        target=share,
        recipient=share.recipient,
        reason=cleaned,
        codes={"case_version": case.version},
    )
    return share


@dataclass(frozen=True)
class Opening:
    """Why an audience sees a case.

    Attributes:
        rule: ``"OWNER"``, ``"NAMED"`` or ``"SHARE"``.
        who: name of the country, agency or officer.
        level: what they see.
        until: end of the share; ``None`` for no end.
        share: the row that opens it, for shares.
    """

    rule: str
    who: str
    level: Level
    until: dt.datetime | None
    share: CaseShare | None = None
    country_code: str = ""


def openings_of(*, actor: User, case_id: UUID) -> list[Opening]:
    """Say who sees the case and which row opens it, as far as the officer may know.

    The owner's officers see every opening; a recipient sees the owner and the share made to itself.
    """
    case = Case.objects.visible_to(actor).select_related("owner").get(uuid=case_id)
    owned = Case.objects.owned_with(actor, Action.READ).filter(pk=case.pk).exists()
    found: list[Opening] = []
    if not owned:
        found.append(Opening("OWNER", case.owner.name, Level.FULL, None, country_code=case.owner.code))
    elif case.is_restricted:
        for named in CaseOfficer.objects.visible_to(actor).filter(case=case).select_related("user"):
            found.append(Opening("NAMED", named.user.full_name, Level.FULL, None, country_code=case.owner.code))
    else:
        found.append(Opening("OWNER", case.owner.name, Level.FULL, None, country_code=case.owner.code))
    shares = (
        CaseShare.objects.visible_to(actor)
        .in_force()
        .filter(case=case)
        .select_related("recipient", "recipient_agency", "shared_by", "case__owner")
        .order_by("recipient__code", "pk")
    )
    for share in shares:
        who = share.recipient_agency.name if share.recipient_agency else share.recipient.name
        found.append(
            Opening("SHARE", who, Level(share.level), share.expires_at, share, country_code=share.recipient.code)
        )
    return found

