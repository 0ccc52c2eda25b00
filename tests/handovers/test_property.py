"""Rule: what a person owned is listed by the country that holds the person, read by both, and never changed silently."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import ProgrammingError, connection, transaction
from django.urls import reverse

from lmc_cases.audit.models import AuditEvent
from lmc_cases.core.errors import InvalidInput
from lmc_cases.dossiers.services.composing_persons import property_by_person
from lmc_cases.handovers.models import HandoverRequest, PropertyItem
from lmc_cases.handovers.services import belongings, deciding, surrendering
from lmc_cases.handovers.services.belongings import ChangedMeanwhile, Entry
from lmc_cases.handovers.states import WrongState
from lmc_cases.jurisdictions.access import acting_as
from tests.cases.browsing import signed_in
from tests.handovers.samples import World, world
from tests.harness.shared_worlds import once_per_module

pytestmark = pytest.mark.django_db


def build() -> tuple[World, HandoverRequest]:
    made = world(evidence=2, with_photo=False)
    return made, deciding.approve(actor=made.supervisor, handover_id=made.acknowledged().uuid)


built, made = once_per_module(build)


@pytest.fixture
def w(made: tuple[World, HandoverRequest]) -> World:
    return made[0]


@pytest.fixture
def granted(made: tuple[World, HandoverRequest]) -> HandoverRequest:
    return made[1]


def add(w: World, handover: HandoverRequest, **more: Any) -> PropertyItem:
    given: dict[str, Any] = {"description": "โทรศัพท์ (สมมติ)", "disposition": "TRAVELS", **more}
    return belongings.record_property(
        actor=given.pop("actor", w.thai),
        handover_id=handover.uuid,
        subject_id=handover.subjects.get(position=1).uuid,
        new_id=given.pop("new_id", None),
        entry=Entry(**given),
    )


def listed(actor: Any, handover: HandoverRequest) -> list[PropertyItem]:
    with acting_as(actor):
        return [item for rows in belongings.property_of(actor, handover).values() for item in rows]


def test_both_countries_read_the_list_and_a_third_does_not(w: World, granted: HandoverRequest) -> None:
    made = add(w, granted, description="เงินสด", amount=Decimal(120500), currency="thb")
    for actor in (w.thai, w.chinese):
        (seen,) = listed(actor, granted)
        assert (seen.uuid, seen.sum_text) == (made.uuid, "THB 120,500.00")
    with acting_as(w.viet):
        assert not PropertyItem.objects.visible_to(w.viet).exists()
        assert not PropertyItem.objects.exists()
    event = AuditEvent.objects.filter(verb="handover.property_recorded").get()
    assert event.codes["disposition"] == "TRAVELS"


def test_only_the_country_that_holds_the_person_records_and_only_while_the_request_is_open(
    w: World, granted: HandoverRequest
) -> None:
    made = add(w, granted)
    for actor in (w.chinese, w.viet):
        with pytest.raises(HandoverRequest.DoesNotExist):
            add(w, granted, actor=actor)
        with pytest.raises(HandoverRequest.DoesNotExist):
            belongings.remove_property(
                actor=actor, handover_id=granted.uuid, item_id=made.uuid, reason="mine"
            )
    surrendering.withdraw(actor=w.chinese, handover_id=granted.uuid, reason="(invented)")
    with pytest.raises(WrongState):
        add(w, granted)


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("description", {"description": " "}),
        ("quantity", {"quantity": 0}),
        ("disposition", {"disposition": "SOLD"}),
        ("reason", {"disposition": "HELD"}),
        ("currency", {"amount": Decimal(5)}),
        ("currency", {"amount": Decimal(5), "currency": "฿"}),
        ("amount", {"currency": "THB"}),
        ("amount", {"amount": Decimal("NaN"), "currency": "THB"}),
        ("amount", {"amount": Decimal(-1), "currency": "THB"}),
        ("amount", {"amount": Decimal("1.0001"), "currency": "THB"}),
        ("amount", {"amount": Decimal(10) ** 15, "currency": "THB"}),
        ("exhibit_id", {"disposition": "EVIDENCE", "exhibit_id": uuid.uuid4()}),
        ("return_what", {"return_to": "Owner"}),
        ("return_to", {"return_what": "the car"}),
        (
            "return_source",
            {"return_what": "the car", "return_to": "Owner", "return_by": dt.date(2027, 1, 1)},
        ),
    ],
)
def test_what_an_entry_lacks_is_refused_by_field(
    w: World, granted: HandoverRequest, field: str, given: dict[str, Any]
) -> None:
    with pytest.raises(InvalidInput) as caught:
        add(w, granted, **given)
    assert caught.value.field == field


def test_an_exhibit_is_named_only_where_it_was_disclosed_and_travels_as_evidence(
    w: World, granted: HandoverRequest
) -> None:
    (first, number), *_ = belongings.exhibits_of(w.thai, granted)
    made = add(w, granted, disposition="EVIDENCE", exhibit_id=first)
    assert made.exhibit_number == number == "E-0001"
    with pytest.raises(InvalidInput):
        add(w, granted, disposition="TRAVELS", exhibit_id=first)


def test_a_change_keeps_what_was_said_and_a_stale_one_is_refused(w: World, granted: HandoverRequest) -> None:
    made = add(w, granted)
    change = {"actor": w.thai, "handover_id": granted.uuid, "item_id": made.uuid, "version": 1}
    held = Entry(description="โทรศัพท์ (สมมติ)", disposition="HELD", reason="court order (invented)")
    belongings.change_property(entry=held, **change)
    with pytest.raises(ChangedMeanwhile):
        belongings.change_property(entry=held, **change)
    with acting_as(w.chinese):
        told = list(made.history.order_by("history_id").values_list("disposition", flat=True))
    assert told == ["TRAVELS", "HELD"]


def test_what_was_recorded_in_error_is_taken_off_with_a_reason_and_stays_in_the_database(
    w: World, granted: HandoverRequest
) -> None:
    made = add(w, granted)
    about = {"actor": w.thai, "handover_id": granted.uuid, "item_id": made.uuid}
    with pytest.raises(InvalidInput):
        belongings.remove_property(reason=" ", **about)
    belongings.remove_property(reason="of another person", **about)
    assert listed(w.thai, granted) == []
    with pytest.raises(ObjectDoesNotExist):
        belongings.remove_property(reason="again", **about)
    with acting_as(w.thai):
        assert made.history.latest("history_id").history_change_reason == "of another person"
        for statement in (
            "DELETE FROM handovers_propertyitem",
            "UPDATE handovers_historicalpropertyitem SET description = 'x'",
        ):
            with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)


def test_the_dossier_lists_it(w: World, granted: HandoverRequest) -> None:
    add(
        w,
        granted,
        disposition="HELD",
        reason="title unclear",
        amount=Decimal("5.125"),
        currency="SGD",
        return_what="the car",
        return_to="Owner (invented)",
        return_by=dt.date(2027, 1, 31),
        return_source="Order 1 (invented)",
    )
    with acting_as(w.chinese):
        ((fact,),) = property_by_person(w.chinese, granted).values()
    assert (fact.disposition, fact.money, fact.return_by) == ("HELD", "SGD 5.125", "2027-01-31")


def test_the_pages_record_once_change_and_take_off(w: World, granted: HandoverRequest) -> None:
    client = signed_in(w.thai)
    subject = granted.subjects.get(position=1)
    add_url = reverse("handovers:property_add", args=[granted.uuid, subject.uuid])
    form = client.get(add_url).context["form"]
    posted = {
        "description": "Cash (invented)",
        "quantity": "1",
        "amount": "1200.50",
        "currency": "cny",
        "disposition": "TRAVELS",
        "once": form["once"].value(),
    }
    refused = client.post(add_url, {**posted, "currency": ""})
    assert refused.status_code == 422
    assert "Cash (invented)" in refused.content.decode()
    for _twice in range(2):
        assert client.post(add_url, posted).status_code == 302
    (made,) = listed(w.thai, granted)
    shown = client.get(reverse("handovers:property", args=[granted.uuid, subject.uuid])).content.decode()
    assert "CNY 1,200.50" in shown
    change_url = reverse("handovers:property_change", args=[granted.uuid, subject.uuid, made.uuid])
    values = client.get(change_url).context["form"].initial
    assert values["version"] == 1
    client.post(change_url, {**posted, "description": "Cash, counted", "version": "1"})
    assert listed(w.thai, granted)[0].description == "Cash, counted"
    remove_url = reverse("handovers:property_remove", args=[granted.uuid, subject.uuid, made.uuid])
    client.post(remove_url, {"reason": "error"})
    assert listed(w.thai, granted) == []
    assert signed_in(w.chinese).get(add_url).status_code == 404
