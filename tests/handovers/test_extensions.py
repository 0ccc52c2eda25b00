"""Rule: a limit is extended only as far as its own rule leaves room, by the holding country, and both sides see it."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from lmc_cases.audit.models import AuditEvent
from lmc_cases.core.errors import InvalidInput
from lmc_cases.handovers.models import ClockExtension, HandoverRequest
from lmc_cases.handovers.services import extending
from lmc_cases.handovers.services.clocks import Clock, clocks_of
from lmc_cases.handovers.services.extending import Extension, NotExtendable
from lmc_cases.handovers.services.watching import watch_clocks
from lmc_cases.jurisdictions.access import acting_as
from lmc_cases.jurisdictions.models import TimeLimit
from tests.cases.browsing import signed_in
from tests.handovers.samples import World, world
from tests.handovers.test_clocks import arrested
from tests.handovers.test_warnings import clock_codes
from tests.harness.shared_worlds import once_per_module

pytestmark = pytest.mark.django_db
built, w = once_per_module(lambda: world(evidence=0, with_photo=False))


def held(w: World, days_ago: float = 1) -> tuple[HandoverRequest, Clock]:
    """An arrest in Thailand, whose law gives 60 days and leaves room for 30 more."""
    handover = arrested(w, timezone.now() - dt.timedelta(days=days_ago), with_treaty=False)
    with acting_as(w.thai):
        return handover, clocks_of(handover)[0]


def extend(w: World, handover: HandoverRequest, clock: Clock, **given: Any) -> ClockExtension:
    said = {
        "days": 10,
        "decided_by": "Court (invented)",
        "decided_on": timezone.localdate(),
        "reason": "Translation is late (invented)",
        **given,
    }
    return extending.extend_clock(
        actor=said.pop("actor", w.supervisor),
        handover_id=handover.uuid,
        limit_id=said.pop("limit_id", clock.limit.uuid),
        given=Extension(**said),
    )


def test_the_end_moves_by_the_days_for_both_sides_and_no_further_than_the_rule(w: World) -> None:
    handover, clock = held(w)
    extend(w, handover, clock)
    extend(w, handover, clock, days=20)
    for actor in (w.thai, w.chinese):
        with acting_as(actor):
            (now,) = clocks_of(handover)
        assert now.ends - clock.ends == dt.timedelta(days=30)
        assert [row.days for row in now.extensions] == [10, 20]
        assert now.can_be_extended_by == 0
    with pytest.raises(NotExtendable):
        extend(w, handover, clock, days=1)
    event = AuditEvent.objects.filter(verb="handover.clock_extended").latest("pk")
    assert event.codes["days"] == 20


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("days", {"days": 31}),
        ("days", {"days": 0}),
        ("decided_by", {"decided_by": " "}),
        ("reason", {"reason": ""}),
        ("decided_on", {"decided_on": dt.date(2020, 1, 1)}),
        ("decided_on", {"decided_on": timezone.localdate() + dt.timedelta(days=61)}),
    ],
)
def test_what_cannot_be_is_refused(w: World, field: str, change: dict[str, Any]) -> None:
    handover, clock = held(w)
    with pytest.raises(InvalidInput) as caught:
        extend(w, handover, clock, **change)
    assert caught.value.field == field


def test_only_the_country_that_holds_the_persons_extends_and_only_what_runs(w: World) -> None:
    handover, clock = held(w)
    for actor in (w.chinese, w.thai, w.viet):
        with pytest.raises(HandoverRequest.DoesNotExist):
            extend(w, handover, clock, actor=actor)
    with pytest.raises(NotExtendable):
        extend(w, handover, clock, limit_id=uuid4())
    # Of a rule that says nothing of an extension none is made: unknown is not "as long as you like".
    TimeLimit.objects.filter(pk=clock.limit.pk).update(extension_days=None)
    with pytest.raises(NotExtendable):
        extend(w, handover, clock)


def test_who_was_warned_of_the_old_end_is_warned_of_the_new_one(w: World) -> None:
    handover, clock = held(w, days_ago=59)
    watch_clocks()
    assert clock_codes(w.thai) == ["clock.urgent"]
    extend(w, handover, clock, days=30)
    # The old warning is of an end that is none any more; two thirds of the new time have passed.
    watch_clocks()
    assert clock_codes(w.thai) == ["clock.half"]
    assert watch_clocks() == 0


@pytest.mark.parametrize("act", ["UPDATE {} SET days = 1", "DELETE FROM {}"])
def test_it_is_never_changed(w: World, act: str) -> None:
    handover, clock = held(w)
    extend(w, handover, clock)
    with acting_as(w.thai), connection.cursor() as cursor, pytest.raises(DatabaseError), transaction.atomic():
        cursor.execute(act.format("handovers_clockextension"))
    with acting_as(w.viet):
        assert ClockExtension.objects.count() == 0


def test_the_page_records_it_and_both_sides_read_it(w: World) -> None:
    handover, clock = held(w)
    page = reverse("handovers:extend_clock", args=[handover.uuid, clock.limit.uuid])
    detail = reverse("handovers:detail", args=[handover.uuid])
    boss = signed_in(w.supervisor)
    assert page in boss.get(detail).content.decode()
    assert page not in signed_in(w.chinese).get(detail).content.decode()
    assert signed_in(w.chinese).get(page).status_code == 404
    given = {"days": "12", "decided_by": "Court (invented)", "decided_on": "", "reason": "late (invented)"}
    assert boss.post(page, given).status_code == 422
    assert boss.post(page, {**given, "decided_on": timezone.localdate().isoformat()}).status_code == 302
    assert "Extended by 12 days: Court (invented)" in signed_in(w.chinese).get(detail).content.decode()
