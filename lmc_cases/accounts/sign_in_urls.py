"""Addresses under /sign-in/ that stand before the library's own of the same name."""

from __future__ import annotations

from django.urls import path

from lmc_cases.accounts.views import sign_in

urlpatterns = [
    path("email/", sign_in.OwnAddress.as_view(), name="account_email"),
    path("2fa/totp/activate/", sign_in.SetUpSecondFactor.as_view(), name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", sign_in.SwitchOffSecondFactor.as_view(), name="mfa_deactivate_totp"),
    path(
        "2fa/recovery-codes/generate/", sign_in.NewRecoveryCodes.as_view(), name="mfa_generate_recovery_codes"
    ),
]
