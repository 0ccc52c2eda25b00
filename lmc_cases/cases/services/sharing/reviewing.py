"""The review of a share: still needed, still right? The officer who shared it is reminded on the day."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation as AuditOperation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import CaseShare
from lmc_cases.cases.services.sharing.making import case_of
from lmc_cases.cases.services.sharing.terms import ShareEnded
from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.history import save_as
from lmc_cases.core.text import clean_text

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


@transaction.atomic
def review_share(*, actor: User, share_id: UUID, review_on: dt.date | None, reason: str) -> CaseShare:
    """Say why a share goes on, and when it is looked at next; ``None`` for not before its end.

    Raises:
        CaseShare.DoesNotExist, Case.DoesNotExist: foreign and missing alike; also without the right to share.
        ShareEnded: there is nothing to review.
        InvalidInput: no reason, or a day that is not ahead.
    """
    found = CaseShare.objects.visible_to(actor).select_related("case").get(uuid=share_id)
    case_of(found, actor)
    share = (
        CaseShare.objects.visible_to(actor)
        .in_force()
        .select_for_update(of=("self",))
        .select_related("case", "recipient")
        .filter(pk=found.pk)
        .first()
    )
    if share is None:
        raise ShareEnded(_("This share has ended already."))
    cleaned = clean_text(reason, multiline=True)
    if not cleaned:
        raise InvalidInput("reason", _("Say why the share goes on."))
    if review_on is not None and review_on <= timezone.localdate():
        raise InvalidInput("review_on", _("Choose a day ahead."))
    if review_on is not None and review_on > timezone.localtime(share.expires_at).date():
        raise InvalidInput("review_on", _("The review comes before the share ends."))
    share.review_on = review_on
    save_as(share, actor=actor, reason=cleaned)
    record(
        actor=actor,
        operation=AuditOperation.ALTERATION,
        verb="case.share_reviewed",
        target=share,
        recipient=share.recipient,
        reason=cleaned,
        codes={"next": review_on.isoformat() if review_on else ""},
    )
    return share
