"""Rule: a country's key may stay in its device (PKCS#11). Against SoftHSM, where it and python-pkcs11 are installed.

Name its library in ``LMC_TEST_SOFTHSM`` and its program in ``LMC_TEST_SOFTHSM_UTIL`` (else ``softhsm2-util``).
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from lmc_cases.dossiers.rendering import render_dossier
from lmc_cases.dossiers.signing import NoSigningKey, sign_side, trusted_roots
from lmc_cases.dossiers.signing.authority import local_authority, local_country
from lmc_cases.dossiers.signing.verify import examine
from tests.dossiers.samples import sample_facts

LIBRARY = os.environ.get("LMC_TEST_SOFTHSM", "/usr/lib/softhsm/libsofthsm2.so")
PROGRAM = shutil.which(os.environ.get("LMC_TEST_SOFTHSM_UTIL", "softhsm2-util"))


def test_the_key_signs_and_never_leaves_the_device(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pkcs11")
    if PROGRAM is None or not Path(LIBRARY).exists():
        pytest.skip("SoftHSM is not installed")
    settings.VAR_DIR = tmp_path / "var"
    tokens = tmp_path / "tokens"
    tokens.mkdir()
    (tmp_path / "softhsm2.conf").write_text(f"directories.tokendir = {tokens}\nlog.level = ERROR\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "softhsm2.conf"))
    home = local_country("TH")
    pin = tmp_path / "pin"
    pin.write_text("482915\n")
    for arguments in (
        ("--init-token", "--free", "--label", "Thailand", "--so-pin", "482916", "--pin", "482915"),
        ("--import", str(home / "signer.key"), "--token", "Thailand", "--label", "sign", "--id", "A1"),
    ):
        more = ("--pin", "482915") if arguments[0] == "--import" else ()
        subprocess.run([PROGRAM, "--module", LIBRARY, *arguments, *more], check=True, capture_output=True)
    certificate = tmp_path / "TH.pem"
    shutil.copy(home / "signer.pem", certificate)
    # No file holds the key any more.
    shutil.rmtree(home)
    device = {
        "module": LIBRARY,
        "token": "Thailand",
        "key": "sign",
        "certificate": str(certificate),
        "chain": str(local_authority() / "authority.pem"),
        "pin_file": str(pin),
    }
    settings.SIGNING_PKCS11 = {"TH": device}
    drawn = render_dossier(sample_facts(exhibits=1), language="en").pdf
    signed = sign_side(drawn, field="Requested", country="TH", reason="x")
    assert signed.signer == "LMC Cases, TH (demonstration)"
    assert examine(signed.pdf, roots=trusted_roots()).holds
    pin.write_text("000000\n")
    with pytest.raises(NoSigningKey):
        sign_side(drawn, field="Requested", country="TH", reason="x")
