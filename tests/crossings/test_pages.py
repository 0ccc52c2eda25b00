"""Crossings through their pages: a batch from the split to the end, what stands in the way, and what it costs."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from lmc_cases.core.once import new_token
from lmc_cases.crossings.models import Crossing, Mark, Seat
from lmc_cases.jurisdictions.access import acting_as
from tests.cases.browsing import signed_in
from tests.crossings.samples import Ready, new_mark, plan_of, ready
from tests.handovers.samples import pass_checks
from tests.harness.shared_worlds import once_per_module

pytestmark = pytest.mark.django_db


built, r = once_per_module(ready)


def page(name: str, crossing: Crossing, *more: Any) -> str:
    return reverse(f"crossings:{name}", args=[crossing.uuid, *more])


def plan_data(**changes: Any) -> dict[str, Any]:
    tomorrow = timezone.localtime() + dt.timedelta(days=1)
    return {
        "receiving": "CN",
        "planned_at": tomorrow.strftime("%Y-%m-%dT%H:%M"),
        "place": "Bridge (invented)",
        "carrier": "Convoy",
        "seats": "2",
        **changes,
    }


def body(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_empty_list_says_what_to_do_next(r: Ready) -> None:
    text = body(signed_in(r.thai), reverse("crossings:list"))
    assert "No crossings yet." in text
    assert reverse("crossings:create") in text


def test_a_batch_walks_through_the_pages_to_its_end(r: Ready) -> None:
    thai, chinese = signed_in(r.thai), signed_in(r.chinese)
    data = {**plan_data(seats="10"), "once": new_token(r.thai.pk)}
    for _turn in range(2):
        made = thai.post(reverse("crossings:create"), data)
    crossing = r.again(_only(r))
    assert made["Location"] == page("detail", crossing)
    people = body(thai, page("seat", crossing))
    assert people.count('name="ids"') == 3
    chosen = {"ids": [str(subject.uuid) for subject in r.subjects]}
    assert thai.post(page("seat", crossing), chosen).status_code == 302
    assert "王样例" in body(thai, page("detail", crossing))
    thai.post(page("begin", crossing))
    seats = r.seats(crossing)
    for client, user in ((thai, r.thai), (chinese, r.chinese)):
        sent = {"ids": [str(seat.uuid) for seat in seats[:2]], "once": new_token(user.pk)}
        for _turn in range(2):
            client.post(page("present", crossing), sent)
        absent = {"outcome": "ABSENT", "once": new_token(user.pk)}
        refused = client.post(page("person", crossing, seats[2].uuid), absent)
        assert refused.status_code == 422
        client.post(page("person", crossing, seats[2].uuid), {**absent, "reason": "not brought"})
        client.post(page("count", crossing), {"persons": "2", "once": new_token(user.pk)})
    with acting_as(r.thai):
        assert Mark.objects.count() == 6
    receipt = reverse("receipts:of_crossing", args=[crossing.uuid])
    assert receipt in body(thai, page("detail", crossing))
    assert page("finish", crossing) not in body(thai, page("detail", crossing))
    assert chinese.get(page("finish", crossing)).status_code == 404
    assert thai.post(page("finish", crossing), {}).status_code == 422, "no receipt yet"
    r.answered(crossing)
    assert page("finish", crossing) in body(thai, page("detail", crossing))
    assert thai.post(page("finish", crossing), {}).status_code == 302
    assert r.again(crossing).status == "DONE"
    assert [subject.outcome for subject in r.subjects] == ["HANDED_OVER", "HANDED_OVER", "NOT_COLLECTED"]


def _only(r: Ready) -> Crossing:
    with acting_as(r.thai):
        return Crossing.objects.get()


def test_a_split_is_looked_at_before_it_is_made_and_can_be_undone(r: Ready) -> None:
    thai = signed_in(r.thai)
    address = f"{reverse('crossings:split')}?handover={r.handover.uuid}"
    data = {**plan_data(), "once": new_token(r.thai.pk)}
    shown = thai.post(address, data)
    assert shown.status_code == 200
    assert "Crossings: 2. Persons: 3." in shown.content.decode()
    with acting_as(r.thai):
        assert not Crossing.objects.exists()
    mark = shown.context["split"].mark
    for _turn in range(2):
        thai.post(address, {**data, "mark": mark})
    with acting_as(r.thai):
        first, second = Crossing.objects.order_by("pk")
    assert first.split_uuid == second.split_uuid
    undo = reverse("crossings:undo_split", args=[first.split_uuid])
    assert undo in body(thai, page("detail", first))
    thai.post(undo, {"reason": "other vehicle"})
    assert r.again(first).status == r.again(second).status == "CANCELLED"
    assert thai.get(f"{reverse('crossings:split')}?handover={uuid.uuid4()}").status_code == 404


def test_who_is_held_back_is_named_with_the_check_and_taken_off() -> None:
    r = ready(cleared=False)
    pass_checks(r.thai, r.w.supervisor, r.handover, r.subjects[0].uuid)
    thai = signed_in(r.thai)
    crossing = r.crossing()
    people = body(thai, page("seat", crossing))
    assert people.count("Held back") == 2
    assert "Non-refoulement" in people
    # Same name and date of birth: the three persons of the world are proposed as one.
    assert "Perhaps the same person" in people
    chosen = {"ids": [str(subject.uuid) for subject in r.subjects]}
    thai.post(page("seat", crossing), chosen)
    refused = thai.post(page("begin", crossing))
    assert refused.status_code == 422
    assert "S2: Identity" in refused.content.decode()
    thai.post(page("take_off_held_back", crossing))
    assert len(r.seats(crossing)) == 1
    thai.post(page("take_off", crossing), {"ids": [str(r.seats(crossing)[0].uuid)]})
    assert not r.seats(crossing)


def test_a_conflict_is_shown_and_chosen_on_the_persons_page(r: Ready) -> None:
    crossing = r.opened()
    seat = r.seats(crossing)[0]
    r.mark(r.thai, crossing, seat, "PRESENT")
    r.mark(r.thai, crossing, seat, "UNFIT")
    thai = signed_in(r.thai)
    assert "Devices contradict each other" in body(thai, page("detail", crossing))
    person = page("person", crossing, seat.uuid)
    assert "Say what holds" in body(thai, person)
    assert "Say what holds" not in body(signed_in(r.chinese), person)
    thai.post(person, {"outcome": "PRESENT", "once": new_token(r.thai.pk)})
    assert "Devices contradict each other" not in body(thai, page("detail", crossing))


def test_the_plan_is_changed_and_keeps_what_was_typed(r: Ready) -> None:
    thai = signed_in(r.thai)
    crossing = r.seated()
    assert "Mae Sot bridge" in body(thai, page("edit", crossing))
    typed = plan_data(seats="1", place="Kept words", version=str(crossing.version))
    refused = thai.post(page("edit", crossing), typed)
    assert refused.status_code == 422
    assert "Kept words" in refused.content.decode()
    assert thai.post(page("edit", crossing), {**typed, "seats": "5"}).status_code == 302
    assert r.again(crossing).place == "Kept words"
    assert thai.post(page("edit", crossing), {**typed, "seats": "5"}).status_code == 422
    thai.post(page("cancel", crossing), {"reason": "fog"})
    assert "fog" in body(thai, page("detail", crossing))


def test_the_pages_cost_the_same_for_few_and_for_many(r: Ready) -> None:
    thai = signed_in(r.thai)
    first = r.seated(r.subjects[0])
    few = [_cost(thai, reverse("crossings:list")), _cost(thai, page("detail", first))]
    planned = r.seated(r.subjects[1], r.subjects[2])
    for _turn in range(5):
        r.crossing()
    many = [_cost(thai, reverse("crossings:list")), _cost(thai, page("detail", planned))]
    assert many == few


def _cost(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_the_ways_to_crossings(r: Ready) -> None:
    thai = signed_in(r.thai)
    assert reverse("crossings:list") in body(thai, reverse("handovers:list"))
    detail = body(thai, reverse("handovers:detail", args=[r.handover.uuid]))
    assert f"{reverse('crossings:split')}?handover={r.handover.uuid}" in detail
    other = body(signed_in(r.chinese), reverse("handovers:detail", args=[r.handover.uuid]))
    assert "crossings/split" not in other
    assert thai.get(f"{reverse('crossings:list')}?operation={uuid.uuid4()}").status_code == 404


def test_a_seat_of_another_crossing_is_missing(r: Ready) -> None:
    crossing, other = r.seated(r.subjects[0]), r.seated(r.subjects[1])
    with acting_as(r.thai):
        foreign = Seat.objects.get(crossing=other)
    assert signed_in(r.thai).get(page("person", crossing, foreign.uuid)).status_code == 404
    assert new_mark(foreign).seat_id == foreign.uuid
    assert plan_of().seats == 10
