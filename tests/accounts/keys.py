"""A security key made of software: answers as a real one does, with or without having checked its holder."""

from __future__ import annotations

import json
import re
import secrets
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.http import HttpResponse
from django.test import Client
from fido2.cose import ES256
from fido2.utils import sha256, websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

ADD = "/sign-in/2fa/webauthn/add/"
KEY_AGAIN = "/sign-in/2fa/webauthn/reauthenticate/"
PASSKEY = "/sign-in/2fa/webauthn/login/"
ORIGIN = "http://localhost:8000"
RP = "localhost"
FLAG = AuthenticatorData.FLAG
ASKED = re.compile(r'<script id="js_data" type="application/json">(.*?)</script>', re.DOTALL)


def asked_of_key(page: HttpResponse) -> dict[str, Any]:
    """What a page asks of the key."""
    found = ASKED.search(page.content.decode())
    assert found, page.content.decode()
    data = json.loads(found.group(1))
    options: dict[str, Any] = (data.get("creation_options") or data["request_options"])["publicKey"]
    return options


class SoftKey:
    """One key; ``verifies`` says whether it asks for PIN or fingerprint."""

    def __init__(self, *, verifies: bool = True, origin: str = ORIGIN) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(16)
        self.verifies = verifies
        self.origin = origin
        self.handle = ""

    @property
    def _flags(self) -> Any:
        return FLAG.UP | (FLAG.UV if self.verifies else FLAG(0))

    def register(self, options: dict[str, Any]) -> str:
        """The answer to "make a credential", as the form sends it."""
        self.handle = options["user"]["id"]
        credential = AttestedCredentialData.create(
            b"\0" * 16, self.id, ES256.from_cryptography_key(self.private.public_key())
        )
        about = AuthenticatorData.create(sha256(RP.encode()), self._flags | FLAG.AT, 0, credential)
        attested = AttestationObject.create("none", about, {})
        return self._sent(
            {
                "clientDataJSON": websafe_encode(self._client_data("webauthn.create", options)),
                "attestationObject": websafe_encode(bytes(attested)),
            },
            credProps={"rk": True},
        )

    def answer(self, options: dict[str, Any]) -> str:
        """The answer to "prove that you are there", as the form sends it."""
        about = AuthenticatorData.create(sha256(RP.encode()), self._flags, 0)
        client_data = self._client_data("webauthn.get", options)
        signature = self.private.sign(bytes(about) + sha256(client_data), ec.ECDSA(hashes.SHA256()))
        return self._sent(
            {
                "clientDataJSON": websafe_encode(client_data),
                "authenticatorData": websafe_encode(bytes(about)),
                "signature": websafe_encode(signature),
                "userHandle": self.handle,
            }
        )

    def _client_data(self, kind: str, options: dict[str, Any]) -> bytes:
        challenge = websafe_decode(options["challenge"])
        return bytes(CollectedClientData.create(kind, challenge, self.origin))

    def _sent(self, response: dict[str, str], **extensions: Any) -> str:
        name = websafe_encode(self.id)
        return json.dumps(
            {
                "id": name,
                "rawId": name,
                "type": "public-key",
                "response": response,
                "clientExtensionResults": extensions,
            }
        )


def add_key(client: Client, key: SoftKey | None = None, *, name: str = "Desk key") -> SoftKey:
    """Add a key on the page of a signed-in officer."""
    key = key or SoftKey()
    page = client.get(ADD)
    assert page.status_code == 200, page.headers
    done = client.post(ADD, {"name": name, "credential": key.register(asked_of_key(page))})
    assert done.status_code == 302, done.content.decode()
    return key


def passkey_step(client: Client, key: SoftKey, options: dict[str, Any] | None = None) -> HttpResponse:
    """Sign in with the key alone, as the button on the sign-in page does."""
    if options is None:
        asked = client.get(PASSKEY, headers={"Accept": "application/json"})
        options = asked.json()["request_options"]["publicKey"]
    return client.post(PASSKEY, {"credential": key.answer(options)})
