"""Rule: no step without its gates, and no illegal step by any path: every act in every state, by every side and role."""

from __future__ import annotations

import contextlib
import datetime as dt
import random
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from lmc_cases.accounts.models import User
from lmc_cases.core.errors import Conflict, InvalidInput
from lmc_cases.handovers import states
from lmc_cases.handovers.models import HandoverRequest, Status
from lmc_cases.handovers.procedures import OFFERED, Procedure
from lmc_cases.handovers.services import deciding, drafting, proceeding, sending, setting_aside, surrendering
from lmc_cases.handovers.services.assuring import Promise
from lmc_cases.handovers.services.gates import GATES
from lmc_cases.handovers.states import ACTS, STEPS, Gate, WrongState
from lmc_cases.jurisdictions.access import Action, acting_as
from tests.factories import officer
from tests.handovers.procedures import expected
from tests.handovers.samples import World, pass_checks, world
from tests.harness.shared_worlds import once_per_module

RIGHTS = {"e": Action.EDIT, "q": Action.REQUEST_HANDOVER, "d": Action.APPROVE_HANDOVER}
SIDES = {
    "o": states.Side.OPENING,
    "a": states.Side.ANSWERING,
    "s": states.Side.SENDING,
    "r": states.Side.RECEIVING,
}
Missing = HandoverRequest.DoesNotExist


def tomorrow() -> Any:
    return timezone.now() + dt.timedelta(days=1)


def _subject(handover: HandoverRequest) -> Any:
    open_ones = handover.subjects.exclude(outcome__in=surrendering.EXITS).order_by("position")
    return open_ones.values_list("uuid", flat=True).first()


def _pending(handover: HandoverRequest) -> Any:
    found = handover.subjects.filter(outcome="PENDING").order_by("position")
    return found.values_list("uuid", flat=True).first() or uuid.uuid4()


def _granted(handover: HandoverRequest) -> list[Any]:
    return list(handover.subjects.filter(outcome__in=("GRANTED", "TEMPORARY")).values_list("uuid", flat=True))


# Every act through its service, with input that is right.
TAKE: dict[str, Callable[[User, HandoverRequest], Any]] = {
    "edit": lambda a, h: drafting.edit_draft(
        actor=a,
        handover_id=h.uuid,
        version=h.version,
        suspect_ids=list(h.subjects.values_list("suspect_uuid", flat=True)),
        instrument_id=None,
        legal_basis="basis",
        facts="facts",
        facts_language="en",
    ),
    "propose": lambda a, h: sending.propose(actor=a, handover_id=h.uuid),
    "return_draft": lambda a, h: sending.return_draft(actor=a, handover_id=h.uuid, reason="no"),
    "submit": lambda a, h: sending.submit(actor=a, handover_id=h.uuid),
    "ask_arrest": lambda a, h: sending.ask_arrest(actor=a, handover_id=h.uuid, reason="flight"),
    "record_arrest": lambda a, h: sending.record_arrest(actor=a, handover_id=h.uuid, at=timezone.now()),
    "send": lambda a, h: sending.send(actor=a, handover_id=h.uuid),
    "acknowledge": lambda a, h: proceeding.acknowledge(actor=a, handover_id=h.uuid),
    "ask_information": lambda a, h: proceeding.ask_information(actor=a, handover_id=h.uuid, question="?"),
    "supply": lambda a, h: proceeding.supply(actor=a, handover_id=h.uuid, answer="!"),
    "review": lambda a, h: proceeding.review(actor=a, handover_id=h.uuid),
    "approve": lambda a, h: deciding.approve(actor=a, handover_id=h.uuid),
    "simplify": lambda a, h: deciding.simplify(actor=a, handover_id=h.uuid),
    "refuse": lambda a, h: deciding.refuse(actor=a, handover_id=h.uuid, reason="no"),
    "set_aside": lambda a, h: setting_aside.set_aside(actor=a, handover_id=h.uuid, subject_id=_pending(h)),
    "resume": lambda a, h: deciding.resume(actor=a, handover_id=h.uuid, reason="now"),
    "assure": lambda a, h: deciding.assure(
        actor=a,
        handover_id=h.uuid,
        promise=Promise("Supreme court (invented)", timezone.localdate(), "none executed"),
    ),
    "correct": lambda a, h: deciding.correct_disclosure(actor=a, handover_id=h.uuid, reason="again"),
    "plan": lambda a, h: surrendering.plan(actor=a, handover_id=h.uuid, at=tomorrow(), place="Bridge"),
    "clear": lambda a, h: surrendering.clear(actor=a, handover_id=h.uuid),
    "hand_over": lambda a, h: surrendering.record_handed_over(
        actor=a, handover_id=h.uuid, at=timezone.now(), place="Bridge", subject_ids=_granted(h)
    ),
    "cross": lambda a, h: surrendering.record_crossed(
        actor=a,
        handover_id=h.uuid,
        at=timezone.now(),
        place="Bridge",
        outcomes=dict.fromkeys(_granted(h), "HANDED_OVER"),
        reasons={},
    ),
    "watch": lambda a, h: surrendering.watch(actor=a, handover_id=h.uuid),
    "close": lambda a, h: surrendering.close(actor=a, handover_id=h.uuid),
    "leave": lambda a, h: surrendering.leave(
        actor=a, handover_id=h.uuid, subject_id=_subject(h), outcome="DIED", reason="ill"
    ),
    "release": lambda a, h: surrendering.release(actor=a, handover_id=h.uuid, reason="time is over"),
    "withdraw": lambda a, h: surrendering.withdraw(actor=a, handover_id=h.uuid, reason="over"),
}


