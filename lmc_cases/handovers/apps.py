"""Register the app."""

from django.apps import AppConfig


class HandoversConfig(AppConfig):
    """Requests for the handover of persons, co-owned by both countries."""

    name = "lmc_cases.handovers"
