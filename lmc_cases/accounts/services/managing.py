"""What every act of a country administrator on an officer begins with."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from lmc_cases.accounts.models import User
from lmc_cases.core.errors import Conflict, InvalidInput
from lmc_cases.core.text import clean_text


class AccountClosed(Conflict):
    """The officer has left."""


def other_officer(actor: User, user_id: UUID) -> User:
    """Return the officer, locked, if the actor manages the officer's country and is somebody else.

    Raises:
        User.DoesNotExist: foreign and missing alike, and the actor.
        AccountClosed: the officer has left.
    """
    user = (
        User.objects.get_queryset()
        .managed_by(actor)
        .select_for_update(of=("self",))
        .exclude(pk=actor.pk)
        .get(uuid=user_id)
    )
    if not user.is_active:
        raise AccountClosed(_("This account is closed."))
    return user


def cleaned_reason(text: str) -> str:
    """Return the reason, or refuse one that says nothing.

    Raises:
        InvalidInput: no reason.
    """
    cleaned = clean_text(text, multiline=True)
    if not cleaned:
        raise InvalidInput("reason", _("Enter a reason."))
    return cleaned
