"""Register the app."""

from django.apps import AppConfig


class SuspectsConfig(AppConfig):
    """People in a case."""

    name = "lmc_cases.suspects"
