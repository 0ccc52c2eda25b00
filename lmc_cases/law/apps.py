"""Register the app."""

from django.apps import AppConfig


class LawConfig(AppConfig):
    """Profiles of countries and pairs; proposals that a second officer of the same country confirms."""

    name = "lmc_cases.law"
