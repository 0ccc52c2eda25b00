"""The first share of a classified case waits for a second officer."""

from __future__ import annotations

import pytest
from django.urls import reverse

from lmc_cases.accounts.models import User
from lmc_cases.audit.models import AuditEvent
from lmc_cases.cases.models import Case, CaseShare, Level, ShareFollowUp
from lmc_cases.cases.services import sharing
from lmc_cases.core.errors import Conflict
from lmc_cases.jurisdictions.access import acting_as
from lmc_cases.suspects.models import Suspect
from tests.cases.browsing import signed_in, words
from tests.cases.share_world import case as case  # noqa: PLC0414 - a fixture
from tests.cases.share_world import classified as classified  # noqa: PLC0414 - a fixture
from tests.cases.share_world import person, raced
from tests.cases.share_world import second as second  # noqa: PLC0414 - a fixture
from tests.cases.share_world import thai as thai  # noqa: PLC0414 - a fixture
from tests.factories import officer, share

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_second_factor")]


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
