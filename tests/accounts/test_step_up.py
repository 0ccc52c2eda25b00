"""Steps that cannot be undone ask for a fresh second factor, and what was typed is kept."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Iterator

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.test import Client
from django.test.utils import override_settings
from django.urls import path
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from lmc_cases.accounts.api import FreshSecondFactor
from lmc_cases.accounts.models import User
from lmc_cases.accounts.services import rights
from lmc_cases.accounts.services.tokens import issue_token
from lmc_cases.accounts.step_up import StepUpForOwnFactors, StepUpRequired
from lmc_cases.audit.models import AuditEvent
from lmc_cases.config import urls as product
from tests.accounts.keys import add_key, asked_of_key
from tests.accounts.samples import code_now, sign_in, with_factor, wrong_code
from tests.factories import officer, open_case, share

pytestmark = pytest.mark.django_db
LATER = dt.timedelta(minutes=11)
AGAIN = "/sign-in/2fa/reauthenticate/"


@pytest.fixture
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(dt.datetime.now(tz=dt.UTC), tick=True) as moved:
        yield moved


def typed_in(page: str) -> dict[str, str]:
    """What the question gives back to the browser."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    return {
        name: html.unescape(value) for name, value in found if name not in {"csrfmiddlewaretoken", "next"}
    }


def administrator(client: Client) -> tuple[User, str]:
    admin = officer("TH", "country_administrator")
    secret = with_factor(admin)
    sign_in(client, admin, secret)
    return admin, secret


def test_a_step_right_after_signing_in_asks_nothing(client: Client) -> None:
    administrator(client)
    user = officer("TH")
    assert client.post(f"/accounts/users/{user.uuid}/roles/supervisor/give/").status_code == 302


def test_minutes_later_the_step_asks_and_keeps_what_was_typed(
    client: Client, clock: time_machine.Coordinates
) -> None:
    _admin, secret = administrator(client)
    user = officer("TH")
    secret_of_user = with_factor(user)
    page = f"/accounts/users/{user.uuid}/second-factor/"
    clock.shift(LATER)
    assert client.get(page).status_code == 200, "reading the question needs no factor"
    reason = 'Phone lost; "called back" <b>& checked</b>'
    asked = client.post(page, {"reason": reason})
    assert asked.status_code == 200
    assert "no-store" in asked["Cache-Control"]
    assert typed_in(asked.content.decode()) == {"reason": reason}
    assert Authenticator.objects.filter(user=user).exists(), "nothing has happened yet"
    wrong = client.post(page, {"reason": reason, "step_up-code": wrong_code(secret)})
    assert wrong.status_code == 422
    assert typed_in(wrong.content.decode()) == {"reason": reason}
    assert Authenticator.objects.filter(user=user).exists()
    done = client.post(page, {**typed_in(wrong.content.decode()), "step_up-code": code_now(secret)})
    assert done.status_code == 302
    assert not Authenticator.objects.filter(user=user).exists()
    event = AuditEvent.objects.get(verb="second_factor.reset")
    assert event.reason_commitment
    refused = AuditEvent.objects.filter(verb="officer.sign_in_refused", reason_code="wrong_code")
    assert refused.count() == 1
    assert secret_of_user not in asked.content.decode()


def test_one_answer_counts_for_the_minutes_after_it(client: Client, clock: time_machine.Coordinates) -> None:
    _admin, secret = administrator(client)
    user = officer("TH")
    give, take = (f"/accounts/users/{user.uuid}/roles/supervisor/{step}/" for step in ("give", "take"))
    clock.shift(LATER)
    assert client.post(give, {"step_up-code": code_now(secret)}).status_code == 302
    clock.shift(dt.timedelta(minutes=9))
    assert client.post(take).status_code == 302
    clock.shift(dt.timedelta(minutes=2))
    assert client.post(give).status_code == 200
    assert {held.role.code for held in rights.roles_held(user)} == {"liaison_officer"}


def test_a_security_key_answers_too(client: Client, clock: time_machine.Coordinates) -> None:
    administrator(client)
    key = add_key(client)
    user = officer("TH")
    give = f"/accounts/users/{user.uuid}/roles/supervisor/give/"
    clock.shift(LATER)
    asked = client.post(give, {"version": "3"})
    key.verifies = False
    assert client.post(give, {"step_up-credential": key.answer(asked_of_key(asked))}).status_code == 422
    key.verifies = True
    asked = client.post(give, {"version": "3"})
    done = client.post(give, {"version": "3", "step_up-credential": key.answer(asked_of_key(asked))})
    assert done.status_code == 302
    assert "supervisor" in {held.role.code for held in rights.roles_held(user)}


def test_guessing_ends_after_a_few_attempts(client: Client, clock: time_machine.Coordinates) -> None:
    _admin, secret = administrator(client)
    user = officer("TH")
    give = f"/accounts/users/{user.uuid}/roles/supervisor/give/"
    clock.shift(LATER)
    for _attempt in range(5):
        assert client.post(give, {"step_up-code": wrong_code(secret)}).status_code == 422
    assert client.post(give, {"step_up-code": code_now(secret)}).status_code == 422, "the right one waits now"
    assert {held.role.code for held in rights.roles_held(user)} == {"liaison_officer"}


