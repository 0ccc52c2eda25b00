"""Read what follows a decision: assurances, duties with what was reported, where persons were taken on to."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils import timezone

from lmc_cases.handovers.models import (
    Allocation,
    Assurance,
    Duty,
    DutyReport,
    HandoverRequest,
    HandoverSubject,
)
from lmc_cases.handovers.services.allocating import allocations_of
from lmc_cases.handovers.services.reading import RequestedPerson, persons_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lmc_cases.accounts.models import User

Outcome = HandoverSubject.Outcome


@dataclass(frozen=True)
class DutyShown:
    """One duty, of whom, and what was reported on it, the newest last."""

    row: Duty
    person: RequestedPerson | None
    reports: list[DutyReport] = field(default_factory=list)

    @property
    def newest(self) -> DutyReport | None:
        """The last report."""
        return self.reports[-1] if self.reports else None

    @property
    def is_done(self) -> bool:
        """Whether a final report stands."""
        return any(report.is_final for report in self.reports)


@dataclass(frozen=True)
class DutyGroup:
    """Duties of one kind, country and day: what six hundred persons of a list have in common."""

    duties: list[DutyShown]

    @property
    def first(self) -> Duty:
        """What they have in common."""
        return self.duties[0].row

    @property
    def done(self) -> int:
        """How many have a final report."""
        return sum(duty.is_done for duty in self.duties)

    @property
    def is_done(self) -> bool:
        """Whether all have."""
        return self.done == len(self.duties)

    @property
    def is_overdue(self) -> bool:
        """Whether the day has passed where it is owed, and something is open."""
        ends = self.first.ends_in(self.first.country.time_zone)
        return not self.is_done and ends is not None and timezone.now() >= ends


@dataclass(frozen=True)
class Following:
    """All of it for one request.

    Attributes:
        taken_on: persons handed over with where they are now; empty for the sending country.
    """

    people: list[RequestedPerson]
    assurances: list[Assurance]
    groups: list[DutyGroup]
    taken_on: list[tuple[RequestedPerson, Allocation | None]]


def following_of(actor: User, handover: HandoverRequest) -> Following:
    """Return what follows; six statements, however many persons. The caller recorded the consultation.

    Args:
        handover: read through the rule, with both countries.
    """
    people = persons_of(actor, handover)
    moved = [person for person in people if person.subject.outcome == Outcome.HANDED_OVER]
    held = allocations_of(actor, handover, [person.subject.pk for person in moved])
    receives = actor.agency is not None and actor.country.pk == handover.requesting_id
    return Following(
        people=people,
        assurances=assurances_of(actor, handover),
        groups=_groups(duties_of(actor, handover, people)),
        taken_on=[(person, held.get(person.subject.pk)) for person in moved] if receives or held else [],
    )


def assurances_of(actor: User, handover: HandoverRequest) -> list[Assurance]:
    """Return the assurances of a request, the oldest first."""
    rows = Assurance.objects.visible_to(actor).filter(handover=handover)
    return list(rows.select_related("country", "subject").order_by("pk"))


def duties_of(actor: User, handover: HandoverRequest, people: Iterable[RequestedPerson]) -> list[DutyShown]:
    """Return the standing duties of a request, what has a day first."""
    by_key = {person.subject.pk: person for person in people}
    rows = list(
        Duty.objects.visible_to(actor)
        .standing()
        .filter(handover=handover)
        .select_related("country", "assurance")
        .order_by("pk")
    )
    reports: dict[int, list[DutyReport]] = {}
    for report in (
        DutyReport.objects.visible_to(actor)
        .filter(handover=handover)
        .select_related("recorded_by", "country")
        .order_by("pk")
    ):
        reports.setdefault(report.duty_id, []).append(report)
    return [
        DutyShown(row, by_key.get(row.subject_id) if row.subject_id else None, reports.get(row.pk, []))
        for row in rows
    ]


def _groups(duties: list[DutyShown]) -> list[DutyGroup]:
    together: dict[tuple[str, int, dt.date | None, str], list[DutyShown]] = {}
    for duty in duties:
        row = duty.row
        together.setdefault((row.kind, row.country_id, row.due_on, row.source), []).append(duty)
    groups = [DutyGroup(rows) for rows in together.values()]
    return sorted(
        groups, key=lambda group: (group.is_done, group.first.due_on or dt.date.max, group.first.pk)
    )
