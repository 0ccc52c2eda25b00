"""What signing in leaves behind: audit events, the time of it, a changed password, a second factor."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils import timezone

from lmc_cases.accounts.models import SignedInSession, User
from lmc_cases.accounts.services.sessions import end_all_of
from lmc_cases.audit.models import AuditEvent, Operation
from lmc_cases.audit.services import record
from lmc_cases.core.history import save_as

# Recovery codes stand in for one of these and are none of their own.
SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
# Among what a session has shown: a provider's signed word that it asked for a second factor itself.
ASSERTED = "asserted"


def note_sign_in(*, user: User) -> None:
    """Record a sign-in. The time is written past the history: it is no change of the account."""
    User.objects.get_queryset().filter(pk=user.pk).update(last_login=timezone.now())
    record(actor=user, operation=Operation.SIGN_IN, verb="officer.signed_in")


def note_refusal(*, email: str, reason_code: str) -> None:
    """Record a refused sign-in at an account, so that its country sees attempts on its officers.

    Args:
        email: the address typed; used to find the account and kept nowhere.
        reason_code: ``wrong_password``, ``wrong_code``, ``wrong_key``, ``too_many_attempts``, ``account_closed``,
            ``posting_ended`` or ``provider_refused``.
    """
    tried = User.objects.get_queryset().select_related("agency").filter(email=email.lower()).first()
    record(
        actor=None,
        operation=Operation.REFUSAL,
        verb="officer.sign_in_refused",
        target=tried,
        reason_code=reason_code,
        outcome=AuditEvent.Outcome.REFUSED,
    )


@transaction.atomic
def set_password(*, user: User, password: str, keep_session: str = "") -> None:
    """Change the officer's own password. The hash stays out of the history; sessions elsewhere end.

    Args:
        keep_session: id of the session in which the officer changes it.
    """
    user.set_password(password)
    save_as(user, actor=user, reason="password", update_fields=["password"])
    end_all_of(user, SignedInSession.End.PASSWORD, keep=keep_session)
    record(actor=user, operation=Operation.ALTERATION, verb="account.password_changed", target=user)


def note_second_factor(*, user: User, verb: str) -> None:
    """Record that the officer set up or switched off the own second factor, or made new recovery codes."""
    record(actor=user, operation=Operation.ALTERATION, verb=verb, target=user)


def second_factors_of(user: User) -> list[Authenticator]:
    """Return what the officer signs in with beside the password: an authenticator app, security keys, or both."""
    return list(Authenticator.objects.filter(user=user, type__in=SECOND_FACTORS).order_by("created_at", "pk"))
