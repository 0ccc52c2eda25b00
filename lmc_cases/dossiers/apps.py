"""Register the app."""

from django.apps import AppConfig


class DossiersConfig(AppConfig):
    """Transfer dossiers: what was disclosed, rendered and stored."""

    name = "lmc_cases.dossiers"

    def ready(self) -> None:
        """Make the tasks known to processes that only queue them by name."""
        from lmc_cases.dossiers import tasks  # noqa: F401
