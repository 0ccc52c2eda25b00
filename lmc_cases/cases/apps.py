"""Register the app."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Cases, their texts, and sharing."""

    name = "lmc_cases.cases"

    def ready(self) -> None:
        """Make the tasks known to processes that only queue them by name."""
        from lmc_cases.cases import tasks  # noqa: F401
