"""Change the address an officer signs in with: never by one administrator alone.

Whoever chooses the address receives the link for a new password. So one administrator asks, and the officer, signed
in as before, or a second administrator of the country agrees: one who was administrator before, and by another hand
than the first one's (decision record 23).
"""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.accounts.models import AddressChange, RoleAssignment, User
from lmc_cases.accounts.services.managing import cleaned_reason, other_officer
from lmc_cases.accounts.services.notices import tell
from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.core.errors import InvalidInput, NotAllowed
from lmc_cases.core.history import save_as
from lmc_cases.jurisdictions.access import Action

Outcome = AddressChange.Outcome


class NotYours(NotAllowed):
    """Whoever asked for a change does not agree to it, nor a helper made for the purpose."""


@transaction.atomic
def ask_for_address(*, actor: User, user_id: UUID, email: str, reason: str) -> AddressChange:
    """Ask for a new address of an officer; the old one is told, and nothing changes until somebody else agrees.

    A change that waited already is replaced.

    Raises:
        User.DoesNotExist: foreign and missing alike, and the actor.
        InvalidInput: no reason, or an address that cannot be taken.
    """
    cleaned = cleaned_reason(reason)
    address = email.strip().lower()
    user = other_officer(actor, user_id)
    _refuse_taken(address)
    for earlier in AddressChange.objects.select_for_update().filter(user=user, decided_at__isnull=True):
        _decide(earlier, actor, Outcome.REPLACED)
    change = AddressChange(
        user=user,
        email=address,
        reason=cleaned,
        asked_by=actor,
        expires_at=timezone.now() + dt.timedelta(days=settings.ADDRESS_CHANGE_DAYS),
    )
    change.save(force_insert=True)
    record(actor=actor, operation=Operation.GRANT, verb="address_change.asked", target=change, reason=cleaned)
    tell(
        user,
        subject=lambda: _("Your e-mail address is to be changed"),
        text=lambda: _(
            "An administrator of your country asked for a new address for your account. Nothing has changed yet. "
            "Sign in and open “Profile” to agree or to refuse."
        ),
    )
    return change


@transaction.atomic
def agree(*, actor: User, change_id: UUID) -> EmailAddress:
    """Put a new address in force. By the officer, or by an administrator who did not ask for it.

    The old address is told; the new one is not verified yet.

    Raises:
        AddressChange.DoesNotExist: not open, foreign and missing alike.
        NotYours: the actor asked for it, or was made administrator by who asked, or only since.
        InvalidInput: the address got an account in the meantime.
    """
    change = _locked(actor, change_id)
    if not may_agree(actor, change):
        raise NotYours(
            _(
                "The officer agrees to it, or an administrator who was one before it was asked for and was not "
                "appointed by the one who asks."
            )
        )
    user = User.objects.get_queryset().select_for_update(of=("self",)).get(pk=change.user_id)
    _refuse_taken(change.email)
    tell(
        user,
        subject=lambda: _("Your e-mail address was changed"),
        text=lambda: _("The address you sign in with was changed."),
    )
    EmailAddress.objects.filter(user=user).delete()
    added: EmailAddress = EmailAddress.objects.create(
        user=user, email=change.email, verified=False, primary=True
    )
    user.email = change.email
    user.version += 1
    save_as(user, actor=actor, reason=change.reason)
    _decide(change, actor, Outcome.AGREED)
    record(
        actor=actor,
        operation=Operation.GRANT,
        verb="account.address_changed",
        target=user,
        reason=change.reason,
        codes={"asked_by": str(change.asked_by.uuid), "change": str(change.uuid)},
    )
    return added


@transaction.atomic
def refuse(*, actor: User, change_id: UUID) -> None:
    """Leave the address as it is. By the officer or an administrator.

    Raises:
        AddressChange.DoesNotExist: not open, foreign and missing alike.
    """
    change = _locked(actor, change_id)
    _decide(change, actor, Outcome.REFUSED)
    record(actor=actor, operation=Operation.GRANT, verb="address_change.refused", target=change)


def may_agree(user: User, change: AddressChange) -> bool:
    """Whether this officer or administrator is independent of who asked for the change."""
    if user.pk == change.asked_by_id:
        return False
    if user.pk == change.user_id:
        return True
    held = RoleAssignment.objects.in_force().filter(user=user, granted_at__lt=change.asked_at)
    independent = held.exclude(granted_by=change.asked_by_id).select_related("role")
    return any(Action.MANAGE_USERS in assignment.role.actions for assignment in independent)


def open_change_of(*, viewer: User, user: User) -> AddressChange | None:
    """Return the change of the officer's address that waits for an answer."""
    return (
        AddressChange.objects.visible_to(viewer)
        .open()
        .filter(user=user)
        .select_related("asked_by", "user")
        .first()
    )


def _locked(actor: User, change_id: UUID) -> AddressChange:
    return (
        AddressChange.objects.visible_to(actor)
        .open()
        .filter(user__is_active=True)
        .select_for_update(of=("self",))
        .select_related("asked_by")
        .get(uuid=change_id)
    )


def _decide(change: AddressChange, actor: User, outcome: AddressChange.Outcome) -> None:
    change.decided_by, change.decided_at, change.outcome = actor, timezone.now(), outcome
    change.save(update_fields=["decided_by", "decided_at", "outcome"])


def _refuse_taken(address: str) -> None:
    if User.objects.filter(email=address).exists():
        raise InvalidInput("email", _("An account with this e-mail address exists already."))
