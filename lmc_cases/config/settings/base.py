"""What every environment shares. Values come from the environment; secrets have no default here."""

from __future__ import annotations

from pathlib import Path

import django_stubs_ext
import environ
from csp.constants import NONE, SELF
from django.conf.locale import LANG_INFO
from django.utils.translation import gettext_lazy as _

# Generic views and forms may name their types at run time.
django_stubs_ext.monkeypatch()

env = environ.Env()

ROOT = Path(__file__).resolve().parents[3]
VAR_DIR = Path(env("LMC_VAR_DIR", default=str(ROOT / "var")))

SECRET_KEY: str = env("SECRET_KEY")
# Keyed hash under which document numbers are found; never the signing key, so that each can be rotated alone.
BLIND_INDEX_KEY: str = env("LMC_BLIND_INDEX_KEY")
# Key of the salted commitments that audit rows hold in place of free text.
AUDIT_COMMITMENT_KEY: str = env("LMC_AUDIT_COMMITMENT_KEY")
# Keys that close the second factors in the database, the newest first: an old one stays until all are renewed.
SECOND_FACTOR_KEYS: list[str] = env.list("LMC_SECOND_FACTOR_KEY")

DEBUG = False
ALLOWED_HOSTS: list[str] = env.list("LMC_ALLOWED_HOSTS", default=["localhost"])
BASE_URL: str = env("LMC_BASE_URL", default="http://localhost:8000")
CSRF_TRUSTED_ORIGINS = [BASE_URL]
# How many reverse proxies of our own stand in front: the caller's address is read from what they add, and no further.
TRUSTED_PROXIES: int = env.int("LMC_TRUSTED_PROXIES", default=0)

# Django knows no Lao; without this entry {% get_language_info %} fails for it.
LANG_INFO.setdefault("lo", {"bidi": False, "code": "lo", "name": "Lao", "name_local": "ລາວ"})
LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", _("English")),
    ("th", _("Thai")),
    ("km", _("Khmer")),
    ("lo", _("Lao")),
    ("my", _("Burmese")),
    ("vi", _("Vietnamese")),
    ("zh-hans", _("Simplified Chinese")),
]
LOCALE_PATHS = [ROOT / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "guardian",
    "simple_history",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "django_tables2",
    "django_filters",
    "crispy_forms",
    "crispy_bootstrap5",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "lmc_cases.core",
    "lmc_cases.jurisdictions",
    "lmc_cases.audit",
    "lmc_cases.accounts",
    "lmc_cases.cases",
    "lmc_cases.suspects",
    "lmc_cases.evidence",
    "lmc_cases.handovers",
    "lmc_cases.dossiers",
    "lmc_cases.exchange",
    "lmc_cases.api",
    "lmc_cases.config",
]

MIDDLEWARE = [
    "lmc_cases.core.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "lmc_cases.core.middleware.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "lmc_cases.accounts.middleware.OfficerLocaleMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "lmc_cases.accounts.middleware.SecondFactorMiddleware",
    # Everything inside runs in one transaction that carries the viewer's audiences.
    "lmc_cases.accounts.middleware.RequestTransactionMiddleware",
    "lmc_cases.cases.asking.ReadingReasonMiddleware",
]

ROOT_URLCONF = "lmc_cases.config.urls"
WSGI_APPLICATION = "lmc_cases.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "lmc_cases.core.context.product",
            ],
        },
    },
]

# "default" serves as lmc_app; "owner" migrates and is absent from processes that only serve.
DATABASES = {
    "default": env.db("DATABASE_URL"),
}
DATABASES["default"].update(
    ENGINE="django.db.backends.postgresql",
    CONN_MAX_AGE=0,
    # A connection that died with the server is noticed before a request gets it.
    CONN_HEALTH_CHECKS=True,
    OPTIONS={
        "pool": {
            "min_size": 0,
            "max_size": env.int("LMC_DB_POOL", default=8),
            "timeout": 10,
            # The pool's own five minutes of ever longer pauses would outlast the server's return.
            "reconnect_timeout": 2,
        }
    },
)
if env("OWNER_DATABASE_URL", default=""):
    DATABASES["owner"] = env.db("OWNER_DATABASE_URL")
    DATABASES["owner"]["ENGINE"] = "django.db.backends.postgresql"
