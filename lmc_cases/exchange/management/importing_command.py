"""What the two import commands share: a named officer, the same services as the pages, the report in words."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any, ClassVar

from django.core.files import File
from django.core.management.base import BaseCommand, CommandError
from django.db import models

from lmc_cases.accounts.models import User
from lmc_cases.cases.models import Case
from lmc_cases.cases.services.casework import open_case
from lmc_cases.core.errors import DomainError
from lmc_cases.core.jobs import JobState
from lmc_cases.core.viewer import viewing_as
from lmc_cases.exchange.models import ImportRun
from lmc_cases.exchange.services import importing, running
from lmc_cases.exchange.services.contents import for_reading
from lmc_cases.exchange.services.lists import FIELD_LABELS
from lmc_cases.exchange.wording import alike_text, error_rows, failure_text
from lmc_cases.jurisdictions.access import Action, resolve_audiences
from lmc_cases.suspects.models import Suspect

# Exit codes besides 0: nothing was imported (1, also of argparse's own errors 2); another worker has the job (75).
REFUSED, TAKEN_OVER = 1, 75


class ImportCommand(BaseCommand):
    """Import one file as a named officer, in this process.

    Attributes:
        kind: what the file is.
    """

    kind: ClassVar[ImportRun.Kind]

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, the officer, the case."""
        parser.add_argument("file", type=Path, help="the file to import")
        parser.add_argument("--agency", required=True, help="code of the officer's agency, e.g. TH-CIB")
        parser.add_argument("--actor", required=True, help="e-mail address of the officer who answers for it")
        parser.add_argument("--case", default="", help="reference of the case; without it a case is opened")
        parser.add_argument(
            "--category",
            default=Suspect.Category.SUSPECT,
            choices=Suspect.Category.values,
            help="of persons of whom the file says nothing",
        )
        parser.add_argument(
            "--take-duplicates",
            action="store_true",
            help="import those too who look like persons of the case",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Import the file and print the report; exit code 0 only when the import is done."""
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"There is no file {path}.", returncode=REFUSED)
        actor = self._actor(options["actor"], options["agency"])
        try:
            with viewing_as(actor.pk, resolve_audiences(actor)):
                case = self._case(actor, options["case"], path)
                with path.open("rb") as stream:
                    run = importing.start_import(
                        actor=actor, case_id=case.uuid, kind=self.kind, upload=File(stream, name=path.name)
                    )
                importing.confirm_import(
                    actor=actor,
                    run_id=run.uuid,
                    mapping=self.mapping(run, options),
                    duplicates_confirmed=options["take_duplicates"],
                    category=options["category"],
                    wake=False,
                )
        except models.ObjectDoesNotExist:
            # The same words for foreign and missing cases.
            raise CommandError(
                f"{actor.email} has no case {options['case']} to import into.", returncode=REFUSED
            ) from None
        except DomainError as error:
            raise CommandError(str(error), returncode=REFUSED) from error
        running.run_owed_import(job_id=run.pk)
        run.refresh_from_db()
        for_reading(run)
        self._report(run, case)

    def mapping(self, run: ImportRun, options: dict[str, Any]) -> dict[str, str] | None:
        """Return the columns to import as, ``None`` for what was proposed."""
        return None

    def _actor(self, email: str, agency: str) -> User:
        actor = User.objects.filter(email=email.lower(), agency__code=agency, is_active=True).first()
        if actor is None:
            raise CommandError(f"There is no active officer {email} of agency {agency}.", returncode=REFUSED)
        return actor

    def _case(self, actor: User, reference: str, path: Path) -> Case:
        if reference:
            return Case.objects.owned_with(actor, Action.EDIT).get(reference=reference)
        return open_case(actor=actor, title=path.stem, language=actor.language)

    def _report(self, run: ImportRun, case: Case) -> None:
        if run.job_state == JobState.RUNNING:
            raise CommandError("A worker has taken the import over.", returncode=TAKEN_OVER)
        if run.job_state != JobState.DONE:
            why = failure_text(run.error_code, run.report.get("error", ""))
            raise CommandError(f"Nothing was imported. {why}", returncode=REFUSED)
        result = run.report["result"]
        for error in error_rows(result.get("errors", []), result.get("headers", [])):
            self.stderr.write(f"row {error['row']}: {error['field']}: {error['value']!r}: {error['remedy']}")
        for entry in result.get("alike", []):
            what = "imported" if entry["taken"] else "left out"
            self.stderr.write(f"row {entry['row']}: {what}: {alike_text(entry)}")
        for problem in result.get("problems", []):
            self.stderr.write(f"check {problem['code']} {problem['detail']} at {problem['path']}")
        for unread in result.get("unread", []):
            self.stderr.write(f"not understood: {', '.join(unread['types'])} at {unread['path']}")
        counts = {
            "case": case.reference,
            "import": run.uuid,
            "persons": result["imported"],
            **{name: result[name] for name in ("exhibits", "acts", "unread_total") if name in result},
            "rows_with_errors": result["error_rows"],
            "alike": result["alike_total"],
        }
        self.stdout.write(" ".join(f"{name}={value}" for name, value in counts.items()))


def column_argument(text: str) -> tuple[int, str]:
    """Read ``3=name_original``: the third column holds the name; ``3=`` leaves it out.

    Raises:
        ValueError: anything else; argparse turns it into its usage message.
    """
    number, _sign, name = text.partition("=")
    if int(number) < 1 or (name and name not in FIELD_LABELS):
        raise ValueError(text)
    return int(number) - 1, name
