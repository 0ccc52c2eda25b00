"""The demo's own authority under ``var/signing``: one root, one certificate for the product, one for each country.

It proves that a file is unchanged, not who stands behind it: whoever runs the demo holds every key. Only a run that
says so (``SIGNING_LOCAL_AUTHORITY``) makes it. ``authority.pem`` is what a reader may trust, ``authority.crl`` its
empty list of revoked certificates. Private keys are files that only their owner reads.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings

AUTHORITY_YEARS, SIGNER_YEARS = 10, 2
AUTHORITY = "LMC Cases local authority (demonstration)"
COUNTRY = re.compile(r"[A-Z]{2}")


def local_authority() -> Path:
    """Return the folder of the demo's own authority, made once: ``authority.pem`` is what a reader may trust."""
    home = Path(settings.VAR_DIR) / "signing"
    _make_once(home, "signer.pem", _make_authority)
    return home


def local_country(code: str) -> Path:
    """Return the folder of a country's demonstration key: ``signer.key``, ``signer.pem``, made once.

    Raises:
        ValueError: not a country code of two letters.
    """
    if not COUNTRY.fullmatch(code):
        raise ValueError("not a country code")
    authority = local_authority()
    home = authority / "countries" / code
    _make_once(home, "signer.pem", lambda draft: _make_country(draft, authority, code))
    return home


def local_crl() -> bytes:
    """Return the authority's list of revoked certificates (DER), which is empty; made when first asked for."""
    home = local_authority()
    path = home / "authority.crl"
    if not path.exists():
        root, key = _authority_of(home)
        now = _now()
        made = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(root.subject)
            .last_update(now - dt.timedelta(minutes=5))
            .next_update(root.not_valid_after_utc)
            .add_extension(x509.CRLNumber(1), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False
            )
            .sign(key, hashes.SHA256())
        )
        draft = Path(tempfile.mkdtemp(prefix="crl-", dir=home)) / "authority.crl"
        _write_private(draft, made.public_bytes(serialization.Encoding.DER))
        draft.rename(path)
        draft.parent.rmdir()
    return path.read_bytes()


def _make_once(home: Path, last: str, make: Callable[[Path], None]) -> None:
    """Make a folder in one step; whoever of several processes comes second uses what the first made."""
    if (home / last).exists():
        return
    home.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix="signing-", dir=home.parent))
    try:
        make(draft)
        draft.rename(home)
    except OSError:
        if not (home / last).exists():
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _make_authority(home: Path) -> None:
    root_key, signer_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name = _name(AUTHORITY)
    root = _certificate(root_name, root_name, root_key, root_key, years=AUTHORITY_YEARS, is_authority=True)
    signer = _certificate(
        _name("LMC Cases (demonstration)"),
        root_name,
        signer_key,
        root_key,
        years=SIGNER_YEARS,
        is_authority=False,
    )
    for name, key in (("authority.key", root_key), ("signer.key", signer_key)):
        _write_private(home / name, _private(key))
    for name, certificate in (("authority.pem", root), ("signer.pem", signer)):
        _write_private(home / name, certificate.public_bytes(serialization.Encoding.PEM))


def _make_country(home: Path, authority: Path, code: str) -> None:
    root, root_key = _authority_of(authority)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, code),
            x509.NameAttribute(NameOID.COMMON_NAME, f"LMC Cases, {code} (demonstration)"),
        ]
    )
    signer = _certificate(name, root.subject, key, root_key, years=SIGNER_YEARS, is_authority=False)
    _write_private(home / "signer.key", _private(key))
    _write_private(home / "signer.pem", signer.public_bytes(serialization.Encoding.PEM))


def _authority_of(home: Path) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    root = x509.load_pem_x509_certificate((home / "authority.pem").read_bytes())
    key = serialization.load_pem_private_key((home / "authority.key").read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("the local authority's key is not an elliptic curve key")
    return root, key


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    by: ec.EllipticCurvePrivateKey,
    *,
    years: int,
    is_authority: bool,
) -> x509.Certificate:
    now = _now()
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
