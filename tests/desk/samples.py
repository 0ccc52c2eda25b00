"""A granted request with both dossiers drawn, and prosecutors of both sides."""

from __future__ import annotations

from dataclasses import dataclass

from lmc_cases.accounts.models import User
from lmc_cases.core.jobs import JobState
from lmc_cases.dossiers.models import Dossier
from lmc_cases.dossiers.services import approving, working
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.jurisdictions.access import acting_as
from lmc_cases.jurisdictions.models import DeskRule, Jurisdiction
from tests.factories import officer
from tests.handovers.samples import World, world


def keeps_desk(country: str, **cells: str) -> None:
    """Enter a country's row, as the loader of reference data would."""
    DeskRule.objects.update_or_create(
        natural_key=f"test-{country}",
        defaults={
            "jurisdiction": Jurisdiction.objects.get(code=country),
            "approves": "YES",
            "source": "Invented",
            **cells,
        },
    )


@dataclass
class Desk:
    """The world, its request, and the officers who review."""

    w: World
    handover: HandoverRequest
    second: User

    @property
    def thai(self) -> User:
        """Who reviews for the country that composes."""
        return self.w.thai_prosecutor

    @property
    def chinese(self) -> User:
        """Who reviews for the country that asks."""
        return self.w.chinese_prosecutor

    def dossier(self, language: str = "th", number: int = 1) -> Dossier:
        """A version as it stands now."""
        with acting_as(self.w.thai):
            return Dossier.objects.get(handover=self.handover, language=language, number=number)

    def drawn(self) -> None:
        """Draw everything that is owed."""
        with acting_as(self.w.thai):
            owed = list(Dossier.objects.filter(job_state=JobState.QUEUED).values_list("pk", flat=True))
        for pk in owed:
            working.render_owed_dossier(job_id=pk)

    def corrected(self) -> None:
        """Disclose again, and draw the next version."""
        approving.correct_and_owe(
            actor=self.w.supervisor, handover_id=self.handover.uuid, reason="Name corrected (invented)"
        )
        self.drawn()


def desk_world() -> Desk:
    """Return a fresh world with the first version drawn."""
    w = world(evidence=1, with_photo=False)
    handover = w.acknowledged()
    approving.approve_and_owe(actor=w.supervisor, handover_id=handover.uuid)
    made = Desk(w, handover, officer("TH", "prosecutor"))
    made.drawn()
    return made
