"""Register the app and its tasks."""

from django.apps import AppConfig


class ExportsConfig(AppConfig):
    """Lists as files made by a worker."""

    name = "lmc_cases.exports"

    def ready(self) -> None:
        """Let lists that are too long be owed here; make the tasks known; let files without a row be swept."""
        from lmc_cases.core.leftovers import Shelf, add_shelf
        from lmc_cases.core.list_export import owe_long_lists
        from lmc_cases.exports import tasks  # noqa: F401
        from lmc_cases.exports.views.files import owe

        owe_long_lists(owe)
        add_shelf(Shelf(folder="list-exports", unknown_by="files_without_list_export"))
