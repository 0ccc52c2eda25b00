"""The life of a request: who may take which step, what it freezes, and what no later change reaches."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from lmc_cases.accounts.models import User
from lmc_cases.audit.models import AuditEvent
from lmc_cases.cases.models import Case, Level
from lmc_cases.cases.services import casework, sharing
from lmc_cases.core.errors import InvalidInput, StaleVersion
from lmc_cases.core.history import save_as
from lmc_cases.handovers import states
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.services import deciding, drafting, proceeding, reading, sending, surrendering
from lmc_cases.handovers.services.disclosure import CannotDisclose, ProtectedPerson, photo_name
from lmc_cases.handovers.services.gates import CaseNotOpen
from lmc_cases.handovers.services.instruments import Force, offered_instruments
from lmc_cases.handovers.services.sealed import opened_people
from lmc_cases.handovers.states import WrongState
from lmc_cases.jurisdictions.access import acting_as
from lmc_cases.jurisdictions.models import Jurisdiction, LegalInstrument
from lmc_cases.keys.sealing import is_sealed
from lmc_cases.suspects.models import Suspect
from tests.factories import officer, open_case, share
from tests.handovers.samples import World, person, world
from tests.harness.shared_worlds import once_per_module

pytestmark = pytest.mark.django_db
Missing = HandoverRequest.DoesNotExist


built, w = once_per_module(world)


def verbs(handover: HandoverRequest) -> list[str]:
    events = AuditEvent.objects.filter(object_uuid=handover.uuid).order_by("id")
    return list(events.values_list("verb", flat=True))


def test_a_draft_is_for_the_requesting_country_alone_until_it_is_sent(w: World) -> None:
    draft = w.draft()
    assert draft.reference.startswith("CN-H-")
    assert draft.requested.code == "TH"
    reads = HandoverRequest.objects
    assert reads.visible_to(w.chinese_prosecutor).get() == draft
    assert not reads.visible_to(w.supervisor).exists()
    # The audit must not tell the other country of a draft either.
    assert not AuditEvent.objects.visible_to(w.supervisor).filter(object_uuid=draft.uuid).exists()
    sending.submit(actor=w.chinese, handover_id=draft.uuid)
    assert reads.visible_to(w.supervisor).get() == draft
    assert AuditEvent.objects.visible_to(w.supervisor).filter(verb="handover.submitted").exists()
    assert not reads.visible_to(w.viet).exists()


def test_only_officers_who_see_the_foreign_case_in_full_and_hold_the_right_can_draft(w: World) -> None:
    for actor in (w.viet, w.chinese_prosecutor, w.thai, w.supervisor):
        with pytest.raises(Case.DoesNotExist):
            drafting.draft_request(actor=actor, case_id=w.case.uuid, **w.arguments())
    sharing.revoke_share(actor=w.thai, share_id=w.share.uuid, reason="Smaller share")
    share(w.thai, w.case, "CN", Level.SUMMARY)
    with pytest.raises(Case.DoesNotExist):
        w.draft()


def test_a_victim_or_witness_cannot_be_asked_for_as_a_suspect(w: World) -> None:
    with pytest.raises(ProtectedPerson, match=r"S4 \(Presumed trafficking victim\)"):
        w.draft(suspect_ids=[w.suspects[0].uuid, w.victim.uuid])
    for category in (Suspect.Category.VICTIM, Suspect.Category.WITNESS):
        other = person(w.thai, w.case, 10 + len(category), category=category)
        with pytest.raises(ProtectedPerson):
            w.draft(suspect_ids=[other.uuid])


def reclassify(w: World, suspect: Suspect) -> None:
    suspect.category = Suspect.Category.PRESUMED_TRAFFICKING_VICTIM
    save_as(suspect, actor=w.thai, reason="screened")


def test_a_person_found_to_be_a_victim_later_stops_submission_and_approval(w: World) -> None:
    draft, received = w.draft(), w.acknowledged()
    reclassify(w, w.suspects[1])
    with pytest.raises(ProtectedPerson, match="S2"):
        sending.submit(actor=w.chinese, handover_id=draft.uuid)
    with pytest.raises(ProtectedPerson, match="S2"):
        deciding.approve(actor=w.supervisor, handover_id=received.uuid)


def test_persons_of_another_case_cannot_be_asked_for(w: World) -> None:
    other = open_case(w.thai)
    share(w.thai, other, "CN")
    stranger = person(w.thai, other, 1)
    for wanted in ([stranger.uuid], [uuid.uuid4()], []):
        with pytest.raises(InvalidInput):
            w.draft(suspect_ids=wanted)


def test_instruments_of_both_countries_are_offered_those_in_force_first() -> None:
    china, thailand = Jurisdiction.objects.get(code="CN"), Jurisdiction.objects.get(code="TH")
    offers = offered_instruments(china, thailand)
    assert offers[0].instrument.parties_text == "CN|TH"
    assert offers[0].instrument.kind == "bilateral_extradition"
    assert [offer.force for offer in offers] == sorted(offer.force for offer in offers)
    assert {offer.force for offer in offers} == {Force.KNOWN, Force.NOT_KNOWN}
    own = {"CN", "TH"}
    assert all(
        own <= set(offer.instrument.parties_text.split("|")) or offer.instrument.parties_text == "TH"
        for offer in offers
    )


def test_an_instrument_of_other_countries_is_refused(w: World) -> None:
    foreign = LegalInstrument.objects.get(kind="bilateral_extradition", parties_text="KH|VN")
    with pytest.raises(InvalidInput) as caught:
        w.draft(instrument_id=foreign.uuid)
    assert caught.value.field == "instrument_id"


def test_a_form_sent_twice_makes_one_draft(w: World) -> None:
    chosen = uuid.uuid4()
    assert w.draft(draft_id=chosen).pk == w.draft(draft_id=chosen).pk
    assert HandoverRequest.objects.visible_to(w.chinese).count() == 1


def test_a_draft_does_not_go_for_a_whole_country_once_the_share_is_narrowed_to_one_agency(w: World) -> None:
    """Rule: what is disclosed with a request is read by those who hold the case, not by who held it before."""
    draft = w.draft()
    assert w.chinese.agency is not None
    share(w.thai, w.case, "CN", agency_id=w.chinese.agency.uuid)
    sharing.revoke_share(actor=w.thai, share_id=w.share.uuid, reason="narrowed (invented)")
    with pytest.raises(CaseNotOpen):
        sending.submit(actor=w.chinese, handover_id=draft.uuid)
    narrow = sending.submit(actor=w.chinese, handover_id=w.draft().uuid)
    assert HandoverRequest.objects.visible_to(w.chinese).filter(pk=narrow.pk).exists()
    elsewhere = officer("CN", suffix="OTHER")
    assert not HandoverRequest.objects.visible_to(elsewhere).filter(pk=narrow.pk).exists()


def test_the_second_of_two_editors_sees_what_the_first_saved(w: World) -> None:
    draft = w.draft()
    mine = w.arguments(facts="第一版", suspect_ids=[w.suspects[0].uuid])
    drafting.edit_draft(actor=w.chinese, handover_id=draft.uuid, version=1, **mine)
    with pytest.raises(StaleVersion) as caught:
        drafting.edit_draft(
            actor=officer("CN"), handover_id=draft.uuid, version=1, **w.arguments(facts="第二版")
        )
    assert caught.value.theirs["facts"] == "第一版"
    assert caught.value.theirs["suspect_ids"] == "S1"
    assert (caught.value.version, caught.value.by) == (2, w.chinese.full_name)
    edited = drafting.edit_draft(
        actor=w.chinese, handover_id=draft.uuid, version=2, **w.arguments(facts="第二版")
    )
    assert (edited.facts, edited.version) == ("第二版", 3)
    assert edited.subjects.count() == 3


def test_a_request_needs_a_basis_and_facts_before_it_is_sent(w: World) -> None:
    for changes, field in (
        ({"instrument_id": None, "legal_basis": " "}, "legal_basis"),
        ({"facts": "\u200b\n "[1:]}, "facts"),
    ):
        draft = w.draft(**changes)
        with pytest.raises(InvalidInput) as caught:
            sending.submit(actor=w.chinese, handover_id=draft.uuid)
        assert caught.value.field == field


def test_a_case_that_is_no_longer_shared_in_full_stops_the_submission(w: World) -> None:
    draft = w.draft()
    sharing.revoke_share(actor=w.thai, share_id=w.share.uuid, reason="Over")
    with pytest.raises(drafting.CaseNotOpen):
        sending.submit(actor=w.chinese, handover_id=draft.uuid)
    # A draft shows the case through the rule: nothing is left of the persons.
    assert [row.shown for row in reading.persons_of(w.chinese, draft)] == [{}, {}, {}]
    withdrawn = surrendering.withdraw(actor=w.chinese, handover_id=draft.uuid, reason="Case closed to us")
    assert withdrawn.status == "WITHDRAWN"
    assert not HandoverRequest.objects.visible_to(w.supervisor).exists()


def test_the_whole_life_is_kept_in_history_and_audit(w: World) -> None:
    handover = w.acknowledged()
    deciding.approve(actor=w.supervisor, handover_id=handover.uuid, reason="เห็นชอบ")
    w.cleared(handover)
    subjects = list(handover.subjects.order_by("position"))
    surrendering.record_handed_over(
        actor=w.thai,
        handover_id=handover.uuid,
        at=timezone.now(),
        place="Mae Sot (invented)",
        subject_ids=[subjects[0].uuid, subjects[2].uuid],
        note="One person ill",
    )
    closed = surrendering.close(actor=w.chinese, handover_id=handover.uuid)
    assert closed.status == "CLOSED"
    assert [row.outcome for row in handover.subjects.order_by("position")] == [
        "HANDED_OVER",
        "GRANTED",
        "HANDED_OVER",
    ]
    assert verbs(handover) == [
        "handover.drafted",
        "handover.submitted",
        "handover.acknowledged",
        "handover.approved",
        "handover.planned",
        "handover.cleared",
        "handover.handed_over",
        "handover.closed",
    ]
    told = AuditEvent.objects.get(object_uuid=handover.uuid, verb="handover.approved")
    assert (told.operation, told.owner_country.code, told.recipient_country.code) == (
        "DISCLOSURE",
        "TH",
        "CN",
    )
    statuses = [step.status for step in reading.happenings_of(w.chinese, closed)]
    sent = ["SUBMITTED", "ACKNOWLEDGED", "APPROVED", "PLANNED", "CLEARED", "HANDED_OVER", "CLOSED"]
    assert statuses == ["DRAFT", *sent]
    # How the draft came about is for the requesting country alone.
    assert [step.status for step in reading.happenings_of(w.thai, closed)] == statuses[1:]
    assert reading.happenings_of(w.thai, closed)[2].note == "เห็นชอบ"


def test_a_second_click_changes_nothing_and_a_second_officer_is_told(w: World) -> None:
    handover = w.acknowledged()
    deciding.approve(actor=w.supervisor, handover_id=handover.uuid)
    before = HandoverRequest.objects.visible_to(w.thai).get()
    deciding.approve(actor=w.supervisor, handover_id=handover.uuid)
    assert HandoverRequest.objects.visible_to(w.thai).get().version == before.version
    assert verbs(handover).count("handover.approved") == 1
    with pytest.raises(WrongState):
        deciding.approve(actor=officer("TH", "supervisor"), handover_id=handover.uuid)


def test_a_refusal_needs_a_reason_and_reaches_the_other_side(w: World) -> None:
    handover = w.acknowledged()
    with pytest.raises(InvalidInput):
        deciding.refuse(actor=w.supervisor, handover_id=handover.uuid, reason=" ")
    deciding.refuse(actor=w.supervisor, handover_id=handover.uuid, reason="Own proceedings")
    seen = HandoverRequest.objects.visible_to(w.chinese).get()
    assert (seen.status, seen.decision_reason, seen.disclosed) == ("REFUSED", "Own proceedings", {})
    assert set(seen.subjects.values_list("outcome", flat=True)) == {"REFUSED"}


def test_the_submission_keeps_the_persons_as_seen_and_the_approval_everything_disclosed(w: World) -> None:
    handover = w.submitted()
    seen = handover.subjects.get(position=1).snapshot
    assert is_sealed(seen["documents"][0]["number"])
    [seen] = opened_people(handover, [seen])
    assert (seen["name"], seen["documents"][0]["number"]) == ("王样例", "E0000001X")
    w.suspects[0].name_original = "王改名"
    with acting_as(w.thai):
        save_as(w.suspects[0], actor=w.thai, reason="corrected")
    assert handover.subjects.get(position=1).snapshot["name"] == "王样例"
    proceeding.acknowledge(actor=w.thai, handover_id=handover.uuid)
    disclosed = deciding.approve(actor=w.supervisor, handover_id=handover.uuid).disclosed
    assert [each["name"] for each in disclosed["subjects"]] == ["王改名", "王样例", "王样例"]
    assert {text["language"] for text in disclosed["texts"]["FACTS"]} == {"th", "zh-hans"}
    assert [each["number"] for each in disclosed["exhibits"]] == ["E-0001", "E-0002"]
    assert all(len(each["sha256"]) == 64 and each["custody"] for each in disclosed["exhibits"])
    assert disclosed["instrument"]["confidence"] == "verified"
    assert disclosed["instrument"]["source"]
    assert disclosed["withheld"] == [f"{w.case.reference}/S4"]
    assert default_storage.exists(photo_name(disclosed["subjects"][0]["photo_sha256"]))


def test_revoking_the_share_never_touches_an_approved_request(w: World) -> None:
    handover = w.acknowledged()
    deciding.approve(actor=w.supervisor, handover_id=handover.uuid)
    sharing.revoke_share(actor=w.thai, share_id=w.share.uuid, reason="Over")
    casework.write_text(actor=w.thai, case_id=w.case.uuid, kind="FACTS", language="th", text="ใหม่", version=1)
    held = reading.consult_request(actor=w.chinese_prosecutor, handover_id=handover.uuid)
    assert [row.shown["name"] for row in reading.persons_of(w.chinese_prosecutor, held)] == ["王样例"] * 3
    assert held.disclosed["texts"]["FACTS"][0]["text"] == "ข้อเท็จจริงสมมติ"
    assert not reading.case_is_open(w.chinese_prosecutor, held)
    assert reading.case_is_open(w.thai_prosecutor, held)


def test_a_correction_discloses_the_case_as_it_stands_now(w: World) -> None:
    handover = w.acknowledged()
    deciding.approve(actor=w.supervisor, handover_id=handover.uuid)
    w.suspects[0].birth_year = 1991
    with acting_as(w.thai):
        save_as(w.suspects[0], actor=w.thai, reason="corrected")
    with pytest.raises(InvalidInput):
        deciding.correct_disclosure(actor=w.supervisor, handover_id=handover.uuid, reason="")
    corrected = deciding.correct_disclosure(
        actor=w.supervisor, handover_id=handover.uuid, reason="Birth date"
    )
    assert corrected.disclosed["subjects"][0]["birth"]["year"] == 1991
    last = reading.happenings_of(w.chinese, corrected)[-1]
    assert (last.is_correction, last.note) == (True, "Birth date")


def test_a_case_restricted_to_named_officers_is_disclosed_by_one_of_them_only(w: World) -> None:
    handover = w.acknowledged()
    casework.restrict_case(actor=w.thai, case_id=w.case.uuid, officer_ids=[], reason="Informant")
    # Not even that there is a request: it names the case and the persons.
    with pytest.raises(HandoverRequest.DoesNotExist):
        deciding.approve(actor=w.supervisor, handover_id=handover.uuid)
    casework.restrict_case(
        actor=w.thai, case_id=w.case.uuid, officer_ids=[w.supervisor.uuid], reason="Decides"
    )
    assert deciding.approve(actor=w.supervisor, handover_id=handover.uuid).status == "APPROVED"


def test_a_photograph_that_cannot_be_read_stops_the_approval(w: World) -> None:
    handover = w.acknowledged()
    w.suspects[1].photo.storage.delete(w.suspects[1].photo.name)
    with pytest.raises(CannotDisclose, match="S2"):
        deciding.approve(actor=w.supervisor, handover_id=handover.uuid)


def test_a_handover_is_after_its_approval_and_not_in_the_future(w: World) -> None:
    handover = w.acknowledged()
    deciding.approve(actor=w.supervisor, handover_id=handover.uuid)
    w.cleared(handover)
    subject = handover.subjects.get(position=1).uuid

    def hand_over(**changes: object) -> HandoverRequest:
        given = {"at": timezone.now(), "place": "Bridge", "subject_ids": [subject], **changes}
        return surrendering.record_handed_over(actor=w.thai, handover_id=handover.uuid, **given)

    for changes, field in (
        ({"at": timezone.now() + dt.timedelta(hours=1)}, "at"),
        ({"at": timezone.now() - dt.timedelta(days=1)}, "at"),
        ({"place": ""}, "place"),
        ({"subject_ids": []}, "subject_ids"),
        ({"subject_ids": [uuid.uuid4()]}, "subject_ids"),
    ):
        with pytest.raises(InvalidInput) as caught:
            hand_over(**changes)
        assert caught.value.field == field
    assert hand_over().handed_over_place == "Bridge"


def test_the_list_is_paged_by_its_last_row_and_holds_only_visible_requests(w: World) -> None:
    mine = [w.submitted() for _ in range(5)]
    first = reading.page_of_requests(w.thai, size=2)
    second = reading.page_of_requests(w.thai, size=2, before=first.older)
    third = reading.page_of_requests(w.thai, size=2, before=second.older)
    shown = [row.pk for page in (first, second, third) for row in page.rows]
    assert shown == [row.pk for row in reversed(mine)]
    assert third.older is None
    assert [row.persons for row in third.rows] == [3]  # type: ignore[attr-defined]
    assert not reading.page_of_requests(w.viet).rows
    assert not reading.page_of_requests(w.thai, status="REFUSED").rows
    assert len(reading.page_of_requests(w.thai, case=w.case).rows) == 5


def test_every_step_of_the_table_can_be_taken(w: World) -> None:
    handover = w.draft()
    assert [step.act for step in states.possible_steps(w.chinese, handover)] == ["edit", "submit", "withdraw"]
    assert not states.possible_steps(w.chinese_prosecutor, handover)
    sending.submit(actor=w.chinese, handover_id=handover.uuid)
    handover.refresh_from_db()
    assert acts(w.thai, handover) == ["acknowledge", "leave"]
    proceeding.acknowledge(actor=w.thai, handover_id=handover.uuid)
    handover.refresh_from_db()
    assert acts(w.supervisor, handover) == ["ask_information", "approve", "refuse", "set_aside", "leave"]
    assert acts(w.thai, handover) == ["ask_information", "leave"]
    assert not states.possible_steps(w.viet, handover)


def acts(actor: User, handover: HandoverRequest) -> list[str]:
    return [step.act for step in states.possible_steps(actor, handover)]
