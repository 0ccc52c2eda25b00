"""Register the app."""

from django.apps import AppConfig


class SuspectsConfig(AppConfig):
    """People in a case."""

    name = "lmc_cases.suspects"

    def ready(self) -> None:
        """Tell the forms of sharing what this app holds."""
        from lmc_cases.suspects.services.sharing import register_people

        register_people()
