#!/usr/bin/env python3
"""Check the audit record of LMC Cases without its server. Needs Python 3.9 or later and the package ``cryptography``.

    python verify.py checkpoint NEW.json --key KEY
    python verify.py consistency OLD.json NEW.json --key KEY
    python verify.py export EXPORT.zip --key KEY [--kept OLD.json ...]

KEY is the public key of the log (``name+hash+key``) or a file that holds it: take it from the checkpoint page once and
compare it with the operator by another way. OLD.json is a checkpoint your country kept earlier. Exit code 0: everything
holds. 1: something does not, each fault on a line. 2: a file cannot be read.

Everything here is public: signed notes (C2SP signed-note and tlog-checkpoint, Ed25519) and Merkle trees (RFC 9162,
SHA-256, prefix 0x00 for leaves and 0x01 for nodes). Nothing of the server is imported; write your own if you like.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import sys
import zipfile
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


class Fault(Exception):
    """Something does not hold."""


class Unreadable(Exception):
    """A file is not what it should be."""


# --- hashes (RFC 9162, section 2.1) -------------------------------------------------------------------------------
def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_from_inclusion(index: int, size: int, leaf: bytes, proof: list[bytes]) -> bytes:
    """Return the root that an inclusion proof leads to (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        raise Fault(f"event {index} lies outside a log of {size} events")
    fn, sn, r = index, size - 1, leaf
    for p in proof:
        if sn == 0:
            raise Fault(f"event {index}: the proof is too long")
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node_hash(r, p)
        fn, sn = fn >> 1, sn >> 1
    if sn:
        raise Fault(f"event {index}: the proof is too short")
    return r


def check_consistency(first: int, old_root: bytes, second: int, new_root: bytes, proof: list[bytes]) -> None:
    """Check that the older log is the beginning of the newer one (RFC 9162, 2.1.4.2)."""
    if first == second:
        if proof or old_root != new_root:
            raise Fault(f"two checkpoints of {first} events name different events")
        return
    if not 0 < first < second or not proof:
        raise Fault(f"no proof from {first} to {second} events")
    path = [old_root, *proof] if first & (first - 1) == 0 else list(proof)
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            raise Fault(f"the proof from {first} to {second} events is too long")
        if fn & 1 or fn == sn:
            fr, sr = node_hash(c, fr), node_hash(c, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, c)
        fn, sn = fn >> 1, sn >> 1
    if sn or fr != old_root or sr != new_root:
        raise Fault(f"the first {first} events of the newer log are not those of the older checkpoint")


# --- checkpoints ---------------------------------------------------------------------------------------------------
class Key:
    """The public key of the log."""

    def __init__(self, text: str) -> None:
        try:
            self.name, short, encoded = text.strip().split("+", 2)
            raw = base64.b64decode(encoded, validate=True)
            self.hash = hashlib.sha256(self.name.encode() + b"\n" + raw).digest()[:4]
            if raw[:1] != b"\x01" or self.hash.hex() != short:
                raise ValueError
            self.public = Ed25519PublicKey.from_public_bytes(raw[1:])
        except ValueError:
            raise Unreadable("the key is not of the form name+hash+key") from None


class Checkpoint:
    """A checkpoint whose signature holds: ``size`` events, ``root`` over them, ``epoch``, ``time``."""

    def __init__(self, note: str, key: Key) -> None:
        text, blank, signatures = note.partition("\n\n")
        text += "\n"
        if not blank or not any(self._signed(line, text, key) for line in signatures.splitlines()):
            raise Fault("the checkpoint is not signed with this key")
        lines = text.splitlines()
        try:
            self.name, self.size, self.root = (
                lines[0],
                int(lines[1]),
                base64.b64decode(lines[2], validate=True),
            )
            said = dict(line.split(" ", 1) for line in lines[3:])
            self.epoch, self.time = int(said["epoch"]), said["time"]
        except (ValueError, IndexError, KeyError):
            raise Unreadable("the checkpoint is not of the known form") from None
        if self.name != key.name or self.size < 0 or len(self.root) != 32:
            raise Fault("the checkpoint is of another log")

    @staticmethod
    def _signed(line: str, text: str, key: Key) -> bool:
        try:
            name, encoded = line.removeprefix("\u2014 ").split(" ")
            raw = base64.b64decode(encoded, validate=True)
            if name != key.name or raw[:4] != key.hash:
                return False
            key.public.verify(raw[4:], text.encode())
        except (ValueError, InvalidSignature):
            return False
        return True


def read_checkpoint(path: str) -> tuple[str, list[dict[str, Any]]]:
    """Return note and consistency proofs of a checkpoint file; a bare note has none."""
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable(f"{path}: {error}") from None
    if not text.lstrip().startswith("{"):
        return text, []
    try:
        held = json.loads(text)
        return held["checkpoint"], held.get("consistency", [])
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Unreadable(f"{path}: not a checkpoint file") from None


def check_older(old: Checkpoint, new: Checkpoint, proofs: list[dict[str, Any]]) -> None:
    """Check that ``new`` goes on where ``old`` was."""
    if new.size < old.size:
        raise Fault(
            f"the tail is cut: your checkpoint of {old.time} names {old.size} events, "
            f"that of {new.time} only {new.size}"
        )
    if new.size == old.size:
        check_consistency(old.size, old.root, new.size, new.root, [])
        return
    for proof in proofs:
        if (proof.get("from"), proof.get("to")) == (old.size, new.size):
            check_consistency(
                old.size, old.root, new.size, new.root, [base64.b64decode(p) for p in proof["proof"]]
            )
            return
    raise Fault(
        f"there is no proof from {old.size} to {new.size} events: fetch the newer checkpoint with ?from={old.size}"
    )


# --- exports -------------------------------------------------------------------------------------------------------
def parts_of_proof(index: int, size: int) -> list[tuple[int, int]]:
    """Return which ranges of events the inclusion proof is made of, nearest first (RFC 9162, 2.1.3.1)."""
    start, end, found = 0, size, []
    while end - start > 1:
        middle = start + (1 << ((end - start - 1).bit_length() - 1))
        if index < middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((start, middle))
            start = middle
    return found[::-1]


def check_export(path: str, key: Key, kept: list[str]) -> list[str]:
    """Return the faults of an export."""
    faults = []
    try:
        with zipfile.ZipFile(path) as archive:
            new = Checkpoint(archive.read("checkpoint.txt").decode(), key)
            proofs = json.loads(archive.read("consistency.json"))
            manifest = json.loads(archive.read("manifest.json"))
            parts = {}
            with archive.open("proofs.jsonl") as file:
                for line in file:
                    start, end, encoded = json.loads(line)
                    parts[start, end] = base64.b64decode(encoded)
            count = 0
            seen = set()
            with archive.open("events.jsonl") as file:
                for line in file:
                    event = json.loads(line)
                    index, canonical = event["index"], event["canonical"]
                    count += 1
                    if index in seen:
                        faults.append(f"event {index} stands there twice")
                    seen.add(index)
                    try:
                        proof = [parts[part] for part in parts_of_proof(index, new.size)]
                        root = root_from_inclusion(index, new.size, leaf_hash(canonical.encode()), proof)
                        if root != new.root:
                            raise Fault(f"event {index} is not the one that was sealed")
                    except KeyError:
                        faults.append(f"event {index}: its proof is not complete")
                    except Fault as fault:
                        faults.append(str(fault))
            if count != manifest["events"]:
                faults.append(f"the export names {manifest['events']} events and holds {count}")
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise Unreadable(f"{path}: {error!r}") from None
    for older in kept:
        try:
            check_older(Checkpoint(read_checkpoint(older)[0], key), new, proofs)
        except Fault as fault:
            faults.append(f"{older}: {fault}")
    if not faults:
        print(f"{count} events are in the log of {new.size} events signed {new.time}, epoch {new.epoch}")
    return faults


def main(argv: list[str] | None = None) -> int:
    """Run one check; return the exit code."""
    parser = argparse.ArgumentParser(description="Check the audit record of LMC Cases without its server.")
    acts = parser.add_subparsers(dest="act", required=True)
    one = acts.add_parser("checkpoint", help="is it signed by the log?")
    one.add_argument("new")
    two = acts.add_parser("consistency", help="does the newer log begin with the older one?")
    two.add_argument("old")
    two.add_argument("new")
    three = acts.add_parser("export", help="are these events in the log?")
    three.add_argument("export")
    three.add_argument("--kept", action="append", default=[], help="a checkpoint kept earlier; several times")
    for act in (one, two, three):
        act.add_argument("--key", required=True, help="public key of the log, or a file that holds it")
    asked = parser.parse_args(argv)
    try:
        key = Key(_text_or_file(asked.key))
        if asked.act == "export":
            faults = check_export(asked.export, key, asked.kept)
        else:
            note, proofs = read_checkpoint(asked.new)
            new = Checkpoint(note, key)
            if asked.act == "consistency":
                check_older(Checkpoint(read_checkpoint(asked.old)[0], key), new, proofs)
            print(f"{new.size} events, signed {new.time}, epoch {new.epoch}")
            faults = []
    except Fault as fault:
        faults = [str(fault)]
    except Unreadable as error:
        print(error, file=sys.stderr)
        return 2
    for line in faults:
        print(f"FAULT: {line}")
    print("does not hold" if faults else "holds")
    return 1 if faults else 0


def _text_or_file(given: str) -> str:
    try:
        with open(given, encoding="utf-8") as file:
            return file.read().strip().splitlines()[0]
    except (OSError, IndexError, ValueError):
        return given


if __name__ == "__main__":
    sys.exit(main())
