"""Behind the proxy the product passes Django's own deployment checks, and starts with no secret missing."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SECRETS = (
    "SECRET_KEY",
    "LMC_AUDIT_COMMITMENT_KEY",
    "LMC_AUDIT_SIGNING_KEY",
    "LMC_SECOND_FACTOR_KEY",
)


def check(**environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    env = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "lmc_cases.config.settings.production",
        "DATABASE_URL": "postgres://lmc_app:x@localhost:1/none",
        "CELERY_BROKER_URL": "redis://localhost:1/0",
        "LMC_BASE_URL": "https://cases.invalid",
        "LMC_ALLOWED_HOSTS": "cases.invalid",
        **environment,
    }
    return subprocess.run(
        command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120, check=False
    )


def test_the_deployment_checks_find_nothing() -> None:
    done = check(**{name: secrets.token_urlsafe(60) for name in SECRETS})
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_missing_secret_stops_the_start_and_is_named() -> None:
    for absent in SECRETS:
        done = check(**{name: secrets.token_urlsafe(60) for name in SECRETS if name != absent})
        assert done.returncode != 0, absent
        assert absent in done.stderr
