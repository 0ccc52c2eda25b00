"""Sign-in by a country's own provider: a real one over HTTP, with signed tokens, for officers of that country only."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.test import Client

from lmc_cases.accounts.models import User
from lmc_cases.accounts.oidc import read_providers
from lmc_cases.accounts.services import officers
from lmc_cases.audit.models import AuditEvent
from tests.accounts.idp import CLIENT, SECRET, Idp
from tests.accounts.samples import CODE, code_now, with_factor
from tests.factories import officer

pytestmark = pytest.mark.django_db
HOME = "/accounts/settings/"
LOGIN = "/sign-in/login/"
SET_UP = "/sign-in/2fa/totp/activate/"
BEGIN = "/sign-in/provider/th-police/login/"


def entry(idp_url: str, **more: Any) -> dict[str, Any]:
    return {
        "id": "th-police",
        "country": "TH",
        "name": "Invented Thai sign-in",
        "server_url": idp_url,
        "client_id": CLIENT,
        "secret": SECRET,
        **more,
    }


def use(settings: Any, *entries: dict[str, Any]) -> None:
    """Set providers up as the environment would."""
    found = read_providers(json.dumps(entries))
    settings.OIDC_PROVIDERS = found
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [provider.as_app() for provider in found.values()],
        }
    }


@pytest.fixture
def idp(settings: Any) -> Iterator[Idp]:
    running = Idp()
    use(
        settings, entry(running.url, second_factor_amr=["mfa"], second_factor_acr=["loa3"], acr_values="loa3")
    )
    yield running
    running.close()


def come_back(client: Client, begin: str = BEGIN) -> HttpResponse:
    """Go to the provider and back, as a browser does."""
    away = client.get(begin)
    assert away.status_code == 302, away.content.decode()
    back = requests.get(away.url, allow_redirects=False, timeout=10)
    assert back.status_code == 302
    return client.get(back.headers["Location"].removeprefix("http://testserver"))


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def person(user: User, **claims: Any) -> dict[str, Any]:
    return {"sub": f"sub-{user.pk}", "email": user.email, "email_verified": True, **claims}


def test_a_verified_address_of_the_country_signs_in_and_the_second_factor_is_still_asked(
    client: Client, idp: Idp
) -> None:
    user = officer("TH")
    secret = with_factor(user)
    idp.person = person(user)
    assert f'href="{BEGIN}"' in client.get(LOGIN).content.decode()
    assert come_back(client).url == CODE
    assert not is_signed_in(client), "the provider alone opens nothing"
    assert client.post(CODE, {"code": code_now(secret)}).status_code == 302
    assert client.get(HOME).status_code == 200
    link = SocialAccount.objects.get()
    assert (link.user, link.provider, link.extra_data) == (user, "th-police", {})
    assert AuditEvent.objects.filter(verb="account.provider_linked", actor=user).count() == 1
    assert AuditEvent.objects.filter(verb="officer.signed_in", actor=user).exists()
    assert idp.asked[0]["acr_values"] == "loa3"
    assert {"state", "code_challenge"} <= set(idp.asked[0])


def test_an_officer_without_a_factor_sets_one_up_first(client: Client, idp: Idp) -> None:
    user = officer("TH")
    idp.person = person(user)
    come_back(client)
    assert client.get(HOME).url == SET_UP


@pytest.mark.parametrize("asserts", [{"amr": ["pwd", "mfa"]}, {"acr": "loa3"}])
def test_a_second_factor_that_the_provider_asserts_is_not_asked_again(
    client: Client, idp: Idp, asserts: dict[str, Any], settings: Any
) -> None:
    user = officer("TH")
    idp.person = person(user, **asserts)
    come_back(client)
    assert client.get(HOME).status_code == 200
    assert not Authenticator.objects.exists()
    asked = client.post("/accounts/settings/", {})
    assert asked.status_code == 422, "pages without harm need no more"
    use(settings, entry(idp.url))
    assert client.get(HOME).url == SET_UP, "trust in the provider ends with the setting"


@pytest.mark.parametrize("claims", [{"amr": ["pwd"]}, {"acr": "loa1"}, {"amr": "mfa"}, {}])
def test_anything_else_asserts_nothing(client: Client, idp: Idp, claims: dict[str, Any]) -> None:
    user = officer("TH")
    idp.person = person(user, **claims)
    come_back(client)
    assert client.get(HOME).url == SET_UP


def test_what_the_userinfo_says_of_a_second_factor_is_not_believed(client: Client, idp: Idp) -> None:
    user = officer("TH")
    idp.person = {"sub": "s"}
    idp.told = {"sub": "s", "email": user.email, "email_verified": True, "amr": ["mfa"]}
    come_back(client)
    assert is_signed_in(client)
    assert client.get(HOME).url == SET_UP


def refused(client: Client, begin: str = BEGIN) -> None:
    before = User.objects.get_queryset().count()
    answer = come_back(client, begin)
    assert answer.status_code == 403
    assert "No account here" in answer.content.decode()
    assert not is_signed_in(client)
    assert User.objects.get_queryset().count() == before
    event = AuditEvent.objects.get(verb="officer.sign_in_refused")
    assert event.reason_code == "provider_refused"


def test_nobody_gets_an_account_by_a_provider(client: Client, idp: Idp) -> None:
    idp.person = {"sub": "stranger", "email": "stranger@th.invalid", "email_verified": True}
    refused(client)
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize("verified", [False, None, "true", 1])
def test_an_address_that_the_provider_did_not_verify_links_nothing(
    client: Client, idp: Idp, verified: object
) -> None:
    idp.person = person(officer("TH"), email_verified=verified)
    refused(client)


def test_an_address_that_the_officer_did_not_verify_links_nothing(client: Client, idp: Idp) -> None:
    user = officer("TH")
    user.emailaddress_set.update(verified=False)
    idp.person = person(user)
    refused(client)


def test_a_provider_never_signs_in_an_officer_of_another_country(client: Client, idp: Idp) -> None:
    foreign = officer("LA")
    idp.person = person(foreign)
    refused(client)
    assert not SocialAccount.objects.exists()


def test_a_link_ends_with_the_officers_move_to_another_country(client: Client, idp: Idp) -> None:
    user = officer("TH")
    idp.person = person(user)
    come_back(client)
    assert is_signed_in(client)
    User.objects.get_queryset().filter(pk=user.pk).update(agency=officer("LA").agency)
    refused(Client())


def test_another_person_of_the_provider_with_the_same_address_does_not_get_the_account(
    client: Client, idp: Idp
) -> None:
    user = officer("TH")
    idp.person = person(user)
    come_back(client)
    idp.person = person(user, sub="somebody who got the address later")
    refused(Client())


def test_a_closed_account_and_an_ended_one_are_not_opened(client: Client, idp: Idp) -> None:
    user = officer("TH")
    idp.person = person(user)
    come_back(client)
    officers.close_account(actor=officer("TH", "country_administrator"), user_id=user.uuid, reason="Left")
    refused(Client())


def broken(client: Client) -> None:
    answer = come_back(client)
    assert answer.status_code == 401
    assert "did not answer as it should" in answer.content.decode()
    assert not is_signed_in(client)
    assert not SocialAccount.objects.exists()


def test_a_token_signed_by_somebody_else_is_refused(client: Client, idp: Idp) -> None:
    idp.person = person(officer("TH"))
    idp.signs_with = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    broken(client)


def test_a_token_for_another_client_or_too_old_is_refused(client: Client, idp: Idp) -> None:
    idp.person = person(officer("TH"))
    idp.audience = "another client"
    broken(client)
    idp.audience, idp.expires_in = CLIENT, -60
    broken(Client())


def test_userinfo_about_another_person_is_refused(client: Client, idp: Idp) -> None:
    user = officer("TH")
    idp.person = {"sub": "thief"}
    idp.told = person(user)
    broken(client)


def test_an_answer_without_the_state_of_this_browser_is_refused(client: Client, idp: Idp) -> None:
    idp.person = person(officer("TH"))
    away = client.get(BEGIN)
    back = requests.get(away.url, allow_redirects=False, timeout=10).headers["Location"]
    victim = Client()
    victim.get(BEGIN)
    answer = victim.get(back.removeprefix("http://testserver"))
    assert answer.status_code == 401
    assert not is_signed_in(victim)


def test_officers_link_and_unlink_nothing_themselves(client: Client, idp: Idp) -> None:
    user, other = officer("TH"), officer("TH")
    secret = with_factor(user)
    idp.person = person(user)
    come_back(client)
    client.post(CODE, {"code": code_now(secret)})
    idp.person = person(other)
    answer = come_back(client, f"{BEGIN}?process=connect")
    assert answer.status_code == 403
    assert set(SocialAccount.objects.values_list("user", flat=True)) == {user.pk}
    for page in ("/sign-in/3rdparty/", "/sign-in/3rdparty/signup/"):
        assert client.get(page).status_code == 404
        assert client.post(page, {"account": "1"}).status_code == 404


def test_an_unknown_provider_is_not_there_and_one_that_is_away_says_so(client: Client, settings: Any) -> None:
    assert client.get("/sign-in/provider/nobody/login/").status_code == 404
    assert client.get("/sign-in/provider/nobody/login/callback/").status_code == 404
    use(settings, entry("http://localhost:1"))
    answer = client.get(BEGIN)
    assert answer.status_code == 401
    assert "did not answer as it should" in answer.content.decode()


def test_without_providers_the_sign_in_page_names_none(client: Client) -> None:
    assert "/sign-in/provider/" not in client.get(LOGIN).content.decode()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "not JSON"),
        ("{}", "list"),
        ("[1]", "entry 1"),
        ('[{"id": "x"}]', "country is missing"),
        (json.dumps([entry("http://idp.example")]), "https"),
        (json.dumps([entry("https://idp.example", colour="red")]), "colour"),
        (json.dumps([entry("https://idp.example", id="TH Police")]), "id holds"),
        (json.dumps([entry("https://idp.example", second_factor_amr="mfa")]), "second_factor_amr"),
        (json.dumps([entry("https://idp.example")] * 2), "twice"),
    ],
)
def test_a_wrong_configuration_stops_the_start_and_names_the_member(text: str, says: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=says):
        read_providers(text)