def test_the_table_says_what_the_specification_says() -> None:
    for procedure in Procedure:
        table = {
            (status, step.act, side, right)
            for step in states.steps_of(procedure)
            for status in step.begins
            for side, named in SIDES.items()
            for right, action in RIGHTS.items()
            if named == step.side and action == step.action
        }
        assert {(s, a, w, r) for s, a, w, r in table if reachable(procedure, s)} == {
            row for row in expected(procedure) if reachable(procedure, row[0])
        }, procedure


def reachable(procedure: str, status: str) -> bool:
    """Whether a step of the procedure ends there, or it begins there."""
    ends = {end for step in states.steps_of(procedure) for end in step.ends if step.changes_status}
    return status in ends | {Status.DRAFT}


def test_every_act_has_a_service_here_and_every_gate_a_function() -> None:
    assert set(TAKE) == set(ACTS)
    assert set(GATES) == set(Gate)
    assert set(states.FORWARD) <= set(ACTS)


def test_no_procedure_is_a_dead_end_and_every_state_is_somebodys_turn() -> None:
    over = {Status.REFUSED, Status.CLOSED, Status.WITHDRAWN, Status.RELEASED}
    for procedure in Procedure:
        seen, todo = {Status.DRAFT.value}, [Status.DRAFT.value]
        while todo:
            here = todo.pop()
            onward = [step for step in states.steps_of(procedure) if here in step.begins]
            assert bool(onward) == (here not in over), (procedure, here)
            if here not in over:
                assert any(here in step.carries_on_from for step in onward) or here in {
                    Status.ARRESTED,
                    Status.ARREST_ASKED,
                }, (procedure, here)
            fresh = {end for step in onward for end in step.ends if step.changes_status} - seen
            seen |= fresh
            todo += fresh
        assert over - {Status.RELEASED} <= seen, procedure


built, w = once_per_module(lambda: world(evidence=1, with_photo=False))


def made(w: World, procedure: str) -> HandoverRequest:
    """A draft of a procedure: asked by China, or offered by Thailand."""
    given = {**w.arguments(), "instrument_id": None}
    if procedure not in OFFERED:
        return drafting.draft_request(actor=w.chinese, case_id=w.case.uuid, procedure=procedure, **given)
    if procedure == Procedure.VICTIM_REPATRIATION:
        given["suspect_ids"] = [w.victim.uuid]
    return drafting.draft_offer(
        actor=w.thai, case_id=w.case.uuid, share_id=w.share.uuid, procedure=procedure, **given
    )


def officers(w: World) -> dict[tuple[str, str], User]:
    """Who stands on which side (the country that sends or receives) with which right."""
    return {
        ("sends", "e"): w.thai,
        ("sends", "q"): w.thai,
        ("sends", "d"): w.supervisor,
        ("receives", "e"): w.chinese,
        ("receives", "q"): w.chinese,
        ("receives", "d"): officer("CN", "supervisor"),
    }


def put(handover: HandoverRequest, status: str) -> HandoverRequest:
    """Put it there by hand: each pair must be refused, also those no path reaches."""
    HandoverRequest.objects.filter(pk=handover.pk).update(status=status)
    handover.refresh_from_db()
    return handover


