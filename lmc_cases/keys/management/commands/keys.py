"""Take stock of country keys, or make the first ones."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lmc_cases.core.errors import Conflict
from lmc_cases.jurisdictions.models import Jurisdiction
from lmc_cases.jurisdictions.services import all_countries
from lmc_cases.keys import crypto, services
from lmc_cases.keys.providers import KeyUnavailable, encoded


class Command(BaseCommand):
    """``manage.py keys status | create [--country TH] | new``; ``status`` ends with 1 where a key is missing."""

    help = "Country keys: status, create the first ones, or print a new random key for the environment."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("act", choices=["status", "create", "new"])
        parser.add_argument("--country", default="", help="Code of one country; without it, all.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it; no key is ever printed but one that ``new`` has just made and that nothing uses."""
        match options["act"]:
            case "new":
                self.stdout.write(encoded(crypto.new_key()))
            case "create":
                self._create(options["country"].strip().upper())
            case _:
                self._status()

    def _create(self, wanted: str) -> None:
        codes = [wanted] if wanted else [country.code for country in all_countries()]
        for code in codes:
            try:
                made = services.create_country_key(actor=None, code=code)
                self.stdout.write(f"{code}: version {made.version} made")
            except Jurisdiction.DoesNotExist:
                raise CommandError(f"There is no country {code}.") from None
            except KeyUnavailable as error:
                raise CommandError(error.what) from None
            except Conflict:
                self.stdout.write(f"{code}: has a key")

    def _status(self) -> None:
        rows = services.status()
        for row in rows:
            here = "here" if row.is_here else "MISSING"
            self.stdout.write(f"{row.country} version {row.version} {row.state} records={row.records} {here}")
        lost = [row for row in rows if not row.is_here and (row.records or row.state == "ACTIVE")]
        if lost:
            raise CommandError(f"{len(lost)} keys that are in use are missing.")
        if not rows:
            self.stdout.write("No country has a key yet: manage.py keys create")
