"""What a phone sealed for the server: ECDH on P-256, HKDF-SHA-256, AES-256-GCM, each envelope with a key of its own.

Form byte 1, the phone's public key of this envelope (65 bytes), nonce (12), ciphertext with tag. The envelope is bound
to the pack and to the item's id. ``static/border/vault.js`` writes them.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any, Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

_CURVE: Final = ec.SECP256R1()
_FORM: Final = b"\x01"
_POINT: Final = 65
_NONCE: Final = 12


class EnvelopeBroken(Exception):
    """Not sealed for this pack and item, or changed on the way."""


def new_pair() -> tuple[bytes, str]:
    """Return a public key (uncompressed point) and its private half as base64 text."""
    private = ec.generate_private_key(_CURVE)
    point = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    plain = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return point, base64.b64encode(plain).decode()


def opened(envelope: str, *, private_key: str, pack_id: UUID, item_id: UUID) -> dict[str, Any]:
    """Return the JSON object that a phone sealed.

    Raises:
        EnvelopeBroken: it does not open, or holds something else.
    """
    try:
        raw = base64.b64decode(envelope, validate=True)
        if raw[:1] != _FORM:
            raise EnvelopeBroken
        point, nonce = raw[1 : 1 + _POINT], raw[1 + _POINT : 1 + _POINT + _NONCE]
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, point)
        ours = load_der_private_key(base64.b64decode(private_key), None)
        assert isinstance(ours, ec.EllipticCurvePrivateKey)  # noqa: S101 - new_pair() makes no other
        secret = ours.exchange(ec.ECDH(), theirs)
        key = HKDF(algorithm=SHA256(), length=32, salt=point, info=_bound("envelope", pack_id)).derive(secret)
        plain = AESGCM(key).decrypt(nonce, raw[1 + _POINT + _NONCE :], _bound(str(item_id), pack_id))
        found = json.loads(plain)
    except (binascii.Error, ValueError, InvalidTag):
        raise EnvelopeBroken from None
    if not isinstance(found, dict):
        raise EnvelopeBroken
    return found


def _bound(name: str, pack_id: UUID) -> bytes:
    return f"lmc border {pack_id} {name}".encode()
