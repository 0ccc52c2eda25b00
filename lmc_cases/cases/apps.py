"""Register the app."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Cases, their texts, and sharing."""

    name = "lmc_cases.cases"

    def ready(self) -> None:
        """Make the tasks known to processes that only queue them by name, and the drift to the monitoring."""
        from lmc_cases.cases import tasks  # noqa: F401
        from lmc_cases.cases.services import visibility
        from lmc_cases.core.metrics import add_figures

        add_figures(visibility.figures)
