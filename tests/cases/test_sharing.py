"""Sharing through the pages: asked first, open at once, closed at once, and everybody sees only their part."""

from __future__ import annotations

import datetime as dt
import uuid
import zoneinfo
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from lmc_cases.accounts.models import User
from lmc_cases.accounts.services.rights import ensure_groups
from lmc_cases.audit.models import AuditEvent
from lmc_cases.cases.models import Case, CaseShare, Level
from lmc_cases.cases.services import sharing
from tests.cases.browsing import signed_in, status_and_cost, words
from tests.factories import officer, open_case, say_why, share

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_second_factor")]


@pytest.fixture
def thai() -> User:
    return officer("TH")


@pytest.fixture
def case(thai: User) -> Case:
    return open_case(thai, "Invented pier case")


def share_input(**changes: Any) -> dict[str, Any]:
    return {
        "recipient_code": "CN",
        "agency_id": "",
        "level": "3",
        "purpose": "INVESTIGATION",
        "reason": "Joint investigation",
        "expires_at": f"{timezone.localdate() + dt.timedelta(days=10):%Y-%m-%d}T23:59",
        **changes,
    }


def test_a_share_is_asked_first_then_opens_then_is_revoked(thai: User, case: Case) -> None:
    chinese = officer("CN")
    officer("CN", "auditor")  # reads no records: not counted
    url, detail = reverse("cases:share", args=[case.uuid]), reverse("cases:detail", args=[case.uuid])
    client, recipient = signed_in(thai), signed_in(chinese)
    asked = client.post(url, share_input())
    assert asked.status_code == 200
    shown = words(asked)
    for text in (
        "Who will see this",
        "China",
        "The whole country",
        "Active officers there 1",
        "Joint investigation",
    ):
        assert text in shown
    assert not CaseShare.objects.exists()
    assert recipient.get(detail).status_code == 404
    done = client.post(url, share_input(step="confirmed"))
    assert done["Location"] == reverse("cases:sharing", args=[case.uuid])
    say_why(chinese, case)
    assert recipient.get(detail).status_code == 200
    made = CaseShare.objects.get()
    revoke = reverse("cases:revoke", args=[made.uuid])
    assert client.post(revoke, {"reason": " "}).status_code == 422
    assert recipient.get(detail).status_code == 200
    assert "Handover requests already made" in words(client.get(revoke))
    assert client.post(revoke, {"reason": "No longer needed"}).status_code == 302
    assert recipient.get(detail).status_code == 404
    assert client.post(revoke, {"reason": "Again"}).status_code == 422
    verbs = AuditEvent.objects.filter(recipient_country__code="CN").values_list("verb", flat=True)
    assert sorted(verbs) == ["case.share_revoked", "case.shared"]


def test_changing_ones_mind_before_the_share_loses_nothing(thai: User, case: Case) -> None:
    url = reverse("cases:share", args=[case.uuid])
    back = signed_in(thai).post(url, share_input(step="change", reason="Typed with care"))
    assert back.status_code == 200
    assert "Typed with care" in back.content.decode()
    assert 'type="radio"' in back.content.decode()
    assert not CaseShare.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"recipient_code": ""}, "recipient_code"),
        ({"recipient_code": "TH"}, "recipient_code"),
        ({"recipient_code": "XX"}, "recipient_code"),
        ({"level": ""}, "level"),
        ({"level": "4"}, "level"),
        ({"purpose": "CURIOSITY"}, "purpose"),
        ({"reason": " "}, "reason"),
        ({"expires_at": "2020-01-01T10:00"}, "expires_at"),
        ({"expires_at": "some day"}, "expires_at"),
        ({"agency_id": "not-a-uuid"}, "agency_id"),
    ],
)
@pytest.mark.parametrize("step", ["", "confirmed"])
def test_refused_shares_name_the_field(
    thai: User, case: Case, changes: dict[str, str], field: str, step: str
) -> None:
    response = signed_in(thai).post(
        reverse("cases:share", args=[case.uuid]), share_input(step=step, **changes)
    )
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert not CaseShare.objects.exists()


def test_an_agency_must_belong_to_the_recipient_country(thai: User, case: Case) -> None:
    laotian, chosen, other = officer("LA"), officer("CN", suffix="ONE"), officer("CN", suffix="TWO")
    assert laotian.agency is not None
    assert chosen.agency is not None
    url = reverse("cases:share", args=[case.uuid])
    client = signed_in(thai)
    wrong = client.post(url, share_input(agency_id=str(laotian.agency.uuid)))
    assert wrong.status_code == 422
    assert "agency_id" in wrong.context["form"].errors
    right = share_input(agency_id=str(chosen.agency.uuid))
    assert "Active officers there 1" in words(client.post(url, right))
    client.post(url, {**right, "step": "confirmed"})
    detail = reverse("cases:detail", args=[case.uuid])
    assert [signed_in(who).get(detail).status_code for who in (chosen, other)] == [200, 404]


