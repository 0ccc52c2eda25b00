"""What stays out of a dossier: withheld, H1, H2, contributed by others; and what has to be confirmed before it goes."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lmc_cases.cases.models import CaseShare, CaseText
from lmc_cases.cases.services import casework, consent, sharing
from lmc_cases.cases.services.handling import Marks, set_case_handling
from lmc_cases.core.errors import InvalidInput
from lmc_cases.dossiers.models import Dossier
from lmc_cases.dossiers.rendering import render_dossier
from lmc_cases.dossiers.services import approving, reading
from lmc_cases.evidence.models import EvidenceItem
from lmc_cases.evidence.services.handling import mark_item, withhold_item
from lmc_cases.evidence.services.items import ExhibitDetails, add_item
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.services import drafting, left_out, sending
from lmc_cases.handovers.services.disclosure import ConsentMissing
from lmc_cases.suspects.services.details import PersonDetails
from lmc_cases.suspects.services.handling import mark_suspect, withhold_suspect
from lmc_cases.suspects.services.people import add_suspect, take_numbers
from tests.dossiers.pdf_reading import pages_of, spaced
from tests.dossiers.samples import sample_facts
from tests.factories import officer, share
from tests.handovers.samples import World, world
from tests.harness.shared_worlds import once_per_module

pytestmark = pytest.mark.django_db


built, w = once_per_module(world)


def approve(w: World, handover: HandoverRequest, **more: bool) -> HandoverRequest:
    return approving.approve_and_owe(actor=w.supervisor, handover_id=handover.uuid, **more)


def exhibit(w: World, number: str) -> EvidenceItem:
    return EvidenceItem.objects.get(exhibit_number=number)


def restrict(w: World, number: str, **marks: object) -> EvidenceItem:
    item = exhibit(w, number)
    return mark_item(actor=w.thai, item_id=item.uuid, version=item.version, marks=Marks(**marks))  # type: ignore[arg-type]


def numbers(handover: HandoverRequest) -> list[str]:
    return [row["number"] for row in handover.disclosed["exhibits"]]


def test_h1_keeps_an_exhibit_out_until_the_originator_consents_to_that_request(w: World) -> None:
    restrict(w, "E-0001", handling_h1=True)
    handover = w.acknowledged()
    listed = left_out.left_out_of(w.supervisor, handover)
    assert [(row.reference, row.block) for row in listed] == [(f"{w.case.reference}/E-0001", "H1")]
    assert numbers(approve(w, handover)) == ["E-0002"]
    which = {"handover_id": handover.uuid, "kind": "EVIDENCE", "object_id": exhibit(w, "E-0001").uuid}
    asked = left_out.ask_consent(
        actor=w.chinese, reason="for the court", answer_by=timezone.now() + dt.timedelta(days=2), **which
    )
    consent.answer_consent(actor=w.thai, consent_id=asked.uuid, granted=True)
    corrected = approving.correct_and_owe(
        actor=w.supervisor, handover_id=handover.uuid, reason="with consent"
    )
    assert numbers(corrected) == ["E-0001", "E-0002"]
    assert left_out.left_out_of(w.chinese, corrected) == []


def test_consent_to_one_request_opens_no_other(w: World) -> None:
    restrict(w, "E-0001", handling_h1=True)
    first, second = w.acknowledged(), w.acknowledged()
    which = {"kind": "EVIDENCE", "object_id": exhibit(w, "E-0001").uuid}
    left_out.give_consent(actor=w.thai, handover_id=first.uuid, reason="own word", **which)
    assert numbers(approve(w, first)) == ["E-0001", "E-0002"]
    assert numbers(approve(w, second)) == ["E-0002"]
    with pytest.raises(HandoverRequest.DoesNotExist):
        left_out.give_consent(actor=w.thai, handover_id=first.uuid, reason="again", **which)
    with pytest.raises(HandoverRequest.DoesNotExist):
        left_out.ask_consent(actor=officer("VN"), handover_id=second.uuid, reason="no", **which)


def test_h2_stops_a_dossier_for_a_country_that_holds_no_disclosure_any_more(w: World) -> None:
    restrict(w, "E-0001", handling_h2=True)
    first, second = w.acknowledged(), w.acknowledged()
    assert numbers(approve(w, first)) == ["E-0001", "E-0002"]
    for held in CaseShare.objects.in_force().filter(recipient__code="CN"):
        sharing.revoke_share(actor=w.thai, share_id=held.uuid, reason="over")
    assert numbers(approve(w, second)) == ["E-0002"]


def test_a_person_or_a_case_that_may_not_stand_in_court_stops_the_approval(w: World) -> None:
    handover = w.acknowledged()
    person = w.suspects[0]
    mark_suspect(actor=w.thai, suspect_id=person.uuid, version=person.version, marks=Marks(handling_h1=True))
    with pytest.raises(ConsentMissing, match=f"{w.case.reference}/S1 "):
        approve(w, handover)
    left_out.give_consent(
        actor=w.thai, handover_id=handover.uuid, kind="SUSPECT", object_id=person.uuid, reason="own word"
    )
    w.case.refresh_from_db()
    set_case_handling(
        actor=w.thai,
        case_id=w.case.uuid,
        version=w.case.version,
        handling_h1=True,
        handling_h2=False,
        handling_h3="",
    )
    with pytest.raises(ConsentMissing, match=w.case.reference):
        approve(w, handover)
    left_out.give_consent(
        actor=w.thai, handover_id=handover.uuid, kind="CASE", object_id=w.case.uuid, reason="own word"
    )
    assert approve(w, handover).status == "APPROVED"


def test_what_is_withheld_or_contributed_by_others_leaves_no_trace_for_the_other_side(w: World) -> None:
    withhold_item(actor=w.thai, item_id=exhibit(w, "E-0002").uuid, code="SURVEILLANCE", reason="goes on")
    lao = officer("LA")
    made = share(w.thai, w.case, "LA")
    CaseShare.objects.filter(pk=made.pk).update(may_contribute=True)
    add_item(actor=lao, case_id=w.case.uuid, details=ExhibitDetails(exhibit_number="LA-SECRET", kind="PHONE"))
    other = w.victim
    withhold_suspect(actor=w.thai, suspect_id=other.uuid, code="INFORMANT", reason="informant")
    handover = approve(w, w.acknowledged())
    assert numbers(handover) == ["E-0001"]
    assert handover.disclosed["withheld"] == []
    kept = json.dumps(handover.disclosed) + json.dumps([row.snapshot for row in handover.subjects.all()])
    kept += json.dumps([row.facts for row in Dossier.objects.all()])
    for secret in ("E-0002", "LA-SECRET", str(other.uuid), "/S4"):
        assert secret not in kept
    assert left_out.left_out_of(w.chinese, handover) == []
    own = {
        (row.reference.rpartition("/")[2], str(row.block)) for row in left_out.left_out_of(w.thai, handover)
    }
    assert own == {("E-0002", "WITHHELD"), ("LA-SECRET", "CONTRIBUTED")}


def test_persons_left_out_are_named_without_the_gap_of_a_withheld_number(w: World) -> None:
    take_numbers(w.case.pk, 4)
    for _number in range(2):
        add_suspect(actor=w.thai, case_id=w.case.uuid, details=PersonDetails(name_romanised="Invented"))
    more = add_suspect(actor=w.thai, case_id=w.case.uuid, details=PersonDetails(name_romanised="Last"))
    hidden = more.case.suspects.get(number=more.number - 1)
    withhold_suspect(actor=w.thai, suspect_id=hidden.uuid, code="OTHER", reason="invented")
    handover = approve(w, w.acknowledged())
    assert handover.disclosed["withheld"] == [f"{w.case.reference}/S4-S{more.number}"]


def test_a_withheld_person_cannot_be_asked_for_and_is_answered_like_a_missing_one(w: World) -> None:
    draft = w.draft()
    withhold_suspect(actor=w.thai, suspect_id=w.suspects[0].uuid, code="INFORMANT", reason="informant")
    with pytest.raises(drafting.CaseNotOpen):
        sending.submit(actor=w.chinese, handover_id=draft.uuid)
    answers = set()
    for wanted in (w.suspects[0].uuid, "00000000-0000-4000-8000-000000000000"):
        with pytest.raises(InvalidInput) as refused:
            drafting.draft_request(
                actor=w.chinese,
                case_id=w.case.uuid,
                suspect_ids=[wanted],  # type: ignore[list-item]
                instrument_id=None,
                legal_basis="x",
                facts="x",
                facts_language="en",
            )
        answers.add((refused.value.field, str(refused.value)))
    assert len(answers) == 1


def test_a_restriction_is_confirmed_before_it_goes_and_stands_in_the_dossier(w: World) -> None:
    restrict(w, "E-0001", handling_h3="Only with the prosecutor", source_grade="B", information_grade="2")
    casework.write_text(
        actor=w.thai,
        case_id=w.case.uuid,
        kind=CaseText.Kind.ASSESSMENT,
        language="en",
        text="Perhaps a leader",
    )
    w.case.refresh_from_db()
    set_case_handling(
        actor=w.thai,
        case_id=w.case.uuid,
        version=w.case.version,
        handling_h1=False,
        handling_h2=True,
        handling_h3="Ask before each use",
    )
    handover = w.acknowledged()
    with pytest.raises(InvalidInput) as refused:
        approve(w, handover)
    assert refused.value.field == "restrictions_confirmed"
    approve(w, handover, restrictions_confirmed=True)
    facts = reading.facts_of(Dossier.objects.get(language="th"))
    assert facts is not None
    assert (facts.handling, facts.restriction) == (("H2", "H3"), "Ask before each use")
    marks = facts.exhibits[0].marks
    assert marks is not None
    assert (marks.handling, marks.restriction, marks.grading) == (("H3",), "Only with the prosecutor", "B2")
    assert [text.text for text in facts.assessment] == ["Perhaps a leader"]
    assert facts.subjects[0].marks is not None
    assert facts.subjects[0].marks.grading == "X4"
    pages = [spaced(page) for page in pages_of(render_dossier(facts, language="en").pdf)]
    assert all("Ask before each use" in page for page in pages)
    assert sum("Only with the prosecutor" in page for page in pages) >= 1
    assert any("Perhaps a leader" in page for page in pages)


def test_facts_frozen_before_there_were_marks_keep_their_bytes() -> None:
    plain = json.loads(sample_facts().canonical_bytes())
    assert not {"handling", "restriction", "assessment"} & set(plain)
    assert "marks" not in plain["subjects"][0]


def test_the_pages_say_what_stays_out_and_ask_to_confirm(w: World) -> None:
    restrict(w, "E-0001", handling_h1=True)
    restrict(w, "E-0002", handling_h3="Only with the prosecutor")
    handover = w.acknowledged()
    backend = "allauth.account.auth_backends.AuthenticationBackend"
    browser = Client()
    browser.force_login(w.supervisor, backend=backend)
    page = browser.get(reverse("dossiers:approve", args=[handover.uuid])).content.decode()
    assert f"{w.case.reference}/E-0001" in page
    assert "Only with the prosecutor" in page
    address = reverse("dossiers:approve", args=[handover.uuid])
    given = {"reason": "ok"} | {f"outcome_{each.uuid}": "GRANTED" for each in handover.subjects.all()}
    assert browser.post(address, given).status_code == 422
    assert browser.post(address, {**given, "restrictions_confirmed": "on"}).status_code == 302
    other = Client()
    other.force_login(w.chinese, backend=backend)
    shown = other.get(reverse("dossiers:request", args=[handover.uuid])).content.decode()
    assert f"{w.case.reference}/E-0001" in shown
    item = exhibit(w, "E-0001")
    ask = reverse("handovers:consent", args=[handover.uuid, "EVIDENCE", item.uuid])
    assert other.get(ask).status_code == 200
    sent = other.post(ask, {"reason": "for the court", "answer_by": "2031-01-01T10:00"})
    assert sent.status_code == 302
    own = Client()
    own.force_login(w.thai, backend=backend)
    waiting = own.get(reverse("cases:consents")).content.decode()
    assert f"{w.case.reference}/E-0001" in waiting
