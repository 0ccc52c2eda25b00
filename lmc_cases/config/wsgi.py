"""The WSGI application."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lmc_cases.config.settings.production")

application = get_wsgi_application()

from lmc_cases.core.checks import refuse_unfit_database  # noqa: E402 - the settings come first

refuse_unfit_database()
