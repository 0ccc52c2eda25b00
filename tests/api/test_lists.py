"""Rule: lists are paged by sealed positions, cost the same whatever their length, and refuse what they do not know."""

from __future__ import annotations

import base64
import struct

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lmc_cases.core.keyset import EPOCH, Cursor
from lmc_cases.evidence.services import ExhibitDetails, add_item
from tests.api.samples import World, person
from tests.factories import open_case

pytestmark = pytest.mark.django_db


def more(w: World, count: int) -> None:
    """Add cases, people and exhibits."""
    for number in range(count):
        open_case(w.owner, title=f"Invented case {number}")
        person(w.owner, w.case, number + 2)
        details = ExhibitDetails(exhibit_number=f"X-{number}", kind="PHONE")
        add_item(actor=w.owner, case_id=w.case.uuid, details=details)


LISTS = (
    "cases/?",
    "suspects/?case={case}&",
    "evidence/?case={case}&",
    "handovers/?",
    "dossiers/?",
    "operations/?",
)


@pytest.mark.parametrize("list_", [*LISTS, "legal-instruments/?", "agencies/?"])
def test_following_next_shows_every_row_once(w: World, list_: str) -> None:
    more(w, 4)
    client = w.client("own")
    address = "/api/v1/" + list_.format(case=w.case.uuid)
    whole = client.get(f"{address}limit=100").json()
    assert whole["next"] is None
    seen, following = [], f"{address}limit=2"
    while following:
        page = client.get(following).json()
        assert len(page["results"]) <= 2
        seen += [row["uuid"] for row in page["results"]]
        following = page["next"]
        assert following is None or following.startswith("http://testserver/api/v1/")
    assert seen == [row["uuid"] for row in whole["results"]]
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize("list_", LISTS)
def test_a_page_costs_the_same_whatever_its_length(w: World, list_: str) -> None:
    client = w.client("own")
    address = "/api/v1/" + list_.format(case=w.case.uuid)
    client.get(address)
    counts = []
    for added in (0, 6):
        more(w, added)
        with CaptureQueriesContext(connection) as statements:
            assert client.get(f"{address}limit=100").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_a_token_costs_a_fixed_number_of_statements(w: World) -> None:
    client = w.client("token")
    client.get("/api/v1/cases/")
    counts = []
    for tokens in (0, 3):
        for _again in range(tokens):
            w.token()
        with CaptureQueriesContext(connection) as statements:
            assert client.get("/api/v1/cases/").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_filters_narrow(w: World) -> None:
    more(w, 2)
    client = w.client("own")

    def found(query: str) -> set[str]:
        return {row["uuid"] for row in client.get(f"/api/v1/cases/?{query}").json()["results"]}

    mine = str(w.case.uuid)
    assert found("typology=investment") == {mine}
    assert found(f"operation={w.operation.uuid}") == {mine}
    assert len(found("owner=TH")) == len(found("whose=own")) == len(found("at_least=full")) == 3
    assert found("owner=CN") == found("whose=shared") == found("status=CLOSED") == set()
    assert client.get(f"/api/v1/suspects/?case={w.case.uuid}&category=VICTIM").json()["results"] == []
    assert len(client.get(f"/api/v1/evidence/?case={w.case.uuid}&kind=PHONE").json()["results"]) == 2
    thai = client.get("/api/v1/agencies/?country=th").json()["results"]
    assert {row["country"] for row in thai} == {"TH"}
    assert client.get("/api/v1/legal-instruments/?country=SG&limit=1").json()["results"][0]["parties"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=many", "limit"),
        ("cursor=made-up", "cursor"),
        ("cursor=%00", "cursor"),
        ("status=NOWHERE", "status"),
        ("typology=nothing", "typology"),
        ("owner=XX", "owner"),
        ("operation=1", "operation"),
        ("sattus=OPEN", "sattus"),
    ],
)
def test_what_is_not_understood_is_named(w: World, query: str, field: str) -> None:
    """Rule: a misspelt filter is refused, because leaving it out would answer with more than was asked for."""
    answer = w.client("own").get(f"/api/v1/cases/?{query}")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_lists_of_one_case_ask_which(w: World) -> None:
    for name in ("suspects", "evidence"):
        answer = w.client("own").get(f"/api/v1/{name}/")
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "case")


def test_a_position_tells_no_primary_key() -> None:
    """Rule: a key that can be read counts the records of other countries."""
    position = Cursor(at=EPOCH, pk=987_654_321)
    sealed = position.encode()
    raw = base64.urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
    assert struct.pack(">q", position.pk)[4:] not in raw
    assert b"987654321" not in raw
    assert sealed != position.encode()
    assert Cursor.decode(sealed) == position
    for broken in (sealed[:-2], "A" + sealed[1:], sealed + "AAAA", "", "é", "=", None):
        assert broken == sealed or Cursor.decode(broken) is None
