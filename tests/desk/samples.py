"""A granted request with both dossiers drawn, and prosecutors of both sides."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.utils import timezone

from lmc_cases.accounts.models import User
from lmc_cases.dossiers.models import Dossier
from lmc_cases.dossiers.services import approving
from lmc_cases.handovers.checks import Kind
from lmc_cases.handovers.models import Count, HandoverRequest, HandoverSubject
from lmc_cases.handovers.services import assessing, checking, counting, proceeding, sending
from lmc_cases.handovers.services.checking import Findings
from lmc_cases.handovers.services.counting import Accusation
from lmc_cases.jurisdictions.access import acting_as
from lmc_cases.jurisdictions.models import DeskRule, Jurisdiction, Offence
from tests.dossiers.drawing import draw_owed
from tests.factories import officer
from tests.handovers.samples import CARE, World, world


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
        draw_owed(self.w.thai)

    def corrected(self) -> None:
        """Disclose again, and draw the next version."""
        approving.correct_and_owe(
            actor=self.w.supervisor, handover_id=self.handover.uuid, reason="Name corrected (invented)"
        )
        self.drawn()


def desk_world(*, penalty: str = "", age: str = "") -> Desk:
    """Return a fresh world with the first version drawn.

    Args:
        penalty: the highest penalty of an offence of each person; without one nobody says what for.
        age: what the check of the first person's age found, and that of the others: adults.
    """
    w = world(evidence=1, with_photo=False)
    draft = w.draft()
    counts = [_count(w, draft, subject) for subject in draft.subjects.all()] if penalty else []
    sending.submit(actor=w.chinese, handover_id=draft.uuid)
    handover = proceeding.acknowledge(actor=w.thai, handover_id=draft.uuid)
    for count in counts:
        for actor in (w.chinese, w.supervisor):
            assessing.assess_count(
                actor=actor,
                handover_id=handover.uuid,
                count_id=count.uuid,
                outcome="CONFIRMED",
                note="why (invented)",
                language="en",
                asking_offence_id=_offence("CN", penalty).uuid,
                asked_offence_id=_offence("TH", "10").uuid,
            )
    for subject in handover.subjects.all() if age else []:
        _establish_age(w, handover, subject, age if subject.position == 1 else "ADULT")
    approving.approve_and_owe(actor=w.supervisor, handover_id=handover.uuid)
    made = Desk(w, handover, officer("TH", "prosecutor"))
    made.drawn()
    return made


def _count(w: World, draft: HandoverRequest, subject: HandoverSubject) -> Count:
    said = Accusation(typology="telecom_fraud", conduct="虚构的行为", language="zh-hans")
    return counting.add_count(
        actor=w.chinese, handover_id=draft.uuid, subject_id=subject.uuid, accusation=said
    )


def _offence(code: str, penalty: str) -> Offence:
    return Offence.objects.create(
        natural_key=uuid.uuid4().hex,
        jurisdiction=Jurisdiction.objects.get(code=code),
        typology="telecom_fraud",
        law_title_en="Invented law (test data)",
        offence_en=f"Invented offence of {code}",
        article="1",
        base_max_penalty="3",
        max_penalty=penalty,
        confidence="verified",
        source="Invented source",
    )


def _establish_age(w: World, handover: HandoverRequest, subject: HandoverSubject, outcome: str) -> None:
    checking.record_check(
        actor=w.thai,
        handover_id=handover.uuid,
        subject_id=subject.uuid,
        kind=Kind.AGE,
        outcome=outcome,
        on=timezone.localdate(),
        findings=Findings(reason="seen (invented)", **CARE),
    )
