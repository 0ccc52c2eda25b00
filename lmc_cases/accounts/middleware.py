"""What every signed-in request passes: language, second factor, and the transaction with the viewer's audiences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import get_language_from_request
from django.utils.translation import gettext as _

from lmc_cases.accounts import step_up
from lmc_cases.accounts.locale import zone_named
from lmc_cases.accounts.services.sign_in import ASSERTED, SECOND_FACTORS
from lmc_cases.audit.models import AuditEvent, Operation
from lmc_cases.audit.services import record
from lmc_cases.core.problems import problem_json
from lmc_cases.core.viewer import officer_of, viewing_as
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
        with translation.override(language), timezone.override(zone_named(zone)):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class SecondFactorMiddleware:
    """No page but the set-up of a second factor for an officer who has none, or who has not shown it yet.

    A second factor is an authenticator app or a security key. A session has shown it when it signed in with it or set
    it up. One that began before the factor was there, or before an administrator reset it, is asked for it. A
    country's own provider may have asked for it and said so in a signed claim, where the operator trusts it with that.
    Only the demo's explicit switch (``LMC_SECOND_FACTOR_COMPULSORY=0``) lifts this. API tokens carry no session and
    pass: they are made by officers who did show theirs.
    """

    open_prefixes = ("/static/", "/language/")
    # With a factor that this session has not shown, the other sign-in pages would show recovery codes or switch the
    # factor off for the password alone.
    open_to_show_it = ("mfa_reauthenticate", "mfa_reauthenticate_webauthn", "account_logout")

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Send the officer to the set-up page, or to the page that asks for the factor."""
        if (
            not settings.SECOND_FACTOR_COMPULSORY
            or not request.user.is_authenticated
            or request.path == "/health"
            or request.path.startswith(self.open_prefixes)
        ):
            return self.get_response(request)
        held = {factor.pk: factor for factor in Authenticator.objects.filter(user=request.user).only("type")}
        own = [factor for factor in held.values() if factor.type in SECOND_FACTORS]
        shown = get_authentication_records(request, request.user)
        if any(record["method"] == ASSERTED and self._trusted(request, record) for record in shown):
            return self.get_response(request)
        if not own:
            if request.path.startswith("/sign-in/"):
                return self.get_response(request)
            return self._refuse(request, "mfa_activate_totp")
        if not any(record["method"] == "mfa" and record.get("id") in held for record in shown):
            if request.path in {reverse(name) for name in self.open_to_show_it}:
                return self.get_response(request)
            return self._refuse(request, step_up.page_to_show(own))
        return self.get_response(request)

    @staticmethod
    def _trusted(request: HttpRequest, record: dict[str, Any]) -> bool:
        """Whether the provider is still there, still trusted to ask, and still the officer's country's."""
        provider = settings.OIDC_PROVIDERS.get(str(record.get("provider")))
        user = officer_of(request)
        return (
            provider is not None
            and bool(provider.second_factor_acr or provider.second_factor_amr)
            and user.agency is not None
            and user.agency.jurisdiction.code == provider.country
        )

    @staticmethod
    def _refuse(request: HttpRequest, page: str) -> HttpResponse:
        if request.path.startswith("/api/"):
            return problem_json(403, "second-factor", _("Two-factor authentication"))
        address = reverse(page)
        if page != "mfa_activate_totp" and request.method == "GET":
            address += "?" + urlencode({"next": request.get_full_path()})
        if request.headers.get("HX-Request"):
            # A redirect would be followed unseen and the sign-in page put into a part of this one.
            return HttpResponse(status=204, headers={"HX-Redirect": address})
        return redirect(address)


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
        # Asked anew: a token is recognised inside, after ``user`` was read.
        if response.status_code in {403, 404} and request.user.is_authenticated:
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
