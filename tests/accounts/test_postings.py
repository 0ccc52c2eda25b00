"""The account ends when the posting ends: by the clock, with no job running."""

from __future__ import annotations

import datetime as dt
import time
import zoneinfo
from collections.abc import Iterator

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone
from knox.models import AuthToken

from lmc_cases.accounts.models import PostingNotice, User
from lmc_cases.accounts.services import postings
from lmc_cases.accounts.services.tokens import issue_token
from lmc_cases.accounts.tasks import tell_of_postings
from lmc_cases.audit.models import AuditEvent
from lmc_cases.cases.models import Case
from lmc_cases.core.errors import InvalidInput
from lmc_cases.jurisdictions.access import acting_as
from tests.accounts.keys import add_key, passkey_step
from tests.accounts.samples import link_in, password_step, sign_in, with_factor
from tests.factories import officer, open_case

pytestmark = pytest.mark.django_db
HOME = "/accounts/settings/"
LOGIN = "/sign-in/login/"
BANGKOK = zoneinfo.ZoneInfo("Asia/Bangkok")
NOON = dt.datetime(2027, 3, 10, 12, tzinfo=BANGKOK)
LAST = dt.date(2027, 3, 12)


@pytest.fixture
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(NOON, tick=True) as moved:
        yield moved


def ends(user: User, day: dt.date | None = LAST) -> User:
    """Set the end of the posting by an administrator."""
    admin = officer(user.country.code, "country_administrator")
    postings.set_posting_end(actor=admin, user_id=user.uuid, ends_on=day, reason="Order of the unit")
    user.refresh_from_db()
    return user


def test_the_last_day_ends_at_midnight_in_the_officers_country(clock: time_machine.Coordinates) -> None:
    user = ends(officer("TH"))
    assert user.access_ends_at == dt.datetime(2027, 3, 13, tzinfo=BANGKOK)
    clock.move_to(dt.datetime(2027, 3, 12, 23, 59, tzinfo=BANGKOK))
    assert user.in_service
    clock.move_to(dt.datetime(2027, 3, 13, 0, 0, 1, tzinfo=BANGKOK))
    assert not user.in_service


def test_an_open_session_ends_with_the_posting_and_nobody_signs_in_after_it(
    client: Client, clock: time_machine.Coordinates
) -> None:
    """With the periodic job stopped: nothing runs here but requests."""
    user = officer("TH")
    secret = with_factor(user)
    sign_in(client, user, secret)
    ends(user)
    clock.move_to(dt.datetime(2027, 3, 12, 23, 50, tzinfo=BANGKOK))
    sign_in(client := Client(), user, secret)
    assert client.get(HOME).status_code == 200
    clock.move_to(dt.datetime(2027, 3, 13, 0, 5, tzinfo=BANGKOK))
    assert client.get(HOME).url.startswith(LOGIN)
    assert "posting has ended" in client.get(LOGIN).content.decode()
    again = password_step(Client(), user)
    assert again.url == "/sign-in/inactive/"
    refused = AuditEvent.objects.filter(verb="officer.sign_in_refused", object_uuid=user.uuid)
    assert refused.get().reason_code == "posting_ended"


def test_the_rule_reads_nothing_for_an_ended_posting_on_any_path(clock: time_machine.Coordinates) -> None:
    user = officer("TH")
    open_case(user)
    assert Case.objects.visible_to(user).count() == 1
    ends(user)
    clock.shift(dt.timedelta(days=3))
    assert Case.objects.visible_to(user).count() == 0
    assert user not in set(User.objects.colleagues_of(officer("TH")))


def test_a_passkey_and_a_password_reset_open_nothing_after_the_end(
    client: Client, clock: time_machine.Coordinates
) -> None:
    user = officer("TH")
    password_step(client, user)
    key = add_key(client)
    ends(user)
    clock.shift(dt.timedelta(days=3))
    assert passkey_step(Client(), key).url == "/sign-in/inactive/"
    mail.outbox.clear()
    Client().post("/sign-in/password/reset/", {"email": user.email})
    reset = Client()
    page = reset.get(link_in(mail.outbox[0]), follow=True)
    new = "six unrelated teapots sing quietly"
    reset.post(page.request["PATH_INFO"], {"password1": new, "password2": new})
    assert password_step(reset, user, new).url == "/sign-in/inactive/"


def test_tokens_die_with_the_posting(clock: time_machine.Coordinates) -> None:
    partner, admin = officer("SG", "partner_agency"), officer("SG", "country_administrator")
    token, _until = issue_token(actor=admin, user_id=partner.uuid, days=90)
    headers = {"Authorization": f"Token {token}"}
    assert Client().get("/api/v1/cases/", headers=headers).status_code == 200
    ends(partner)
    clock.shift(dt.timedelta(days=4))
    assert Client().get("/api/v1/cases/", headers=headers).status_code == 401
    assert AuthToken.objects.exists(), "by the clock, not by the job"
    postings.tell_of_postings()
    assert not AuthToken.objects.exists()


