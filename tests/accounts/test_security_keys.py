"""Security keys and passkeys: a second factor like the authenticator app, and alone only when they ask for a PIN."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client

from lmc_cases.accounts.models import User
from lmc_cases.accounts.services import officers
from lmc_cases.audit.models import AuditEvent
from tests.accounts.keys import ADD, KEY_AGAIN, PASSKEY, SoftKey, add_key, asked_of_key, passkey_step
from tests.accounts.samples import CODE, password_step, sign_in, with_factor
from tests.factories import officer

pytestmark = pytest.mark.django_db
HOME = "/accounts/settings/"
LOGIN = "/sign-in/login/"
SET_UP = "/sign-in/2fa/totp/activate/"
KEYS = "/sign-in/2fa/webauthn/"


def refusals(user: User | None) -> list[str]:
    found = AuditEvent.objects.filter(verb="officer.sign_in_refused", object_uuid=user.uuid if user else None)
    return list(found.order_by("pk").values_list("reason_code", flat=True))


def holder(**fields: str) -> tuple[User, SoftKey]:
    """An officer whose only second factor is a key."""
    user = officer("TH", **fields)
    client = Client()
    password_step(client, user)
    return user, add_key(client)


def test_a_key_opens_the_product_in_place_of_an_authenticator_app(client: Client) -> None:
    user = officer("TH")
    password_step(client, user)
    assert client.get(HOME).url == SET_UP
    assert f'href="{ADD}"' in client.get(SET_UP).content.decode()
    page = client.get(ADD)
    key = SoftKey()
    done = client.post(ADD, {"name": "", "credential": key.register(asked_of_key(page))})
    assert done.url == "/sign-in/2fa/recovery-codes/", "recovery codes come with the first factor"
    assert client.get(done.url).status_code == 200
    assert client.get(HOME).status_code == 200
    assert {factor.type for factor in Authenticator.objects.filter(user=user)} == {
        "webauthn",
        "recovery_codes",
    }
    assert AuditEvent.objects.filter(verb="second_factor.key_added", actor=user).exists()
    assert [sent.to for sent in mail.outbox] == [[user.email]]
    assert "Security key 1" in client.get(KEYS).content.decode()


def test_password_and_key_sign_in_and_neither_does_alone(client: Client) -> None:
    user, key = holder()
    assert password_step(client, user).url == CODE
    assert client.get(HOME).url.startswith(LOGIN), "the password alone opens nothing"
    page = client.get(CODE)
    assert client.post(CODE, {"credential": key.answer(asked_of_key(page))}).status_code == 302
    assert client.get(HOME).status_code == 200


def test_another_key_or_an_old_answer_is_refused_and_recorded(client: Client) -> None:
    user, key = holder()
    password_step(client, user)
    first = asked_of_key(client.get(CODE))
    stranger = SoftKey()
    for answer in (stranger.answer(asked_of_key(client.get(CODE))), key.answer(first)):
        assert client.post(CODE, {"credential": answer}).status_code == 200
        assert client.get(HOME).url.startswith(LOGIN)
    assert refusals(user) == ["wrong_key", "wrong_key"]


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "{}",
        "[]",
        "null",
        "1",
        '{"id": "x"}',
        '{"id":"AA","rawId":"AA","type":"public-key","response":{}}',
    ],
)
def test_a_malformed_answer_is_refused_like_a_wrong_one(client: Client, answer: str) -> None:
    user, _key = holder()
    password_step(client, user)
    client.get(CODE)
    assert client.post(CODE, {"credential": answer}).status_code == 200
    assert client.get(PASSKEY, headers={"Accept": "application/json"}).status_code in {200, 302}
    assert Client().post(PASSKEY, {"credential": answer}).url == LOGIN
    signed_in = Client()
    sign_in(signed_in, officer("TH"))
    signed_in.get(ADD)
    assert signed_in.post(ADD, {"name": "x", "credential": answer}).status_code == 200


def test_a_key_on_a_false_page_is_refused(client: Client) -> None:
    user, key = holder()
    key.origin = "https://localhost.evil.example"
    password_step(client, user)
    page = client.get(CODE)
    assert client.post(CODE, {"credential": key.answer(asked_of_key(page))}).status_code == 200
    assert client.get(HOME).url.startswith(LOGIN)


def test_a_key_that_asks_for_no_pin_is_never_enough(client: Client) -> None:
    """Rule: a key found on a desk signs nobody in, neither alone nor with a stolen password."""
    user, key = holder()
    key.verifies = False
    password_step(client, user)
    page = client.get(CODE)
    assert client.post(CODE, {"credential": key.answer(asked_of_key(page))}).status_code == 200
    assert client.get(HOME).url.startswith(LOGIN)
    thief = Client()
    assert passkey_step(thief, key).url == LOGIN
    assert thief.get(HOME).url.startswith(LOGIN)
    assert refusals(user) == ["wrong_key"]
    signed_in = Client()
    sign_in(signed_in, officer("TH"))
    weak = SoftKey(verifies=False)
    refused = signed_in.post(
        ADD, {"name": "x", "credential": weak.register(asked_of_key(signed_in.get(ADD)))}
    )
    assert refused.status_code == 200
    assert "was not recognised" in refused.content.decode()


def test_a_passkey_signs_in_without_the_password_and_counts_as_second_factor(client: Client) -> None:
    user, key = holder()
    assert passkey_step(client, key).status_code == 302
    assert client.get(HOME).status_code == 200
    assert AuditEvent.objects.filter(verb="officer.signed_in", actor=user).count() == 2


def test_a_session_from_before_the_key_is_asked_for_it(client: Client) -> None:
    user = officer("TH")
    intruder = Client()
    password_step(intruder, user)
    password_step(client, user)
    key = add_key(client)
    asked = intruder.get(HOME)
    assert asked.url.startswith(KEY_AGAIN)
    for page in ("2fa/", "2fa/recovery-codes/", "2fa/webauthn/", "2fa/webauthn/add/", "reauthenticate/"):
        assert intruder.get(f"/sign-in/{page}").url.startswith(KEY_AGAIN), page
    shown = intruder.get(asked.url)
    answered = intruder.post(KEY_AGAIN, {"credential": key.answer(asked_of_key(shown)), "next": HOME})
    assert answered.url == HOME
    assert intruder.get(HOME).status_code == 200


def test_a_removed_key_and_what_it_proved_count_no_more(client: Client) -> None:
    user = officer("TH")
    sign_in(client, user)
    key = add_key(client)
    elsewhere = Client()
    passkey_step(elsewhere, key)
    assert elsewhere.get(HOME).status_code == 200
    row = Authenticator.objects.get(user=user, type="webauthn")
    assert client.get(f"{KEYS}keys/{row.pk}/remove/").status_code == 200
    assert client.post(f"{KEYS}keys/{row.pk}/remove/").status_code == 302
    assert elsewhere.get(HOME).url.startswith("/sign-in/2fa/reauthenticate/")
    assert passkey_step(Client(), key).url == LOGIN
    assert AuditEvent.objects.filter(verb="second_factor.key_removed", actor=user).exists()


def test_removing_the_last_factor_closes_the_product_until_one_is_set_up(client: Client) -> None:
    user, key = holder()
    passkey_step(client, key)
    row = Authenticator.objects.get(user=user, type="webauthn")
    client.post(f"{KEYS}keys/{row.pk}/remove/")
    assert client.get(HOME).url == SET_UP
    assert not Authenticator.objects.filter(user=user).exists()


def test_an_administrators_reset_takes_the_keys_too(client: Client) -> None:
    user, key = holder()
    theirs = Client()
    passkey_step(theirs, key)
    officers.reset_second_factor(
        actor=officer("TH", "country_administrator"), user_id=user.uuid, reason="Key lost"
    )
    assert theirs.get(HOME).url == SET_UP
    assert passkey_step(client, key).url == LOGIN


def test_a_closed_account_is_closed_to_its_passkey(client: Client) -> None:
    user, key = holder()
    User.objects.get_queryset().filter(pk=user.pk).update(is_active=False)
    assert passkey_step(client, key).url == "/sign-in/inactive/"
    assert client.get(HOME).url.startswith(LOGIN)
    assert refusals(user) == ["account_closed"]


def test_keys_are_renamed_and_nobody_elses_are_reached(client: Client) -> None:
    user = officer("TH")
    sign_in(client, user)
    add_key(client)
    row = Authenticator.objects.get(user=user, type="webauthn")
    assert client.post(f"{KEYS}keys/{row.pk}/edit/", {"name": "Spare key"}).status_code == 302
    assert "Spare key" in client.get("/sign-in/2fa/").content.decode()
    other, _key = holder()
    foreign = Authenticator.objects.get(user=other, type="webauthn")
    for step in ("edit", "remove"):
        for ask in (client.get, client.post):
            assert ask(f"{KEYS}keys/{foreign.pk}/{step}/").status_code == 404
    assert Authenticator.objects.filter(pk=foreign.pk).exists()


def test_a_recovery_code_stands_in_for_a_lost_key(client: Client) -> None:
    user, _key = holder()
    codes = Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()
    password_step(client, user)
    assert client.post(CODE, {"code": codes[0]}).status_code == 302
    assert client.get(HOME).status_code == 200


def test_the_list_of_officers_counts_a_key_as_second_factor(client: Client) -> None:
    user, _key = holder()
    sign_in(client, officer("TH", "country_administrator"))
    page = client.get(f"/accounts/users/{user.uuid}/").content.decode()
    assert f"/accounts/users/{user.uuid}/second-factor/" in page


def test_a_key_is_not_added_to_an_account_whose_app_was_not_shown_lately(client: Client) -> None:
    user = officer("TH")
    password_step(client, user)
    with_factor(user)
    assert client.get(ADD).url.startswith("/sign-in/2fa/reauthenticate/")
