"""Sign in as an officer does: the sign-in pages themselves, with codes computed as a phone would."""

from __future__ import annotations

import re
import time

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.core.mail import EmailMessage
from django.http import HttpResponse
from django.test import Client

from lmc_cases.accounts.models import User
from tests.factories import PASSWORD

LOGIN = "/sign-in/login/"
CODE = "/sign-in/2fa/authenticate/"
LINK = re.compile(r"https?://[^/\s]+(/\S+)")


def with_factor(user: User) -> str:
    """Set the officer's second factor up, recovery codes too; return the secret on the phone."""
    secret: str = totp.generate_totp_secret()
    totp.TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    return secret


# Seconds that a code must still hold, so that a slow machine answers before it has run out.
TYPED_IN = 4.0


def code_now(secret: str) -> str:
    left = totp.app_settings.TOTP_PERIOD - time.time() % totp.app_settings.TOTP_PERIOD
    if left < TYPED_IN:
        time.sleep(left + 0.1)  # as a person does who sees the code run out
    counter = int(time.time()) // totp.app_settings.TOTP_PERIOD
    return str(totp.format_hotp_value(totp.hotp_value(secret, counter)))


def wrong_code(secret: str) -> str:
    return f"{(int(code_now(secret)) + 1) % 1_000_000:06d}"


def password_step(client: Client, user: User, password: str = PASSWORD) -> HttpResponse:
    return client.post(LOGIN, {"login": user.email, "password": password})


def sign_in(client: Client, user: User, secret: str | None = None) -> Client:
    """Sign in with password and code; the factor is set up first where the officer has none."""
    secret = secret or with_factor(user)
    answer = password_step(client, user)
    assert answer.status_code == 302, answer.content.decode()
    answer = client.post(CODE, {"code": code_now(secret)})
    assert answer.status_code == 302, answer.content.decode()
    return client


def link_in(mail: EmailMessage) -> str:
    """The path of the link a mail holds."""
    found = LINK.search(mail.body)
    assert found, mail.body
    return found.group(1)
