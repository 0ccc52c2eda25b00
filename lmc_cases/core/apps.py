"""Register the core app and its tasks."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """The floor: nothing here knows the domain."""

    name = "lmc_cases.core"

    def ready(self) -> None:
        """Make the tasks and the start-up checks known."""
        from lmc_cases.core import checks, tasks  # noqa: F401
