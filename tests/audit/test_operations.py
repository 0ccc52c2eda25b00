"""Every verb is the right operation, and every row says who, when, from where, on what, why and how it ended."""

from __future__ import annotations

import ast
import ipaddress
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from lmc_cases.audit.canonical import canonical_of
from lmc_cases.audit.models import AuditEvent, Operation
from lmc_cases.audit.operations import EXCEPTIONS, operation_of
from lmc_cases.audit.services import record
from lmc_cases.audit.services.recording import facts_of
from lmc_cases.audit.verbs import VERBS
from lmc_cases.core.request_id import Origin, work_from
from tests.factories import officer, open_case
from tests.leaks import test_pages
from tests.leaks.world import build

ROOT = Path(__file__).parents[2] / "lmc_cases"
# Records that are named by nothing but their public id.
WITHOUT_REFERENCE = {"user", "invitation", "auditexport", "listexport"}
# What was typed is no reference until a second person has opened the case by it.
WITHOUT_REFERENCE_YET = {"case.emergency_asked", "case.emergency_refused"}
# Records of a case, whose events must be found from the case.
OF_A_CASE = {"case", "caseshare", "suspect", "evidenceitem", "handoverrequest", "dossier", "importrun"}


def calls() -> Iterator[tuple[str, str, str]]:
    """(file, verb, name of the operation) of each place that records, where the code names both."""
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named = {k.arg: k.value for k in node.keywords} if isinstance(node, ast.Call) else {}
            if "verb" in named and "operation" in named:
                for verb, operation in pairs(named["verb"], named["operation"]):
                    yield str(path.relative_to(ROOT)), verb, operation


def pairs(verb: ast.expr, operation: ast.expr) -> Iterator[tuple[str, str]]:
    """Both sides of ``a if x else b`` belong together."""
    if isinstance(verb, ast.IfExp):
        one, other = (
            (operation.body, operation.orelse) if isinstance(operation, ast.IfExp) else (operation, operation)
        )
        yield from pairs(verb.body, one)
        yield from pairs(verb.orelse, other)
    elif isinstance(verb, ast.Constant) and isinstance(operation, ast.Attribute):
        yield verb.value, operation.attr


def test_every_verb_is_one_operation() -> None:
    unknown = [verb for verb in VERBS if operation_of(verb) is None]
    assert not unknown, f"say in lmc_cases/audit/operations.py what these are: {unknown}"
    assert set(EXCEPTIONS) <= set(VERBS), "an exception for a verb that is gone"


def test_every_place_that_records_names_the_operation_of_its_verb() -> None:
    found = list(calls())
    assert len(found) > 60
    wrong = [(path, verb, said) for path, verb, said in found if operation_of(verb) != Operation[said]]
    assert not wrong


def test_each_operation_but_combination_is_in_use() -> None:
    """Combination waits for merges and matches between cases; the other nine are recorded today."""
    assert {operation_of(verb) for verb in VERBS} == set(Operation)


@pytest.mark.django_db
@pytest.mark.parametrize("verb", sorted(VERBS))
def test_the_row_of_every_verb_says_all_of_it(verb: str) -> None:
    thai = officer("TH")
    case = open_case(thai)
    operation = operation_of(verb)
    assert operation is not None
    outcome = AuditEvent.Outcome.REFUSED if operation == Operation.REFUSAL else AuditEvent.Outcome.DONE
    with work_from(Origin(request_id="0123456789abcdef", address="192.0.2.7", channel="web")):
        made = record(
            actor=thai, operation=operation, verb=verb, target=case, outcome=outcome, reason_code="HANDOVER"
        )
    event = AuditEvent.objects.select_related("actor", "actor_agency").get(pk=made.pk)
    check(event)
    assert event.outcome == outcome
    assert event.reason_code == "HANDOVER"
    assert (event.reference, event.case_uuid) == (case.reference, case.uuid)


# What nobody signed in does: a try at the door, the operator at the command line, the product for a new country
# and by the clock.
WITHOUT_ACTOR = {
    "duty.clock_warned",
    "question.clock_warned",
    "officer.sign_in_refused",
    "account.opened",
    "role.granted",
    "role.revoked",
    "country_key.created",
}


def check(event: AuditEvent) -> None:
    """What every row must say."""
    assert event.verb in VERBS
    assert Operation(event.operation) == operation_of(event.verb), event.verb
    assert event.request_id
    assert event.occurred_at
    assert bytes(event.canonical) == canonical_of(facts_of(event), event.occurred_at)
    if event.channel in {"web", "api"}:
        assert ipaddress.ip_address(event.address or "none")
        assert event.address_salt
    if event.actor is not None:
        assert event.actor_agency_id == event.actor.agency_id
        assert event.actor_country_id == event.actor.audit_owner_id
    else:
        assert event.verb in WITHOUT_ACTOR, event.verb
    if event.object_type:
        assert event.object_uuid
        assert event.owner_country_id, event.verb
        assert (
            event.reference or event.object_type in WITHOUT_REFERENCE or event.verb in WITHOUT_REFERENCE_YET
        ), event.verb
    if event.object_type in OF_A_CASE:
        assert event.case_uuid, event.verb
    assert (event.outcome == AuditEvent.Outcome.REFUSED) == (event.operation == Operation.REFUSAL) or (
        event.verb == "dossier.failed"
    )


@pytest.mark.django_db
def test_the_rows_of_a_whole_case_and_of_every_page_say_all_of_it(settings: Any) -> None:
    """Everything the services write for a case with all its parts, and every page that anybody is shown."""
    settings.SECOND_FACTOR_COMPULSORY = False
    world = build()
    visited = 0
    for viewer in ("supervisor", "full", "foreign"):
        client = Client()
        client.force_login(
            world.viewers[viewer], backend="allauth.account.auth_backends.AuthenticationBackend"
        )
        for name, (kwargs, _allowed) in test_pages.PAGES.items():
            answer = client.get(reverse(name, kwargs=kwargs(world)))
            visited += answer.status_code == 200
    assert visited > 60
    events = list(AuditEvent.objects.select_related("actor", "actor_agency"))
    for event in events:
        check(event)
    seen = {event.verb for event in events}
    assert len(seen) > 35, sorted(set(VERBS) - seen)
    refused = [event for event in events if event.verb == "request.refused"]
    assert refused
    assert all(event.codes["view"] for event in refused)
