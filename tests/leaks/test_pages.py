"""Every address of the product, asked by every kind of viewer.

Whoever the rule does not name gets 404, for reading and for writing; and no page that anybody is shown holds
a mark of what its reader must not know. A new address must be given its row here, or a reason.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.http import StreamingHttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLPattern, URLResolver

from lmc_cases.cases.models import Case
from tests.leaks.world import HOLDS, World

pytestmark = [pytest.mark.leak, pytest.mark.django_db]

ANYBODY = set(HOLDS)
OWN = {"own", "supervisor"}
PARTY = {*OWN, "full"}
FULL = {*OWN, "full"}
SUMMARY = {*FULL, "summary"}
EXISTENCE = {*SUMMARY, "existence"}
AUDIT = {"supervisor", "root"}
NOBODY: set[str] = set()

Kwargs = Callable[[World], dict[str, Any]]


def case(world: World) -> dict[str, Any]:
    return {"uuid": world.case.uuid}


def of_case(world: World) -> dict[str, Any]:
    return {"case_uuid": world.case.uuid}


def part(name: str, **more: Any) -> Kwargs:
    return lambda world: {"uuid": world.parts[name].uuid, **more}


def part_of_case(name: str) -> Kwargs:
    return lambda world: {"uuid": world.parts[name].uuid, "case_uuid": world.case.uuid}


def nothing(world: World) -> dict[str, Any]:
    return {}


def text(world: World) -> dict[str, Any]:
    return {"uuid": world.case.uuid, "kind": "FACTS", "language": "en"}


def document(world: World) -> dict[str, Any]:
    held = world.parts["suspect"].documents.get()
    return {"case_uuid": world.case.uuid, "uuid": world.parts["suspect"].uuid, "document_uuid": held.uuid}


def ledger_of_record(world: World) -> dict[str, Any]:
    return {"uuid": world.case.uuid, "record_uuid": world.parts["suspect"].uuid}


def dossier_photo(world: World) -> dict[str, Any]:
    return {"uuid": world.parts["dossier"].uuid, "sha256": world.parts["suspect"].photo_sha256}


# Address -> (its arguments, who is not refused). Errors and undo of an import exist only after it ran: tests/exchange.
PAGES: dict[str, tuple[Kwargs, set[str]]] = {
    "home": (nothing, ANYBODY),
    "audit:list": (nothing, AUDIT),
    "cases:list": (nothing, ANYBODY),
    "cases:operations": (nothing, ANYBODY),
    "cases:operation": (part("operation"), OWN),
    "cases:operation_invite": (part("operation"), OWN),
    "cases:operation_leave": (part("operation"), OWN),
    "cases:operation_withdraw": (part("operation", country="MM"), OWN),
    "cases:operation_end": (part("operation"), OWN),
    "cases:operation_put_case": (part("operation"), OWN),
    "cases:operation_take_case_out": (part_of_case("operation"), OWN),
    "cases:detail": (case, EXISTENCE),
    "cases:edit": (case, OWN),
    "cases:text": (text, OWN),
    "cases:timeline_add": (case, OWN),
    "cases:note_add": (case, OWN),
    "cases:restrict": (case, OWN),
    "cases:restriction_lift": (case, OWN),
    "cases:sharing": (case, EXISTENCE),
    "cases:share": (case, OWN),
    "cases:revoke": (part("share"), OWN),
    "cases:ledger": (case, EXISTENCE),
    "cases:ledger_of_record": (ledger_of_record, EXISTENCE),
    "cases:reason": (case, EXISTENCE),
    "cases:why": (case, EXISTENCE),
    "cases:operation_why": (part("operation"), OWN),
    "cases:emergency": (nothing, ANYBODY),
    "cases:emergency_decide": (part("emergency"), {"supervisor"}),
    "cases:history": (case, OWN),
    "suspects:list": (of_case, FULL),
    "suspects:create": (of_case, OWN),
    "suspects:detail": (part_of_case("suspect"), FULL),
    "suspects:why": (part_of_case("suspect"), FULL),
    "suspects:edit": (part_of_case("suspect"), OWN),
    "suspects:photo": (part_of_case("suspect"), FULL),
    "suspects:photo_change": (part_of_case("suspect"), OWN),
    "suspects:photo_remove": (part_of_case("suspect"), OWN),
    "suspects:document_add": (part_of_case("suspect"), OWN),
    "suspects:document_remove": (document, OWN),
    "evidence:list": (of_case, FULL),
    "evidence:create": (of_case, OWN),
    "evidence:detail": (part_of_case("item"), FULL),
    "evidence:why": (part_of_case("item"), FULL),
    "evidence:edit": (part_of_case("item"), OWN),
    "evidence:upload": (part_of_case("item"), OWN),
    "evidence:download": (part_of_case("item"), FULL),
    "evidence:custody_add": (part_of_case("item"), OWN),
    "evidence:verify": (part_of_case("item"), OWN),
    "handovers:list": (nothing, ANYBODY),
    "handovers:of_case": (of_case, FULL),
    "handovers:create": (of_case, {"full"}),
    "handovers:detail": (part("handover"), PARTY),
    "handovers:why": (part("handover"), PARTY),
    "handovers:edit": (part("handover"), {"full"}),
    "handovers:submit": (part("handover"), {"full"}),
    "handovers:acknowledge": (part("handover"), OWN),
    "handovers:refuse": (part("handover"), {"supervisor"}),
    "handovers:hand_over": (part("handover"), OWN),
    "handovers:close": (part("handover"), {"full"}),
    "handovers:withdraw": (part("handover"), {"full"}),
    "dossiers:list": (nothing, ANYBODY),
    "dossiers:of_case": (of_case, FULL),
    "dossiers:view_as": (of_case, {"supervisor"}),
    "dossiers:ledgers": (of_case, OWN),
    "dossiers:ledger_download": (part("ledger"), OWN),
    "dossiers:ledger_progress": (part("ledger"), OWN),
    "dossiers:ledger_retry": (part("ledger"), OWN),
    "dossiers:request": (part("handover"), PARTY),
    "dossiers:approve": (part("handover"), {"supervisor"}),
    "dossiers:correct": (part("handover"), {"supervisor"}),
    "dossiers:detail": (part("dossier"), PARTY),
    "dossiers:progress": (part("dossier"), PARTY),
    "dossiers:download": (part("dossier"), PARTY),
    "dossiers:retry": (part("dossier"), PARTY),
    "dossiers:photo": (dossier_photo, PARTY),
    "exchange:list": (nothing, ANYBODY),
    "exchange:upload": (of_case, OWN),
    "exchange:detail": (part("run"), OWN),
    "exchange:progress": (part("run"), OWN),
    "exchange:errors": (part("run"), NOBODY),
    "exchange:discard": (part("run"), OWN),
    "exchange:undo": (part("run"), NOBODY),
}
# Not case data, with the reason.
EXEMPT = {
    "account_": "allauth's own pages show the officer's own account: tests/accounts",
    "mfa_": "allauth's own pages show the officer's own second factor: tests/accounts",
    "accounts:": "accounts, not cases: tests/accounts",
    "api:": "the API has its own matrix: tests/api",
    "cases:create": "an empty form",
    "cases:operation_create": "an empty form",
    "cases:hand_on": "for those who manage users: tests/cases",
    "health": "says only whether database and broker answer",
    "set_language": "shows nothing",
}


def names(resolver: URLResolver, space: tuple[str, ...] = ()) -> list[str]:
    """Return the full name of every address."""
    found = []
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            found += names(entry, (*space, entry.namespace) if entry.namespace else space)
        elif isinstance(entry, URLPattern):
            found.append(":".join((*space, entry.name or str(entry.pattern))))
    return found


def body(response: Any) -> str:
    """Return what the reader is sent."""
    if isinstance(response, StreamingHttpResponse) or response.streaming:
        return b"".join(response.streaming_content).decode("utf-8", "replace")
    return str(response.content.decode("utf-8", "replace"))


@pytest.fixture
def one_factor(settings: Any) -> None:
    """The second factor is tested in tests/accounts; here it would hide the pages."""
    settings.SECOND_FACTOR_COMPULSORY = False


def client_of(world: World, viewer: str) -> Client:
    client = Client(raise_request_exception=True)
    client.force_login(world.viewers[viewer], backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_the_matrix_holds_every_address() -> None:
    known = {*PAGES, *EXEMPT}
    missing = [
        name
        for name in names(get_resolver())
        if name not in known and not any(name.startswith(start) for start in EXEMPT if start[-1] in ":_")
    ]
    assert not missing
    gone = set(PAGES) - set(names(get_resolver()))
    assert not gone


@pytest.mark.parametrize("viewer", sorted(HOLDS))
def test_every_address_refuses_whom_the_rule_does_not_name(
    world: World, viewer: str, one_factor: None
) -> None:
    client = client_of(world, viewer)
    forbidden = world.forbidden_marks(viewer)
    wrong: list[str] = []
    for name, (kwargs, allowed) in PAGES.items():
        url = reverse(name, kwargs=kwargs(world))
        answers = [("GET", client.get(url))]
        if viewer not in allowed:
            answers.append(("POST", client.post(url, {})))
            statuses = {answer.status_code for _method, answer in answers}
            if not (404 in statuses and statuses <= {404, 405}):
                wrong.append(f"{name}: {viewer} was answered {sorted(statuses)}")
        elif answers[0][1].status_code in {403, 404} or answers[0][1].status_code >= 500:
            wrong.append(f"{name}: {viewer} was refused with {answers[0][1].status_code}")
        for method, answer in answers:
            page = body(answer)
            wrong += [f"{name} {method}: {viewer} reads {mark}" for mark in forbidden if mark in page]
    assert not wrong


def test_anonymous_readers_are_sent_to_the_sign_in(world: World, one_factor: None) -> None:
    client = Client()
    for name, (kwargs, _allowed) in PAGES.items():
        response = client.get(reverse(name, kwargs=kwargs(world)))
        assert response.status_code == 302, name
        assert response["Location"].startswith("/sign-in/login/"), name


def test_an_officer_who_left_is_signed_out_at_once(world: World, one_factor: None) -> None:
    client = client_of(world, "own")
    assert client.get(reverse("cases:detail", kwargs=case(world))).status_code == 200
    world.viewers["own"].is_active = False
    world.viewers["own"].save()
    assert client.get(reverse("cases:detail", kwargs=case(world))).status_code == 302


def test_missing_and_foreign_are_answered_alike(world: World, one_factor: None) -> None:
    """Same status, same body, same number of statements: nothing tells that the record exists."""
    client = client_of(world, "foreign")
    wrong = []
    for name, (arguments, _allowed) in PAGES.items():
        if arguments is nothing:
            continue
        kwargs = arguments(world)
        absent = {
            key: uuid.uuid4() if isinstance(value, uuid.UUID) else value for key, value in kwargs.items()
        }
        there, gone = (
            asked_twice(client, reverse(name, kwargs=kwargs)),
            asked_twice(client, reverse(name, kwargs=absent)),
        )
        if there != gone:
            wrong.append(name)
    assert not wrong


def asked_twice(client: Client, url: str) -> tuple[int, str, int]:
    """Return status, body and number of statements of the second asking, when nothing is looked up anew."""
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(url, headers={"X-Request-ID": "same-request"})
    return answer.status_code, body(answer), len(queries)


FOUND_BY = {
    "MARKTITLE": SUMMARY,
    "MARKSUMMARY": SUMMARY,
    "MARKNAME": FULL,
    "MARKALIAS": FULL,
    "AB1234567": FULL,
    "ab 123-4567": FULL,
    "reference": EXISTENCE,
    "MARKFACTS": NOBODY,
    "MARKNOTE": NOBODY,
}


def test_search_finds_no_more_than_the_level_shows(world: World, one_factor: None) -> None:
    wrong = {}
    address = reverse("cases:detail", kwargs=case(world))
    for term, finds in FOUND_BY.items():
        asked = world.case.reference if term == "reference" else term
        pages = {
            viewer: client_of(world, viewer).get(reverse("cases:list"), {"q": asked}) for viewer in HOLDS
        }
        found = {viewer for viewer, page in pages.items() if address in body(page)}
        if found != finds:
            wrong[term] = {"leaked": sorted(found - finds), "lost": sorted(finds - found)}
    assert not wrong


def test_a_withdrawn_share_closes_every_page_at_once(world: World, one_factor: None) -> None:
    from lmc_cases.cases.services import sharing

    client = client_of(world, "full")
    assert client.get(reverse("cases:detail", kwargs=case(world))).status_code == 200
    sharing.revoke_share(actor=world.viewers["own"], share_id=world.parts["share"].uuid, reason="over")
    for name, (kwargs, allowed) in PAGES.items():
        if any(allowed is group for group in (EXISTENCE, SUMMARY, FULL)):
            assert client.get(reverse(name, kwargs=kwargs(world))).status_code == 404, name
    # What was asked for and disclosed by then stays with both countries.
    assert client.get(reverse("handovers:detail", kwargs=part("handover")(world))).status_code == 200
    assert client.get(reverse("dossiers:detail", kwargs=part("dossier")(world))).status_code == 200
    assert not Case.objects.visible_to(world.viewers["full"]).exists()
