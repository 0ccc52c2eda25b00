"""Addresses under /sign-in/ that stand before the library's own of the same name."""

from __future__ import annotations

from django.urls import path

from lmc_cases.accounts.views import providers, sign_in

urlpatterns = [
    path("email/", sign_in.OwnAddress.as_view(), name="account_email"),
    path("2fa/authenticate/", sign_in.SecondStep.as_view(), name="mfa_authenticate"),
    path("2fa/totp/activate/", sign_in.SetUpSecondFactor.as_view(), name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", sign_in.SwitchOffSecondFactor.as_view(), name="mfa_deactivate_totp"),
    path("2fa/webauthn/add/", sign_in.AddKey.as_view(), name="mfa_add_webauthn"),
    path("2fa/webauthn/keys/<int:pk>/edit/", sign_in.RenameKey.as_view(), name="mfa_edit_webauthn"),
    path("2fa/webauthn/keys/<int:pk>/remove/", sign_in.RemoveKey.as_view(), name="mfa_remove_webauthn"),
    path("2fa/recovery-codes/", sign_in.RecoveryCodesPage.as_view(), name="mfa_view_recovery_codes"),
    path(
        "2fa/recovery-codes/download/",
        sign_in.RecoveryCodesFile.as_view(),
        name="mfa_download_recovery_codes",
    ),
    path(
        "2fa/recovery-codes/generate/", sign_in.NewRecoveryCodes.as_view(), name="mfa_generate_recovery_codes"
    ),
    path("provider/<slug:provider_id>/login/", providers.begin, name="openid_connect_login"),
    path("provider/<slug:provider_id>/login/callback/", providers.finish, name="openid_connect_callback"),
    # Officers neither sign up nor link accounts themselves.
    path("3rdparty/signup/", sign_in.nowhere, name="socialaccount_signup"),
    path("3rdparty/", sign_in.nowhere, name="socialaccount_connections"),
]
