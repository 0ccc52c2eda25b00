"""Invite an officer, take an invitation up, withdraw it."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from lmc_cases.accounts.models import Invitation, Role, User
from lmc_cases.accounts.models.invitations import InvitationQuerySet
from lmc_cases.accounts.services.officers import known_language, open_account
from lmc_cases.accounts.services.rights import ensure_groups
from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.core.errors import Conflict, DomainError, InvalidInput
from lmc_cases.core.text import clean_text
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting
from lmc_cases.jurisdictions.models import Agency, Jurisdiction

ADMINISTRATOR = "country_administrator"


class InvitationEnded(Conflict):
    """The invitation was used, withdrawn or is too old."""


class AdministratorExists(Conflict):
    """The country has an administrator, who invites everybody else."""


class NotMailed(DomainError):
    """The mail server did not take the invitation."""


@transaction.atomic
def invite(
    *, actor: User, agency_id: UUID, email: str, full_name: str, role_codes: list[str], language: str
) -> Invitation:
    """Invite an officer to an agency of a country whose users the actor manages; mails the link.

    The mail goes out within the transaction: an invitation that nobody got does not stay.

    Raises:
        Agency.DoesNotExist: foreign and missing alike.
        InvalidInput: a role, a language or an address that cannot be taken.
        NotMailed: the mail server did not take it.
    """
    agency = (
        Agency.objects.filter(jurisdiction__in=jurisdictions_granting(actor, Action.MANAGE_USERS))
        .select_related("jurisdiction")
        .get(uuid=agency_id)
    )
    invitation, token = _make(
        actor=actor,
        agency=agency,
        email=email,
        full_name=full_name,
        role_codes=role_codes,
        language=language,
    )
    mail_invitation(invitation, token)
    return invitation


@transaction.atomic
def invite_first_administrator(
    *,
    country_code: str,
    agency_code: str,
    email: str,
    full_name: str,
    language: str | None = None,
    replace: bool = False,
) -> tuple[Invitation, str]:
    """Invite the first administrator of a country, by who runs the server; mails nothing.

    Args:
        agency_code: ``""`` takes the country's one police agency.
        replace: withdraw an administrator's invitation that still waits: its link was lost.

    Returns:
        The invitation and its token.

    Raises:
        InvalidInput: unknown country or agency, or an address that cannot be taken.
        AdministratorExists: there is an administrator, or an invitation of one waits.
    """
    country = Jurisdiction.objects.select_for_update().filter(code=country_code.upper()).first()
    if country is None:
        known = ", ".join(Jurisdiction.objects.order_by("code").values_list("code", flat=True))
        raise InvalidInput("country", f"No country has the code {country_code}. Known: {known}.")
    agency = _agency_of(country, agency_code)
    ensure_groups(country)
    if User.objects.filter(groups__name=f"{country.code}:{ADMINISTRATOR}", is_active=True).exists():
        raise AdministratorExists(f"{country.name_en} has an administrator, who invites all others.")
    waiting = Invitation.objects.open().filter(
        agency__jurisdiction=country, role_codes__contains=[ADMINISTRATOR], invited_by__isnull=True
    )
    for earlier in waiting.select_for_update(of=("self",)):
        if not replace:
            raise AdministratorExists(
                f"An invitation of an administrator of {country.name_en} waits until "
                f"{earlier.expires_at:%Y-%m-%d %H:%M} UTC. Lost the link? Use --replace."
            )
        _withdraw(earlier, actor=None)
    return _make(
        actor=None,
        agency=agency,
        email=email,
        full_name=full_name,
        role_codes=[ADMINISTRATOR],
        language=language or country.first_language,
    )


def link_of(token: str) -> str:
    """Return the address that takes an invitation up."""
    return settings.BASE_URL + reverse("accounts:accept_invitation", args=[token])


def mail_invitation(invitation: Invitation, token: str) -> None:
    """Mail the link, in the invitation's language.

    Raises:
        NotMailed: the mail server did not take it.
    """
    with translation.override(invitation.language):
        subject = _("Your invitation to LMC Cases")
        body = _(
            "You have been invited to LMC Cases. Open this address to set your password: %(link)s\n"
            "The invitation ends after %(days)d days."
        ) % {"link": link_of(token), "days": settings.INVITATION_DAYS}
    try:
        send_mail(subject, body, None, [invitation.email])
    except OSError as error:
        raise NotMailed(_("The invitation could not be sent by mail. Try again later.")) from error


def open_invitation(token: str) -> Invitation:
    """Return the invitation behind a mailed token.

    Raises:
        Invitation.DoesNotExist: unknown, used, withdrawn and expired alike, and when whoever invited may no
            longer do so.
    """
    return _open(Invitation.objects.select_related("agency__jurisdiction", "invited_by"), token)


@transaction.atomic
def accept_invitation(*, token: str, password: str) -> User:
    """Open the account that the invitation names, with the roles it promised.

    Raises:
        Invitation.DoesNotExist: as ``open_invitation``.
        InvalidInput: the address got an account in the meantime.
    """
    # The lock waits for a second click; the conditions are then asked of the row as it stands after the first.
    invitation = _open(Invitation.objects.select_for_update(of=("self",)), token)
    user = open_account(
        actor=None,
        agency=invitation.agency,
        email=invitation.email,
        full_name=invitation.full_name,
        password=password,
        role_codes=invitation.role_codes,
        language=invitation.language,
        invited_by=invitation.invited_by,
    )
    invitation.accepted_at = timezone.now()
    invitation.accepted_by = user
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    record(actor=user, operation=Operation.GRANT, verb="invitation.accepted", target=invitation)
    return user


@transaction.atomic
def withdraw_invitation(*, actor: User, invitation_id: UUID) -> None:
    """End an invitation that was not taken up.

    Raises:
        Invitation.DoesNotExist: foreign and missing alike.
        InvitationEnded: it was used or withdrawn already.
    """
    invitation = Invitation.objects.visible_to(actor).select_for_update(of=("self",)).get(uuid=invitation_id)
    if invitation.accepted_at is not None:
        raise InvitationEnded(_("This invitation has been used already."))
    if invitation.withdrawn_at is not None:
        raise InvitationEnded(_("This invitation has been withdrawn already."))
    _withdraw(invitation, actor=actor)


def _withdraw(invitation: Invitation, *, actor: User | None) -> None:
    invitation.withdrawn_at = timezone.now()
    invitation.save(update_fields=["withdrawn_at"])
    record(actor=actor, operation=Operation.GRANT, verb="invitation.withdrawn", target=invitation)


def _make(
    *,
    actor: User | None,
    agency: Agency,
    email: str,
    full_name: str,
    role_codes: Iterable[str],
    language: str,
) -> tuple[Invitation, str]:
    address = email.strip().lower()
    name = clean_text(full_name)
    if not name:
        raise InvalidInput("full_name", _("Enter the full name."))
    if User.objects.filter(email=address).exists():
        raise InvalidInput("email", _("An account with this e-mail address exists already."))
    if Invitation.objects.open().filter(email=address, agency__jurisdiction=agency.jurisdiction).exists():
        raise InvalidInput("email", _("An invitation to this address is open already. Withdraw it first."))
    wanted = list(dict.fromkeys(role_codes))
    roles = [role for role in Role.objects.filter(code__in=wanted) if role.actions_in(agency.jurisdiction)]
    if not wanted or len(roles) < len(wanted):
        raise InvalidInput("roles", _("Choose roles from the list."))
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        email=address,
        full_name=name,
        agency=agency,
        role_codes=wanted,
        language=known_language(language, field="language"),
        token_sha256=_digest(token),
        invited_by=actor,
        expires_at=timezone.now() + dt.timedelta(days=settings.INVITATION_DAYS),
    )
    record(
        actor=actor,
        operation=Operation.GRANT,
        verb="invitation.sent",
        target=invitation,
        codes={"agency": agency.code, "roles": wanted},
    )
    return invitation, token


def _agency_of(country: Jurisdiction, code: str) -> Agency:
    agencies = country.agencies.order_by("code")
    found = agencies.filter(code=code) if code else agencies.filter(kind=Agency.Kind.POLICE, is_demo=False)
    if len(found) != 1:
        listed = "; ".join(f"{agency.code} ({agency.name})" for agency in agencies)
        raise InvalidInput("agency", f"Name an agency of {country.name_en} with --agency: {listed}.")
    return found[0]


def _open(rows: InvitationQuerySet, token: str) -> Invitation:
    invitation = rows.open().get(token_sha256=_digest(token))
    inviter = invitation.invited_by
    if inviter is not None:
        managed = jurisdictions_granting(inviter, Action.MANAGE_USERS)
        if not managed.filter(pk=invitation.agency.jurisdiction_id).exists():
            raise Invitation.DoesNotExist
    return invitation


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
