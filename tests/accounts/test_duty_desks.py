"""Duty desks, substitutes and what escalates to them."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lmc_cases.accounts.models import Absence, DutyDesk, Notice, User
from lmc_cases.accounts.services import desks
from lmc_cases.audit.models import AuditEvent
from lmc_cases.cases.models import Case, CaseShare
from lmc_cases.cases.services import sharing
from lmc_cases.cases.services.sharing.escalating import escalate_unanswered
from lmc_cases.core.errors import InvalidInput
from lmc_cases.jurisdictions.access import acting_as
from lmc_cases.jurisdictions.models import AnswerTime, Jurisdiction
from lmc_cases.jurisdictions.services import answer_time_of
from tests.factories import officer, open_case, share
from tests.harness.programs import Beat, Worker

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_second_factor(settings: object) -> None:
    settings.SECOND_FACTOR_COMPULSORY = False  # type: ignore[attr-defined]


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def desk_of(code: str, *on_duty: User) -> DutyDesk:
    administrator = officer(code, "country_administrator")
    desk = desks.open_desk(actor=administrator)
    for who in on_duty:
        desks.put_on_duty(actor=administrator, desk_id=desk.uuid, officer_id=who.uuid)
    return desk


def aged(made: CaseShare, hours: int) -> None:
    """Put a share back in time by hand: no service can."""
    back = timezone.now() - dt.timedelta(hours=hours)
    with acting_as(made.shared_by):
        assert CaseShare.objects.filter(pk=made.pk).update(shared_at=back, confirmed_at=back) == 1


def codes_at(desk: DutyDesk) -> list[str]:
    return sorted(Notice.objects.filter(desk=desk).values_list("code", flat=True))


def test_the_time_to_answer_is_data_with_a_default_that_says_what_it_is() -> None:
    china = Jurisdiction.objects.get(code="CN")
    default = answer_time_of(china)
    assert default is not None
    assert (default.jurisdiction, default.confidence) == (None, "product-default")
    own = AnswerTime.objects.create(natural_key="x", jurisdiction=china, share_hours=1, question_hours=1)
    assert answer_time_of(china) == own


def test_an_unanswered_share_escalates_once_after_the_countrys_time() -> None:
    thai, chinese = officer("TH"), officer("CN")
    desk = desk_of("CN", chinese)
    made = share(thai, open_case(thai), "CN")
    aged(made, 71)
    assert escalate_unanswered() == 0
    aged(made, 73)
    mail.outbox.clear()
    assert escalate_unanswered() == 1
    assert codes_at(desk) == ["share.received", "share.unanswered"]
    assert Notice.objects.filter(officer=thai, code="share.unanswered").count() == 1
    event = AuditEvent.objects.get(verb="share.escalated")
    assert (event.owner_country, event.codes["has_desk"]) == (thai.country, True)
    assert escalate_unanswered() == 0


def test_a_country_that_set_its_own_time_is_held_to_it() -> None:
    thai, chinese = officer("TH"), officer("CN")
    desk = desk_of("CN", chinese)
    AnswerTime.objects.create(natural_key="x", jurisdiction=chinese.country, share_hours=2, question_hours=1)
    made = share(thai, open_case(thai), "CN")
    aged(made, 3)
    assert escalate_unanswered() == 1
    assert "share.unanswered" in codes_at(desk)


@pytest.mark.parametrize("answer", ["accept", "ask", "decline", "revoke"])
def test_what_was_answered_or_ended_does_not_escalate(answer: str) -> None:
    thai, chinese = officer("TH"), officer("CN")
    made = share(thai, open_case(thai), "CN")
    aged(made, 100)
    if answer == "accept":
        sharing.accept_share(actor=chinese, share_id=made.uuid)
    elif answer == "ask":
        sharing.ask_about_share(actor=chinese, share_id=made.uuid, text="When?")
    elif answer == "decline":
        sharing.decline_share(actor=chinese, share_id=made.uuid, reason="No")
    else:
        sharing.revoke_share(actor=thai, share_id=made.uuid, reason="Over")
    assert escalate_unanswered() == 0


# Each act in a transaction of its own: within one, the database's clock stands still.
@pytest.mark.django_db(transaction=True)
def test_questions_second_officers_and_acknowledgements_escalate_too() -> None:
    thai, chinese = officer("TH"), officer("CN")
    home, abroad = desk_of("TH", thai), desk_of("CN", chinese)
    for country in (thai.country, chinese.country):
        AnswerTime.objects.create(
            natural_key=country.code, jurisdiction=country, share_hours=0, question_hours=0
        )
    made = share(thai, open_case(thai), "CN")
    sharing.ask_about_share(actor=chinese, share_id=made.uuid, text="When?")
    share(thai, open_case(thai, classification=Case.Classification.SECRET), "CN")
    gone = share(thai, open_case(thai), "CN")
    sharing.revoke_share(actor=thai, share_id=gone.uuid, reason="Over")
    assert escalate_unanswered() == 3
    assert codes_at(home) == ["question.unanswered", "share.unconfirmed"]
    assert "follow_up.unacknowledged" in codes_at(abroad)


def test_without_a_desk_the_officer_who_waits_is_told_and_a_later_desk_too() -> None:
    thai = officer("TH")
    made = share(thai, open_case(thai), "LA")
    aged(made, 100)
    assert escalate_unanswered() == 1
    assert Notice.objects.get().officer == thai
    assert escalate_unanswered() == 0
    desk = desk_of("LA", officer("LA"))
    assert escalate_unanswered() == 1
    assert codes_at(desk) == ["share.unanswered"]


def test_the_mail_says_only_that_something_waits_in_the_readers_language(
    django_capture_on_commit_callbacks: Callable[..., object],
) -> None:
    thai = officer("TH")
    case = open_case(thai, "Invented title")
    desk_of("CN", officer("CN", language="en"))
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        share(thai, case, "CN")
    (sent,) = mail.outbox
    assert "Something waits for you" in sent.subject
    for secret in (case.reference, "Invented title", "Thailand", thai.full_name):
        assert secret not in f"{sent.subject} {sent.body}"


def test_the_substitute_of_an_officer_on_duty_is_mailed_too(
    django_capture_on_commit_callbacks: Callable[..., object],
) -> None:
    thai, chinese, colleague = officer("TH"), officer("CN"), officer("CN")
    desk_of("CN", chinese)
    now = timezone.now()
    desks.set_absence(
        actor=chinese, substitute_id=colleague.uuid, starts_at=now, ends_at=now + dt.timedelta(days=1)
    )
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        share(thai, open_case(thai), "CN")
    assert {message.to[0] for message in mail.outbox} == {chinese.email, colleague.email}
    assert Notice.objects.visible_to(colleague).count() == 1


def test_desks_are_kept_by_who_manages_users_and_by_nobody_abroad() -> None:
    administrator, abroad = officer("TH", "country_administrator"), officer("CN", "country_administrator")
    thai = officer("TH")
    client = client_of(administrator)
    assert "There is no duty desk yet." in client.get(reverse("accounts:desks")).content.decode()
    assert client.post(reverse("accounts:desk_open"), {"agency_id": ""}).status_code == 302
    assert client.post(reverse("accounts:desk_open"), {"agency_id": ""}).status_code == 422
    desk = DutyDesk.objects.get()
    duty = reverse("accounts:duty_set", args=[desk.uuid])
    assert client.post(duty, {"officer_id": str(abroad.uuid)}).status_code == 422
    assert client.post(duty, {"officer_id": str(thai.uuid)}).status_code == 302
    page = client.get(reverse("accounts:desks")).content.decode()
    assert thai.full_name in page
    end = reverse("accounts:duty_end", args=[desk.duties.get().uuid])
    for who, status in ((abroad, 404), (thai, 404), (officer("TH"), 404)):
        other = client_of(who)
        assert other.get(duty).status_code == status
        assert other.get(end).status_code == status
        assert other.post(end).status_code == 404
    assert thai.full_name not in client_of(abroad).get(reverse("accounts:desks")).content.decode()
    assert client.post(end).status_code == 302
    assert "Nobody is on duty" in client.get(reverse("accounts:desks")).content.decode()


def test_an_absence_names_a_colleague_a_time_ahead_and_stands_alone() -> None:
    thai, colleague, chinese = officer("TH"), officer("TH"), officer("CN")
    now = timezone.now()
    day = dt.timedelta(days=1)
    for substitute, start, end, field in (
        (chinese, now, now + day, "substitute_id"),
        (thai, now, now + day, "substitute_id"),
        (colleague, now + day, now, "ends_at"),
        (colleague, now - 2 * day, now - day, "ends_at"),
        (colleague, now, now + 400 * day, "ends_at"),
    ):
        with pytest.raises(InvalidInput) as refused:
            desks.set_absence(actor=thai, substitute_id=substitute.uuid, starts_at=start, ends_at=end)
        assert refused.value.field == field
    client = client_of(thai)
    url = reverse("accounts:absence")
    given = {
        "substitute_id": str(colleague.uuid),
        "starts_at": f"{now:%Y-%m-%dT%H:%M}",
        "ends_at": f"{now + 3 * day:%Y-%m-%dT%H:%M}",
    }
    assert client.post(url, given).status_code == 302
    assert client.post(url, given).status_code == 422
    assert colleague.full_name in client.get(url).content.decode()
    absence = Absence.objects.get()
    end_url = reverse("accounts:absence_end", args=[absence.uuid])
    assert client_of(colleague).post(end_url).status_code == 404
    assert client.post(end_url).status_code == 302
    assert not desks.stands_in_for(actor=colleague)


@pytest.mark.fault
@pytest.mark.django_db(transaction=True)
def test_a_real_worker_writes_escalations_by_the_clock(
    start_worker: Callable[..., Worker], start_beat: Callable[..., Beat]
) -> None:
    thai, chinese = officer("TH"), officer("CN")
    desk = desk_of("CN", chinese)
    made = share(thai, open_case(thai), "CN")
    aged(made, 100)
    often = {"LMC_ESCALATION_SECONDS": "1"}
    start_worker(**often)
    start_beat(**often)
    deadline = time.monotonic() + 120
    while "share.unanswered" not in codes_at(desk):
        assert time.monotonic() < deadline, "nobody escalated"
        time.sleep(0.2)
    with acting_as(officer("TH", "auditor")):
        assert AuditEvent.objects.filter(verb="share.escalated").count() == 1
