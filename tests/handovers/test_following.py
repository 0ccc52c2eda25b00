"""Rule: what the countries owe each other after a decision has a source and a day, is reported on, and never vanishes."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from lmc_cases.audit.models import AuditEvent
from lmc_cases.core.errors import DomainError, InvalidInput
from lmc_cases.handovers.models import (
    Allocation,
    Assurance,
    Duty,
    DutyReport,
    HandoverRequest,
    HandoverSubject,
)
from lmc_cases.handovers.services import (
    allocating,
    assuring,
    belongings,
    deciding,
    followed,
    following,
    proceeding,
    sending,
    surrendering,
    watching,
)
from lmc_cases.handovers.services.allocating import Destination
from lmc_cases.handovers.services.assuring import Promise
from lmc_cases.handovers.services.belongings import Entry
from lmc_cases.handovers.services.following import DutyDone, NewDuty
from lmc_cases.handovers.services.telling import notices_of_handovers
from lmc_cases.handovers.services.work import Kind, work_of
from lmc_cases.handovers.states import WrongState
from lmc_cases.jurisdictions.access import acting_as
from tests.cases.browsing import signed_in
from tests.factories import officer, say_why
from tests.handovers.samples import World, pass_checks, world
from tests.harness.shared_worlds import once_per_module

pytestmark = pytest.mark.django_db
SOURCE = "Article 17 (invented)"


def build() -> tuple[World, HandoverRequest]:
    made = world(evidence=1, with_photo=False)
    say_why(made.chinese, made.case)
    handover = made.acknowledged()
    deciding.approve(actor=made.supervisor, handover_id=handover.uuid)
    handover = made.cleared(handover)
    subjects = list(handover.subjects.order_by("position"))
    handover = surrendering.record_handed_over(
        actor=made.thai,
        handover_id=handover.uuid,
        at=timezone.now(),
        place="Mae Sot (invented)",
        subject_ids=[subject.uuid for subject in subjects[:2]],
        not_moved={subjects[2].uuid: "NOT_COLLECTED"},
        note="ill (invented)",
    )
    return made, handover


built, made = once_per_module(build)


@pytest.fixture
def w(made: tuple[World, HandoverRequest]) -> World:
    return made[0]


@pytest.fixture
def handover(made: tuple[World, HandoverRequest]) -> HandoverRequest:
    return made[1]


def persons(w: World, handover: HandoverRequest) -> list[HandoverSubject]:
    with acting_as(w.thai):
        return list(handover.subjects.order_by("position"))


def owe(w: World, handover: HandoverRequest, actor: Any = None, **given: Any) -> list[Duty]:
    """Two reports on a trial that China owes, unless told otherwise."""
    whom: Collection[uuid.UUID] = given.pop("whom", [subject.uuid for subject in persons(w, handover)[:2]])
    more = {"kind": "TRIAL", "owed_by": "CN", "source": SOURCE, **given}
    return following.record_duties(
        actor=actor or w.thai,
        handover_id=handover.uuid,
        subject_ids=whom,
        new_id=more.pop("new_id", None),
        new=NewDuty(**more),
    )


def say(actor: Any, handover: HandoverRequest, duties: list[Duty], **given: Any) -> list[DutyReport]:
    more = {"outcome": "CONVICTED", "on": timezone.localdate(), "text": "Convicted (invented)", **given}
    return following.report_on(
        actor=actor, handover_id=handover.uuid, duty_ids=[duty.uuid for duty in duties], **more
    )


def test_a_duty_is_reported_on_until_a_final_report_stands(w: World, handover: HandoverRequest) -> None:
    duties = owe(w, handover, due_on=timezone.localdate() + dt.timedelta(days=30))
    assert len(duties) == 2
    say(w.chinese, handover, duties, outcome="GOES_ON", text="The trial has begun (invented)")
    say(w.chinese, handover, duties[:1])
    with acting_as(w.thai):
        shown = followed.following_of(w.thai, handover).groups
    assert [(group.done, len(group.duties), group.is_overdue) for group in shown] == [(1, 2, False)]
    assert [report.outcome for report in shown[0].duties[0].reports] == ["GOES_ON", "CONVICTED"]
    with pytest.raises(DutyDone):
        say(w.chinese, handover, duties, outcome="GOES_ON")
    with acting_as(w.chinese):
        assert DutyReport.objects.visible_to(w.viet).count() == 0
    told = AuditEvent.objects.filter(verb="handover.duty_answered").latest("pk")
    assert (told.codes["outcome"], told.codes["kind"]) == ("CONVICTED", "TRIAL")
    # That it is not owed is said, and ends nothing.
    say(w.chinese, handover, duties[1:], outcome="NOT_OWED", text="No treaty asks for it (invented)")
    with acting_as(w.chinese):
        assert Duty.objects.visible_to(w.chinese).unfinished().count() == 1


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("kind", {"kind": "OTHER"}),
        ("owed_by", {"owed_by": "VN"}),
        ("source", {"source": "  "}),
        ("subject_ids", {"whom": []}),
        ("subject_ids", {"whom": [uuid.uuid4()]}),
        ("assurance_id", {"assurance_id": uuid.uuid4()}),
    ],
)
def test_what_is_missing_is_named(
    w: World, handover: HandoverRequest, field: str, change: dict[str, Any]
) -> None:
    with pytest.raises(InvalidInput) as caught:
        owe(w, handover, **change)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("outcome", {"outcome": "RETURNED"}),
        ("text", {"text": " "}),
        ("on", {"on": timezone.localdate() + dt.timedelta(days=2)}),
    ],
)
def test_a_report_that_cannot_be_is_refused(
    w: World, handover: HandoverRequest, field: str, change: dict[str, Any]
) -> None:
    duties = owe(w, handover)
    with pytest.raises(InvalidInput) as caught:
        say(w.chinese, handover, duties, **change)
    assert caught.value.field == field


def test_only_the_side_that_owes_reports_and_only_the_other_one_gives_another_day(
    w: World, handover: HandoverRequest
) -> None:
    duties = owe(w, handover)
    with pytest.raises(InvalidInput):
        say(w.thai, handover, duties)
    with pytest.raises(HandoverRequest.DoesNotExist):
        say(w.viet, handover, duties)
    for actor in (w.chinese, w.viet):
        with pytest.raises(Duty.DoesNotExist):
            following.set_day(actor=actor, duty_id=duties[0].uuid, due_on=None, reason="late")
    day = timezone.localdate() + dt.timedelta(days=90)
    later = following.set_day(actor=w.thai, duty_id=duties[0].uuid, due_on=day, reason="asked (invented)")
    assert (later.due_on, later.replaces_id) == (day, duties[0].pk)
    with pytest.raises(DutyDone):
        say(w.chinese, handover, duties[:1])
    with pytest.raises(DutyDone):
        following.set_day(actor=w.thai, duty_id=duties[0].uuid, due_on=day, reason="again")
    say(w.chinese, handover, [later])


def test_two_kinds_are_not_reported_on_together(w: World, handover: HandoverRequest) -> None:
    duties = owe(w, handover) + owe(w, handover, kind="SENTENCE")
    with pytest.raises(InvalidInput) as caught:
        say(w.chinese, handover, duties)
    assert caught.value.field == "duty_ids"


def test_a_second_click_records_nothing_twice(w: World, handover: HandoverRequest) -> None:
    key, report = uuid.uuid4(), uuid.uuid4()
    duties = owe(w, handover, new_id=key)
    owe(w, handover, new_id=key)
    for _time in range(2):
        say(w.chinese, handover, duties, outcome="GOES_ON", new_id=report)
    with acting_as(w.thai):
        assert (Duty.objects.count(), DutyReport.objects.count()) == (2, 2)


def test_nothing_is_owed_before_a_decision(w: World) -> None:
    asked = w.draft(suspect_ids=[w.suspects[0].uuid])
    with pytest.raises(WrongState):
        owe(w, asked, actor=w.chinese, whom=[], kind="PROPERTY")


def test_a_temporary_surrender_and_property_are_owed_back_by_themselves() -> None:
    w = world(evidence=1, with_photo=False)
    handover = w.acknowledged()
    first, second, third = persons(w, handover)
    deciding.approve(
        actor=w.supervisor,
        handover_id=handover.uuid,
        outcomes={first.uuid: "TEMPORARY", second.uuid: "GRANTED", third.uuid: "GRANTED"},
        grounds={first.uuid: "own trial (invented)"},
    )
    day = timezone.localdate() + dt.timedelta(days=60)
    for subject, what in ((first, ""), (second, "the ring (invented)")):
        belongings.record_property(
            actor=w.thai,
            handover_id=handover.uuid,
            subject_id=subject.uuid,
            entry=Entry(
                description="Ring (invented)",
                disposition="TRAVELS",
                return_what=what,
                return_to="Owner (invented)" if what else "",
                return_by=day if what else None,
                return_source=SOURCE if what else "",
            ),
        )
    surrendering.plan(
        actor=w.thai, handover_id=handover.uuid, at=timezone.now() + dt.timedelta(days=1), place="x"
    )
    for subject in persons(w, handover):
        pass_checks(w.thai, w.supervisor, handover, subject.uuid)
    surrendering.clear(actor=w.supervisor, handover_id=handover.uuid)
    surrendering.record_handed_over(
        actor=w.thai,
        handover_id=handover.uuid,
        at=timezone.now(),
        place="Mae Sot (invented)",
        subject_ids=[first.uuid, second.uuid],
    )
    with acting_as(w.chinese):
        rows = Duty.objects.visible_to(w.chinese).order_by("kind")
        found = [(row.kind, row.subject_id, row.due_on, row.country.code) for row in rows]
    # No day is invented for the return of a person: the countries agree on one.
    assert found == [("PROPERTY", second.pk, day, "CN"), ("RETURN", first.pk, None, "CN")]


def test_both_sides_are_told_once_when_the_day_has_come_and_the_list_shows_it(
    w: World, handover: HandoverRequest
) -> None:
    duties = owe(w, handover, due_on=timezone.localdate() - dt.timedelta(days=1))
    assert watching.watch_duties() == 1, "two persons of one list are one word"
    assert watching.watch_duties() == 0
    for actor in (w.thai, w.chinese):
        with acting_as(actor):
            codes = [row.notice.code for row in notices_of_handovers(actor=actor, size=20)]
        assert "duty.due" in codes
    with acting_as(w.chinese):
        items, _more = work_of(w.chinese, kind=Kind.DUTY)
        assert [(item.duty.kind, item.duties) for item in items if item.duty] == [("TRIAL", 2)]
        assert work_of(w.thai, kind=Kind.DUTY)[0] == []
        assert followed.following_of(w.chinese, handover).groups[0].is_overdue
    say(w.chinese, handover, duties)
    with acting_as(w.chinese):
        assert work_of(w.chinese, kind=Kind.DUTY)[0] == []
        assert [
            row for row in notices_of_handovers(actor=w.chinese, size=20) if row.notice.code == "duty.due"
        ] == []


@pytest.mark.parametrize("table", ["assurance", "duty", "dutyreport", "dutyreminder", "allocation"])
@pytest.mark.parametrize("act", ["UPDATE {} SET handover_id = handover_id", "DELETE FROM {}"])
def test_nothing_of_it_is_changed_or_deleted(
    w: World, handover: HandoverRequest, table: str, act: str
) -> None:
    duties = owe(w, handover, due_on=timezone.localdate())
    watching.watch_duties()
    say(w.chinese, handover, duties)
    with acting_as(w.chinese), connection.cursor() as cursor, pytest.raises(DatabaseError):  # noqa: SIM117
        with transaction.atomic():
            cursor.execute(act.format(f"handovers_{table}"))


def to(**given: Any) -> Destination:
    return Destination(**{"authority": "Police of Kunming (invented)", "on": timezone.localdate(), **given})


def test_where_persons_were_taken_on_to_is_the_receiving_countrys_own(
    w: World, handover: HandoverRequest
) -> None:
    first, second, third = persons(w, handover)
    moved = [first.uuid, second.uuid]
    allocating.allocate(actor=w.chinese, handover_id=handover.uuid, subject_ids=moved, to=to())
    allocating.allocate(
        actor=w.chinese, handover_id=handover.uuid, subject_ids=moved[:1], to=to(authority="Court (invented)")
    )
    with acting_as(w.chinese):
        held = allocating.allocations_of(w.chinese, handover, [first.pk, second.pk])
        assert [held[one.pk].authority for one in (first, second)] == [
            "Court (invented)",
            "Police of Kunming (invented)",
        ]
    for actor in (w.thai, w.supervisor, w.viet):
        with acting_as(actor):
            assert Allocation.objects.visible_to(actor).count() == 0
            assert Allocation.objects.count() == 0, "nor by raw SQL"
        with pytest.raises(HandoverRequest.DoesNotExist):
            allocating.allocate(actor=actor, handover_id=handover.uuid, subject_ids=moved, to=to())
    for wrong in ([], [third.uuid], [uuid.uuid4()]):
        with pytest.raises(InvalidInput) as caught:
            allocating.allocate(actor=w.chinese, handover_id=handover.uuid, subject_ids=wrong, to=to())
        assert caught.value.field == "subject_ids"
    event = AuditEvent.objects.filter(verb="handover.allocation_recorded").earliest("pk")
    assert event.owner_country_id == handover.requesting_id


def test_an_assurance_names_who_gave_it_and_a_report_on_it_is_owed(w: World) -> None:
    boss = officer("CN", "supervisor")
    asked = w.draft(procedure="EXTRADITION")
    sending.propose(actor=w.chinese, handover_id=asked.uuid)
    sending.send(actor=boss, handover_id=asked.uuid)
    proceeding.acknowledge(actor=w.thai, handover_id=asked.uuid)
    proceeding.review(actor=w.thai, handover_id=asked.uuid)
    handover = deciding.approve(actor=w.supervisor, handover_id=asked.uuid)
    promise = Promise("Supreme court (invented)", timezone.localdate(), "No death penalty (invented)")
    for actor, error in ((w.chinese, DomainError), (w.supervisor, DomainError)):
        with pytest.raises((HandoverRequest.DoesNotExist, error)):
            assuring.record_assurance(actor=actor, handover_id=handover.uuid, promise=promise)
    row = assuring.record_assurance(actor=boss, handover_id=handover.uuid, promise=promise)
    duties = owe(w, handover, kind="ASSURANCE", whom=[], assurance_id=row.uuid)
    say(w.chinese, handover, duties, outcome="KEPT", text="Kept (invented)")
    with acting_as(w.thai):
        assert Assurance.objects.visible_to(w.thai).get().given_by == "Supreme court (invented)"
    for field, changed in (
        ("given_by", Promise(" ", timezone.localdate(), "x")),
        ("assurances", Promise("Court", timezone.localdate(), " ")),
        ("given_on", Promise("Court", timezone.localdate() + dt.timedelta(days=2), "x")),
    ):
        with pytest.raises(InvalidInput) as caught:
            assuring.record_assurance(actor=boss, handover_id=handover.uuid, promise=changed)
        assert caught.value.field == field


def test_the_pages_record_report_and_show(w: World, handover: HandoverRequest) -> None:
    def page(name: str, *more: Any) -> str:
        return reverse(f"handovers:{name}", args=[handover.uuid, *more])

    thai, chinese, viet = signed_in(w.thai), signed_in(w.chinese), signed_in(w.viet)
    shown = thai.get(page("following")).content.decode()
    assert "No duty is recorded yet." in shown
    subject = persons(w, handover)[0]
    given = {"kind": "TRIAL", "owed_by": "CN", "source": SOURCE, "subject_ids": [str(subject.uuid)]}
    token = thai.get(page("add_duty")).context["form"].initial["once"]
    assert thai.post(page("add_duty"), {**given, "once": token, "source": ""}).status_code == 422
    assert thai.post(page("add_duty"), {**given, "once": token, "due_on": "2569-12-31"}).status_code == 302
    with acting_as(w.thai):
        duty = Duty.objects.get()
    assert duty.due_on == dt.date(2026, 12, 31), "a year of the Buddhist era is read as one"
    assert page("report", duty.uuid) in chinese.get(page("following")).content.decode()
    form = chinese.get(page("report", duty.uuid)).context["form"]
    report = {
        "duty_ids": [str(duty.uuid)],
        "outcome": "ACQUITTED",
        "on": timezone.localdate().isoformat(),
        "text": "Acquitted for want of evidence (invented)",
        "once": form.initial["once"],
    }
    assert thai.get(page("report", duty.uuid)).status_code == 404
    assert chinese.post(page("report", duty.uuid), report).status_code == 302
    assert "want of evidence" in thai.get(page("following")).content.decode()
    taken = {"subject_ids": [str(subject.uuid)], "authority": "OURS ALONE", "on": "2026-11-01"}
    assert chinese.post(page("allocate"), taken).status_code == 302
    assert "OURS ALONE" in chinese.get(page("following")).content.decode()
    assert "OURS ALONE" not in thai.get(page("following")).content.decode()
    for name in ("following", "add_duty", "allocate"):
        assert viet.get(page(name)).status_code == 404


def test_the_page_asks_as_much_for_many_as_for_few(
    w: World, handover: HandoverRequest, django_assert_num_queries: Any
) -> None:
    def asked() -> int:
        from django.test.utils import CaptureQueriesContext

        with acting_as(w.thai), CaptureQueriesContext(connection) as queries:
            followed.following_of(w.thai, handover)
        return len(queries)

    owe(w, handover)
    few = asked()
    for _time in range(10):
        say(w.chinese, handover, owe(w, handover))
    assert asked() == few
