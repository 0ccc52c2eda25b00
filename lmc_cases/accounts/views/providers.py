"""The way to a country's own provider and back."""

from __future__ import annotations

from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers
from requests import RequestException

from lmc_cases.accounts.providers import SignedClaims


@login_not_required
def begin(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Send the officer to the provider."""
    return _view(OAuth2LoginView, request, provider_id)


@login_not_required
def finish(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Take the provider's answer."""
    return _view(OAuth2CallbackView, request, provider_id)


def _view(kind: type, request: HttpRequest, provider_id: str) -> HttpResponse:
    adapter = SignedClaims(request, provider_id)
    try:
        provider = adapter.get_provider()
    except SocialApp.DoesNotExist:
        raise Http404 from None
    try:
        response: HttpResponse = kind.adapter_view(adapter)(request)  # type: ignore[attr-defined]
    except (RequestException, LookupError, ValueError) as error:
        # The provider is away, or what it says of itself lacks a part.
        response = render_authentication_error(request, provider, exception=error)
    # The address holds a code that is worth one sign-in.
    add_never_cache_headers(response)
    return response
