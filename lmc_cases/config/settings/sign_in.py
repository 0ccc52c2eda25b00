"""How officers sign in, how long they stay signed in, and how often anybody may try."""

from __future__ import annotations

import environ

from lmc_cases.accounts.oidc import read_providers

env = environ.Env()

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
    "guardian.backends.ObjectPermissionBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    # Passwords of known breaches and their variations, by a list that comes with the package: no network.
    {"NAME": "lmc_cases.accounts.password_strength.GuessableValidator"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_ADAPTER = "lmc_cases.accounts.adapter.InvitationOnlyAdapter"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
# The officer is told by mail when the password or the second factor changed.
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[LMC Cases] "
INVITATION_DAYS = env.int("LMC_INVITATION_DAYS", default=7)
PASSWORD_RESET_TIMEOUT = 60 * 60 * 24

# --- the second factor ---------------------------------------------------------------------------
# Keys that close the second factors in the database, the newest first: an old one stays until all are renewed.
SECOND_FACTOR_KEYS: list[str] = env.list("LMC_SECOND_FACTOR_KEY")
# The demo's explicit switch; compulsory wherever it is not set.
SECOND_FACTOR_COMPULSORY: bool = env.bool("LMC_SECOND_FACTOR_COMPULSORY", default=True)
MFA_ADAPTER = "lmc_cases.accounts.adapter.SealedFactorAdapter"
MFA_FORMS = {
    "authenticate": "lmc_cases.accounts.forms.SecondFactorForm",
    "reauthenticate": "lmc_cases.accounts.forms.SecondFactorAgainForm",
    "add_webauthn": "lmc_cases.accounts.forms.AddKeyForm",
    "edit_webauthn": "lmc_cases.accounts.forms.RenameKeyForm",
    "authenticate_webauthn": "lmc_cases.accounts.forms.KeyForm",
    "reauthenticate_webauthn": "lmc_cases.accounts.forms.KeyAgainForm",
    "login_webauthn": "lmc_cases.accounts.forms.PasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_TOTP_ISSUER = "LMC Cases"
# A key found on a desk signs nobody in: each asks for its PIN or fingerprint, always. Decision record 22.
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_PASSKEY_LOGIN_ENABLED = True
# How long a second factor shown counts for steps that cannot be undone, in seconds (accounts.step_up).
STEP_UP_SECONDS: int = 60 * env.int("LMC_STEP_UP_MINUTES", default=10)

# --- sessions ------------------------------------------------------------------------------------
# Both in seconds, and held on the server: without a click, and in all. Decision record 22.
SESSION_IDLE_SECONDS: int = 60 * env.int("LMC_SESSION_IDLE_MINUTES", default=30)
SESSION_ABSOLUTE_SECONDS: int = 60 * env.int("LMC_SESSION_MINUTES", default=8 * 60)
# Ended sessions stay in the officer's list of the past for so long.
SESSION_KEPT_DAYS: int = env.int("LMC_SESSION_KEPT_DAYS", default=90)
# The cookie outlives both by an hour, so that an officer who comes back late is told why.
SESSION_COOKIE_AGE = SESSION_ABSOLUTE_SECONDS + 60 * 60
CSRF_FAILURE_VIEW = "lmc_cases.core.views.expired_session"

# --- the end of a posting ------------------------------------------------------------------------
# So many days before it ends, the officer and the administrators of the country are told.
POSTING_NOTICE_DAYS: int = env.int("LMC_POSTING_NOTICE_DAYS", default=14)
# How long a change of address waits for the officer or a second administrator.
ADDRESS_CHANGE_DAYS: int = env.int("LMC_ADDRESS_CHANGE_DAYS", default=7)

# --- how often -----------------------------------------------------------------------------------
# Counted in the shared cache; while it is away each process counts for itself (decision record 17).
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    # Wrong passwords, and wrong second factors of one account.
    "login_failed": "10/m/ip,5/300s/key",
    "reset_password": "20/m/ip,5/m/key",
    "reset_password_from_key": "20/m/ip",
    "change_password": "5/m/user",
    "reauthenticate": "10/m/user",
    "confirm_email": "1/3m/key",
}
MFA_RATE_LIMITS = {"webauthn_login": "10/m/ip"}
# Pages of our own: name of the page, the parameter that makes it count ("" = always), how often.
RATE_LIMITED_PAGES = {
    "accounts:accept_invitation": ("", env("LMC_INVITATION_RATE", default="20/m/ip")),
    "account_confirm_email": ("", "20/m/ip"),
    "openid_connect_login": ("", "20/m/ip"),
    "handovers:calendar_feed": ("", "30/m/ip"),
    "openid_connect_callback": ("", "20/m/ip"),
    "receipts:verify": ("", env("LMC_RECEIPT_RATE", default="30/m/ip")),
    "receipts:proof": ("", env("LMC_RECEIPT_RATE", default="30/m/ip")),
    "cases:list": ("q", env("LMC_SEARCH_RATE", default="60/m/user")),
    "accounts:users": ("q", env("LMC_SEARCH_RATE", default="60/m/user")),
}

# --- sign-in by a country's own provider (OpenID Connect) ----------------------------------------
OIDC_PROVIDERS = read_providers(env("LMC_OIDC_PROVIDERS", default="[]"))
SOCIALACCOUNT_ADAPTER = "lmc_cases.accounts.providers.CountryProviders"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [provider.as_app() for provider in OIDC_PROVIDERS.values()],
    }
}
# A link, not a form: form-action 'self' would stop a form on its way to the provider.
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_OPENID_CONNECT_URL_PREFIX = "provider"
