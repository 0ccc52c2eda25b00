"""Register the app."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """Reads and writes formats: CASE/UCO bundles, spreadsheets."""

    name = "lmc_cases.exchange"

    def ready(self) -> None:
        """Make the tasks known to processes that only queue them by name; let broken uploads be swept."""
        from lmc_cases.core.leftovers import Shelf, add_shelf
        from lmc_cases.exchange import tasks  # noqa: F401

        add_shelf(Shelf(folder="imports", unknown_by="files_without_import"))
