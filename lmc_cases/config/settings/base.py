"""What every environment shares. Values come from the environment; secrets have no default here."""

from __future__ import annotations

from pathlib import Path

import django_stubs_ext
import environ
from django.conf.locale import LANG_INFO
from django.utils.translation import gettext_lazy as _
from kombu import Queue

# Topics with files of their own.
from lmc_cases.config.settings.browser import *  # noqa: F403 - one topic of this module
from lmc_cases.config.settings.sign_in import *  # noqa: F403 - its settings are settings of this module
from lmc_cases.config.settings.signing import *  # noqa: F403 - one topic of this module
from lmc_cases.config.settings.translating import *  # noqa: F403 - one topic of this module

# Generic views and forms may name their types at run time.
django_stubs_ext.monkeypatch()

env = environ.Env()

ROOT = Path(__file__).resolve().parents[3]
VAR_DIR = Path(env("LMC_VAR_DIR", default=str(ROOT / "var")))

SECRET_KEY: str = env("SECRET_KEY")
# Key of the salted commitments that audit rows hold in place of free text.
AUDIT_COMMITMENT_KEY: str = env("LMC_AUDIT_COMMITMENT_KEY")
# Ed25519 keys that sign the checkpoints of the audit record, the newest first: while two are listed both sign, so that
# countries can change over. 32 random bytes each, URL-safe base64.
AUDIT_SIGNING_KEYS: list[str] = env.list("LMC_AUDIT_SIGNING_KEY")
# Public keys (name+hash+key) that signed before: `manage.py audit verify` still needs them.
AUDIT_RETIRED_KEYS: list[str] = env.list("LMC_AUDIT_RETIRED_KEYS", default=[])
# The name of this log in every checkpoint; never changed once countries keep checkpoints.
AUDIT_LOG_NAME: str = env("LMC_AUDIT_LOG_NAME", default="lmc-cases/audit")
# The newest checkpoint is also kept here, outside the database: a tail that is cut together with all its seals shows.
AUDIT_ANCHOR = Path(env("LMC_AUDIT_ANCHOR", default=str(VAR_DIR / "audit" / "newest-checkpoint.txt")))
AUDIT_SEAL_SECONDS: float = env.float("LMC_AUDIT_SEAL_SECONDS", default=5.0)
# An event that waits for its seal longer than this is a warning: a transaction stays open, or nobody seals.
AUDIT_LAG_SECONDS: int = env.int("LMC_AUDIT_LAG_SECONDS", default=60)
# A list that is let out as a file is written while its reader waits (docs/lists.md has what was measured).
LIST_EXPORT_MAX_ROWS: int = env.int("LMC_LIST_EXPORT_MAX_ROWS", default=2_000)
# A longer one is made by a worker, and its file removed some hours later.
LIST_EXPORT_MAX_ROWS_BY_WORKER: int = env.int("LMC_LIST_EXPORT_MAX_ROWS_BY_WORKER", default=100_000)
LIST_EXPORT_KEEP_HOURS: int = env.int("LMC_LIST_EXPORT_KEEP_HOURS", default=24)
AUDIT_EXPORT_MAX_EVENTS: int = env.int("LMC_AUDIT_EXPORT_MAX_EVENTS", default=100_000)
AUDIT_EXPORT_DAYS: int = env.int("LMC_AUDIT_EXPORT_DAYS", default=7)
# Country keys (docs/keys.md): who holds them, and where their files lie. Outside the database, its dumps and git.
KEY_PROVIDER: str = env("LMC_KEY_PROVIDER", default="lmc_cases.keys.providers.KeyDirectory")
KEY_DIR = Path(env("LMC_KEY_DIR", default=str(VAR_DIR / "keys")))
# A key made where its directory was not mounted would be lost with the machine: only the embedded start does so.
KEYS_CREATE_ON_FIRST_USE: bool = env.bool("LMC_KEYS_CREATE_ON_FIRST_USE", default=False)

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
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
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
    "lmc_cases.keys",
    "lmc_cases.accounts",
    "lmc_cases.exports",
    "lmc_cases.cases",
    "lmc_cases.suspects",
    "lmc_cases.evidence",
    "lmc_cases.handovers",
    "lmc_cases.law",
    "lmc_cases.dossiers",
    "lmc_cases.desk",
    "lmc_cases.assistance",
    "lmc_cases.crossings",
    "lmc_cases.exchange",
    "lmc_cases.privacy",
    "lmc_cases.api",
    "lmc_cases.config",
]

