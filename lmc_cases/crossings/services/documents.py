"""Tell anybody who holds a document what is known of it: as issued or not, by whom signed, since when recorded.

Asked by the whole file, or by what a paper prints. What was never issued, what was changed and what is somebody else's
are one answer, ``None``. No name of a person and nothing of a case is told but what stands in the document itself.
"""

from __future__ import annotations

import base64
import datetime as dt
from dataclasses import dataclass
from typing import IO, Any

from django.db import connection

from lmc_cases.audit.offline import verify as log
from lmc_cases.audit.services.proving import Inclusion, inclusion_of
from lmc_cases.audit.services.sealing import trusted_keys
from lmc_cases.crossings.services.verifying import HASH, Verified, verify, verify_file
from lmc_cases.dossiers.models import IssuedFile
from lmc_cases.dossiers.signing import trusted_roots
from lmc_cases.dossiers.signing.keys import is_demonstration
from lmc_cases.dossiers.signing.verify import Examination, examine

PROOF_FORMAT = "lmc-document-proof/1"
Kind = IssuedFile.Kind
# Answered in one shape: by which function of the database.
_PRINTED = {
    Kind.REQUEST: "request_document_by_file",
    Kind.EVIDENCE: "request_document_by_file",
    Kind.MANIFEST: "manifest_by_file",
    Kind.ASSISTANCE: "assistance_by_file",
}


@dataclass(frozen=True)
class SideSigned:
    """A side that signed, by country code; ``is_given``: the file asked about is the one that came of it."""

    side: str
    country: str
    at: dt.datetime
    certificate_sha256: str
    stamped_by: str
    is_given: bool


@dataclass(frozen=True)
class Rendering:
    """A dossier in one language or two, by code, and who signed it."""

    languages: tuple[str, ...]
    signatures: tuple[SideSigned, ...]


@dataclass(frozen=True)
class Document:
    """What is known of a document.

    Attributes:
        kind: of ``IssuedFile.Kind``; ``reference``: as printed on it.
        version, newest: of a dossier, a manifest or a document of a request; it is superseded where they differ.
        renderings: of the dossier in each language asked about: one where the file was given.
        facts_sha256: checksum of the facts, as the cover prints it.
        receipt: both sides' answers, of a receipt.
        examination: what the signatures in the file say, where the file was given.
        inclusion: its place in the sealed record; ``is_recorded`` alone while it is not sealed yet.
        is_demonstration: the certificates are the demo's own.
    """

    kind: str
    reference: str
    facts_sha256: str
    issued_at: dt.datetime | None = None
    sha256: str = ""
    version: int | None = None
    newest: int | None = None
    country: str = ""
    renderings: tuple[Rendering, ...] = ()
    receipt: Verified | None = None
    examination: Examination | None = None
    is_recorded: bool = False
    inclusion: Inclusion | None = None
    is_demonstration: bool = False

    @property
    def is_newest(self) -> bool:
        """Whether no newer version stands."""
        return self.receipt.is_newest if self.receipt is not None else self.version == self.newest


def document_of_file(file: IO[bytes], sha256: str) -> Document | None:
    """Return what is known of a file with this SHA-256; only one that was issued here is opened."""
    if not HASH.fullmatch(sha256):
        return None
    issued = _rows("issued_file", sha256)
    receipt = verify_file(sha256=sha256)
    if not issued:
        # Printed before there was a register.
        return _of_receipt(receipt, sha256=sha256) if receipt is not None else None
    kind, facts, issued_at, canonical, index = issued[0]
    roots = trusted_roots()
    file.seek(0)
    more: dict[str, Any] = {
        "sha256": sha256,
        "issued_at": issued_at,
        "examination": examine(file.read(), roots=roots),
        "is_recorded": canonical is not None,
        "inclusion": _included(canonical, index),
        "is_demonstration": any(is_demonstration(root) for root in roots),
    }
    if kind == Kind.RECEIPT:
        return _of_receipt(receipt, **more) if receipt is not None else None
    if kind == Kind.LEDGER:
        reference, _language, _entries, facts, country, _certificate = _rows("ledger_by_file", sha256)[0]
        return Document(kind=kind, reference=reference, facts_sha256=facts, country=country, **more)
    if kind in _PRINTED:
        return _of_printed(_rows(_PRINTED[Kind(kind)], sha256)[0], **more)
    return _of_dossier(kind, _rows("dossier_by_file", sha256), **more)


