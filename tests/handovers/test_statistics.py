"""Rule: statistics count what the officer may see, and nothing else, with as many questions for many as for few."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from lmc_cases.accounts.models import User
from lmc_cases.audit.models import AuditEvent, Operation
from lmc_cases.handovers.services import deciding
from lmc_cases.handovers.services.statistics import Filters, Table, statistics_of
from lmc_cases.jurisdictions.access import acting_as
from tests.cases.browsing import signed_in
from tests.handovers.samples import World, world
from tests.harness.shared_worlds import once_per_module

pytestmark = pytest.mark.django_db


def build() -> World:
    made = world(evidence=0, with_photo=False)
    handover = made.acknowledged()
    first, second, third = handover.subjects.order_by("position")
    deciding.approve(
        actor=made.supervisor,
        handover_id=handover.uuid,
        outcomes={first.uuid: "GRANTED", second.uuid: "GRANTED", third.uuid: "REFUSED"},
        grounds={third.uuid: "own national (invented)"},
    )
    made.draft(suspect_ids=[made.suspects[0].uuid])
    return made


built, w = once_per_module(build)


def tables(user: User, **filters: object) -> dict[str, list[tuple[str, ...]]]:
    with acting_as(user):
        found = statistics_of(actor=user, filters=Filters(**filters))  # type: ignore[arg-type]
    return {table.title: list(table.rows) for table in found}


def test_both_sides_count_alike_a_third_counts_nothing_and_a_draft_is_not_counted(w: World) -> None:
    for user in (w.thai, w.chinese):
        found = tables(user)
        assert found["From country to country"] == [("Thailand → China", "1", "3", "0")]
        assert found["Requests by status"] == [("Granted in part", "1")]
        assert found["Persons by outcome"] == [("Handover granted", "2"), ("Refused", "1")]
        assert found["Persons by nationality"] == [("China", "3", "0")]
        assert found["How long it took"][1][1] == "Not known"
        assert float(found["How long it took"][0][1]) >= 0
    third = tables(w.viet)
    assert not any(third[title] for title in third if title != "How long it took")


def test_the_filters_narrow(w: World) -> None:
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    assert tables(w.thai, since=tomorrow)["Requests by status"] == []
    assert tables(w.thai, until=timezone.localdate())["Requests by status"] != []
    assert tables(w.thai, procedure="EXTRADITION")["Requests by status"] == []
    assert tables(w.thai, country="VN")["Requests by status"] == []
    assert tables(w.thai, country="CN")["Requests by status"] != []


def test_the_page_and_the_table_to_take_along(w: World) -> None:
    client = signed_in(w.thai)
    assert "Thailand → China" in client.get(reverse("handovers:statistics")).content.decode()
    assert client.get(reverse("handovers:statistics"), {"since": "x"}).status_code == 200
    answer = client.post(reverse("handovers:statistics"), {"format": "csv"})
    assert '"Thailand → China","1","3","0"' in b"".join(answer).decode("utf-8-sig")  # type: ignore[call-overload]
    assert AuditEvent.objects.filter(verb="handover.statistics_exported").get().operation == Operation.EXPORT
    empty = signed_in(w.viet).get(reverse("handovers:statistics")).content.decode()
    assert "Nothing to count yet." in empty


def test_the_number_of_statements_does_not_grow(w: World) -> None:
    def asked(user: User) -> int:
        with acting_as(user), CaptureQueriesContext(connection) as queries:
            statistics_of(actor=user, filters=Filters())
        return len(queries)

    few = asked(w.thai)
    for suspect in w.suspects:
        w.draft(suspect_ids=[suspect.uuid])
    assert asked(w.thai) == few
    assert Table("x", ("a",), [("b", "1")]).lines == [("b", [("a", "1")])]
