"""OpenID Connect by our rules: one country per provider, no sign-up, the signature of every ID token is read."""

from __future__ import annotations

import logging
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import render

from lmc_cases.accounts.services import providers
from lmc_cases.accounts.services.sign_in import ASSERTED, note_refusal

logger = logging.getLogger(__name__)


class SignedClaims(OpenIDConnectOAuth2Adapter):
    """The library's adapter, which trusts an ID token fetched over TLS; here its signature is read as well."""

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        """Return who signed in, with the claims; nothing of them is kept in the database.

        Raises:
            OAuth2Error: no ID token, a signature of somebody else, or an answer about another person.
        """
        id_token = kwargs["response"].get("id_token")
        if not id_token:
            raise OAuth2Error("The provider sent no ID token.")
        claims = jwtkit.verify_and_decode(
            credential=id_token,
            keys_url=self.openid_config["jwks_uri"],
            issuer=self.openid_config["issuer"],
            audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
        )
        about = claims
        if "email" not in claims:
            about = self._fetch_user_info(token.token)
            if about.get("sub") != claims["sub"]:
                raise OAuth2Error("The provider answered about another person.")
        login = self.get_provider().sociallogin_from_response(request, {"id_token": claims})
        login.account.extra_data = {}
        login.claims = claims
        login.told_address = str(about.get("email") or "")
        # Some providers write the word; only the JSON value counts.
        login.address_is_verified = about.get("email_verified") is True
        return login


class CountryProviders(DefaultSocialAccountAdapter):
    """Who may come in by a provider: officers of its country who have an account."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Accounts come by invitation only."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Find the officer behind the provider's word, or stop here.

        Raises:
            ImmediateHttpResponse: the page that says what to do.
        """
        provider = settings.OIDC_PROVIDERS.get(sociallogin.account.provider)
        link = None
        if provider is not None and sociallogin.state.get("process", "login") == "login":
            link = providers.account_behind(
                provider=provider,
                subject=sociallogin.account.uid,
                email=sociallogin.told_address,
                is_verified=sociallogin.address_is_verified,
            )
        if link is None:
            note_refusal(email="", reason_code="provider_refused")
            page = render(request, "socialaccount/not_known.html", {"provider": provider}, status=403)
            raise ImmediateHttpResponse(page)
        assert provider is not None  # noqa: S101 - a link has a provider
        sociallogin.account, sociallogin.user = link, link.user
        if provider.asserts_second_factor(sociallogin.claims):
            record_authentication(request, link.user, method=ASSERTED, provider=provider.id)

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, **more: Any
    ) -> None:
        """Tell the operator what went wrong between the servers; never what was sent."""
        if exception is not None:
            logger.warning("Sign-in by %s failed: %s", provider.app.provider_id, type(exception).__name__)
