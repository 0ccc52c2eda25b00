"""Attacks on the way in: the second factor, where a sign-in leads, whose address a mail names."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client

from tests.accounts.keys import SoftKey, add_key, asked_of_key, passkey_step
from tests.accounts.samples import CODE, LOGIN, code_now, password_step, sign_in, with_factor
from tests.factories import PASSWORD, officer

pytestmark = pytest.mark.django_db
AGAIN = "/sign-in/2fa/reauthenticate/"
ELSEWHERE = (
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "///evil.example",
    "javascript:alert(1)",
)


def test_a_password_alone_reads_no_recovery_codes_and_switches_no_factor_off() -> None:
    """Rule: a session that has not shown the factor is asked for a code, on the pages of the factor too."""
    user = officer("TH")
    intruder = Client()
    password_step(intruder, user)
    with_factor(user)
    codes = Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()
    pages = ("2fa/", "2fa/recovery-codes/", "2fa/recovery-codes/download/", "2fa/recovery-codes/generate/")
    for page in (
        *pages,
        "2fa/totp/activate/",
        "2fa/totp/deactivate/",
        "password/change/",
        "email/",
        "reauthenticate/",
    ):
        for answer in (intruder.get(f"/sign-in/{page}"), intruder.post(f"/sign-in/{page}")):
            assert answer.status_code == 302, page
            assert answer["Location"].startswith(AGAIN), page
    assert codes[0] not in intruder.get(AGAIN).content.decode()
    assert Authenticator.objects.filter(user=user).count() == 2
    assert intruder.get("/sign-in/logout/").status_code == 200


def test_a_code_that_was_used_signs_nobody_in_again() -> None:
    user = officer("TH")
    secret = with_factor(user)
    code = code_now(secret)
    sign_in(Client(), user, secret)
    thief = Client()
    password_step(thief, user)
    assert thief.post(CODE, {"code": code}).status_code == 200
    assert "_auth_user_id" not in thief.session


def test_signing_in_gives_the_browser_a_new_session() -> None:
    user = officer("TH")
    client = Client()
    client.get(LOGIN)
    client.cookies["sessionid"] = "chosenbyanattacker0000000000000a"
    password_step(client, user)
    assert client.cookies["sessionid"].value != "chosenbyanattacker0000000000000a"


def test_neither_sign_in_nor_the_language_switch_leads_elsewhere(one_factor: None) -> None:
    user = officer("TH")
    for address in ELSEWHERE:
        answer = Client().post("/language/", {"language": "th", "next": address})
        assert answer["Location"] == "/", address
        answer = Client().post(LOGIN, {"login": user.email, "password": PASSWORD, "next": address})
        assert (answer.status_code, answer["Location"]) == (302, "/"), address


def test_no_header_puts_another_address_into_the_mail_with_the_new_password() -> None:
    user = officer("TH")
    refused = Client(raise_request_exception=False).post(
        "/sign-in/password/reset/", {"email": user.email}, headers={"host": "evil.example"}
    )
    assert refused.status_code == 400
    Client().post(
        "/sign-in/password/reset/", {"email": user.email}, headers={"x-forwarded-host": "evil.example"}
    )
    Client().post("/sign-in/password/reset/", {"email": f"{user.email}\nBcc: x@evil.example"})
    assert [message.to for message in mail.outbox] == [[user.email]]
    assert "evil.example" not in str(mail.outbox[0].message())


def test_a_key_asked_for_as_second_step_signs_nobody_else_in(client: Client) -> None:
    """Attack: begin the second step of one's own account, then answer as a passkey of somebody else."""
    victim, attacker = officer("TH"), officer("LA")
    for user, key in ((victim, SoftKey()), (attacker, SoftKey())):
        theirs = Client()
        password_step(theirs, user)
        add_key(theirs, key)
        if user is victim:
            stolen = key
    stolen.verifies = False  # found on a desk, its PIN unknown
    password_step(client, attacker)
    options = asked_of_key(client.get(CODE))
    assert passkey_step(client, stolen, options).url.startswith("/sign-in/")
    assert "_auth_user_id" not in client.session
    client.post("/sign-in/logout/", {"next": LOGIN})
    assert passkey_step(client, stolen, options).url == LOGIN
    assert "_auth_user_id" not in client.session


def test_a_page_of_the_library_that_officers_do_not_have_is_not_there(client: Client) -> None:
    sign_in(client, officer("TH"))
    for page in ("3rdparty/", "3rdparty/signup/"):
        for ask in (client.get, client.post):
            assert ask(f"/sign-in/{page}").status_code == 404