def test_foreign_and_missing_records_answer_404_before_anything_is_asked(
    client: Client, clock: time_machine.Coordinates
) -> None:
    administrator(client)
    foreign = officer("LA")
    clock.shift(LATER)
    for who in (foreign.uuid, "00000000-0000-4000-8000-000000000000"):
        assert client.post(f"/accounts/users/{who}/roles/supervisor/give/").status_code == 404
        assert client.get(f"/accounts/users/{who}/roles/supervisor/give/").status_code == 404
    case = open_case(officer("TH"))
    theirs = share(officer("TH"), case, "CN")
    stranger = Client()
    sign_in(stranger, officer("CN"))
    clock.shift(LATER)
    assert stranger.post(f"/cases/shares/{theirs.uuid}/revoke/", {"reason": "x"}).status_code == 404


def test_revoking_a_share_asks_and_then_revokes(client: Client, clock: time_machine.Coordinates) -> None:
    thai = officer("TH")
    secret = with_factor(thai)
    sign_in(client, thai, secret)
    held = share(thai, open_case(thai), "CN")
    clock.shift(LATER)
    page = f"/cases/shares/{held.uuid}/revoke/"
    assert client.post(page, {"reason": "Mistake"}).status_code == 200
    held.refresh_from_db()
    assert held.revoked_at is None
    assert client.post(page, {"reason": "Mistake", "step_up-code": code_now(secret)}).status_code == 302
    held.refresh_from_db()
    assert held.revoked_at is not None


def test_within_a_page_the_question_takes_the_whole_page(
    client: Client, clock: time_machine.Coordinates
) -> None:
    administrator(client)
    user = officer("TH")
    clock.shift(LATER)
    asked = client.post(f"/accounts/users/{user.uuid}/roles/supervisor/give/", headers={"HX-Request": "true"})
    assert (asked.status_code, asked["HX-Retarget"]) == (200, "body")


@pytest.mark.parametrize(
    "page", ["recovery-codes/", "recovery-codes/download/", "totp/deactivate/", "webauthn/add/"]
)
def test_pages_of_the_own_factors_ask_before_they_open(
    client: Client, clock: time_machine.Coordinates, page: str
) -> None:
    user = officer("TH")
    secret = with_factor(user)
    sign_in(client, user, secret)
    assert client.get(f"/sign-in/2fa/{page}").status_code == 200
    clock.shift(LATER)
    asked = client.get(f"/sign-in/2fa/{page}")
    assert asked.url.startswith(AGAIN)
    assert client.post(f"/sign-in/2fa/{page}").url.startswith(AGAIN)
    back = client.post(AGAIN, {"code": code_now(secret), "next": f"/sign-in/2fa/{page}"})
    assert back.url == f"/sign-in/2fa/{page}"
    assert client.get(back.url).status_code == 200


def test_the_steps_that_cannot_be_undone_carry_it() -> None:
    from lmc_cases.accounts.views import addresses, invitations, sign_in, users
    from lmc_cases.cases.views.handing_on import OfficerLeave
    from lmc_cases.cases.views.sharing import ShareRevoke
    from lmc_cases.dossiers.views.approving import Approve, Correct

    asks: list[type] = [Approve, Correct, ShareRevoke, OfficerLeave, invitations.Invite]
    asks += [users.RoleGrant, users.RoleRevoke, users.SecondFactorReset, users.AddressChange]
    asks += [users.PostingEnd, users.SignOut, addresses.AddressAgree]
    assert all(issubclass(view, StepUpRequired) for view in asks)
    own: list[type] = [sign_in.SetUpSecondFactor, sign_in.SwitchOffSecondFactor, sign_in.AddKey]
    own += [sign_in.RenameKey, sign_in.RemoveKey, sign_in.NewRecoveryCodes, sign_in.RecoveryCodesPage]
    assert all(issubclass(view, StepUpForOwnFactors) for view in own)


class Sample(APIView):
    """An API view that asks; the product's own API reads only."""

    permission_classes = [IsAuthenticated, FreshSecondFactor]

    def get(self, request: Request) -> Response:
        return Response({"done": True})


urlpatterns = [path("api/v1/sample/", Sample.as_view()), *product.urlpatterns]


@override_settings(ROOT_URLCONF=__name__)
def test_the_api_answers_403_with_its_own_problem_type_to_a_session_and_lets_tokens_pass(
    client: Client, clock: time_machine.Coordinates
) -> None:
    user = officer("TH")
    sign_in(client, user)
    assert client.get("/api/v1/sample/").json() == {"done": True}
    clock.shift(LATER)
    refused = client.get("/api/v1/sample/")
    assert refused.status_code == 403
    assert refused["Content-Type"] == "application/problem+json"
    assert refused.json()["type"] == "urn:lmc-cases:problem:step-up"
    partner = officer("SG", "partner_agency")
    token, _until = issue_token(actor=officer("SG", "country_administrator"), user_id=partner.uuid, days=1)
    answer = Client().get("/api/v1/sample/", headers={"Authorization": f"Token {token}"})
    assert answer.json() == {"done": True}
