"""A limit that ran, and what follows the world's handover: an assurance, duties with a report and a reminder, where the person was taken on.

By hand, for nobody was handed over yet.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import connection
from django.utils import timezone

from lmc_cases.handovers.models import (
    Allocation,
    Assurance,
    ClockExtension,
    Duty,
    DutyReport,
    HandoverRequest,
)
from lmc_cases.handovers.services.watching import watch_duties
from lmc_cases.jurisdictions.access import acting_as
from lmc_cases.jurisdictions.models import TimeLimit

if TYPE_CHECKING:
    from tests.leaks.world import World


def warn(world: World, handover: HandoverRequest) -> UUID:
    """As if a limit of Thailand's had run and was extended: the function the watch writes with."""
    limit = TimeLimit.objects.filter(jurisdiction=world.case.owner).order_by("pk").first()
    assert limit is not None
    now = timezone.now()
    at = now.isoformat()
    passed = {"handover": handover.pk, "limit_id": limit.pk, "begun": at, "ends": at, "stage": 100}
    with connection.cursor() as cursor:
        cursor.execute("SELECT uuid FROM note_clock_warnings(%s::jsonb)", [json.dumps([passed])])
        (warned,) = cursor.fetchone()
    thai = world.viewers["own"]
    with acting_as(thai):
        ClockExtension.objects.create(
            handover=handover,
            limit=limit,
            country=handover.requested,
            begun_at=now,
            days=1,
            decided_by="MARKREQUEST",
            decided_on=timezone.localdate(),
            reason="MARKREQUEST",
            recorded_by=thai,
        )
    found: UUID = warned
    return found


def follow(world: World) -> None:
    """Both countries see all of it but where the person was taken on: that is the receiving one's own."""
    handover, subject = world.parts["handover"], world.parts["subject"]
    thai, chinese = world.viewers["own"], world.viewers["full"]
    today = timezone.localdate()
    with acting_as(chinese):
        Assurance.objects.create(
            handover=handover,
            country=handover.requesting,
            given_by="MARKREQUEST",
            given_on=today,
            text="MARKREQUEST",
            recorded_by=chinese,
        )
        Allocation.objects.create(
            handover=handover,
            subject=subject,
            country=handover.requesting,
            authority="MARKTHEIRMEMO",
            on=today,
            recorded_by=chinese,
        )
    with acting_as(thai):
        for owing in (handover.requesting, handover.requested):
            duty = Duty.objects.create(
                handover=handover,
                subject=subject,
                country=owing,
                kind="TRIAL",
                source="MARKREQUEST",
                due_on=today - dt.timedelta(days=2),
                recorded_by=thai,
            )
            world.parts[f"duty_of_{owing.code}"] = duty
        DutyReport.objects.create(
            handover=handover,
            duty=world.parts["duty_of_TH"],
            country=handover.requested,
            outcome="GOES_ON",
            on=today,
            text="MARKREQUEST",
            recorded_by=thai,
        )
    watch_duties()
