"""Rule: a request that lacks what the other country's law asks for is not sent; the message names it and its source."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from lmc_cases.audit.models import AuditEvent
from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.history import save_as
from lmc_cases.handovers.models import HandoverRequest, RequestPaper
from lmc_cases.handovers.services import deciding, drafting, giving, proceeding, sending
from lmc_cases.handovers.services.completeness import Completeness, completeness_of
from lmc_cases.handovers.services.gates import GateClosed
from lmc_cases.handovers.states import WrongState
from lmc_cases.jurisdictions.access import acting_as
from lmc_cases.jurisdictions.models import Jurisdiction, LegalInstrument, RequestElement
from tests.factories import officer, open_case, share
from tests.handovers.samples import World, person, world
from tests.handovers.test_pages import page, signed_in, words
from tests.harness.shared_worlds import once_per_module

pytestmark = pytest.mark.django_db
LAW = "Invented extradition law (test data)"


built, w = once_per_module(lambda: world(with_photo=False))


def asks(element: str, **fields: Any) -> RequestElement:
    """One row of an invented law of Thailand."""
    if "instrument" not in fields:
        fields.setdefault("jurisdiction", Jurisdiction.objects.get(code="TH"))
    return RequestElement.objects.create(
        natural_key=f"test-{element}-{RequestElement.objects.count()}",
        procedure="EXTRADITION",
        element=element,
        law=LAW,
        **{"article": "9", "source": "Gazette (invented)", "confidence": "verified", **fields},
    )


def drafted(w: World, **changes: Any) -> HandoverRequest:
    return w.draft(procedure="EXTRADITION", **changes)


def gave(w: World, handover: HandoverRequest, element: str, **changes: Any) -> RequestPaper:
    return giving.give_paper(
        actor=w.chinese,
        handover_id=handover.uuid,
        **{
            "element": element,
            "given": "ANNEXED",
            "text": "No. 7 of 1 May (invented)",
            "language": "en",
            **changes,
        },
    )


def send(w: World, handover: HandoverRequest) -> HandoverRequest:
    sending.propose(actor=w.chinese, handover_id=handover.uuid)
    return sending.send(actor=officer("CN", "supervisor"), handover_id=handover.uuid)


def standing(w: World, handover: HandoverRequest) -> Completeness:
    with acting_as(w.chinese):
        found = completeness_of(w.chinese, handover)
    assert found is not None
    return found


def test_a_request_without_a_mandatory_element_is_not_sent_and_is_told_which_and_why(w: World) -> None:
    asks("WARRANT")
    asks("FACTS")
    handover = drafted(w)
    sending.propose(actor=w.chinese, handover_id=handover.uuid)
    second = officer("CN", "supervisor")
    with pytest.raises(GateClosed) as caught:
        sending.send(actor=second, handover_id=handover.uuid)
    told = str(caught.value)
    assert "Warrant of arrest" in told
    assert f"{LAW}, 9" in told
    assert "Gazette (invented)" in told
    assert "Thailand" in told
    assert "Statement of facts" not in told
    with acting_as(w.thai):
        assert not HandoverRequest.objects.visible_to(w.thai).filter(pk=handover.pk).exists()
    gave(w, handover, "WARRANT")
    assert sending.send(actor=second, handover_id=handover.uuid).status == "SUBMITTED"


def test_an_arrest_is_asked_in_a_hurry_and_the_request_itself_is_whole(w: World) -> None:
    asks("EVIDENCE")
    handover = drafted(w)
    sending.propose(actor=w.chinese, handover_id=handover.uuid)
    second = officer("CN", "supervisor")
    sending.ask_arrest(actor=second, handover_id=handover.uuid, reason="may flee (invented)")
    sending.record_arrest(actor=w.thai, handover_id=handover.uuid, at=dt.datetime.now(dt.UTC))
    with pytest.raises(GateClosed, match="Evidence"):
        sending.send(actor=second, handover_id=handover.uuid)
    gave(w, handover, "EVIDENCE")
    assert sending.send(actor=second, handover_id=handover.uuid).status == "SUBMITTED"


@pytest.mark.parametrize(
    "changes", [{"confidence": "general-knowledge"}, {"confidence": ""}, {"due": "LATER"}]
)
def test_nobody_is_stopped_by_a_rule_that_nobody_verified_or_by_what_may_follow(
    w: World, changes: dict[str, str]
) -> None:
    asks("CERTIFICATION", **changes)
    handover = drafted(w)
    (element,) = standing(w, handover).elements
    assert not element.is_there
    assert not element.stops
    assert bool(element.asked[0].article) is (changes.get("confidence") is None)
    assert send(w, handover).status == "SUBMITTED"


def test_a_country_without_rows_is_unknown_and_never_asks_for_nothing(w: World) -> None:
    handover = drafted(w)
    found = standing(w, handover)
    assert not found.is_known
    assert not found.knows_treaty
    shown = words(signed_in(w.chinese).get(page("handovers:detail", handover)))
    assert "What Thailand asks for is not known here." in shown
    assert "What the chosen treaty asks for besides has not been entered." in shown


def test_the_treaty_asks_besides_the_law_and_another_treaty_does_not(w: World) -> None:
    chosen = LegalInstrument.objects.get(kind="bilateral_extradition", parties_text="CN|TH")
    other = LegalInstrument.objects.exclude(pk=chosen.pk).first()
    asks("WARRANT")
    asks("WARRANT", instrument=chosen, article="7")
    asks("EVIDENCE", instrument=other)
    found = standing(w, drafted(w))
    (element,) = found.elements
    assert [each.row.article for each in element.asked] == ["9", "7"]
    assert found.knows_treaty
    assert standing(w, drafted(w, instrument_id=None)).elements[0].asked[0].row.article == "9"


def test_a_running_request_keeps_the_law_of_its_day(w: World) -> None:
    asks("WARRANT", valid_to=dt.date(2000, 1, 1))
    asks("EVIDENCE", valid_from=dt.date(2990, 1, 1))
    assert not standing(w, drafted(w)).elements
    handover = send(w, drafted(w, instrument_id=None))
    late = asks("SPECIALITY")
    assert [each.element for each in standing(w, handover).elements] == ["SPECIALITY"]
    late.valid_from = dt.date(2990, 1, 1)
    late.save()
    assert not standing(w, handover).elements


def test_the_identity_names_what_is_not_known_of_whom_and_can_be_answered_for(w: World) -> None:
    asks("IDENTITY")
    with acting_as(w.thai):
        nobody = person(w.thai, w.case, 9)
        nobody.nationality = ""
        save_as(nobody, actor=w.thai, reason="not known")
    handover = drafted(w, suspect_ids=[nobody.uuid])
    (element,) = standing(w, handover).elements
    assert element.stops
    assert "S9" in element.lacking[0]
    assert "nationality" in element.lacking[0]
    gave(w, handover, "IDENTITY", given="NOT_APPLICABLE", text="Not known to anybody yet (invented)")
    assert not standing(w, handover).stopping


def test_only_the_side_that_opened_it_gives_papers_until_it_is_decided(w: World) -> None:
    asks("WARRANT")
    handover = drafted(w)
    for stranger in (w.thai, w.viet, officer("CN", "auditor")):
        with pytest.raises(HandoverRequest.DoesNotExist):
            giving.give_paper(
                actor=stranger,
                handover_id=handover.uuid,
                element="WARRANT",
                given="STATED",
                text="x",
                language="en",
            )
    paper = gave(w, handover, "WARRANT")
    with acting_as(w.thai):
        assert not RequestPaper.objects.visible_to(w.thai).exists()
    send(w, handover)
    gave(w, handover, "WARRANT", text="No. 8 (invented)")
    with acting_as(w.thai):
        assert [row.text for row in RequestPaper.objects.visible_to(w.thai).order_by("pk")] == [
            paper.text,
            "No. 8 (invented)",
        ]
    with acting_as(w.viet):
        assert not RequestPaper.objects.visible_to(w.viet).exists()
    event = AuditEvent.objects.filter(verb="handover.paper_given").latest("pk")
    assert event.recipient_country_id == handover.requested_id
    proceeding.acknowledge(actor=w.thai, handover_id=handover.uuid)
    proceeding.review(actor=w.thai, handover_id=handover.uuid)
    deciding.refuse(actor=w.supervisor, handover_id=handover.uuid, reason="own national (invented)")
    with pytest.raises(WrongState):
        gave(w, handover, "WARRANT")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"element": "EVIDENCE"}, "element"),
        ({"given": "VERBALLY"}, "given"),
        ({"text": " \u200e "}, "text"),
        ({"language": "xx"}, "language"),
    ],
)
def test_a_paper_that_says_nothing_is_refused_by_its_field(
    w: World, changes: dict[str, str], field: str
) -> None:
    asks("WARRANT")
    handover = drafted(w)
    with pytest.raises(InvalidInput) as caught:
        gave(w, handover, **{"element": "WARRANT", **changes})
    assert caught.value.field == field
    assert not standing(w, handover).elements[0].paper


def test_what_was_given_is_never_changed_by_any_role_of_the_product(w: World) -> None:
    asks("WARRANT")
    paper = gave(w, drafted(w), "WARRANT")
    with acting_as(w.chinese):
        for statement in (
            "UPDATE handovers_requestpaper SET text = 'x'",
            "DELETE FROM handovers_requestpaper",
        ):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
        paper.refresh_from_db()
    assert paper.text == "No. 7 of 1 May (invented)"


def test_police_hands_over_without_such_papers(w: World) -> None:
    asks("WARRANT")
    handover = w.draft()
    with acting_as(w.chinese):
        assert completeness_of(w.chinese, handover) is None
    with pytest.raises(HandoverRequest.DoesNotExist):
        gave(w, handover, "WARRANT")
    assert sending.submit(actor=w.chinese, handover_id=handover.uuid).status == "SUBMITTED"


def test_the_page_shows_what_is_missing_and_takes_it_once(w: World) -> None:
    asks("WARRANT")
    handover = drafted(w)
    client = signed_in(w.chinese)
    shown = words(client.get(page("handovers:detail", handover)))
    assert "0 of 1 that Thailand asks for" in shown
    assert "Cannot be sent yet" in shown
    address = reverse("handovers:give_paper", args=[handover.uuid, "WARRANT"])
    form = client.get(address).context["form"]
    sent = {"given": "ANNEXED", "text": "No. 9 (invented)", "language": "en", "once": form["once"].value()}
    refused = client.post(address, {**sent, "text": ""})
    assert refused.status_code == 422
    assert "ANNEXED" in refused.content.decode()
    for _again in range(2):
        assert client.post(address, sent).status_code == 302
    with acting_as(w.chinese):
        assert RequestPaper.objects.count() == 1
    shown = words(client.get(page("handovers:detail", handover)))
    assert "1 of 1 that Thailand asks for" in shown
    assert "No. 9 (invented)" in shown
    assert client.get(reverse("handovers:give_paper", args=[handover.uuid, "EVIDENCE"])).status_code == 404
    assert signed_in(w.thai).get(address).status_code == 404


def test_china_asks_for_the_common_core_of_its_own_law() -> None:
    """The rows the product brings: a request from Thailand to China."""
    chinese, thai = officer("CN"), officer("TH")
    case = open_case(chinese, title="虚构案", language="zh-hans")
    with acting_as(chinese):
        wanted = person(chinese, case, 1)
    share(chinese, case, "TH")
    handover = drafting.draft_request(
        actor=thai,
        case_id=case.uuid,
        suspect_ids=[wanted.uuid],
        instrument_id=None,
        legal_basis="Reciprocity (invented)",
        facts="Facts (invented)",
        facts_language="en",
        procedure="EXTRADITION",
    )
    with acting_as(thai):
        found = completeness_of(thai, handover)
    assert found is not None
    assert {each.element.value for each in found.stopping} == {
        "LAW_TEXT",
        "WARRANT",
        "EVIDENCE",
        "TRANSLATION",
    }
    assert all("Extradition Law" in each.missing and "source:" in each.missing for each in found.stopping)
    speciality = next(each for each in found.elements if each.element == "SPECIALITY")
    assert not speciality.stops
    assert not speciality.asked[0].article
