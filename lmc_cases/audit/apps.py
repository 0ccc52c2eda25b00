"""Register the app and its tasks."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Who did what, on whose record, why: append-only."""

    name = "lmc_cases.audit"

    def ready(self) -> None:
        """Make the tasks known to processes that only queue them by name."""
        from lmc_cases.audit import tasks  # noqa: F401
