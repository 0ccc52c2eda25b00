"""Rule: a list of hundreds takes as many statements as a short one; and nobody is checked in a crowd who must not be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from lmc_cases.audit.canonical import canonical_of
from lmc_cases.audit.models import AuditEvent
from lmc_cases.audit.services.recording import facts_of
from lmc_cases.core.errors import InvalidInput
from lmc_cases.handovers.checks import Kind
from lmc_cases.handovers.models import HandoverRequest, HandoverSubject, PersonCheck, PersonCheckGrounds
from lmc_cases.handovers.procedures import Procedure
from lmc_cases.handovers.services import checking, deciding, proceeding, sending, surrendering, whole_lists
from lmc_cases.handovers.services.checking_many import (
    outcomes_together,
    persons_together,
    record_check_of_many,
    waiting_together,
)
from lmc_cases.handovers.services.standing import standings_of
from lmc_cases.handovers.services.whole_lists import LeftOut, ListChanged, Whom
from lmc_cases.handovers.states import WrongState
from lmc_cases.jurisdictions.access import acting_as
from lmc_cases.suspects.models import Suspect
from lmc_cases.suspects.services.bulk import insert_suspects
from tests.factories import officer, share
from tests.handovers.many_samples import Crowd, crowd, people
from tests.handovers.samples import passing

pytestmark = pytest.mark.django_db
FEW, MANY = 4, 120
Missing = HandoverRequest.DoesNotExist


def statements(act: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as captured:
        act()
    return len(captured)


def life_of(count: int) -> dict[str, int]:
    """Statements of each step of a request of ``count`` persons, from the draft to the crossing."""
    c = crowd(count)
    costs: dict[str, int] = {}
    made: list[HandoverRequest] = []
    costs["draft"] = statements(lambda: made.extend(c.drafts()))
    key = made[0].uuid
    costs["submit"] = statements(lambda: sending.submit(actor=c.chinese, handover_id=key))
    proceeding.acknowledge(actor=c.thai, handover_id=key)
    costs["approve"] = statements(lambda: deciding.approve(actor=c.supervisor, handover_id=key))
    plan = {"actor": c.thai, "handover_id": key, "place": "Bridge (invented)"}
    later = timezone.now() + dt.timedelta(days=1)
    surrendering.plan(at=later, **plan)
    ids = ids_of(c, made[0])
    costs["check"] = statements(lambda: rights(c, made[0], ids))
    left = dict.fromkeys(ids, "NOT_COLLECTED")
    crossed = {"actor": c.thai, "handover_id": key, "at": timezone.now(), "place": "Bridge (invented)"}
    costs["cross"] = statements(
        lambda: surrendering.record_crossed(
            outcomes=left, reasons=dict.fromkeys(left, "not there"), **crossed
        )
    )
    costs["plan again"] = statements(lambda: surrendering.plan(at=later, **plan))
    return costs


def ids_of(c: Crowd, handover: HandoverRequest) -> list[UUID]:
    with acting_as(c.thai):
        return list(handover.subjects.order_by("position").values_list("uuid", flat=True))


def rights(c: Crowd, handover: HandoverRequest, ids: list[UUID], **changes: Any) -> int:
    outcome, findings = passing(Kind.RIGHTS)
    given = {
        "actor": c.thai,
        "handover_id": handover.uuid,
        "kind": Kind.RIGHTS.value,
        "outcomes": dict.fromkeys(ids, outcome),
        "on": timezone.localdate(),
        "findings": findings,
        **changes,
    }
    return record_check_of_many(**given)


def test_steps_of_a_long_request_take_as_many_statements_as_of_a_short_one() -> None:
    life_of(FEW)  # what a process asks once is asked here
    assert life_of(MANY) == life_of(FEW)


@pytest.fixture
def c() -> Crowd:
    return crowd(8)


@pytest.fixture
def handover(c: Crowd) -> HandoverRequest:
    return c.granted(c.drafts()[0])


# --- requests of a whole list ----------------------------------------------------------------
def test_a_list_is_asked_for_in_requests_of_n(c: Crowd) -> None:
    made = c.drafts(size=3)
    with acting_as(c.chinese):
        assert [each.subjects.count() for each in made] == [3, 3, 2]
        asked = [uuid for each in made for uuid in each.subjects.values_list("suspect_uuid", flat=True)]
        assert len(set(asked)) == 8
    drafted = AuditEvent.objects.filter(verb="handover.drafted", object_uuid__in=[e.uuid for e in made])
    assert drafted.count() == 3


def test_nobody_is_asked_for_twice_and_nobody_protected_at_all(c: Crowd) -> None:
    with acting_as(c.thai):
        Suspect.objects.filter(case=c.case, number=1).update(category=Suspect.Category.VICTIM)
        Suspect.objects.filter(case=c.case, number=2).update(is_limited=True)
    c.drafts(size=3)
    seen = whole_lists.looked_at(
        actor=c.chinese, case_id=c.case.uuid, whom=Whom(), procedure="POLICE_HANDOVER", size=3
    )
    assert not seen.batches
    assert seen.left_out == {LeftOut.PROTECTED: 1, LeftOut.LIMITED: 1, LeftOut.ASKED: 6}


def test_persons_are_chosen_by_import_and_nationality() -> None:
    c = crowd(6, nationalities=("CN", "VN"))
    insert_suspects(
        actor=c.thai,
        case_id=c.case.uuid,
        rows=people(4, nationalities=("CN",), start=100),
        import_run=uuid4(),
    )
    look = {"actor": c.chinese, "case_id": c.case.uuid, "procedure": "POLICE_HANDOVER", "size": 100}
    assert whole_lists.looked_at(whom=Whom(), **look).persons == 10
    assert whole_lists.looked_at(whom=Whom(import_run=c.run), **look).persons == 6
    assert whole_lists.looked_at(whom=Whom(import_run=c.run, nationality="VN"), **look).persons == 3
    assert [each.persons for each in whole_lists.imports_of(c.chinese, c.case)] == [4, 6]


def test_an_own_list_is_offered_by_destination() -> None:
    c = crowd(9, nationalities=("CN", "VN", "KH"))
    share(c.thai, c.case, "VN")
    look = {"actor": c.thai, "case_id": c.case.uuid, "whom": Whom(), "procedure": "REMOVAL", "size": 2}
    seen = whole_lists.looked_at(**look)
    assert [(each.receiving.code, len(each.suspect_ids)) for each in seen.batches] == [
        ("CN", 2),
        ("CN", 1),
        ("VN", 2),
        ("VN", 1),
    ]
    assert seen.left_out == {LeftOut.NO_COUNTRY: 3}
    made = whole_lists.draft_whole_list(mark=seen.mark, **look, **c.words)
    assert [(each.requesting.code, each.is_offer) for each in made] == [
        ("CN", True),
        ("CN", True),
        ("VN", True),
        ("VN", True),
    ]
    with acting_as(c.chinese):
        assert not HandoverRequest.objects.visible_to(c.chinese).exists()


def test_what_was_looked_at_is_made_once_and_nothing_else(c: Crowd) -> None:
    look = {
        "actor": c.chinese,
        "case_id": c.case.uuid,
        "whom": Whom(),
        "procedure": Procedure.POLICE_HANDOVER.value,
        "size": 5,
    }
    seen = whole_lists.looked_at(**look)
    with acting_as(c.thai):
        Suspect.objects.filter(case=c.case, number=3).update(category=Suspect.Category.WITNESS)
    with pytest.raises(ListChanged):
        whole_lists.draft_whole_list(mark=seen.mark, **look, **c.words)
    again = whole_lists.looked_at(**look)
    first = whole_lists.draft_whole_list(mark=again.mark, list_id=uuid4(), **look, **c.words)
    assert sum(each.subjects.count() for each in first) == 7


def test_a_form_sent_twice_makes_one_set_of_drafts(c: Crowd) -> None:
    look = {
        "actor": c.chinese,
        "case_id": c.case.uuid,
        "whom": Whom(),
        "procedure": Procedure.POLICE_HANDOVER.value,
        "size": 5,
    }
    seen, key = whole_lists.looked_at(**look), uuid4()
    calls = [whole_lists.draft_whole_list(mark=seen.mark, list_id=key, **look, **c.words) for _ in range(2)]
    assert [each.pk for each in calls[0]] == [each.pk for each in calls[1]]


# --- one check for many ------------------------------------------------------------------------
def test_each_person_gets_a_row_grounds_and_an_audit_event(c: Crowd, handover: HandoverRequest) -> None:
    ids = ids_of(c, handover)
    assert rights(c, handover, ids) == 8
    with acting_as(c.thai):
        rows = list(PersonCheck.objects.filter(handover=handover))
        assert {row.subject.uuid for row in rows} == set(ids)
        assert PersonCheckGrounds.objects.filter(check_row__in=rows, language="ไทย").count() == 8
    events = AuditEvent.objects.filter(verb="handover.check_recorded", case_uuid=c.case.uuid)
    assert {event.object_uuid for event in events} == {row.uuid for row in rows}
    assert {event.codes["subject"] for event in events} == {str(each) for each in ids}
    # What is sealed of each is what its row says, as of an event written alone.
    assert all(bytes(event.canonical) == canonical_of(facts_of(event), event.occurred_at) for event in events)
    assert {event.recipient_country_id for event in events} == {c.chinese.country.pk}


def test_sent_twice_it_is_recorded_once(c: Crowd, handover: HandoverRequest) -> None:
    ids = ids_of(c, handover)
    assert [rights(c, handover, ids), rights(c, handover, ids)] == [8, 0]


def test_some_may_have_an_outcome_of_their_own(c: Crowd, handover: HandoverRequest) -> None:
    first, *others = ids_of(c, handover)
    rights(c, handover, [], outcomes={first: "NOT_GIVEN", **dict.fromkeys(others, "GIVEN")})
    with acting_as(c.thai):
        people_ = standings_of(handover)
    missing = [Kind.RIGHTS in {row.check.kind for row in each.missing} for each in people_]
    assert missing == [True, *[False] * 7]
    # What was left open may be recorded with others again, what was passed may not.
    check = next(each.check for each in waiting_together(c.thai, handover) if each.check.kind == Kind.RIGHTS)
    assert [each.uuid for each in persons_together(c.thai, handover, check)[0]] == [first]
    with pytest.raises(InvalidInput, match="checked before"):
        rights(c, handover, ids_of(c, handover), outcomes=dict.fromkeys(others, "NOT_GIVEN"))


@pytest.mark.parametrize("kind", [Kind.NON_REFOULEMENT, Kind.MINOR_CARE, Kind.CONSENT])
def test_a_decision_about_one_person_is_never_recorded_for_many(
    c: Crowd, handover: HandoverRequest, kind: Kind
) -> None:
    outcome, findings = passing(kind)
    with pytest.raises(InvalidInput, match="one person at a time"):
        rights(
            c,
            handover,
            [],
            kind=kind.value,
            outcomes=dict.fromkeys(ids_of(c, handover), outcome),
            findings=findings,
        )


@pytest.mark.parametrize(
    ("kind", "outcome"), [("SCREENING", "VICTIM"), ("SCREENING", "PRESUMED"), ("IDENTITY", "OTHER_PERSON")]
)
def test_no_crowd_is_found_to_be_victims_or_stopped(
    c: Crowd, handover: HandoverRequest, kind: str, outcome: str
) -> None:
    _code, findings = passing(kind)
    with pytest.raises(InvalidInput, match="one person at a time"):
        rights(
            c,
            handover,
            [],
            kind=kind,
            outcomes=dict.fromkeys(ids_of(c, handover), outcome),
            findings=findings,
        )


def test_who_may_be_a_child_is_checked_alone() -> None:
    c = crowd(3)
    young = f"{timezone.localdate().year - 16}-01-02"
    insert_suspects(
        actor=c.thai, case_id=c.case.uuid, rows=people(1, start=50, birth=young), import_run=uuid4()
    )
    handover = c.granted(c.drafts()[0])
    ids = ids_of(c, handover)
    with pytest.raises(InvalidInput, match="may be children"):
        rights(c, handover, ids)
    assert rights(c, handover, ids[:3]) == 3
    outcome, findings = passing(Kind.AGE)
    checking.record_check(
        actor=c.thai,
        handover_id=handover.uuid,
        subject_id=ids[3],
        kind="AGE",
        outcome=outcome,
        on=timezone.localdate(),
        findings=findings,
    )
    assert rights(c, handover, ids[3:]) == 1


def test_who_was_found_a_victim_by_the_other_side_is_not_screened_in_a_crowd(
    c: Crowd, handover: HandoverRequest
) -> None:
    """The finding takes the person out: nobody screens the person with others afterwards."""
    ids = ids_of(c, handover)
    _code, findings = passing(Kind.SCREENING)
    one = {"handover_id": handover.uuid, "on": timezone.localdate(), "findings": findings}
    checking.record_check(actor=c.chinese, subject_id=ids[0], kind="SCREENING", outcome="PRESUMED", **one)
    with pytest.raises(InvalidInput, match="persons of this request"):
        rights(
            c, handover, [], kind="SCREENING", outcomes=dict.fromkeys(ids, "NOT_VICTIM"), findings=findings
        )


def test_the_second_opinion_is_another_officers(c: Crowd, handover: HandoverRequest) -> None:
    ids = ids_of(c, handover)
    outcome, findings = passing(Kind.SCREENING)
    seen = {"outcomes": dict.fromkeys(ids, outcome), "findings": findings}
    with pytest.raises(InvalidInput, match="screening first"):
        rights(c, handover, [], kind="SECOND_SCREENING", **seen)
    rights(c, handover, [], kind="SCREENING", **seen)
    with pytest.raises(InvalidInput, match="Another officer"):
        rights(c, handover, [], kind="SECOND_SCREENING", **seen)
    assert rights(c, handover, [], actor=c.supervisor, kind="SECOND_SCREENING", **seen) == 8


def test_what_an_outcome_asks_for_is_asked_of_a_crowd_too(c: Crowd, handover: HandoverRequest) -> None:
    ids = ids_of(c, handover)
    silent = checking.Findings(reason="seen (invented)")
    with pytest.raises(InvalidInput) as caught:
        rights(c, handover, ids, findings=silent)
    assert caught.value.field == "language"
    with pytest.raises(InvalidInput):
        rights(c, handover, ids, on=timezone.localdate() + dt.timedelta(days=1))
    with pytest.raises(InvalidInput):
        rights(c, handover, [uuid4()])
    with pytest.raises(InvalidInput):
        rights(c, handover, [])
    with acting_as(c.thai):
        assert not PersonCheck.objects.filter(handover=handover).exists()


def test_a_third_country_and_a_reader_find_nothing(c: Crowd, handover: HandoverRequest) -> None:
    ids = ids_of(c, handover)
    for actor in (officer("VN"), officer("TH", "prosecutor")):
        with pytest.raises(Missing):
            rights(c, handover, ids, actor=actor)


def test_an_ended_request_is_not_checked(c: Crowd, handover: HandoverRequest) -> None:
    ids = ids_of(c, handover)
    surrendering.withdraw(actor=c.chinese, handover_id=handover.uuid, reason="over")
    with pytest.raises(WrongState):
        rights(c, handover, ids)


def test_outcomes_for_many_clear_or_leave_open() -> None:
    from lmc_cases.handovers.checks import CHECKS, Effect

    for check in CHECKS:
        for code, _label in outcomes_together(check):
            found = check.outcome(code)
            assert found is not None
            assert found.effect in {Effect.CLEARS, Effect.OPEN}


# --- left behind -------------------------------------------------------------------------------
def crossed(c: Crowd, handover: HandoverRequest, moved: int) -> list[UUID]:
    """Carry the request out for the first ``moved`` persons; the others were not collected."""
    c.checked(handover)
    ids = ids_of(c, handover)
    outcomes = {each: "HANDED_OVER" if place < moved else "NOT_COLLECTED" for place, each in enumerate(ids)}
    surrendering.record_crossed(
        actor=c.thai,
        handover_id=handover.uuid,
        at=timezone.now(),
        place="Bridge (invented)",
        outcomes=outcomes,
        reasons=dict.fromkeys(ids[moved:], "not there"),
    )
    return ids


def plan_again(c: Crowd, handover: HandoverRequest) -> HandoverRequest:
    return surrendering.plan(
        actor=c.thai,
        handover_id=handover.uuid,
        at=timezone.now() + dt.timedelta(days=2),
        place="Bridge (invented)",
    )


def test_who_was_left_behind_is_planned_again_after_others_were_handed_over() -> None:
    c = crowd(3)
    handover = c.granted(c.drafts()[0])
    ids = crossed(c, handover, 2)
    again = plan_again(c, handover)
    assert again.status == "PLANNED"
    with acting_as(c.thai):
        outcomes = dict(handover.subjects.values_list("uuid", "outcome"))
        assert outcomes == {ids[0]: "HANDED_OVER", ids[1]: "HANDED_OVER", ids[2]: "GRANTED"}
    surrendering.record_crossed(
        actor=c.thai,
        handover_id=handover.uuid,
        at=timezone.now(),
        place="Bridge (invented)",
        outcomes={ids[2]: "HANDED_OVER"},
        reasons={},
    )
    with acting_as(c.thai):
        assert HandoverRequest.objects.get(pk=handover.pk).status == "HANDED_OVER"


def test_where_everybody_was_handed_over_nothing_is_planned() -> None:
    from lmc_cases.handovers.services.gates import GateClosed
    from lmc_cases.handovers.states import possible_steps

    c = crowd(2)
    handover = c.granted(c.drafts()[0])
    crossed(c, handover, 2)
    with pytest.raises(GateClosed):
        plan_again(c, handover)
    with acting_as(c.thai):
        stands = HandoverRequest.objects.get(pk=handover.pk)
        assert not {"plan", "leave"} & {step.act for step in possible_steps(c.thai, stands)}


def test_where_the_last_of_those_left_behind_leaves_the_request_is_carried_out() -> None:
    c = crowd(2)
    handover = c.granted(c.drafts()[0])
    ids = crossed(c, handover, 1)
    plan_again(c, handover)
    left = surrendering.leave(
        actor=c.thai, handover_id=handover.uuid, subject_id=ids[1], outcome="DIED", reason="ill"
    )
    assert left.status == "HANDED_OVER"


# --- pages ---------------------------------------------------------------------------------------
@pytest.fixture
def page(client: Client, settings: Any) -> Callable[..., Any]:
    settings.SECOND_FACTOR_COMPULSORY = False

    def ask(user: Any, name: str, *keys: Any, data: Any = None, query: str = "") -> Any:
        client.force_login(user)
        path = reverse(f"handovers:{name}", args=keys) + query
        return client.get(path) if data is None else client.post(path, data)

    return ask


def test_the_page_of_a_whole_list_shows_it_before_it_makes_it(c: Crowd, page: Callable[..., Any]) -> None:
    from tests.factories import say_why

    say_why(c.chinese, c.case)
    form = page(c.chinese, "whole_list", c.case.uuid).context["form"]
    data = {
        **{name: form.initial.get(name, "") for name in ("draft_id", "import_run", "facts_language")},
        "nationality": "CN",
        "size": "5",
        "procedure": "POLICE_HANDOVER",
        "legal_basis": "invented",
        "facts": "invented",
        "instrument_id": "",
    }
    looked = page(c.chinese, "whole_list", c.case.uuid, data=data)
    assert looked.status_code == 200
    assert looked.context["seen"].persons == 8
    with acting_as(c.chinese):
        assert not HandoverRequest.objects.exists()
    made = page(c.chinese, "whole_list", c.case.uuid, data={**data, "mark": looked.context["seen"].mark})
    assert made.status_code == 302
    with acting_as(c.chinese):
        assert HandoverSubject.objects.count() == 8


def test_a_long_request_is_read_page_by_page_and_searched(page: Callable[..., Any]) -> None:
    c = crowd(MANY)
    handover = c.granted(c.drafts()[0])
    first = page(c.thai, "detail", handover.uuid)
    assert len(first.context["persons"]) == 50
    assert [each.check.kind for each in first.context["together"]][:2] == [Kind.IDENTITY, Kind.AGE]
    second = page(c.thai, "detail", handover.uuid, query=first.context["more"].partition("#")[0])
    assert {each.shown["number"] for each in second.context["persons"]} == set(range(51, 101))
    found = page(c.thai, "detail", handover.uuid, query="?q=S77")
    assert [each.shown["number"] for each in found.context["persons"]] == [77]


def test_the_page_of_many_checks_records_them(
    c: Crowd, handover: HandoverRequest, page: Callable[..., Any]
) -> None:
    screening = page(c.thai, "check_many", handover.uuid, "SCREENING").content.decode()
    # Nothing is said of a screening before an officer says it: neither who, nor what.
    assert " checked" not in screening
    shown = page(c.thai, "check_many", handover.uuid, "RIGHTS")
    ids = [str(person.subject.uuid) for person in shown.context["people"]]
    assert len(ids) == 8
    data = {
        "outcome": "GIVEN",
        "on": timezone.localdate().isoformat(),
        "reason": "read aloud (invented)",
        "language": "ไทย",
        "ids": ids[:7],
        f"outcome_{ids[0]}": "NOT_GIVEN",
    }
    assert page(c.thai, "check_many", handover.uuid, "RIGHTS", data=data).status_code == 302
    with acting_as(c.thai):
        found = PersonCheck.objects.filter(handover=handover).values_list("outcome", flat=True)
        assert sorted(found) == ["GIVEN"] * 6 + ["NOT_GIVEN"]
    refused = page(c.thai, "check_many", handover.uuid, "RIGHTS", data={**data, "language": ""})
    assert refused.status_code == 422
    assert page(c.thai, "check_many", handover.uuid, "NON_REFOULEMENT").status_code == 404
    assert page(officer("VN"), "check_many", handover.uuid, "RIGHTS").status_code == 404


def test_a_long_list_is_decided_by_numbers() -> None:
    from lmc_cases.handovers.many_forms import ApproveManyForm
    from lmc_cases.handovers.services.reading import persons_of

    c = crowd(12)
    made = c.drafts()[0]
    sending.submit(actor=c.chinese, handover_id=made.uuid)
    with acting_as(c.thai):
        waiting = persons_of(c.thai, HandoverRequest.objects.get(pk=made.pk))
    by_number = {person.shown["number"]: person.subject.uuid for person in waiting}

    def sent(**data: str) -> ApproveManyForm:
        return ApproveManyForm(data, people=waiting, restrictions=[])

    form = sent(
        numbers_REFUSED="S2, 4-5", ground_REFUSED="minor", numbers_POSTPONED="9", ground_POSTPONED="x"
    )
    assert form.is_valid(), form.errors
    assert form.outcomes == {
        **dict.fromkeys((by_number[2], by_number[4], by_number[5]), "REFUSED"),
        by_number[9]: "POSTPONED",
    }
    assert not sent(numbers_REFUSED="2").is_valid()
    assert not sent(numbers_REFUSED="99", ground_REFUSED="x").is_valid()
    assert not sent(numbers_REFUSED="x", ground_REFUSED="x").is_valid()
    both = sent(numbers_REFUSED="2", ground_REFUSED="x", numbers_POSTPONED="2", ground_POSTPONED="x")
    assert not both.is_valid()