DATABASE_ROUTERS = ["lmc_cases.core.routers.OwnerRouter"]

CACHES = {
    "default": {
        "BACKEND": "lmc_cases.core.cache.SteadyCache",
        "LOCATION": env("LMC_CACHE_URL", default=env("CELERY_BROKER_URL")),
        # Seconds: an officer waits for the cache no longer than this.
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    }
}

# --- sign-in -------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
    "guardian.backends.ObjectPermissionBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
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
MFA_ADAPTER = "lmc_cases.accounts.adapter.SealedFactorAdapter"
MFA_FORMS = {
    "authenticate": "lmc_cases.accounts.forms.SecondFactorForm",
    "reauthenticate": "lmc_cases.accounts.forms.SecondFactorAgainForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "LMC Cases"
# The demo's explicit switch; compulsory wherever it is not set.
SECOND_FACTOR_COMPULSORY: bool = env.bool("LMC_SECOND_FACTOR_COMPULSORY", default=True)
DEMO: bool = env.bool("LMC_DEMO", default=False)
# Files (PEM) of the key that signs printed documents, of its certificate, and of what lies between it and the root.
SIGNING_KEY_FILE: str = env("LMC_SIGNING_KEY_FILE", default="")
SIGNING_CERTIFICATE_FILE: str = env("LMC_SIGNING_CERTIFICATE_FILE", default="")
SIGNING_CHAIN_FILE: str = env("LMC_SIGNING_CHAIN_FILE", default="")
SIGNING_KEY_PASSPHRASE: str = env("LMC_SIGNING_KEY_PASSPHRASE", default="")
# The demo signs with an authority of its own under var/signing, which nobody else has a reason to trust.
SIGNING_LOCAL_AUTHORITY: bool = env.bool("LMC_SIGNING_LOCAL_AUTHORITY", default=DEMO)
# Hours that access in an emergency lasts, and that a request for it waits for a second person.
EMERGENCY_HOURS: int = env.int("LMC_EMERGENCY_HOURS", default=24)
SESSION_COOKIE_AGE = 8 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "lmc_cases.core.views.expired_session"
INVITATION_DAYS = env.int("LMC_INVITATION_DAYS", default=7)
PASSWORD_RESET_TIMEOUT = 60 * 60 * 24

# guardian: no anonymous user row, no global permission; grants stand on countries and agencies only.
ANONYMOUS_USER_NAME = None
GUARDIAN_RAISE_403 = False

EMAIL_BACKEND = env("LMC_EMAIL_BACKEND", default="django.core.mail.backends.console.EmailBackend")
EMAIL_FILE_PATH = env("LMC_EMAIL_DIR", default=str(VAR_DIR / "mail"))
EMAIL_HOST = env("LMC_EMAIL_HOST", default="localhost")
EMAIL_PORT = env.int("LMC_EMAIL_PORT", default=25)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env("LMC_EMAIL_FROM", default="LMC Cases <no-reply@lmc-cases.invalid>")

# --- files ---------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [ROOT / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
MEDIA_ROOT = Path(env("LMC_MEDIA_DIR", default=str(VAR_DIR / "files")))
# No MEDIA_URL on purpose: a file leaves only through a view that checks and records.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
FILE_UPLOAD_TEMP_DIR = None
FILE_UPLOAD_PERMISSIONS = 0o640
EVIDENCE_MAX_BYTES: int = env.int("LMC_EVIDENCE_MAX_BYTES", default=512 * 1024 * 1024)
PHOTO_MAX_BYTES: int = env.int("LMC_PHOTO_MAX_BYTES", default=10 * 1024 * 1024)
IMPORT_MAX_BYTES: int = env.int("LMC_IMPORT_MAX_BYTES", default=64 * 1024 * 1024)
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# --- browser -------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        # Tabler's CSS and the authenticator's QR code are data images.
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
        "worker-src": [SELF],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
DJANGO_TABLES2_TEMPLATE = "components/table.html"

# --- API -----------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        # The first one answers 401 with WWW-Authenticate.
        "lmc_cases.api.authentication.PartnerToken",
        "lmc_cases.api.authentication.OfficerSession",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "lmc_cases.api.schema.ReadSchema",
    "DEFAULT_THROTTLE_CLASSES": ["lmc_cases.api.throttling.AccountThrottle"],
    "DEFAULT_THROTTLE_RATES": {"user": env("LMC_API_RATE", default="600/min")},
    "EXCEPTION_HANDLER": "lmc_cases.core.api_errors.problem_response",
    "DEFAULT_PAGINATION_CLASS": None,
    "URL_FORMAT_OVERRIDE": None,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
API_TOKEN_MAX_DAYS: int = env.int("LMC_API_TOKEN_MAX_DAYS", default=366)
SPECTACULAR_SETTINGS = {
    "TITLE": "LMC Cases API",
    "DESCRIPTION": "Read access to own and shared cases, by the same rule as the pages.",
    "VERSION": "1.0.0",
    # In 3.1 a schema is plain JSON Schema, which the tests hold every answer against.
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    # As api/urls.py lists them.
    "SORT_OPERATIONS": False,
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "lmc_cases.api.schema.add_problems",
    ],
    "ENUM_NAME_OVERRIDES": {
        "CaseStatus": "lmc_cases.cases.models.Case.Status",
        "OperationStatus": "lmc_cases.cases.models.Operation.Status",
        "TextKind": "lmc_cases.cases.models.CaseText.Kind",
        "SuspectRole": "lmc_cases.suspects.models.Suspect.Role",
        "SuspectCategory": "lmc_cases.suspects.models.Suspect.Category",
        "DocumentKind": "lmc_cases.suspects.models.IdentityDocument.Kind",
        "DocumentStatus": "lmc_cases.suspects.models.IdentityDocument.Status",
        "ExhibitKind": "lmc_cases.evidence.models.EvidenceItem.Kind",
        "CustodyKind": "lmc_cases.evidence.models.CustodyEvent.Kind",
        "HandoverStatus": "lmc_cases.handovers.models.HandoverRequest.Status",
        "HandoverOutcome": "lmc_cases.handovers.models.HandoverSubject.Outcome",
        "DossierState": "lmc_cases.core.jobs.JobState",
        "AgencyKind": "lmc_cases.jurisdictions.models.Agency.Kind",
        "DisclosureKind": "lmc_cases.cases.models.Disclosure.Kind",
        "DisclosurePath": "lmc_cases.cases.models.Disclosure.Path",
        "DisclosureRule": "lmc_cases.cases.models.Disclosure.Rule",
        "CaseLevel": "lmc_cases.cases.api.LEVELS",
        "LanguageCode": "django.conf.settings.LANGUAGES",
    },
}

