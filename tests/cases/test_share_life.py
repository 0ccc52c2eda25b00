"""The life of a share: who will see it, the second officer, answers, review, withdrawal, correction."""

from __future__ import annotations

import datetime as dt
import threading
import zoneinfo
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections
from django.urls import reverse
from django.utils import timezone

from lmc_cases.accounts.models import Notice, User
from lmc_cases.accounts.services import desks
from lmc_cases.audit.models import AuditEvent
from lmc_cases.cases.models import Case, CaseShare, CaseShareItem, Level, ShareFollowUp, ShareResponse
from lmc_cases.cases.services import sharing
from lmc_cases.cases.services.casework import write_text
from lmc_cases.core.errors import Conflict, InvalidInput
from lmc_cases.evidence.models import EvidenceItem
from lmc_cases.evidence.services.items import ExhibitDetails, add_item
from lmc_cases.jurisdictions.access import acting_as
from lmc_cases.jurisdictions.models import Clearance, DisclosureRule, Jurisdiction
from lmc_cases.suspects.models import Suspect
from lmc_cases.suspects.services.details import PersonDetails
from lmc_cases.suspects.services.people import add_suspect
from tests.cases.browsing import signed_in, words
from tests.factories import officer, open_case, share

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_second_factor")]


@pytest.fixture
def thai() -> User:
    return officer("TH")


@pytest.fixture
def second() -> User:
    return officer("TH", "supervisor")


@pytest.fixture
def case(thai: User) -> Case:
    return open_case(thai, "Invented pier case")


@pytest.fixture
def classified(thai: User) -> Case:
    return open_case(thai, "Invented secret case", classification=Case.Classification.CONFIDENTIAL)


def person(actor: User, case: Case, name: str) -> Suspect:
    return add_suspect(
        actor=actor, case_id=case.uuid, details=PersonDetails(name_original=name), documents=[]
    )


def exhibit(actor: User, case: Case, number: str) -> EvidenceItem:
    return add_item(
        actor=actor,
        case_id=case.uuid,
        details=ExhibitDetails(exhibit_number=number, kind="FILE", description="Invented", language="en"),
    )


def terms(**changes: Any) -> dict[str, Any]:
    return {
        "recipient_code": "CN",
        "level": Level.EXISTENCE,
        "purpose": "LOCATE",
        "reason": "Invented reason",
        "expires_at": timezone.now() + dt.timedelta(days=30),
        **changes,
    }


def typed(**changes: Any) -> dict[str, Any]:
    return {
        "recipient_code": "CN",
        "agency_id": "",
        "level": "1",
        "purpose": "LOCATE",
        "reason": "Invented reason",
        "expires_at": f"{timezone.localdate() + dt.timedelta(days=10):%Y-%m-%d}T23:59",
        **changes,
    }


# What is shared


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


def test_the_first_share_of_a_classified_case_opens_nothing_until_a_second_officer_confirms(
    thai: User, second: User, classified: Case
) -> None:
    chinese = officer("CN")
    detail = reverse("cases:detail", args=[classified.uuid])
    made = share(thai, classified, "CN")
    assert made.confirmed_at is None
    assert signed_in(chinese).get(detail).status_code == 404
    assert "Confirm a share with China" in words(signed_in(second).get(reverse("home")))
    assert "Confirm a share" not in words(signed_in(thai).get(reverse("home")))
    assert "Waiting for a second officer" in words(
        signed_in(second).get(reverse("cases:sharing", args=[classified.uuid]))
    )
    confirm = reverse("cases:share_confirm", args=[made.uuid])
    assert signed_in(thai).post(confirm).status_code == 422
    for act in (
        lambda: sharing.confirm_share(actor=thai, share_id=made.uuid),
        lambda: sharing.refuse_share(actor=thai, share_id=made.uuid, reason="x"),
    ):
        with pytest.raises(sharing.SecondOfficerNeeded):
            act()
    assert "Active officers there 1" in words(signed_in(second).get(confirm))
    assert signed_in(second).post(confirm).status_code == 302
    assert signed_in(chinese).get(detail).status_code == 200
    with pytest.raises(sharing.ConfirmedAlready):
        sharing.confirm_share(actor=second, share_id=made.uuid)
    assert AuditEvent.objects.filter(verb="case.share_confirmed", actor=second).count() == 1
    assert not AuditEvent.objects.filter(verb="case.shared").exists()


