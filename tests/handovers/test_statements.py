"""Rule: the side that asks states what it knows of each person and what it undertakes; the newest counts, all stays."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from lmc_cases.audit.models import AuditEvent
from lmc_cases.core.errors import InvalidInput
from lmc_cases.handovers.models import HandoverRequest, HandoverSubject, RequestStatement
from lmc_cases.handovers.services import deciding, drafting, proceeding, sending
from lmc_cases.handovers.services.stated import StatementShown, statements_of
from lmc_cases.handovers.services.stating import Said, state
from lmc_cases.handovers.states import WrongState
from lmc_cases.jurisdictions.access import acting_as
from lmc_cases.privacy.services import erasing
from lmc_cases.privacy.services.records import Kind as RecordKind
from lmc_cases.suspects.models import Suspect
from lmc_cases.suspects.services.people import PersonErased
from tests.cases.browsing import signed_in, words
from tests.factories import officer
from tests.handovers.samples import World, world
from tests.harness.shared_worlds import once_per_module

pytestmark = pytest.mark.django_db
built, w = once_per_module(lambda: world(with_photo=False))
ADDRESS = "虚构路7号"


def first(w: World, handover: HandoverRequest) -> HandoverSubject:
    with acting_as(w.chinese):
        return handover.subjects.order_by("position")[0]


def stated(w: World, handover: HandoverRequest, kind: str = "ADDRESSES", **changes: Any) -> RequestStatement:
    """One statement of the Chinese officer of the first person, or of the request as a whole."""
    said = {"given": "STATED", "text": ADDRESS, "language": "zh-hans", **changes}
    subject = said.pop("subject_id", first(w, handover).uuid if kind != "RE_EXTRADITION" else None)
    return state(
        actor=said.pop("actor", w.chinese),
        handover_id=handover.uuid,
        kind=kind,
        said=Said(**said),
        subject_id=subject,
    )


def undertaken(w: World, handover: HandoverRequest, **changes: Any) -> RequestStatement:
    given = {"given_by": "公安部（虚构）", "given_on": timezone.localdate(), "text": "不转引渡（虚构）"}
    return stated(w, handover, "RE_EXTRADITION", **{**given, **changes})


def read(actor: Any, handover: HandoverRequest) -> dict[int | None, dict[str, StatementShown]]:
    with acting_as(actor):
        return statements_of(actor, handover)


def test_the_newest_counts_and_both_sides_read_it_once_it_is_sent(w: World) -> None:
    handover = w.draft()
    subject = first(w, handover)
    stated(w, handover, text="旧址（虚构）")
    stated(w, handover)
    undertaken(w, handover)
    assert read(w.thai, handover) == {}
    assert AuditEvent.objects.filter(verb="handover.stated").latest("pk").recipient_country_id is None
    sending.submit(actor=w.chinese, handover_id=handover.uuid)
    stated(w, handover, "AMNESTY", given="NONE_KNOWN", text="查无（虚构）")
    for actor in (w.chinese, w.thai):
        found = read(actor, handover)
        assert found[subject.pk]["ADDRESSES"].text == ADDRESS
        assert found[subject.pk]["AMNESTY"].row.given == "NONE_KNOWN"
        assert found[None]["RE_EXTRADITION"].row.given_by == "公安部（虚构）"
    assert read(w.viet, handover) == {}
    with acting_as(w.thai):
        assert RequestStatement.objects.count() == 4
    event = AuditEvent.objects.filter(verb="handover.stated").latest("pk")
    assert event.recipient_country_id == handover.requested_id
    assert event.codes == {"subject": str(subject.uuid), "kind": "AMNESTY", "given": "NONE_KNOWN"}


def test_nobody_else_states_anything_and_nobody_once_it_is_decided(w: World) -> None:
    handover = w.submitted()
    for stranger in (w.thai, w.supervisor, w.viet, officer("CN", "auditor")):
        with pytest.raises(HandoverRequest.DoesNotExist):
            stated(w, handover, actor=stranger)
    proceeding.acknowledge(actor=w.thai, handover_id=handover.uuid)
    stated(w, handover)
    deciding.refuse(actor=w.supervisor, handover_id=handover.uuid, reason="own national (invented)")
    with pytest.raises(WrongState):
        stated(w, handover)


def test_a_person_of_another_request_is_missing_as_is_one_nobody_knows(w: World) -> None:
    handover, other = w.draft(), w.draft()
    for unknown in (uuid4(), first(w, other).uuid):
        with pytest.raises(HandoverSubject.DoesNotExist):
            stated(w, handover, subject_id=unknown)


@pytest.mark.parametrize(
    ("kind", "changes", "field"),
    [
        ("WARRANT", {}, "kind"),
        ("ADDRESSES", {"subject_id": None}, "kind"),
        ("RE_EXTRADITION", {"given": "NONE_KNOWN"}, "given"),
        ("RE_EXTRADITION", {"given_by": " \u200e"}, "given_by"),
        ("RE_EXTRADITION", {"given_on": timezone.localdate() + dt.timedelta(days=2)}, "given_on"),
        ("ASYLUM_CLAIM", {"given": "NONE_KNOWN", "text": " \u200e "}, "text"),
        ("ASYLUM_CLAIM", {"text": "x" * 5_001}, "text"),
        ("ASYLUM_CLAIM", {"language": "xx"}, "language"),
    ],
)
def test_what_says_nothing_is_refused_by_its_field(
    w: World, kind: str, changes: dict[str, Any], field: str
) -> None:
    handover = w.draft()
    with pytest.raises(InvalidInput) as caught:
        (undertaken if kind == "RE_EXTRADITION" else stated)(
            w, handover, **({} if kind == "RE_EXTRADITION" else {"kind": kind}), **changes
        )
    assert caught.value.field == field
    assert read(w.chinese, handover) == {}


def test_the_words_lie_sealed_and_no_role_of_the_product_changes_what_was_sent(w: World) -> None:
    handover = w.draft()
    made = stated(w, handover)
    sending.submit(actor=w.chinese, handover_id=handover.uuid)
    with acting_as(w.chinese), connection.cursor() as cursor:
        cursor.execute("SELECT t::text, text_sealed FROM handovers_requeststatement t")
        ((row, sealed),) = cursor.fetchall()
        assert ADDRESS not in row
        assert ADDRESS.encode() not in bytes(sealed)
    for actor in (w.chinese, w.thai):
        for act in (
            "UPDATE handovers_requeststatement SET language = 'en'",
            "DELETE FROM handovers_requeststatement",
            "TRUNCATE handovers_requeststatement",
            "INSERT INTO handovers_requeststatement (uuid, handover_id, subject_id, country_id, kind, given, text_sealed,"
            " language, given_by, recorded_by_id) SELECT gen_random_uuid(), handover_id, subject_id,"
            f" {w.thai.country.pk}, kind, given, text_sealed, language, given_by, {w.thai.pk}"
            " FROM handovers_requeststatement",
        ):
            with acting_as(actor), pytest.raises(DatabaseError), transaction.atomic():
                connection.cursor().execute(act)
    assert read(w.thai, handover)[made.subject_id]["ADDRESSES"].text == ADDRESS


def test_what_is_stated_of_whoever_is_left_out_of_a_draft_goes_with_them(w: World) -> None:
    handover = w.draft()
    stated(w, handover)
    drafting.edit_draft(
        actor=w.chinese,
        handover_id=handover.uuid,
        version=handover.version,
        **w.arguments(suspect_ids=[w.suspects[1].uuid]),
    )
    assert read(w.chinese, handover) == {}


def erase(w: World, suspect: Suspect) -> None:
    asked = erasing.ask_erasure(
        actor=w.thai,
        kind=RecordKind.PERSONS,
        public_id=suspect.uuid,
        legal_ground="Invented Act, section 1",
        reason="ordered (invented)",
    )
    erasing.confirm_erasure(actor=w.supervisor, erasure_id=asked.uuid)


def test_an_erasure_reaches_the_draft_of_another_country_and_leaves_what_was_disclosed(w: World) -> None:
    draft, sent = w.draft(), w.submitted()
    with acting_as(w.chinese):
        second = draft.subjects.order_by("position")[1]
    kept = stated(w, draft, subject_id=second.uuid)
    stated(w, draft)
    disclosed = stated(w, sent)
    proceeding.acknowledge(actor=w.thai, handover_id=sent.uuid)
    deciding.refuse(actor=w.supervisor, handover_id=sent.uuid, reason="own national (invented)")
    erase(w, w.suspects[0])
    assert set(read(w.chinese, draft)) == {kept.subject_id}
    assert read(w.chinese, sent)[disclosed.subject_id]["ADDRESSES"].text == ADDRESS
    with pytest.raises(PersonErased):
        stated(w, draft)
    with acting_as(w.chinese), pytest.raises(DatabaseError, match="erased"), transaction.atomic():
        connection.cursor().execute(
            "INSERT INTO handovers_requeststatement (uuid, handover_id, subject_id, country_id, kind, given, text_sealed,"
            " language, given_by, recorded_by_id) SELECT gen_random_uuid(), handover_id, %s, country_id, kind, given,"
            " text_sealed, language, given_by, recorded_by_id FROM handovers_requeststatement WHERE handover_id = %s",
            [first(w, draft).pk, draft.pk],
        )
    # Who sees no draft can ask for nothing but what an erasure does.
    with acting_as(w.thai), connection.cursor() as cursor:
        cursor.execute("SELECT forget_unsent_statements(%s)", [w.suspects[1].pk])
    assert set(read(w.chinese, draft)) == {kept.subject_id}


def test_the_page_shows_what_is_stated_and_takes_it_once(w: World) -> None:
    handover = w.draft()
    client = signed_in(w.chinese)
    address = reverse("handovers:state_of_person", args=[handover.uuid, first(w, handover).uuid, "ADDRESSES"])
    assert address in client.get(reverse("handovers:detail", args=[handover.uuid])).content.decode()
    form = client.get(address).context["form"]
    sent = {"given": "STATED", "text": ADDRESS, "language": "zh-hans", "once": form["once"].value()}
    refused = client.post(address, {**sent, "given": "HEARD"})
    assert refused.status_code == 422
    assert ADDRESS in refused.content.decode()
    for _again in range(2):
        assert client.post(address, sent).status_code == 302
    with acting_as(w.chinese):
        assert RequestStatement.objects.count() == 1
    shown = words(client.get(reverse("handovers:detail", args=[handover.uuid])))
    assert ADDRESS in shown
    whole = reverse("handovers:state", args=[handover.uuid, "RE_EXTRADITION"])
    assert client.post(whole, {**sent, "given_by": "", "given_on": ""}).status_code == 422
    for missing in (
        reverse("handovers:state", args=[handover.uuid, "ADDRESSES"]),
        reverse("handovers:state_of_person", args=[handover.uuid, uuid4(), "ADDRESSES"]),
        reverse("handovers:state_of_person", args=[handover.uuid, first(w, handover).uuid, "RE_EXTRADITION"]),
    ):
        assert client.get(missing).status_code == 404
    assert signed_in(w.thai).get(address).status_code == 404
