"""Rule: nobody is moved before what must be known of the person is known, and no officer passes over a check alone."""

from __future__ import annotations

import datetime as dt
from typing import Any

import psycopg
import pytest
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from lmc_cases.audit.models import AuditEvent
from lmc_cases.core.errors import InvalidInput
from lmc_cases.handovers.checks import CHECKS, Ask, Effect, Kind, asked_of, check_of
from lmc_cases.handovers.models import HandoverNote, HandoverRequest, PersonCheck, PersonCheckGrounds
from lmc_cases.handovers.procedures import Procedure
from lmc_cases.handovers.services import checking, deciding, noting, reading, surrendering
from lmc_cases.handovers.services.checking import Findings, NotExcepted
from lmc_cases.handovers.services.gates import GateClosed
from lmc_cases.handovers.services.standing import standings_of
from lmc_cases.handovers.states import WrongState
from lmc_cases.jurisdictions.access import acting_as
from tests.factories import officer
from tests.handovers.samples import CARE, World, pass_checks, passing, world
from tests.harness.shared_worlds import once_per_module

pytestmark = pytest.mark.django_db
Missing = HandoverRequest.DoesNotExist
FULL = {
    "language": "ไทย",
    "interpreter": "Invented",
    "indicators": ("NONE",),
    "decision_maker": "Judge (invented)",
    "follow_up": "Doctor (invented)",
    **CARE,
}


built, w = once_per_module(lambda: world(evidence=0, with_photo=False))


@pytest.fixture
def planned(w: World) -> HandoverRequest:
    handover = w.acknowledged()
    deciding.approve(actor=w.supervisor, handover_id=handover.uuid)
    return surrendering.plan(
        actor=w.thai, handover_id=handover.uuid, at=timezone.now() + dt.timedelta(days=2), place="Bridge"
    )


def put(
    actor: Any, handover: HandoverRequest, kind: str, outcome: str, position: int = 1, **more: Any
) -> PersonCheck:
    findings = Findings(reason="seen (invented)", **{**FULL, **more})
    return checking.record_check(
        actor=actor,
        handover_id=handover.uuid,
        subject_id=handover.subjects.get(position=position).uuid,
        kind=kind,
        outcome=outcome,
        on=timezone.localdate(),
        findings=findings,
    )


def missing(handover: HandoverRequest, position: int = 1) -> list[str]:
    return [row.check.kind.value for row in standings_of(handover)[position - 1].missing]


def test_every_person_needs_every_check_and_the_refusal_names_them(
    w: World, planned: HandoverRequest
) -> None:
    for subject in planned.subjects.order_by("position")[:2]:
        pass_checks(w.thai, w.supervisor, planned, subject.uuid)
    with pytest.raises(GateClosed) as caught:
        surrendering.clear(actor=w.supervisor, handover_id=planned.uuid)
    said = str(caught.value)
    assert "S1" not in said
    for check in asked_of(planned.procedure, is_minor=False):
        assert str(check.kind.label) in said.partition("S3:")[2]
    pass_checks(w.thai, w.supervisor, planned, planned.subjects.get(position=3).uuid)
    assert surrendering.clear(actor=w.supervisor, handover_id=planned.uuid).status == "CLEARED"


@pytest.mark.parametrize("left_out", [kind for kind in Kind if kind not in {Kind.CONSENT, Kind.MINOR_CARE}])
def test_each_check_alone_holds_a_person_back(w: World, planned: HandoverRequest, left_out: Kind) -> None:
    for subject in planned.subjects.all():
        pass_checks(w.thai, w.supervisor, planned, subject.uuid)
    open_ones = [each for each in check_of(left_out).outcomes if each.effect == Effect.OPEN]  # type: ignore[union-attr]
    actor = w.supervisor if left_out == Kind.SECOND_SCREENING else w.thai
    put(actor, planned, left_out, open_ones[0].code)
    with pytest.raises(GateClosed, match=str(left_out.label)):
        surrendering.clear(actor=w.supervisor, handover_id=planned.uuid)


