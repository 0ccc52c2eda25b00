"""Signing in: password and second factor by allauth's own pages, refusals audited, attempts counted."""

from __future__ import annotations

import json

import psycopg
import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken
from django.core import mail
from django.test import Client

from lmc_cases.accounts.models import User
from lmc_cases.accounts.services import officers
from lmc_cases.audit.models import AuditEvent
from tests.accounts.samples import (
    CODE,
    LOGIN,
    code_now,
    link_in,
    password_step,
    sign_in,
    with_factor,
    wrong_code,
)
from tests.factories import PASSWORD, officer

pytestmark = pytest.mark.django_db
HOME = "/accounts/settings/"
NEW_PASSWORD = "another invented phrase 2"


def refusals(user: User) -> list[str]:
    found = AuditEvent.objects.filter(verb="officer.sign_in_refused", object_uuid=user.uuid)
    return list(found.order_by("pk").values_list("reason_code", flat=True))


def test_password_and_code_sign_an_officer_in_and_both_steps_are_needed(client: Client) -> None:
    user = officer("TH")
    secret = with_factor(user)
    answer = password_step(client, user)
    assert answer.url == CODE
    assert client.get(HOME).url.startswith(LOGIN), "the password alone opens nothing"
    assert client.post(CODE, {"code": code_now(secret)}).status_code == 302
    assert client.get(HOME).status_code == 200
    event = AuditEvent.objects.get(verb="officer.signed_in")
    assert (event.actor, event.actor_country) == (user, user.country)


def test_a_sign_in_leaves_no_row_in_the_history_of_the_account(client: Client) -> None:
    user = officer("TH")
    before = user.history.count()
    sign_in(client, user)
    user.refresh_from_db()
    assert user.last_login is not None
    assert user.history.count() == before


def test_a_wrong_code_is_refused_and_audited_for_the_officers_country(client: Client) -> None:
    user = officer("TH")
    secret = with_factor(user)
    password_step(client, user)
    answer = client.post(CODE, {"code": wrong_code(secret)})
    assert answer.status_code == 200
    assert client.get(HOME).url.startswith(LOGIN)
    assert refusals(user) == ["wrong_code"]
    auditor = officer("TH", "auditor")
    refused = AuditEvent.objects.filter(verb="officer.sign_in_refused")
    assert AuditEvent.objects.visible_to(auditor).filter(pk__in=refused).exists()
    assert not AuditEvent.objects.visible_to(officer("LA", "auditor")).filter(pk__in=refused).exists()


def test_a_code_works_once(client: Client) -> None:
    user = officer("TH")
    secret = with_factor(user)
    sign_in(client, user, secret)
    second = Client()
    password_step(second, user)
    second.post(CODE, {"code": code_now(secret)})
    assert second.get(HOME).url.startswith(LOGIN)


def test_a_recovery_code_signs_in_once(client: Client) -> None:
    user = officer("TH")
    with_factor(user)
    codes = Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()
    password_step(client, user)
    assert client.post(CODE, {"code": codes[0]}).status_code == 302
    assert client.get(HOME).status_code == 200
    again = Client()
    password_step(again, user)
    again.post(CODE, {"code": codes[0]})
    assert again.get(HOME).url.startswith(LOGIN)
    assert refusals(user) == ["wrong_code"]


def test_guessing_codes_ends_after_a_few_attempts(client: Client) -> None:
    user = officer("TH")
    secret = with_factor(user)
    password_step(client, user)
    for _attempt in range(5):
        client.post(CODE, {"code": wrong_code(secret)})
    client.post(CODE, {"code": code_now(secret)})
    assert client.get(HOME).url.startswith(LOGIN), "even the right code waits now"
    assert refusals(user) == ["wrong_code"] * 5 + ["too_many_attempts"]


