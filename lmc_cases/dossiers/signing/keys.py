"""Which key signs: the product's for what it prints by itself, a country's for what its officers sign."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import gettext as _

from lmc_cases.core.errors import DomainError
from lmc_cases.dossiers.signing.authority import local_authority, local_country, local_crl

if TYPE_CHECKING:
    from pyhanko.sign.signers import Signer, SimpleSigner

logger = logging.getLogger(__name__)


class CannotSign(DomainError):
    """Nothing can be signed now; ``code`` says why."""

    code = "cannot-sign"


class NoSigningKey(CannotSign):
    """No key is configured, or it cannot be used, and this run makes none of its own."""

    code = "no-signing-key"


class NoTimeStamp(CannotSign):
    """The configured time-stamp service gave no stamp that can be used."""

    code = "no-time-stamp"


def product_signer() -> SimpleSigner:
    """Return the signer of what the product prints by itself.

    Raises:
        NoSigningKey: see there.
    """
    if settings.SIGNING_KEY_FILE and settings.SIGNING_CERTIFICATE_FILE:
        chain = [Path(settings.SIGNING_CHAIN_FILE)] if settings.SIGNING_CHAIN_FILE else []
        return _loaded(Path(settings.SIGNING_KEY_FILE), Path(settings.SIGNING_CERTIFICATE_FILE), chain)
    if not settings.SIGNING_LOCAL_AUTHORITY:
        raise NoSigningKey(_("No key for signing documents is configured. Tell your administrator."))
    home = local_authority()
    return _loaded(home / "signer.key", home / "signer.pem", [home / "authority.pem"])


@contextmanager
def country_signer(code: str) -> Iterator[Signer]:
    """Lend the signer of a country, by its code: from a device, from files, or of the demo's own authority.

    Raises:
        NoSigningKey: the country has none, or its device does not answer.
    """
    device = settings.SIGNING_PKCS11.get(code)
    if device:
        with _device_signer(code, device) as signer:
            yield signer
        return
    folder = Path(settings.SIGNING_COUNTRY_DIR) if settings.SIGNING_COUNTRY_DIR else None
    if folder is not None and (folder / f"{code}.key").exists():
        chain = [path for path in [folder / f"{code}-chain.pem"] if path.exists()]
        yield _loaded(folder / f"{code}.key", folder / f"{code}.pem", chain)
        return
    if not settings.SIGNING_LOCAL_AUTHORITY:
        raise NoSigningKey(_("Your country has no key for signing dossiers here. Tell your administrator."))
    home = local_country(code)
    yield _loaded(home / "signer.key", home / "signer.pem", [local_authority() / "authority.pem"])


def trusted_roots() -> list[bytes]:
    """Return the certificates (PEM) that the pages trust: those configured, else the demo's own authority."""
    if settings.SIGNING_ROOTS_DIR:
        return [path.read_bytes() for path in sorted(Path(settings.SIGNING_ROOTS_DIR).glob("*.pem"))]
    if settings.SIGNING_LOCAL_AUTHORITY:
        return [(local_authority() / "authority.pem").read_bytes()]
    return []


def is_demonstration(pem: bytes) -> bool:
    """Whether a root is the demo's own, which nobody outside has a reason to trust."""
    home = Path(settings.VAR_DIR) / "signing" / "authority.pem"
    return settings.SIGNING_LOCAL_AUTHORITY and home.exists() and home.read_bytes() == pem


def revocation_lists() -> list[bytes]:
    """Return lists of revoked certificates (DER) that are at hand without the network."""
    return [local_crl()] if settings.SIGNING_LOCAL_AUTHORITY else []


def _loaded(key: Path, certificate: Path, chain: list[Path]) -> SimpleSigner:
    from pyhanko.sign.signers import SimpleSigner

    passphrase = settings.SIGNING_KEY_PASSPHRASE
    signer: SimpleSigner | None = SimpleSigner.load(
        str(key),
        str(certificate),
        ca_chain_files=tuple(map(str, chain)),
        key_passphrase=passphrase.encode() if passphrase else None,
    )
    if signer is None:
        raise NoSigningKey(_("The signing key cannot be read. Tell your administrator."))
    _check_in_force(signer)
    return signer


def _check_in_force(signer: Signer) -> None:
    """Refuse a certificate that has run out: nobody could rely on what it signs."""
    certificate = signer.signing_cert
    now = dt.datetime.now(dt.UTC)
    if certificate is None or not certificate.not_valid_before <= now <= certificate.not_valid_after:
        raise NoSigningKey(_("The certificate for signing is not in force. Tell your administrator."))


@contextmanager
def _device_signer(code: str, device: dict[str, Any]) -> Iterator[Signer]:
    """Open the device of a country for one signature; the key never leaves it."""
    refused = NoSigningKey(
        _("The device that holds your country's key does not answer. Tell your administrator.")
    )
    try:
        import pkcs11
        from pyhanko.config.pkcs11 import TokenCriteria
        from pyhanko.keys import load_cert_from_pemder, load_certs_from_pemder
        from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session
    except ImportError as error:
        logger.error("signing for %s: the package python-pkcs11 is not installed", code)
        raise refused from error
    try:
        pin = Path(device["pin_file"]).read_text().strip() if "pin_file" in device else None
        session = open_pkcs11_session(
            device["module"],
            slot_no=device.get("slot"),
            token_criteria=TokenCriteria(label=device["token"]) if "token" in device else None,
            user_pin=pin,
        )
    except (OSError, KeyError, pkcs11.PKCS11Error) as error:
        logger.error("signing for %s: the device cannot be opened: %s", code, type(error).__name__)
        raise refused from error
    with session:
        try:
            chain = list(load_certs_from_pemder([device["chain"]])) if "chain" in device else []
            signer = PKCS11Signer(
                session,
                key_label=device["key"],
                cert_label=device.get("certificate_label"),
                signing_cert=load_cert_from_pemder(device["certificate"])
                if "certificate" in device
                else None,
                ca_chain=chain,
                # EC keys: every device signs a digest that is handed to it, not every one makes the digest.
                use_raw_mechanism=device.get("raw", True),
            )
            _check_in_force(signer)
            yield signer
        except (OSError, KeyError, pkcs11.PKCS11Error) as error:
            logger.error("signing for %s: the device refused: %s", code, type(error).__name__)
            raise refused from error
