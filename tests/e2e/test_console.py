"""Every page in a real browser: its console stays empty, under the policies that every answer carries.

The addresses are those of the leak matrix, and whatever else needs no argument; a new page is walked without
being named.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.urls import NoReverseMatch, get_resolver, reverse
from playwright.sync_api import Browser, Page

from tests.harness.programs import Web

pytestmark = pytest.mark.browser

SESSION_COOKIE = "sessionid"
# Files: a page shows them as pictures, their own address saves them.
PICTURES = ("suspects:photo", "dossiers:photo")
# Violations of a policy are not always written to the console: the page collects them itself.
LISTEN = """
window.policyViolations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.policyViolations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile || ""}`);
});
"""
# Two frames after the last resource came: what the policy refused has been reported by then.
SETTLE = """() => new Promise((done) => {
  const wait = () => requestAnimationFrame(() => requestAnimationFrame(() => done(true)));
  if (document.readyState === "complete") wait(); else window.addEventListener("load", wait);
})"""
LOADS = """async (address) => {
  const picture = new Image();
  picture.src = address;
  await picture.decode();
  return picture.naturalWidth;
}"""


@pytest.fixture
def web(transactional_db: None, program_logs: Path) -> Iterator[Web]:
    web = Web("console-web", program_logs, {"LMC_SECOND_FACTOR_COMPULSORY": "0"})
    web.start()
    yield web
    web.stop()


def addresses(world: Any) -> dict[str, tuple[str, str]]:
    """Return address and reader by name: every page of the matrix, and every address that takes no argument."""
    from tests.leaks.test_pages import PAGES, names

    found: dict[str, tuple[str, str]] = {}
    for name, (kwargs, allowed) in PAGES.items():
        if allowed:
            reader = "own" if "own" in allowed else min(allowed)
            found[name] = (reverse(name, kwargs=kwargs(world)), reader)
    for name in names(get_resolver()):
        if name not in found and name not in {"account_logout", "api:schema"}:
            with contextlib.suppress(NoReverseMatch):
                found[name] = (reverse(name), "administrator")
    return found


@contextlib.contextmanager
def desk(browser: Browser, web: Web, session: str, complaints: list[str]) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="th")
    context.add_init_script(LISTEN)
    context.set_default_timeout(60_000)
    if session:
        context.add_cookies([{"name": SESSION_COOKIE, "value": session, "url": web.url}])
    page = context.new_page()
    page.on(
        "console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()


def by_reader(found: dict[str, tuple[str, str]]) -> dict[str, list[tuple[str, str]]]:
    """Return names and addresses of pages by who reads them."""
    sorted_out: dict[str, list[tuple[str, str]]] = {}
    for name, (address, reader) in found.items():
        sorted_out.setdefault(reader, []).append((name, address))
    return sorted_out


def is_page(page: Page, address: str) -> bool:
    """Whether a whole page answers there: no redirect to it, no part that a page asks for, no refusal."""
    asked = page.context.request.get(address)
    return asked.status == 200 and asked.text().lstrip().lower().startswith("<!doctype html>")


def session_of(user: Any) -> str:
    from django.test import Client

    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client.cookies[SESSION_COOKIE].value


def test_no_page_makes_the_browser_complain(browser: Browser, web: Web) -> None:
    from lmc_cases.accounts.services.officers import set_language
    from tests.factories import officer
    from tests.leaks.world import build

    with transaction.atomic():  # outside a transaction nobody sees a row
        world = build()
    viewers = {**world.viewers, "administrator": officer("TH", "country_administrator", "liaison_officer")}
    for user in viewers.values():
        set_language(actor=user, language="th")
    wrong: dict[str, Any] = {}
    walked = []
    for reader, pages in by_reader(addresses(world)).items():
        complaints: list[str] = []
        with desk(browser, web, session_of(viewers[reader]), complaints) as page:
            for name, address in pages:
                complaints.clear()
                if name in PICTURES:
                    page.goto(f"{web.url}/")
                    assert page.evaluate(LOADS, address) > 0, name
                elif not is_page(page, web.url + address):
                    continue
                else:
                    page.goto(web.url + address)
                page.evaluate(SETTLE)
                complaints += page.evaluate("window.policyViolations")
                walked.append(name)
                if complaints:
                    wrong[name] = list(complaints)
    assert wrong == {}
    assert len(walked) >= 45, walked
    assert {"cases:detail", "suspects:detail", "exchange:detail", "dossiers:detail", *PICTURES} <= set(walked)
    assert {"account_change_password", "accounts:settings", "api:docs"} <= set(walked)


def test_pages_before_the_sign_in_make_no_browser_complain(browser: Browser, web: Web) -> None:
    complaints: list[str] = []
    with desk(browser, web, "", complaints) as page:
        for address in ("/sign-in/login/", "/sign-in/password/reset/", "/sign-in/signup/"):
            page.goto(web.url + address)
            page.wait_for_load_state("networkidle")
            assert page.evaluate("window.policyViolations") == [], address
    assert complaints == []


def test_this_look_sees_what_the_policy_refuses(browser: Browser, web: Web) -> None:
    """Rule: a walk that could not see a violation would prove nothing."""
    complaints: list[str] = []
    with desk(browser, web, "", complaints) as page:
        page.goto(f"{web.url}/sign-in/login/")
        page.evaluate("""() => {
            const script = document.createElement("script");
            script.textContent = "window.ran = true";
            document.body.append(script);
        }""")
        page.wait_for_timeout(300)
        assert page.evaluate("window.ran === undefined")
        assert any("script-src" in found for found in page.evaluate("window.policyViolations"))
    assert complaints


def test_a_form_carries_its_origin_and_no_other_site_is_told_the_address(browser: Browser, web: Web) -> None:
    """Rule: the referrer policy of pages leaves the Origin of a form whole; "no-referrer" would make it "null"."""
    with desk(browser, web, "", []) as page:
        page.goto(f"{web.url}/sign-in/login/?next=/cases/")
        page.locator("[name=login]").fill("nobody@th.invalid")
        page.locator("[name=password]").fill("wrong password here")
        with page.expect_request(lambda sent: sent.method == "POST") as posted:
            page.locator("main form button[type=submit]").first.click()
        headers = posted.value.all_headers()
        assert headers["origin"] == web.url
        page.wait_for_load_state()
        answer = posted.value.response()
        assert answer is not None
        assert answer.status == 200


def test_an_invitation_is_accepted_in_a_real_browser(browser: Browser, web: Web) -> None:
    """Rule: the page whose address is a key hides it from everybody and still sends its form."""
    from django.core import mail

    from lmc_cases.accounts.services import invitations
    from tests.factories import demo_agency, officer

    administrator = officer("TH", "country_administrator")
    mail.outbox = []
    invitations.invite(
        actor=administrator,
        email="new.officer@th.invalid",
        full_name="Invented Newcomer",
        agency_id=demo_agency("TH").uuid,
        role_codes=["liaison_officer"],
        language="en",
    )
    text = str(mail.outbox[0].body)
    path = next(word for word in text.split() if "/accounts/invitation" in word or "/invitation" in word)
    path = "/" + path.split("/", 3)[3]
    with desk(browser, web, "", []) as page:
        page.goto(web.url + path)
        for name in ("password1", "password2"):
            page.locator(f"[name={name}]").fill("a quite long passphrase 1")
        with page.expect_response(lambda answer: answer.request.method == "POST") as posted:
            page.locator("main form button[type=submit]").first.click()
        assert posted.value.status == 302
