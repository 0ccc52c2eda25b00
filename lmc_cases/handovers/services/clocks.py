"""The time limits that run for a request: rows of law, counted in days of the country that holds the persons.

Nothing here ends anything. A limit that is over asks an officer for a decision.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils import timezone

from lmc_cases.handovers.models import ClockWarning, HandoverRequest, Status
from lmc_cases.handovers.procedures import COURT
from lmc_cases.handovers.states import NOT_MOVED, PREPARED
from lmc_cases.handovers.wording import confidence_words
from lmc_cases.jurisdictions.models import TimeLimit

Event = TimeLimit.Event
# Where each event's limit runs; elsewhere what it waited for has come.
RUNS_IN: dict[str, frozenset[str]] = {
    Event.ARREST: frozenset({Status.ARRESTED.value}),
    Event.INFORMATION: frozenset({Status.INFO_ASKED.value}),
    Event.PLANNED: frozenset(f"{PREPARED} {NOT_MOVED}".split()),
}
Stage = ClockWarning.Stage


@dataclass(frozen=True)
class Clock:
    """One limit that runs. ``begun`` and ``ends`` are aware; the last day counts whole."""

    limit: TimeLimit
    begun: dt.datetime
    ends: dt.datetime

    def share_at(self, now: dt.datetime) -> float:
        """How much of it has passed: 0 to 1, more when it is over."""
        return (now - self.begun) / (self.ends - self.begun)

    def stage_at(self, now: dt.datetime) -> int:
        """How far it is, as officers are warned: 0, 50, 80 or 100 per cent."""
        passed = 100 * self.share_at(now)
        return max((stage.value for stage in Stage if passed >= stage), default=0)

    @property
    def is_over(self) -> bool:
        """Whether its last day has passed."""
        return timezone.now() >= self.ends

    @property
    def is_urgent(self) -> bool:
        """Whether four fifths of it have passed."""
        return self.stage_at(timezone.now()) >= Stage.URGENT

    @property
    def is_half(self) -> bool:
        """Whether half of it has passed."""
        return self.stage_at(timezone.now()) >= Stage.HALF

    @property
    def confidence(self) -> str:
        """How sure the row is, in words."""
        return confidence_words(self.limit.confidence)


def ends_after(begun: dt.datetime, days: int, zone: str) -> dt.datetime:
    """Return the end of the ``days``-th day after the day of ``begun``, as that country's calendar counts.

    The day of the event is not counted, and the last day counts until its midnight, whatever the hour of the event.

    Args:
        begun: aware.
        zone: IANA name of the requested country's zone.
    """
    local = begun.astimezone(ZoneInfo(zone)).date()
    return dt.datetime.combine(local + dt.timedelta(days=days + 1), dt.time.min, tzinfo=ZoneInfo(zone))


@dataclass(frozen=True)
class Running:
    """What the limits of one request are counted from.

    Attributes:
        begun: aware moment of each event that happened, by ``TimeLimit.Event``.
    """

    pk: int
    status: str
    requested_id: int
    zone: str
    instrument_id: int | None
    begun: Mapping[str, dt.datetime | None]


def clocks_of(handover: HandoverRequest) -> list[Clock]:
    """Return the limits that run, the earliest end first: of the holder's law and of the chosen instrument."""
    return clocks_of_many([handover])[handover.pk]


def clocks_of_many(handovers: Iterable[HandoverRequest]) -> dict[int, list[Clock]]:
    """Return the limits that run for each request, by primary key; one statement however many there are.

    The requests come with ``requested``; the caller read them through the rule.
    """
    rows = list(handovers)
    found = running_clocks(
        Running(
            pk=row.pk,
            status=row.status,
            requested_id=row.requested_id,
            zone=row.requested.time_zone,
            instrument_id=row.instrument_id,
            begun={
                Event.ARREST: row.arrested_at,
                Event.PLANNED: row.planned_at,
                Event.INFORMATION: row.information_asked_at,
            },
        )
        for row in rows
        if row.procedure in COURT
    )
    return {row.pk: found.get(row.pk, []) for row in rows}


def earliest_clocks(handovers: Iterable[HandoverRequest]) -> dict[int, Clock]:
    """Return the limit that ends first for each request for which one runs, by primary key."""
    return {pk: clocks[0] for pk, clocks in clocks_of_many(handovers).items() if clocks}


def with_running_limits(handovers: QuerySet[HandoverRequest]) -> QuerySet[HandoverRequest]:
    """Return those for which a limit may run; whether one does, its rows of law say."""
    statuses = frozenset().union(*RUNS_IN.values())
    return handovers.filter(procedure__in=COURT, status__in=statuses)


def running_clocks(rows: Iterable[Running]) -> dict[int, list[Clock]]:
    """Return the limits that run for each of these, by primary key, the earliest end first."""
    limits = list(TimeLimit.objects.order_by("pk"))
    found = {}
    for row in rows:
        events = _events_in(row.status)
        clocks = []
        for limit in limits:
            is_of_holder = limit.jurisdiction_id == row.requested_id
            is_of_treaty = limit.instrument_id is not None and limit.instrument_id == row.instrument_id
            begun = row.begun.get(limit.event) if limit.event in events else None
            if begun is None or not (is_of_holder or is_of_treaty) or not _is_valid(limit, begun, row.zone):
                continue
            clocks.append(Clock(limit=limit, begun=begun, ends=ends_after(begun, limit.days, row.zone)))
        found[row.pk] = sorted(clocks, key=lambda clock: (clock.ends, clock.limit.pk))
    return found


def has_unknown_clock(handover: HandoverRequest) -> bool:
    """Whether persons are held for an instrument whose own limit nobody has entered: unknown is never "none"."""
    if handover.procedure not in COURT or handover.status not in RUNS_IN[Event.ARREST]:
        return False
    chosen = handover.instrument
    if chosen is None or chosen.kind == "domestic_reciprocity":
        return not TimeLimit.objects.filter(jurisdiction=handover.requested_id, event=Event.ARREST).exists()
    return not TimeLimit.objects.filter(instrument=chosen, event=Event.ARREST).exists()


def _events_in(status: str) -> frozenset[str]:
    return frozenset(event for event, statuses in RUNS_IN.items() if status in statuses)


def _is_valid(row: TimeLimit, begun: dt.datetime, zone: str) -> bool:
    """Whether the row was law on the day of the event: a later change reaches no clock that runs."""
    day = begun.astimezone(ZoneInfo(zone)).date()
    return (row.valid_from is None or row.valid_from <= day) and (row.valid_to is None or day <= row.valid_to)
