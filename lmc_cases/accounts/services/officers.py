"""Open an account, change one's settings, leave."""

from __future__ import annotations

from uuid import UUID

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from knox.models import AuthToken

from lmc_cases.accounts.models import RoleAssignment, User
from lmc_cases.accounts.services.rights import grant_role, revoke_role
from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.history import save_as
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting
from lmc_cases.jurisdictions.models import Agency


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
    is_demo: bool = False,
) -> User:
    """Make an officer's account with a verified address and its roles.

    The address counts as verified: it is the one the invitation was sent to, or the operator's own.
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
        grant_role(actor=actor, user_id=user.uuid, role_code=code)
    return user


@transaction.atomic
def change_settings(
    *, actor: User, language: str, document_language: str, time_zone: str, calendar: str
) -> User:
    """Change the officer's own language, document language, zone and calendar."""
    user = User.objects.get_queryset().select_for_update().get(pk=actor.pk)
    user.language = language
    user.document_language = document_language
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
    user.language = language
    save_as(user, actor=actor, reason="language", update_fields=["language"])


@transaction.atomic
def close_account(*, actor: User, user_id: UUID, reason: str) -> User:
    """Close the account of an officer who leaves: sign-in, roles and sessions end at once.

    The officer's cases are handed on first (``cases.services.hand_on``): the page refuses before that.
    """
    user = (
        User.objects.get_queryset()
        .select_for_update(of=("self",))
        .filter(agency__jurisdiction__in=jurisdictions_granting(actor, Action.MANAGE_USERS))
        .exclude(pk=actor.pk)
        .get(uuid=user_id)
    )
    held = RoleAssignment.objects.in_force().filter(user=user).values_list("role__code", flat=True)
    for code in list(held):
        revoke_role(actor=actor, user_id=user.uuid, role_code=code)
    user.is_active = False
    user.left_at = timezone.now()
    user.set_unusable_password()
    user.version += 1
    save_as(user, actor=actor, reason=reason)
    AuthToken.objects.filter(user=user).delete()
    record(actor=actor, operation=Operation.GRANT, verb="account.closed", target=user, reason=reason)
    return user


@transaction.atomic
def reset_second_factor(*, actor: User, user_id: UUID, reason: str) -> None:
    """Remove a lost second factor; the officer must set a new one up at the next sign-in."""
    from allauth.mfa.models import Authenticator

    user = (
        User.objects.get_queryset()
        .select_for_update(of=("self",))
        .filter(agency__jurisdiction__in=jurisdictions_granting(actor, Action.MANAGE_USERS))
        .exclude(pk=actor.pk)
        .get(uuid=user_id)
    )
    Authenticator.objects.filter(user=user).delete()
    record(actor=actor, operation=Operation.GRANT, verb="second_factor.reset", target=user, reason=reason)
