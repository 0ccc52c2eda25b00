"""A fresh second factor before a step that cannot be undone: approve, revoke, export, keys, other people's accounts.

A view asks for it by one word::

    class ShareRevoke(StepUpRequired, ServiceFormView): ...       # asked when the form is sent
    class AuditExport(StepUpToRead, View): ...                    # asked when the address is opened

and an API view by ``permission_classes = [IsAuthenticated, FreshSecondFactor]`` (``accounts.api``).

The mixin stands first among the bases. It is asked after the view's own ``dispatch``, so that foreign and missing
records still answer 404. What was sent is not stored: it goes back to the browser in hidden fields of the question
and comes again with the answer, so nothing typed is lost and nothing typed lies in a table. Decision record 22.
"""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import begin_authentication
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from lmc_cases.accounts.forms import KeyAgainForm, SecondFactorAgainForm
from lmc_cases.accounts.models import User
from lmc_cases.accounts.services.sign_in import second_factors_of
from lmc_cases.core.errors import NotAllowed
from lmc_cases.core.viewer import officer_of

PREFIX = "step_up"
CODE, KEY = f"{PREFIX}-code", f"{PREFIX}-credential"


class StepUpNeeded(NotAllowed):
    """The officer has to show the second factor again. HTTP 403, problem type ``step-up``."""

    code = "step-up"


def is_fresh(request: HttpRequest) -> bool:
    """Whether this session showed a factor that the officer still holds, no longer ago than ``STEP_UP_SECONDS``.

    An officer without a factor, where none is compulsory, has none to show.
    """
    if not Authenticator.objects.filter(user=officer_of(request)).exists():
        return not settings.SECOND_FACTOR_COMPULSORY
    shown = shown_at(request)
    return shown is not None and shown.timestamp() > time.time() - settings.STEP_UP_SECONDS


def shown_at(request: HttpRequest) -> dt.datetime | None:
    """Return when this session last showed a factor that the officer still holds, ``None`` if it showed none."""
    user = officer_of(request)
    held = {factor.pk for factor in Authenticator.objects.filter(user=user)}
    shown = [
        record["at"]
        for record in get_authentication_records(request, user)
        if record["method"] == "mfa" and record.get("id") in held
    ]
    return dt.datetime.fromtimestamp(max(shown), dt.UTC) if shown else None


def require(request: HttpRequest) -> None:
    """Refuse a request of a session that showed no second factor lately; for what answers without pages.

    Raises:
        StepUpNeeded: say so, and where to show it.
    """
    if not is_fresh(request):
        raise StepUpNeeded(_("Confirm that it is you with your second factor on the pages, then try again."))


class StepUpRequired:
    """Ask for a fresh second factor when a form is sent. Not for forms with files: see ``StepUpToRead``."""

    request: HttpRequest

    def post(self, request: HttpRequest, *args: str, **kwargs: Any) -> HttpResponse:
        """Take the step, or ask first."""
        asked = _asked(request)
        if asked is not None:
            return asked
        response: HttpResponse = super().post(request, *args, **kwargs)  # type: ignore[misc]
        return response


class StepUpToRead:
    """Ask for a fresh second factor before an address is opened: exports, recovery codes, forms with files."""

    request: HttpRequest

    def get(self, request: HttpRequest, *args: str, **kwargs: Any) -> HttpResponse:
        """Open it, or ask first and come back."""
        if not is_fresh(request):
            return _elsewhere(request, request.get_full_path())
        response: HttpResponse = super().get(request, *args, **kwargs)  # type: ignore[misc]
        return response


class StepUpForOwnFactors:
    """Ask before any page about the officer's own factors; who holds none yet has none to show.

    Asked for the whole page: what a new key answers is worth one sending, and the question would use it up.
    """

    request: HttpRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Open it, or ask first and come back."""
        if request.user.is_authenticated and second_factors_of(officer_of(request)) and not is_fresh(request):
            return _elsewhere(request, request.path)
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        return response


def _elsewhere(request: HttpRequest, back: str) -> HttpResponse:
    held = second_factors_of(officer_of(request))
    address = reverse("mfa_activate_totp")
    if held:
        address = f"{reverse(page_to_show(held))}?{urlencode({'next': back})}"
    if request.headers.get("HX-Request"):
        # A redirect would be followed unseen and the page put into a part of this one.
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)


def page_to_show(held: list[Authenticator]) -> str:
    """Return the name of the page where the officer shows a factor: by code where there is an app, else by key."""
    has_app = any(factor.type == Authenticator.Type.TOTP for factor in held)
    return "mfa_reauthenticate" if has_app else "mfa_reauthenticate_webauthn"


def _asked(request: HttpRequest) -> HttpResponse | None:
    """Return the question, or ``None`` once it is answered; the form then reads only what was its own."""
    if is_fresh(request):
        return None
    user = officer_of(request)
    held = {factor.type for factor in second_factors_of(user)}
    if not held or request.FILES:
        return _elsewhere(request, request.get_full_path())
    answered = CODE in request.POST or KEY in request.POST
    form, key_form = _forms(request, user)
    if answered:
        given = key_form if request.POST.get(KEY) else form
        if given.is_valid():
            given.save()
            rest = request.POST.copy()
            for name in (CODE, KEY):
                rest.pop(name, None)
            # Django's own forms read any QueryDict; the stubs want the frozen one.
            rest._mutable = False
            request.POST = rest  # type: ignore[assignment]
            return None
    return _question(request, user, held, form, key_form)


def _forms(request: HttpRequest, user: User) -> tuple[SecondFactorAgainForm, KeyAgainForm]:
    data = request.POST if request.POST.get(CODE) or CODE in request.POST else None
    key_data = request.POST if request.POST.get(KEY) else None
    return (
        SecondFactorAgainForm(user=user, data=None if key_data else data, prefix=PREFIX),
        KeyAgainForm(user=user, data=key_data, prefix=PREFIX),
    )


def _question(
    request: HttpRequest, user: User, held: set[str], form: SecondFactorAgainForm, key_form: KeyAgainForm
) -> HttpResponse:
    typed = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in {CODE, KEY, "csrfmiddlewaretoken"}
        for value in values
    ]
    has_key = Authenticator.Type.WEBAUTHN in held
    response = render(
        request,
        "accounts/step_up.html",
        {
            "form": form,
            "key_form": key_form,
            "typed": typed,
            "has_app": Authenticator.Type.TOTP in held,
            "has_key": has_key,
            "js_data": {"request_options": begin_authentication(user)} if has_key else None,
            "back": request.get_full_path(),
        },
        status=422 if form.errors or key_form.errors else 200,
    )
    add_never_cache_headers(response)
    if request.headers.get("HX-Request"):
        response["HX-Retarget"], response["HX-Reswap"] = "body", "innerHTML"
    return response
