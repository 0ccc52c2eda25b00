"""Build the demo world."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from lmc_cases.config.demo import world


class Command(BaseCommand):
    """``manage.py build_demo``: idempotent; refuses where the demo's switch is off."""

    help = "Make the invented units, officers and cases of the demo."

    def handle(self, *args: Any, **options: Any) -> None:
        """Build what is missing."""
        if not settings.DEMO:
            raise CommandError("This is not a demo: LMC_DEMO is not set.")
        world.build()
