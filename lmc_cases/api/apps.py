"""Register the app."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Composes the REST API; no rules of its own."""

    name = "lmc_cases.api"