def document_of_number(number: str, sha256: str) -> Document | None:
    """Return what is known of a document by the number and the checksum of its facts that it prints."""
    checksum, asked = "".join(sha256.split()).lower(), number.strip().upper()
    receipt = verify(number=asked, sha256=checksum)
    if receipt is not None:
        return _of_receipt(receipt)
    if not HASH.fullmatch(checksum) or "\x00" in asked:
        return None
    rows = _rows("dossier_by_number", asked, checksum)
    if rows:
        return _of_dossier(Kind.DOSSIER, rows)
    for function in ("request_document_by_number", "manifest_by_number", "assistance_by_number"):
        rows = _rows(function, asked, checksum)
        if rows:
            return _of_printed(rows[0])
    return None


def proof_of(sha256: str) -> dict[str, Any] | None:
    """Return the proof that a file stands in the sealed record, as a file to keep; ``None`` before it is sealed.

    Shape: ``format``, ``sha256``, ``canonical`` (the event's bytes), ``index``, ``checkpoint`` (a signed note),
    ``proof`` (hashes in base64, nearest first).
    """
    issued = _rows("issued_file", sha256) if HASH.fullmatch(sha256) else []
    found = _included(issued[0][3], issued[0][4]) if issued else None
    if found is None:
        return None
    return {
        "format": PROOF_FORMAT,
        "sha256": sha256,
        "canonical": found.canonical.decode("ascii"),
        "index": found.index,
        "checkpoint": found.checkpoint,
        "proof": [base64.b64encode(part).decode() for part in found.proof],
    }


def _included(canonical: bytes | memoryview | None, index: int | None) -> Inclusion | None:
    """Return the place in the log, once the proof was checked here as anybody checks it."""
    if canonical is None or index is None:
        return None
    found = inclusion_of(index, bytes(canonical))
    if found is None:
        return None
    for key in trusted_keys():
        try:
            said = log.Checkpoint(found.checkpoint, log.Key(str(key)))
            leaf = log.leaf_hash(found.canonical)
            if log.root_from_inclusion(index, said.size, leaf, list(found.proof)) == said.root:
                return found
        except (log.Fault, log.Unreadable):
            continue
    return None


def _of_receipt(receipt: Verified, **more: Any) -> Document:
    given = {"issued_at": receipt.drawn_at, **more}
    return Document(
        kind=Kind.RECEIPT, reference=receipt.number, facts_sha256=receipt.sha256, receipt=receipt, **given
    )


def _of_printed(row: tuple[Any, ...], **more: Any) -> Document:
    kind, reference, version, newest, country, facts = row
    return Document(
        kind=kind,
        reference=reference,
        facts_sha256=facts,
        version=version,
        newest=newest,
        country=country,
        **more,
    )


def _of_dossier(kind: str, rows: list[tuple[Any, ...]], **more: Any) -> Document:
    reference, version, _language, requested, _requesting, facts, newest = rows[0][:7]
    languages: dict[str, list[SideSigned]] = {}
    for row in rows:
        held = languages.setdefault(row[2], [])
        if row[7] is not None:
            held.append(SideSigned(*row[7:]))
    return Document(
        kind=kind,
        reference=reference,
        facts_sha256=facts,
        version=version,
        newest=newest,
        country=requested,
        renderings=tuple(Rendering(tuple(code.split("+")), tuple(held)) for code, held in languages.items()),
        **more,
    )


def _rows(function: str, *given: str) -> list[tuple[Any, ...]]:
    places = ", ".join(["%s"] * len(given))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {function}({places})", given)  # noqa: S608 - names of our own
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
