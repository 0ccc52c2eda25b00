"""Keys that travel in an address reach no log of the web process, and half a proof is no proof."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
import requests
from django.core import mail
from django.test import Client

from lmc_cases.accounts.services import invitations
from lmc_cases.core.masking import masked
from tests.accounts.samples import link_in
from tests.factories import officer


@pytest.mark.django_db(transaction=True)
def test_unused_keys_of_invitations_and_new_passwords_are_masked_in_the_log_of_the_web_process(
    live_web: Any,
) -> None:
    """Rule: whoever reads the log takes up no invitation and sets no password."""
    admin, user = officer("TH", "country_administrator"), officer("TH")
    assert admin.agency is not None
    invitations.invite(
        actor=admin,
        agency_id=admin.agency.uuid,
        email="newcomer@th.invalid",
        full_name="Invented Newcomer",
        role_codes=["liaison_officer"],
        language="en",
    )
    invitation = link_in(mail.outbox[-1])
    Client().post("/sign-in/password/reset/", {"email": user.email})
    reset = link_in(mail.outbox[-1])
    guess = f"/accounts/invitation/{secrets.token_urlsafe(24)}/"
    confirm = f"/sign-in/confirm-email/{secrets.token_urlsafe(24)}/"
    paths = (invitation, reset, guess, confirm)
    statuses = [
        requests.get(f"{live_web.url}{path}?again=1", timeout=30, allow_redirects=False).status_code
        for path in paths
    ]
    assert statuses[0] == 200
    assert statuses[2] == 410, "Django itself names the path of such an answer"
    live_web.stop()
    log = live_web.read_log()
    assert log.count("/accounts/invitation/...") >= 2
    assert "/sign-in/password/reset/key/..." in log
    assert "/sign-in/confirm-email/..." in log
    for path in paths:
        key = path.rstrip("/").rsplit("/", 1)[-1]
        assert key not in log


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("GET /accounts/invitation/abc-_123/ 200", "GET /accounts/invitation/.../ 200"),
        ("/sign-in/password/reset/key/1-c0ffee-aa/", "/sign-in/password/reset/key/.../"),
        ("/sign-in/confirm-email/MQ:1a:b-c/?x=1", "/sign-in/confirm-email/.../?x=1"),
        ("/accounts/invitations/new/", "/accounts/invitations/new/"),
        ("/cases/", "/cases/"),
    ],
)
def test_only_the_key_is_masked(text: str, shown: str) -> None:
    assert masked(text) == shown
