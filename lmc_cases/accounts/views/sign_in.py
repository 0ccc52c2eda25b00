"""Pages of the sign-in library, where ours do more: factors leave a trace and ask for a fresh one first."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.views import EmailView
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import (
    DownloadRecoveryCodesView,
    GenerateRecoveryCodesView,
    ViewRecoveryCodesView,
)
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, EditWebAuthnView, RemoveWebAuthnView
from django.http import Http404, HttpRequest, HttpResponse

from lmc_cases.accounts.services.sign_in import note_second_factor, second_factors_of
from lmc_cases.accounts.step_up import StepUpForOwnFactors
from lmc_cases.core.viewer import officer_of


class OwnAddress(EmailView):
    """The address an officer signs in with. A new one that was agreed to can be confirmed here."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Send the confirmation link again; adding, removing and choosing addresses do not exist."""
        if "action_send" not in request.POST or {"action_add", "action_remove", "action_primary"} & set(
            request.POST
        ):
            raise Http404
        return super().post(request, *args, **kwargs)  # type: ignore[no-any-return]


class SecondStep(AuthenticateView):
    """The second step of signing in: by what the officer holds."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Offer the key only to who has one."""
        held = {factor.type for factor in second_factors_of(self.stage.login.user)}
        found: dict[str, Any] = super().get_context_data(**kwargs)
        return {
            **found,
            "has_app": Authenticator.Type.TOTP in held,
            "has_key": Authenticator.Type.WEBAUTHN in held,
        }


def nowhere(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """Answer for pages of the library that the product does not have."""
    raise Http404


class SetUpSecondFactor(StepUpForOwnFactors, ActivateTOTPView):
    """Set the authenticator app up."""

    def form_valid(self, form: Any) -> HttpResponse:
        """This session has shown the factor; any other one of the officer is asked for it."""
        response = super().form_valid(form)
        _shown_here(self.request, Authenticator.Type.TOTP)
        note_second_factor(user=officer_of(self.request), verb="second_factor.set_up")
        return response  # type: ignore[no-any-return]


class SwitchOffSecondFactor(StepUpForOwnFactors, DeactivateTOTPView):
    """Take the authenticator app off, to set up another one."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Record it."""
        response = super().form_valid(form)
        note_second_factor(user=officer_of(self.request), verb="second_factor.switched_off")
        return response  # type: ignore[no-any-return]


class AddKey(StepUpForOwnFactors, AddWebAuthnView):
    """Add a security key or a passkey."""

    def form_valid(self, form: Any) -> HttpResponse:
        """This session has shown the key; any other one of the officer is asked for a factor."""
        response = super().form_valid(form)
        _shown_here(self.request, Authenticator.Type.WEBAUTHN)
        note_second_factor(user=officer_of(self.request), verb="second_factor.key_added")
        return response  # type: ignore[no-any-return]


class RenameKey(StepUpForOwnFactors, EditWebAuthnView):
    """Give a key another name."""


class RemoveKey(StepUpForOwnFactors, RemoveWebAuthnView):
    """Take a key off."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Record it."""
        response = super().form_valid(form)
        note_second_factor(user=officer_of(self.request), verb="second_factor.key_removed")
        return response  # type: ignore[no-any-return]


class NewRecoveryCodes(StepUpForOwnFactors, GenerateRecoveryCodesView):
    """Make new recovery codes; the old ones end."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Record it."""
        response = super().form_valid(form)
        note_second_factor(user=officer_of(self.request), verb="second_factor.recovery_codes_made")
        return response  # type: ignore[no-any-return]


class RecoveryCodesPage(StepUpForOwnFactors, ViewRecoveryCodesView):
    """Read the recovery codes."""


class RecoveryCodesFile(StepUpForOwnFactors, DownloadRecoveryCodesView):
    """Keep the recovery codes."""


def _shown_here(request: HttpRequest, kind: Authenticator.Type) -> None:
    """Note that this session holds the factor that was set up just now, the newest of its kind."""
    user = officer_of(request)
    factor = [held for held in second_factors_of(user) if held.type == kind][-1]
    record_authentication(request, user, method="mfa", id=factor.pk, type=factor.type)
