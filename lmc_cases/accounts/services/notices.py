"""Tell an officer by mail what somebody else changed on the account."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.core.mail import send_mail
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from lmc_cases.accounts.models import User

logger = logging.getLogger(__name__)


def tell(user: User, *, subject: Callable[[], str], text: Callable[[], str], warns: bool = True) -> None:
    """Mail a notice to the officer's present address, in the officer's language, once the change stands.

    Args:
        subject: gives the subject in the active language.
        text: gives the text in the active language.
        warns: ends with what to do about a change that was not expected.
    """
    with translation.override(user.language):
        closing = [_("If you did not expect this, tell your administrator at once.")] if warns else []
        written = (subject(), "\n\n".join([text(), *closing]))
    address = user.email
    transaction.on_commit(lambda: _send(*written, address))


def _send(subject: str, text: str, address: str) -> None:
    try:
        send_mail(subject, text, None, [address])
    except OSError:
        # The change stands; the audit record has it even when the mail server is away.
        logger.exception("A notice by mail could not be sent")
