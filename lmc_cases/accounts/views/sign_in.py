"""Pages of the sign-in library, where ours do more: the second factor leaves a trace, addresses stay as they are."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.views import EmailView
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from django.http import Http404, HttpRequest, HttpResponse

from lmc_cases.accounts.services.sign_in import note_second_factor, second_factor_of


class OwnAddress(EmailView):
    """The address an officer signs in with. Only an administrator changes it; a new one can be confirmed here."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Send the confirmation link again; adding, removing and choosing addresses do not exist."""
        if "action_send" not in request.POST or {"action_add", "action_remove", "action_primary"} & set(
            request.POST
        ):
            raise Http404
        return super().post(request, *args, **kwargs)  # type: ignore[no-any-return]


class SetUpSecondFactor(ActivateTOTPView):
    """Set the authenticator app up."""

    def form_valid(self, form: Any) -> HttpResponse:
        """This session has shown the factor; any other one of the officer is asked for it."""
        response = super().form_valid(form)
        user: Any = self.request.user
        factor = second_factor_of(user)
        assert factor is not None  # noqa: S101 - it was set up two lines above
        record_authentication(self.request, user, method="mfa", id=factor.pk, type=factor.type)
        note_second_factor(user=user, verb="second_factor.set_up")
        return response  # type: ignore[no-any-return]


class SwitchOffSecondFactor(DeactivateTOTPView):
    """Take the authenticator app off, to set up another one."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Record it."""
        response = super().form_valid(form)
        user: Any = self.request.user
        note_second_factor(user=user, verb="second_factor.switched_off")
        return response  # type: ignore[no-any-return]


class NewRecoveryCodes(GenerateRecoveryCodesView):
    """Make new recovery codes; the old ones end."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Record it."""
        response = super().form_valid(form)
        user: Any = self.request.user
        note_second_factor(user=user, verb="second_factor.recovery_codes_made")
        return response  # type: ignore[no-any-return]
