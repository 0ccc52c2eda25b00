"""Consent between two countries: who may ask, who may answer, the clock, and exactly the use that was granted."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.utils import timezone

from lmc_cases.accounts.models import User
from lmc_cases.audit.models import AuditEvent
from lmc_cases.cases.models import Case, CaseShare, CaseShareItem, ConsentRequest, Level
from lmc_cases.cases.services import casework, consent
from lmc_cases.cases.services.handling import Block, Marks, Onward, blocked_onward, set_case_handling
from lmc_cases.core.errors import InvalidInput, StaleVersion
from lmc_cases.evidence.models import EvidenceItem
from lmc_cases.evidence.services.handling import mark_item
from lmc_cases.evidence.services.items import ExhibitDetails, add_item
from lmc_cases.jurisdictions.access import acting_as
from lmc_cases.jurisdictions.models import ConsentDeadline, Jurisdiction
from lmc_cases.suspects.models import Suspect
from lmc_cases.suspects.services.details import PersonDetails
from lmc_cases.suspects.services.handling import consent_subject, mark_suspect, withhold_suspect
from lmc_cases.suspects.services.people import add_suspect
from tests.factories import officer, open_case, share

pytestmark = pytest.mark.django_db


@dataclass
class Sides:
    thai: User
    chinese: User
    lao: User
    viet: User
    case: Case
    held: Suspect
    given: Suspect


@pytest.fixture
def s() -> Sides:
    """A Thai case that China may add to and ask about: one person of each."""
    thai, chinese, lao, viet = officer("TH"), officer("CN"), officer("LA"), officer("VN")
    case = open_case(thai)
    made = share(thai, case, "CN")
    CaseShare.objects.filter(pk=made.pk).update(may_contribute=True, may_ask_to_pass_on=True)
    held, given = (
        add_suspect(actor=actor, case_id=case.uuid, details=PersonDetails(name_romanised=name))
        for actor, name in ((thai, "Held"), (chinese, "Given"))
    )
    return Sides(thai, chinese, lao, viet, case, held, given)


def ask(actor: User, person: Suspect, to: str = "LA", days: float = 5) -> ConsentRequest:
    return consent.ask_to_pass_on(
        actor=actor,
        subject=consent_subject(actor=actor, suspect_id=person.uuid),
        to_country=to,
        purpose="INVESTIGATION",
        reason="invented",
        answer_by=timezone.now() + dt.timedelta(days=days),
    )


def soon() -> dt.datetime:
    return timezone.now() + dt.timedelta(days=10)


def test_a_recipient_asks_the_owner_and_the_grant_opens_that_item_to_that_country_alone(s: Sides) -> None:
    asked = ask(s.chinese, s.held)
    assert not Suspect.objects.visible_to(s.lao).exists()
    consent.answer_consent(actor=s.thai, consent_id=asked.uuid, granted=True, until=soon())
    assert list(Suspect.objects.visible_to(s.lao)) == [s.held]
    assert not Suspect.objects.visible_to(s.viet).exists()
    with acting_as(s.thai):
        opened = CaseShare.objects.select_related("shared_by").get(recipient__code="LA")
    assert (opened.level, opened.shared_by) == (Level.EXISTENCE, s.thai)
    verbs = AuditEvent.objects.order_by("pk").values_list("verb", "operation", "recipient_country__code")
    assert ("consent.asked", "DISCLOSURE", "TH") in verbs
    assert ("consent.granted", "GRANT", "CN") in verbs
    assert ("case.item_passed_on", "DISCLOSURE", "LA") in verbs


def test_the_owner_asks_the_contributor_and_passes_on_only_after_the_consent(s: Sides) -> None:
    asked = ask(s.thai, s.given)
    with pytest.raises(ConsentRequest.DoesNotExist):
        consent.pass_on(actor=s.thai, consent_id=asked.uuid, until=soon())
    consent.answer_consent(
        actor=s.chinese, consent_id=asked.uuid, granted=True, conditions="for this case only"
    )
    assert not Suspect.objects.visible_to(s.lao).exists()
    consent.pass_on(actor=s.thai, consent_id=asked.uuid, until=soon())
    assert list(Suspect.objects.visible_to(s.lao)) == [s.given]
    with pytest.raises(ConsentRequest.DoesNotExist):
        consent.pass_on(actor=s.chinese, consent_id=asked.uuid, until=soon())


def test_a_restriction_is_confirmed_before_the_item_is_passed_on(s: Sides) -> None:
    mark_suspect(
        actor=s.thai,
        suspect_id=s.held.uuid,
        version=s.held.version,
        marks=Marks(handling_h3="Only with the prosecutor"),
    )
    asked = ask(s.chinese, s.held)
    assert asked.restriction == "Only with the prosecutor"
    terms = {"actor": s.thai, "consent_id": asked.uuid, "granted": True, "until": soon()}
    with pytest.raises(InvalidInput) as refused:
        consent.answer_consent(**terms)
    assert refused.value.field == "restrictions_confirmed"
    consent.answer_consent(**terms, restrictions_confirmed=True)
    assert Suspect.objects.visible_to(s.lao).exists()


def test_no_share_opens_a_contributed_item_without_consent_whichever_service_makes_it(s: Sides) -> None:
    """The database refuses it too."""
    for code, allowed in (("LA", False), ("CN", True)):
        made = CaseShare.objects.filter(recipient__code=code).first() or share(s.thai, s.case, code)
        item = CaseShareItem(share=made, kind="SUSPECT", object_uuid=s.given.uuid)
        if allowed:
            item.save()
            continue
        with pytest.raises(DatabaseError, match="has not consented"), transaction.atomic():
            item.save()
    assert not Suspect.objects.visible_to(s.lao).filter(pk=s.given.pk).exists()


def test_only_both_countries_see_a_request_and_only_the_originator_with_the_right_answers(s: Sides) -> None:
    asked = ask(s.chinese, s.held)
    reader = officer("TH", "auditor")
    assert ConsentRequest.objects.visible_to(s.thai).exists()
    assert ConsentRequest.objects.visible_to(s.chinese).exists()
    for stranger in (s.lao, s.viet, reader):
        assert not ConsentRequest.objects.visible_to(stranger).exists()
    for nobody in (s.chinese, s.lao, reader):
        with pytest.raises(ConsentRequest.DoesNotExist):
            consent.answer_consent(actor=nobody, consent_id=asked.uuid, granted=True, until=soon())


def test_whoever_is_not_named_on_the_case_learns_nothing_of_a_request_about_it(s: Sides) -> None:
    ask(s.chinese, s.held)
    colleague = officer("TH")
    assert ConsentRequest.objects.visible_to(colleague).exists()
    casework.restrict_case(actor=s.thai, case_id=s.case.uuid, officer_ids=[], reason="informant")
    assert not ConsentRequest.objects.visible_to(colleague).exists()
    assert ConsentRequest.objects.visible_to(s.thai).exists()
    assert ConsentRequest.objects.visible_to(s.chinese).exists()


def test_a_recipient_without_the_right_to_ask_and_a_country_without_the_case_cannot_ask(s: Sides) -> None:
    CaseShare.objects.update(may_ask_to_pass_on=False)
    with pytest.raises(Case.DoesNotExist):
        ask(s.chinese, s.held)
    with pytest.raises(Suspect.DoesNotExist):
        ask(s.lao, s.held)
    with pytest.raises(Case.DoesNotExist):
        ask(s.thai, s.held)
    for code in ("TH", "CN", "XX"):
        with pytest.raises(InvalidInput):
            ask(s.thai, s.given, to=code)


def test_the_clock_ends_a_request_and_nobody_has_to_write_that(s: Sides) -> None:
    asked = ask(s.chinese, s.held, days=1)
    with time_machine.travel(timezone.now() + dt.timedelta(days=2)):
        asked.refresh_from_db()
        assert (asked.status, asked.has_lapsed, asked.is_open) == ("ASKED", True, False)
        with pytest.raises(consent.NotOpen):
            consent.answer_consent(actor=s.thai, consent_id=asked.uuid, granted=True, until=soon())
        with pytest.raises(consent.NotOpen):
            consent.withdraw_consent_request(actor=s.chinese, consent_id=asked.uuid)
        ask(s.chinese, s.held)


def test_the_days_of_a_country_are_data_and_without_them_the_asker_states_the_day(s: Sides) -> None:
    subject = consent_subject(actor=s.chinese, suspect_id=s.held.uuid)
    terms = {"actor": s.chinese, "subject": subject, "purpose": "LOCATE", "reason": "invented"}
    with pytest.raises(InvalidInput) as refused:
        consent.ask_to_pass_on(to_country="LA", **terms)
    assert refused.value.field == "answer_by"
    ConsentDeadline.objects.create(
        jurisdiction=Jurisdiction.objects.get(code="TH"),
        natural_key="TH",
        days=7,
        source="invented regulation",
        confidence="invented",
    )
    asked = consent.ask_to_pass_on(to_country="LA", **terms)
    assert dt.timedelta(days=6) < asked.answer_by - timezone.now() <= dt.timedelta(days=7)
    assert asked.deadline_source == "invented regulation"


def test_a_request_is_asked_once_refused_with_a_reason_and_can_be_taken_back(s: Sides) -> None:
    asked = ask(s.chinese, s.held)
    with pytest.raises(consent.AskedAlready):
        ask(s.chinese, s.held)
    with pytest.raises(InvalidInput):
        consent.answer_consent(actor=s.thai, consent_id=asked.uuid, granted=False)
    consent.answer_consent(actor=s.thai, consent_id=asked.uuid, granted=False, reason="not now")
    assert not CaseShareItem.objects.exists()
    again = ask(s.chinese, s.held)
    with pytest.raises(ConsentRequest.DoesNotExist):
        consent.withdraw_consent_request(actor=s.thai, consent_id=again.uuid)
    consent.withdraw_consent_request(actor=s.chinese, consent_id=again.uuid)
    with pytest.raises(consent.NotOpen):
        consent.answer_consent(actor=s.thai, consent_id=again.uuid, granted=True, until=soon())
    assert [row.status for row in asked.history.all()] == ["REFUSED", "ASKED"]


def test_what_stops_an_object_on_its_way_is_said_in_one_place(s: Sides) -> None:
    lao, chinese = (Jurisdiction.objects.get(code=code) for code in ("LA", "CN"))
    thai = s.case.owner

    def stops(thing: Case | Suspect, to: Jurisdiction, by: Jurisdiction | None = None) -> Block | None:
        return blocked_onward(thing=thing, case=s.case, to=to, by=by)

    assert stops(s.held, lao) is None
    s.held.handling_h2 = True
    assert stops(s.held, lao) == Block.PASS_ON
    assert stops(s.held, lao, by=thai) is None  # its own word
    assert stops(s.held, chinese) is None  # a recipient of the disclosure
    assert stops(s.given, lao) == Block.CONTRIBUTED
    assert stops(s.given, lao, by=thai) == Block.CONTRIBUTED
    assert stops(s.given, thai) is None
    assert stops(s.given, chinese) is None
    s.held.withheld = "INFORMANT"
    assert stops(s.held, chinese) == Block.WITHHELD
    s.case.handling_h2 = True
    assert stops(s.case, lao) == Block.PASS_ON
    asked = ask(s.thai, s.given)
    consent.answer_consent(actor=s.chinese, consent_id=asked.uuid, granted=True)
    assert stops(s.given, lao) is None
    assert Onward.of(s.case, s.viet.country).blocked(s.given) == Block.CONTRIBUTED


def test_codes_of_a_case_are_set_with_history_and_the_second_editor_is_told(s: Sides) -> None:
    terms = {"actor": s.thai, "case_id": s.case.uuid, "handling_h1": True, "handling_h2": False}
    case = set_case_handling(version=s.case.version, handling_h3="Ask first", reason="invented", **terms)
    assert case.handling_codes == ["H1", "H3"]
    with pytest.raises(StaleVersion):
        set_case_handling(version=s.case.version, handling_h3="Other", **terms)
    with pytest.raises(Case.DoesNotExist):
        set_case_handling(version=case.version, handling_h3="", **{**terms, "actor": s.chinese})
    with pytest.raises(InvalidInput):
        set_case_handling(version=case.version, handling_h3="x" * 201, **terms)
    assert AuditEvent.objects.get(verb="case.handling_set").codes == {"handling": ["H1", "H3"]}


def test_nobody_marks_or_withholds_what_another_country_provided(s: Sides) -> None:
    item = add_item(
        actor=s.chinese, case_id=s.case.uuid, details=ExhibitDetails(exhibit_number="E-1", kind="PHONE")
    )
    own = add_item(
        actor=s.thai, case_id=s.case.uuid, details=ExhibitDetails(exhibit_number="E-1", kind="PHONE")
    )
    assert (item.originator.code, own.originator.code) == ("CN", "TH")
    marks = Marks(handling_h1=True, source_grade="B", information_grade="2", statement_kind="ASSESSMENT")
    with pytest.raises(EvidenceItem.DoesNotExist):
        mark_item(actor=s.thai, item_id=item.uuid, version=1, marks=marks)
    with pytest.raises(EvidenceItem.DoesNotExist):
        mark_item(actor=s.chinese, item_id=own.uuid, version=1, marks=marks)
    with pytest.raises(Suspect.DoesNotExist):
        withhold_suspect(actor=s.thai, suspect_id=s.given.uuid, code="OTHER", reason="no")
    with pytest.raises(InvalidInput):
        withhold_suspect(actor=s.chinese, suspect_id=s.given.uuid, code="OTHER", reason="no")
    marked = mark_item(actor=s.chinese, item_id=item.uuid, version=1, marks=marks)
    assert (marked.grading, marked.statement_kind, marked.handling_codes) == ("B2", "ASSESSMENT", ["H1"])
    # Everything starts ungraded.
    assert own.grading == "X4"
