"""Rule: over the API too, an account sees what its audiences see, at their level, and nothing else by any path."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver

from lmc_cases.audit.models import AuditEvent
from tests.api.samples import FILE, PDF, SESSIONS, World, body

pytestmark = [pytest.mark.django_db, pytest.mark.leak]
VIEWERS = (*SESSIONS, "token", "anonymous", "expired token")
FULL = {"own", "full", "token"}
BOTH_COUNTRIES = {"own", "full"}
ANY_LEVEL = FULL | {"summary", "existence"}
SIGNED_IN = {*SESSIONS, "token"}
UNKNOWN = "00000000-0000-4000-8000-000000000000"

# name of the address -> address in a world, and who gets it; everybody else signed in is told that it is not there.
RECORDS: dict[str, tuple[Any, set[str]]] = {
    "case": (lambda w: f"cases/{w.case.uuid}/", ANY_LEVEL),
    "disclosures": (lambda w: f"disclosures/?case={w.case.uuid}", ANY_LEVEL),
    "operation": (lambda w: f"operations/{w.operation.uuid}/", BOTH_COUNTRIES),
    "suspects": (lambda w: f"suspects/?case={w.case.uuid}", FULL),
    "suspect": (lambda w: f"suspects/{w.suspect.uuid}/", FULL),
    "photo": (lambda w: f"suspects/{w.suspect.uuid}/photo/", FULL),
    "evidence": (lambda w: f"evidence/?case={w.case.uuid}", FULL),
    "exhibit": (lambda w: f"evidence/{w.exhibit.uuid}/", FULL),
    "exhibit-file": (lambda w: f"evidence/{w.exhibit.uuid}/file/", FULL),
    "handover": (lambda w: f"handovers/{w.handover.uuid}/", BOTH_COUNTRIES),
    "messages": (lambda w: f"messages/?handover={w.handover.uuid}", BOTH_COUNTRIES),
    "checks": (lambda w: f"checks/?handover={w.handover.uuid}", BOTH_COUNTRIES),
    "custody": (lambda w: f"custody/?handover={w.handover.uuid}", BOTH_COUNTRIES),
    "dossier": (lambda w: f"dossiers/{w.dossier.uuid}/", BOTH_COUNTRIES),
    "dossier-run": (lambda w: f"dossier-runs/{w.dossier_run.uuid}/", {"own"}),
    "dossier-file": (lambda w: f"dossiers/{w.dossier.uuid}/file/", BOTH_COUNTRIES),
    "dossier-signed": (lambda w: f"dossiers/{w.dossier.uuid}/signed/", BOTH_COUNTRIES),
}
# name of the address -> who finds the world's record in it; the list itself is there for everybody signed in.
LISTS: dict[str, tuple[str, set[str]]] = {
    "cases": ("case", ANY_LEVEL),
    "operations": ("operation", BOTH_COUNTRIES),
    "handovers": ("handover", BOTH_COUNTRIES),
    "dossiers": ("dossier", BOTH_COUNTRIES),
    "dossier-runs": ("dossier_run", {"own"}),
}
# Addresses that change something, or need dossiers that are drawn: to whom else they answer as for what is missing is
# tested in test_runs.py.
ACTS = {"dossier-run-cancel", "dossier-run-resume", "dossier-run-retry", "dossier-run-files"}
REFERENCE = {"jurisdictions", "agencies", "typologies", "legal-instruments"}
REFERENCE_ROWS = {"jurisdiction", "agency", "typology", "legal-instrument"}
# Hold no record: the way in, the schema, its page, and addresses that are none (tests/api/test_problems.py).
# Checkpoints name no record either (tests/audit/test_checkpoints.py).
NO_RECORDS = {"start", "schema", "docs", "no-such-address", "checkpoints", "newest-checkpoint"}


def test_every_address_stands_in_a_table_of_this_file() -> None:
    """Rule: a new endpoint without a leak test fails here."""
    names = {str(name) for name in get_resolver("lmc_cases.api.urls").reverse_dict if isinstance(name, str)}
    assert names == set(RECORDS) | set(LISTS) | REFERENCE | REFERENCE_ROWS | NO_RECORDS | ACTS


@pytest.mark.parametrize("viewer", VIEWERS)
def test_who_gets_which_record(w: World, viewer: str) -> None:
    client = w.client(viewer)
    for name, (address, allowed) in RECORDS.items():
        expected = 200 if viewer in allowed else 404 if viewer in SIGNED_IN else 401
        answer = client.get(f"/api/v1/{address(w)}")
        assert answer.status_code == expected, (name, body(answer)[:300])
        if expected != 200:
            assert answer["Content-Type"] == "application/problem+json"
            assert "MARK-" not in body(answer).decode()


@pytest.mark.parametrize("viewer", VIEWERS)
def test_who_finds_it_in_which_list(w: World, viewer: str) -> None:
    client = w.client(viewer)
    for name, (attribute, allowed) in LISTS.items():
        answer = client.get(f"/api/v1/{name}/")
        if viewer not in SIGNED_IN:
            assert answer.status_code == 401
            continue
        found = {row["uuid"] for row in answer.json()["results"]}
        mine = {str(getattr(w, attribute).uuid)} if viewer in allowed else set()
        if viewer == "foreign" and name == "cases":
            mine = {str(w.other.uuid)}
        if name == "dossiers" and mine:
            assert mine <= found
            assert {row["handover"] for row in answer.json()["results"]} == {str(w.handover.uuid)}
        else:
            assert found == mine, name


@pytest.mark.parametrize("viewer", SESSIONS)
def test_filters_open_nothing(w: World, viewer: str) -> None:
    """Rule: naming a record in a filter answers as opening it does."""
    client = w.client(viewer)
    in_case, in_operation = viewer in ANY_LEVEL, viewer in BOTH_COUNTRIES
    for name in ("handovers", "dossiers"):
        answer = client.get(f"/api/v1/{name}/", {"case": w.case.uuid})
        assert answer.status_code == (200 if in_case else 404)
        if in_case and viewer not in BOTH_COUNTRIES:
            assert answer.json()["results"] == []
    answer = client.get("/api/v1/cases/", {"operation": w.operation.uuid})
    assert answer.status_code == (200 if in_operation else 404)


@pytest.mark.parametrize("viewer", [*SESSIONS, "token"])
def test_no_text_travels_beyond_its_level(w: World, viewer: str) -> None:
    """Rule: marks say which level a text needs; every answer of a viewer is searched for those above it."""
    client = w.client(viewer)
    addresses = [address(w) for address, _allowed in RECORDS.values()]
    addresses += [f"{name}/" for name in (*LISTS, *REFERENCE)]
    sent = b"".join(body(client.get(f"/api/v1/{address}")) for address in addresses).decode(
        "utf-8", "replace"
    )
    assert "MARK-NOTE" not in sent
    shows = {
        "MARK-SUMMARY": FULL | {"summary"},
        "MARK-FULL": FULL,
        "MARK-REQUEST": BOTH_COUNTRIES,
        "MARK-OPERATION": BOTH_COUNTRIES,
        "MARK-OTHER": {"foreign"},
    }
    for mark, viewers in shows.items():
        assert (mark in sent) == (viewer in viewers), mark
    assert (w.case.reference in sent) == (viewer in ANY_LEVEL)


def test_the_level_existence_shows_existence_fields_alone(w: World) -> None:
    shown = set(w.client("existence").get(f"/api/v1/cases/{w.case.uuid}/").json())
    assert shown == {
        *("uuid", "reference", "owner", "status", "typology", "classification", "level"),
        *("is_own", "opened_at", "updated_at", "agency", "version", "handling", "restriction"),
    }
    row = w.client("existence").get("/api/v1/cases/").json()["results"][0]
    assert "title" not in row
    assert row["level"] == "existence"


def test_the_level_summary_adds_texts_but_no_facts(w: World) -> None:
    shown = w.client("summary").get(f"/api/v1/cases/{w.case.uuid}/").json()
    assert {(text["kind"], text["language"], text["is_original"]) for text in shown["texts"]} == {
        ("TITLE", "en", True),
        ("TITLE", "zh-hans", False),
        ("SUMMARY", "en", True),
    }
    assert shown["loss"] == {"amount": "1234.50", "currency": "THB"}
    assert shown["fraud_victims"] == 1240
    assert shown["title"] == {"text": "MARK-SUMMARY title", "language": "en", "kind": "original"}
    assert "timeline" not in shown
    # The operation is Thailand's and China's: Cambodia is not told that there is one.
    assert shown["operation"] is None
    full = w.client("full").get(f"/api/v1/cases/{w.case.uuid}/").json()
    assert full["operation"]["uuid"] == str(w.operation.uuid)
    assert {text["kind"] for text in full["texts"]} == {"TITLE", "SUMMARY", "FACTS"}


@pytest.mark.parametrize("viewer", ["foreign", "revoked"])
def test_foreign_and_missing_are_one_answer_at_one_price(w: World, viewer: str) -> None:
    """Rule: neither the words nor the number of statements tell whether a record exists."""
    client = w.client(viewer)
    client.get("/api/v1/cases/")
    for name, (address, _allowed) in RECORDS.items():
        there = f"/api/v1/{address(w)}"
        nowhere = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", UNKNOWN, there)
        answers = []
        for path in (there, nowhere):
            with CaptureQueriesContext(connection) as statements:
                answer = client.get(path)
            problem = {**answer.json(), "request_id": ""}
            answers.append(
                (answer.status_code, problem, dict(answer.headers, **{"X-Request-ID": ""}), len(statements))
            )
        assert answers[0] == answers[1], name


def test_files_leave_as_attachments_and_in_the_record(w: World) -> None:
    client = w.client("full")
    for address, content, kind, verb in (
        (f"evidence/{w.exhibit.uuid}/file/", FILE, "application/octet-stream", "evidence.downloaded"),
        (f"dossiers/{w.dossier.uuid}/file/", PDF, "application/pdf", "dossier.downloaded"),
    ):
        answer = client.get(f"/api/v1/{address}", headers={"accept": kind})
        assert (answer.status_code, body(answer)) == (200, content)
        assert answer["Content-Type"] == kind
        assert answer["Content-Disposition"].startswith("attachment; filename")
        assert answer["X-Content-Type-Options"] == "nosniff"
        event = AuditEvent.objects.filter(verb=verb).get()
        assert (event.channel, event.operation, event.actor) == ("api", "DISCLOSURE", w.officers["full"])


def test_every_read_is_one_event_of_the_owner(w: World) -> None:
    """Rule: a consultation over the API is recorded like one on a page; a list is one event with its count."""
    client = w.client("token")
    for address, verb in (
        ("cases/", "cases.listed"),
        (f"cases/{w.case.uuid}/", "case.viewed"),
        (f"suspects/?case={w.case.uuid}", "suspects.listed"),
        (f"suspects/{w.suspect.uuid}/", "suspect.viewed"),
        (f"evidence/?case={w.case.uuid}", "evidence.listed"),
        (f"evidence/{w.exhibit.uuid}/", "evidence.viewed"),
    ):
        before = AuditEvent.objects.count()
        assert client.get(f"/api/v1/{address}").status_code == 200
        event = AuditEvent.objects.order_by("-pk")[0]
        assert AuditEvent.objects.count() == before + 1
        assert (event.verb, event.channel, event.actor) == (verb, "api", w.partner)
        if verb != "cases.listed":
            assert event.owner_country is not None
            assert event.owner_country.code == "TH"
        if verb.endswith("listed"):
            assert event.codes["shown"] == 1


def test_a_refusal_of_a_token_is_recorded_too(w: World) -> None:
    """Rule: the account is known only inside the request; the record of its refusals must know it all the same."""
    w.client("token").get(f"/api/v1/cases/{w.other.uuid}/")
    event = AuditEvent.objects.filter(operation="REFUSAL").get()
    assert (event.actor, event.channel) == (w.partner, "api")
    assert event.codes == {"view": "api:case", "status": 404, "asked": [str(w.other.uuid)]}


def test_no_answer_holds_a_primary_key(w: World) -> None:
    """Rule: primary keys count other countries' records. Whole numbers of answers are those named here."""
    counted = {"number", "version", "size_bytes", "pages", "year", "month", "day", "cases", "persons"}
    # How far a run is.
    counted |= {"total", "done", "failed", "seconds_left"}
    counted |= {"fraud_victims", "source_version"}

    def walk(value: Any, key: str) -> None:
        assert key not in {"id", "pk"}
        assert not key.endswith("_id")
        if isinstance(value, dict):
            for name, part in value.items():
                walk(part, name)
        elif isinstance(value, list):
            for part in value:
                walk(part, key)
        elif isinstance(value, int) and not isinstance(value, bool):
            assert key in counted, key

    files = {"photo", "dossier-signed"}
    records = {name: row for name, row in RECORDS.items() if "file" not in name and name not in files}
    for viewer in ("full", "own"):
        client = w.client(viewer)
        addresses = [address(w) for address, who in records.values() if viewer in who]
        for address in [*addresses, *(f"{name}/" for name in (*LISTS, *REFERENCE))]:
            walk(json.loads(client.get(f"/api/v1/{address}").content), "")
