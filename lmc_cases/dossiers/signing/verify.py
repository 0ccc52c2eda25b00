"""What a signed file says, from the file and the certificates trusted alone: no Django, no database, no network."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import re
import zlib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import pikepdf

from lmc_cases.dossiers.signing.findings import Examination, Signature, Verdict
from lmc_cases.dossiers.signing.reading import open_reader

if TYPE_CHECKING:
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import EmbeddedPdfSignature
    from pyhanko.sign.validation.status import PdfSignatureStatus
    from pyhanko_certvalidator import ValidationContext

# What readers of PDF, CMS and certificates raise for bytes that are none.
UNREADABLE = (
    ValueError,
    KeyError,
    IndexError,
    TypeError,
    AttributeError,
    NotImplementedError,
    RecursionError,
    OverflowError,
    EOFError,
    OSError,
    zlib.error,
)


__all__ = ["Examination", "Signature", "Verdict", "examine", "verify_pdf", "when_signed"]


def verify_pdf(pdf: bytes, *, roots: Sequence[bytes]) -> Verdict:
    """Return what the first signature of a file says, without any network.

    Args:
        roots: certificates trusted, PEM.

    Raises:
        ValueError: it is no PDF, or holds no signature.
    """
    found = examine(pdf, roots=roots)
    if not found.signatures:
        raise ValueError("no signature")
    first = found.signatures[0]
    return Verdict(
        is_intact=first.is_intact and first.is_kept,
        is_trusted=first.is_trusted,
        covers_file=found.covers_file,
        signer=first.signer,
    )


def examine(pdf: bytes, *, roots: Iterable[bytes]) -> Examination:
    """Return every signature of a file and what it says, and the facts attached; without any network.

    Args:
        roots: certificates trusted, PEM; one file may hold several.

    Raises:
        ValueError: it is no PDF that can be read.
    """
    from pyhanko.pdf_utils.misc import PdfError

    trusted = [certificate for root in roots for certificate in _certificates(root)]
    try:
        reader = open_reader(pdf)
        embedded = list(reader.embedded_regular_signatures)
        stamps = list(reader.embedded_timestamp_signatures)
        covers_file = _covers_file(pdf, reader, [*embedded, *stamps], trusted)
    except (PdfError, *UNREADABLE) as error:
        raise ValueError("not a readable PDF") from error
    return Examination(
        sha256=hashlib.sha256(pdf).hexdigest(),
        signatures=tuple(_signature(reader, one, trusted) for one in embedded),
        covers_file=covers_file,
        archive_stamps=len(stamps),
        **_attached(pdf),
    )


def _covers_file(
    pdf: bytes, reader: PdfFileReader, held: list[EmbeddedPdfSignature], trusted: list[Any]
) -> bool:
    """Whether the last signature or time stamp covers all, but for the lists that prove that stamp itself."""
    from pyhanko.sign.diff_analysis import ModificationLevel
    from pyhanko.sign.validation import validate_pdf_timestamp
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    if not held:
        return False
    last = max(held, key=lambda one: one.signed_revision)
    if last.evaluate_signature_coverage() == SignatureCoverageLevel.ENTIRE_FILE:
        return True
    if last.sig_object.get("/Type") != "/DocTimeStamp":
        return False
    status = validate_pdf_timestamp(last, _context(reader, trusted))
    return (
        bool(status.intact and status.valid)
        and status.coverage == SignatureCoverageLevel.ENTIRE_REVISION
        and status.modification_level == ModificationLevel.LTA_UPDATES
        and _ends_with_its_last_revision(pdf)
    )


def _ends_with_its_last_revision(pdf: bytes) -> bool:
    """Whether nothing stands behind the last table of contents; a comparison of objects would not see it."""
    end = re.search(rb"startxref\s+(\d+)\s+%%EOF\n?\Z", pdf)
    return end is not None and pdf.count(b"%%EOF", int(end.group(1))) == 1


def when_signed(pdf: bytes, field: str) -> tuple[dt.datetime | None, str]:
    """Return by the signer's clock when a field was signed, and who stamped it ("" nobody); nothing is verified."""
    from pyhanko.sign.general import extract_certificate_info
    from pyhanko.sign.validation.generic_cms import extract_tst_data_iter

    one = next(one for one in open_reader(pdf).embedded_regular_signatures if one.field_name == field)
    stamp = next(iter(extract_tst_data_iter(one.signer_info, signed=False)), None)
    by = (
        _named(extract_certificate_info(stamp).signer_cert.subject, "common_name")
        if stamp is not None
        else ""
    )
    return one.self_reported_timestamp, by


