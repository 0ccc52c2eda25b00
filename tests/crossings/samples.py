"""A granted request of three invented persons, planned and cleared, and crossings made of it through the services."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.utils import timezone

from lmc_cases.accounts.models import User
from lmc_cases.crossings.models import Crossing, Mark, Receipt, Seat
from lmc_cases.crossings.services import counting, marking, planning, receipts
from lmc_cases.crossings.services.marking import MarkAnswer, NewMark
from lmc_cases.crossings.services.planning import Plan
from lmc_cases.dossiers.services import owing
from lmc_cases.handovers.models import HandoverRequest, HandoverSubject
from lmc_cases.handovers.services import deciding, surrendering
from lmc_cases.jurisdictions.access import acting_as
from tests.dossiers.drawing import draw_owed
from tests.handovers.samples import World, pass_checks, world


def plan_of(**changes: Any) -> Plan:
    """Return a plan for tomorrow."""
    given = {
        "place": "Mae Sot bridge (invented)",
        "planned_at": timezone.now() + dt.timedelta(days=1),
        "seats": 10,
        "carrier": "Convoy 1",
        **changes,
    }
    return Plan(**given)


@dataclass
class Ready:
    """The world with a request whose persons may be seated."""

    w: World
    handover: HandoverRequest

    @property
    def thai(self) -> User:
        """An officer of the sending side."""
        return self.w.thai

    @property
    def chinese(self) -> User:
        """An officer of the receiving side."""
        return self.w.chinese

    @property
    def subjects(self) -> list[HandoverSubject]:
        """The persons of the request, in order."""
        with acting_as(self.thai):
            return list(self.handover.subjects.order_by("position"))

    def crossing(self, **changes: Any) -> Crossing:
        """An empty crossing from Thailand to China."""
        return planning.create_crossing(actor=self.thai, receiving_code="CN", plan=plan_of(**changes))

    def seated(self, *subjects: HandoverSubject, **changes: Any) -> Crossing:
        """A crossing with these persons on it; all where none are named."""
        crossing = self.crossing(**changes)
        planning.seat_people(
            actor=self.thai,
            crossing_id=crossing.uuid,
            subject_ids=[subject.uuid for subject in subjects or self.subjects],
        )
        return self.again(crossing)

    def opened(self, *subjects: HandoverSubject) -> Crossing:
        """A crossing at the border."""
        crossing = self.seated(*subjects)
        return planning.begin_marking(actor=self.thai, crossing_id=crossing.uuid)

    def again(self, crossing: Crossing, actor: User | None = None) -> Crossing:
        """The crossing as it stands now."""
        with acting_as(actor or self.thai):
            return Crossing.objects.get(pk=crossing.pk)

    def seats(self, crossing: Crossing) -> list[Seat]:
        """The seats in order."""
        with acting_as(self.thai):
            return list(crossing.manifest.select_related("subject").order_by("position"))

    def mark(
        self, actor: User, crossing: Crossing, seat: Seat, outcome: str = "PRESENT", **given: Any
    ) -> MarkAnswer:
        """Mark one person, on the newest mark of the side unless told otherwise."""
        return marking.record_marks(
            actor=actor, crossing_id=crossing.uuid, marks=[new_mark(seat, outcome, **given)]
        )[0]

    def count(self, crossing: Crossing, persons: int, *actors: User) -> None:
        """Count for these officers' sides; for both where none are named."""
        for actor in actors or (self.thai, self.chinese):
            counting.record_count(actor=actor, crossing_id=crossing.uuid, persons=persons)

    def answered(self, crossing: Crossing) -> Receipt:
        """The receipt of a counted crossing, signed by both sides; the dossier it names is printed first."""
        owed = owing.request_dossier(actor=self.thai, handover_id=self.handover.uuid, language="th")
        draw_owed(self.thai, owed.pk)
        receipt = receipts.draw_up(actor=self.thai, crossing_id=crossing.uuid)
        for actor in (self.thai, self.chinese):
            receipts.answer(
                actor=actor,
                receipt_id=receipt.uuid,
                outcome="SIGNED",
                remarks="",
                sha256=receipt.sha256,
            )
        return receipt

    def marked(self, *outcomes: str) -> Crossing:
        """A crossing of all persons, marked alike by both sides, not counted."""
        crossing = self.opened()
        for seat, outcome in zip(self.seats(crossing), outcomes, strict=True):
            for actor in (self.thai, self.chinese):
                self.mark(actor, crossing, seat, outcome)
        return self.again(crossing)


def new_mark(seat: Seat, outcome: str = "PRESENT", **given: Any) -> NewMark:
    """Return a mark as a device gives it."""
    reason = "" if outcome == Mark.Outcome.PRESENT else "seen (invented)"
    return NewMark(
        **{
            "uuid": uuid4(),
            "seat_id": seat.uuid,
            "outcome": outcome,
            "marked_at": timezone.now(),
            "reason": reason,
            **given,
        }
    )


def ready(*, cleared: bool = True, with_photo: bool = False) -> Ready:
    """Return a fresh world with its request granted and planned; every check passed unless told otherwise."""
    w = world(evidence=0, with_photo=with_photo)
    handover = w.acknowledged()
    deciding.approve(actor=w.supervisor, handover_id=handover.uuid)
    surrendering.plan(
        actor=w.thai,
        handover_id=handover.uuid,
        at=timezone.now() + dt.timedelta(days=1),
        place="Mae Sot (invented)",
    )
    if cleared:
        with acting_as(w.thai):
            subjects = list(handover.subjects.all())
        for subject in subjects:
            pass_checks(w.thai, w.supervisor, handover, subject.uuid)
    return Ready(w, handover)
