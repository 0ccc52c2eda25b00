"""Print the demo's accounts."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from lmc_cases.accounts.services.tokens import issue_token, revoke_tokens
from lmc_cases.config.demo import second_factor
from lmc_cases.config.demo.world import OFFICERS, PASSWORD, officer


class Command(BaseCommand):
    """``manage.py demo_accounts``."""

    help = "Print who can sign in to the demo, and how."

    def handle(self, *args: Any, **options: Any) -> None:
        """One line per officer."""
        if not settings.DEMO:
            raise CommandError("This is not a demo: LMC_DEMO is not set.")
        self.stdout.write(f"Demo accounts (all invented), password for each: {PASSWORD}")
        for person in OFFICERS:
            roles = ", ".join(person.roles).replace("_", " ")
            self.stdout.write(f"  {person.email:<26} {person.unit:<11} {roles}")
        partner, administrator = officer("partner.sg"), officer("admin.sg")
        revoke_tokens(actor=administrator, user_id=partner.uuid)
        token, _ends = issue_token(actor=administrator, user_id=partner.uuid, days=30)
        self.stdout.write(f"{partner.email} reads the API with this token, for 30 days:")
        self.stdout.write(f'  curl -H "Authorization: Token {token}" {settings.BASE_URL}/api/v1/cases/')
        secret = second_factor.ensure(officer("liaison.th"))
        self.stdout.write(f"liaison.th@demo.invalid has a second factor; authenticator secret: {secret}")
        self.stdout.write(f"  its code: .venv/bin/python -m lmc_cases.config.demo.authenticator {secret}")
