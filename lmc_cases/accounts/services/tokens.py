"""Tokens of partner agencies: what a program shows in place of a password and a second factor."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from knox.models import AuthToken

from lmc_cases.accounts.models import RoleAssignment, TokenPurpose, User
from lmc_cases.accounts.reading_reasons import known_reasons
from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.core.errors import Conflict, InvalidInput
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting

# A token needs no second factor, so it is for this role alone: an officer's own rights never travel by token.
TOKEN_ROLE = "partner_agency"  # noqa: S105 - the code of a role


class NoPartnerAccount(Conflict):
    """Tokens are for accounts that hold the role of a partner agency."""

    code = "no-partner-account"


def may_use_token(user: User) -> bool:
    """Whether a token of this account is worth anything now: it is in service and a partner agency's, and only that."""
    held = RoleAssignment.objects.in_force().filter(user=user).values_list("role__code", flat=True)
    return user.in_service and set(held) == {TOKEN_ROLE}


@transaction.atomic
def issue_token(*, actor: User, user_id: UUID, days: int, reason_code: str = "") -> tuple[str, dt.datetime]:
    """Make a token for a partner agency's account of a country whose users the actor manages.

    Only its hash is kept: the token returned here is never seen again. Earlier tokens stay until they end, so that
    a program can change over.

    Args:
        days: how long the token lasts, 1 to ``settings.API_TOKEN_MAX_DAYS``.
        reason_code: the standing reason for which its program reads other countries' cases, of
            ``accounts.reading_reasons``; without one the program gives a reason with its requests.

    Returns:
        The token, and when it ends.

    Raises:
        User.DoesNotExist: foreign and missing alike.
        InvalidInput: a length of time that is not allowed; a reason of no list, or one that needs words.
        NoPartnerAccount: the account is closed or is an officer's.
    """
    if not 1 <= days <= settings.API_TOKEN_MAX_DAYS:
        raise InvalidInput(
            "days", _("Choose between 1 and %(most)d days.") % {"most": settings.API_TOKEN_MAX_DAYS}
        )
    known = known_reasons().get(reason_code)
    if reason_code and (known is None or known.needs_text):
        raise InvalidInput("reason_code", _("Choose an entry of the list."))
    user = _managed(actor, user_id)
    if not may_use_token(user):
        raise NoPartnerAccount(_("Tokens are for active accounts with the role of a partner agency."))
    AuthToken.objects.filter(user=user, expiry__lt=timezone.now()).delete()
    held, token = AuthToken.objects.create(user=user, expiry=dt.timedelta(days=days))
    if reason_code:
        TokenPurpose.objects.create(token=held, code=reason_code)
    record(
        actor=actor,
        operation=Operation.GRANT,
        verb="token.issued",
        target=user,
        reason_code=reason_code,
        codes={"days": days, "until": held.expiry.isoformat()},
    )
    return token, held.expiry


def standing_reason_of(token: AuthToken | None) -> str:
    """Return the standing reason of a token; "" for none, and for a session of the pages."""
    if token is None:
        return ""
    return TokenPurpose.objects.filter(token=token).values_list("code", flat=True).first() or ""


@transaction.atomic
def revoke_tokens(*, actor: User, user_id: UUID, reason: str = "") -> int:
    """End all tokens of an account at once; return how many there were.

    Raises:
        User.DoesNotExist: foreign and missing alike.
    """
    user = _managed(actor, user_id)
    ended: int = AuthToken.objects.filter(user=user).delete()[0]
    record(
        actor=actor,
        operation=Operation.GRANT,
        verb="token.revoked",
        target=user,
        reason=reason,
        codes={"tokens": ended},
    )
    return ended


def _managed(actor: User, user_id: UUID) -> User:
    managed = jurisdictions_granting(actor, Action.MANAGE_USERS)
    return (
        User.objects.get_queryset()
        .select_for_update(of=("self",))
        .filter(agency__jurisdiction__in=managed)
        .get(uuid=user_id)
    )
