"""Rule: each side has its own view of each ground of refusal; unknown is the default; a refusal can name the ground."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from django.urls import reverse

from lmc_cases.core.errors import InvalidInput
from lmc_cases.handovers.models import GroundMark, HandoverRequest, HandoverSubject
from lmc_cases.handovers.services import deciding, drafting, proceeding, sending
from lmc_cases.handovers.services.grounds import grounds_for, mark_ground, own_view
from lmc_cases.jurisdictions.access import acting_as
from tests.cases.browsing import signed_in, words
from tests.factories import officer
from tests.handovers.samples import World, world
from tests.harness.shared_worlds import once_per_module

pytestmark = pytest.mark.django_db


built, w = once_per_module(lambda: world(evidence=0, with_photo=False))


def asked(w: World) -> HandoverRequest:
    """An extradition under review in Thailand, by the treaty of China and Thailand."""
    draft = drafting.draft_request(
        actor=w.chinese, case_id=w.case.uuid, procedure="EXTRADITION", **w.arguments()
    )
    sending.propose(actor=w.chinese, handover_id=draft.uuid)
    sending.send(actor=officer("CN", "supervisor"), handover_id=draft.uuid)
    proceeding.acknowledge(actor=w.supervisor, handover_id=draft.uuid)
    proceeding.review(actor=w.supervisor, handover_id=draft.uuid)
    return seen(w, draft)


def seen(w: World, handover: HandoverRequest) -> HandoverRequest:
    with acting_as(w.thai):
        rows = HandoverRequest.objects.select_related("requested", "requesting", "instrument")
        return rows.get(pk=handover.pk)


def subjects(w: World, handover: HandoverRequest) -> list[HandoverSubject]:
    with acting_as(w.thai):
        return list(handover.subjects.order_by("position").select_related("refusal_ground"))


def mark(actor: Any, handover: HandoverRequest, subject: HandoverSubject, **changes: Any) -> GroundMark:
    given = {"ground_id": grounds_for(handover)[0].uuid, "standing": "APPLIES", "note": "Invented note"}
    return mark_ground(
        actor=actor, handover_id=handover.uuid, subject_id=subject.uuid, **{**given, **changes}
    )


def view(user: Any, handover: HandoverRequest, subject: HandoverSubject) -> list[str]:
    with acting_as(user):
        return [state.standing.value for state in own_view(user, handover, subject.pk)]


def test_the_law_and_the_treaty_say_the_grounds_and_what_binds_comes_first(w: World) -> None:
    rows = grounds_for(asked(w))
    assert {row.instrument.parties_text for row in rows if row.instrument} == {"CN|TH"}
    assert {row.jurisdiction.code for row in rows if row.jurisdiction} == {"TH"}
    bearings = [row.bearing for row in rows]
    assert bearings == sorted(bearings)


def test_each_side_has_its_own_view_and_neither_reads_the_other(w: World) -> None:
    handover = asked(w)
    first, second = subjects(w, handover)[:2]
    unknown = ["UNKNOWN"] * len(grounds_for(handover))
    assert view(w.thai, handover, first) == unknown
    mark(w.thai, handover, first)
    mark(w.chinese, handover, first, standing="DOES_NOT", note="The other side's note")
    assert view(w.thai, handover, first)[0] == "APPLIES"
    assert view(w.chinese, handover, first)[0] == "DOES_NOT"
    assert view(w.thai, handover, second) == unknown
    mark(w.thai, handover, first, standing="UNKNOWN", note="")
    assert view(w.thai, handover, first)[0] == "UNKNOWN"
    assert view(w.chinese, handover, first)[0] == "DOES_NOT"
    with acting_as(w.chinese):
        assert {row.country.code for row in GroundMark.objects.all()} == {"CN"}
    with acting_as(w.viet):
        assert not GroundMark.objects.exists()


def test_a_legal_officer_marks_too_and_nobody_else_finds_the_request(w: World) -> None:
    handover = asked(w)
    subject = subjects(w, handover)[0]
    assert mark(officer("TH", "legal_officer"), handover, subject).country.code == "TH"
    for actor in (w.viet, w.thai_prosecutor):
        with pytest.raises(HandoverRequest.DoesNotExist):
            mark(actor, handover, subject)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"standing": "MAYBE"}, "standing"),
        ({"note": " "}, "note"),
        ({"standing": "DOES_NOT", "note": ""}, "note"),
        ({"ground_id": uuid.UUID(int=1)}, "ground_id"),
    ],
)
def test_a_mark_says_why_and_names_a_ground_of_the_request(w: World, changes: Any, field: str) -> None:
    handover = asked(w)
    with pytest.raises(InvalidInput) as caught:
        mark(w.thai, handover, subjects(w, handover)[0], **changes)
    assert caught.value.field == field


def test_a_mark_is_never_changed(w: World) -> None:
    handover = asked(w)
    made = mark(w.thai, handover, subjects(w, handover)[0])
    with acting_as(w.thai), connection.cursor() as cursor:
        for act in (
            "UPDATE handovers_groundmark SET note = 'x' WHERE id = %s",
            "DELETE FROM handovers_groundmark WHERE id = %s",
        ):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                cursor.execute(act, [made.pk])


def test_a_refusal_names_its_ground_for_every_person(w: World) -> None:
    handover = asked(w)
    ground = grounds_for(handover)[0]
    deciding.refuse(
        actor=w.supervisor, handover_id=handover.uuid, reason="Political (invented)", ground_id=ground.uuid
    )
    assert {each.refusal_ground for each in subjects(w, handover)} == {ground}
    shown = words(signed_in(w.chinese).get(reverse("handovers:detail", args=[handover.uuid])))
    assert "Ground in law: " in shown
    assert ground.law in shown


def test_a_decision_names_a_ground_for_who_is_refused_alone(w: World) -> None:
    handover = asked(w)
    first, second = subjects(w, handover)[:2]
    ground = grounds_for(handover)[0]
    with pytest.raises(InvalidInput) as caught:
        deciding.approve(
            actor=w.supervisor,
            handover_id=handover.uuid,
            outcomes={first.uuid: "REFUSED"},
            grounds={first.uuid: "x"},
            refusal_grounds={first.uuid: uuid.UUID(int=1)},
        )
    assert caught.value.field == f"refusal_ground_{first.uuid}"
    deciding.approve(
        actor=w.supervisor,
        handover_id=handover.uuid,
        outcomes={first.uuid: "REFUSED"},
        grounds={first.uuid: "Political (invented)"},
        refusal_grounds={first.uuid: ground.uuid, second.uuid: ground.uuid},
        restrictions_confirmed=True,
    )
    assert [each.refusal_ground for each in subjects(w, handover)[:2]] == [ground, None]


def test_grounds_are_marked_and_named_through_the_pages(w: World) -> None:
    handover = asked(w)
    subject = subjects(w, handover)[0]
    ground = grounds_for(handover)[0]
    client = signed_in(w.thai)
    page = reverse("handovers:grounds", args=[handover.uuid, subject.uuid])
    assert page in client.get(reverse("handovers:detail", args=[handover.uuid])).content.decode()
    assert "Not known" in words(client.get(page))
    address = reverse("handovers:mark_ground", args=[handover.uuid, subject.uuid, ground.uuid])
    assert client.get(address).status_code == 200
    assert client.post(address, {"standing": "APPLIES", "note": ""}).status_code == 422
    assert client.post(address, {"standing": "APPLIES", "note": "Own note (invented)"}).url == page
    assert "Own note (invented)" in words(client.get(page))
    other = signed_in(w.chinese)
    assert "Own note (invented)" not in words(other.get(page))
    assert signed_in(w.viet).get(page).status_code == 404
    supervisor = signed_in(w.supervisor)
    refusing = reverse("handovers:refuse", args=[handover.uuid])
    assert ground.law in words(supervisor.get(refusing))
    assert supervisor.get(reverse("dossiers:approve", args=[handover.uuid])).status_code == 200
    assert supervisor.post(refusing, {"reason": "x", "ground_id": "nonsense"}).status_code == 422
    assert supervisor.post(refusing, {"reason": "x", "ground_id": str(ground.uuid)}).status_code == 302
    assert subjects(w, handover)[0].refusal_ground == ground


def test_police_hand_over_without_grounds(w: World) -> None:
    handover = w.submitted()
    subject = subjects(w, handover)[0]
    assert grounds_for(seen(w, handover)) == []
    page = reverse("handovers:grounds", args=[handover.uuid, subject.uuid])
    assert signed_in(w.thai).get(page).status_code == 404
