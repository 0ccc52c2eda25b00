"""Register the app."""

from django.apps import AppConfig


class CrossingsConfig(AppConfig):
    """Persons who cross together: planned, seated, marked and counted by both sides."""

    name = "lmc_cases.crossings"

    def ready(self) -> None:
        """Make the tasks known to processes that only queue them by name, and a crossing to runs of dossiers.

        What a killed process left of a printed manifest is swept.
        """
        from lmc_cases.core.leftovers import Shelf, add_shelf
        from lmc_cases.crossings import tasks  # noqa: F401
        from lmc_cases.crossings.services.dossiers import crossings_of, requests_of_crossing
        from lmc_cases.dossiers.models import Scope
        from lmc_cases.dossiers.services.batches import add_batches
        from lmc_cases.dossiers.services.scopes import add_scope

        add_shelf(Shelf(folder="manifests", unknown_by="files_without_manifest", is_deep=True))
        add_batches(crossings_of)
        add_scope(Scope.CROSSING, requests_of_crossing)
