"""Register the app."""

from django.apps import AppConfig


class DossiersConfig(AppConfig):
    """Transfer dossiers: what was disclosed, rendered and stored."""

    name = "lmc_cases.dossiers"

    def ready(self) -> None:
        """Make the tasks known to processes that only queue them by name; let what a killed process left be swept."""
        from lmc_cases.core.leftovers import Shelf, add_shelf
        from lmc_cases.dossiers import tasks  # noqa: F401

        add_shelf(Shelf(folder="dossiers", unknown_by="files_without_dossier", is_deep=True))
