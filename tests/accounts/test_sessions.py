"""Where an officer is signed in: limits by the clock, sign-out from elsewhere, and what the officer reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from lmc_cases.accounts.devices import device_name
from lmc_cases.accounts.models import SignedInSession, User
from lmc_cases.accounts.services import officers, sessions
from lmc_cases.accounts.tasks import tell_of_postings
from lmc_cases.audit.models import AuditEvent
from lmc_cases.core.errors import InvalidInput
from tests.accounts.samples import sign_in, with_factor
from tests.factories import PASSWORD, officer

pytestmark = pytest.mark.django_db
HOME = "/accounts/settings/"
LOGIN = "/sign-in/login/"
PAGE = "/accounts/sessions/"
LEFT = "/accounts/sessions/time-left/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
MINUTE = dt.timedelta(minutes=1)
NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(dt.datetime.now(tz=dt.UTC), tick=True) as moved:
        yield moved


def browser_of(user: User, agent: str = FIREFOX, address: str = "203.0.113.7") -> Client:
    """A browser in which the officer is signed in."""
    client = Client(headers={"User-Agent": agent}, REMOTE_ADDR=address)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(HOME).status_code == 200
    return client


@pytest.fixture(autouse=True)
def _one_factor(settings: object) -> None:
    """The second factor has its own tests."""
    settings.SECOND_FACTOR_COMPULSORY = False  # type: ignore[attr-defined]


def test_the_page_names_device_place_and_times_and_marks_this_browser() -> None:
    user = officer("TH")
    here = browser_of(user)
    browser_of(user, "Mozilla/5.0 (Linux; Android 15) Chrome/141.0 Mobile Safari/537.36", "198.51.100.9")
    page = here.get(PAGE).content.decode()
    assert page.index("Firefox, Windows") < page.index("This browser") < page.index("Chrome, Android")
    for word in ("203.0.113.7", "198.51.100.9", "Sign out there", "Sign out everywhere else"):
        assert word in page, word
    assert "203.0.113.7" not in browser_of(officer("TH"), address="192.0.2.1").get(PAGE).content.decode()
    assert device_name("curl/8") == "Unknown device"


def test_without_a_click_for_half_an_hour_the_session_is_over(clock: time_machine.Coordinates) -> None:
    client = browser_of(officer("TH"))
    clock.shift(29 * MINUTE)
    assert client.get(HOME).status_code == 200
    clock.shift(29 * MINUTE)
    assert client.get(HOME).status_code == 200, "each click counts on from there"
    clock.shift(31 * MINUTE)
    ended = client.get(f"{HOME}?a=b")
    assert ended.url == f"{LOGIN}?next=%2Faccounts%2Fsettings%2F%3Fa%3Db"
    assert "nothing was clicked" in client.get(ended.url).content.decode()
    assert client.get(HOME).url.startswith(LOGIN)


def test_after_eight_hours_it_is_over_whatever_is_clicked(clock: time_machine.Coordinates) -> None:
    client = browser_of(officer("TH"))
    for _quarter in range(23):
        clock.shift(20 * MINUTE)
        assert client.get(HOME).status_code == 200
    clock.shift(20 * MINUTE)
    assert client.get(HOME).url.startswith(LOGIN)
    assert "longest time" in client.get(LOGIN).content.decode()


def test_both_limits_are_settings(clock: time_machine.Coordinates, settings: object) -> None:
    settings.SESSION_IDLE_SECONDS, settings.SESSION_ABSOLUTE_SECONDS = 300, 400  # type: ignore[attr-defined]
    client = browser_of(officer("TH"))
    clock.shift(4 * MINUTE)
    assert client.get(HOME).status_code == 200
    clock.shift(3 * MINUTE)
    assert client.get(HOME).url.startswith(LOGIN)


def test_a_form_sent_too_late_is_told_that_its_text_is_kept(clock: time_machine.Coordinates) -> None:
    user = officer("TH")
    client = browser_of(user)
    clock.shift(31 * MINUTE)
    late = client.post(HOME, {"language": "lo"})
    assert late.status_code == 403
    assert "kept in this window" in late.content.decode()
    user.refresh_from_db()
    assert user.language == "en"


def test_programs_and_parts_of_pages_are_told_in_their_own_way(clock: time_machine.Coordinates) -> None:
    one, other = browser_of(officer("TH")), browser_of(officer("TH"))
    clock.shift(31 * MINUTE)
    refused = one.get("/api/v1/cases/")
    assert refused.status_code == 401
    assert refused["Content-Type"] == "application/problem+json"
    part = other.get(HOME, headers={"HX-Request": "true"})
    assert (part.status_code, part["HX-Redirect"]) == (204, LOGIN)


def test_asking_how_long_is_left_is_no_click_but_staying_is(clock: time_machine.Coordinates) -> None:
    client = browser_of(officer("TH"))
    clock.shift(20 * MINUTE)
    left = client.get(LEFT).json()
    assert 590 <= left["idle"] <= 600
    assert left["in_all"] > 7 * 3600
    clock.shift(9 * MINUTE)
    assert client.post(LEFT).json()["idle"] >= 1790
    clock.shift(20 * MINUTE)
    assert client.get(LEFT).status_code == 200
    clock.shift(11 * MINUTE)
    assert client.get(LEFT).status_code == 302
    page = browser_of(officer("TH")).get(HOME).content.decode()
    assert 'data-left="18' in page or 'data-left="179' in page
    assert "Stay signed in" in page


def test_one_session_is_ended_from_another(client: Client) -> None:
    user = officer("TH")
    here, there = browser_of(user), browser_of(user)
    row = SignedInSession.objects.order_by("-pk").first()
    assert row is not None
    page = f"{PAGE}{row.uuid}/end/"
    assert here.get(page).status_code == 200
    assert there.get(HOME).status_code == 200, "looking ends nothing"
    assert here.post(page).status_code == 302
    assert there.get(HOME).url.startswith(LOGIN)
    assert "from elsewhere" in there.get(LOGIN).content.decode()
    assert here.get(HOME).status_code == 200
    assert here.post(page).status_code == 404
    assert here.get(page).status_code == 404
    assert AuditEvent.objects.filter(verb="session.ended", actor=user, object_uuid=row.uuid).exists()
    assert "Signed out from elsewhere" in here.get(PAGE).content.decode()


def test_all_others_are_ended_at_once_and_this_one_stays() -> None:
    user = officer("TH")
    here, *others = [browser_of(user) for _number in range(3)]
    assert here.get(f"{PAGE}others/end/").status_code == 200
    assert here.post(f"{PAGE}others/end/").status_code == 302
    assert here.get(HOME).status_code == 200
    assert all(other.get(HOME).url.startswith(LOGIN) for other in others)


def test_nobody_ends_or_sees_a_session_of_somebody_else() -> None:
    victim = officer("TH")
    theirs = browser_of(victim)
    row = SignedInSession.objects.get(user=victim)
    for thief in (officer("TH"), officer("TH", "country_administrator"), officer("LA")):
        mine = browser_of(thief)
        for ask in (mine.get, mine.post):
            assert ask(f"{PAGE}{row.uuid}/end/").status_code == 404
            assert ask(f"{PAGE}{NOBODY}/end/").status_code == 404
    assert theirs.get(HOME).status_code == 200
    assert set(SignedInSession.objects.visible_to(officer("LA"))) == set()


def test_a_country_administrator_signs_an_officer_out_and_says_why() -> None:
    user, admin = officer("TH"), officer("TH", "country_administrator")
    theirs, desk = [browser_of(user), browser_of(user)], browser_of(admin)
    page = f"/accounts/users/{user.uuid}/sign-out/"
    assert f'href="{page}"' in desk.get(f"/accounts/users/{user.uuid}/").content.decode()
    assert desk.post(page, {"reason": " "}).status_code == 422
    assert desk.post(page, {"reason": "Laptop stolen"}).status_code == 302
    assert all(browser.get(HOME).url.startswith(LOGIN) for browser in theirs)
    event = AuditEvent.objects.get(verb="sessions.ended")
    assert (event.actor, event.object_uuid, event.codes) == (admin, user.uuid, {"sessions": 2})
    foreign = officer("LA")
    assert desk.get(f"/accounts/users/{foreign.uuid}/sign-out/").status_code == 404
    with pytest.raises(User.DoesNotExist):
        sessions.sign_officer_out(actor=admin, user_id=foreign.uuid, reason="x")
    with pytest.raises(InvalidInput):
        sessions.sign_officer_out(actor=admin, user_id=user.uuid, reason="")


def test_signing_out_by_the_menu_ends_the_row_too() -> None:
    user = officer("TH")
    client = browser_of(user)
    stolen = Client()
    stolen.cookies = client.cookies.copy()
    assert client.post("/sign-in/logout/").status_code == 302
    assert stolen.get(HOME).url.startswith(LOGIN), "a copied cookie is worth nothing"
    assert SignedInSession.objects.get(user=user).end_reason == "SIGNED_OUT"
    assert AuditEvent.objects.filter(verb="officer.signed_out", actor=user).exists()


def test_a_new_password_and_a_closed_account_end_the_rows() -> None:
    user, admin = officer("TH"), officer("TH", "country_administrator")
    here, there = browser_of(user), browser_of(user)
    new = "six unrelated teapots sing quietly"
    done = here.post(
        "/sign-in/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )
    assert done.status_code == 302, done.content.decode()
    assert here.get(HOME).status_code == 200
    assert there.get(HOME).url.startswith(LOGIN)
    assert SignedInSession.objects.filter(user=user).in_force().count() == 1
    officers.close_account(actor=admin, user_id=user.uuid, reason="Left")
    assert not SignedInSession.objects.filter(user=user).in_force().exists()
    assert here.get(HOME).url.startswith(LOGIN)


def test_a_session_whose_row_is_gone_opens_nothing() -> None:
    """Rule: the row decides; a session kept in a copy of the sessions table is dead."""
    client = browser_of(officer("TH"))
    SignedInSession.objects.all().delete()
    assert client.get(HOME).url.startswith(LOGIN)
    assert not SignedInSession.objects.exists()


def test_old_sessions_are_forgotten_by_the_periodic_job(clock: time_machine.Coordinates) -> None:
    browser_of(officer("TH"))
    clock.shift(dt.timedelta(days=89))
    tell_of_postings()
    assert SignedInSession.objects.count() == 1
    clock.shift(dt.timedelta(days=2))
    tell_of_postings()
    assert SignedInSession.objects.count() == 0


def test_signing_in_by_the_pages_makes_one_row(client: Client) -> None:
    user = officer("TH")
    with_factor(user)
    sign_in(client, officer("TH"))
    client.get(HOME)
    client.get(HOME)
    assert SignedInSession.objects.count() == 1
