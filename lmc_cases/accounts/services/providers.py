"""Sign-in by a country's own provider: it signs in officers of that country who have an account, nobody else."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from lmc_cases.accounts.models import User
from lmc_cases.accounts.oidc import Provider
from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record


@transaction.atomic
def account_behind(
    *, provider: Provider, subject: str, email: str, is_verified: bool
) -> SocialAccount | None:
    """Return the link between an account of the provider and an officer's; made here at the first sign-in.

    Args:
        subject: the provider's own, lasting name of the person (claim ``sub``).
        email: the address the provider gives.
        is_verified: whether the provider says that it verified the address.

    Returns:
        ``None`` where the provider's country has no such officer: no account with that verified address, one of
        another country, a closed one, or one that is linked to another person of the provider.
    """
    link: SocialAccount | None = (
        SocialAccount.objects.select_related("user__agency__jurisdiction")
        .filter(provider=provider.id, uid=subject)
        .first()
    )
    if link is not None:
        return link if _belongs(link.user, provider) else None
    if not (is_verified and email):
        return None
    address = (
        EmailAddress.objects.select_related("user__agency__jurisdiction")
        .filter(email=email.strip().lower(), verified=True, user__is_active=True)
        .first()
    )
    if address is None or not _belongs(address.user, provider):
        return None
    user = User.objects.get_queryset().select_for_update(of=("self",)).get(pk=address.user_id)
    if SocialAccount.objects.filter(user=user, provider=provider.id).exists():
        return None
    made = SocialAccount(user=user, provider=provider.id, uid=subject, extra_data={})
    made.save(force_insert=True)
    record(
        actor=user,
        operation=Operation.GRANT,
        verb="account.provider_linked",
        target=user,
        codes={"provider": provider.id},
    )
    return made


def _belongs(user: User, provider: Provider) -> bool:
    return user.agency is not None and user.agency.jurisdiction.code == provider.country
