"""Register the core app and its tasks."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """The floor: nothing here knows the domain."""

    name = "lmc_cases.core"

    def ready(self) -> None:
        """Make the tasks known to processes that only queue them by name."""
        from lmc_cases.core import tasks  # noqa: F401
