"""Share a case, end a share, say who sees a case and why."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.accounts.models import Role, User
from lmc_cases.audit.models import Operation as AuditOperation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import Case, CaseOfficer, CaseShare, Level
from lmc_cases.cases.services import ledger
from lmc_cases.cases.services.casework import lock_case
from lmc_cases.core.errors import Conflict, InvalidInput
from lmc_cases.core.history import save_as
from lmc_cases.core.text import clean_text
from lmc_cases.jurisdictions.access import Action
from lmc_cases.jurisdictions.models import Agency, Jurisdiction

if TYPE_CHECKING:
    from django.db import models

    from lmc_cases.cases.models.share import CaseShareQuerySet


class AlreadyShared(Conflict):
    """The recipient has a share in force."""


class ShareEnded(Conflict):
    """The share was withdrawn, or its time passed, before."""


@dataclass(frozen=True)
class Preview:
    """Who would see a case by a share that is not made yet.

    Attributes:
        agency: the one agency it would be opened to, ``None`` for the whole country.
        officers: number of active officers there who would see it; never who they are.
    """

    recipient: Jurisdiction
    agency: Agency | None
    officers: int


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
    recipient, agency = _recipient(case, recipient_code, agency_id)
    _check_terms(level, purpose, reason, expires_at)
    cleaned = clean_text(reason, multiline=True)
    held = _standing_share(case, recipient, agency)
    if held is not None:
        # It ended by the clock; say so on the row, so that the next share can stand beside it.
        held.revoked_at = held.expires_at
        save_as(held, actor=actor)
    share = CaseShare(
        case=case,
        recipient=recipient,
        recipient_agency=agency,
        level=level,
        purpose=purpose,
        reason=cleaned,
        shared_by=actor,
        confirmed_at=timezone.now(),
        confirmed_by=actor,
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
    ledger.note_share(actor=actor, share=share)
    return share


def who_will_see(
    *,
    actor: User,
    case_id: UUID,
    recipient_code: str,
    level: int,
    purpose: str,
    reason: str,
    expires_at: dt.datetime,
    agency_id: UUID | None = None,
) -> Preview:
    """Say what ``share_case`` with the same arguments would open, and to how many; changes nothing.

    Raises:
        Case.DoesNotExist, InvalidInput, AlreadyShared: as ``share_case``.
    """
    case = Case.objects.owned_with(actor, Action.SHARE).get(uuid=case_id)
    recipient, agency = _recipient(case, recipient_code, agency_id)
    _check_terms(level, purpose, reason, expires_at)
    _standing_share(case, recipient, agency)
    return Preview(recipient, agency, _readers(recipient, agency).count())


@transaction.atomic
def revoke_share(*, actor: User, share_id: UUID, reason: str) -> CaseShare:
    """End a share at once, on every path. Handover requests already made stay with both countries."""
    found = CaseShare.objects.visible_to(actor).select_related("case").get(uuid=share_id)
    case = lock_case(actor, found.case.uuid, Action.SHARE)
    share = CaseShare.objects.select_for_update(of=("self",)).select_related("recipient").get(pk=found.pk)
    if share.revoked_at is not None:
        raise ShareEnded(_("This share has been withdrawn already."))
    if share.expires_at <= timezone.now():
        raise ShareEnded(_("This share has ended already."))
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
    country: str = ""


def openings_of(*, actor: User, case_id: UUID) -> list[Opening]:
    """Say who sees the case and which row opens it, as far as the officer may know.

    The owner's officers see every opening; a recipient sees the owner and the shares made to itself.
    """
    case = Case.objects.visible_to(actor).select_related("owner").get(uuid=case_id)
    owned = Case.objects.owned_with(actor, Action.READ).filter(pk=case.pk).exists()
    owner = case.owner
    found: list[Opening] = []
    if owned and case.is_restricted:
        named = CaseOfficer.objects.visible_to(actor).filter(case=case).select_related("user")
        found.extend(
            Opening("NAMED", row.user.full_name, Level.FULL, None, None, owner.code, owner.name)
            for row in named.order_by("user__full_name", "pk")
        )
    else:
        found.append(Opening("OWNER", owner.name, Level.FULL, None, None, owner.code, owner.name))
    for share in shares_of(actor=actor, case_id=case_id).in_force().order_by("recipient__code", "pk"):
        who = share.recipient_agency.name if share.recipient_agency else share.recipient.name
        found.append(
            Opening(
                "SHARE",
                who,
                Level(share.level),
                share.expires_at,
                share,
                share.recipient.code,
                share.recipient.name,
            )
        )
    return found


def shares_of(*, actor: User, case_id: UUID) -> CaseShareQuerySet:
    """Return the case's shares that the officer may know of, in force and ended, newest first."""
    return (
        CaseShare.objects.visible_to(actor)
        .filter(case__uuid=case_id)
        .select_related(
            "recipient", "recipient_agency__jurisdiction", "shared_by", "revoked_by", "case__owner"
        )
        .order_by("-shared_at", "-pk")
    )


def _recipient(case: Case, code: str, agency_id: UUID | None) -> tuple[Jurisdiction, Agency | None]:
    recipient = Jurisdiction.objects.exclude(pk=case.owner_id).filter(code=code).first()
    if recipient is None:
        raise InvalidInput("recipient_code", _("Choose another country from the list."))
    if agency_id is None:
        return recipient, None
    agency = Agency.objects.filter(jurisdiction=recipient, uuid=agency_id).first()
    if agency is None:
        raise InvalidInput("agency_id", _("Choose an agency of that country."))
    return recipient, agency


def _check_terms(level: int, purpose: str, reason: str, expires_at: dt.datetime) -> None:
    if level not in Level.values:
        raise InvalidInput("level", _("Choose what the recipient will see."))
    if purpose not in CaseShare.Purpose.values:
        raise InvalidInput("purpose", _("Choose a purpose from the list."))
    if not clean_text(reason, multiline=True):
        raise InvalidInput("reason", _("Say why the case is shared."))
    if expires_at <= timezone.now():
        raise InvalidInput("expires_at", _("Choose a time in the future."))


def _standing_share(case: Case, recipient: Jurisdiction, agency: Agency | None) -> CaseShare | None:
    """Return the share with this recipient that ended by the clock but was never marked so.

    Raises:
        AlreadyShared: it is still in force.
    """
    held = CaseShare.objects.filter(
        case=case, recipient=recipient, recipient_agency=agency, revoked_at__isnull=True
    ).first()
    if held is not None and held.expires_at > timezone.now():
        raise AlreadyShared(_("The case is already shared with this recipient. Withdraw that share first."))
    return held


def _readers(recipient: Jurisdiction, agency: Agency | None) -> models.QuerySet[User]:
    """Active officers whose roles read the country's records, by the same rows as the rule's groups."""
    named = "actions" if recipient.is_lmc_member else "partner_actions"
    reading = Role.objects.filter(**{f"{named}__contains": [Action.READ.value]})
    there = User.objects.get_queryset().filter(is_active=True, agency__jurisdiction=recipient)
    if agency is not None:
        there = there.filter(agency=agency)
    return there.filter(
        role_assignments__role__in=reading, role_assignments__revoked_at__isnull=True
    ).distinct()
