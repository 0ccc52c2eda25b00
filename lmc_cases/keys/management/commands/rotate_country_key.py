"""Replace a country's key."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from lmc_cases.jurisdictions.models import Jurisdiction
from lmc_cases.keys.providers import KeyUnavailable
from lmc_cases.keys.services import rotate_country_key


class Command(BaseCommand):
    """``manage.py rotate_country_key --country TH --actor EMAIL``: called again after a kill, it goes on."""

    help = (
        "Replace a country's key and wrap the keys of all its records anew. Safe to call again after a kill."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--country", required=True, help="Code of the country, e.g. TH.")
        parser.add_argument("--actor", required=True, help="E-mail of the country's administrator.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the progress per batch."""
        users = get_user_model().objects.get_queryset()
        actor = users.filter(email=options["actor"].strip().lower(), is_active=True).first()
        if actor is None:
            raise CommandError(f"There is no active account {options['actor']}.")
        code = options["country"].strip().upper()
        try:
            done = rotate_country_key(
                actor=actor, code=code, progress=lambda count: self.stderr.write(f"{count} keys wrapped anew")
            )
        except Jurisdiction.DoesNotExist:
            raise CommandError(f"{actor.email} does not answer for the key of {code}.") from None
        except KeyUnavailable as error:
            raise CommandError(error.what) from None
        self.stdout.write(
            f"{code}: {done} keys of records wrapped anew. Keep the old version's file only for backups."
        )
