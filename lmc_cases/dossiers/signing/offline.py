"""Say in plain text what a signed document proves, from files alone: the document, the roots trusted, the proof.

No database, no network, and nothing of the server that issued it.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lmc_cases.audit.offline import verify as log
from lmc_cases.dossiers.signing.verify import Examination, Signature, examine

# The public key of the record (name+hash+key) among the roots.
LOG_KEY = "audit.key"
# Which country of the facts signs which field.
PARTIES = {"Requested": "requested_country", "Requesting": "requesting_country"}
NOT_PROVEN = (
    "that what the document says is true",
    "who holds the paper, or who brought it",
    "that it is the newest version, or that a certificate was not withdrawn since: ask who issued it",
)


class Unreadable(Exception):
    """A file is not what it should be."""


@dataclass
class Report:
    """What was found: ``lines`` to read, ``faults`` what does not hold."""

    lines: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def check(self, holds: bool, yes: str, no: str) -> None:
        """Note one question."""
        self.lines.append(f"ok     {yes}" if holds else f"FAULT  {no}")
        if not holds:
            self.faults.append(no)


def verify_document(file: Path, *, roots: Path, proof: Path | None = None) -> Report:
    """Check a document.

    Args:
        roots: folder with the certificates trusted (*.pem) and, for a proof, the record's public key ``audit.key``.
        proof: the file that the verify page gives.

    Raises:
        Unreadable: one of the files, or it is no PDF.
    """
    try:
        pdf = file.read_bytes()
        trusted = [path.read_bytes() for path in sorted(roots.glob("*.pem"))]
        found = examine(pdf, roots=trusted)
    except (OSError, ValueError) as error:
        raise Unreadable(f"{file}: {error}") from None
    if not roots.is_dir():
        raise Unreadable(f"{roots}: not a folder")
    report = Report([f"file   {file.name}, {len(pdf)} bytes, SHA-256 {found.sha256}"])
    _check_signatures(found, report)
    _check_facts(pdf, found, report)
    if proof is not None:
        _check_proof(found.sha256, proof, roots, report)
    else:
        report.lines.append(
            "note   no proof given: whether the file stands in the sealed record was not checked"
        )
    report.lines.append("This does not prove:")
    report.lines += [f"  - {line}" for line in NOT_PROVEN]
    if any("(demonstration)" in name for one in found.signatures for name in (one.signer, one.issuer)):
        report.lines.append(
            "  - who signed: a certificate is a demonstration's own; whoever runs it holds every key"
        )
    return report


def _check_signatures(found: Examination, report: Report) -> None:
    report.check(
        bool(found.signatures), f"{len(found.signatures)} signature(s)", "the file carries no signature"
    )
    for one in found.signatures:
        _check_signature(one, found, report)
    if found.signatures:
        report.check(
            found.covers_file,
            "the last signature or time stamp covers every byte of the file",
            "something was added to the file after it was signed",
        )
    missing = set(PARTIES) - {one.field for one in found.signatures}
    if len(missing) == 1:
        report.lines.append(f"note   only one side has signed: {missing.pop()} is missing")


def _check_signature(one: Signature, found: Examination, report: Report) -> None:
    who = f"{one.field}: {one.signer}" + (f" ({one.country})" if one.country else "")
    report.check(
        one.is_intact, f"{who}: intact", f"{one.field}: what was signed is not what stands in the file"
    )
    if not one.is_intact:
        return
    report.check(
        one.is_kept,
        f"{who}: nothing changed since but what it allows",
        f"{who}: the file was changed after signing in a way it does not allow",
    )
    report.check(
        one.is_trusted,
        f"{who}: {' <- '.join(one.chain)}",
        f"{who}: the certificate leads to none of the roots given (issued by {one.issuer})",
    )
    party = (found.facts or {}).get(PARTIES.get(one.field, ""))
    if party and one.country:
        report.check(
            party.get("code") == one.country,
            f"{who}: the country that the facts name",
            f"{who}: the facts name {party.get('code')} for this side",
        )
    if one.stamped_at is not None:
        stamp = f"{who}: time stamp {_utc(one.stamped_at)} by {one.stamped_by}"
        report.check(one.is_stamp_trusted, stamp, f"{stamp}, which leads to none of the roots given")
    elif one.signed_at is not None:
        report.lines.append(
            f"note   {who}: signed {_utc(one.signed_at)} by the signer's own clock, no time stamp"
        )
    report.lines.append(f"note   {who}: certificate SHA-256 {one.certificate_sha256}")


def _check_facts(pdf: bytes, found: Examination, report: Report) -> None:
    if not found.facts_sha256:
        report.lines.append("note   no facts are attached (manifest.json)")
        return
    report.check(
        found.facts_sha256 == found.cover_sha256,
        "the facts attached are those the file was drawn with",
        "the facts attached are not those the file was drawn with",
    )
    lines = f"{found.facts_sha256[:32]} {found.facts_sha256[32:]}"
    text = _text_of(pdf)
    if text is None:
        report.lines.append(f"note   compare by eye, the pages must print: {lines}")
    else:
        report.check(
            found.facts_sha256 in text,
            f"the pages print the checksum of the facts: {lines}",
            "the pages do not print the checksum of the facts attached",
        )


def _text_of(pdf: bytes) -> str | None:
    """Return what the pages print, without blanks; ``None`` where Poppler is not installed."""
    program = shutil.which("pdftotext")
    if program is None:
        return None
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(pdf)
        file.flush()
        told = subprocess.run(
            [program, "-raw", file.name, "-"], capture_output=True, check=False, timeout=120
        ).stdout
    return "".join(told.decode(errors="replace").split())


def _check_proof(sha256: str, path: Path, roots: Path, report: Report) -> None:
    try:
        held: dict[str, Any] = json.loads(path.read_text())
        canonical, index = str(held["canonical"]).encode(), int(held["index"])
        parts = [base64.b64decode(part, validate=True) for part in held["proof"]]
        said = json.loads(canonical)
        key = log.Key((roots / LOG_KEY).read_text())
        codes = said["codes"]
    except (OSError, ValueError, KeyError, TypeError, log.Unreadable) as error:
        raise Unreadable(f"{path} or {roots / LOG_KEY}: {error}") from None
    report.check(
        said.get("verb") == "document.issued" and codes.get("sha256") == sha256,
        "the proof is of this file",
        "the proof is of another file",
    )
    try:
        checkpoint = log.Checkpoint(str(held["checkpoint"]), key)
        root = log.root_from_inclusion(index, checkpoint.size, log.leaf_hash(canonical), parts)
        report.check(
            root == checkpoint.root,
            f"event {index} of the {checkpoint.size} events that the record signed at {checkpoint.time}",
            "the proof does not lead to the signed checkpoint",
        )
    except (log.Fault, log.Unreadable) as fault:
        report.check(False, "", f"the proof does not hold: {fault}")


def _utc(at: dt.datetime) -> str:
    return f"{at.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S} UTC"
