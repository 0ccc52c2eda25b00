"""Register the app."""

from django.apps import AppConfig


class JurisdictionsConfig(AppConfig):
    """Countries, agencies, reference data and the access rule."""

    name = "lmc_cases.jurisdictions"