def _certificates(text: bytes) -> list[Any]:
    from asn1crypto import pem
    from asn1crypto import x509 as asn1

    return [asn1.Certificate.load(der) for _kind, _headers, der in pem.unarmor(text, multiple=True)]


def _signature(reader: PdfFileReader, one: EmbeddedPdfSignature, trusted: list[Any]) -> Signature:
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.sign.diff_analysis import ModificationLevel
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator.errors import PathError, ValidationError

    field = str(one.field_name)
    broken = Signature(field, is_intact=False, is_trusted=False, is_kept=False)
    faults = (PdfError, PathError, ValidationError, *UNREADABLE)
    try:
        status = validate_pdf_signature(one, _context(reader, trusted))
        stamp = status.timestamp_validity
        if stamp is not None and stamp.intact and stamp.valid and stamp.trusted and not status.trusted:
            # The certificate has run out since; what counts is when it signed, and a trusted clock says when.
            status = validate_pdf_signature(one, _context(reader, trusted, moment=stamp.timestamp))
            stamp = status.timestamp_validity or stamp
    except faults:
        return broken
    return Signature(
        field=field,
        is_intact=bool(status.intact and status.valid),
        is_trusted=bool(status.trusted),
        is_kept=status.docmdp_ok is not False
        and status.modification_level
        in {ModificationLevel.NONE, ModificationLevel.LTA_UPDATES, ModificationLevel.FORM_FILLING},
        chain=_chain(status),
        signed_at=status.signer_reported_dt,
        stamped_at=stamp.timestamp if stamp is not None else None,
        stamped_by=_named(stamp.signing_cert.subject, "common_name") if stamp is not None else "",
        is_stamp_trusted=stamp is not None and bool(stamp.intact and stamp.valid and stamp.trusted),
        **_names(status.signing_cert),
    )


def _context(
    reader: PdfFileReader, trusted: list[Any], *, moment: dt.datetime | None = None
) -> ValidationContext:
    """Return what is trusted, with the revocation lists and certificates that the file carries."""
    from pyhanko.sign.validation import DocumentSecurityStore
    from pyhanko.sign.validation.errors import NoDSSFoundError
    from pyhanko_certvalidator import ValidationContext

    more: dict[str, Any] = {
        "trust_roots": trusted,
        "allow_fetching": False,
        "revocation_mode": "soft-fail",
        "retroactive_revinfo": True,
    }
    if moment is not None:
        more["moment"] = moment
    try:
        return DocumentSecurityStore.read_dss(reader).as_validation_context(more)
    except NoDSSFoundError:
        return ValidationContext(**more)


def _chain(status: PdfSignatureStatus) -> tuple[str, ...]:
    path = status.validation_path
    if path is None:
        return ()
    return tuple(_named(certificate.subject, "common_name") for certificate in path)[::-1]


def _names(certificate: Any) -> dict[str, str]:
    return {
        "signer": _named(certificate.subject, "common_name"),
        "country": _named(certificate.subject, "country_name"),
        "issuer": _named(certificate.issuer, "common_name"),
        "certificate_sha256": certificate.sha256.hex(),
    }


def _named(name: Any, part: str) -> str:
    found = name.native.get(part, "")
    return str(found[0] if isinstance(found, list) else found)


def _attached(pdf: bytes) -> dict[str, Any]:
    """Return checksum and content of the facts in the file, and the checksum that it was drawn with."""
    try:
        with pikepdf.open(io.BytesIO(pdf)) as opened:
            held = {
                name: bytes(opened.attachments[name].get_file().read_bytes())
                for name in ("manifest.json", "engine.json")
                if name in opened.attachments
            }
        facts = held.get("manifest.json")
        return {
            "facts_sha256": hashlib.sha256(facts).hexdigest() if facts is not None else "",
            "facts": json.loads(facts) if facts is not None else None,
            "cover_sha256": str(json.loads(held.get("engine.json", b"{}")).get("facts_sha256", "")),
        }
    except (pikepdf.PdfError, *UNREADABLE):
        return {}