@pytest.mark.django_db
@pytest.mark.parametrize("procedure", list(Procedure))
def test_every_act_is_refused_in_every_state_that_does_not_know_it(w: World, procedure: str) -> None:
    """By the officer who could take it elsewhere: the error names the state, and nothing is written."""
    handover = made(w, procedure)
    HandoverRequest.objects.filter(pk=handover.pk).update(submitted_at=timezone.now())
    who = officers(w)
    for act in ACTS:
        step = states.step_of(procedure, act)
        if step is None:
            for actor in who.values():
                with pytest.raises(Missing):
                    TAKE[act](actor, handover)
            continue
        receives = states.is_receiving(step.side, is_offer=handover.is_offer)
        right = next(key for key, action in RIGHTS.items() if action == step.action)
        actor = who["receives" if receives else "sends", right]
        with acting_as(actor):
            for status in sorted(set(Status.values) - set(step.begins)):
                version = put(handover, status).version
                # Where the step ends it looks like a second click of the officer who wrote last: done, nothing changes.
                if status not in step.ends:
                    with pytest.raises(WrongState) as caught:
                        TAKE[act](actor, handover)
                    assert str(Status(step.begins[0]).label) in str(caught.value)
                else:
                    with contextlib.suppress(WrongState):
                        TAKE[act](actor, handover)
                handover.refresh_from_db()
                assert (handover.status, handover.version) == (status, version)


@pytest.mark.django_db
@pytest.mark.parametrize("procedure", list(Procedure))
def test_every_act_is_missing_for_the_wrong_side_and_for_the_powerless(w: World, procedure: str) -> None:
    handover = made(w, procedure)
    HandoverRequest.objects.filter(pk=handover.pk).update(submitted_at=timezone.now())
    who = officers(w)
    for step in states.steps_of(procedure):
        put(handover, step.begins[0])
        receives = states.is_receiving(step.side, is_offer=handover.is_offer)
        wrong = [user for (side, _r), user in who.items() if (side == "receives") != receives]
        powerless = w.chinese_prosecutor if receives else w.thai_prosecutor
        for actor in (*wrong, powerless, w.viet):
            with pytest.raises(Missing):
                TAKE[step.act](actor, handover)


@pytest.mark.django_db
@pytest.mark.parametrize("procedure", list(Procedure))
@pytest.mark.parametrize("seed", range(2))
def test_walks_through_a_procedure_end_where_the_table_says(w: World, procedure: str, seed: int) -> None:
    """Legal steps in an order by chance, through the services and past every gate; each is kept in the history."""
    chance = random.Random(f"{procedure}-{seed}")
    handover = made(w, procedure)
    who = {**officers(w)}
    walked: list[str] = []
    for _turn in range(40):
        with acting_as(w.thai if handover.is_offer else w.chinese):
            handover = HandoverRequest.objects.get(pk=handover.pk)
        steps = [step for step in states.steps_of(procedure) if handover.status in step.begins]
        if not steps:
            break
        # Ends come late, or most walks would be short.
        quiet = {"withdraw", "release", "refuse", "leave", "edit", "return_draft", "correct"}
        likely = [step for step in steps if step.act not in quiet] or steps
        step = chance.choice(likely if chance.random() < 0.9 else steps)
        receives = states.is_receiving(step.side, is_offer=handover.is_offer)
        right = next(key for key, action in RIGHTS.items() if action == step.action)
        actor = who["receives" if receives else "sends", right]
        if step.act in {"clear", "hand_over", "cross", "simplify"}:
            for subject in handover.subjects.exclude(outcome__in=surrendering.EXITS):
                if handover.status in states.CHECKABLE:
                    pass_checks(w.thai, w.supervisor, handover, subject.uuid, consent=True)
        before = handover.status
        try:
            with acting_as(actor):
                TAKE[step.act](actor, handover)
        except WrongState:
            pytest.fail(f"{step.act} is refused in {before}")
        except (Conflict, InvalidInput):
            # A gate: nothing has moved.
            with acting_as(actor):
                handover.refresh_from_db()
            assert handover.status == before
            continue
        with acting_as(actor):
            handover.refresh_from_db()
            last = handover.history.order_by("-history_date", "-history_id").first()
        assert handover.status in step.ends
        assert (last.status, last.history_user_id) == (handover.status, actor.pk)
        walked.append(step.act)
    assert walked


def test_steps_that_share_an_act_and_a_procedure_stand_once() -> None:
    seen = [(procedure, step.act) for step in STEPS for procedure in step.of]
    assert len(seen) == len(set(seen))
