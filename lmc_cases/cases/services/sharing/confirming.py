"""The second officer: confirms what another officer shared, or refuses it. One person never does both."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.accounts.services.desks import tell_officer
from lmc_cases.audit.models import Operation as AuditOperation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import Case, CaseShare
from lmc_cases.cases.services.sharing.items import named_items
from lmc_cases.cases.services.sharing.making import case_of, record_disclosure, take_effect
from lmc_cases.cases.services.sharing.terms import ShareEnded
from lmc_cases.core.errors import Conflict, InvalidInput
from lmc_cases.core.history import save_as
from lmc_cases.core.text import clean_text

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


class SecondOfficerNeeded(Conflict):
    """Whoever shared the case cannot be the second officer too."""


class ConfirmedAlready(Conflict):
    """The share was confirmed before."""


@transaction.atomic
def confirm_share(*, actor: User, share_id: UUID) -> CaseShare:
    """Let a share that waits take effect now.

    Raises:
        CaseShare.DoesNotExist, Case.DoesNotExist: foreign and missing alike; also without the right to share.
        SecondOfficerNeeded: the actor shared it.
        ConfirmedAlready, ShareEnded: somebody was faster, or its time passed.
        Conflict: an item it names can no longer be shared: it was withheld, or its originator's consent is gone.
    """
    share, case = _waiting(actor, share_id)
    named = list(share.items.values_list("object_uuid", flat=True))
    try:
        named_items(actor=actor, case=case, item_ids=named, to=share.recipient)
    except InvalidInput as error:
        raise Conflict(str(error)) from error
    share.confirmed_at = timezone.now()
    share.confirmed_by = actor
    save_as(share, actor=actor, reason="confirmed")
    record_disclosure(
        actor=actor,
        share=share,
        verb="case.share_confirmed",
        operation=AuditOperation.DISCLOSURE,
        shared_by=str(share.shared_by.uuid),
    )
    tell_officer(share.shared_by, code="share.confirmed", object_uuid=share.uuid)
    take_effect(actor=actor, share=share)
    return share


@transaction.atomic
def refuse_share(*, actor: User, share_id: UUID, reason: str) -> CaseShare:
    """Refuse a share that waits; it never opened anything.

    Raises:
        As ``confirm_share``; InvalidInput: no reason.
    """
    share, case = _waiting(actor, share_id)
    cleaned = clean_text(reason, multiline=True)
    if not cleaned:
        raise InvalidInput("reason", _("Say why the share is refused."))
    share.revoked_at = timezone.now()
    share.revoked_by = actor
    share.revoke_reason = cleaned
    save_as(share, actor=actor, reason=cleaned)
    record(
        actor=actor,
        operation=AuditOperation.ALTERATION,
        verb="case.share_refused",
        target=share,
        recipient=share.recipient,
        reason=cleaned,
        codes={"case_version": case.version},
    )
    tell_officer(share.shared_by, code="share.refused", object_uuid=share.uuid)
    return share


def _waiting(actor: User, share_id: UUID) -> tuple[CaseShare, Case]:
    """Return a share that waits, with its case, both locked, for an officer who did not make it."""
    found = CaseShare.objects.visible_to(actor).select_related("case").get(uuid=share_id)
    case = case_of(found, actor)
    share = (
        CaseShare.objects.visible_to(actor)
        .select_for_update(of=("self",))
        .select_related("case", "recipient", "recipient_agency", "shared_by__agency__jurisdiction")
        .get(pk=found.pk)
    )
    if share.revoked_at is not None:
        raise ShareEnded(_("This share has been refused or taken back already."))
    if share.confirmed_at is not None:
        raise ConfirmedAlready(_("This share has been confirmed already."))
    if share.expires_at <= timezone.now():
        raise ShareEnded(_("This share has ended already."))
    if share.shared_by_id == actor.pk:
        raise SecondOfficerNeeded(_("You shared this case yourself: another officer has to confirm it."))
    return share, case
