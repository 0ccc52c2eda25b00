"""Rule: of two officers, and of two devices, nothing is lost and nobody sits twice."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection

from lmc_cases.core.errors import Conflict, InvalidInput
from lmc_cases.crossings.models import Crossing
from lmc_cases.crossings.services import planning
from tests.crossings.samples import ready
from tests.factories import officer


@pytest.mark.django_db(transaction=True)
def test_of_two_officers_who_seat_one_person_on_two_crossings_one_is_refused() -> None:
    r = ready()
    colleague = officer("TH")
    crossings = [r.crossing(), r.crossing()]
    subject = r.subjects[0]
    start, found = threading.Barrier(2), []

    def run(actor: Any, crossing: Crossing) -> None:
        start.wait(timeout=20)
        try:
            planning.seat_people(actor=actor, crossing_id=crossing.uuid, subject_ids=[subject.uuid])
            found.append("seated")
        except (Conflict, InvalidInput) as error:
            found.append(type(error).__name__)
        finally:
            connection.close()

    pair = [
        threading.Thread(target=run, args=args)
        for args in ((r.thai, crossings[0]), (colleague, crossings[1]))
    ]
    for thread in pair:
        thread.start()
    for thread in pair:
        thread.join(timeout=30)
    assert sorted(found) == ["InvalidInput", "seated"]


@pytest.mark.django_db(transaction=True)
def test_of_two_devices_that_mark_at_once_nothing_is_lost() -> None:
    r = ready()
    crossing = r.opened()
    seat = r.seats(crossing)[0]
    colleague = officer("TH")
    start, found = threading.Barrier(2), []

    def run(actor: Any, outcome: str) -> None:
        start.wait(timeout=20)
        found.append(r.mark(actor, crossing, seat, outcome).mark)
        connection.close()

    pair = [threading.Thread(target=run, args=args) for args in ((r.thai, "PRESENT"), (colleague, "ABSENT"))]
    for thread in pair:
        thread.start()
    for thread in pair:
        thread.join(timeout=30)
    assert sorted(mark.conflict for mark in found if mark) == [False, True]