def test_guessing_passwords_ends_after_a_few_attempts_by_any_address(client: Client) -> None:
    user = officer("TH")
    with_factor(user)
    for number in range(5):
        client.post(
            LOGIN, {"login": user.email, "password": "guessed"}, REMOTE_ADDR=f"203.0.113.{number + 1}"
        )
    answer = client.post(LOGIN, {"login": user.email, "password": PASSWORD}, REMOTE_ADDR="203.0.113.9")
    assert answer.status_code == 200, "the right password waits now"
    assert refusals(user) == ["wrong_password"] * 5 + ["too_many_attempts"]


def test_one_address_cannot_try_many_accounts(client: Client) -> None:
    for number in range(10):
        client.post(LOGIN, {"login": f"nobody{number}@th.invalid", "password": "guessed"})
    user = officer("TH")
    assert password_step(client, user).status_code == 200
    other = client.post(LOGIN, {"login": user.email, "password": PASSWORD}, REMOTE_ADDR="203.0.113.9")
    assert other.status_code == 302, "somebody else's address is not held responsible"


def test_behind_a_proxy_attempts_are_counted_by_the_address_the_proxy_saw(
    client: Client, settings: object
) -> None:
    settings.TRUSTED_PROXIES = 1  # type: ignore[attr-defined]
    user = officer("TH")
    for number in range(10):
        client.post(
            LOGIN,
            {"login": f"nobody{number}@th.invalid", "password": "guessed"},
            headers={"X-Forwarded-For": f"198.51.100.{number}, 203.0.113.7"},
        )
    assert set(AuditEvent.objects.values_list("address", flat=True)) >= {"203.0.113.7"}
    refused = client.post(
        LOGIN,
        {"login": user.email, "password": PASSWORD},
        headers={"X-Forwarded-For": "1.2.3.4, 203.0.113.7"},
    )
    assert refused.status_code == 200, "what the caller writes into the header changes nothing"
    taken = client.post(
        LOGIN, {"login": user.email, "password": PASSWORD}, headers={"X-Forwarded-For": "203.0.113.8"}
    )
    assert taken.status_code == 302


def test_what_was_typed_at_a_refused_sign_in_is_kept_nowhere(client: Client) -> None:
    client.post(LOGIN, {"login": "my-password-by-mistake@th.invalid", "password": "guessed"})
    event = AuditEvent.objects.get(verb="officer.sign_in_refused")
    row = json.dumps({name: str(getattr(event, name)) for name in vars(event)})
    assert "mistake" not in row
    assert "guessed" not in row
    assert event.object_uuid is None


@pytest.mark.django_db(transaction=True)
def test_the_record_of_a_refused_sign_in_is_committed(client: Client, superuser_url: str) -> None:
    """Another connection, past every policy, sees the row: the failing request did not roll it back."""
    user = officer("TH")
    password_step(client, user, "guessed")
    with psycopg.connect(superuser_url) as other:
        row = other.execute(
            "SELECT reason_code, outcome FROM audit_auditevent WHERE verb = 'officer.sign_in_refused'"
        ).fetchall()
    assert row == [("wrong_password", "REFUSED")]


def test_a_closed_account_cannot_sign_in_and_loses_its_session_at_once(client: Client) -> None:
    user, admin = officer("TH"), officer("TH", "country_administrator")
    sign_in(client, user)
    assert client.get(HOME).status_code == 200
    officers.close_account(actor=admin, user_id=user.uuid, reason="Left the unit")
    assert client.get(HOME).url.startswith(LOGIN)
    assert password_step(Client(), user).status_code == 200
    assert not Authenticator.objects.filter(user=user).exists()


def test_an_inactive_account_is_told_so_and_stays_outside(client: Client) -> None:
    user = officer("TH")
    User.objects.get_queryset().filter(pk=user.pk).update(is_active=False)
    answer = password_step(client, user)
    assert answer.url == "/sign-in/inactive/"
    assert client.get(answer.url).status_code == 200
    assert client.get(HOME).url.startswith(LOGIN)
    assert refusals(user) == ["account_closed"]


