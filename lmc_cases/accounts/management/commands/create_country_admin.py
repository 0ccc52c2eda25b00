"""The first administrator of a country: nobody is there yet to invite."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from lmc_cases.accounts.services import invitations
from lmc_cases.core.errors import DomainError


class Command(BaseCommand):
    """``manage.py create_country_admin --country TH --email ... --name ... [--agency CODE]``."""

    help = (
        "Invite the first administrator of a country, who invites all others. The invitation is mailed and its "
        "link printed; the administrator chooses the password. Refuses when the country has an administrator."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Country, person, agency, language."""
        parser.add_argument("--country", required=True, help="country code, e.g. TH")
        parser.add_argument("--email", required=True, help="address the administrator will sign in with")
        parser.add_argument("--name", required=True, help="full name")
        parser.add_argument("--agency", default="", help="agency code (default: the country's police agency)")
        parser.add_argument(
            "--language",
            choices=[code for code, _name in settings.LANGUAGES],
            help="language of the invitation (default: the country's first)",
        )
        parser.add_argument(
            "--replace", action="store_true", help="withdraw an invitation that waits: its link was lost"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Invite, mail, print the link."""
        try:
            validate_email(options["email"])
        except ValidationError:
            raise CommandError(f"--email: {options['email']} is not an e-mail address.") from None
        try:
            invitation, token = invitations.invite_first_administrator(
                country_code=options["country"],
                agency_code=options["agency"],
                email=options["email"],
                full_name=options["name"],
                language=options["language"],
                replace=options["replace"],
            )
        except DomainError as error:
            raise CommandError(str(error)) from None
        try:
            invitations.mail_invitation(invitation, token)
        except invitations.NotMailed as error:
            self.stderr.write(str(error))
        self.stdout.write(f"Invited {invitation.email} to {invitation.agency.code} as country administrator.")
        self.stdout.write(f"The link works once, for {settings.INVITATION_DAYS} days:")
        self.stdout.write(invitations.link_of(token))
