"""Rule: a token is for a partner agency's account, for a time, and worth what the account is worth now."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from knox.models import AuthToken

from lmc_cases.accounts.models import User
from lmc_cases.accounts.services.officers import close_account
from lmc_cases.accounts.services.rights import grant_role, revoke_role
from lmc_cases.accounts.services.tokens import NoPartnerAccount, issue_token, revoke_tokens
from lmc_cases.audit.models import AuditEvent
from lmc_cases.core.errors import InvalidInput
from tests.api.samples import World
from tests.factories import officer

pytestmark = pytest.mark.django_db


def ask(token: str, prefix: str = "Token") -> int:
    headers = {"authorization": f"{prefix} {token}"}
    return Client().get("/api/v1/cases/", headers=headers).status_code


def test_the_token_is_kept_as_a_hash_and_ends(w: World) -> None:
    token, ends = issue_token(actor=w.administrator, user_id=w.partner.uuid, days=2)
    held = AuthToken.objects.get(user=w.partner)
    assert token not in (held.digest, held.token_key)
    assert abs(ends - timezone.now() - dt.timedelta(days=2)) < dt.timedelta(minutes=1)
    assert ask(token) == 200
    AuthToken.objects.update(expiry=timezone.now() - dt.timedelta(seconds=1))
    assert ask(token) == 401
    event = AuditEvent.objects.get(verb="token.issued")
    assert (event.operation, event.actor, event.object_uuid) == ("GRANT", w.administrator, w.partner.uuid)
    assert token not in str(event.codes)


def test_a_token_ends_with_the_account_the_role_and_by_hand(w: World) -> None:
    token = w.token()
    revoke_role(actor=w.administrator, user_id=w.partner.uuid, role_code="partner_agency")
    assert ask(token) == 401
    grant_role(actor=w.administrator, user_id=w.partner.uuid, role_code="partner_agency")
    assert ask(token) == 200
    assert revoke_tokens(actor=w.administrator, user_id=w.partner.uuid) == 1
    assert ask(token) == 401
    token = w.token()
    close_account(actor=w.administrator, user_id=w.partner.uuid, reason="Left")
    assert ask(token) == 401
    assert not AuthToken.objects.exists()


def test_only_an_administrator_of_the_country_issues_tokens(w: World) -> None:
    for stranger in (officer("TH", "country_administrator"), officer("SG", "partner_agency"), w.owner):
        with pytest.raises(User.DoesNotExist):
            issue_token(actor=stranger, user_id=w.partner.uuid, days=1)
        with pytest.raises(User.DoesNotExist):
            revoke_tokens(actor=stranger, user_id=w.partner.uuid)


def test_no_officer_goes_round_the_second_factor_by_token(w: World) -> None:
    """Rule: a token needs no second factor, so an officer's rights never travel by one."""
    administrator = officer("TH", "country_administrator")
    with pytest.raises(NoPartnerAccount):
        issue_token(actor=administrator, user_id=w.owner.uuid, days=1)


@pytest.mark.parametrize("days", [0, -1, 367])
def test_a_token_lasts_no_longer_than_allowed(w: World, days: int) -> None:
    with pytest.raises(InvalidInput):
        issue_token(actor=w.administrator, user_id=w.partner.uuid, days=days)


@pytest.mark.parametrize(
    ("token", "prefix"),
    [
        ("0" * 64, "Token"),
        ("short", "Token"),
        ("é" * 20, "Token"),
        ("a b", "Token"),
        ("", "Token"),
        ("0" * 64, "Bearer"),
    ],
)
def test_what_is_no_token_is_refused_with_a_challenge(w: World, token: str, prefix: str) -> None:
    headers = {"authorization": f"{prefix} {token}".encode().decode("latin-1")}
    answer = Client(raise_request_exception=False).get("/api/v1/cases/", headers=headers)
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Token")
    assert answer["Content-Type"] == "application/problem+json"


def test_a_wrong_token_never_falls_back_to_the_session(w: World) -> None:
    client = w.client("own")
    assert client.get("/api/v1/cases/").status_code == 200
    for value in (f"Token {'0' * 64}", "Basic eDp5", "nonsense"):
        assert client.get("/api/v1/cases/", headers={"authorization": value}).status_code == 401


def test_a_session_without_its_second_factor_is_held(w: World, settings: pytest.FixtureRequest) -> None:
    settings.SECOND_FACTOR_COMPULSORY = True  # type: ignore[attr-defined]
    client = w.client("own")
    for headers in ({}, {"authorization": f"Token {w.token()}"}):
        answer = client.get("/api/v1/cases/", headers=headers)
        assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")
    assert w.client("token").get("/api/v1/cases/").status_code == 200


def test_the_answer_speaks_the_language_asked_for_else_the_account_s(w: World) -> None:
    client = w.client("token")
    answer = client.get("/api/v1/cases/", headers={"accept-language": "zh-hans"})
    assert answer["Content-Language"] == "zh-hans"
    assert answer.json()["results"][0]["title"] == {
        "text": "MARK-SUMMARY 标题",
        "language": "zh-hans",
        "kind": "translation",
    }
    w.partner.language = "th"
    w.partner.save()
    answer = client.get("/api/v1/cases/")
    assert answer["Content-Language"] == "th"
    assert answer.json()["results"][0]["title"]["kind"] == "missing"
    # The next request of the same worker is not left in the account's language.
    assert Client().get("/api/v1/cases/")["Content-Language"] == "en"


def test_one_request_s_audiences_do_not_reach_the_next(w: World) -> None:
    assert len(w.client("token").get("/api/v1/cases/").json()["results"]) == 1
    assert Client().get("/api/v1/cases/").status_code == 401
    assert w.client("revoked").get("/api/v1/cases/").json()["results"] == []


def test_the_command_prints_the_token_once(w: World) -> None:
    out, err = io.StringIO(), io.StringIO()
    options = {
        "email": w.partner.email,
        "actor": w.administrator.email,
        "days": 5,
        "stdout": out,
        "stderr": err,
    }
    call_command("issue_api_token", **options)
    token = out.getvalue().strip()
    assert ask(token) == 200
    assert token not in err.getvalue()
    call_command("issue_api_token", revoke_earlier=True, **{**options, "stdout": io.StringIO()})
    assert ask(token) == 401
    for wrong in ({"actor": w.owner.email}, {"email": "nobody@sg.invalid"}, {"days": 0}):
        with pytest.raises(CommandError):
            call_command("issue_api_token", **{**options, **wrong})
