"""Runs of dossiers: started through the rule, drawn in the right order, each row ended once, whatever happens to it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from lmc_cases.accounts.services.rights import revoke_role
from lmc_cases.audit.models import AuditEvent
from lmc_cases.cases.models import Operation
from lmc_cases.cases.services import operations
from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.jobs import JobState, take_in_hand
from lmc_cases.dossiers.models import Dossier, DossierRun, DossierRunItem, Priority, Scope
from lmc_cases.dossiers.services import drawing, owing, runs, working
from lmc_cases.dossiers.services.scopes import Asked, requests_asked
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.jurisdictions.access import acting_as
from tests.dossiers.runs import Party, drain, granted, rows_of, seen, start
from tests.factories import officer
from tests.harness.shared_worlds import once_per_module

pytestmark = pytest.mark.django_db

State = DossierRunItem.State


@dataclass
class Parties:
    """Two countries that granted requests."""

    thai: Party
    lao: Party


built, both = once_per_module(lambda: Parties(granted(3), granted(2, owner="LA", asking="VN", first=10)))


@pytest.fixture
def party(both: Parties) -> Party:
    """The one that most tests are about."""
    return both.thai


def few(party: Party, count: int) -> Party:
    """The same with its first requests alone."""
    return replace(party, requests=party.requests[:count])


def drawn() -> tuple[str, int] | None:
    """What PostgreSQL would have a worker do next; held by nobody afterwards but as the function says."""
    found = drawing._drawn()
    return (found.kind, found.key) if found else None


def order_of(count: int) -> list[int]:
    """The runs whose rows are drawn, one after the other, while nothing is finished."""
    found = []
    for _time in range(count):
        next_one = drawn()
        assert next_one is not None
        assert next_one[0] == "item"
        found.append(in_hand(next_one[1]).run_id)
    return found


def in_hand(key: int) -> DossierRunItem:
    """A row as the worker sees it that has it in hand."""
    with transaction.atomic():
        take_in_hand("dossiers_dossierrunitem", key)
        return DossierRunItem.objects.get(pk=key)


def test_a_run_makes_each_dossier_once_and_a_second_run_makes_none_anew(party: Party) -> None:
    run = start(party, ["en", "th"])
    assert (run.total, run.done, run.finished_at) == (6, 0, None)
    assert drain() == 6
    run = seen(party.holder, run)
    assert (run.done, run.failed, run.left) == (6, 0, 0)
    assert run.is_over
    with acting_as(party.holder):
        made = list(Dossier.objects.order_by("pk"))
    assert len(made) == 6
    assert {row.job_state for row in made} == {JobState.DONE}
    assert all(len(default_storage.listdir(f"dossiers/{row.uuid.hex}")[1]) == 1 for row in made)
    hashes = {row.pk: row.sha256 for row in made}

    again = start(party, ["en", "th"])
    drain()
    again = seen(party.holder, again)
    assert (again.done, again.is_over) == (6, True)
    with acting_as(party.holder):
        assert {row.pk: row.sha256 for row in Dossier.objects.all()} == hashes
        assert {item.dossier_id for item in again.items.all()} == set(hashes)
        assert AuditEvent.objects.filter(verb="dossier.rendered").count() == 6


def test_one_bad_record_ends_its_own_row_and_no_other(party: Party, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, withdrawn, good = party.requests
    with acting_as(party.holder):
        # As a broken import would leave it: facts that nothing can be composed of.
        HandoverRequest.objects.filter(pk=bad.pk).update(disclosed={"case": {}})
        HandoverRequest.objects.filter(pk=withdrawn.pk).update(status="RELEASED")
    run = start(party, requests=[bad, good])
    with acting_as(party.holder):
        DossierRunItem.objects.create(run=run, position=3, handover=withdrawn, language="en")
        DossierRun.objects.filter(pk=run.pk).update(total=3)
    drain()
    run = seen(party.holder, run)
    assert (run.done, run.failed, run.is_over) == (1, 2, True)
    assert {(row.handover.pk, row.state, row.error_code) for row in rows_of(party.holder, run)} == {
        (bad.pk, State.FAILED, "unexpected"),
        (withdrawn.pk, State.FAILED, "nothing-disclosed"),
        (good.pk, State.DONE, ""),
    }


def test_a_dossier_that_cannot_be_drawn_ends_its_row_and_is_made_at_the_second_try(
    party: Party, monkeypatch: pytest.MonkeyPatch
) -> None:
    party = few(party, 2)
    run = start(party)
    first, _second = rows_of(party.holder, run)
    with acting_as(party.holder):
        reference = first.handover.reference

    plain = working.render_dossier

    def spoilt(facts: Any, **languages: str) -> Any:
        if facts.reference == reference:
            raise RecursionError
        return plain(facts, **languages)

    monkeypatch.setattr(working, "render_dossier", spoilt)
    drain()
    run = seen(party.holder, run)
    assert (run.done, run.failed, run.is_over) == (1, 1, True)
    monkeypatch.setattr(working, "render_dossier", plain)
    runs.retry_failed(actor=party.holder, run_id=run.uuid)
    run = seen(party.holder, run)
    assert (run.done, run.failed, run.is_over) == (1, 0, False)
    drain()
    run = seen(party.holder, run)
    assert (run.done, run.failed, run.is_over) == (2, 0, True)
    with acting_as(party.holder):
        assert Dossier.objects.count() == 2


def test_a_failed_row_is_mended_by_whoever_makes_the_dossier_after_all(
    party: Party, monkeypatch: pytest.MonkeyPatch
) -> None:
    party = few(party, 1)
    run = start(party)
    with monkeypatch.context() as patched:
        patched.setattr(working, "render_dossier", lambda *_a, **_k: 1 / 0)
        drain()
    run = seen(party.holder, run)
    assert (run.failed, run.is_over) == (1, True)
    (row,) = rows_of(party.holder, run)
    assert row.dossier is not None
    owing.retry_dossier(actor=party.supervisor, dossier_id=row.dossier.uuid)
    working.render_owed_dossier(job_id=row.dossier.pk)
    run = seen(party.holder, run)
    assert (run.done, run.failed, run.is_over) == (1, 0, True)


def test_a_row_that_kills_its_worker_is_given_up_after_some_times(party: Party) -> None:
    party = few(party, 2)
    run = start(party)
    first, second = rows_of(party.holder, run)
    for _time in range(DossierRunItem.MAX_ATTEMPTS):
        assert drawn() == ("item", first.pk)
        with acting_as(party.holder):
            # The worker died: its lease runs out.
            DossierRunItem.objects.filter(pk=first.pk).update(lease_until=timezone.now() - dt.timedelta(1))
    assert drawn() == ("item", second.pk)
    run = seen(party.holder, run)
    assert (run.failed, run.is_over) == (1, False)
    assert [row.error_code for row in rows_of(party.holder, run)] == ["too-many-attempts", ""]


def test_cancelled_it_is_not_drawn_from_and_resumed_it_is(party: Party) -> None:
    party = few(party, 2)
    run = start(party)
    assert drawing.draw_next()
    runs.cancel_run(actor=party.holder, run_id=run.uuid)
    assert not drawing.draw_next()
    # Asked twice is answered once.
    runs.cancel_run(actor=party.holder, run_id=run.uuid)
    runs.resume_run(actor=party.holder, run_id=run.uuid)
    runs.resume_run(actor=party.holder, run_id=run.uuid)
    assert drain() == 1
    run = seen(party.holder, run)
    assert (run.done, run.is_over) == (2, True)
    with acting_as(party.supervisor):
        verbs = list(
            AuditEvent.objects.filter(object_uuid=run.uuid).order_by("pk").values_list("verb", flat=True)
        )
    assert verbs == ["dossier_run.started", "dossier_run.cancelled", "dossier_run.resumed"]
    with pytest.raises(runs.RunIsOver):
        runs.cancel_run(actor=party.holder, run_id=run.uuid)
    with pytest.raises(runs.NothingFailed):
        runs.retry_failed(actor=party.holder, run_id=run.uuid)


def test_a_crossing_goes_before_what_was_asked_singly_and_that_before_all_others(party: Party) -> None:
    party = few(party, 2)
    night = start(party, priority=Priority.NIGHTLY)
    normal = start(party)
    assert order_of(1) == [normal.pk]
    with acting_as(party.holder):
        # As the page of a crossing starts it: tests/crossings.
        urgent = start(party)
        DossierRun.objects.filter(pk=urgent.pk).update(priority=Priority.CROSSING)
    single = owing.request_dossier(actor=party.holder, handover_id=party.requests[1].uuid, language="vi")
    assert order_of(2) == [urgent.pk, urgent.pk]
    assert drawn() == ("dossier", single.pk)
    working.render_owed_dossier(job_id=single.pk)
    assert order_of(2) == [normal.pk, night.pk]


def test_countries_take_turns_however_much_one_of_them_asks(both: Parties) -> None:
    long_one, short = start(both.thai, ["en", "th"]), start(both.lao)
    # Nothing ends meanwhile: the country with fewer in work goes first, the one served last waits.
    assert order_of(6) == [long_one.pk, short.pk, long_one.pk, short.pk, long_one.pk, long_one.pk]


def test_a_second_run_of_a_country_gives_it_no_second_turn(both: Parties) -> None:
    start(both.thai)
    start(both.thai, ["th"])
    lao_run = start(both.lao)
    assert [pk == lao_run.pk for pk in order_of(4)] == [False, True, False, True]


def test_no_more_than_so_many_rows_are_in_work(party: Party, settings: Any) -> None:
    settings.DOSSIERS_IN_WORK = 2
    start(party)
    assert [drawn() is not None for _time in range(3)] == [True, True, False]
    # What is owed already is still worked on: by that the number falls.
    single = owing.request_dossier(actor=party.holder, handover_id=party.requests[0].uuid, language="vi")
    assert drawn() == ("dossier", single.pk)


def test_the_rule_is_asked_again_for_each_row(party: Party) -> None:
    run = start(few(party, 2))
    _first, last = rows_of(party.holder, run)
    assert drawing.draw_next()
    revoke_role(actor=None, user_id=party.holder.uuid, role_code="liaison_officer")
    assert drawing.draw_next()
    assert not drawing.draw_next()
    with acting_as(party.supervisor):
        assert [row.job_state for row in Dossier.objects.all()] == [JobState.DONE]
    row = in_hand(last.pk)
    assert (row.state, row.error_code) == (State.FAILED, "not-visible")


def test_nobody_else_sees_it_and_foreign_is_as_missing(party: Party) -> None:
    party = few(party, 1)
    run = start(party)
    for other in (party.supervisor, party.liaison, officer("VN", "supervisor")):
        assert not DossierRun.objects.visible_to(other).exists()
        assert not DossierRunItem.objects.visible_to(other).exists()
        for step in (runs.cancel_run, runs.resume_run, runs.retry_failed, runs.consult_run):
            for run_id in (run.uuid, uuid4()):
                with pytest.raises(DossierRun.DoesNotExist):
                    step(actor=other, run_id=run_id)
        with acting_as(other):
            assert not DossierRun.objects.exists()
            assert not DossierRunItem.objects.exists()


def test_what_a_run_is_of(both: Parties, party: Party) -> None:
    other = both.lao
    found = requests_asked(party.holder, Asked(Scope.REQUESTS))
    assert set(found.requests) == {row.pk for row in party.requests}
    assert requests_asked(party.holder, Asked(Scope.REQUESTS, status="CLOSED")).requests == ()
    chosen = frozenset({party.requests[0].uuid})
    assert requests_asked(party.holder, Asked(Scope.REQUESTS, requests=chosen)).requests == (
        party.requests[0].pk,
    )
    with pytest.raises(HandoverRequest.DoesNotExist):
        requests_asked(party.holder, Asked(Scope.REQUESTS, requests=chosen | {other.requests[0].uuid}))
    operation = operations.create_operation(actor=party.holder, name="Invented", name_language="en")
    assert requests_asked(party.holder, Asked(Scope.OPERATION, operation.uuid)).requests == ()
    operations.put_case(actor=party.holder, operation_id=operation.uuid, reference=party.case.reference)
    found = requests_asked(party.holder, Asked(Scope.OPERATION, operation.uuid))
    assert (len(found.requests), found.reference) == (3, operation.reference)
    with pytest.raises(Operation.DoesNotExist):
        requests_asked(other.holder, Asked(Scope.OPERATION, operation.uuid))


def test_what_cannot_be_started_says_what_to_change(party: Party, monkeypatch: pytest.MonkeyPatch) -> None:
    party = few(party, 2)

    def field_of(**changes: Any) -> str:
        words = {"actor": party.holder, "asked": Asked(Scope.REQUESTS), "languages": ["en"], **changes}
        with pytest.raises(InvalidInput) as refused:
            runs.start_run(**words)
        assert str(refused.value)
        return refused.value.field

    assert field_of(languages=[]) == "languages"
    assert field_of(languages=["en", "fr"]) == "languages"
    assert field_of(priority=Priority.CROSSING) == "priority"
    assert field_of(priority=9) == "priority"
    assert field_of(expected=4) == "expected"
    assert field_of(asked=Asked(Scope.REQUESTS, status="CLOSED")) == ""
    monkeypatch.setattr(runs, "MOST_ITEMS", 5)
    assert field_of(languages=["en", "th"]) == "languages"
    made = runs.start_run(
        actor=party.holder, asked=Asked(Scope.REQUESTS), languages=["en"], expected=3, new_id=(key := uuid4())
    )
    # The same page sent twice makes one run.
    assert (
        runs.start_run(actor=party.holder, asked=Asked(Scope.REQUESTS), languages=["en"], new_id=key).pk
        == made.pk
    )
