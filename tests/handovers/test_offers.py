"""Rule: the country that holds persons may offer them; the receiving one learns of it when it is sent, and decides."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from lmc_cases.cases.models import Case, Level
from lmc_cases.cases.services import sharing
from lmc_cases.core.errors import InvalidInput
from lmc_cases.dossiers.models import Dossier
from lmc_cases.dossiers.services import approving
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.procedures import OFFERED
from lmc_cases.handovers.services import checking, drafting, proceeding, reading, sending, surrendering
from lmc_cases.handovers.services.disclosure import ProtectedPerson
from lmc_cases.handovers.services.gates import GateClosed
from lmc_cases.jurisdictions.access import acting_as
from tests.factories import officer, share
from tests.handovers.samples import World, pass_checks, passing, world
from tests.harness.shared_worlds import once_per_module

pytestmark = pytest.mark.django_db


built, w = once_per_module(lambda: world(evidence=1, with_photo=False))


def offer(w: World, procedure: str, **changes: Any) -> HandoverRequest:
    given = {**w.arguments(), "instrument_id": None, "share_id": w.share.uuid, **changes}
    return drafting.draft_offer(actor=w.thai, case_id=w.case.uuid, procedure=procedure, **given)


def cleared(w: World, handover: HandoverRequest) -> HandoverRequest:
    surrendering.plan(
        actor=w.thai, handover_id=handover.uuid, at=timezone.now() + dt.timedelta(days=1), place="Airport"
    )
    for subject in handover.subjects.all():
        pass_checks(w.thai, w.supervisor, handover, subject.uuid)
    return surrendering.clear(actor=w.supervisor, handover_id=handover.uuid)


def test_the_receiving_country_sees_an_offer_when_it_is_sent_and_not_before(w: World) -> None:
    draft = offer(w, "REMOVAL")
    reads = HandoverRequest.objects
    assert draft.reference.startswith("TH-H-")
    for viewer, sees in ((w.supervisor, True), (w.chinese, False), (w.viet, False)):
        with acting_as(viewer):
            assert reads.visible_to(viewer).exists() == sees
            assert reads.all().exists() == sees
    sending.submit(actor=w.thai, handover_id=draft.uuid)
    for viewer, sees in ((w.supervisor, True), (w.chinese, True), (w.viet, False)):
        with acting_as(viewer):
            assert reads.visible_to(viewer).exists() == sees
    assert [step.status for step in reading.happenings_of(w.chinese, draft)] == ["SUBMITTED"]
    assert [step.status for step in reading.happenings_of(w.thai, draft)] == ["DRAFT", "SUBMITTED"]


def test_a_removal_is_accepted_by_the_receiving_country_and_disclosed_by_the_sending_one(w: World) -> None:
    handover = sending.submit(actor=w.thai, handover_id=offer(w, "REMOVAL").uuid)
    proceeding.acknowledge(actor=w.chinese, handover_id=handover.uuid)
    boss = officer("CN", "supervisor")
    first, *others = handover.subjects.order_by("position")
    accepted = approving.approve_and_owe(
        actor=boss,
        handover_id=handover.uuid,
        outcomes={first.uuid: "REFUSED"},
        grounds={first.uuid: "Not a national (invented)"},
    )
    assert (accepted.status, accepted.disclosed) == ("PART_GRANTED", {})
    assert not Dossier.objects.exists()
    with pytest.raises(GateClosed, match="Disclose the case first"):
        cleared(w, handover)
    disclosed = approving.correct_and_owe(
        actor=w.supervisor, handover_id=handover.uuid, reason="travels along"
    )
    assert {each["suspect"] for each in disclosed.disclosed["subjects"]} == {
        str(s.suspect_uuid) for s in others
    }
    assert Dossier.objects.filter(handover=handover).count() == 2
    assert reading.happenings_of(w.chinese, disclosed)[-1].label == "Disclosed"
    assert surrendering.clear(actor=w.supervisor, handover_id=handover.uuid).status == "CLEARED"
    surrendering.record_handed_over(
        actor=w.thai,
        handover_id=handover.uuid,
        at=timezone.now(),
        place="Airport",
        subject_ids=[others[0].uuid],
        not_moved={others[1].uuid: "NOT_ACCEPTED"},
        note="no travel document",
    )
    closed = surrendering.close(actor=w.chinese, handover_id=handover.uuid)
    assert closed.status == "CLOSED"
    outcomes = [subject.outcome for subject in closed.subjects.order_by("position")]
    assert outcomes == ["REFUSED", "HANDED_OVER", "NOT_ACCEPTED"]


def test_victims_return_without_a_dossier_and_nobody_else_returns_as_one(w: World) -> None:
    with pytest.raises(ProtectedPerson):
        offer(w, "VICTIM_RETURN")
    for procedure in OFFERED - {"VICTIM_RETURN"}:
        with pytest.raises(ProtectedPerson):
            offer(w, procedure, suspect_ids=[w.victim.uuid])
    handover = offer(w, "VICTIM_RETURN", suspect_ids=[w.victim.uuid])
    sending.submit(actor=w.thai, handover_id=handover.uuid)
    proceeding.acknowledge(actor=w.chinese, handover_id=handover.uuid)
    approving.approve_and_owe(actor=officer("CN", "supervisor"), handover_id=handover.uuid)
    with pytest.raises(HandoverRequest.DoesNotExist):
        approving.correct_and_owe(actor=w.supervisor, handover_id=handover.uuid, reason="x")
    # That the screening finds a victim is why the person returns, not why the person may not.
    checking.record_check(
        actor=w.thai,
        handover_id=handover.uuid,
        subject_id=handover.subjects.get().uuid,
        kind="SCREENING",
        outcome="VICTIM",
        on=timezone.localdate(),
        findings=passing("SCREENING")[1],
    )
    assert handover.subjects.get().outcome == "GRANTED"
    cleared(w, handover)
    surrendering.record_handed_over(
        actor=w.thai,
        handover_id=handover.uuid,
        at=timezone.now(),
        place="Shelter",
        subject_ids=[handover.subjects.get().uuid],
    )
    assert surrendering.close(actor=w.chinese, handover_id=handover.uuid).status == "CLOSED"
    assert not Dossier.objects.exists()


def test_a_return_by_consent_stops_when_the_consent_is_taken_back(w: World) -> None:
    handover = sending.submit(actor=w.thai, handover_id=offer(w, "VOLUNTARY_RETURN").uuid)
    proceeding.acknowledge(actor=w.chinese, handover_id=handover.uuid)
    approving.approve_and_owe(actor=officer("CN", "supervisor"), handover_id=handover.uuid)
    cleared(w, handover)
    checking.record_check(
        actor=w.thai,
        handover_id=handover.uuid,
        subject_id=handover.subjects.get(position=2).uuid,
        kind="CONSENT",
        outcome="REFUSED",
        on=timezone.localdate(),
        findings=checking.Findings(reason="changed her mind"),
    )
    with pytest.raises(GateClosed, match="S2: Consent of the person"):
        surrendering.record_handed_over(
            actor=w.thai,
            handover_id=handover.uuid,
            at=timezone.now(),
            place="Airport",
            subject_ids=[handover.subjects.get(position=1).uuid],
        )


def test_only_the_holder_offers_and_only_to_whom_the_case_is_open_in_full(w: World) -> None:
    given = {**w.arguments(), "instrument_id": None, "share_id": w.share.uuid, "procedure": "REMOVAL"}
    for stranger in (w.chinese, w.viet, w.thai_prosecutor, officer("TH", "auditor")):
        with pytest.raises(Case.DoesNotExist):
            drafting.draft_offer(actor=stranger, case_id=w.case.uuid, **given)
    lower = share(w.thai, w.case, "LA", Level.SUMMARY)
    with pytest.raises(InvalidInput):
        offer(w, "REMOVAL", share_id=lower.uuid)
    with pytest.raises(InvalidInput):
        offer(w, "EXTRADITION")
    sharing.revoke_share(actor=w.thai, share_id=w.share.uuid, reason="over")
    with pytest.raises(InvalidInput):
        offer(w, "REMOVAL")


def test_who_was_not_collected_is_planned_again_as_what_was_granted(w: World) -> None:
    handover = sending.submit(actor=w.chinese, handover_id=w.draft().uuid)
    proceeding.acknowledge(actor=w.thai, handover_id=handover.uuid)
    subjects = list(handover.subjects.order_by("position"))
    approving.approve_and_owe(
        actor=w.supervisor,
        handover_id=handover.uuid,
        outcomes={subject.uuid: "TEMPORARY" for subject in subjects},
        grounds={subject.uuid: "Own trial first (invented)" for subject in subjects},
    )
    cleared(w, handover)
    left = surrendering.record_handed_over(
        actor=w.thai,
        handover_id=handover.uuid,
        at=timezone.now(),
        place="Bridge",
        subject_ids=[],
        not_moved={subject.uuid: "NOT_COLLECTED" for subject in subjects},
        note="nobody came",
    )
    assert (left.status, left.handed_over_at) == ("NOT_COLLECTED", None)
    again = surrendering.plan(
        actor=w.thai, handover_id=handover.uuid, at=timezone.now() + dt.timedelta(days=3), place="Bridge"
    )
    assert {subject.outcome for subject in again.subjects.all()} == {"TEMPORARY"}