def test_a_check_that_turns_bad_after_the_clearing_stops_the_handover(
    w: World, planned: HandoverRequest
) -> None:
    for subject in planned.subjects.all():
        pass_checks(w.thai, w.supervisor, planned, subject.uuid)
    surrendering.clear(actor=w.supervisor, handover_id=planned.uuid)
    put(w.thai, planned, "HEALTH", "UNFIT")
    with pytest.raises(GateClosed, match="S1: Health"):
        surrendering.record_handed_over(
            actor=w.thai,
            handover_id=planned.uuid,
            at=timezone.now(),
            place="Bridge",
            subject_ids=[planned.subjects.get(position=1).uuid],
        )


def test_a_minor_needs_guardian_separate_escort_and_what_serves_the_child_best(
    w: World, planned: HandoverRequest
) -> None:
    assert "MINOR_CARE" not in missing(planned)
    # One side's word that it is a child is enough: the other cannot talk it away.
    put(w.chinese, planned, "AGE", "MINOR")
    put(w.thai, planned, "AGE", "ADULT")
    assert "MINOR_CARE" in missing(planned)
    assert [row.disagree for row in standings_of(planned)[0].rows if row.check.kind == "AGE"] == [True]
    for field in CARE:
        with pytest.raises(InvalidInput) as caught:
            put(w.thai, planned, "MINOR_CARE", "ARRANGED", **{field: " "})
        assert caught.value.field == field
    put(w.thai, planned, "MINOR_CARE", "ARRANGED")
    assert "MINOR_CARE" not in missing(planned)


def test_an_outcome_is_not_recorded_without_what_it_asks_for(w: World, planned: HandoverRequest) -> None:
    blank: dict[str, Any] = {
        ask.value: () if ask == Ask.INDICATORS else " " for ask in Ask if ask != Ask.CARE
    }
    blank.update(dict.fromkeys(CARE, ""))
    for check in CHECKS:
        if check.by_another:
            put(w.supervisor, planned, check.by_another, "NOT_VICTIM")
        for outcome in check.outcomes:
            for ask in outcome.asks:
                fields = list(CARE) if ask == Ask.CARE else [ask.value]
                for field in fields:
                    with pytest.raises(InvalidInput) as caught:
                        put(w.thai, planned, check.kind, outcome.code, **{field: blank[field]})
                    assert caught.value.field == field
    with pytest.raises(InvalidInput):
        checking.record_check(
            actor=w.thai,
            handover_id=planned.uuid,
            subject_id=planned.subjects.get(position=1).uuid,
            kind="AGE",
            outcome="ADULT",
            on=timezone.localdate(),
            findings=Findings(reason=" \n "),
        )
    with pytest.raises(InvalidInput, match="nothing was"):
        put(w.thai, planned, "SCREENING", "NOT_VICTIM", indicators=("NONE", "DEBT"))


def test_the_second_opinion_is_another_officers(w: World, planned: HandoverRequest) -> None:
    with pytest.raises(InvalidInput, match="screening first"):
        put(w.supervisor, planned, "SECOND_SCREENING", "NOT_VICTIM")
    put(w.thai, planned, "SCREENING", "NOT_VICTIM")
    with pytest.raises(InvalidInput, match="Another officer"):
        put(w.thai, planned, "SECOND_SCREENING", "NOT_VICTIM")
    put(w.supervisor, planned, "SECOND_SCREENING", "NOT_VICTIM")
    assert "SECOND_SCREENING" not in missing(planned)


