"""Sign a PDF so that anybody can tell who issued it and that no byte changed since; verify such a file.

One certification signature (ISO 32000, DocMDP "no changes") over the whole file, with an EC P-256 key. Key and
certificate come from files named by settings. The demo, and only a run that says so, makes a local authority of its
own under ``var/signing``: files that only their owner reads. Such a signature proves that the file is unchanged,
not who stands behind it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.utils.translation import gettext as _

from lmc_cases.core.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyhanko.sign.signers import SimpleSigner

FIELD = "Certification"
AUTHORITY_YEARS, SIGNER_YEARS = 10, 2


class NoSigningKey(DomainError):
    """No key is configured, and this run makes none of its own."""

    code = "no-signing-key"


@dataclass(frozen=True)
class Signed:
    """A signed file, and the SHA-256 (hex) of the certificate that speaks for it."""

    pdf: bytes
    sha256: str
    certificate_sha256: str


@dataclass(frozen=True)
class Verdict:
    """What a signature says.

    Attributes:
        is_intact: every byte that was signed is as it was.
        is_trusted: the certificate leads to one of the roots given.
        covers_file: nothing stands in the file that was not signed.
        signer: common name in the certificate.
    """

    is_intact: bool
    is_trusted: bool
    covers_file: bool
    signer: str

    @property
    def holds(self) -> bool:
        """Whether the file may be relied on."""
        return self.is_intact and self.is_trusted and self.covers_file


def sign_pdf(pdf: bytes, *, reason: str) -> Signed:
    """Return the file with a certification signature appended.

    Args:
        pdf: a finished file without a signature.
        reason: what the signature says of itself, in one line; printed by readers, no personal data.

    Raises:
        NoSigningKey: see there.
    """
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers

    signer = _signer()
    meta = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        reason=reason,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        subfilter=fields.SigSeedSubFilter.PADES,
    )
    out = signers.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), meta, signer=signer)
    signed = out.getvalue()
    certificate = signer.signing_cert
    assert certificate is not None  # noqa: S101 - a signer without one was refused when it was loaded
    return Signed(signed, hashlib.sha256(signed).hexdigest(), certificate.sha256.hex())


def verify_pdf(pdf: bytes, *, roots: Sequence[bytes]) -> Verdict:
    """Return what the signature of a file says, without any network.

    Args:
        roots: certificates trusted, PEM.

    Raises:
        ValueError: it is no PDF, or holds no signature.
    """
    from asn1crypto import pem
    from asn1crypto import x509 as asn1
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    trusted = [asn1.Certificate.load(pem.unarmor(root)[2]) for root in roots]
    try:
        found = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    except (PdfError, ValueError) as error:
        raise ValueError("not a readable PDF") from error
    if not found:
        raise ValueError("no signature")
    status = validate_pdf_signature(
        found[0], ValidationContext(trust_roots=trusted, allow_fetching=False, revocation_mode="soft-fail")
    )
    return Verdict(
        is_intact=bool(status.intact and status.valid),
        is_trusted=bool(status.trusted),
        covers_file=status.coverage == SignatureCoverageLevel.ENTIRE_FILE,
        signer=str(status.signing_cert.subject.native.get("common_name", "")),
    )


def _signer() -> SimpleSigner:
    from pyhanko.sign.signers import SimpleSigner

    key, certificate, chain = _files()
    passphrase = settings.SIGNING_KEY_PASSPHRASE
    signer: SimpleSigner | None = SimpleSigner.load(  # type: ignore[no-untyped-call]
        str(key),
        str(certificate),
        ca_chain_files=tuple(map(str, chain)),
        key_passphrase=passphrase.encode() if passphrase else None,
    )
    if signer is None:
        raise NoSigningKey(_("The signing key cannot be read. Tell your administrator."))
    return signer


def _files() -> tuple[Path, Path, list[Path]]:
    if settings.SIGNING_KEY_FILE and settings.SIGNING_CERTIFICATE_FILE:
        chain = [Path(settings.SIGNING_CHAIN_FILE)] if settings.SIGNING_CHAIN_FILE else []
        return Path(settings.SIGNING_KEY_FILE), Path(settings.SIGNING_CERTIFICATE_FILE), chain
    if not settings.SIGNING_LOCAL_AUTHORITY:
        raise NoSigningKey(_("No key for signing documents is configured. Tell your administrator."))
    home = local_authority()
    return home / "signer.key", home / "signer.pem", [home / "authority.pem"]


def local_authority() -> Path:
    """Return the folder of the demo's own authority, made once: ``authority.pem`` is what a reader may trust."""
    home = Path(settings.VAR_DIR) / "signing"
    if not (home / "signer.pem").exists():
        home.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix="signing-", dir=home.parent))
        try:
            _make_authority(draft)
            # In one step; whoever of several processes comes second uses what the first made.
            draft.rename(home)
        except OSError:
            if not (home / "signer.pem").exists():
                raise
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return home


def _make_authority(home: Path) -> None:
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    root_key, signer_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name = _name("LMC Cases local authority (demonstration)")
    root = _certificate(
        root_name, root_name, root_key, root_key, now, years=AUTHORITY_YEARS, is_authority=True
    )
    signer = _certificate(
        _name("LMC Cases (demonstration)"),
        root_name,
        signer_key,
        root_key,
        now,
        years=SIGNER_YEARS,
        is_authority=False,
    )
    for name, key in (("authority.key", root_key), ("signer.key", signer_key)):
        _write_private(
            home / name,
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            ),
        )
    for name, certificate in (("authority.pem", root), ("signer.pem", signer)):
        _write_private(home / name, certificate.public_bytes(serialization.Encoding.PEM))


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    by: ec.EllipticCurvePrivateKey,
    now: dt.datetime,
    *,
    years: int,
    is_authority: bool,
) -> x509.Certificate:
    usage = x509.KeyUsage(
        digital_signature=not is_authority,
        content_commitment=not is_authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=5))
        .not_valid_after(now + dt.timedelta(days=365 * years))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
        .sign(by, hashes.SHA256())
    )


def _write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, from its first byte on."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