MIDDLEWARE = [
    "lmc_cases.core.middleware.RequestIdMiddleware",
    "lmc_cases.core.probes.RequestFiguresMiddleware",
    # Outside whatever may answer by itself: static files, refused hosts and errors carry the same rules.
    "lmc_cases.core.middleware.BrowserRulesMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.security.SecurityMiddleware",
    # Before sessions and transactions: they must answer when the database does not.
    "lmc_cases.core.probes.ProbesMiddleware",
    "lmc_cases.core.middleware.EncryptedApiMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # Ends sessions that are over before anything is done for them.
    "lmc_cases.accounts.session_limits.SessionLimitsMiddleware",
    "lmc_cases.accounts.middleware.OfficerLocaleMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "lmc_cases.accounts.middleware.SecondFactorMiddleware",
    "lmc_cases.accounts.rate_limits.RateLimitMiddleware",
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
DEMO: bool = env.bool("LMC_DEMO", default=False)
# Hours that access in an emergency lasts, and that a request for it waits for a second person.
EMERGENCY_HOURS: int = env.int("LMC_EMERGENCY_HOURS", default=24)

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
# How long a crossing can be read on a phone that took it to the border.
BORDER_PACK_SECONDS: int = env.int("LMC_BORDER_PACK_SECONDS", default=12 * 3600)
PHOTO_MAX_BYTES: int = env.int("LMC_PHOTO_MAX_BYTES", default=10 * 1024 * 1024)
IMPORT_MAX_BYTES: int = env.int("LMC_IMPORT_MAX_BYTES", default=64 * 1024 * 1024)
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
# A draft of a thousand persons has a box for each.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 3_000

# --- pages: what a browser is told stands in browser.py -------------------------------------------
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
    "DESCRIPTION": "Read access to own and shared cases, by the same rule as the pages. It starts runs of dossiers.",
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
        "HandoverProcedure": "lmc_cases.handovers.models.HandoverRequest.Procedure",
        "HandoverOutcome": "lmc_cases.handovers.models.HandoverSubject.Outcome",
        "DossierState": "lmc_cases.core.jobs.JobState",
        "AgencyKind": "lmc_cases.jurisdictions.models.Agency.Kind",
        "DisclosureKind": "lmc_cases.cases.models.Disclosure.Kind",
        "DisclosurePath": "lmc_cases.cases.models.Disclosure.Path",
        "DisclosureRule": "lmc_cases.cases.models.Disclosure.Rule",
        "CaseLevel": "lmc_cases.cases.api.LEVELS",
        "RunState": "lmc_cases.dossiers.api_runs.STATES",
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
# A new pool process warms the engine of dossiers before it says that it is there; a busy machine takes its time.
CELERY_WORKER_PROC_ALIVE_TIMEOUT = 60.0
# In kB. Measured flat over thousands of dossiers (tests/bench); this is for what nobody measured.
CELERY_WORKER_MAX_MEMORY_PER_CHILD = env.int("LMC_WORKER_MAX_KB", default=600_000)
# What many wait for together stands in a queue of its own: notices and single dossiers do not wait behind it.
CELERY_TASK_QUEUES = [Queue("celery"), Queue("bulk")]
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A request that wakes a worker does not wait for a broker that is away: one try, and a socket that hangs is
# given up after seconds. Workers and beat come back by their own, endless retries.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    # The first queue that holds anything, in the order above.
    "queue_order_strategy": "priority",
    "max_retries": 0,
    "connect_retries_timeout": 1,
    "socket_connect_timeout": 1,
    "socket_timeout": 2,
}
# PostgreSQL knows what is owed: the sweeper wakes whatever the broker lost.
JOB_LEASE_SECONDS: int = env.int("LMC_JOB_LEASE_SECONDS", default=60)
JOB_SWEEP_SECONDS: int = env.int("LMC_JOB_SWEEP_SECONDS", default=10)
# How many messages wait at most for workers that draw from runs of dossiers, and how many rows of all runs are in work.
DOSSIER_WAKE_UPS: int = env.int("LMC_DOSSIER_WAKE_UPS", default=4)
DOSSIERS_IN_WORK: int = env.int("LMC_DOSSIERS_IN_WORK", default=32)
# How often the product looks for shares and questions that nobody answered; the times themselves are data.
ESCALATION_SECONDS: int = env.int("LMC_ESCALATION_SECONDS", default=300)
# How often it looks whether a time limit has run for half, for four fifths, or to its end.
CLOCK_WATCH_SECONDS: int = env.int("LMC_CLOCK_WATCH_SECONDS", default=300)
# Counters are right without the fold; it keeps the changes they are summed from few.
FACET_FOLD_SECONDS: int = env.int("LMC_FACET_FOLD_SECONDS", default=5)
CELERY_BEAT_SCHEDULE = {
    "sweep-jobs": {"task": "core.sweep_jobs", "schedule": JOB_SWEEP_SECONDS},
    "sweep-runs": {"task": "dossiers.sweep_runs", "schedule": JOB_SWEEP_SECONDS},
    "seal-audit": {"task": "audit.seal", "schedule": AUDIT_SEAL_SECONDS},
    "remove-audit-exports": {"task": "audit.remove_exports", "schedule": 3600.0},
    "remove-lists": {"task": "exports.remove_lists", "schedule": 3600.0},
    "escalate-unanswered": {"task": "cases.escalate_unanswered", "schedule": ESCALATION_SECONDS},
    "watch-clocks": {"task": "handovers.watch_clocks", "schedule": CLOCK_WATCH_SECONDS},
    "sweep-visibility": {"task": "cases.sweep_visibility", "schedule": 300.0},
    "tell-of-postings": {"task": "accounts.tell_of_postings", "schedule": 3600.0},
    "measure-drift": {
        "task": "cases.measure_drift",
        "schedule": env.float("LMC_DRIFT_SECONDS", default=3600.0),
    },
    "sweep-leftovers": {"task": "core.sweep_leftovers", "schedule": 3600.0},
    "fold-facets": {
        "task": "cases.fold_facets",
        "schedule": FACET_FOLD_SECONDS,
        "options": {"expires": FACET_FOLD_SECONDS},
    },
}

# --- for whoever runs the server -------------------------------------------------------------------
# Without a token /metrics answers this machine alone.
METRICS_TOKEN: str = env("LMC_METRICS_TOKEN", default="")
# Below this, /ready says no: an upload must not meet a full disk. In bytes.
READY_FREE_BYTES: int = env.int("LMC_READY_FREE_BYTES", default=512 * 1024 * 1024)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "request_id": {"()": "lmc_cases.core.request_id.RequestIdFilter"},
        "mask_keys": {"()": "lmc_cases.core.masking.MaskKeys"},
    },
    "formatters": {
        "line": {
            # No exception's message, no key, no address of a mailbox ever reaches a line.
            "()": "lmc_cases.core.private_log.PrivateFormatter",
            "fmt": "%(asctime)s %(levelname)s %(request_id)s %(name)s: %(message)s",
        }
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "filters": ["request_id", "mask_keys"],
            "formatter": "line",
        }
    },
    "root": {"handlers": ["stderr"], "level": env("LMC_LOG_LEVEL", default="INFO")},
    "loggers": {
        "fontTools": {"level": "WARNING"},
        # At DEBUG it writes statements with their values.
        "django.db.backends": {"level": "INFO"},
    },
}