@pytest.mark.parametrize("finder", ["thai", "chinese"])
@pytest.mark.parametrize("outcome", ["PRESUMED", "VICTIM"])
def test_a_victim_leaves_the_procedure_and_nobody_brings_the_person_back(
    w: World, planned: HandoverRequest, finder: str, outcome: str
) -> None:
    for subject in planned.subjects.all():
        pass_checks(w.thai, w.supervisor, planned, subject.uuid)
    put(getattr(w, finder), planned, "SCREENING", outcome)
    assert planned.subjects.get(position=1).outcome == "VICTIM_TRACK"
    for actor in (w.thai, w.chinese):
        put(actor, planned, "SCREENING", "NOT_VICTIM")
    assert planned.subjects.get(position=1).outcome == "VICTIM_TRACK"
    put(w.chinese, planned, "SCREENING", outcome)
    with pytest.raises(NotExcepted):
        checking.propose_exception(
            actor=w.thai,
            handover_id=planned.uuid,
            subject_id=planned.subjects.get(position=1).uuid,
            kind="SCREENING",
            reason="hurry",
        )
    surrendering.clear(actor=w.supervisor, handover_id=planned.uuid)
    with pytest.raises(InvalidInput):
        surrendering.record_handed_over(
            actor=w.thai,
            handover_id=planned.uuid,
            at=timezone.now(),
            place="Bridge",
            subject_ids=[planned.subjects.get(position=1).uuid],
        )


def test_who_must_not_be_returned_is_held_whatever_anybody_proposes(
    w: World, planned: HandoverRequest
) -> None:
    for subject in planned.subjects.all():
        pass_checks(w.thai, w.supervisor, planned, subject.uuid)
    put(w.thai, planned, "NON_REFOULEMENT", "MAY_NOT_RETURN")
    with pytest.raises(NotExcepted):
        checking.propose_exception(
            actor=w.thai,
            handover_id=planned.uuid,
            subject_id=planned.subjects.get(position=1).uuid,
            kind="NON_REFOULEMENT",
            reason="hurry",
        )
    with pytest.raises(GateClosed, match="Non-refoulement"):
        surrendering.clear(actor=w.supervisor, handover_id=planned.uuid)


def test_an_exception_needs_two_officers_of_the_holding_country(w: World, planned: HandoverRequest) -> None:
    for subject in planned.subjects.all():
        pass_checks(w.thai, w.supervisor, planned, subject.uuid)
    put(w.thai, planned, "LAWYER", "NOT_AVAILABLE")
    about = {
        "handover_id": planned.uuid,
        "subject_id": planned.subjects.get(position=1).uuid,
        "kind": "LAWYER",
    }
    for stranger in (w.chinese, officer("CN", "supervisor"), w.thai_prosecutor, w.viet):
        with pytest.raises(Missing):
            checking.propose_exception(actor=stranger, reason="none within 300 km", **about)
    checking.propose_exception(actor=w.supervisor, reason="none within 300 km", **about)
    with pytest.raises(GateClosed):
        surrendering.clear(actor=w.supervisor, handover_id=planned.uuid)
    with pytest.raises(NotExcepted):
        checking.confirm_exception(actor=w.supervisor, **about)
    with pytest.raises(Missing):
        checking.confirm_exception(actor=w.thai, **about)
    checking.confirm_exception(actor=officer("TH", "supervisor"), **about)
    assert surrendering.clear(actor=w.supervisor, handover_id=planned.uuid).status == "CLEARED"
    verbs = set(AuditEvent.objects.filter(case_uuid=w.case.uuid).values_list("verb", flat=True))
    assert {"handover.exception_proposed", "handover.exception_confirmed"} <= verbs


def test_neither_side_overwrites_or_reads_the_grounds_of_the_other(
    w: World, planned: HandoverRequest
) -> None:
    mine = put(w.thai, planned, "NON_REFOULEMENT", "UNDECIDED")
    open_ground = put(w.thai, planned, "IDENTITY", "CONFIRMED")
    theirs = put(w.chinese, planned, "HEALTH", "FIT")
    for reader, hidden in ((w.chinese, mine), (w.thai, theirs)):
        with acting_as(reader):
            assert PersonCheck.objects.visible_to(reader).filter(pk=hidden.pk).exists()
            assert not PersonCheckGrounds.objects.visible_to(reader).filter(pk=hidden.pk).exists()
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT count(*) FROM handovers_personcheckgrounds WHERE check_row_id = %s", [hidden.pk]
                )
                assert cursor.fetchone() == (0,)
    with acting_as(w.chinese):
        assert PersonCheckGrounds.objects.visible_to(w.chinese).filter(pk=open_ground.pk).exists()
    subject = planned.subjects.get(position=1)
    rows = {row.standing.check.kind: row for row in reading.checks_of_person(w.chinese, planned, subject)}
    assert rows[Kind.NON_REFOULEMENT].sending_grounds is None
    assert rows[Kind.IDENTITY].sending_grounds is not None


