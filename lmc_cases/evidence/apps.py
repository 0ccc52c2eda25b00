"""Register the app."""

from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    """Exhibits, files and chain of custody."""

    name = "lmc_cases.evidence"

    def ready(self) -> None:
        """Tell the forms of sharing what this app holds."""
        from lmc_cases.evidence.services.sharing import register_exhibits

        register_exhibits()
