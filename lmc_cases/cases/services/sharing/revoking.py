"""End a share, and tell recipients what they must know afterwards: withdrawn, or wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.accounts.services.desks import tell_desk_of, tell_officer
from lmc_cases.audit.models import Operation as AuditOperation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import Case, CaseShare, ShareFollowUp
from lmc_cases.cases.services.casework import lock_case
from lmc_cases.cases.services.sharing.items import item_of_case
from lmc_cases.cases.services.sharing.making import case_of
from lmc_cases.cases.services.sharing.terms import ShareEnded
from lmc_cases.core.errors import Conflict, InvalidInput
from lmc_cases.core.history import save_as
from lmc_cases.core.text import clean_text
from lmc_cases.jurisdictions.access import Action
from lmc_cases.jurisdictions.models import Audience

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

MAX_CHARACTERS = 4000
_OF_ITEMS = {ShareFollowUp.Subject.SUSPECT, ShareFollowUp.Subject.EVIDENCE}


class NeverDisclosed(Conflict):
    """No recipient ever saw the case."""


class AcknowledgedAlready(Conflict):
    """A colleague acknowledged it before."""


@transaction.atomic
def revoke_share(*, actor: User, share_id: UUID, reason: str) -> CaseShare:
    """End a share at once, on every path. Handover requests already made stay with both countries.

    The recipient is told that it is withdrawn, by whom, when and why, and must say which copies it holds. A share
    that still waited for a second officer is taken back: nobody was told of it, so nobody is told of its end.
    """
    found = CaseShare.objects.visible_to(actor).select_related("case").get(uuid=share_id)
    case = case_of(found, actor)
    share = (
        CaseShare.objects.visible_to(actor)
        .select_for_update(of=("self",))
        .select_related("case__owner", "recipient", "recipient_agency")
        .get(pk=found.pk)
    )
    if share.revoked_at is not None:
        raise ShareEnded(_("This share has been withdrawn already."))
    if share.declined_at is not None:
        raise ShareEnded(_("The recipient has declined this share already."))
    if share.expires_at <= timezone.now():
        raise ShareEnded(_("This share has ended already."))
    cleaned = _text("reason", reason, _("Say why the share is withdrawn."))
    share.revoked_at = timezone.now()
    share.revoked_by = actor
    share.revoke_reason = cleaned
    save_as(share, actor=actor, reason=cleaned)
    was_open = share.confirmed_at is not None
    record(
        actor=actor,
        operation=AuditOperation.DISCLOSURE if was_open else AuditOperation.ALTERATION,
        verb="case.share_revoked" if was_open else "case.share_taken_back",
        target=share,
        recipient=share.recipient,
        reason=cleaned,
        codes={"case_version": case.version},
    )
    if was_open:
        _tell(actor, share, ShareFollowUp.Kind.WITHDRAWN, cleaned)
    return share


@transaction.atomic
def send_correction(
    *, actor: User, case_id: UUID, subject: str, text: str, number: str = ""
) -> list[ShareFollowUp]:
    """Tell every recipient of any version of the case, of ended shares too, that data was wrong.

    Args:
        subject: a code of ``ShareFollowUp.Subject``.
        text: what was wrong and what is right.
        number: of the person or exhibit, where the subject is one.

    Raises:
        Case.DoesNotExist: foreign and missing alike; also without the right to share.
        NeverDisclosed: nobody has to be told.
        InvalidInput: no text, no record of that number; the error names the field.
    """
    case = lock_case(actor, case_id, Action.SHARE)
    if subject not in ShareFollowUp.Subject.values:
        raise InvalidInput("subject", _("Choose which record was wrong."))
    cleaned = _text("text", text, _("Write what was wrong and what is right."))
    item = None
    if subject in _OF_ITEMS:
        item = item_of_case(actor=actor, case=case, kind=subject, number=clean_text(number))
        if item is None:
            raise InvalidInput("number", _("The case holds no record with this number."))
    sent = []
    for share in _one_per_recipient(case):
        told = _tell(
            actor,
            share,
            ShareFollowUp.Kind.CORRECTION,
            cleaned,
            subject=subject,
            subject_number=item.number if item else "",
            subject_uuid=item.uuid if item else None,
        )
        record(
            actor=actor,
            operation=AuditOperation.DISCLOSURE,
            verb="case.correction_sent",
            target=told,
            recipient=share.recipient,
            reason=cleaned,
            reason_code=subject,
        )
        sent.append(told)
    if not sent:
        raise NeverDisclosed(_("This case was never open to anybody else: nobody has to be told."))
    return sent


@transaction.atomic
def acknowledge(*, actor: User, follow_up_id: UUID, copies: str = "") -> ShareFollowUp:
    """Say for the recipient that it was read and, after a withdrawal, which copies are held.

    Raises:
        ShareFollowUp.DoesNotExist: foreign and missing alike; the owner's own officers too.
        AcknowledgedAlready: a colleague was faster.
        InvalidInput: a withdrawal without a word about copies.
    """
    row = (
        ShareFollowUp.objects.received_by(actor)
        .select_for_update(of=("self",))
        .select_related("told_by__agency__jurisdiction", "owner")
        .get(uuid=follow_up_id)
    )
    if row.acknowledged_at is not None:
        raise AcknowledgedAlready(_("A colleague has acknowledged this already."))
    cleaned = clean_text(copies, multiline=True)
    if row.kind == ShareFollowUp.Kind.WITHDRAWN:
        cleaned = _text("copies", copies, _("List the copies you hold, or write that there are none."))
    row.acknowledged_at = timezone.now()
    row.acknowledged_by = actor
    row.copies = cleaned
    save_as(row, actor=actor, reason="acknowledged")
    record(
        actor=actor,
        operation=AuditOperation.ALTERATION,
        verb="share.follow_up_acknowledged",
        target=row,
        reason_code=row.kind,
    )
    tell_officer(row.told_by, code="follow_up.acknowledged", object_uuid=row.uuid)
    return row


def _tell(
    actor: User, share: CaseShare, kind: ShareFollowUp.Kind, text: str, **more: object
) -> ShareFollowUp:
    case = share.case
    row = ShareFollowUp(
        uuid=uuid4(),
        kind=kind,
        share=share,
        case=case,
        case_uuid=case.uuid,
        reference=case.reference,
        owner=case.owner,
        recipient=share.recipient,
        recipient_agency=share.recipient_agency,
        audience=_audience_of(share),
        text=text,
        told_by=actor,
        **more,
    )
    save_as(row, actor=actor, reason=text)
    tell_desk_of(
        share.recipient, share.recipient_agency, code=f"follow_up.{kind.lower()}", object_uuid=row.uuid
    )
    return row


def _audience_of(share: CaseShare) -> Audience:
    """The recipient's audience at the clearance that the case asks for now: nobody below may know that it exists."""
    agency = share.recipient_agency
    base = agency.audience if agency is not None else share.recipient.audience
    rank = share.case.rank
    if rank == base.clearance:
        return base
    return base.siblings.get(clearance=rank)


def _one_per_recipient(case: Case) -> list[CaseShare]:
    """The newest share, in force or ended, of each recipient to whom the case was ever open."""
    rows = (
        CaseShare.objects.filter(case=case, confirmed_at__isnull=False)
        .select_related("case__owner", "recipient__audience", "recipient_agency__audience")
        .order_by("-shared_at", "-pk")
    )
    newest: dict[tuple[int, int | None], CaseShare] = {}
    for share in rows:
        newest.setdefault((share.recipient_id, share.recipient_agency_id), share)
    return list(newest.values())


def _text(field: str, written: str, message: str) -> str:
    cleaned = clean_text(written, multiline=True)
    if not cleaned:
        raise InvalidInput(field, message)
    if len(cleaned) > MAX_CHARACTERS:
        raise InvalidInput(
            field, _("This text is too long: at most %(limit)s characters.") % {"limit": MAX_CHARACTERS}
        )
    return cleaned
