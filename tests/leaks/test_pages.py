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

from lmc_cases.cases.models import Case, Level
from lmc_cases.jurisdictions.access import acting_as
from tests.factories import officer, say_why, share
from tests.leaks.world import HOLDS, World

pytestmark = [pytest.mark.leak, pytest.mark.django_db]

ANYBODY = set(HOLDS)
OWN = {"own", "supervisor"}
PARTY = {*OWN, "full"}
FULL = {*OWN, "full"}
SUMMARY = {*FULL, "summary"}
EXISTENCE = {*SUMMARY, "existence", "items"}
PERSON = {*FULL, "items"}
AUDIT = {"supervisor", "root"}
NOBODY: set[str] = set()
# Who changes records of the own country, whatever is shared; a partner country gives no such right.
EDITORS = ANYBODY - {"partner", "other_agency", "no_role", "root"}

Kwargs = Callable[[World], dict[str, Any]]


def case(world: World) -> dict[str, Any]:
    return {"uuid": world.case.uuid}


def of_case(world: World) -> dict[str, Any]:
    return {"case_uuid": world.case.uuid}


def part(name: str, **more: Any) -> Kwargs:
    return lambda world: {"uuid": world.parts[name].uuid, **more}


def subject(world: World) -> dict[str, Any]:
    return {"uuid": world.parts["handover"].uuid, "subject_uuid": world.parts["subject"].uuid}


def entry(world: World) -> dict[str, Any]:
    return {**subject(world), "item_uuid": world.parts["property"].uuid}


def hand(world: World) -> dict[str, Any]:
    return {**subject(world), "hand_uuid": world.parts["hand"].uuid}


def duty_of(code: str) -> Kwargs:
    return lambda world: {
        "uuid": world.parts["handover"].uuid,
        "duty_uuid": world.parts[f"duty_of_{code}"].uuid,
    }


def count(name: str) -> Kwargs:
    return lambda world: {**subject(world), "count_uuid": world.parts[name].uuid}


def message(world: World) -> dict[str, Any]:
    return {"uuid": world.parts["handover"].uuid, "message_uuid": world.parts["message"].uuid}


def check(world: World) -> dict[str, Any]:
    return {**subject(world), "kind": "HEALTH"}


def asked_for(world: World) -> dict[str, Any]:
    return {"uuid": world.parts["extradition"].uuid, "subject_uuid": world.parts["asked_for"].uuid}


def ground_of_asked(world: World) -> dict[str, Any]:
    return {**asked_for(world), "ground_uuid": world.parts["ground"].uuid}


def law_row(world: World) -> dict[str, Any]:
    return {"kind": "ground", "line": world.parts["ground"].line}


def seat(world: World) -> dict[str, Any]:
    return {"uuid": world.parts["crossing"].uuid, "seat_uuid": world.parts["seat"].uuid}


def split(world: World) -> dict[str, Any]:
    return {"uuid": world.parts["crossing"].split_uuid}


def paper(world: World) -> dict[str, Any]:
    return {"uuid": world.parts["extradition"].uuid, "element": "WARRANT"}


def undertaking(world: World) -> dict[str, Any]:
    return {"uuid": world.parts["extradition"].uuid, "kind": "RE_EXTRADITION"}


def statement(world: World) -> dict[str, Any]:
    return {**asked_for(world), "kind": "ADDRESSES"}


def part_of_case(name: str) -> Kwargs:
    return lambda world: {"uuid": world.parts[name].uuid, "case_uuid": world.case.uuid}


def nothing(world: World) -> dict[str, Any]:
    return {}


def text(world: World) -> dict[str, Any]:
    return {"uuid": world.case.uuid, "kind": "FACTS", "language": "en"}


def translation(world: World) -> dict[str, Any]:
    return {"uuid": world.case.uuid, "kind": "ASSESSMENT", "language": "lo"}


def document(world: World) -> dict[str, Any]:
    # For its owner: the page asked before ran for the viewer of the test.
    with acting_as(world.viewers["own"]):
        held = world.parts["suspect"].documents.get()
    return {"case_uuid": world.case.uuid, "uuid": world.parts["suspect"].uuid, "document_uuid": held.uuid}


def checkpoint(world: World) -> dict[str, Any]:
    return {"size": world.parts["checkpoint"].tree_size}


