"""Security keys in a real browser with an authenticator of its own, and the question before a step, under the policy.

Rule: a key is added, signs in as second factor and alone, answers the question before a step with what was typed kept;
no page breaks the Content-Security-Policy, none scrolls sideways on a telephone.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from lmc_cases.accounts.models import SignedInSession, User
from lmc_cases.accounts.services import rights
from lmc_cases.config.demo import world
from tests.e2e import steps
from tests.e2e.test_pages_for_everyone import AXE, SERIOUS, WIDTH

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ADMIN = "admin.th"


def authenticator(page: Page) -> CDPSession:
    """Plug a passkey into this window: it answers at once, as a finger on the sensor would."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return session


def fits(page: Page) -> None:
    """No page of the walk scrolls sideways on a telephone, none keeps anybody out."""
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate(WIDTH) <= 390, page.url
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert page.evaluate(SERIOUS) == [], page.url
    page.set_viewport_size({"width": 1280, "height": 900})


def forget_the_proof(user: User) -> None:
    """Let ten minutes pass for the sessions of an officer: what they showed grows old."""
    from django.contrib.sessions.models import Session

    for row in Session.objects.all():
        store = row.get_decoded()
        if store.get("_auth_user_id") != str(user.pk):
            continue
        for record in store.get("account_authentication_methods", []):
            record["at"] -= 11 * 60
        row.session_data = Session.get_session_store_class()().encode(store)
        row.save()


def test_a_passkey_from_its_set_up_to_a_step_that_asks_for_it(browser: Browser, live_web: Any) -> None:
    world.build()
    desk = steps.open_desk(browser, live_web.url, ADMIN)
    page = desk.page
    authenticator(page)
    steps.password_step(desk)
    page.wait_for_url("**/sign-in/2fa/totp/activate/")
    fits(page)
    desk.follow("/sign-in/2fa/webauthn/add/")
    fits(page)
    page.locator("[name=name]").fill("Telephone")
    page.locator("[name=passwordless]").check()
    page.locator("#add_key").click()
    page.wait_for_url("**/sign-in/2fa/recovery-codes/")

    desk.go("/sign-in/2fa/")
    expect(page.locator("main")).to_contain_text("Telephone")
    fits(page)
    desk.follow("/sign-in/2fa/webauthn/")
    fits(page)
    steps.sign_out(desk)

    steps.password_step(desk)
    page.wait_for_url("**/sign-in/2fa/authenticate/")
    fits(page)
    page.locator("#use_key").click()
    page.wait_for_url(re.compile(r"^https?://[^/]+/(\?.*)?$"))
    desk.go("/accounts/sessions/")
    fits(page)
    steps.sign_out(desk)

    desk.go("/sign-in/login/?next=/accounts/settings/")
    fits(page)
    page.locator("#passkey_login").click()
    page.wait_for_url(f"{live_web.url}/accounts/settings/")

    admin = world.officer(ADMIN)
    colleague = world.officer("liaison.th")
    forget_the_proof(admin)
    desk.go(f"/accounts/users/{colleague.uuid}/sign-out/")
    reason = 'Laptop "lost" & reported\nsecond line'
    page.locator("main [name=reason]").fill(reason)
    page.locator("main form.lmc-form button[type=submit]").click()
    expect(page.locator("#use_key")).to_be_visible()
    fits(page)
    assert page.locator("main input[type=hidden][name=reason]").first.input_value() == reason
    page.locator("#use_key").click()
    page.wait_for_url(f"**/accounts/users/{colleague.uuid}/")
    assert "supervisor" not in {held.role.code for held in rights.roles_held(colleague)}
    assert SignedInSession.objects.filter(user=admin).in_force().count() == 1
    assert desk.complaints == []


def test_a_key_that_does_not_answer_is_said_on_the_page(browser: Browser, live_web: Any) -> None:
    world.build()
    desk = steps.open_desk(browser, live_web.url, ADMIN)
    desk.go("/sign-in/login/")
    session = authenticator(desk.page)
    desk.page.locator("#passkey_login").click()
    expect(desk.page.locator("[data-key-failed]")).to_be_visible(timeout=steps.WAIT_MS)
    session.detach()
    assert desk.complaints == []


def test_the_officer_is_warned_before_the_session_ends_and_stays_by_one_click(
    browser: Browser, live_web: Any
) -> None:
    world.build()
    desk = steps.open_desk(browser, live_web.url, "liaison.th")
    steps.first_sign_in(desk)
    page = desk.page
    page.clock.install()
    desk.go("/cases/new/")
    row = SignedInSession.objects.get()
    row.last_seen_at = row.last_seen_at.replace(year=row.last_seen_at.year)
    warning = page.locator("[data-session]")
    expect(warning).to_be_hidden()
    SignedInSession.objects.update(last_seen_at=row.last_seen_at - _minutes(29))
    page.clock.fast_forward("29:00")
    expect(warning).to_be_visible()
    fits(page)
    page.locator("[data-session-stay]").click()
    expect(warning).to_be_hidden()
    row.refresh_from_db()
    assert row.idle_ends_at > row.started_at + _minutes(29)
    SignedInSession.objects.update(last_seen_at=row.last_seen_at - _minutes(31))
    page.clock.fast_forward("30:00")
    expect(warning).to_be_visible()
    expect(page.locator("[data-session-stay]")).to_be_hidden()
    assert desk.complaints == []


def _minutes(number: int) -> Any:
    import datetime as dt

    return dt.timedelta(minutes=number)
