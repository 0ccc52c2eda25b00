"""Checkpoints as signed notes: plain text that a person reads and any Ed25519 library checks.

The form is the public one of transparency logs (C2SP tlog-checkpoint and signed-note): name of the log, number of
leaves, root in base64, further lines, a blank line, and a line for each signature. The signature covers the text up to
the blank line.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ED25519 = b"\x01"
MARK = "\u2014 "


class BadNote(Exception):
    """The text is no checkpoint, or nobody we trust signed it."""


@dataclass(frozen=True)
class VerifierKey:
    """A public key with the log's name: ``name+hash+key``, as countries keep it."""

    name: str
    public: bytes

    @property
    def hash(self) -> bytes:
        """First four bytes that name the key in a signature line."""
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.hash.hex()}+{base64.b64encode(ED25519 + self.public).decode()}"

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """Read ``name+hash+key``.

        Raises:
            BadNote: not such a text, or hash and key do not belong together.
        """
        try:
            name, short, encoded = text.strip().split("+", 2)
            key = base64.b64decode(encoded, validate=True)
        except (ValueError, binascii.Error):
            raise BadNote("not a public key of a log") from None
        made = cls(name=name, public=key[1:])
        if key[:1] != ED25519 or len(key) != 33 or made.hash.hex() != short:
            raise BadNote("not a public key of a log")
        return made


@dataclass(frozen=True)
class SigningKey:
    """A private key with the log's name."""

    name: str
    private: Ed25519PrivateKey

    @classmethod
    def from_secret(cls, name: str, secret: str) -> SigningKey:
        """Read a secret of 32 bytes in URL-safe base64, with or without padding.

        Raises:
            ValueError: not 32 bytes.
        """
        try:
            seed = base64.b64decode(secret + "=" * (-len(secret) % 4), altchars=b"-_", validate=True)
        except binascii.Error:
            seed = b""
        if len(seed) != 32:
            raise ValueError("an audit signing key is 32 random bytes in URL-safe base64 (43 characters)")
        return cls(name=name, private=Ed25519PrivateKey.from_private_bytes(seed))

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        raw = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return VerifierKey(name=self.name, public=raw)


@dataclass(frozen=True)
class Checkpoint:
    """What a checkpoint says.

    Attributes:
        size: number of leaves; ``root``: 32 bytes over them.
        epoch: how often the numbering of transactions began anew.
        at: when it was signed, UTC, whole seconds.
    """

    name: str
    size: int
    root: bytes
    epoch: int
    at: dt.datetime

    def text(self) -> str:
        """Return what is signed."""
        root = base64.b64encode(self.root).decode()
        at = self.at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return f"{self.name}\n{self.size}\n{root}\nepoch {self.epoch}\ntime {at}\n"

    def signed(self, keys: Iterable[SigningKey]) -> str:
        """Return the note, signed with every key."""
        text = self.text()
        lines = [
            f"{MARK}{key.name} "
            f"{base64.b64encode(key.verifier.hash + key.private.sign(text.encode())).decode()}\n"
            for key in keys
        ]
        return f"{text}\n{''.join(lines)}"


def open_note(note: str, trusted: Iterable[VerifierKey]) -> Checkpoint:
    """Return what a note says, once one trusted key has signed it.

    Raises:
        BadNote: malformed, or no trusted signature; the message says which.
    """
    text, blank, lines = note.partition("\n\n")
    text += "\n"
    if not blank:
        raise BadNote("no signature")
    keys = {(key.name, key.hash): key for key in trusted}
    if not any(_holds(line, text, keys) for line in lines.splitlines() if line.startswith(MARK)):
        raise BadNote("no signature of a trusted key")
    return _read(text)


def _holds(line: str, text: str, keys: dict[tuple[str, bytes], VerifierKey]) -> bool:
    try:
        name, encoded = line[len(MARK) :].split(" ")
        raw = base64.b64decode(encoded, validate=True)
        key = keys[name, raw[:4]]
        Ed25519PublicKey.from_public_bytes(key.public).verify(raw[4:], text.encode())
    except (ValueError, KeyError, binascii.Error, InvalidSignature):
        return False
    return True


def _read(text: str) -> Checkpoint:
    try:
        name, size, root, *more = text.splitlines()
        said = dict(line.split(" ", 1) for line in more)
        found = Checkpoint(
            name=name,
            size=int(size),
            root=base64.b64decode(root, validate=True),
            epoch=int(said["epoch"]),
            at=dt.datetime.strptime(said["time"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=dt.UTC),
        )
    except (ValueError, KeyError, binascii.Error):
        raise BadNote("not a checkpoint") from None
    if found.text() != text:
        raise BadNote("not a checkpoint")
    return found
