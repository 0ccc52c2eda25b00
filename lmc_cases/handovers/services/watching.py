"""The watch over time limits: both sides are warned at half, at four fifths and at the end. It ends nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils import timezone

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.handovers.models import ClockExtension
from lmc_cases.handovers.procedures import COURT
from lmc_cases.handovers.services.clocks import (
    RUNS_IN,
    Clock,
    Event,
    Extensions,
    Running,
    Stage,
    running_clocks,
)
from lmc_cases.handovers.services.telling import CLOCK_CODES, DUE, DUTY_DUE, tell_side
from lmc_cases.handovers.services.thread import ENDED
from lmc_cases.jurisdictions.models import Jurisdiction

_AT_ONCE = 500


@dataclass(frozen=True)
class _Watched:
    """A row of ``watched_requests()``: what its limits are counted from, and the side that receives."""

    running: Running
    requesting_id: int


def watch_clocks() -> int:
    """Warn both sides of every limit that has passed a stage since the last look; return how many warnings were given.

    A stage is told once for each event. Where several were passed since, only the last is told.
    """
    watched = _watched()
    found = running_clocks(row.running for row in watched.values())
    now = timezone.now()
    due = [
        (pk, clock, stage)
        for pk, clocks in found.items()
        for clock in clocks
        if (stage := clock.stage_at(now))
    ]
    return sum(_warn(watched, due[start : start + _AT_ONCE]) for start in range(0, len(due), _AT_ONCE))


@transaction.atomic
def watch_questions() -> int:
    """Tell both sides of every open question whose day has come, once; return how many were told."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT uuid, handover_id, asking_id, answering_id FROM note_questions_due(%s)", [list(ENDED)]
        )
        due = cursor.fetchall()
    countries = Jurisdiction.objects.in_bulk()
    for uuid, pk, asking, answering in due:
        for country in (answering, asking):
            tell_side(pk, countries[country], code=DUE, object_uuid=uuid)
        record(
            actor=None,
            operation=Operation.ALTERATION,
            verb="question.clock_warned",
            owner_id=answering,
            reason_code=DUE,
            codes={"object": str(uuid)},
        )
    return len(due)


@transaction.atomic
def watch_duties() -> int:
    """Tell both sides of every unfinished duty whose day has come, once; return how many were told."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT uuid, handover_id, owing_id, other_id FROM note_duties_due()")
        due = cursor.fetchall()
    countries = Jurisdiction.objects.in_bulk()
    for uuid, pk, owing, other in due:
        for country in (owing, other):
            tell_side(pk, countries[country], code=DUTY_DUE, object_uuid=uuid)
        record(
            actor=None,
            operation=Operation.ALTERATION,
            verb="duty.clock_warned",
            owner_id=owing,
            reason_code=DUTY_DUE,
            codes={"object": str(uuid)},
        )
    return len(due)


def _watched() -> dict[int, _Watched]:
    zones = dict(Jurisdiction.objects.values_list("pk", "time_zone"))
    statuses = sorted({status for of_event in RUNS_IN.values() for status in of_event})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, status, requesting_id, requested_id, instrument_id, arrested_at, planned_at, asked_at,"
            " submitted_at"
            " FROM watched_requests(%s, %s)",
            [sorted(COURT), statuses],
        )
        rows = cursor.fetchall()
        cursor.execute(
            "SELECT handover_id, limit_id, begun_at, days FROM extensions_of_watched(%s)", [statuses]
        )
        extended: dict[int, Extensions] = {}
        for pk, limit, begun, days in cursor.fetchall():
            # Of an extension the watch is told the days and no word.
            extended.setdefault(pk, {})[limit, begun] = [ClockExtension(days=days)]
    return {
        pk: _Watched(
            Running(
                pk=pk,
                status=status,
                requested_id=requested,
                zone=zones[requested],
                instrument_id=instrument,
                begun={Event.ARREST: arrested, Event.PLANNED: planned, Event.INFORMATION: asked},
                sent_at=sent,
                extended=extended.get(pk, {}),
            ),
            requesting,
        )
        for pk, status, requesting, requested, instrument, arrested, planned, asked, sent in rows
    }


@transaction.atomic
def _warn(watched: dict[int, _Watched], due: Iterable[tuple[int, Clock, int]]) -> int:
    passed = [
        {
            "handover": pk,
            "limit_id": clock.limit.pk,
            "begun": clock.begun.isoformat(),
            "ends": clock.ends.isoformat(),
            "stage": stage,
        }
        for pk, clock, stage in due
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT uuid, handover_id, stage FROM note_clock_warnings(%s::jsonb)", [json.dumps(passed)]
        )
        given = cursor.fetchall()
    countries = Jurisdiction.objects.in_bulk()
    for uuid, pk, stage in given:
        # What was warned of is found again by its own id: a notice holds a code and an id, and no word of a case.
        row, code = watched[pk], CLOCK_CODES[Stage(stage)]
        for country in (row.requesting_id, row.running.requested_id):
            tell_side(pk, countries[country], code=code, object_uuid=uuid)
        record(
            actor=None,
            operation=Operation.ALTERATION,
            verb="handover.clock_warned",
            owner_id=row.running.requested_id,
            reason_code=code,
            codes={"object": str(uuid)},
        )
    return len(given)
