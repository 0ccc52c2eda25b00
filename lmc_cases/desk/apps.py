"""Register the app."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Dossiers on the desk of whoever reviews and signs them."""

    name = "lmc_cases.desk"

    def ready(self) -> None:
        """Let the apps below ask: before a side signs, and when an officer looks what waits."""
        from lmc_cases.desk.services.gate import check_approved
        from lmc_cases.desk.services.tasks import tasks_of
        from lmc_cases.dossiers.services.signing import add_gate
        from lmc_cases.handovers.services.work import add_source

        add_gate(check_approved)
        add_source(tasks_of)
