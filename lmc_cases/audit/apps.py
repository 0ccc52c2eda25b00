"""Register the app."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Who did what, on whose record, why: append-only."""

    name = "lmc_cases.audit"
