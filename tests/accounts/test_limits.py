"""How often anybody may try: ours beside the sign-in library's, and what holds while the cache is away."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver

from lmc_cases.audit.models import AuditEvent
from tests.accounts.samples import password_step, sign_in
from tests.factories import officer
from tests.leaks.test_pages import names

pytestmark = pytest.mark.django_db


def test_an_address_does_not_try_many_invitations(client: Client) -> None:
    answers = [client.get(f"/accounts/invitation/guess{number}/").status_code for number in range(21)]
    assert answers == [410] * 20 + [429]
    page = client.get("/accounts/invitation/guess/")
    assert "Wait a few minutes" in page.content.decode()
    other = client.get("/accounts/invitation/guess/", REMOTE_ADDR="203.0.113.9")
    assert other.status_code == 410, "somebody else's address is not held responsible"


def test_the_page_with_the_new_password_is_not_tried_endlessly(client: Client) -> None:
    answers = [
        client.post("/sign-in/password/reset/", {"email": f"nobody{number}@th.invalid"}).status_code
        for number in range(21)
    ]
    assert answers == [302] * 20 + [429]


def test_passkeys_are_not_tried_endlessly(client: Client) -> None:
    answers = [
        client.post("/sign-in/2fa/webauthn/login/", {"credential": "{}"}).status_code for _n in range(11)
    ]
    assert answers == [302] * 10 + [429]


def test_an_officer_searches_as_fast_as_a_person_and_reads_lists_freely(
    client: Client, settings: Any
) -> None:
    settings.RATE_LIMITED_PAGES = {**settings.RATE_LIMITED_PAGES, "cases:list": ("q", "3/m/user")}
    sign_in(client, officer("TH"))
    assert [client.get("/cases/?q=x").status_code for _n in range(4)] == [200, 200, 200, 429]
    assert [client.get("/cases/").status_code for _n in range(5)] == [200] * 5
    other = Client()
    sign_in(other, officer("TH"))
    assert other.get("/cases/?q=x").status_code == 200, "each officer is counted alone"


def test_every_limited_page_exists(settings: Any) -> None:
    assert set(settings.RATE_LIMITED_PAGES) <= set(names(get_resolver()))


def test_while_the_cache_is_away_each_process_counts_and_nobody_is_shut_out(
    client: Client, settings: Any
) -> None:
    """Rule of decision record 17, for sign-in, invitations and search: neither closed nor open."""
    settings.CACHES = {
        "default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"},
    }
    user = officer("TH")
    for number in range(5):
        client.post(
            "/sign-in/login/",
            {"login": user.email, "password": "guessed"},
            REMOTE_ADDR=f"203.0.113.{number + 1}",
        )
    assert password_step(client, user).status_code == 200, "the right password waits now"
    reasons = AuditEvent.objects.filter(object_uuid=user.uuid, outcome="REFUSED").order_by("pk")
    assert reasons.last().reason_code == "too_many_attempts"  # type: ignore[union-attr]
    answers = [client.get(f"/accounts/invitation/g{number}/").status_code for number in range(21)]
    assert answers == [410] * 20 + [429]
    assert password_step(Client(), officer("TH")).status_code == 302, "everybody else goes on"
