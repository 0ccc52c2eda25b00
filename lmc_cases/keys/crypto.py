"""The ciphers, and nothing else: AES-256-GCM to seal, HMAC-SHA-256 to mark. Knows neither tables nor countries."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
# First byte of everything sealed: another cipher would get another number.
_FORM: Final = b"\x01"


class SealBroken(Exception):
    """Not sealed with this key, moved to another place, or changed."""


def new_key() -> bytes:
    """Return 32 random bytes."""
    return secrets.token_bytes(KEY_BYTES)


def bound_to(*parts: str) -> bytes:
    """Return what a sealed value is bound to, each part with its length: no two lists give the same bytes."""
    return b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in parts)


def seal(key: bytes, content: bytes, bound: bytes) -> bytes:
    """Return form byte, nonce of 12 random bytes, ciphertext and tag.

    A key seals one record's few values, a country key at most some million keys of records: far below the
    2^32 messages for which random nonces are safe (NIST SP 800-38D, section 8.3).
    """
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return _FORM + nonce + AESGCM(key).encrypt(nonce, content, bound)


def unseal(key: bytes, sealed: bytes, bound: bytes) -> bytes:
    """Return what was sealed.

    Raises:
        SealBroken: another key, another place, or changed bytes; which of them is not told.
    """
    if sealed[:1] != _FORM:
        raise SealBroken
    try:
        return AESGCM(key).decrypt(sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :], bound)
    except (InvalidTag, ValueError):
        raise SealBroken from None


def mark(key: bytes, text: str) -> bytes:
    """Return the keyed hash of a text: 32 bytes. Equal texts have equal marks, and only the key makes them."""
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def derived(key: bytes, purpose: str) -> bytes:
    """Return a key for one purpose (HKDF-SHA-256): what is known of it tells nothing of another."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"lmc {purpose}".encode()).derive(key)


def check_value(key: bytes) -> str:
    """Return 16 hex digits by which a key is known again and from which it cannot be found."""
    return derived(key, "check value")[:8].hex()
