"""Open an account, change one's settings, leave."""

from __future__ import annotations

from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from knox.models import AuthToken

from lmc_cases.accounts.models import RoleAssignment, SignedInSession, User
from lmc_cases.accounts.services.managing import cleaned_reason, other_officer
from lmc_cases.accounts.services.notices import tell
from lmc_cases.accounts.services.rights import grant_role, revoke_role
from lmc_cases.accounts.services.sessions import end_all_of
from lmc_cases.accounts.services.zones import known_zones
from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.history import save_as
from lmc_cases.jurisdictions.models import Agency, Clearance


def known_language(code: str, *, field: str) -> str:
    """Return a language code that the product speaks, or refuse it under the field's name."""
    if code not in dict(settings.LANGUAGES):
        raise InvalidInput(field, _("Choose a language from the list."))
    return code


@transaction.atomic
def open_account(
    *,
    actor: User | None,
    agency: Agency,
    email: str,
    full_name: str,
    password: str | None,
    role_codes: list[str],
    language: str | None = None,
    rank: str = "",
    clearance: int = Clearance.RESTRICTED,
    is_demo: bool = False,
    invited_by: User | None = None,
) -> User:
    """Make an officer's account with a verified address and its roles.

    The address counts as verified: it is the one the invitation was sent to, or the operator's own.

    Args:
        actor: who opens it; ``None`` for set-up on the server and for an invitation that is taken up.
        invited_by: who promised the roles in an invitation.
    """
    if User.objects.filter(email=email.lower()).exists():
        raise InvalidInput("email", _("An account with this e-mail address exists already."))
    country = agency.jurisdiction
    home_language = language or country.first_language
    user = User.objects.create_user(
        email,
        password,
        full_name=full_name,
        rank=rank,
        clearance=clearance,
        agency=agency,
        language=home_language,
        document_language=country.first_language,
        time_zone=country.time_zone,
        calendar=country.calendar if country.calendar in User.Calendar.values else User.Calendar.GREGORIAN,
        is_demo=is_demo,
    )
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    record(actor=actor, operation=Operation.GRANT, verb="account.opened", target=user)
    for code in role_codes:
        grant_role(actor=actor, user_id=user.uuid, role_code=code, granted_by=invited_by)
    return user


@transaction.atomic
def change_settings(
    *, actor: User, language: str, document_language: str, time_zone: str, calendar: str
) -> User:
    """Change the officer's own language, document language, zone and calendar.

    Raises:
        InvalidInput: a value that is none of the choices.
    """
    user = User.objects.get_queryset().select_for_update().get(pk=actor.pk)
    if time_zone not in known_zones() | {user.time_zone, actor.country.time_zone if actor.agency else "UTC"}:
        raise InvalidInput("time_zone", _("Choose a time zone from the list."))
    if calendar not in User.Calendar.values:
        raise InvalidInput("calendar", _("Choose a calendar from the list."))
    user.language = known_language(language, field="language")
    user.document_language = known_language(document_language, field="document_language")
    user.time_zone = time_zone
    user.calendar = calendar
    user.version += 1
    save_as(user, actor=actor, reason="settings")
    record(actor=actor, operation=Operation.ALTERATION, verb="account.settings_changed", target=user)
    return user


@transaction.atomic
def set_language(*, actor: User, language: str) -> None:
    """Remember the language the officer switched to."""
    user = User.objects.get_queryset().select_for_update().get(pk=actor.pk)
    user.language = known_language(language, field="language")
    save_as(user, actor=actor, reason="language", update_fields=["language"])


@transaction.atomic
def close_account(*, actor: User, user_id: UUID, reason: str) -> User:
    """Close the account of an officer who leaves: sign-in, roles, tokens and sessions end at once.

    The officer's cases are handed on first (``cases.services.handing_on.leave`` does both).

    Raises:
        User.DoesNotExist: foreign and missing alike, and the actor.
        AccountClosed: it is closed already.
    """
    user = other_officer(actor, user_id)
    held = RoleAssignment.objects.in_force().filter(user=user).values_list("role__code", flat=True)
    for code in list(held):
        revoke_role(actor=actor, user_id=user.uuid, role_code=code)
    user.is_active = False
    user.left_at = timezone.now()
    user.set_unusable_password()
    user.version += 1
    save_as(user, actor=actor, reason=reason)
    end_all_of(user, SignedInSession.End.CLOSED)
    AuthToken.objects.filter(user=user).delete()
    SocialAccount.objects.filter(user=user).delete()
    Authenticator.objects.filter(user=user).delete()
    record(actor=actor, operation=Operation.GRANT, verb="account.closed", target=user, reason=reason)
    return user


@transaction.atomic
def reset_second_factor(*, actor: User, user_id: UUID, reason: str) -> None:
    """Remove a lost second factor; the officer must set a new one up before the next page, and is told by mail.

    Raises:
        User.DoesNotExist: foreign and missing alike, and the actor.
        InvalidInput: no reason.
    """
    cleaned = cleaned_reason(reason)
    user = other_officer(actor, user_id)
    Authenticator.objects.filter(user=user).delete()
    record(actor=actor, operation=Operation.GRANT, verb="second_factor.reset", target=user, reason=cleaned)
    tell(
        user,
        subject=lambda: _("Your second factor was removed"),
        text=lambda: _(
            "An administrator of your country removed the second factor of your account. "
            "You set up a new one when you next sign in."
        ),
    )