# --- background work -----------------------------------------------------------------------------
CELERY_BROKER_URL = env("CELERY_BROKER_URL")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = env.int("LMC_TASK_SOFT_SECONDS", default=300)
CELERY_TASK_TIME_LIMIT = env.int("LMC_TASK_HARD_SECONDS", default=360)
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A request that wakes a worker does not wait for a broker that is away: one try, and a socket that hangs is
# given up after seconds. Workers and beat come back by their own, endless retries.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "max_retries": 0,
    "connect_retries_timeout": 1,
    "socket_connect_timeout": 1,
    "socket_timeout": 2,
}
# PostgreSQL knows what is owed: the sweeper wakes whatever the broker lost.
JOB_LEASE_SECONDS: int = env.int("LMC_JOB_LEASE_SECONDS", default=60)
JOB_SWEEP_SECONDS: int = env.int("LMC_JOB_SWEEP_SECONDS", default=10)
CELERY_BEAT_SCHEDULE = {
    "sweep-jobs": {"task": "core.sweep_jobs", "schedule": JOB_SWEEP_SECONDS},
    "sweep-visibility": {"task": "cases.sweep_visibility", "schedule": 300.0},
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "lmc_cases.core.request_id.RequestIdFilter"}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(request_id)s %(name)s: %(message)s"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "filters": ["request_id"], "formatter": "line"}
    },
    "root": {"handlers": ["stderr"], "level": env("LMC_LOG_LEVEL", default="INFO")},
    "loggers": {"fontTools": {"level": "WARNING"}},
}
