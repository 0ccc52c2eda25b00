"""Rule: the side that holds a person records in whose hands the person is; both read it, and nothing of it changes."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from lmc_cases.accounts.models import User
from lmc_cases.audit.models import AuditEvent
from lmc_cases.core.errors import InvalidInput
from lmc_cases.handovers.models import HandoverRequest, HandoverSubject, PersonHand
from lmc_cases.handovers.services import checking, custody, deciding, surrendering
from lmc_cases.handovers.services.checking import Findings
from lmc_cases.handovers.services.custody import CorrectedMeanwhile, HandEntry
from lmc_cases.handovers.services.custody_read import HandShown, hands_of
from lmc_cases.handovers.states import WrongState
from lmc_cases.jurisdictions.access import acting_as
from tests.cases.browsing import signed_in
from tests.factories import officer
from tests.handovers.samples import World, world
from tests.harness.shared_worlds import once_per_module

pytestmark = pytest.mark.django_db


def build() -> tuple[World, HandoverRequest]:
    made = world(evidence=1, with_photo=False)
    return made, deciding.approve(actor=made.supervisor, handover_id=made.acknowledged().uuid)


built, made = once_per_module(build)


@pytest.fixture
def w(made: tuple[World, HandoverRequest]) -> World:
    return made[0]


@pytest.fixture
def granted(made: tuple[World, HandoverRequest]) -> HandoverRequest:
    return made[1]


def person(handover: HandoverRequest, position: int = 1) -> HandoverSubject:
    return handover.subjects.get(position=position)


def add(actor: User, handover: HandoverRequest, **more: Any) -> PersonHand:
    named = {name: more.pop(name) for name in ("corrects_id", "new_id") if name in more}
    subject_id = more.pop("subject_id", None) or person(handover, more.pop("position", 1)).uuid
    given: dict[str, Any] = {
        "at": timezone.now(),
        "place": "แม่สอด (สมมติ)",
        "from_holder": "ตำรวจ (สมมติ)",
        "to_holder": "เรือนจำ (สมมติ)",
        "injuries": "SEEN",
        "injuries_text": "MARKINJURY",
        "medication": "MARKDRUG",
        "note": "MARKNOTE",
        **more,
    }
    return custody.record_hand(
        actor=actor, handover_id=handover.uuid, subject_id=subject_id, entry=HandEntry(**given), **named
    )


def listed(actor: User, handover: HandoverRequest) -> list[HandShown]:
    with acting_as(actor):
        return [hand for rows in hands_of(actor, handover).values() for hand in rows]


def handed_over(w: World, granted: HandoverRequest, *positions: int) -> HandoverRequest:
    """The persons at these positions crossed a minute ago."""
    w.cleared(granted)
    return surrendering.record_handed_over(
        actor=w.thai,
        handover_id=granted.uuid,
        at=timezone.now(),
        place="Mae Sot (invented)",
        subject_ids=[person(granted, position).uuid for position in positions],
    )


def test_both_countries_read_it_whole_and_a_third_reads_no_row(w: World, granted: HandoverRequest) -> None:
    made, subject = add(w.thai, granted), person(granted)
    for actor in (w.thai, w.chinese):
        (hand,) = listed(actor, granted)
        assert hand.row.uuid == made.uuid
        assert (hand.injuries, hand.medication, hand.note) == ("MARKINJURY", "MARKDRUG", "MARKNOTE")
        assert hand.is_change_of_hands
        assert hand.is_readable
        assert not hand.is_corrected
    assert listed(w.viet, granted) == []
    with acting_as(w.viet):
        assert not PersonHand.objects.exists()
    event = AuditEvent.objects.filter(verb="handover.hand_recorded").get()
    assert event.codes == {"subject": str(subject.uuid), "corrects": None}
    assert event.recipient_country_id == w.chinese.country.pk


def test_no_word_about_health_stands_in_the_database_in_the_clear(w: World, granted: HandoverRequest) -> None:
    add(w.thai, granted)
    with acting_as(w.thai), connection.cursor() as cursor:
        cursor.execute(
            "SELECT h::text, injuries_sealed || medication_sealed || note_sealed FROM handovers_personhand h"
        )
        ((text, sealed),) = cursor.fetchall()
    for word in ("MARKINJURY", "MARKDRUG", "MARKNOTE"):
        assert word not in text
        assert word.encode() not in bytes(sealed)


def test_a_text_moved_to_another_field_does_not_open(w: World, granted: HandoverRequest) -> None:
    made = add(w.thai, granted)
    with acting_as(w.thai):
        forged = PersonHand.objects.get(pk=made.pk)
        forged.pk, forged.uuid, forged.medication_sealed = None, uuid.uuid4(), made.injuries_sealed
        forged.save(force_insert=True)
    _true, moved = listed(w.chinese, granted)
    assert (moved.medication, moved.is_readable) == ("", False)


def test_the_wall_lets_nobody_change_or_delete_an_entry_nor_write_one_for_the_other_side(
    w: World, granted: HandoverRequest
) -> None:
    made = add(w.thai, granted)
    for statement in (
        "UPDATE handovers_personhand SET place = 'x'",
        "DELETE FROM handovers_personhand",
        "TRUNCATE handovers_personhand",
    ):
        with (
            acting_as(w.thai),
            pytest.raises(ProgrammingError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    with acting_as(w.chinese):
        forged = PersonHand.objects.get(pk=made.pk)
        forged.pk, forged.uuid = None, uuid.uuid4()
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            forged.save(force_insert=True)


@pytest.mark.parametrize(
    "changes",
    [
        {"from_holder": "", "to_holder": "", "note_sealed": b""},
        {"injuries": "NONE_SEEN"},
    ],
)
def test_the_table_itself_takes_no_entry_that_says_nothing_or_contradicts_itself(
    w: World, granted: HandoverRequest, changes: dict[str, Any]
) -> None:
    made = add(w.thai, granted)
    with acting_as(w.thai):
        row = PersonHand.objects.get(pk=made.pk)
        row.pk, row.uuid = None, uuid.uuid4()
        for name, value in changes.items():
            setattr(row, name, value)
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save(force_insert=True)


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("at", {"at": timezone.now() + dt.timedelta(days=1)}),
        ("at", {"at": dt.datetime(1, 1, 1, tzinfo=dt.UTC)}),
        ("at", {"at": dt.datetime(2026, 1, 1)}),  # noqa: DTZ001 - names no zone
        ("place", {"place": " "}),
        ("place", {"place": "x" * 301}),
        ("from_holder", {"from_holder": "x" * 201}),
        ("note", {"note": "x" * 5001}),
        ("to_holder", {"from_holder": "", "to_holder": " ", "note": ""}),
        ("injuries", {"injuries": ""}),
        ("injuries", {"injuries": "MAYBE"}),
        ("injuries_text", {"injuries_text": ""}),
        ("injuries_text", {"injuries": "NONE_SEEN"}),
        ("injuries_text", {"injuries": "NOT_LOOKED"}),
        ("subject_id", {"subject_id": uuid.uuid4()}),
    ],
)
def test_what_an_entry_lacks_is_refused_by_field(
    w: World, granted: HandoverRequest, field: str, given: dict[str, Any]
) -> None:
    with pytest.raises(InvalidInput) as caught:
        add(w.thai, granted, **given)
    assert caught.value.field == field


@pytest.mark.parametrize(
    "given",
    [
        {"from_holder": "", "to_holder": "", "injuries": "NOT_LOOKED", "injuries_text": ""},
        {"from_holder": "", "note": "", "medication": "", "injuries": "NONE_SEEN", "injuries_text": ""},
    ],
)
def test_a_note_without_a_change_of_hands_and_a_first_hand_are_taken(
    w: World, granted: HandoverRequest, given: dict[str, Any]
) -> None:
    add(w.thai, granted, **given)
    (hand,) = listed(w.chinese, granted)
    assert hand.is_change_of_hands is bool(hand.row.to_holder)


def test_before_the_surrender_the_sending_side_records_and_nobody_else(
    w: World, granted: HandoverRequest
) -> None:
    for actor in (w.chinese, w.viet, officer("TH", "country_administrator"), officer("SG", "partner_agency")):
        with pytest.raises(HandoverRequest.DoesNotExist):
            add(actor, granted)
    assert listed(w.thai, granted) == []


def test_after_the_surrender_the_receiving_side_records_until_the_request_is_closed(
    w: World, granted: HandoverRequest
) -> None:
    early = add(w.thai, granted, at=timezone.now() - dt.timedelta(days=2))
    handed_over(w, granted, 1, 2, 3)
    with pytest.raises(HandoverRequest.DoesNotExist):
        add(w.thai, granted)
    with pytest.raises(InvalidInput) as caught:
        add(w.chinese, granted, at=timezone.now() - dt.timedelta(days=1))
    assert caught.value.field == "at"
    add(w.chinese, granted, to_holder="看守所（虚构）")
    first, second = listed(w.thai, granted)
    assert (first.row.country_id, second.row.country_id) == (w.thai.country.pk, w.chinese.country.pk)
    # What the sending side wrote it corrects still, for its own time alone.
    with pytest.raises(InvalidInput):
        add(w.thai, granted, corrects_id=early.uuid, at=timezone.now())
    add(w.thai, granted, corrects_id=early.uuid, at=timezone.now() - dt.timedelta(days=3))
    surrendering.close(actor=w.chinese, handover_id=granted.uuid)
    with pytest.raises(WrongState):
        add(w.chinese, granted)
    assert len(listed(w.chinese, granted)) == 3


def test_a_person_left_behind_stays_the_sending_sides_to_record(w: World, granted: HandoverRequest) -> None:
    w.cleared(granted)
    surrendering.record_handed_over(
        actor=w.thai,
        handover_id=granted.uuid,
        at=timezone.now(),
        place="Mae Sot (invented)",
        subject_ids=[person(granted, 1).uuid],
        not_moved={person(granted, 2).uuid: "NOT_COLLECTED", person(granted, 3).uuid: "NOT_COLLECTED"},
        note="Nobody came (invented)",
    )
    add(w.thai, granted, position=2)
    with pytest.raises(HandoverRequest.DoesNotExist):
        add(w.chinese, granted, position=2)
    add(w.chinese, granted, position=1)


def test_a_draft_and_an_ended_request_take_none(w: World, granted: HandoverRequest) -> None:
    draft = w.draft()
    surrendering.withdraw(actor=w.chinese, handover_id=granted.uuid, reason="(invented)")
    with pytest.raises(WrongState):
        add(w.thai, granted)
    with pytest.raises(HandoverRequest.DoesNotExist):
        add(w.thai, draft)
    # The side that drafted it does not hold the person.
    with pytest.raises(HandoverRequest.DoesNotExist):
        add(w.chinese, draft)


def test_a_correction_names_what_it_corrects_once_and_both_stay(w: World, granted: HandoverRequest) -> None:
    wrong = add(w.thai, granted, at=timezone.now() - dt.timedelta(hours=2))
    add(w.thai, granted, at=timezone.now() - dt.timedelta(hours=1), note="between")
    right = add(w.thai, granted, corrects_id=wrong.uuid, injuries="NONE_SEEN", injuries_text="")
    with pytest.raises(CorrectedMeanwhile):
        add(w.thai, granted, corrects_id=wrong.uuid)
    add(w.thai, granted, corrects_id=right.uuid)
    shown = listed(w.chinese, granted)
    assert [hand.is_corrected for hand in shown] == [True, False, True, False]
    assert shown[0].corrected_by is not None
    assert shown[0].corrected_by.uuid == right.uuid
    assert shown[2].row.corrects == wrong


def test_nobody_corrects_what_the_other_side_another_person_or_another_request_holds(
    w: World, granted: HandoverRequest
) -> None:
    made = add(w.thai, granted)
    with pytest.raises(HandoverRequest.DoesNotExist):
        add(w.chinese, granted, corrects_id=made.uuid)
    for given in ({"position": 2, "corrects_id": made.uuid}, {"corrects_id": uuid.uuid4()}):
        with pytest.raises(ObjectDoesNotExist):
            add(w.thai, granted, **given)
    assert len(listed(w.thai, granted)) == 1


def test_sent_twice_it_is_recorded_once(w: World, granted: HandoverRequest) -> None:
    key = uuid.uuid4()
    assert add(w.thai, granted, new_id=key) == add(w.thai, granted, new_id=key)
    wrong = listed(w.thai, granted)[0].row
    again = uuid.uuid4()
    for _twice in range(2):
        add(w.thai, granted, corrects_id=wrong.uuid, new_id=again)
    assert len(listed(w.thai, granted)) == 2


def found_a_victim(w: World, handover: HandoverRequest) -> None:
    checking.record_check(
        actor=w.chinese,
        handover_id=handover.uuid,
        subject_id=person(handover).uuid,
        kind="SCREENING",
        outcome="PRESUMED",
        on=timezone.localdate(),
        findings=Findings(
            reason="seen (invented)", language="中文", interpreter="none needed", indicators=("NOT_FREE",)
        ),
    )


def test_of_a_victim_the_other_side_reads_nothing_any_more_and_nothing_is_added(
    w: World, granted: HandoverRequest
) -> None:
    made = add(w.thai, granted)
    add(w.thai, granted, position=2)
    found_a_victim(w, granted)
    with pytest.raises(WrongState):
        add(w.thai, granted)
    with pytest.raises(ObjectDoesNotExist):
        add(w.chinese, granted, corrects_id=made.uuid)
    assert len(listed(w.thai, granted)) == 2
    (other,) = listed(w.chinese, granted)
    assert other.row.uuid != made.uuid
    with acting_as(w.chinese):
        # Past the rule as well.
        assert not PersonHand.objects.filter(pk=made.pk).exists()
    args = [granted.uuid, person(granted).uuid]
    record = reverse("handovers:custody", args=args)
    assert signed_in(w.chinese).get(record).status_code == 404
    assert record not in signed_in(w.chinese).get(reverse("handovers:person", args=args)).content.decode()
    thai = signed_in(w.thai)
    assert "MARKINJURY" in thai.get(record).content.decode()
    assert thai.get(reverse("handovers:custody_add", args=args)).status_code == 404


def test_a_hundred_entries_of_three_persons_cost_as_many_statements_as_one(
    w: World, granted: HandoverRequest
) -> None:
    costs = []
    for entries in (1, 8):
        for position in (1, 2, 3)[: 1 if entries == 1 else 3]:
            for _each in range(entries):
                add(w.thai, granted, position=position)
        with (
            acting_as(w.chinese),
            CaptureQueriesContext(
                connection,
            ) as ran,
        ):
            assert hands_of(w.chinese, granted)
        costs.append(len(ran))
    assert costs[0] == costs[1] <= 3


def test_the_pages_record_once_correct_and_show_both_sides_the_same(
    w: World, granted: HandoverRequest
) -> None:
    args = [granted.uuid, person(granted).uuid]
    record, add_url = (reverse(f"handovers:{name}", args=args) for name in ("custody", "custody_add"))
    thai, chinese = signed_in(w.thai), signed_in(w.chinese)
    assert "Nothing is recorded yet." in chinese.get(record).content.decode()
    assert add_url in thai.get(record).content.decode()
    assert add_url not in chinese.get(record).content.decode()
    form = thai.get(add_url).context["form"]
    posted = {
        "at": timezone.localtime(timezone.now()).strftime("%Y-%m-%dT%H:%M"),
        "place": "Mae Sot (invented)",
        "from_holder": "Police (invented)",
        "to_holder": "Prison (invented)",
        "injuries": "SEEN",
        "injuries_text": "",
        "medication": "Insulin (invented)",
        "note": "",
        "once": form["once"].value(),
    }
    refused = thai.post(add_url, posted)
    assert refused.status_code == 422
    assert "Describe the injuries that were seen." in refused.content.decode()
    assert "Insulin (invented)" in refused.content.decode()
    for _twice in range(2):
        assert thai.post(add_url, {**posted, "injuries_text": "Bruise (invented)"}).status_code == 302
    (hand,) = listed(w.thai, granted)
    for client in (thai, chinese):
        shown = client.get(record).content.decode()
        assert "Bruise (invented)" in shown
        assert "Insulin (invented)" in shown
    correct = reverse("handovers:custody_correct", args=[*args, hand.row.uuid])
    assert correct not in chinese.get(record).content.decode()
    assert chinese.get(correct).status_code == 404
    assert chinese.post(correct, posted).status_code == 404
    initial = thai.get(correct).context["form"].initial
    assert initial["injuries_text"] == "Bruise (invented)"
    fixed = {**posted, "injuries": "NONE_SEEN", "once": initial["once"]}
    assert thai.post(correct, fixed).status_code == 302
    assert "Corrected later" in chinese.get(record).content.decode()
    # Another officer had the form open: told, and nothing typed is lost.
    late = thai.post(correct, {**fixed, "note": "typed", "once": ""})
    assert late.status_code == 422
    assert "typed" in late.content.decode()


def test_for_a_third_country_no_address_of_it_exists(w: World, granted: HandoverRequest) -> None:
    made = add(w.thai, granted)
    args = [granted.uuid, person(granted).uuid]
    client = signed_in(w.viet)
    for name, more in (("custody", []), ("custody_add", []), ("custody_correct", [made.uuid])):
        url = reverse(f"handovers:{name}", args=[*args, *more])
        assert client.get(url).status_code == 404, name
        # The list takes no POST, from nobody.
        assert client.post(url, {}).status_code == (405 if name == "custody" else 404), name


def test_the_api_tells_both_sides_person_by_person(w: World, granted: HandoverRequest) -> None:
    wrong = add(w.thai, granted)
    right = add(w.thai, granted, corrects_id=wrong.uuid, injuries="NONE_SEEN", injuries_text="", note="")
    address = f"/api/v1/custody/?handover={granted.uuid}"
    told = signed_in(w.chinese).get(address).json()["results"]
    assert [len(one["hands"]) for one in told] == [2, 0, 0]
    first, second = told[0]["hands"]
    assert (first["injuries"], first["injuries_text"], first["note"]) == ("SEEN", "MARKINJURY", "MARKNOTE")
    assert (second["injuries"], second["injuries_text"], second["note"]) == ("NONE_SEEN", None, None)
    assert first["corrected_by"] == str(right.uuid)
    assert second["corrects"] == str(wrong.uuid)
    one = signed_in(w.thai).get(f"{address}&person={person(granted, 2).uuid}").json()["results"]
    assert [row["hands"] for row in one] == [[]]
    assert signed_in(w.viet).get(address).status_code == 404
