"""Rule: that two countries ask for one person is known to the country that holds the person, and to nobody else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.urls import reverse

from lmc_cases.accounts.models import Notice, User
from lmc_cases.audit.models import AuditEvent
from lmc_cases.cases.models import NumberMark
from lmc_cases.core.errors import InvalidInput
from lmc_cases.handovers.models import (
    CompetingDecision,
    CompetingLink,
    HandoverRequest,
    HandoverSubject,
    Likeness,
)
from lmc_cases.handovers.services import competing, counting, deciding, drafting, proceeding, sending
from lmc_cases.handovers.services.competing import AlreadyDecided, NotAlike
from lmc_cases.handovers.services.counting import Accusation
from lmc_cases.handovers.states import WrongState
from lmc_cases.jurisdictions.access import acting_as
from lmc_cases.suspects.models import Suspect
from lmc_cases.suspects.services.details import DocumentDetails, PersonDetails
from lmc_cases.suspects.services.people import add_suspect
from tests.cases.browsing import signed_in
from tests.factories import officer, open_case, say_why, share
from tests.handovers.samples import World, world
from tests.harness.shared_worlds import once_per_module

Missing = HandoverRequest.DoesNotExist


@dataclass
class Rivals:
    """A Thai case shared with China and Viet Nam; both ask for its first person."""

    base: World
    viet: User
    chinese_request: HandoverRequest
    viet_request: HandoverRequest

    def subject(self, handover: HandoverRequest) -> HandoverSubject:
        with acting_as(self.base.thai):
            return handover.subjects.order_by("position")[0]

    def linked(self) -> CompetingLink:
        return competing.link_competing(
            actor=self.base.thai,
            handover_id=self.chinese_request.uuid,
            subject_id=self.subject(self.chinese_request).uuid,
            other_id=self.subject(self.viet_request).uuid,
        )

    def put_first(self, link: CompetingLink, first: HandoverRequest, **changes: Any) -> CompetingDecision:
        given = {"reasons": "MARKREASONS", "language": "en", "decider": "MARKDECIDER", **changes}
        actor = given.pop("actor", self.base.supervisor)
        return competing.put_first(actor=actor, link_id=link.uuid, first_id=first.uuid, **given)


def rivals() -> Rivals:
    base = world(evidence=0, with_photo=False)
    viet = officer("VN")
    share(base.thai, base.case, "VN", second=base.supervisor)
    first = sending.submit(actor=base.chinese, handover_id=base.draft().uuid)
    second = drafting.draft_request(
        actor=viet,
        case_id=base.case.uuid,
        **base.arguments(instrument_id=None, suspect_ids=[base.suspects[0].uuid]),
    )
    with acting_as(viet):
        asked_for = second.subjects.get().uuid
    counting.add_count(
        actor=viet,
        handover_id=second.uuid,
        subject_id=asked_for,
        accusation=Accusation(
            typology="telecom_fraud", conduct="MARKVIETCONDUCT", language="en", place="MARKVIETPLACE"
        ),
    )
    return Rivals(base, viet, first, sending.submit(actor=viet, handover_id=second.uuid))


built, r = once_per_module(rivals)


def proposed(actor: User, handover: HandoverRequest) -> list[tuple[str, str]]:
    with acting_as(actor):
        found = competing.rivals_of(actor, handover)
    return [(each.handover.reference, each.likeness) for rows in found.values() for each in rows]


@pytest.mark.django_db
def test_the_holder_is_told_of_the_same_record_and_no_asking_country_is(r: Rivals) -> None:
    assert proposed(r.base.thai, r.chinese_request) == [(r.viet_request.reference, Likeness.SAME_RECORD)]
    assert proposed(r.base.thai, r.viet_request) == [(r.chinese_request.reference, Likeness.SAME_RECORD)]
    assert proposed(r.base.chinese, r.chinese_request) == []
    assert proposed(r.viet, r.viet_request) == []


@pytest.mark.django_db
def test_a_draft_of_another_country_and_a_request_that_is_over_are_not_proposed(r: Rivals) -> None:
    laos = officer("LA")
    share(r.base.thai, r.base.case, "LA", second=r.base.supervisor)
    drafting.draft_request(
        actor=laos,
        case_id=r.base.case.uuid,
        **r.base.arguments(instrument_id=None, suspect_ids=[r.base.suspects[0].uuid]),
    )
    assert len(proposed(r.base.thai, r.chinese_request)) == 1
    with acting_as(r.base.supervisor):
        proceeding.acknowledge(actor=r.base.thai, handover_id=r.viet_request.uuid)
        deciding.refuse(actor=r.base.supervisor, handover_id=r.viet_request.uuid, reason="no")
    assert proposed(r.base.thai, r.chinese_request) == []


@pytest.mark.django_db
def test_a_document_with_the_same_number_is_found_across_cases_by_its_mark(r: Rivals) -> None:
    """By the marks of the country that holds both records; a person of another number is not proposed."""
    mine, other = (open_case(r.base.thai, title=f"Invented case {number}") for number in (2, 3))
    share(r.base.thai, mine, "CN", second=r.base.supervisor)
    share(r.base.thai, other, "VN", second=r.base.supervisor)

    def named(case: Any, number: str) -> Suspect:
        return add_suspect(
            actor=r.base.thai,
            case_id=case.uuid,
            details=PersonDetails(name_original="Invented", birth_date_text="1990"),
            documents=[DocumentDetails(kind="PASSPORT", number=number, issuing_country="CN")],
        )

    twin, stranger = named(other, "ZZ7654321"), named(other, "ZZ0000009")
    here = named(mine, "ＺＺ7654321")
    with acting_as(r.base.thai):
        assert NumberMark.objects.filter(object_uuid__in=[twin.uuid, here.uuid]).count() == 2
    asked = drafting.draft_request(
        actor=r.base.chinese, case_id=mine.uuid, **r.base.arguments(suspect_ids=[here.uuid])
    )
    asked = sending.submit(actor=r.base.chinese, handover_id=asked.uuid)
    rival = drafting.draft_request(
        actor=r.viet,
        case_id=other.uuid,
        **r.base.arguments(instrument_id=None, suspect_ids=[twin.uuid, stranger.uuid]),
    )
    rival = sending.submit(actor=r.viet, handover_id=rival.uuid)
    assert proposed(r.base.thai, asked) == [(rival.reference, Likeness.SAME_NUMBER)]
    assert proposed(r.base.chinese, asked) == []


@pytest.mark.django_db
def test_only_the_holder_links_and_only_what_the_records_propose(r: Rivals) -> None:
    own, other = r.subject(r.chinese_request), r.subject(r.viet_request)
    for actor in (r.base.chinese, r.viet, r.base.thai_prosecutor, officer("LA")):
        with pytest.raises(Missing):
            competing.link_competing(
                actor=actor,
                handover_id=r.chinese_request.uuid,
                subject_id=own.uuid,
                other_id=other.uuid,
            )
    with acting_as(r.base.thai):
        second = r.chinese_request.subjects.order_by("position")[1]
    with pytest.raises(NotAlike):
        competing.link_competing(
            actor=r.base.thai,
            handover_id=r.chinese_request.uuid,
            subject_id=second.uuid,
            other_id=other.uuid,
        )
    assert r.linked().pk == r.linked().pk
    with acting_as(r.base.thai):
        assert CompetingLink.objects.count() == 1


@pytest.mark.django_db
def test_one_request_goes_first_and_the_other_is_postponed_in_words_that_name_nobody(r: Rivals) -> None:
    link = r.linked()
    decision = r.put_first(link, r.viet_request)
    assert b"MARKREASONS" not in bytes(decision.reasons_sealed)
    with acting_as(r.base.thai):
        held = HandoverRequest.objects.get(pk=r.chinese_request.pk)
        outcomes = list(held.subjects.order_by("position").values_list("outcome", flat=True))
        first = HandoverRequest.objects.get(pk=r.viet_request.pk)
        (shown,) = competing.links_of(r.base.thai, r.subject(r.viet_request))
    # Two more persons of the Chinese request wait for a decision as before.
    assert (held.status, outcomes) == ("SUBMITTED", ["POSTPONED", "PENDING", "PENDING"])
    assert (first.status, first.version) == (r.viet_request.status, r.viet_request.version)
    assert (shown.reasons, shown.decision and shown.decision.decider) == ("MARKREASONS", "MARKDECIDER")
    with pytest.raises(AlreadyDecided):
        r.put_first(link, r.chinese_request)


@pytest.mark.django_db
def test_a_request_of_which_nobody_waits_any_more_is_postponed_and_can_be_resumed(r: Rivals) -> None:
    r.put_first(r.linked(), r.chinese_request)
    with acting_as(r.base.thai):
        held = HandoverRequest.objects.get(pk=r.viet_request.pk)
    assert held.status == "POSTPONED"
    resumed = deciding.resume(actor=r.base.supervisor, handover_id=held.uuid, reason="the other ended")
    assert resumed.status == "ACKNOWLEDGED"


@pytest.mark.django_db
def test_a_request_that_is_granted_is_not_set_aside(r: Rivals) -> None:
    link = r.linked()
    proceeding.acknowledge(actor=r.base.thai, handover_id=r.viet_request.uuid)
    deciding.approve(actor=r.base.supervisor, handover_id=r.viet_request.uuid)
    with pytest.raises(WrongState), transaction.atomic():
        r.put_first(link, r.chinese_request)
    with acting_as(r.base.thai):
        assert not CompetingDecision.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "field"),
    [({"reasons": " "}, "reasons"), ({"decider": " "}, "decider"), ({"language": "tlh"}, "language")],
)
def test_a_decision_needs_reasons_and_a_name(r: Rivals, changes: dict[str, Any], field: str) -> None:
    link = r.linked()
    with pytest.raises(InvalidInput) as caught, transaction.atomic():
        r.put_first(link, r.viet_request, **changes)
    assert caught.value.field == field
    with pytest.raises(InvalidInput), transaction.atomic():
        competing.put_first(
            actor=r.base.supervisor,
            link_id=link.uuid,
            first_id=UUID(int=5),
            reasons="x",
            language="en",
            decider="y",
        )


@pytest.mark.django_db
def test_the_facts_stand_beside_each_other_and_nothing_ranks_them(r: Rivals) -> None:
    link = r.linked()
    page = signed_in(r.base.supervisor).get(address("competing", r, r.viet_request)).content.decode()
    for words in (
        "MARKVIETPLACE",
        r.chinese_request.reference,
        r.viet_request.reference,
        "Nothing here ranks",
    ):
        assert words in page
    assert f"/{link.uuid}/first/" in page
    # Whoever may not decide is not led to the decision.
    page = signed_in(r.base.thai).get(address("competing", r, r.viet_request)).content.decode()
    assert f"/{link.uuid}/first/" not in page


def address(name: str, r: Rivals, handover: HandoverRequest, *more: object) -> str:
    return reverse(f"handovers:{name}", args=[handover.uuid, r.subject(handover).uuid, *more])


@pytest.mark.django_db
@pytest.mark.parametrize("wins", ["viet_request", "chinese_request"])
def test_no_page_notice_audit_or_row_tells_an_asking_country_of_another(r: Rivals, wins: str) -> None:
    """The leak test: everything China and Viet Nam can read, before and after the decision, names only themselves."""
    link = r.linked()
    r.put_first(link, getattr(r, wins))
    sides = (
        (r.base.chinese, r.chinese_request, r.viet_request, "Viet", "VN"),
        (officer("CN", "supervisor", "auditor"), r.chinese_request, r.viet_request, "Viet", "VN"),
        (r.viet, r.viet_request, r.chinese_request, "China", "CN"),
        (officer("VN", "supervisor", "auditor"), r.viet_request, r.chinese_request, "China", "CN"),
    )
    for reader, own, foreign, country, code in sides:
        say_why(reader, r.base.case)
        client = signed_in(reader)
        pages = [
            reverse("handovers:detail", args=[own.uuid]),
            reverse("handovers:list"),
            reverse("handovers:waiting"),
            reverse("handovers:why", args=[own.uuid]),
            address("counts", r, own),
            f"/api/v1/handovers/{own.uuid}/",
            "/api/v1/handovers/",
            "/",
        ]
        for page in pages:
            body = client.get(page).content.decode()
            for secret in (
                foreign.reference,
                str(foreign.uuid),
                str(link.uuid),
                "MARKREASONS",
                "MARKDECIDER",
                "MARKVIETPLACE" if code == "VN" else "nothing of the kind",
                "MARKVIETCONDUCT" if code == "VN" else "nothing of the kind",
            ):
                assert secret not in body, (page, reader.email, secret)
        for name, more in (
            ("competing", ()),
            ("competing_link", (r.subject(foreign).uuid,)),
            ("competing_first", (link.uuid,)),
        ):
            assert client.get(address(name, r, own, *more)).status_code == 404
            assert client.get(address(name, r, foreign, *more)).status_code == 404
        with acting_as(reader):
            assert not CompetingLink.objects.visible_to(reader).exists()
            # Past the application, by the wall alone.
            assert not CompetingLink.objects.exists()
            assert not CompetingDecision.objects.exists()
            read = AuditEvent.objects.visible_to(reader)
            assert not read.filter(verb__startswith="handover.competing").exists()
            for event in read.filter(verb="handover.set_aside"):
                told = f"{event.codes} {event.reference}"
                assert foreign.reference not in told
                assert str(link.uuid) not in told
            notices = Notice.objects.visible_to(reader).values_list("object_uuid", flat=True)
            assert foreign.uuid not in notices
            assert link.uuid not in notices
            happened = HandoverRequest.history.visible_to(reader).values_list(
                "history_change_reason", flat=True
            )
            assert not any(country in (text or "") for text in happened)
    loser = r.viet_request if wins == "chinese_request" else r.chinese_request
    reader = r.viet if wins == "chinese_request" else r.base.chinese
    body = signed_in(reader).get(reverse("handovers:detail", args=[loser.uuid])).content.decode()
    assert "another procedure about this person is dealt with first" in body


@pytest.mark.django_db
def test_an_asking_country_cannot_write_a_link_past_the_application(r: Rivals) -> None:
    one, other = r.subject(r.chinese_request), r.subject(r.viet_request)
    with acting_as(r.base.chinese), pytest.raises(DatabaseError), transaction.atomic():
        CompetingLink.objects.bulk_create(
            [
                CompetingLink(
                    country=r.base.thai.country,
                    one=one,
                    other=other,
                    one_handover=r.chinese_request,
                    other_handover=r.viet_request,
                    likeness=Likeness.SAME_RECORD,
                    confirmed_by=r.base.chinese,
                )
            ]
        )


@pytest.mark.django_db
def test_a_link_and_its_decision_are_never_changed(r: Rivals) -> None:
    r.put_first(r.linked(), r.viet_request)
    with acting_as(r.base.thai), connection.cursor() as cursor:
        for statement in (
            "UPDATE handovers_competinglink SET likeness = 'SAME_NUMBER'",
            "DELETE FROM handovers_competinglink",
            "UPDATE handovers_competingdecision SET decider = 'x'",
            "DELETE FROM handovers_competingdecision",
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                cursor.execute(statement)


@pytest.mark.django_db
def test_the_pages_link_and_decide(r: Rivals) -> None:
    other = r.subject(r.viet_request)
    thai, boss = signed_in(r.base.thai), signed_in(r.base.supervisor)
    where = address("competing_link", r, r.chinese_request, other.uuid)
    assert thai.get(where).status_code == 200
    assert thai.post(where).status_code == 302
    with acting_as(r.base.thai):
        link = CompetingLink.objects.get()
    where = address("competing_first", r, r.chinese_request, link.uuid)
    assert thai.get(where).status_code == 404
    assert boss.get(where).status_code == 200
    data = {"first_id": str(r.viet_request.uuid), "reasons": "x", "language": "en"}
    assert boss.post(where, data).status_code == 422
    assert boss.post(where, {**data, "decider": "Minister (invented)"}).status_code == 302
    page = boss.get(address("competing", r, r.chinese_request)).content.decode()
    assert f"{r.viet_request.reference} goes first." in page
    assert boss.get(where).status_code == 404
