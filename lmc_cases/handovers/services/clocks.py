"""The time limits that run for a request: rows of law, counted in days of the country that holds the persons.

Nothing here ends anything. A limit that is over asks an officer for a decision.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db import models
from django.utils import timezone

from lmc_cases.handovers.models import HandoverRequest, Status
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
HALF, URGENT = 0.5, 0.8


@dataclass(frozen=True)
class Clock:
    """One limit that runs. ``begun`` and ``ends`` are aware; the last day counts whole."""

    limit: TimeLimit
    begun: dt.datetime
    ends: dt.datetime

    def share_at(self, now: dt.datetime) -> float:
        """How much of it has passed: 0 to 1, more when it is over."""
        return (now - self.begun) / (self.ends - self.begun)

    @property
    def is_over(self) -> bool:
        """Whether its last day has passed."""
        return timezone.now() >= self.ends

    @property
    def is_urgent(self) -> bool:
        """Whether four fifths of it have passed."""
        return self.share_at(timezone.now()) >= URGENT

    @property
    def is_half(self) -> bool:
        """Whether half of it has passed."""
        return self.share_at(timezone.now()) >= HALF

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


def clocks_of(handover: HandoverRequest) -> list[Clock]:
    """Return the limits that run, the earliest end first: of the holder's law and of the chosen instrument."""
    if handover.procedure not in COURT:
        return []
    events = [event for event, statuses in RUNS_IN.items() if handover.status in statuses]
    if not events:
        return []
    of_treaty = models.Q(instrument=handover.instrument_id) if handover.instrument_id else models.Q(pk__in=[])
    rows = TimeLimit.objects.filter(
        models.Q(jurisdiction=handover.requested_id) | of_treaty, event__in=events
    )
    found = []
    for row in rows:
        begun = _begun(handover, row.event)
        if begun is None or not _is_valid(row, begun, handover.requested.time_zone):
            continue
        ends = ends_after(begun, row.days, handover.requested.time_zone)
        found.append(Clock(limit=row, begun=begun, ends=ends))
    return sorted(found, key=lambda clock: (clock.ends, clock.limit.pk))


def has_unknown_clock(handover: HandoverRequest) -> bool:
    """Whether persons are held for an instrument whose own limit nobody has entered: unknown is never "none"."""
    if handover.procedure not in COURT or handover.status not in RUNS_IN[Event.ARREST]:
        return False
    chosen = handover.instrument
    if chosen is None or chosen.kind == "domestic_reciprocity":
        return not TimeLimit.objects.filter(jurisdiction=handover.requested_id, event=Event.ARREST).exists()
    return not TimeLimit.objects.filter(instrument=chosen, event=Event.ARREST).exists()


def _begun(handover: HandoverRequest, event: str) -> dt.datetime | None:
    if event == Event.ARREST:
        return handover.arrested_at
    if event == Event.PLANNED:
        return handover.planned_at
    asked = handover.history.filter(status=Status.INFO_ASKED).order_by("-history_date", "-history_id")
    moment: dt.datetime | None = asked.values_list("history_date", flat=True).first()
    return moment


def _is_valid(row: TimeLimit, begun: dt.datetime, zone: str) -> bool:
    """Whether the row was law on the day of the event: a later change reaches no clock that runs."""
    day = begun.astimezone(ZoneInfo(zone)).date()
    return (row.valid_from is None or row.valid_from <= day) and (row.valid_to is None or day <= row.valid_to)
