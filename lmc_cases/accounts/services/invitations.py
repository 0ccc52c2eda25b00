"""Invite an officer, take an invitation up, withdraw it."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from uuid import UUID

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from lmc_cases.accounts.models import Invitation, User
from lmc_cases.accounts.services.officers import open_account
from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.core.errors import Conflict, InvalidInput
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting
from lmc_cases.jurisdictions.models import Agency


class InvitationEnded(Conflict):
    """The invitation was used, withdrawn or is too old."""


@transaction.atomic
def invite(
    *, actor: User, agency_id: UUID, email: str, full_name: str, role_codes: list[str], language: str
) -> Invitation:
    """Invite an officer to an agency of a country whose users the actor manages; mails the link.

    Raises:
        Agency.DoesNotExist: foreign and missing alike.
    """
    agency = Agency.objects.filter(jurisdiction__in=jurisdictions_granting(actor, Action.MANAGE_USERS)).get(
        uuid=agency_id
    )
    if User.objects.filter(email=email.lower()).exists():
        raise InvalidInput("email", _("An account with this e-mail address exists already."))
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        email=email.lower(),
        full_name=full_name,
        agency=agency,
        role_codes=role_codes,
        language=language,
        token_sha256=hashlib.sha256(token.encode()).hexdigest(),
        invited_by=actor,
        expires_at=timezone.now() + dt.timedelta(days=settings.INVITATION_DAYS),
    )
    record(actor=actor, operation=Operation.GRANT, verb="invitation.sent", target=invitation)
    link = settings.BASE_URL + reverse("accounts:accept_invitation", args=[token])
    with translation.override(language):
        subject = _("Your invitation to LMC Cases")
        body = _(
            "You have been invited to LMC Cases. Open this address to set your password: %(link)s\n"
            "The invitation ends after %(days)d days."
        ) % {"link": link, "days": settings.INVITATION_DAYS}
    transaction.on_commit(lambda: send_mail(subject, body, None, [invitation.email]))
    return invitation


def open_invitation(token: str) -> Invitation:
    """Return the invitation behind a mailed token.

    Raises:
        Invitation.DoesNotExist: unknown, used, withdrawn and expired alike.
    """
    digest = hashlib.sha256(token.encode()).hexdigest()
    return Invitation.objects.filter(
        accepted_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=Now()
    ).get(token_sha256=digest)


@transaction.atomic
def accept_invitation(*, token: str, password: str) -> User:
    """Open the account that the invitation names."""
    found = open_invitation(token)
    invitation = Invitation.objects.select_for_update().get(pk=found.pk)
    if invitation.accepted_at is not None:
        raise InvitationEnded(_("This invitation has been used already."))
    user = open_account(
        actor=None,
        agency=invitation.agency,
        email=invitation.email,
        full_name=invitation.full_name,
        password=password,
        role_codes=invitation.role_codes,
        language=invitation.language,
    )
    invitation.accepted_at = timezone.now()
    invitation.accepted_by = user
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    record(actor=user, operation=Operation.GRANT, verb="invitation.accepted", target=invitation)
    return user


@transaction.atomic
def withdraw_invitation(*, actor: User, invitation_id: UUID) -> None:
    """End an invitation that was not taken up."""
    invitation = Invitation.objects.visible_to(actor).select_for_update(of=("self",)).get(uuid=invitation_id)
    if invitation.accepted_at is not None:
        raise InvitationEnded(_("This invitation has been used already."))
    invitation.withdrawn_at = timezone.now()
    invitation.save(update_fields=["withdrawn_at"])
    record(actor=actor, operation=Operation.GRANT, verb="invitation.withdrawn", target=invitation)
