"""Who asks: a partner agency by token, or an officer by session. Both end at the one access rule."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from knox.auth import TokenAuthentication
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from lmc_cases.accounts.services.tokens import may_use_token
from lmc_cases.core.viewer import become
from lmc_cases.jurisdictions.access import resolve_audiences

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

WELL_FORMED = re.compile(rb"[0-9A-Za-z]{16,128}")


class PartnerToken(TokenAuthentication):
    """``Authorization: Token ...``, as issued by ``manage.py issue_api_token``."""

    def authenticate(self, request: Request) -> tuple[User, Any] | None:
        """Recognise the token, and give the request's transaction the account's audiences."""
        found: tuple[User, Any] | None = super().authenticate(request)
        if found is None:
            return None
        user = found[0]
        # The request's transaction began before anybody was known: from here on it reads for this account.
        become(user.pk, resolve_audiences(user))
        if "Accept-Language" not in request.headers:
            translation.activate(user.language)
        return found

    def authenticate_credentials(self, token: bytes) -> tuple[User, Any]:
        """Refuse what cannot be a token, and tokens of accounts that are no partner agency's any more."""
        if not WELL_FORMED.fullmatch(token):
            raise AuthenticationFailed(_("Invalid token."))
        user, held = super().authenticate_credentials(token)
        if not may_use_token(user):
            raise AuthenticationFailed(_("Invalid token."))
        return user, held

    def validate_user(self, auth_token: Any) -> tuple[User, Any]:
        """Leave the account to ``may_use_token``: closed and unknown are refused in the same words."""
        return auth_token.user, auth_token

    def _cleanup_token(self, auth_token: Any) -> bool:
        """Say whether the token has ended. Reading deletes nothing; issuing does."""
        return auth_token.expiry is not None and auth_token.expiry < timezone.now()


class OfficerSession(SessionAuthentication):
    """The session of the pages; a request that shows a token never falls back to it."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        """Return the signed-in officer. The second factor was asked by the middleware."""
        if "Authorization" in request.headers:
            return None
        found: tuple[User, None] | None = super().authenticate(request)
        return found
