"""Load the reference data that ships with the product."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from lmc_cases.accounts.services.rights import load_roles
from lmc_cases.jurisdictions.services import load_reference


class Command(BaseCommand):
    """``manage.py load_reference``: idempotent."""

    help = "Load countries, agencies, law, border points, typologies and roles. Running it again changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load and say how many rows there are."""
        with transaction.atomic():
            counts = load_reference()
            counts["roles"] = load_roles()
        self.stdout.write(", ".join(f"{name}={count}" for name, count in counts.items()))
