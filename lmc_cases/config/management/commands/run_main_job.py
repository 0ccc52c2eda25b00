"""Run the main job against the running product."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from lmc_cases.config.demo import main_job
from lmc_cases.config.demo.browser import Officer, SignInFailed
from lmc_cases.config.demo.world import officer


class Command(BaseCommand):
    """``manage.py run_main_job``: services and the real worker; the last line is for machines."""

    help = "Take a case from a Thai liaison officer to a Chinese prosecutor."

    def handle(self, *args: Any, **options: Any) -> None:
        """Sign in over HTTP with a second factor, then run the job."""
        if not settings.DEMO:
            raise CommandError("This is not a demo: LMC_DEMO is not set.")
        thai = officer("liaison.th")
        try:
            Officer(settings.BASE_URL, thai).sign_in()
        except SignInFailed as error:
            raise CommandError(f"Could not sign in as {error}.") from error
        self.stdout.write(f"{thai.full_name} (TH) signed in with a second factor")
        try:
            outcome = main_job.run(say=self.stdout.write)
        except main_job.MainJobFailed as error:
            raise CommandError(str(error)) from error
        self.stdout.write(outcome.line())