def ledger_of_record(world: World) -> dict[str, Any]:
    return {"uuid": world.case.uuid, "record_uuid": world.parts["suspect"].uuid}


def dossier_photo(world: World) -> dict[str, Any]:
    return {"uuid": world.parts["dossier"].uuid, "sha256": world.parts["suspect"].photo_sha256}


def mark_photo(world: World) -> dict[str, Any]:
    return {"uuid": world.parts["crossing"].uuid, "mark_uuid": world.parts["mark"].uuid}


def sheet_in_dossier(world: World) -> dict[str, Any]:
    return {"uuid": world.parts["subject"].uuid, "version": world.parts["dossier"].number}


def compared(world: World) -> dict[str, Any]:
    return {"uuid": world.parts["dossier"].uuid, "other_uuid": world.parts["dossier"].uuid}


def left_out(world: World) -> dict[str, Any]:
    return {
        "uuid": world.parts["handover"].uuid,
        "kind": "EVIDENCE",
        "object_uuid": world.parts["court_item"].uuid,
    }


# Address -> (its arguments, who is not refused). Errors and undo of an import exist only after it ran: tests/exchange.
PAGES: dict[str, tuple[Kwargs, set[str]]] = {
    "home": (nothing, ANYBODY),
    "contributed": (nothing, ANYBODY),
    "audit:list": (nothing, AUDIT),
    "audit:export": (nothing, AUDIT),
    "audit:export_detail": (part("audit_export"), {"supervisor"}),
    "audit:export_progress": (part("audit_export"), {"supervisor"}),
    "audit:export_download": (part("audit_export"), {"supervisor"}),
    "audit:checkpoints": (nothing, ANYBODY),
    "audit:checkpoint_download": (checkpoint, ANYBODY),
    "cases:accesses": (case, OWN),
    "cases:list": (nothing, ANYBODY),
    "cases:operations": (nothing, ANYBODY),
    "cases:operation": (part("operation"), OWN),
    "cases:operation_invite": (part("operation"), OWN),
    "cases:operation_leave": (part("operation"), OWN),
    "cases:operation_withdraw": (part("operation", country="MM"), OWN),
    "cases:operation_end": (part("operation"), OWN),
    "cases:operation_put_case": (part("operation"), OWN),
    "cases:operation_take_case_out": (part_of_case("operation"), OWN),
    "cases:consents": (nothing, ANYBODY),
    "cases:consent": (part("consent"), PARTY),
    "cases:consent_answer": (part("consent"), OWN),
    "cases:consent_withdraw": (part("consent"), {"full"}),
    "cases:consent_pass_on": (part("consent"), NOBODY),
    "cases:handling": (case, OWN),
    "cases:detail": (case, EXISTENCE),
    "cases:edit": (case, OWN),
    "cases:text": (text, OWN),
    "cases:text_check": (translation, OWN),
    # Off: no machine is set up in this world. With one: tests/cases/test_machine_drafts.py.
    "cases:text_machine": (text, set()),
    "cases:machine_draft": (part("machine_draft"), OWN),
    "cases:machine_draft_progress": (part("machine_draft"), OWN),
    "cases:timeline_add": (case, OWN),
    "cases:note_add": (case, OWN),
    "cases:restrict": (case, OWN),
    "cases:restriction_lift": (case, OWN),
    "cases:sharing": (case, EXISTENCE),
    "cases:share": (case, OWN),
    "cases:correction": (case, OWN),
    "cases:share_detail": (part("share"), {*OWN, "full"}),
    "cases:share_confirm": (part("waiting"), OWN),
    "cases:share_refuse": (part("waiting"), OWN),
    "cases:share_review": (part("share"), OWN),
    "cases:share_accept": (part("share"), {"full"}),
    "cases:share_decline": (part("share"), {"full"}),
    "cases:share_ask": (part("share"), {"full"}),
    "cases:share_answer": (part("question"), OWN),
    "cases:follow_up": (part("follow_up"), {*OWN, "revoked"}),
    "cases:revoke": (part("share"), OWN),
    "cases:ledger": (case, EXISTENCE),
    "cases:ledger_of_record": (ledger_of_record, EXISTENCE),
    "cases:reason": (case, EXISTENCE),
    "cases:why": (case, EXISTENCE),
    "cases:operation_why": (part("operation"), OWN),
    "cases:emergency": (nothing, ANYBODY),
    "cases:emergency_decide": (part("emergency"), {"supervisor"}),
    "cases:history": (case, OWN),
    "suspects:list": (of_case, PERSON),
    "suspects:create": (of_case, FULL),
    "suspects:informants": (of_case, {"supervisor"}),
    "suspects:informant_add": (of_case, {"supervisor"}),
    "suspects:informant": (part_of_case("informant"), {"supervisor"}),
    "suspects:detail": (part_of_case("suspect"), PERSON),
    "suspects:why": (part_of_case("suspect"), PERSON),
    "suspects:edit": (part_of_case("suspect"), OWN),
    "suspects:photo": (part_of_case("suspect"), PERSON),
    "suspects:photo_change": (part_of_case("suspect"), OWN),
    "suspects:photo_remove": (part_of_case("suspect"), OWN),
    "suspects:document_add": (part_of_case("suspect"), OWN),
    "suspects:document_remove": (document, OWN),
    "evidence:list": (of_case, PERSON),
    "evidence:create": (of_case, FULL),
    "suspects:marks": (part_of_case("suspect"), OWN),
    "suspects:withhold": (part_of_case("suspect"), OWN),
    "suspects:release": (part_of_case("suspect"), OWN),
    "suspects:consent_ask": (part_of_case("suspect"), {"full"}),
    "evidence:detail": (part_of_case("item"), FULL),
    "evidence:why": (part_of_case("item"), FULL),
    "evidence:edit": (part_of_case("item"), OWN),
    "evidence:upload": (part_of_case("item"), OWN),
    "evidence:download": (part_of_case("item"), FULL),
    "evidence:custody_add": (part_of_case("item"), OWN),
    "evidence:verify": (part_of_case("item"), OWN),
    "evidence:marks": (part_of_case("item"), OWN),
    "evidence:withhold": (part_of_case("item"), OWN),
    "evidence:release": (part_of_case("item"), OWN),
    "evidence:consent_ask": (part_of_case("item"), {"full"}),
    "crossings:border": (part("crossing"), PARTY),
    "crossings:border_pack": (part("crossing"), PARTY),
    "crossings:sheet": (part("crossing"), PARTY),
    "crossings:manifests": (part("crossing"), PARTY),
    "crossings:manifest_download": (part("manifest_print"), PARTY),
    "crossings:manifest_progress": (part("manifest_print"), PARTY),
    "crossings:manifest_retry": (part("manifest_print"), PARTY),
    "crossings:mark_photo": (mark_photo, PARTY),
    "crossings:border_marks": (part("crossing"), PARTY),
    "crossings:border_packs": (nothing, ANYBODY),
    "assistance:list": (nothing, ANYBODY),
    "assistance:create": (of_case, {*OWN, "full"}),
    "assistance:detail": (part("assistance"), PARTY),
    "assistance:edit": (part("assistance_draft"), {"full"}),
    "assistance:send": (part("assistance_draft"), {"full"}),
    "assistance:answer": (part("assistance"), {"supervisor"}),
    "assistance:print": (part("assistance"), PARTY),
    "assistance:download": (part("assistance_print"), PARTY),
    "assistance:progress": (part("assistance_print"), PARTY),
    "assistance:retry": (part("assistance_print"), PARTY),
    "crossings:list": (nothing, ANYBODY),
    "crossings:create": (nothing, EDITORS),
    "crossings:look": (nothing, EDITORS),
    "crossings:split": (nothing, EDITORS),
    "crossings:undo_split": (split, OWN),
    "crossings:detail": (part("crossing"), PARTY),
    "crossings:edit": (part("crossing"), OWN),
    "crossings:seat": (part("crossing"), OWN),
    "crossings:take_off": (part("crossing"), OWN),
    "crossings:take_off_held_back": (part("crossing"), OWN),
    "crossings:begin": (part("crossing"), OWN),
    "crossings:cancel": (part("crossing"), OWN),
    "crossings:count": (part("crossing"), PARTY),
    "crossings:finish": (part("crossing"), OWN),
    "crossings:present": (part("crossing"), PARTY),
    "crossings:person": (seat, PARTY),
    "handovers:list": (nothing, ANYBODY),
    "handovers:of_case": (of_case, FULL),
    "handovers:create": (of_case, {"full"}),
    "handovers:whole_list": (of_case, FULL),
    "handovers:check_many": (part("handover", kind="RIGHTS"), PARTY),
    "handovers:detail": (part("handover"), PARTY),
    "handovers:consent": (left_out, FULL),
    "handovers:why": (part("handover"), PARTY),
    "handovers:edit": (part("handover"), {"full"}),
    "handovers:submit": (part("handover"), {"full"}),
    "handovers:acknowledge": (part("handover"), OWN),
    "handovers:refuse": (part("handover"), {"supervisor"}),
    "handovers:hand_over": (part("handover"), OWN),
    "handovers:close": (part("handover"), {"full"}),
    "handovers:withdraw": (part("handover"), {"full"}),
    "handovers:offer": (of_case, OWN),
    "handovers:thread": (part("handover"), PARTY),
    "handovers:write": (part("handover"), {*OWN, "full"}),
    "handovers:answer": (message, OWN),
    "handovers:correct_message": (message, {"full"}),
    "handovers:paper": (message, PARTY),
    "handovers:waiting": (nothing, ANYBODY),
    "handovers:calendar": (nothing, ANYBODY),
    "handovers:statistics": (nothing, ANYBODY),
    "handovers:extend_clock": (part("extradition", limit_uuid=uuid.uuid4()), {"supervisor"}),
    "handovers:following": (part("handover"), PARTY),
    "handovers:add_assurance": (part("extradition"), NOBODY),
    "handovers:add_duty": (part("handover"), {*OWN, "full"}),
    "handovers:report": (duty_of("TH"), OWN),
    "handovers:set_day": (duty_of("CN"), OWN),
    "handovers:allocate": (part("handover"), NOBODY),
    "handovers:add_note": (part("handover"), {*OWN, "full"}),
    "handovers:person": (subject, PARTY),
    "handovers:grounds": (asked_for, PARTY),
    "handovers:mark_ground": (ground_of_asked, PARTY),
    "handovers:property": (subject, PARTY),
    "handovers:property_add": (subject, OWN),
    "handovers:property_change": (entry, OWN),
    "handovers:property_remove": (entry, OWN),
    "handovers:custody": (subject, PARTY),
    # Nobody was handed over yet: the country that holds the person.
    "handovers:custody_add": (subject, OWN),
    "handovers:custody_correct": (hand, OWN),
    "handovers:counts": (subject, PARTY),
    "handovers:count": (count("count"), PARTY),
    "handovers:count_add": (lambda world: {**subject(world), "typology": "telecom_fraud"}, {"full"}),
    # Once sent a count stays.
    "handovers:count_change": (count("count"), NOBODY),
    "handovers:count_remove": (count("count"), NOBODY),
    "handovers:count_assess": (count("new_count"), {"supervisor", "full"}),
    "handovers:count_consent": (count("new_count"), {"supervisor"}),
    # Of the country that holds the person alone, whoever asks for it.
    "handovers:competing": (subject, OWN),
    "handovers:competing_link": (
        lambda world: {**subject(world), "other_uuid": world.parts["rival"].uuid},
        OWN,
    ),
    # Decided already.
    "handovers:competing_first": (
        lambda world: {**subject(world), "link_uuid": world.parts["link"].uuid},
        NOBODY,
    ),
    "handovers:record_check": (check, {*OWN, "full"}),
    "handovers:propose_exception": (check, OWN),
    "handovers:confirm_exception": (check, {"supervisor"}),
    "handovers:ask_information": (part("handover"), OWN),
    "handovers:supply": (part("handover"), {"full"}),
    "handovers:resume": (part("handover"), {"supervisor"}),
    "handovers:plan": (part("handover"), OWN),
    "dossiers:clear": (part("handover"), {"supervisor"}),
    "handovers:leave": (part("handover"), OWN),
    "handovers:give_paper": (paper, {"full"}),
    "handovers:state": (undertaking, {"full"}),
    "handovers:state_of_person": (statement, {"full"}),
    "handovers:propose": (part("extradition"), {"full"}),
    "handovers:return_draft": (part("extradition"), NOBODY),
    "handovers:send": (part("extradition"), NOBODY),
    "handovers:ask_arrest": (part("extradition"), NOBODY),
    "handovers:assure": (part("extradition"), NOBODY),
    "handovers:record_arrest": (part("extradition"), OWN),
    "handovers:review": (part("extradition"), OWN),
    "handovers:release": (part("extradition"), {"supervisor"}),
    "handovers:watch": (part("extradition"), {"full"}),
    "dossiers:simplify": (part("extradition"), {"supervisor"}),
    "desk:list": (nothing, ANYBODY),
    "desk:dossier": (part("dossier"), PARTY),
    "desk:compare": (compared, PARTY),
    "desk:returned": (part("returned_review"), PARTY),
    "desk:take": (part("dossier"), {"own"}),
    "desk:approve": (part("dossier"), {"own"}),
    "desk:return": (part("dossier"), {"own"}),
    "desk:translation": (part("dossier"), {"own"}),
    "desk:copy": (part("dossier"), PARTY),
    "desk:comment": (part("dossier"), PARTY),
    "desk:reply": (part("comment"), OWN),
    "desk:settle": (part("comment"), OWN),
    "dossiers:list": (nothing, ANYBODY),
    "dossiers:of_case": (of_case, FULL),
    "dossiers:view_as": (of_case, {"supervisor"}),
    "dossiers:ledgers": (of_case, OWN),
    "dossiers:ledger_download": (part("ledger"), OWN),
    "dossiers:ledger_progress": (part("ledger"), OWN),
    "dossiers:ledger_retry": (part("ledger"), OWN),
    "dossiers:request": (part("handover"), PARTY),
    "dossiers:documents": (part("handover"), PARTY),
    "dossiers:document_download": (part("document"), PARTY),
    "dossiers:document_progress": (part("document"), PARTY),
    "dossiers:document_retry": (part("document"), PARTY),
    "dossiers:approve": (part("handover"), {"supervisor"}),
    "dossiers:correct": (part("handover"), {"supervisor"}),
    "dossiers:person": (sheet_in_dossier, PARTY),
    "dossiers:detail": (part("dossier"), PARTY),
    "dossiers:progress": (part("dossier"), PARTY),
    "dossiers:download": (part("dossier"), PARTY),
    "dossiers:sign": (part("dossier"), {*OWN, "full"}),
    "dossiers:signed_download": (part("dossier"), PARTY),
    "dossiers:retry": (part("dossier"), PARTY),
    "dossiers:photo": (dossier_photo, PARTY),
    "dossiers:runs": (nothing, ANYBODY),
    "dossiers:run_start": (nothing, ANYBODY),
    # The officer's own, and no colleague's.
    **{
        f"dossiers:run{act}": (part("dossier_run"), {"own"})
        for act in ("", "_progress", "_download", "_cancel", "_resume", "_retry")
    },
    "receipts:of_crossing": (part("crossing"), PARTY),
    "receipts:draw_up": (part("crossing"), {*OWN, "full"}),
    "receipts:print": (part("receipt"), PARTY),
    "receipts:sign": (part("receipt"), {*OWN, "full"}),
    "receipts:download": (part("receipt_print"), PARTY),
    "receipts:progress": (part("receipt_print"), PARTY),
    "receipts:retry": (part("receipt_print"), PARTY),
    "exports:list": (nothing, ANYBODY),
    # The officer's own, and no colleague's.
    **{f"exports:{name}": (part("list_export"), {"own"}) for name in ("detail", "progress", "download")},
    "exchange:list": (nothing, ANYBODY),
    "exchange:upload": (of_case, OWN),
    "exchange:detail": (part("run"), OWN),
    "exchange:progress": (part("run"), OWN),
    # Law is reference data; it is changed by legal officers, of whom this world has none: tests/law.
    "law:home": (nothing, ANYBODY),
    "law:country": (lambda world: {"code": "TH"}, ANYBODY),
    "law:pair": (lambda world: {"asking": "CN", "asked": "TH"}, ANYBODY),
    "law:row": (law_row, ANYBODY),
    "law:propose_version": (law_row, NOBODY),
    "law:propose_end": (law_row, NOBODY),
    "law:propose_row": (lambda world: {"kind": "ground"}, NOBODY),
    "law:propose_treaty_row": (law_row, NOBODY),
    "law:proposals": (nothing, NOBODY),
    "law:proposal": (case, NOBODY),
    "law:confirm": (case, NOBODY),
    "law:reject": (case, NOBODY),
    "law:withdraw": (case, NOBODY),
    "exchange:errors": (part("run"), NOBODY),
    "exchange:discard": (part("run"), OWN),
    "exchange:undo": (part("run"), NOBODY),
}
PAGES |= {
    "privacy:queue": (nothing, ANYBODY),
    "privacy:record": (part("suspect", kind="persons"), OWN),
    "privacy:keep": (part("suspect", kind="persons"), OWN),
    "privacy:export": (part("suspect", kind="persons"), OWN),
    "privacy:erase": (part("suspect", kind="persons"), OWN),
    "privacy:standing": (part("suspect"), OWN),
    "privacy:confirm": (part("erasure"), {"supervisor"}),
    "privacy:decline": (part("erasure"), {"supervisor"}),
}
# Not case data, with the reason.
EXEMPT = {
    "receipts:verify": "open to anybody, and tells no name: tests/crossings/test_verifying",
    "receipts:proof": "open to anybody who holds the file, and names nobody: tests/crossings/test_verifying",
    "account_": "allauth's own pages show the officer's own account: tests/accounts",
    "mfa_": "allauth's own pages show the officer's own second factor: tests/accounts",
    "socialaccount_": "allauth's own pages, of which the product has two that say what went wrong: tests/accounts",
    **{
        f"social/{page}/": "the library's old address, leads to the new one"
        for page in ("login/cancelled", "login/error", "signup", "connections")
    },
    "openid_connect_": "the way to a country's own provider and back: tests/accounts",
    "accounts:": "accounts, not cases: tests/accounts",
    "api:": "the API has its own matrix: tests/api",
    **{
        f"crossings:border_{name}": "the empty shell of the phone page, the same for everybody: tests/crossings"
        for name in ("shell", "worker", "manifest")
    },
    "crossings:border_contact": "whether a copy stands, and nothing else: tests/crossings/test_border.py",
    "cases:create": "an empty form",
    "cases:operation_create": "an empty form",
    "cases:hand_on": "for those who manage users: tests/cases",
    "handovers:calendar_feed": "by a secret address, of the officer who made it: tests/handovers/test_work.py",
    "health": "says only whether database and broker answer",
    "ready": "says only whether parts of the product work: tests/running",
    "metrics": "numbers by page and kind of job, to who runs the server: tests/running",
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


# About rows of law, which every officer reads: here a row that is missing is told apart from one that is there.
OF_OPEN_ROWS = {"law:country", "law:pair", "law:row", "law:propose_version", "law:propose_end"}


def test_missing_and_foreign_are_answered_alike(world: World, one_factor: None) -> None:
    """Same status, same body, same number of statements: nothing tells that the record exists."""
    client = client_of(world, "foreign")
    wrong = []
    for name, (arguments, _allowed) in PAGES.items():
        if arguments is nothing or name in OF_OPEN_ROWS:
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


# Objects that are not open as the rest of the case is: addresses, and who is not refused.
APART: dict[str, tuple[str, set[str]]] = {
    "suspects:detail": ("withheld_person", OWN),
    "suspects:edit": ("withheld_person", OWN),
    "evidence:detail": ("withheld_item", OWN),
    "evidence:download": ("withheld_item", OWN),
    "suspects:detail ": ("contributed_person", FULL),
    "suspects:edit ": ("contributed_person", {"full"}),
    "suspects:marks": ("contributed_person", {"full"}),
    "suspects:document_add": ("contributed_person", {"full"}),
    "suspects:withhold": ("contributed_person", NOBODY),
    "suspects:consent_ask": ("contributed_person", OWN),
    "evidence:detail ": ("contributed_item", FULL),
    "evidence:edit": ("contributed_item", {"full"}),
    "evidence:custody_add": ("contributed_item", {"full"}),
    "evidence:verify": ("contributed_item", {"full"}),
    "evidence:download ": ("contributed_item", FULL),
    "evidence:consent_ask": ("contributed_item", OWN),
}


@pytest.mark.parametrize("viewer", sorted(HOLDS))
def test_withheld_and_contributed_items_are_open_to_their_own_sides_alone(
    world: World, viewer: str, one_factor: None
) -> None:
    client = client_of(world, viewer)
    forbidden = world.forbidden_marks(viewer)
    wrong: list[str] = []
    for name, (part_name, allowed) in APART.items():
        url = reverse(name.strip(), kwargs=part_of_case(part_name)(world))
        answer = client.post(url) if name == "evidence:verify" else client.get(url)
        if (answer.status_code in {200, 302}) != (viewer in allowed):
            wrong.append(f"{name} {part_name}: {viewer} was answered {answer.status_code}")
        wrong += [f"{name}: {viewer} reads {mark}" for mark in forbidden if mark in body(answer)]
    assert not wrong


def test_a_contributor_keeps_its_items_when_the_case_is_closed_to_it(world: World, one_factor: None) -> None:
    from lmc_cases.cases.services import sharing

    sharing.revoke_share(actor=world.viewers["own"], share_id=world.parts["share"].uuid, reason="over")
    client = client_of(world, "full")
    assert "MARKCONTRIBUTED" in body(client.get(reverse("contributed")))
    for name, part_name in (
        ("suspects:detail", "contributed_person"),
        ("evidence:detail", "contributed_item"),
    ):
        answer = client.get(reverse(name, kwargs=part_of_case(part_name)(world)))
        assert answer.status_code == 200
        assert "MARKCONTRIBUTED" in body(answer)
        assert "MARKTITLE" not in body(answer)
    assert client.get(reverse("cases:detail", kwargs=case(world))).status_code == 404
    assert client.get(reverse("suspects:create", kwargs=of_case(world))).status_code == 404


FOUND_BY = {
    "MARKTITLE": SUMMARY,
    "MARKSUMMARY": SUMMARY,
    "MARKNAME": PERSON,
    "MARKALIAS": PERSON,
    "MARKOTHER": FULL,
    "AB1234567": PERSON,
    "ab 123-4567": PERSON,
    "reference": EXISTENCE,
    "MARKFACTS": NOBODY,
    "MARKASSESSMENT": NOBODY,
    "MARKWITHHELD": OWN,
    # Its contributor holds the item by name; another country that the whole case is open to does not.
    "MARKCONTRIBUTED": {*OWN, "full"},
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


def test_another_country_with_the_whole_case_does_not_find_what_was_contributed(
    world: World, one_factor: None
) -> None:
    reader = officer("VN", suffix="READER")
    share(
        world.viewers["own"],
        world.case,
        "VN",
        Level.FULL,
        agency_id=reader.agency.uuid,
        second=world.viewers["supervisor"],
    )
    say_why(reader, world.case)
    client = Client()
    client.force_login(reader, backend="allauth.account.auth_backends.AuthenticationBackend")
    address = reverse("cases:detail", kwargs=case(world))
    assert address in body(client.get(reverse("cases:list"), {"q": "MARKOTHER"}))
    for mark in ("MARKCONTRIBUTED", "MARKWITHHELD", "MARKNOTE"):
        assert address not in body(client.get(reverse("cases:list"), {"q": mark}))
    assert "MARKCONTRIBUTED" not in body(client.get(address))


def test_a_withdrawn_share_closes_every_page_at_once(world: World, one_factor: None) -> None:
    from lmc_cases.cases.services import sharing

    client = client_of(world, "full")
    assert client.get(reverse("cases:detail", kwargs=case(world))).status_code == 200
    sharing.revoke_share(actor=world.viewers["own"], share_id=world.parts["share"].uuid, reason="over")
    for name, (kwargs, allowed) in PAGES.items():
        if any(allowed is group for group in (EXISTENCE, SUMMARY, FULL, PERSON)):
            assert client.get(reverse(name, kwargs=kwargs(world))).status_code == 404, name
    # What was asked for and disclosed by then stays with both countries.
    assert client.get(reverse("handovers:detail", kwargs=part("handover")(world))).status_code == 200
    assert client.get(reverse("dossiers:detail", kwargs=part("dossier")(world))).status_code == 200
    assert not Case.objects.visible_to(world.viewers["full"]).exists()
