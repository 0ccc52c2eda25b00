"""The officer's own settings, and the language switch."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views import View

from lmc_cases.accounts.forms import SettingsForm
from lmc_cases.accounts.services.addresses import open_change_of
from lmc_cases.accounts.services.officers import change_settings, set_language
from lmc_cases.accounts.services.postings import ends_soon
from lmc_cases.accounts.services.sign_in import second_factors_of
from lmc_cases.accounts.services.zones import zone_groups
from lmc_cases.core.scoping import ServiceFormView
from lmc_cases.core.viewer import officer_of


@method_decorator(login_not_required, name="dispatch")
class SwitchLanguage(View):
    """Change the language of the pages; remembered with the account, or by cookie before sign-in."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        """Go back to the page the switch was used on."""
        language = request.POST.get("language", "")
        if language not in dict(settings.LANGUAGES):
            return HttpResponseBadRequest()
        back = request.POST.get("next", "")
        if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
            back = "/"
        if request.user.is_authenticated:
            set_language(actor=request.user, language=language)
        return remember_language(request, redirect(back), language)


def remember_language(request: HttpRequest, response: HttpResponse, language: str) -> HttpResponse:
    """Let the sign-in page speak the language that was chosen last in this browser."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=365 * 86400,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
        secure=settings.LANGUAGE_COOKIE_SECURE or request.is_secure(),
    )
    return response


class OwnSettings(ServiceFormView):
    """Language, document language, time zone, calendar; the way to password and second factor."""

    form_class = SettingsForm
    template_name = "accounts/settings.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        """The choices of zones stand around the officer's own country."""
        assert self.request.user.is_authenticated  # noqa: S101 - LoginRequiredMiddleware
        return {**super().get_form_kwargs(), "zones": zone_groups(self.request.user)}

    def get_initial(self) -> dict[str, Any]:
        """What is set now."""
        names = ("language", "document_language", "time_zone", "calendar")
        return {name: getattr(self.request.user, name) for name in names}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what belongs to the account: second factors, a change of address that waits, the end of the posting."""
        user = officer_of(self.request)
        return super().get_context_data(
            second_factors=second_factors_of(user),
            address_change=open_change_of(viewer=user, user=user),
            posting_ends_soon=ends_soon(user),
            **kwargs,
        )

    def call(self, form: forms.Form) -> str:
        """Save, and say so in the new language."""
        assert self.request.user.is_authenticated  # noqa: S101 - LoginRequiredMiddleware
        user = change_settings(actor=self.request.user, **form.cleaned_data)
        with translation.override(user.language):
            messages.success(self.request, _("Your settings have been saved."))
        return reverse("accounts:settings")

    def form_valid(self, form: forms.Form) -> HttpResponse:
        """Remember the language in the browser too."""
        response = super().form_valid(form)
        if response.status_code == 302:
            return remember_language(self.request, response, form.cleaned_data["language"])
        return response
