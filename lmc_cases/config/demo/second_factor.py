"""The second factor of the demo's Thai liaison officer, set up through allauth itself."""

from __future__ import annotations

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp

from lmc_cases.accounts.models import User


def ensure(user: User) -> str:
    """Give the officer a time-based second factor and recovery codes; return the base32 secret."""
    held = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    if held is None:
        secret: str = totp.generate_totp_secret()
        totp.TOTP.activate(user, secret)
        RecoveryCodes.activate(user)
        return secret
    return str(get_adapter().decrypt(held.data["secret"]))
