"""Make a token for a partner agency; it is printed once and kept nowhere."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lmc_cases.accounts.models import User
from lmc_cases.accounts.services.tokens import issue_token, revoke_tokens
from lmc_cases.core.errors import DomainError


class Command(BaseCommand):
    help = "Make an API token for a partner agency's account. Prints the token once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", required=True, help="Account the token is for.")
        parser.add_argument("--actor", required=True, help="E-mail of the administrator who answers for it.")
        parser.add_argument("--days", type=int, required=True, help="How long it lasts.")
        parser.add_argument(
            "--reason",
            default="",
            help="Standing reason for which the program reads other countries' cases, e.g. SUPPORT.",
        )
        parser.add_argument(
            "--revoke-earlier", action="store_true", help="End the account's other tokens now."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """The token goes to standard output alone, so that it can be piped into a secret store."""
        actor, user = self._account(options["actor"]), self._account(options["email"])
        try:
            if options["revoke_earlier"]:
                revoke_tokens(actor=actor, user_id=user.uuid)
            token, ends = issue_token(
                actor=actor, user_id=user.uuid, days=options["days"], reason_code=options["reason"]
            )
        except User.DoesNotExist:
            raise CommandError(f"{actor.email} does not manage the account {user.email}.") from None
        except DomainError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(token)
        self.stderr.write(f"Token for {user.email}, until {ends.isoformat(timespec='seconds')}.")

    @staticmethod
    def _account(email: str) -> User:
        found = User.objects.get_queryset().filter(email=email.strip().lower(), is_active=True).first()
        if found is None:
            raise CommandError(f"There is no active account {email}.")
        return found
