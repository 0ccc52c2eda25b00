"""Register the app."""

from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    """Exhibits, files and chain of custody."""

    name = "lmc_cases.evidence"
