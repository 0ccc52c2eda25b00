"""Settings of ``make test``: real PostgreSQL and broker, cheap passwords, mail kept in memory."""

from lmc_cases.config.settings.base import *  # noqa: F403 - a settings module is the one it extends

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
ALLOWED_HOSTS = ["localhost", "testserver"]
# Static files come straight from their places: nothing is collected first.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
KEYS_CREATE_ON_FIRST_USE = True
# Signatures in tests are made by an authority of the test run's own.
SIGNING_LOCAL_AUTHORITY = True