def test_once_two_officers_have_shared_with_a_country_one_is_enough(
    thai: User, second: User, classified: Case
) -> None:
    first = share(thai, classified, "CN", second=second)
    sharing.revoke_share(actor=thai, share_id=first.uuid, reason="Smaller")
    assert share(thai, classified, "CN").confirmed_at is not None
    assert share(thai, classified, "LA").confirmed_at is None


def test_a_share_made_before_the_case_was_classified_does_not_count(thai: User, case: Case) -> None:
    first = share(thai, case, "CN")
    sharing.revoke_share(actor=thai, share_id=first.uuid, reason="Over")
    Case.objects.filter(pk=case.pk).update(classification=Case.Classification.SECRET)
    assert share(thai, case, "CN").confirmed_at is None


def test_a_refused_share_says_why_to_who_made_it_and_to_nobody_else(
    thai: User, second: User, classified: Case
) -> None:
    chinese = officer("CN")
    made = share(thai, classified, "CN")
    page = signed_in(second).post(
        reverse("cases:share_refuse", args=[made.uuid]), {"reason": "The purpose is not covered"}
    )
    assert page.status_code == 302
    shown = words(signed_in(thai).get(reverse("cases:sharing", args=[classified.uuid])))
    assert "The purpose is not covered" in shown
    assert "Never took effect" in shown
    assert "Your share was refused" in words(signed_in(thai).get(reverse("home")))
    assert not ShareFollowUp.objects.exists()
    assert not CaseShare.objects.visible_to(chinese).exists()
    with pytest.raises(sharing.ShareEnded):
        sharing.confirm_share(actor=second, share_id=made.uuid)
    assert share(thai, classified, "CN").is_waiting


def test_an_item_withheld_since_stops_the_confirmation(thai: User, second: User, classified: Case) -> None:
    chosen = person(thai, classified, "Chosen")
    made = share(thai, classified, "CN", Level.EXISTENCE, item_ids=[chosen.uuid])
    Suspect.objects.filter(pk=chosen.pk).update(level=Level.OWN, withheld="SURVEILLANCE")
    with pytest.raises(Conflict):
        sharing.confirm_share(actor=second, share_id=made.uuid)
    page = signed_in(second).get(reverse("cases:share_confirm", args=[made.uuid]))
    assert page.status_code == 200
    assert "cannot be shared" in words(page)


