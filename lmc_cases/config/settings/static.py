"""Settings of tools that only read the code (mypy, makemigrations, message extraction): they connect nowhere.

The values below are no secrets and guard nothing; a process that serves never loads this module.
"""

import os

os.environ.setdefault("SECRET_KEY", "read-only-tools")
os.environ.setdefault("LMC_AUDIT_COMMITMENT_KEY", "read-only-tools")
os.environ.setdefault("LMC_AUDIT_SIGNING_KEY", "read-only-tools")
os.environ.setdefault("LMC_SECOND_FACTOR_KEY", "read-only-tools")
os.environ.setdefault("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none")
os.environ.setdefault("CELERY_BROKER_URL", "redis://127.0.0.1:1/0")

from lmc_cases.config.settings.base import *  # noqa: F403 - the environment comes first

# No pool: it would wait for a server that is not there.
DATABASES["default"]["OPTIONS"] = {}
