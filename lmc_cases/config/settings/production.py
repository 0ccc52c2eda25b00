"""Settings behind a reverse proxy with TLS."""

from lmc_cases.config.settings.base import *  # noqa: F403 - a settings module is the one it extends

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
# A program that calls without TLS is refused, never led on: its token would be on the wire each time, unnoticed.
# Probes come from inside, past the proxy, and hold nothing of a case.
SECURE_REDIRECT_EXEMPT = [r"^api/", r"^(health|ready|metrics)$"]
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
LANGUAGE_COOKIE_SECURE = True
globals().update(HOST_COOKIES)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
