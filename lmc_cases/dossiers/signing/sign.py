"""Sign a file: once as a whole for the product, or one side's field of a dossier for a country.

Everything is PAdES with EC P-256 as the certificates give it. With a time-stamp service configured each signature is
stamped (RFC 3161) and carries certificates, revocation lists and a stamp over all of it (PAdES-LTA).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pikepdf
from django.conf import settings
from django.utils.translation import gettext as _

from lmc_cases.core.errors import DomainError
from lmc_cases.dossiers.signing.keys import (
    NoTimeStamp,
    country_signer,
    product_signer,
    revocation_lists,
    trusted_roots,
)
from lmc_cases.dossiers.signing.reading import open_reader
from lmc_cases.dossiers.signing.stamp import stamp_style
from lmc_cases.dossiers.signing.verify import when_signed

if TYPE_CHECKING:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.fields import SigFieldSpec
    from pyhanko.sign.signers import Signer
    from pyhanko.stamp import TextStampStyle
    from pyhanko_certvalidator import ValidationContext

logger = logging.getLogger(__name__)
FIELD = "Certification"
# The fields of a dossier, in the order in which they are signed, with the elements of the page that hold their place.
SIDES = {"Requested": "signature-requested", "Requesting": "signature-requesting"}


class NoPlaceToSign(DomainError):
    """The file has no fields for the two sides: it was drawn before dossiers were signed."""

    code = "no-place-to-sign"


@dataclass(frozen=True)
class Signed:
    """A signed file, and what the signature just made says.

    Attributes:
        sha256: of the whole file, hex; ``certificate_sha256``: of the certificate that speaks for it.
        signer: its common name; ``stamped_by``: common name of the time-stamp service, "" without a stamp.
        at: by this machine's clock.
    """

    pdf: bytes
    sha256: str
    certificate_sha256: str
    signer: str
    stamped_by: str
    at: dt.datetime


def sign_pdf(pdf: bytes, *, reason: str) -> Signed:
    """Return the file with the product's certification signature appended, which allows no change.

    Args:
        pdf: a finished file without a signature.
        reason: what the signature says of itself, in one line; printed by readers, no personal data.

    Raises:
        NoSigningKey, NoTimeStamp: see there.
    """
    from pyhanko.sign.fields import MDPPerm

    meta = {"field_name": FIELD, "reason": reason, "certify": True}
    return _signed(pdf, {**meta, "docmdp_permissions": MDPPerm.NO_CHANGES}, product_signer(), None, None)


def sign_side(pdf: bytes, *, field: str, country: str, reason: str) -> Signed:
    """Return the dossier with one side's visible field signed by its country.

    The first signature certifies the file and makes both fields, so that the second only fills one in.

    Args:
        pdf: the dossier as drawn, for "Requested"; as the requested country signed it, for "Requesting".
        field: a key of ``SIDES``.
        country: code of the country whose key signs.
        reason: in one line, no personal data.

    Raises:
        NoPlaceToSign, NoSigningKey, NoTimeStamp: see there.
    """
    from pyhanko.sign.fields import MDPPerm, append_signature_field

    is_first = field == next(iter(SIDES))
    specs = _places(pdf) if is_first else []

    def prepare(writer: IncrementalPdfFileWriter) -> None:
        for spec in specs:
            append_signature_field(writer, spec)

    meta: dict[str, Any] = {"field_name": field, "reason": reason}
    if is_first:
        meta |= {"certify": True, "docmdp_permissions": MDPPerm.FILL_FORMS}
    with country_signer(country) as signer:
        at = dt.datetime.now(dt.UTC).replace(microsecond=0)
        lines = [
            f"Signed electronically for {country}",
            _name_of(signer),
            f"{at:%Y-%m-%d %H:%M:%S} UTC",
        ]
        return _signed(pdf, meta, signer, prepare, stamp_style(lines))


def _places(pdf: bytes) -> list[SigFieldSpec]:
    """Read from the drawn file where its layout left room for each side."""
    from pyhanko.sign.fields import SigFieldSpec

    with pikepdf.open(io.BytesIO(pdf)) as opened:
        try:
            about = json.loads(opened.attachments["engine.json"].get_file().read_bytes())
            found = about["signature_fields"]
            return [
                SigFieldSpec(
                    name,
                    on_page=found[anchor]["page"],
                    box=tuple(found[anchor]["box"]),
                    readable_field_name=f"{name} country",
                )
                for name, anchor in SIDES.items()
            ]
        except (KeyError, ValueError) as error:
            raise NoPlaceToSign(
                _("This version was drawn before dossiers were signed. Disclose a corrected version.")
            ) from error


def _signed(
    pdf: bytes,
    meta: dict[str, Any],
    signer: Signer,
    prepare: Callable[[IncrementalPdfFileWriter], None] | None,
    style: TextStampStyle | None,
) -> Signed:
    """Sign with a time stamp where a service is configured; without one only where that is allowed."""
    out = None
    if settings.SIGNING_TIMESTAMP_URL:
        try:
            out = _write(pdf, meta, signer, prepare, style, is_stamped=True)
        except NoTimeStamp:
            if settings.SIGNING_TIMESTAMP_REQUIRED:
                raise
            logger.warning("signed without a time stamp: the service gave none")
    if out is None:
        out = _write(pdf, meta, signer, prepare, style, is_stamped=False)
    certificate = signer.signing_cert
    assert certificate is not None  # noqa: S101 - a signer without one was refused when it was loaded
    at, stamped_by = when_signed(out, meta["field_name"])
    return Signed(
        pdf=out,
        sha256=hashlib.sha256(out).hexdigest(),
        certificate_sha256=certificate.sha256.hex(),
        signer=_name_of(signer),
        stamped_by=stamped_by,
        at=at or dt.datetime.now(dt.UTC),
    )


def _write(
    pdf: bytes,
    meta: dict[str, Any],
    signer: Signer,
    prepare: Callable[[IncrementalPdfFileWriter], None] | None,
    style: TextStampStyle | None,
    *,
    is_stamped: bool,
) -> bytes:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.fields import SigSeedSubFilter
    from pyhanko.sign.general import SigningError
    from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
    from pyhanko.sign.timestamps import TimestampRequestError
    from pyhanko.sign.timestamps.requests_client import RequestsHTTPTimeStamper
    from pyhanko_certvalidator.errors import PathError, ValidationError

    writer = IncrementalPdfFileWriter.from_reader(open_reader(pdf))
    if prepare is not None:
        prepare(writer)
    more: dict[str, Any] = {"md_algorithm": "sha256", "subfilter": SigSeedSubFilter.PADES}
    if not is_stamped:
        made = PdfSigner(PdfSignatureMetadata(**meta, **more), signer, stamp_style=style)
        return bytes(made.sign_pdf(writer, existing_fields_only=prepare is not None).getvalue())
    more |= {"embed_validation_info": True, "use_pades_lta": True, "validation_context": _lasting(signer)}
    made = PdfSigner(
        PdfSignatureMetadata(**meta, **more),
        signer,
        stamp_style=style,
        timestamper=RequestsHTTPTimeStamper(
            settings.SIGNING_TIMESTAMP_URL, timeout=settings.SIGNING_TIMESTAMP_SECONDS
        ),
    )
    try:
        return bytes(made.sign_pdf(writer, existing_fields_only=prepare is not None).getvalue())
    except (TimestampRequestError, SigningError, PathError, ValidationError, ValueError) as error:
        # What a strange service sends back, and a certificate that leads to no root configured, come out here.
        logger.error("no time stamp: %s: %s", type(error).__name__, error)
        raise NoTimeStamp(
            _(
                "The time-stamp service does not answer as it should. Try again later, or tell your administrator."
            )
        ) from error


def _lasting(signer: Signer) -> ValidationContext:
    """Return with what the proofs that go into the file are collected; certificates say where to ask."""
    from asn1crypto import pem
    from asn1crypto import x509 as asn1
    from pyhanko_certvalidator import ValidationContext
    from pyhanko_certvalidator.fetchers.requests_fetchers import RequestsFetcherBackend

    return ValidationContext(
        trust_roots=[asn1.Certificate.load(pem.unarmor(root)[2]) for root in trusted_roots()],
        other_certs=list(signer.cert_registry),
        crls=revocation_lists(),
        allow_fetching=True,
        fetcher_backend=RequestsFetcherBackend(per_request_timeout=settings.SIGNING_TIMESTAMP_SECONDS),
        revocation_mode="soft-fail",
    )


def _name_of(signer: Signer) -> str:
    certificate = signer.signing_cert
    return str(certificate.subject.native.get("common_name", "")) if certificate is not None else ""
