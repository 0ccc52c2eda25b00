"""The life of a share once it is made: answers, review, withdrawal, correction, copies, notices."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from lmc_cases.accounts.models import Notice, User
from lmc_cases.accounts.services import desks
from lmc_cases.cases.models import Case, CaseShare, Level, ShareFollowUp, ShareResponse
from lmc_cases.cases.services import sharing
from lmc_cases.jurisdictions.access import acting_as
from lmc_cases.jurisdictions.models import Clearance
from tests.cases.browsing import signed_in, words
from tests.cases.share_world import case as case  # noqa: PLC0414 - a fixture
from tests.cases.share_world import classified as classified  # noqa: PLC0414 - a fixture
from tests.cases.share_world import exhibit, person, raced
from tests.cases.share_world import second as second  # noqa: PLC0414 - a fixture
from tests.cases.share_world import thai as thai  # noqa: PLC0414 - a fixture
from tests.factories import officer, open_case, share

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_second_factor")]


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
    for each in (open_to_all, restricted):
        made = share(thai, each, "CN", review_on=timezone.localdate())
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
