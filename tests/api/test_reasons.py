"""Rule: over the API too, another country's case is read for a reason; the refusal names the remedy."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from django.db import transaction
from django.test import Client

from lmc_cases.accounts.services.tokens import issue_token
from lmc_cases.audit.models import AuditReason
from lmc_cases.cases.models import Disclosure, ReadingReason
from lmc_cases.core.errors import InvalidInput
from tests.api.samples import World, body
from tests.api.test_leaks import LISTS
from tests.api.test_leaks import RECORDS as ALL_RECORDS
from tests.factories import officer, say_why

pytestmark = [pytest.mark.django_db, pytest.mark.leak]
# What another country than the case's own finds at all.
RECORDS = {name: row for name, row in ALL_RECORDS.items() if "full" in row[1]}
# Co-owned by the reader's country, or no part of a case.
ASKS_NOTHING = {
    *("operation", "handover", "messages", "checks", "custody"),
    *("dossier", "dossier-file", "dossier-signed"),
}


def newcomer(w: World) -> Client:
    w.officers["newcomer"] = officer("CN")
    return w.client("newcomer")


def test_without_a_reason_every_address_of_a_case_answers_428_and_names_the_remedy(w: World) -> None:
    client = newcomer(w)
    for name, (address, _who) in RECORDS.items():
        answer = client.get(f"/api/v1/{address(w)}")
        if name in ASKS_NOTHING:
            assert answer.status_code == 200, name
            continue
        assert answer.status_code == 428, (name, answer.status_code)
        problem = answer.json()
        assert (problem["title"], problem["case"]) == ("reason-required", str(w.case.uuid))
        assert "Reason-Code" in problem["detail"]
        assert "LOCATE" in problem["reasons"]
        assert "MARK-" not in body(answer).decode()
    assert not Disclosure.objects.filter(recipient_officer=w.officers["newcomer"], kind="SUSPECT").exists()


def test_the_header_gives_the_reason_for_the_day(w: World) -> None:
    client = newcomer(w)
    address = f"/api/v1/cases/{w.case.uuid}/"
    words = "งานสืบสวน (สมมติ)"
    headers = {"Reason-Code": "OTHER", "Reason-Text": quote(words)}
    assert client.get(address, headers=headers).status_code == 200
    assert client.get(f"/api/v1/suspects/?case={w.case.uuid}").status_code == 200
    given = ReadingReason.objects.get(officer=w.officers["newcomer"])
    assert (given.code, given.is_standing) == ("OTHER", False)
    assert AuditReason.objects.get(event=given.event).text == words


@pytest.mark.parametrize("headers", [{"Reason-Code": "NONE"}, {"Reason-Code": "OTHER"}])
def test_a_reason_of_no_list_is_refused_by_its_field(w: World, headers: dict[str, str]) -> None:
    answer = newcomer(w).get(f"/api/v1/cases/{w.case.uuid}/", headers=headers)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] in {"reason_code", "reason"}


def test_foreign_cases_are_not_found_before_any_question(w: World) -> None:
    assert w.client("foreign").get(f"/api/v1/cases/{w.case.uuid}/").status_code == 404


def test_a_token_may_carry_a_standing_reason(w: World) -> None:
    w.officers["other partner"] = officer("SG", "partner_agency")
    with pytest.raises(InvalidInput):
        issue_token(
            actor=w.administrator, user_id=w.officers["other partner"].uuid, days=1, reason_code="OTHER"
        )
    token, _until = issue_token(
        actor=w.administrator, user_id=w.officers["other partner"].uuid, days=1, reason_code="SUPPORT"
    )
    client = Client(headers={"authorization": f"Token {token}"})
    assert client.get(f"/api/v1/cases/{w.case.uuid}/").status_code == 200
    given = ReadingReason.objects.get(officer=w.officers["other partner"])
    assert (given.code, given.is_standing) == ("SUPPORT", True)


def test_every_answer_of_another_countrys_record_is_in_the_ledger(w: World) -> None:
    """Rule: a new address that forgets the ledger fails here. Lists of co-owned records show references alone."""
    client = newcomer(w)
    say_why(w.officers["newcomer"], w.case)
    no_entry = {"operation", "disclosures"}
    asked = {name: address(w) for name, (address, _who) in RECORDS.items()}
    asked |= {name: f"{name}/" for name in LISTS}
    # A run is of its own asker alone, and shows references.
    no_entry |= {"operations", "handovers", "dossiers", "dossier-runs"}
    forgotten = []
    for name, address in asked.items():
        with transaction.atomic():
            answer = client.get(f"/api/v1/{address}")
            assert answer.status_code == 200, name
            body(answer)
            entries = Disclosure.objects.filter(recipient_officer=w.officers["newcomer"])
            paths = set(entries.values_list("path", flat=True))
            transaction.set_rollback(True)
        if not paths and name not in no_entry:
            forgotten.append(name)
        if name in {"case", "cases", "suspect", "suspects", "exhibit", "evidence", "handover", "dossier"}:
            assert paths == {"API"}, name
    assert not forgotten


def test_the_owner_reads_the_ledger_over_the_api(w: World) -> None:
    newcomer(w).get(f"/api/v1/cases/{w.case.uuid}/", headers={"Reason-Code": "LOCATE"})
    rows = w.client("own").get(f"/api/v1/disclosures/?case={w.case.uuid}&limit=100").json()["results"]
    mine = [row for row in rows if row["recipient_officer"] == w.officers["newcomer"].full_name]
    assert [(row["kind"], row["path"], row["reason_code"]) for row in mine] == [("CASE", "API", "LOCATE")]
    assert {row["recipient"] for row in rows} >= {"CN", "KH", "LA"}
    theirs = w.client("full").get(f"/api/v1/disclosures/?case={w.case.uuid}&limit=100").json()["results"]
    # What China received, and what it gave itself with its request.
    assert {(row["owner"], row["recipient"]) for row in theirs} == {("TH", "CN"), ("CN", "TH")}
