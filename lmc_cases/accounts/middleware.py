"""What every signed-in request passes: language, second factor, and the transaction with the viewer's audiences."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.translation import get_language_from_request

from lmc_cases.audit.models import AuditEvent, Operation
from lmc_cases.audit.services import record
from lmc_cases.core.viewer import viewing_as
from lmc_cases.jurisdictions.access import resolve_audiences

GetResponse = Callable[[HttpRequest], HttpResponse]


class OfficerLocaleMiddleware:
    """Speak the officer's language and show the officer's zone; before sign-in, the cookie's or browser's."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Activate language and zone for the request."""
        user = request.user
        language = user.language if user.is_authenticated else get_language_from_request(request)
        zone = user.time_zone if user.is_authenticated else settings.TIME_ZONE
        request.LANGUAGE_CODE = language
        with translation.override(language), timezone.override(_zone(zone)):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


def _zone(name: str) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return zoneinfo.ZoneInfo("UTC")


class SecondFactorMiddleware:
    """No page but the set-up of a second factor for an officer who has none.

    Only the demo's explicit switch (``LMC_SECOND_FACTOR_COMPULSORY=0``) lifts this.
    """

    open_prefixes = ("/sign-in/", "/static/", "/language/", "/health")

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Send the officer to the set-up page. The API carries tokens and has its own rule."""
        user = request.user
        if (
            settings.SECOND_FACTOR_COMPULSORY
            and user.is_authenticated
            and not request.path.startswith(self.open_prefixes)
            and not (request.path.startswith("/api/") and "Authorization" in request.headers)
            and not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()
        ):
            return redirect("mfa_activate_totp")
        return self.get_response(request)


class RequestTransactionMiddleware:
    """One transaction around the view and its rendering, carrying the viewer's audiences.

    ``ATOMIC_REQUESTS`` would end before the template is rendered. Errors roll back; refusals of a signed-in
    officer are recorded after the roll-back, in a transaction of their own.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Run the view for the viewer's audiences."""
        user = request.user
        with viewing_as(user.pk, resolve_audiences(user)):
            response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
        if response.status_code in {403, 404} and user.is_authenticated:
            self._record_refusal(request, response)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Roll back: Django turns the exception into a response before it reaches ``__call__``."""
        if transaction.get_connection().in_atomic_block:
            transaction.set_rollback(True)

    @staticmethod
    def _record_refusal(request: HttpRequest, response: HttpResponseBase) -> None:
        match = request.resolver_match
        user = request.user
        if match is None or not user.is_authenticated:
            return
        with transaction.atomic():
            record(
                actor=user,
                operation=Operation.REFUSAL,
                verb="request.refused",
                outcome=AuditEvent.Outcome.REFUSED,
                codes={"view": match.view_name, "status": response.status_code, "asked": _ids(match.kwargs)},
            )


def _ids(kwargs: dict[str, object]) -> list[str]:
    """The public ids in the address: what was asked for, whether or not it exists."""
    return [str(value) for key, value in sorted(kwargs.items()) if key.endswith("uuid")]