def test_a_forgotten_password_is_reset_by_mail_in_the_officers_language(client: Client) -> None:
    user = officer("TH", language="th")
    secret = with_factor(user)
    client.post("/sign-in/password/reset/", {"email": user.email})
    (sent,) = mail.outbox
    assert sent.to == [user.email]
    answer = client.get(link_in(sent), follow=True)
    assert answer.status_code == 200
    weak = client.post(answer.request["PATH_INFO"], {"password1": "12345678", "password2": "12345678"})
    assert weak.status_code == 200
    done = client.post(answer.request["PATH_INFO"], {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    assert done.status_code == 302
    assert client.get(HOME).url.startswith(LOGIN), (
        "a new password is no sign-in: the second factor is still asked"
    )
    assert password_step(client, user).status_code == 200
    assert password_step(client, user, NEW_PASSWORD).url == CODE
    assert client.post(CODE, {"code": code_now(secret)}).status_code == 302
    event = AuditEvent.objects.get(verb="account.password_changed")
    assert event.actor == user
    assert user.history.latest().history_user == user


def test_the_reset_page_does_not_say_whether_an_address_has_an_account(client: Client) -> None:
    user = officer("TH")
    known = client.post("/sign-in/password/reset/", {"email": user.email})
    unknown = client.post("/sign-in/password/reset/", {"email": "nobody@th.invalid"})
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)


def test_a_closed_account_gets_no_reset_link(client: Client) -> None:
    user, admin = officer("TH"), officer("TH", "country_administrator")
    officers.close_account(actor=admin, user_id=user.uuid, reason="Left the unit")
    client.post("/sign-in/password/reset/", {"email": user.email})
    assert all("/password/reset/key/" not in sent.body for sent in mail.outbox)


def test_changing_the_password_ends_the_sessions_elsewhere(client: Client) -> None:
    user = officer("TH")
    with_factor(user)
    elsewhere = Client()
    codes = Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()
    for browser, code in ((client, codes[0]), (elsewhere, codes[1])):
        password_step(browser, user)
        browser.post(CODE, {"code": code})
        assert browser.get(HOME).status_code == 200
    changed = client.post(
        "/sign-in/password/change/",
        {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD},
    )
    assert changed.status_code == 302
    assert client.get(HOME).status_code == 200
    assert elsewhere.get(HOME).url.startswith(LOGIN)


def test_nobody_signs_up(client: Client) -> None:
    page = client.get("/sign-in/signup/")
    assert b"password1" not in page.content
    client.post(
        "/sign-in/signup/",
        {"email": "stranger@th.invalid", "password1": NEW_PASSWORD, "password2": NEW_PASSWORD},
    )
    assert not User.objects.get_queryset().filter(email="stranger@th.invalid").exists()


def test_secrets_of_the_second_factor_are_unreadable_in_the_database(
    client: Client, settings: object
) -> None:
    user = officer("TH")
    secret = with_factor(user)
    stored = Authenticator.objects.filter(user=user)
    assert secret not in json.dumps(list(stored.values_list("data", flat=True)))
    old = settings.SECOND_FACTOR_KEYS  # type: ignore[attr-defined]
    settings.SECOND_FACTOR_KEYS = ["a newer key", *old]  # type: ignore[attr-defined]
    sign_in(client, user, secret)
    settings.SECOND_FACTOR_KEYS = ["a newer key"]  # type: ignore[attr-defined]
    with pytest.raises(InvalidToken):
        stored.get(type="totp").wrap().validate_code(code_now(secret))


@pytest.mark.parametrize("action", ["action_add", "action_remove", "action_primary", ""])
def test_officers_do_not_change_the_address_they_sign_in_with(client: Client, action: str) -> None:
    user = officer("TH")
    sign_in(client, user)
    assert client.get("/sign-in/email/").status_code == 200
    for address in (user.email, "another@th.invalid"):
        assert client.post("/sign-in/email/", {"email": address, action: ""}).status_code == 404
    both = {"email": "another@th.invalid", "action_send": "", "action_add": ""}
    assert client.post("/sign-in/email/", both).status_code == 404
    assert list(user.emailaddress_set.values_list("email", flat=True)) == [user.email]
