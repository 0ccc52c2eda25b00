"""The time limits that run for a request: rows of law, counted in days of the country that holds the persons.

Nothing here ends anything. A limit that is over asks an officer for a decision.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils import timezone

from lmc_cases.handovers.models import ClockExtension, ClockWarning, HandoverRequest, Status
from lmc_cases.handovers.procedures import COURT
from lmc_cases.handovers.services.law import law_of, versions_of_instrument
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
    extensions: tuple[ClockExtension, ...] = ()

    @property
    def can_be_extended_by(self) -> int:
        """How many days its rule still leaves for an extension; 0 also where the rule says nothing of one."""
        return (self.limit.extension_days or 0) - sum(row.days for row in self.extensions)

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


# By the limit's primary key and the moment it is counted from.
Extensions = dict[tuple[int, dt.datetime], list[ClockExtension]]


@dataclass(frozen=True)
class Running:
    """What the limits of one request are counted from.

    Attributes:
        begun: aware moment of each event that happened, by ``TimeLimit.Event``.
        sent_at: aware; the request keeps the law of this moment. ``None`` before it was sent.
        extended: what extended its limits.
    """

    pk: int
    status: str
    requested_id: int
    zone: str
    instrument_id: int | None
    begun: Mapping[str, dt.datetime | None]
    sent_at: dt.datetime | None = None
    extended: Extensions = field(default_factory=dict)


def clocks_of(handover: HandoverRequest) -> list[Clock]:
    """Return the limits that run, the earliest end first: of the holder's law and of the chosen instrument."""
    return clocks_of_many([handover])[handover.pk]


def clocks_of_many(handovers: Iterable[HandoverRequest]) -> dict[int, list[Clock]]:
    """Return the limits that run for each request, by primary key; two statements however many there are.

    The requests come with ``requested``; the caller read them through the rule.
    """
    rows = list(handovers)
    extended: dict[int, Extensions] = {}
    for made in ClockExtension.objects.filter(handover__in=[row.pk for row in rows]).order_by("pk"):
        extended.setdefault(made.handover_id, {}).setdefault((made.limit_id, made.begun_at), []).append(made)
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
            sent_at=row.submitted_at,
            extended=extended.get(row.pk, {}),
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
    limits = list(TimeLimit.objects.annotate(instruments=versions_of_instrument()).order_by("pk"))
    found = {}
    for row in rows:
        events = _events_in(row.status)
        clocks = []
        for limit in limits:
            is_of_holder = limit.jurisdiction_id == row.requested_id
            is_of_treaty = row.instrument_id in limit.instruments
            begun = row.begun.get(limit.event) if limit.event in events else None
            if begun is None or not (is_of_holder or is_of_treaty) or not _is_law(limit, begun, row):
                continue
            extensions = tuple(row.extended.get((limit.pk, begun), ()))
            days = limit.days + sum(each.days for each in extensions)
            ends = ends_after(begun, days, row.zone)
            clocks.append(Clock(limit=limit, begun=begun, ends=ends, extensions=extensions))
        found[row.pk] = sorted(clocks, key=lambda clock: (clock.ends, clock.limit.pk))
    return found


def has_unknown_clock(handover: HandoverRequest) -> bool:
    """Whether persons are held for an instrument whose own limit nobody has entered: unknown is never "none"."""
    if handover.procedure not in COURT or handover.status not in RUNS_IN[Event.ARREST]:
        return False
    chosen = handover.instrument
    limits = law_of(handover, TimeLimit.objects.filter(event=Event.ARREST))
    if chosen is None or chosen.kind == "domestic_reciprocity":
        return not limits.filter(jurisdiction=handover.requested_id).exists()
    return not limits.filter(instrument__line=chosen.line).exists()


def _events_in(status: str) -> frozenset[str]:
    return frozenset(event for event, statuses in RUNS_IN.items() if status in statuses)


def _is_law(limit: TimeLimit, begun: dt.datetime, row: Running) -> bool:
    """Whether the row was law when the request was sent, or its clock began before: no later change reaches it."""
    moment = min(begun, row.sent_at or begun)
    return limit.in_force_on(moment.astimezone(ZoneInfo(row.zone)).date(), row.sent_at)
