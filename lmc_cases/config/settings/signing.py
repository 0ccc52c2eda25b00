"""Keys that sign what the product prints, for itself and for each country, and who says when. Decision record 46."""

from __future__ import annotations

from typing import Any

import environ

env = environ.Env()

# Files (PEM) of the key that signs printed documents, of its certificate, and of what lies between it and the root.
SIGNING_KEY_FILE: str = env("LMC_SIGNING_KEY_FILE", default="")
SIGNING_CERTIFICATE_FILE: str = env("LMC_SIGNING_CERTIFICATE_FILE", default="")
SIGNING_CHAIN_FILE: str = env("LMC_SIGNING_CHAIN_FILE", default="")
SIGNING_KEY_PASSPHRASE: str = env("LMC_SIGNING_KEY_PASSPHRASE", default="")
# Keys of the countries, with which their officers sign dossiers: a folder with TH.key, TH.pem and, if there is anything
# between certificate and root, TH-chain.pem, for each code.
SIGNING_COUNTRY_DIR: str = env("LMC_SIGNING_COUNTRY_DIR", default="")
# Or keys that never leave a device, by country code: {"TH": {"module": path of the PKCS#11 library, "token": label or
# "slot": number, "key": label, "certificate": PEM file (or "certificate_label"), "chain": PEM file, "pin_file": file}}.
SIGNING_PKCS11: dict[str, Any] = env.json("LMC_SIGNING_PKCS11", default={})
# Certificates (*.pem) that readers trust: the verify page says to which of them a signature leads.
SIGNING_ROOTS_DIR: str = env("LMC_SIGNING_ROOTS_DIR", default="")
# An RFC 3161 service. With it every signature is stamped and carries what proves it for long (PAdES-LTA). While the
# service is away, nothing is signed, or it is signed without a stamp where that is not required.
SIGNING_TIMESTAMP_URL: str = env("LMC_SIGNING_TIMESTAMP_URL", default="")
SIGNING_TIMESTAMP_SECONDS: int = env.int("LMC_SIGNING_TIMESTAMP_SECONDS", default=10)
SIGNING_TIMESTAMP_REQUIRED: bool = env.bool("LMC_SIGNING_TIMESTAMP_REQUIRED", default=True)
# The demo signs with an authority of its own under var/signing, which nobody else has a reason to trust.
SIGNING_LOCAL_AUTHORITY: bool = env.bool(
    "LMC_SIGNING_LOCAL_AUTHORITY", default=env.bool("LMC_DEMO", default=False)
)