def test_checks_and_notes_are_never_changed_and_never_deleted(
    w: World, planned: HandoverRequest, superuser_url: str
) -> None:
    put(w.thai, planned, "AGE", "ADULT")
    noting.add_note(actor=w.thai, handover_id=planned.uuid, text="memo", language="en")
    for model in (PersonCheck, PersonCheckGrounds, HandoverNote):
        with acting_as(w.thai), connection.cursor() as cursor:
            for act in (
                f"UPDATE {model._meta.db_table} SET country_id = country_id",
                f"DELETE FROM {model._meta.db_table}",
            ):
                with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                    cursor.execute(act)
    with psycopg.connect(superuser_url) as looking:
        row = looking.execute(
            "SELECT count(*) FROM pg_trigger WHERE tgname = 'never_changed' AND tgenabled = 'O'"
            " AND tgrelid::regclass::text = ANY(%s)",
            [[model._meta.db_table for model in (PersonCheck, PersonCheckGrounds, HandoverNote)]],
        ).fetchone()
    assert row == (3,)


def test_notes_are_for_one_side_alone(w: World) -> None:
    handover = w.submitted()
    noting.add_note(actor=w.thai, handover_id=handover.uuid, text="ours", language="th")
    noting.add_note(actor=w.chinese, handover_id=handover.uuid, text="theirs", language="zh-hans")
    for reader, text in ((w.supervisor, "ours"), (w.chinese_prosecutor, "theirs")):
        with acting_as(reader):
            assert [note.text for note in reading.notes_of(reader, handover)] == [text]
            with connection.cursor() as cursor:
                cursor.execute("SELECT text FROM handovers_handovernote")
                assert cursor.fetchall() == [(text,)]
    for stranger in (w.viet, w.thai_prosecutor):
        with pytest.raises(Missing):
            noting.add_note(actor=stranger, handover_id=handover.uuid, text="x", language="en")
    # Not even that there is one is told.
    other = AuditEvent.objects.visible_to(officer("CN", "auditor")).filter(verb="handover.note_added")
    assert {event.actor_country.code for event in other if event.actor_country} <= {"CN"}


def test_nothing_is_checked_before_the_request_is_sent_and_after_it_is_over(w: World) -> None:
    draft = w.draft()
    with pytest.raises(WrongState):
        put(w.chinese, draft, "AGE", "ADULT")
    handover = w.submitted()
    put(w.chinese, handover, "AGE", "ADULT")
    surrendering.withdraw(actor=w.chinese, handover_id=handover.uuid, reason="over")
    with pytest.raises(WrongState):
        put(w.thai, handover, "AGE", "ADULT")
    for stranger in (w.viet, w.thai_prosecutor):
        with pytest.raises(Missing):
            put(stranger, handover, "AGE", "ADULT")


def test_every_procedure_asks_for_what_its_persons_need() -> None:
    for procedure in Procedure:
        kinds = {check.kind for check in asked_of(procedure, is_minor=True)}
        assert {
            Kind.IDENTITY,
            Kind.AGE,
            Kind.MINOR_CARE,
            Kind.NON_REFOULEMENT,
            Kind.HEALTH,
            Kind.RIGHTS,
        } <= kinds
        assert (Kind.SCREENING in kinds) == (procedure != Procedure.VICTIM_REPATRIATION)
        assert (Kind.CONSENT in kinds) == (
            procedure
            in {Procedure.VOLUNTARY_RETURN, Procedure.VICTIM_REPATRIATION, Procedure.SENTENCED_TRANSFER}
        )
    assert all(passing(check.kind)[0] for check in CHECKS)
