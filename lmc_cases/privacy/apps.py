"""Register the app."""

from __future__ import annotations

from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    """Review, erasure, subject access."""

    name = "lmc_cases.privacy"
    verbose_name = "privacy"
