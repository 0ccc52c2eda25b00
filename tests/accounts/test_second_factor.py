"""The second factor is compulsory: no page, no API and no old session goes round it."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from lmc_cases.accounts.services import officers
from lmc_cases.audit.models import AuditEvent, AuditReason
from lmc_cases.core.errors import InvalidInput
from tests.accounts.samples import CODE, code_now, password_step, sign_in, with_factor
from tests.factories import PASSWORD, officer

pytestmark = pytest.mark.django_db
SET_UP = "/sign-in/2fa/totp/activate/"
AGAIN = "/sign-in/2fa/reauthenticate/"
HOME = "/accounts/settings/"
SAMPLE = {
    "uuid": "00000000-0000-4000-8000-000000000000",
    "int": "1",
    "str": "x",
    "slug": "x",
    "path": "x",
}
OPEN = ("sign-in/", "language/", "health", "ready", "metrics")


def addresses(resolver: URLResolver, prefix: str = "") -> list[str]:
    """Every address of the product, with a sample in place of each parameter."""
    found = []
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            found += addresses(entry, route)
        elif isinstance(entry, URLPattern):
            for part in [piece.split(">")[0] for piece in route.split("<")[1:]]:
                kind = part.split(":")[0] if ":" in part else "str"
                route = route.replace(f"<{part}>", SAMPLE.get(kind, "x"))
            found.append("/" + route)
    return found


def test_without_a_second_factor_every_page_leads_to_its_set_up(client: Client) -> None:
    user = officer("TH", "liaison_officer", "country_administrator", "auditor")
    password_step(client, user)
    closed = [path for path in addresses(get_resolver()) if not path.startswith(tuple(f"/{p}" for p in OPEN))]
    assert len(closed) > 40
    for path in closed:
        for ask in (client.get, client.post):
            answer = ask(path)
            if path.startswith("/api/"):
                assert answer.status_code == 403, path
            else:
                assert (answer.status_code, answer.url) == (302, SET_UP), path


def test_a_header_does_not_carry_a_session_round_the_second_factor(client: Client) -> None:
    user = officer("TH")
    password_step(client, user)
    for value in ("", "x", "Token x", "Bearer x"):
        answer = client.get("/api/v1/schema/", headers={"Authorization": value})
        assert answer.status_code == 403, value
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["title"] == "second-factor"


def test_pages_that_need_no_second_factor_stay_open(client: Client) -> None:
    user = officer("TH")
    password_step(client, user)
    assert client.get("/health").status_code in {200, 503}
    assert client.get("/static/css/lmc.css").status_code == 200
    assert client.post("/language/", {"language": "th"}).status_code == 302
    assert client.get(SET_UP).status_code == 200, "the password typed a moment ago is not asked for again"


def test_only_the_explicit_switch_lifts_it(client: Client, settings: object) -> None:
    user = officer("TH")
    password_step(client, user)
    assert client.get(HOME).url == SET_UP
    settings.SECOND_FACTOR_COMPULSORY = False  # type: ignore[attr-defined]
    assert client.get(HOME).status_code == 200


def test_setting_it_up_opens_the_product_and_shows_recovery_codes(client: Client) -> None:
    user = officer("TH")
    password_step(client, user)
    page = client.get(SET_UP)
    secret = page.context["form"].secret
    assert client.post(SET_UP, {"code": "000000"}).status_code == 200
    done = client.post(SET_UP, {"code": code_now(secret)})
    assert done.url == "/sign-in/2fa/recovery-codes/"
    codes = Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()
    assert codes[0] in client.get(done.url).content.decode()
    assert client.get(HOME).status_code == 200
    assert AuditEvent.objects.filter(verb="second_factor.set_up", actor=user).exists()


def test_a_session_from_before_the_set_up_is_asked_for_a_code(client: Client) -> None:
    """Whoever knew the password only, and waited, gets nothing when the officer sets the factor up."""
    user = officer("TH")
    intruder = Client()
    password_step(intruder, user)
    password_step(client, user)
    secret = client.get(SET_UP).context["form"].secret
    client.post(SET_UP, {"code": code_now(secret)})
    assert client.get(HOME).status_code == 200
    assert intruder.get(HOME).url.startswith(AGAIN)
    assert intruder.get("/api/v1/schema/").status_code == 403
    assert intruder.post(HOME, {}).url == AGAIN
    assert intruder.post(AGAIN, {"code": "000000"}).status_code == 200
    assert intruder.get(HOME).url.startswith(AGAIN)
    assert AuditEvent.objects.filter(verb="officer.sign_in_refused", reason_code="wrong_code").count() == 1


def test_a_code_given_again_leads_back_to_the_page(client: Client) -> None:
    user = officer("TH")
    password_step(client, user)
    with_factor(user)
    codes = Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()
    asked = client.get(f"{HOME}?a=b")
    back = client.post(asked.url, {"code": codes[0], "next": f"{HOME}?a=b"})
    assert back.url == f"{HOME}?a=b"
    assert client.get(back.url).status_code == 200


def test_a_part_of_a_page_is_not_replaced_by_the_sign_in_page(client: Client) -> None:
    user = officer("TH")
    password_step(client, user)
    answer = client.get(HOME, headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (204, SET_UP)


def test_switching_it_off_closes_the_product_until_it_is_set_up_again(client: Client) -> None:
    user = officer("TH")
    sign_in(client, user)
    assert client.post("/sign-in/2fa/totp/deactivate/").status_code == 302
    assert client.get(HOME).url == SET_UP
    assert AuditEvent.objects.filter(verb="second_factor.switched_off", actor=user).exists()


def test_new_recovery_codes_end_the_old_ones_and_are_recorded(client: Client) -> None:
    user = officer("TH")
    sign_in(client, user)
    before = Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()
    assert client.post("/sign-in/2fa/recovery-codes/generate/").status_code == 302
    after = Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()
    assert not set(before) & set(after)
    assert AuditEvent.objects.filter(verb="second_factor.recovery_codes_made", actor=user).exists()


def test_an_administrator_resets_a_lost_second_factor_in_two_steps(
    client: Client, django_capture_on_commit_callbacks: object
) -> None:
    user, admin = officer("TH", language="en"), officer("TH", "country_administrator")
    theirs = sign_in(Client(), user)
    sign_in(client, admin)
    page = f"/accounts/users/{user.uuid}/second-factor/"
    assert f'href="{page}"' in client.get(f"/accounts/users/{user.uuid}/").content.decode()
    assert client.get(page).status_code == 200
    assert Authenticator.objects.filter(user=user).exists(), "looking changes nothing"
    assert client.post(page, {"reason": "  "}).status_code == 422
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        assert client.post(page, {"reason": "Phone lost, officer called back"}).status_code == 302
    assert not Authenticator.objects.filter(user=user).exists()
    assert theirs.get(HOME).url == SET_UP, "the officer's open session is closed to everything else"
    event = AuditEvent.objects.get(verb="second_factor.reset")
    assert (event.actor, event.object_uuid, event.owner_country) == (admin, user.uuid, user.country)
    assert AuditReason.objects.get(event=event).text == "Phone lost, officer called back"
    assert [sent.to for sent in mail.outbox] == [[user.email]]


def test_nobody_resets_the_own_second_factor_or_a_foreign_one_or_without_a_reason() -> None:
    admin, user, foreign = officer("TH", "country_administrator"), officer("TH"), officer("LA")
    for target in (admin, foreign):
        with_factor(target)
        with pytest.raises(type(target).DoesNotExist):
            officers.reset_second_factor(actor=admin, user_id=target.uuid, reason="Any")
        assert Authenticator.objects.filter(user=target).exists()
    with pytest.raises(InvalidInput):
        officers.reset_second_factor(actor=admin, user_id=user.uuid, reason=" ")


def test_after_a_reset_the_old_proof_of_a_session_counts_no_more(client: Client) -> None:
    user, admin = officer("TH"), officer("TH", "country_administrator")
    sign_in(client, user)
    officers.reset_second_factor(actor=admin, user_id=user.uuid, reason="Phone stolen")
    with_factor(user)
    assert client.get(HOME).url.startswith(AGAIN)
    assert password_step(Client(), user, PASSWORD).url == CODE
