"""Sign-in as we want it: nobody signs up, refused sign-ins leave a trace, second factors are stored sealed."""

from __future__ import annotations

import base64
import logging
import time
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.stagekit import clear_login
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext as _

from lmc_cases.accounts import step_up
from lmc_cases.accounts.models import User
from lmc_cases.accounts.services import postings, sessions, sign_in
from lmc_cases.accounts.session_limits import WHY, session_id
from lmc_cases.core.display import format_day
from lmc_cases.core.request_id import current_origin
from lmc_cases.core.viewer import officer_of

logger = logging.getLogger(__name__)


class InvitationOnlyAdapter(DefaultAccountAdapter):
    """allauth's adapter without sign-up, with audit."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts come by invitation only."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Count attempts by the address that the audit record names."""
        address = current_origin().address
        if address is None:
            raise PermissionDenied
        return address

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Record an attempt that was not even looked at, because there were too many."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            sign_in.note_refusal(email=credentials.get("email", ""), reason_code="too_many_attempts")
            raise

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Record that somebody was refused: at which account, if there is one, never what was typed."""
        sign_in.note_refusal(email=credentials.get("email", ""), reason_code="wrong_password")
        super().authentication_failed(request, **credentials)

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> Any:
        """Stop at an account that is closed or whose posting has ended, and record that it was tried."""
        if not user.is_active:
            sign_in.note_refusal(email=user.email, reason_code="account_closed")
        elif user.posting_is_over:
            sign_in.note_refusal(email=user.email, reason_code="posting_ended")
            clear_login(request)
            return self.respond_user_inactive(request, user)
        return super().pre_login(request, user, **kwargs)

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> Any:
        """Record the sign-in in the request's transaction."""
        sign_in.note_sign_in(user=user)
        request.session.pop(WHY, None)
        if postings.ends_soon(user):
            with translation.override(user.language):
                is_buddhist = user.calendar == User.Calendar.BUDDHIST
                day = format_day(user.posting_ends_on, buddhist=is_buddhist, long=True)
                messages.warning(
                    request,
                    _(
                        "Your posting ends on %(day)s, and with it your access. Is that wrong? Ask your administrator."
                    )
                    % {"day": day},
                )
        return super().post_login(request, user, **kwargs)

    def logout(self, request: HttpRequest) -> None:
        """End the session's row with the session."""
        if request.user.is_authenticated:
            sessions.sign_out_here(actor=officer_of(request), session_id=session_id(request))
        super().logout(request)

    def set_password(self, user: Any, password: str) -> None:
        """Change a password with history and audit; sessions elsewhere end with the old one."""
        request = context.request
        mine = request.user.is_authenticated and request.user.pk == user.pk
        keep = session_id(request) if mine else ""
        sign_in.set_password(user=user, password=password, keep_session=keep)

    def get_reauthentication_methods(self, user: Any) -> Any:
        """Offer no password where there is a second factor: the password alone proves too little."""
        methods = super().get_reauthentication_methods(user)
        stronger = [method for method in methods if method["id"] != "reauthenticate"]
        return stronger if sign_in.second_factors_of(user) else methods

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """A second factor shown lately counts, and for who has none yet the password typed at sign-in a moment ago."""
        if not super().is_reauthentication_required(app=app, **kwargs):
            return False
        request = context.request
        if sign_in.second_factors_of(officer_of(request)):
            return not step_up.is_fresh(request)
        now = time.time()
        return not any(
            record["method"] == "password" and now - record["at"] < app_settings.REAUTHENTICATION_TIMEOUT
            for record in get_authentication_records(request, request.user)
        )

    def send_password_reset_mail(self, user: Any, email: str, context: dict[str, Any]) -> None:
        """Write in the officer's own language, whoever's browser asked."""
        with translation.override(user.language):
            super().send_password_reset_mail(user, email, context)

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Tell the officer what changed; the change stands even when the mail server is away."""
        try:
            super().send_notification_mail(*args, **kwargs)
        except OSError:
            logger.exception("A notice by mail could not be sent")


class SealedFactorAdapter(DefaultMFAAdapter):
    """allauth's second factors, encrypted in the database: a copied table signs nobody in."""

    def encrypt(self, text: str) -> str:
        """Seal a secret with the newest key."""
        return _sealer(tuple(settings.SECOND_FACTOR_KEYS)).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Open a secret with whichever key sealed it.

        Raises:
            cryptography.fernet.InvalidToken: the key is gone; refusing beats signing in without the factor.
        """
        return _sealer(tuple(settings.SECOND_FACTOR_KEYS)).decrypt(encrypted_text.encode()).decode()

    def generate_authenticator_name(self, user: Any, type: Any) -> str:  # noqa: A002 - the library's name
        """Name a new key so that the officer tells it from the others."""
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return _("Security key %(number)d") % {"number": number}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Keys belong to the product's own address, whatever the request says of its host."""
        return {"id": urlsplit(settings.BASE_URL).hostname or "", "name": "LMC Cases"}


@lru_cache(maxsize=4)
def _sealer(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([_fernet(key) for key in keys])


def _fernet(key: str) -> Fernet:
    """Fernet wants 32 bytes in its own spelling; ours are any long random text, like the other keys."""
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"lmc second factor").derive(key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
