"""Register the app."""

from django.apps import AppConfig


class SuspectsConfig(AppConfig):
    """People in a case."""

    name = "lmc_cases.suspects"

    def ready(self) -> None:
        """Let photographs whose request broke off be swept; tell the forms of sharing what this app holds."""
        from lmc_cases.core.leftovers import Shelf, add_shelf

        add_shelf(Shelf(folder="photos", unknown_by="photographs_without_person"))
        from lmc_cases.suspects.services.sharing import register_people

        register_people()
