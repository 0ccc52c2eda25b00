"""Register the app."""

from django.apps import AppConfig


class AssistanceConfig(AppConfig):
    """Mutual legal assistance: one country asks another for evidence, data or assets in a case they share."""

    name = "lmc_cases.assistance"

    def ready(self) -> None:
        """Make the task known to processes that only queue it by name; let what a killed worker left be swept."""
        from lmc_cases.assistance import tasks  # noqa: F401
        from lmc_cases.core.leftovers import Shelf, add_shelf

        add_shelf(Shelf(folder="assistance", unknown_by="files_without_assistance", is_deep=True))