def test_officer_and_administrators_are_told_before_and_after_each_once(
    clock: time_machine.Coordinates, django_capture_on_commit_callbacks: object
) -> None:
    user = officer("TH", language="th")
    admin, foreign = officer("TH", "country_administrator"), officer("LA", "country_administrator")
    postings.set_posting_end(
        actor=admin, user_id=user.uuid, ends_on=dt.date(2027, 3, 31), reason="Order of the unit"
    )
    for _run in range(2):
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
            postings.tell_of_postings()
    assert mail.outbox == [], "not yet"
    clock.shift(dt.timedelta(days=8))
    for _run in range(2):
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
            postings.tell_of_postings()
    assert sorted(sent.to[0] for sent in mail.outbox) == sorted([user.email, admin.email])
    to_admin = next(sent for sent in mail.outbox if sent.to == [admin.email])
    assert user.full_name in to_admin.body
    assert "Hand the cases on" in to_admin.body
    mail.outbox.clear()
    clock.shift(dt.timedelta(days=15))
    for _run in range(2):
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
            postings.tell_of_postings()
    assert [sent.to for sent in mail.outbox] == [[admin.email]]
    assert "close the account" in mail.outbox[0].body
    assert AuditEvent.objects.filter(verb="account.posting_ended", object_uuid=user.uuid).count() == 1
    assert foreign.email not in str([sent.to for sent in mail.outbox])


def test_the_officer_is_warned_on_the_pages(client: Client, clock: time_machine.Coordinates) -> None:
    user = ends(officer("TH"))
    sign_in(client, user)
    page = client.get(HOME, follow=True).content.decode()
    assert "Your posting ends" in page
    assert "2570 BE" in page, "as the officer counts years"


def test_an_administrator_sets_and_clears_the_day(client: Client, clock: time_machine.Coordinates) -> None:
    admin, user, foreign = officer("TH", "country_administrator"), officer("TH"), officer("LA")
    sign_in(client, admin)
    page = f"/accounts/users/{user.uuid}/posting/"
    assert client.get(page).status_code == 200
    assert client.post(page, {"ends_on": "2027-03-09", "reason": "x"}).status_code == 422
    assert client.post(page, {"ends_on": "2027-03-12", "reason": ""}).status_code == 422
    assert client.post(page, {"ends_on": "no date", "reason": "x"}).status_code == 422
    assert client.post(page, {"ends_on": "2027-03-12", "reason": "Order"}).status_code == 302
    user.refresh_from_db()
    assert user.posting_ends_on == LAST
    assert user.history.latest().history_user == admin
    shown = client.get(f"/accounts/users/{user.uuid}/").content.decode()
    assert "The posting ends soon" in shown
    assert client.post(page, {"ends_on": "", "reason": "Stays on"}).status_code == 302
    user.refresh_from_db()
    assert (user.posting_ends_on, user.access_ends_at) == (None, None)
    assert client.get(f"/accounts/users/{foreign.uuid}/posting/").status_code == 404
    for target in (foreign, admin):
        with pytest.raises(User.DoesNotExist):
            postings.set_posting_end(actor=admin, user_id=target.uuid, ends_on=LAST, reason="x")
    with pytest.raises(InvalidInput) as refused:
        postings.set_posting_end(actor=admin, user_id=user.uuid, ends_on=dt.date(2020, 1, 1), reason="x")
    assert refused.value.field == "ends_on"


def test_the_cases_of_an_ended_posting_are_handed_on_as_before(
    client: Client, clock: time_machine.Coordinates
) -> None:
    user, colleague = ends(officer("TH")), officer("TH")
    clock.shift(dt.timedelta(days=3))
    admin = officer("TH", "country_administrator")
    sign_in(client, admin)
    page = client.get(f"/accounts/users/{user.uuid}/").content.decode()
    assert "The posting has ended" in page
    assert f"/cases/hand-on/{user.uuid}/" in page
    done = client.post(
        f"/cases/hand-on/{user.uuid}/", {"colleague": str(colleague.uuid), "reason": "Posting ended"}
    )
    assert done.status_code == 302
    user.refresh_from_db()
    assert not user.is_active


def test_a_moment_without_its_day_is_refused_by_the_database() -> None:
    from django.db import IntegrityError, transaction

    user = officer("TH")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.get_queryset().filter(pk=user.pk).update(posting_ends_on=LAST)


@pytest.mark.django_db(transaction=True)
def test_a_real_worker_tells_and_takes_the_tokens(worker: object) -> None:
    partner, admin = officer("SG", "partner_agency"), officer("SG", "country_administrator")
    issue_token(actor=admin, user_id=partner.uuid, days=90)
    yesterday = timezone.now() - dt.timedelta(days=1)
    User.objects.get_queryset().filter(pk=partner.pk).update(
        posting_ends_on=yesterday.date(), access_ends_at=yesterday
    )
    tell_of_postings.delay()
    deadline = time.monotonic() + 60
    while AuthToken.objects.exists() and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not AuthToken.objects.exists()
    with acting_as(officer("SG", "auditor")):
        assert AuditEvent.objects.get(verb="account.posting_ended").object_uuid == partner.uuid
    assert PostingNotice.objects.count() == 1
