"""What a share opens and under which terms; who will see it, told before it is made."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from lmc_cases.accounts.models import User
from lmc_cases.audit.models import AuditEvent
from lmc_cases.cases.models import Case, CaseShare, CaseShareItem, Level
from lmc_cases.cases.services import sharing
from lmc_cases.cases.services.casework import write_text
from lmc_cases.core.errors import InvalidInput
from lmc_cases.evidence.models import EvidenceItem
from lmc_cases.jurisdictions.models import Clearance, DisclosureRule, Jurisdiction
from lmc_cases.suspects.models import Suspect
from tests.cases.browsing import signed_in, words
from tests.cases.share_world import case as case  # noqa: PLC0414 - a fixture
from tests.cases.share_world import classified as classified  # noqa: PLC0414 - a fixture
from tests.cases.share_world import exhibit, person, terms, typed
from tests.cases.share_world import second as second  # noqa: PLC0414 - a fixture
from tests.cases.share_world import thai as thai  # noqa: PLC0414 - a fixture
from tests.factories import officer, open_case, share

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_second_factor")]


def test_a_share_can_open_single_items_and_nothing_else_of_the_case(thai: User, case: Case) -> None:
    chosen, other = person(thai, case, "Chosen Person"), person(thai, case, "Other Person")
    item = exhibit(thai, case, "E-1")
    exhibit(thai, case, "E-2")
    chinese = officer("CN")
    share(thai, case, "CN", Level.EXISTENCE, item_ids=[chosen.uuid, item.uuid])
    assert list(Suspect.objects.visible_to(chinese)) == [chosen]
    assert list(EvidenceItem.objects.visible_to(chinese)) == [item]
    client = signed_in(chinese)
    shown = words(client.get(reverse("suspects:list", args=[case.uuid])))
    assert "Chosen Person" in shown
    assert "Other Person" not in shown
    assert client.get(reverse("suspects:detail", args=[case.uuid, chosen.uuid])).status_code == 200
    assert client.get(reverse("suspects:detail", args=[case.uuid, other.uuid])).status_code == 404
    assert "Invented pier case" not in words(client.get(reverse("cases:detail", args=[case.uuid])))


def test_an_item_of_another_case_or_withheld_cannot_be_named(thai: User, case: Case) -> None:
    elsewhere = person(thai, open_case(thai), "Elsewhere")
    informant = person(thai, case, "Informant")
    # Withheld as the pages of persons do it.
    Suspect.objects.filter(pk=informant.pk).update(level=Level.OWN, withheld="INFORMANT")
    for item in (elsewhere, informant):
        with pytest.raises(InvalidInput) as refused:
            sharing.share_case(actor=thai, case_id=case.uuid, **terms(item_ids=[item.uuid]))
        assert refused.value.field == "item_ids"
    assert not CaseShare.objects.exists()
    assert not CaseShareItem.objects.exists()


def test_the_terms_of_a_share_are_kept_and_shown_to_both_sides(thai: User, case: Case) -> None:
    chinese = officer("CN")
    made = share(
        thai,
        case,
        "CN",
        legal_basis="Invented treaty, article 1",
        may_contribute=True,
        handling_h2=True,
        handling_h3="Do not tell the press",
        review_on=timezone.localdate() + dt.timedelta(days=5),
    )
    for who in (thai, chinese):
        shown = words(signed_in(who).get(reverse("cases:share_detail", args=[made.uuid])))
        for text in ("Invented treaty, article 1", "Read, add own items", "H2 · H3", "Do not tell the press"):
            assert text in shown
    assert "Invented reason" not in shown
    assert thai.full_name not in shown
    event = AuditEvent.objects.get(verb="case.shared")
    assert event.codes["handling"] == ["H2", "H3"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"review_on": "2020-01-01"}, "review_on"),
        ({"review_on": f"{timezone.localdate() + dt.timedelta(days=99):%Y-%m-%d}"}, "review_on"),
        ({"handling_h3": "x" * 1001}, "handling_h3"),
        ({"approval_number": "x" * 101}, "approval_number"),
    ],
)
def test_terms_that_cannot_be_taken_name_their_field(
    thai: User, case: Case, changes: dict[str, str], field: str
) -> None:
    answer = signed_in(thai).post(reverse("cases:share", args=[case.uuid]), typed(**changes))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors


# National approval


def test_an_unverified_rule_asks_for_the_number_or_a_reason_and_shows_its_source() -> None:
    chinese = officer("CN")
    case = open_case(chinese)
    url = reverse("cases:share", args=[case.uuid])
    client = signed_in(chinese)
    page = words(client.get(url))
    for text in ("Data Security Law", "Not verified", "Source"):
        assert text in page
    refused = client.post(url, typed(recipient_code="TH"))
    assert refused.status_code == 422
    assert "approval_missing" in refused.context["form"].errors
    for given in ({"approval_missing": "The ministry was told by telephone"}, {"approval_number": "MPS-1"}):
        assert client.post(url, typed(recipient_code="TH", **given)).status_code == 200


def test_only_a_verified_rule_that_demands_approval_stops_a_share(thai: User, case: Case) -> None:
    rule = DisclosureRule.objects.create(
        natural_key="test",
        jurisdiction=Jurisdiction.objects.get(code="TH"),
        law_title="Invented law",
        requirement=DisclosureRule.Requirement.REQUIRED,
        source="Invented",
        confidence="unverified",
    )
    given = terms(approval_missing="Not possible in time")
    sharing.who_will_see(actor=thai, case_id=case.uuid, **given)
    rule.confidence = "verified"
    rule.save()
    with pytest.raises(InvalidInput) as refused:
        sharing.share_case(actor=thai, case_id=case.uuid, **given)
    assert refused.value.field == "approval_number"
    made = sharing.share_case(actor=thai, case_id=case.uuid, **given, approval_number="A-77")
    assert made.approval_number == "A-77"


def test_a_country_without_a_rule_is_told_that_it_is_not_known(thai: User, case: Case) -> None:
    page = words(signed_in(thai).get(reverse("cases:share", args=[case.uuid])))
    assert "It is not known whether your country's law asks for an approval" in page


# Who will see exactly this


def test_the_preview_says_who_what_and_what_stays_closed(thai: User, classified: Case) -> None:
    officer("CN", suffix="ONE")
    officer("CN", suffix="ONE", clearance=Clearance.RESTRICTED)
    officer("CN", suffix="TWO", clearance=Clearance.RESTRICTED)
    write_text(actor=thai, case_id=classified.uuid, kind="FACTS", language="th", text="Facts")
    marked = person(thai, classified, "Marked Person")
    Suspect.objects.filter(pk=marked.pk).update(handling_h1=True)
    informant = person(thai, classified, "The Informant")
    Suspect.objects.filter(pk=informant.pk).update(level=Level.OWN, withheld="INFORMANT")
    seen = sharing.who_will_see(actor=thai, case_id=classified.uuid, **terms(level=Level.FULL))
    assert (seen.officers, seen.uncleared, seen.needs_second_officer) == (1, 2, True)
    assert [(row.cleared, row.uncleared) for row in seen.by_agency] == [(1, 1), (0, 1)]
    assert [(text.label, text.languages) for text in seen.texts] == [
        ("Title", ["en"]),
        ("Statement of facts", ["th"]),
    ]
    people = seen.items[0]
    assert (people.shown, people.h1, people.h2, people.held_count) == (1, 1, 0, 1)
    assert people.held[0].why == "Protects an informant"
    page = words(signed_in(thai).post(reverse("cases:share", args=[classified.uuid]), typed(level="3")))
    for text in (
        "Not cleared for this case 2",
        "Nobody cleared",
        "The Informant",
        "Stays closed",
        "second officer",
    ):
        assert text in page


def test_a_recipient_without_cleared_officers_is_named_before_sharing(thai: User, classified: Case) -> None:
    url = reverse("cases:share", args=[classified.uuid])
    client = signed_in(thai)
    officer("LA", clearance=Clearance.RESTRICTED)
    assert "No officer there is cleared" in words(client.post(url, typed(recipient_code="LA")))
    assert "No officer there has an account" in words(client.post(url, typed(recipient_code="KH")))


def test_going_back_from_the_preview_loses_nothing(thai: User, case: Case) -> None:
    chosen = person(thai, case, "Chosen Person")
    given = typed(
        item_ids=[str(chosen.uuid)],
        legal_basis="Typed basis",
        handling_h1="on",
        may_contribute="on",
        review_on=f"{timezone.localdate() + dt.timedelta(days=2):%Y-%m-%d}",
    )
    url = reverse("cases:share", args=[case.uuid])
    client = signed_in(thai)
    assert "Chosen Person" in words(client.post(url, given))
    form = client.post(url, {**given, "step": "change"}).context["form"]
    assert {name: form[name].value() for name in given if name != "expires_at"} == {
        **{name: value for name, value in given.items() if name != "expires_at"},
        "handling_h1": True,
        "may_contribute": True,
    }


# Four eyes
