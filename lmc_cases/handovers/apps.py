"""Register the app."""

from django.apps import AppConfig


class HandoversConfig(AppConfig):
    """Requests for the handover of persons, co-owned by both countries."""

    name = "lmc_cases.handovers"

    def ready(self) -> None:
        """Let papers whose message was never written be swept."""
        from lmc_cases.core.leftovers import Shelf, add_shelf

        add_shelf(Shelf(folder="papers", unknown_by="papers_without_message"))
