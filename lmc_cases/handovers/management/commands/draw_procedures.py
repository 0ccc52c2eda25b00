"""Write ``docs/handovers.md`` from the tables of procedures, steps and checks."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from lmc_cases.handovers.drawing import page


class Command(BaseCommand):
    """``manage.py draw_procedures``: run it after a change of the tables."""

    help = "Write docs/handovers.md from the code."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the page."""
        path = settings.ROOT / "docs" / "handovers.md"
        path.write_text(page(), encoding="utf-8")
        self.stdout.write(f"wrote {path}")