def test_the_form_offers_every_other_country_and_thirty_days(thai: User, case: Case) -> None:
    form = signed_in(thai).get(reverse("cases:share", args=[case.uuid])).context["form"]
    codes = {code for code, _name in form.fields["recipient_code"].choices if code}
    assert codes == {"CN", "KH", "LA", "MM", "VN", "SG"}
    ahead = form["expires_at"].value().astimezone(zoneinfo.ZoneInfo(thai.time_zone))
    assert (ahead.hour, ahead.minute) == (23, 59)
    today = timezone.now().astimezone(zoneinfo.ZoneInfo(thai.time_zone)).date()
    assert ahead.date() - today == dt.timedelta(days=30)


def test_a_second_share_with_the_same_recipient_is_refused_before_it_is_asked(thai: User, case: Case) -> None:
    share(thai, case, "CN", Level.SUMMARY)
    response = signed_in(thai).post(reverse("cases:share", args=[case.uuid]), share_input())
    assert response.status_code == 422
    assert "already shared with this recipient" in words(response)


def test_the_owner_sees_all_shares_a_recipient_only_its_own(thai: User, case: Case) -> None:
    share(thai, case, "CN", Level.FULL)
    share(thai, case, "LA", Level.SUMMARY)
    gone = share(thai, case, "KH")
    sharing.revoke_share(actor=thai, share_id=gone.uuid, reason="Sent by mistake")
    url = reverse("cases:sharing", args=[case.uuid])
    mine = words(signed_in(thai).get(url))
    for text in (
        "Thailand",
        "China",
        "Laos",
        "Cambodia",
        "Sent by mistake",
        "Invented reason",
        thai.full_name,
    ):
        assert text in mine
    theirs = words(signed_in(officer("CN")).get(url))
    assert "Thailand" in theirs
    assert "China" in theirs
    for secret in ("Laos", "Cambodia", "Invented reason", "Sent by mistake", thai.full_name):
        assert secret not in theirs
    assert signed_in(officer("KH")).get(url).status_code == 404


def test_the_page_says_who_is_named_on_a_restricted_case(thai: User) -> None:
    case = open_case(thai, is_restricted=True)
    shown = words(signed_in(thai).get(reverse("cases:sharing", args=[case.uuid])))
    assert "Named on this restricted case" in shown
    assert "Owns the case" not in shown


def test_shares_that_are_not_mine_to_end_do_not_exist(thai: User, case: Case) -> None:
    made = share(thai, case, "CN")
    for who in (officer("CN"), officer("VN"), officer("TH", "prosecutor")):
        client = signed_in(who)
        client.get(reverse("home"))
        foreign = status_and_cost(client, reverse("cases:revoke", args=[made.uuid]))
        missing = status_and_cost(client, reverse("cases:revoke", args=[uuid.uuid4()]))
        assert foreign[0] == missing[0] == 404
        assert foreign[1] == missing[1]
        assert client.post(reverse("cases:revoke", args=[made.uuid]), {"reason": "x"}).status_code == 404
    assert CaseShare.objects.in_force().count() == 1


def test_the_preview_counts_partner_officers_by_the_partners_own_rights(thai: User, case: Case) -> None:
    singapore = officer("SG")
    ensure_groups(singapore.country)
    officer("SG", "border_officer")  # reads nothing in a partner country
    seen = sharing.who_will_see(
        actor=thai,
        case_id=case.uuid,
        recipient_code="SG",
        level=Level.SUMMARY,
        purpose="LOCATE",
        reason="x",
        expires_at=timezone.now() + dt.timedelta(days=1),
    )
    assert (seen.recipient.code, seen.agency, seen.officers) == ("SG", None, 1)
    share(thai, case, "SG", Level.SUMMARY)
    readers = [
        user for user in User.objects.filter(agency__jurisdiction__code="SG") if Case.objects.visible_to(user)
    ]
    assert readers == [singapore]


def test_a_share_that_ended_by_the_clock_leaves_room_for_the_next(thai: User, case: Case) -> None:
    old = share(thai, case, "CN")
    CaseShare.objects.filter(pk=old.pk).update(expires_at=timezone.now() - dt.timedelta(minutes=1))
    with pytest.raises(sharing.ShareEnded):
        sharing.revoke_share(actor=thai, share_id=old.uuid, reason="Late")
    share(thai, case, "CN")
    shown = words(signed_in(thai).get(reverse("cases:sharing", args=[case.uuid])))
    assert "Expired" in shown
    assert CaseShare.objects.in_force().count() == 1
