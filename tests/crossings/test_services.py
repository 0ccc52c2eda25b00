"""Rules of crossings: who is seated, who marks and counts, and what becomes of the requests."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.utils import timezone

from lmc_cases.audit.models import AuditEvent
from lmc_cases.cases.services import casework
from lmc_cases.core.errors import InvalidInput
from lmc_cases.crossings.models import Crossing, CrossingRequest, Mark, Seat, Status
from lmc_cases.crossings.services import counting, finishing, marking, planning, splitting
from lmc_cases.crossings.services.planning import CrossingChanged, NotReady
from lmc_cases.crossings.services.standing import standing_of
from lmc_cases.handovers.models import HandoverRequest, HandoverSubject
from lmc_cases.handovers.services import surrendering
from lmc_cases.handovers.states import WrongState
from lmc_cases.jurisdictions.access import acting_as
from tests.crossings.samples import Ready, new_mark, plan_of, ready
from tests.factories import officer
from tests.handovers.samples import jpeg, pass_checks
from tests.harness.shared_worlds import once_per_module

Missing = Crossing.DoesNotExist


built, r = once_per_module(ready)


def outcomes(r: Ready) -> list[str]:
    return [subject.outcome for subject in r.subjects]


def status_of(r: Ready) -> str:
    with acting_as(r.thai):
        return HandoverRequest.objects.get(pk=r.handover.pk).status


@pytest.mark.django_db
def test_a_crossing_from_the_plan_to_the_end(r: Ready) -> None:
    crossing = r.marked("PRESENT", "PRESENT", "ABSENT")
    r.count(crossing, 2)
    assert r.again(crossing).status == Status.COUNTED
    with pytest.raises(NotReady, match="receipt"):
        finishing.finish(actor=r.thai, crossing_id=crossing.uuid)
    r.answered(crossing)
    done = finishing.finish(actor=r.thai, crossing_id=crossing.uuid)
    assert done.status == Status.DONE
    assert outcomes(r) == ["HANDED_OVER", "HANDED_OVER", "NOT_COLLECTED"]
    assert r.subjects[2].outcome_reason == "seen (invented)"
    assert status_of(r) == "HANDED_OVER"
    # A second click changes nothing.
    assert finishing.finish(actor=r.thai, crossing_id=crossing.uuid).version == done.version
    with acting_as(r.thai):
        assert {seat.is_live for seat in crossing.manifest.all()} == {False}
    verbs = AuditEvent.objects.visible_to(r.w.supervisor).filter(verb__startswith="crossing.")
    assert set(verbs.values_list("verb", flat=True)) == {
        "crossing.created",
        "crossing.seated",
        "crossing.begun",
        "crossing.marked",
        "crossing.counted",
        "crossing.handed_over",
    }


@pytest.mark.django_db
def test_a_request_over_two_crossings_stays_where_it_is_until_the_last(r: Ready) -> None:
    first, second, third = r.subjects
    for persons, expected in (((first,), "PLANNED"), ((second, third), "HANDED_OVER")):
        crossing = r.opened(*persons)
        for seat in r.seats(crossing):
            for actor in (r.thai, r.chinese):
                r.mark(actor, crossing, seat)
        r.count(crossing, len(persons))
        r.answered(crossing)
        finishing.finish(actor=r.thai, crossing_id=crossing.uuid)
        assert status_of(r) == expected
    assert outcomes(r) == ["HANDED_OVER"] * 3


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("mark", "becomes", "stands"),
    [
        ("ABSENT", "NOT_COLLECTED", "NOT_COLLECTED"),
        ("NOT_ACCEPTED", "NOT_ACCEPTED", "NOT_ACCEPTED"),
        ("UNFIT", "NOT_ACCEPTED", "NOT_ACCEPTED"),
    ],
)
def test_who_is_not_present_is_not_handed_over(r: Ready, mark: str, becomes: str, stands: str) -> None:
    crossing = r.marked(mark, mark, mark)
    r.count(crossing, 0)
    r.answered(crossing)
    finishing.finish(actor=r.thai, crossing_id=crossing.uuid)
    assert outcomes(r) == [becomes] * 3
    assert status_of(r) == stands


@pytest.mark.django_db
def test_foreign_missing_and_wrong_side_are_one_answer(r: Ready) -> None:
    crossing = r.seated()
    seat = r.seats(crossing)[0]
    acts = {
        "change": lambda a, c: planning.change_crossing(actor=a, crossing_id=c, version=1, plan=plan_of()),
        "seat": lambda a, c: planning.seat_people(actor=a, crossing_id=c, subject_ids=[uuid4()]),
        "off": lambda a, c: planning.take_off(actor=a, crossing_id=c, seat_ids=[seat.uuid]),
        "off_all": lambda a, c: planning.take_off_held_back(actor=a, crossing_id=c),
        "begin": lambda a, c: planning.begin_marking(actor=a, crossing_id=c),
        "cancel": lambda a, c: planning.cancel_crossing(actor=a, crossing_id=c, reason="x"),
        "finish": lambda a, c: finishing.finish(actor=a, crossing_id=c),
    }
    both = {
        "mark": lambda a, c: marking.record_marks(actor=a, crossing_id=c, marks=[new_mark(seat)]),
        "resolve": lambda a, c: marking.resolve(actor=a, crossing_id=c, seat_id=seat.uuid, outcome="PRESENT"),
        "count": lambda a, c: counting.record_count(actor=a, crossing_id=c, persons=1),
    }
    for act in acts.values():
        for actor in (r.chinese, r.w.thai_prosecutor, r.w.viet):
            with pytest.raises(Missing):
                act(actor, crossing.uuid)
        with pytest.raises(Missing):
            act(r.thai, uuid4())
    for act in both.values():
        for actor in (r.w.thai_prosecutor, r.w.chinese_prosecutor, r.w.viet):
            with pytest.raises(Missing):
                act(actor, crossing.uuid)
    for actor in (r.w.thai_prosecutor, r.w.viet):
        with pytest.raises((Missing, InvalidInput)):
            planning.create_crossing(actor=actor, receiving_code="VN", plan=plan_of())
    assert r.again(crossing).version == crossing.version


@pytest.mark.django_db
def test_an_empty_crossing_is_the_sending_countrys_own(r: Ready) -> None:
    crossing = r.crossing()
    assert not Crossing.objects.visible_to(r.chinese).exists()
    planning.seat_people(actor=r.thai, crossing_id=crossing.uuid, subject_ids=[r.subjects[0].uuid])
    assert Crossing.objects.visible_to(r.chinese).get() == crossing
    seat = r.seats(crossing)[0]
    planning.take_off(actor=r.thai, crossing_id=crossing.uuid, seat_ids=[seat.uuid])
    assert not Crossing.objects.visible_to(r.chinese).exists()
    with acting_as(r.thai):
        assert not CrossingRequest.objects.exists()
        past = Seat.history.order_by("-history_date").first()
    assert (past.history_type, past.history_user_id) == ("-", r.thai.pk)


@pytest.mark.django_db
def test_a_restricted_request_hides_the_whole_crossing(r: Ready) -> None:
    crossing = r.seated()
    colleague = officer("TH")
    assert Crossing.objects.visible_to(colleague).exists()
    casework.restrict_case(actor=r.thai, case_id=r.w.case.uuid, officer_ids=[r.thai.uuid], reason="named")
    assert not Crossing.objects.visible_to(colleague).exists()
    assert not Seat.objects.visible_to(colleague).exists()
    with acting_as(colleague):
        assert Crossing.objects.count() == Seat.objects.count() == 0
    with pytest.raises(Missing):
        planning.cancel_crossing(actor=colleague, crossing_id=crossing.uuid, reason="x")
    assert Crossing.objects.visible_to(r.thai).exists()
    assert Crossing.objects.visible_to(r.chinese).exists()


@pytest.mark.django_db
def test_who_may_not_be_seated(r: Ready) -> None:
    first, second, third = r.subjects
    r.seated(first)
    crossing = r.crossing(seats=1)

    def seat(*subjects: HandoverSubject) -> list[Seat]:
        return planning.seat_people(
            actor=r.thai, crossing_id=crossing.uuid, subject_ids=[each.uuid for each in subjects]
        )

    with pytest.raises(InvalidInput, match="sit nowhere else"):
        seat(first)
    with pytest.raises(InvalidInput, match="2 persons are chosen, and 1 seats are free"):
        seat(second, third)
    with pytest.raises(InvalidInput, match="at least one"):
        planning.seat_people(actor=r.thai, crossing_id=crossing.uuid, subject_ids=[])
    with pytest.raises(InvalidInput, match="sit nowhere else"):
        planning.seat_people(actor=r.thai, crossing_id=crossing.uuid, subject_ids=[uuid4()])
    other = planning.create_crossing(actor=r.thai, receiving_code="VN", plan=plan_of())
    with pytest.raises(InvalidInput, match="sit nowhere else"):
        planning.seat_people(actor=r.thai, crossing_id=other.uuid, subject_ids=[second.uuid])
    seat(second)
    assert [each.subject_id for each in seat(second)] == [second.pk]


@pytest.mark.django_db
def test_a_victim_is_not_seated_in_another_procedure(r: Ready) -> None:
    with acting_as(r.thai):
        suspect = r.w.suspects[0]
        suspect.category = "VICTIM"
        suspect.save()
    crossing = r.crossing()
    with pytest.raises(InvalidInput, match="victim"):
        planning.seat_people(
            actor=r.thai, crossing_id=crossing.uuid, subject_ids=[each.uuid for each in r.subjects]
        )
    assert not r.seats(crossing)


@pytest.mark.django_db
def test_nobody_with_an_open_check_boards() -> None:
    r = ready(cleared=False)
    first, second, _third = r.subjects
    pass_checks(r.thai, r.w.supervisor, r.handover, first.uuid)
    crossing = r.seated(first, second)
    with pytest.raises(NotReady, match="S2: Identity, Age"):
        planning.begin_marking(actor=r.thai, crossing_id=crossing.uuid)
    assert planning.take_off_held_back(actor=r.thai, crossing_id=crossing.uuid) == 1
    assert planning.begin_marking(actor=r.thai, crossing_id=crossing.uuid).status == Status.OPEN
    with pytest.raises(NotReady, match="Nobody sits"):
        planning.begin_marking(actor=r.thai, crossing_id=r.crossing().uuid)


@pytest.mark.django_db
def test_who_left_the_request_does_not_board(r: Ready) -> None:
    crossing = r.seated()
    surrendering.leave(
        actor=r.thai,
        handover_id=r.handover.uuid,
        subject_id=r.subjects[0].uuid,
        outcome="ESCAPED",
        reason="over the wall",
    )
    with pytest.raises(NotReady, match="S1"):
        planning.begin_marking(actor=r.thai, crossing_id=crossing.uuid)


@pytest.mark.django_db
def test_who_left_after_being_marked_present_stops_the_end(r: Ready) -> None:
    crossing = r.marked("PRESENT", "PRESENT", "PRESENT")
    r.count(crossing, 3)
    surrendering.leave(
        actor=r.thai,
        handover_id=r.handover.uuid,
        subject_id=r.subjects[0].uuid,
        outcome="DIED",
        reason="ill",
    )
    with pytest.raises(NotReady, match="S1 is marked as present"):
        finishing.finish(actor=r.thai, crossing_id=crossing.uuid)
    r.mark(r.thai, crossing, r.seats(crossing)[0], "UNFIT", based_on=_newest(r, crossing, r.thai))
    r.count(crossing, 2)
    r.answered(crossing)
    finishing.finish(actor=r.thai, crossing_id=crossing.uuid)
    assert outcomes(r) == ["DIED", "HANDED_OVER", "HANDED_OVER"]


def _newest(r: Ready, crossing: Crossing, actor: Any, number: int = 0) -> Any:
    with acting_as(r.thai):
        seat = r.seats(crossing)[number]
        return Mark.objects.filter(seat=seat, country=actor.country).latest("pk").uuid


@pytest.mark.django_db
def test_the_plan_changes_only_before_the_marking(r: Ready) -> None:
    crossing = r.seated()
    with pytest.raises(InvalidInput, match="More persons sit"):
        planning.change_crossing(
            actor=r.thai, crossing_id=crossing.uuid, version=crossing.version, plan=plan_of(seats=2)
        )
    changed = planning.change_crossing(
        actor=r.thai, crossing_id=crossing.uuid, version=crossing.version, plan=plan_of(place="Elsewhere")
    )
    assert changed.place == "Elsewhere"
    with pytest.raises(CrossingChanged):
        planning.change_crossing(
            actor=r.thai, crossing_id=crossing.uuid, version=crossing.version, plan=plan_of()
        )
    planning.begin_marking(actor=r.thai, crossing_id=crossing.uuid)
    for act in (
        lambda: planning.change_crossing(
            actor=r.thai, crossing_id=crossing.uuid, version=changed.version, plan=plan_of()
        ),
        lambda: planning.take_off(actor=r.thai, crossing_id=crossing.uuid, seat_ids=[]),
        lambda: planning.seat_people(actor=r.thai, crossing_id=crossing.uuid, subject_ids=[uuid4()]),
        lambda: finishing.finish(actor=r.thai, crossing_id=crossing.uuid),
    ):
        with pytest.raises(WrongState):
            act()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"place": " "}, "place"),
        ({"planned_at": timezone.now() - dt.timedelta(hours=1)}, "planned_at"),
        ({"seats": 0}, "seats"),
        ({"seats": 2_001}, "seats"),
        ({"border_point_id": uuid4()}, "border_point"),
        ({"operation_id": uuid4()}, "operation"),
    ],
)
def test_a_plan_that_cannot_be(r: Ready, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        planning.create_crossing(actor=r.thai, receiving_code="CN", plan=plan_of(**changes))
    assert caught.value.field == field


@pytest.mark.django_db
def test_a_double_post_makes_one_crossing(r: Ready) -> None:
    same = uuid4()
    made = [
        planning.create_crossing(actor=r.thai, receiving_code="CN", plan=plan_of(), crossing_id=same)
        for _turn in range(2)
    ]
    assert made[0] == made[1]
    for code in ("TH", "XX"):
        with pytest.raises(InvalidInput):
            planning.create_crossing(actor=r.thai, receiving_code=code, plan=plan_of())


@pytest.mark.django_db
def test_a_cancelled_crossing_frees_its_persons(r: Ready) -> None:
    crossing = r.opened()
    with pytest.raises(InvalidInput, match="reason"):
        planning.cancel_crossing(actor=r.thai, crossing_id=crossing.uuid, reason=" ")
    planning.cancel_crossing(actor=r.thai, crossing_id=crossing.uuid, reason="fog")
    assert r.again(crossing).status == Status.CANCELLED
    planning.cancel_crossing(actor=r.thai, crossing_id=crossing.uuid, reason="again")
    assert r.again(crossing).cancel_reason == "fog"
    assert len(r.seats(r.seated())) == 3


@pytest.mark.django_db
def test_the_same_mark_sent_twice_is_one(r: Ready) -> None:
    crossing = r.opened()
    seats = r.seats(crossing)
    given = new_mark(seats[0])
    for is_new in (True, False):
        (answer,) = marking.record_marks(actor=r.thai, crossing_id=crossing.uuid, marks=[given])
        assert (answer.is_new, answer.error) == (is_new, None)
    taken = new_mark(seats[1], uuid=given.uuid)
    (answer,) = marking.record_marks(actor=r.thai, crossing_id=crossing.uuid, marks=[taken])
    assert answer.error is not None
    twice = new_mark(seats[2])
    answers = marking.record_marks(actor=r.chinese, crossing_id=crossing.uuid, marks=[twice, twice])
    assert [each.is_new for each in answers] == [True, False]
    with acting_as(r.thai):
        assert crossing.marks.count() == 2


@pytest.mark.django_db
def test_one_mark_that_cannot_be_taken_stops_no_other(r: Ready) -> None:
    crossing = r.opened()
    first, second, _third = r.seats(crossing)
    marks = [
        new_mark(first, "ABSENT", reason=" "),
        new_mark(first, "GONE"),
        new_mark(first, marked_at=timezone.now() + dt.timedelta(days=3)),
        new_mark(first, seat_id=uuid4()),
        new_mark(first, photo=ContentFile(b"no picture")),
        new_mark(second),
    ]
    answers = marking.record_marks(actor=r.thai, crossing_id=crossing.uuid, marks=marks)
    fields = [each.error.field if each.error else "" for each in answers]
    assert fields == ["reason", "outcome", "marked_at", "seat_id", "photo", ""]
    with acting_as(r.thai):
        assert crossing.marks.get().seat_id == second.pk


@pytest.mark.django_db
def test_a_photograph_of_the_border_is_drawn_anew(r: Ready) -> None:
    crossing = r.opened()
    answer = r.mark(r.thai, crossing, r.seats(crossing)[0], photo=io.BytesIO(jpeg() + b"behind the picture"))
    assert answer.mark is not None
    assert answer.mark.photo.name.startswith("border/")
    with answer.mark.photo.open("rb") as stream:
        assert b"behind" not in stream.read()


@pytest.mark.django_db
def test_two_devices_that_contradict_each_other_are_a_conflict_until_somebody_chooses(r: Ready) -> None:
    crossing = r.opened()
    seat = r.seats(crossing)[0]
    first = r.mark(r.thai, crossing, seat, "PRESENT")
    # The second device knew of nothing; it says the same: no conflict.
    assert not r.mark(r.thai, crossing, seat, "PRESENT").mark.conflict  # type: ignore[union-attr]
    # It knew the first and says otherwise.
    assert first.mark is not None
    rival = r.mark(r.thai, crossing, seat, "ABSENT", based_on=first.mark.uuid)
    assert rival.mark is not None
    assert rival.mark.conflict
    # The other side is another matter: no conflict between sides.
    assert not r.mark(r.chinese, crossing, seat, "PRESENT").mark.conflict  # type: ignore[union-attr]
    with acting_as(r.thai):
        (standing,) = standing_of(crossing, [seat]).seats
    assert (standing.outcome, len(standing.sending.rivals)) == ("", 2)
    with pytest.raises(InvalidInput, match="Nothing is to be chosen"):
        marking.resolve(actor=r.chinese, crossing_id=crossing.uuid, seat_id=seat.uuid, outcome="PRESENT")
    with pytest.raises(InvalidInput):
        marking.resolve(actor=r.thai, crossing_id=crossing.uuid, seat_id=seat.uuid, outcome="ABSENT")
    same = uuid4()
    for _turn in range(2):
        chosen = marking.resolve(
            actor=r.thai, crossing_id=crossing.uuid, seat_id=seat.uuid, outcome="PRESENT", mark_id=same
        )
    assert chosen.is_choice
    with acting_as(r.thai):
        (standing,) = standing_of(crossing, [seat]).seats
        assert crossing.marks.filter(seat=seat).count() == 5
    assert standing.outcome == "PRESENT"


@pytest.mark.django_db
def test_counted_needs_marks_and_counts_of_both_sides(r: Ready) -> None:
    crossing = r.opened()
    seats = r.seats(crossing)
    for seat in seats:
        r.mark(r.thai, crossing, seat)
    r.count(crossing, 3)
    assert r.again(crossing).status == Status.OPEN
    for seat in seats:
        r.mark(r.chinese, crossing, seat)
    assert r.again(crossing).status == Status.COUNTED
    r.count(crossing, 2, r.chinese)
    assert r.again(crossing).status == Status.OPEN
    r.count(crossing, 3, r.chinese)
    assert r.again(crossing).status == Status.COUNTED
    # One side finds that the person is not there after all.
    r.mark(r.chinese, crossing, seats[0], "ABSENT", based_on=_newest(r, crossing, r.chinese))
    assert r.again(crossing).status == Status.OPEN
    with pytest.raises(InvalidInput):
        r.count(crossing, -1)
    same = uuid4()
    made = {
        counting.record_count(actor=r.thai, crossing_id=crossing.uuid, persons=2, count_id=same).pk
        for _turn in range(2)
    }
    assert len(made) == 1


@pytest.mark.django_db
def test_marks_and_counts_are_never_changed(r: Ready) -> None:
    crossing = r.opened()
    r.mark(r.thai, crossing, r.seats(crossing)[0])
    r.count(crossing, 3)
    for table in ("mark", "headcount"):
        for act in (f"UPDATE crossings_{table} SET id = id", f"DELETE FROM crossings_{table}"):
            with pytest.raises(Exception, match="permission denied"), acting_as(r.thai):
                connection.cursor().execute(act)


@pytest.mark.django_db
def test_a_list_is_split_looked_at_first_and_undone(r: Ready) -> None:
    split = splitting.proposed_split(actor=r.thai, size=2, handover_id=r.handover.uuid)
    assert [(f.receiving.code, f.nationality, len(f.subjects)) for f in split.flights] == [
        ("CN", "CN", 2),
        ("CN", "CN", 1),
    ]
    with acting_as(r.thai):
        assert not Crossing.objects.exists()
    with pytest.raises(splitting.ListChanged):
        splitting.split_people(actor=r.thai, plan=plan_of(seats=2), mark="other", handover_id=r.handover.uuid)
    together = uuid4()
    for _turn in range(2):
        made = splitting.split_people(
            actor=r.thai,
            plan=plan_of(seats=2),
            mark=split.mark,
            handover_id=r.handover.uuid,
            split_id=together,
        )
    assert [crossing.carrier for crossing in made] == ["Convoy 1 1", "Convoy 1 2"]
    assert [len(r.seats(crossing)) for crossing in made] == [2, 1]
    with pytest.raises(InvalidInput, match="Nobody waits"):
        splitting.split_people(actor=r.thai, plan=plan_of(seats=2), mark=split.mark)
    assert splitting.proposed_split(actor=r.thai, size=2).persons == 0
    for actor in (r.chinese, r.w.viet):
        with pytest.raises(Missing):
            splitting.undo_split(actor=actor, split_id=together, reason="x")
    assert splitting.undo_split(actor=r.thai, split_id=together, reason="other vehicle") == 2
    assert splitting.proposed_split(actor=r.thai, size=2).persons == 3
    with pytest.raises(HandoverRequest.DoesNotExist):
        splitting.proposed_split(actor=r.thai, size=2, handover_id=uuid4())
    with pytest.raises(Missing):
        splitting.proposed_split(actor=r.w.thai_prosecutor, size=2)
