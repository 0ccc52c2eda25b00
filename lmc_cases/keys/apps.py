"""The app of keys."""

from __future__ import annotations

from django.apps import AppConfig


class KeysConfig(AppConfig):
    """Keys."""

    name = "lmc_cases.keys"
    verbose_name = "keys"