def raced(*acts: Callable[[], Any]) -> list[str]:
    """Run the acts at the same moment; return what came of each."""
    barrier, found = threading.Barrier(len(acts)), [""] * len(acts)

    def run(place: int, act: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            act()
            found[place] = "done"
        except Exception as error:  # noqa: BLE001 - the test looks at what it was
            found[place] = type(error).__name__
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found


@pytest.mark.django_db(transaction=True)
def test_of_two_second_officers_one_decides(thai: User, second: User, classified: Case) -> None:
    third = officer("TH", "supervisor")
    made = share(thai, classified, "CN")
    outcome = raced(
        lambda: sharing.confirm_share(actor=second, share_id=made.uuid),
        lambda: sharing.refuse_share(actor=third, share_id=made.uuid, reason="No"),
    )
    assert outcome in (["done", "ConfirmedAlready"], ["ShareEnded", "done"])
    with acting_as(thai):
        made.refresh_from_db()
    assert (made.confirmed_at is None) == (outcome[0] != "done")
    chinese = officer("CN")
    with acting_as(chinese):
        assert Case.objects.visible_to(chinese).exists() == (outcome[0] == "done")


# Answers


def test_a_recipient_accepts_and_only_one_decides(thai: User, case: Case) -> None:
    chinese, colleague, reader = officer("CN"), officer("CN"), officer("CN", "prosecutor")
    made = share(thai, case, "CN")
    assert "Answer a share of Thailand" in words(signed_in(chinese).get(reverse("home")))
    accept = reverse("cases:share_accept", args=[made.uuid])
    assert signed_in(reader).get(accept).status_code == 404
    assert signed_in(chinese).post(accept).status_code == 302
    with pytest.raises(sharing.AnsweredAlready):
        sharing.accept_share(actor=colleague, share_id=made.uuid)
    with pytest.raises(sharing.AnsweredAlready):
        sharing.decline_share(actor=colleague, share_id=made.uuid, reason="Late")
    assert "Answer a share of" not in words(signed_in(colleague).get(reverse("home")))
    home = words(signed_in(thai).get(reverse("home")))
    assert "Your share was accepted." in home
    assert "Accepted" in words(signed_in(thai).get(reverse("cases:sharing", args=[case.uuid])))


def test_a_declined_share_closes_at_once_and_the_owner_reads_why(thai: User, case: Case) -> None:
    chinese = officer("CN")
    made = share(thai, case, "CN")
    client = signed_in(chinese)
    url = reverse("cases:share_decline", args=[made.uuid])
    assert client.post(url, {"reason": " "}).status_code == 422
    assert client.post(url, {"reason": "Not our suspect"}).status_code == 302
    for page in ("cases:detail", "cases:sharing"):
        assert client.get(reverse(page, args=[case.uuid])).status_code == 404
    assert client.get(reverse("cases:share_detail", args=[made.uuid])).status_code == 404
    assert "Not our suspect" in words(signed_in(thai).get(reverse("cases:share_detail", args=[made.uuid])))
    with pytest.raises(sharing.ShareEnded):
        sharing.revoke_share(actor=thai, share_id=made.uuid, reason="Late")
    assert share(thai, case, "CN").is_in_force


def test_partners_have_nobody_who_shares_so_their_readers_decide(thai: User, case: Case) -> None:
    singapore = officer("SG", "partner_agency")
    made = share(thai, case, "SG", Level.SUMMARY)
    sharing.accept_share(actor=singapore, share_id=made.uuid)
    assert ShareResponse.objects.get().country.code == "SG"


def test_question_and_answer_are_read_by_both_sides_without_names_and_by_nobody_else(
    thai: User, case: Case
) -> None:
    chinese, lao = officer("CN"), officer("LA")
    made = share(thai, case, "CN", Level.SUMMARY)
    other = share(thai, case, "LA")
    asked = signed_in(chinese).post(
        reverse("cases:share_ask", args=[made.uuid]), {"text": "Is the account frozen?"}
    )
    assert asked.status_code == 302
    question = ShareResponse.objects.get()
    assert "Answer a question of China" in words(signed_in(thai).get(reverse("home")))
    answer = signed_in(thai).post(
        reverse("cases:share_answer", args=[question.uuid]), {"text": "Since Monday"}
    )
    assert answer.status_code == 302
    with pytest.raises(sharing.AnsweredAlready):
        sharing.answer_question(actor=thai, question_id=question.uuid, text="Again")
    url = reverse("cases:share_detail", args=[made.uuid])
    theirs, ours = words(signed_in(chinese).get(url)), words(signed_in(thai).get(url))
    for page in (theirs, ours):
        assert "Is the account frozen?" in page
        assert "Since Monday" in page
    assert thai.full_name not in theirs
    assert chinese.full_name not in ours
    assert "Your question was answered." in words(signed_in(chinese).get(reverse("home")))
    assert signed_in(lao).get(url).status_code == 404
    laotian = words(signed_in(lao).get(reverse("cases:share_detail", args=[other.uuid])))
    for secret in ("China", "frozen", "Monday"):
        assert secret not in laotian


@pytest.mark.django_db(transaction=True)
def test_decline_and_withdrawal_in_the_same_moment_do_not_block_each_other(thai: User, case: Case) -> None:
    chinese = officer("CN")
    made = share(thai, case, "CN")
    outcome = raced(
        lambda: sharing.decline_share(actor=chinese, share_id=made.uuid, reason="No"),
        lambda: sharing.revoke_share(actor=thai, share_id=made.uuid, reason="Over"),
    )
    assert "done" in outcome
    assert set(outcome) <= {"done", "AnsweredAlready", "ShareEnded", "DoesNotExist"}
    assert outcome.count("done") == 1
    with acting_as(chinese):
        assert not Case.objects.visible_to(chinese).exists()


def test_what_was_answered_is_never_changed(thai: User, case: Case) -> None:
    made = share(thai, case, "CN")
    sharing.accept_share(actor=officer("CN"), share_id=made.uuid)
    with pytest.raises(Exception, match=r"denied|not allowed"), connection.cursor() as cursor:
        cursor.execute("UPDATE cases_shareresponse SET text = 'other'")


# Review


def test_a_share_due_for_review_waits_for_who_shared_it(thai: User, case: Case) -> None:
    # The officer's day, which is another one than UTC's for seven hours.
    today = timezone.localdate(timezone=zoneinfo.ZoneInfo(thai.time_zone))
    made = share(thai, case, "CN", review_on=today)
    share(thai, case, "LA", review_on=today + dt.timedelta(days=1))
    home = words(signed_in(thai).get(reverse("home")))
    assert "Review a share with China" in home
    assert "Review a share with Laos" not in home
    assert "Review a share" not in words(signed_in(officer("TH")).get(reverse("home")))
    url = reverse("cases:share_review", args=[made.uuid])
    past = f"{today:%Y-%m-%d}"
    assert signed_in(thai).post(url, {"reason": "Goes on", "review_on": past}).status_code == 422
    assert signed_in(thai).post(url, {"reason": "Goes on", "review_on": ""}).status_code == 302
    assert "Review a share" not in words(signed_in(thai).get(reverse("home")))
    made.refresh_from_db()
    assert made.review_on is None
    assert made.history.first().history_change_reason == "Goes on"


# Withdrawal and correction


def test_after_a_withdrawal_the_recipient_acknowledges_and_lists_its_copies(thai: User, case: Case) -> None:
    chinese, lao = officer("CN"), officer("LA")
    made = share(thai, case, "CN")
    sharing.revoke_share(actor=thai, share_id=made.uuid, reason="The informant was named")
    told = ShareFollowUp.objects.get()
    url = reverse("cases:follow_up", args=[told.uuid])
    assert "Acknowledge a withdrawal of Thailand" in words(signed_in(chinese).get(reverse("home")))
    shown = words(signed_in(chinese).get(url))
    for text in (case.reference, "Thailand", "The informant was named"):
        assert text in shown
    for secret in ("Invented pier case", thai.full_name, "Support of an investigation"):
        assert secret not in shown
    assert signed_in(lao).get(url).status_code == 404
    assert signed_in(thai).post(url, {"copies": "none"}).status_code == 404
    assert signed_in(chinese).post(url, {"copies": " "}).status_code == 422
    assert signed_in(chinese).post(url, {"copies": "Two prints in the archive"}).status_code == 302
    with pytest.raises(sharing.AcknowledgedAlready):
        sharing.acknowledge(actor=officer("CN"), follow_up_id=told.uuid, copies="none")
    mine = words(signed_in(thai).get(reverse("cases:sharing", args=[case.uuid])))
    assert "Two prints in the archive" in mine
    assert "Acknowledged" in mine
    assert "A recipient acknowledged" in words(signed_in(thai).get(reverse("home")))


def test_of_a_classified_case_the_uncleared_are_told_nothing(
    thai: User, second: User, classified: Case
) -> None:
    uncleared = officer("CN", clearance=Clearance.RESTRICTED)
    made = share(thai, classified, "CN", second=second)
    client = signed_in(uncleared)
    assert client.get(reverse("cases:share_detail", args=[made.uuid])).status_code == 404
    sharing.revoke_share(actor=thai, share_id=made.uuid, reason="Over")
    told = ShareFollowUp.objects.get()
    assert client.get(reverse("cases:follow_up", args=[told.uuid])).status_code == 404
    assert classified.reference not in words(client.get(reverse("home")))
    assert signed_in(officer("CN")).get(reverse("cases:follow_up", args=[told.uuid])).status_code == 200


def test_a_correction_reaches_every_recipient_of_any_version_once(
    thai: User, second: User, classified: Case
) -> None:
    viet, lao, khmer = officer("VN"), officer("LA"), officer("KH")
    for _time in range(2):
        ended = share(thai, classified, "LA", second=second)
        sharing.revoke_share(actor=thai, share_id=ended.uuid, reason="Over")
    share(thai, classified, "KH", second=second)
    share(thai, classified, "VN")  # waits: never opened anything
    wrong = person(thai, classified, "Wrong Name")
    url = reverse("cases:correction", args=[classified.uuid])
    given = {"subject": "SUSPECT", "number": "99", "text": "The birth year is 1990"}
    refused = signed_in(thai).post(url, given)
    assert refused.status_code == 422
    assert "number" in refused.context["form"].errors
    done = signed_in(thai).post(url, {**given, "number": str(wrong.number)}, follow=True)
    assert "2 recipients are told" in words(done)
    rows = ShareFollowUp.objects.filter(kind=ShareFollowUp.Kind.CORRECTION)
    assert {row.recipient.code for row in rows} == {"LA", "KH"}
    for who in (lao, khmer):
        row = ShareFollowUp.objects.received_by(who).get(kind=ShareFollowUp.Kind.CORRECTION)
        shown = words(signed_in(who).get(reverse("cases:follow_up", args=[row.uuid])))
        assert "The birth year is 1990" in shown
        assert "Wrong Name" not in shown
        sharing.acknowledge(actor=who, follow_up_id=row.uuid)
    assert not ShareFollowUp.objects.received_by(viet).exists()


def test_a_case_that_was_never_open_has_nobody_to_correct(thai: User, case: Case) -> None:
    with pytest.raises(sharing.NeverDisclosed):
        sharing.send_correction(actor=thai, case_id=case.uuid, subject="CASE", text="Wrong")


def test_the_owner_sees_who_still_holds_a_download_and_nobody_else_does(thai: User, case: Case) -> None:
    import io

    from lmc_cases.evidence.services.files import upload_file

    item = exhibit(thai, case, "E-1")
    upload_file(actor=thai, item_id=item.uuid, file=io.BytesIO(b"invented"), name="a.txt")
    made = share(thai, case, "CN")
    chinese = officer("CN")
    assert chinese.agency is not None
    page = signed_in(chinese).post(reverse("evidence:download", args=[case.uuid, item.uuid]))
    assert page.status_code == 200
    b"".join(page.streaming_content)
    sharing.revoke_share(actor=thai, share_id=made.uuid, reason="Over")
    told = ShareFollowUp.objects.get()
    sharing.acknowledge(actor=chinese, follow_up_id=told.uuid, copies="One file on a stick")
    (holder,) = sharing.holders_of(actor=thai, case_id=case.uuid)
    assert (holder.country, holder.agency, holder.files) == ("China", chinese.agency.name, 1)
    assert holder.copies == "One file on a stick"
    share(thai, case, "LA")
    for who in (officer("LA"), officer("VN")):
        with pytest.raises(Case.DoesNotExist):
            sharing.holders_of(actor=who, case_id=case.uuid)


# Desks and substitutes


def test_a_notice_speaks_only_of_what_its_reader_may_see(thai: User, case: Case) -> None:
    administrator, on_duty, reader = (
        officer("CN", "country_administrator"),
        officer("CN", "auditor"),
        officer("CN", "prosecutor"),
    )
    desk = desks.open_desk(actor=administrator)
    for who in (on_duty, reader):
        desks.put_on_duty(actor=administrator, desk_id=desk.uuid, officer_id=who.uuid)
    share(thai, case, "CN")
    assert Notice.objects.get().code == "share.received"
    assert "A case was shared with you." in words(signed_in(reader).get(reverse("home")))
    closed = words(signed_in(on_duty).get(reverse("home")))
    assert case.reference not in closed
    notice = Notice.objects.get()
    put_away = reverse("accounts:notice_put_away", args=[notice.uuid])
    assert signed_in(officer("CN")).post(put_away).status_code == 404
    assert signed_in(reader).post(put_away).status_code == 302
    assert "A case was shared with you." not in words(signed_in(reader).get(reverse("home")))


def test_a_substitute_sees_waiting_work_and_notices_but_never_a_restricted_case(thai: User) -> None:
    colleague, chinese = officer("TH"), officer("CN")
    open_to_all, restricted = open_case(thai), open_case(thai, is_restricted=True)
    for case in (open_to_all, restricted):
        made = share(thai, case, "CN", review_on=timezone.localdate())
        sharing.ask_about_share(actor=chinese, share_id=made.uuid, text="A question")
    assert "Answer a question" not in words(signed_in(colleague).get(reverse("home")))
    desks.set_absence(
        actor=thai,
        substitute_id=colleague.uuid,
        starts_at=timezone.now() - dt.timedelta(minutes=1),
        ends_at=timezone.now() + dt.timedelta(days=3),
    )
    home = words(signed_in(colleague).get(reverse("home")))
    for text in (
        "You stand in for",
        thai.full_name,
        "Answer a question of China",
        "Review a share with China",
    ):
        assert text in home
    assert "A recipient asks about your share." not in home  # it stands there as work already
    accepted = CaseShare.objects.get(case=open_to_all)
    sharing.accept_share(actor=chinese, share_id=accepted.uuid)
    assert "Your share was accepted." in words(signed_in(colleague).get(reverse("home")))
    assert open_to_all.reference in home
    assert restricted.reference not in home
    assert signed_in(colleague).get(reverse("cases:detail", args=[restricted.uuid])).status_code == 404
    assert "stay closed to your substitute" in words(signed_in(thai).get(reverse("accounts:absence")))
