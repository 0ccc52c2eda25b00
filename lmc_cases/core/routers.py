"""Which connection migrates: only the owner's; lmc_app could not, and must not."""

from __future__ import annotations

from typing import Any

from django.conf import settings


class OwnerRouter:
    """Send migrations to ``owner`` where that connection is configured."""

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        """Allow migrations on ``owner`` alone."""
        if "owner" in settings.DATABASES:
            return db == "owner"
        return None

    def allow_relation(self, obj1: Any, obj2: Any, **hints: Any) -> bool | None:
        """Both connections reach one database."""
        return True
