"""Rule: with a time-stamp service every signature is stamped and lasts; without an answer nothing is signed, or as set.

The service is a real one, over HTTP, by RFC 3161: started by the test, with an authority of its own.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from lmc_cases.dossiers.rendering import RenderedDossier, render_dossier
from lmc_cases.dossiers.signing import NoTimeStamp, sign_pdf, sign_side, trusted_roots
from lmc_cases.dossiers.signing.verify import examine
from tests.dossiers.samples import sample_facts


@dataclass
class Service:
    """A running service: its address, its root (PEM), how it behaves, and what it was asked."""

    url: str
    root: bytes
    behaviour: str = "answers"
    asked: int = 0
    done: threading.Event = field(default_factory=threading.Event)


@pytest.fixture(scope="module")
def drawn() -> RenderedDossier:
    return render_dossier(sample_facts(exhibits=1), language="en")


def certificate(
    name: str, key: Any, by: Any, issuer: str, *, is_authority: bool, days: int = 30
) -> x509.Certificate:
    def named(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=5))
        .not_valid_after(now + dt.timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
    )
    if not is_authority:
        made = made.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    return made.sign(by, hashes.SHA256())


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    from asn1crypto import keys, tsp
    from asn1crypto import x509 as asn1
    from pyhanko.sign.timestamps import DummyTimeStamper
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    # What pyHanko's own stamper signs with is RSA.
    root_key, key = ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 2048)
    root = certificate("Invented root", root_key, root_key, "Invented root", is_authority=True)
    leaf = certificate("Invented time-stamp service", key, root_key, "Invented root", is_authority=False)
    der = serialization.Encoding.DER
    private = key.private_bytes(der, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    held = [asn1.Certificate.load(one.public_bytes(der)) for one in (root, leaf)]
    store = SimpleCertificateStore()
    store.register_multiple(held)
    stamper = DummyTimeStamper(held[1], keys.PrivateKeyInfo.load(private), certs_to_embed=store)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            running.asked += 1
            asked = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
            if running.behaviour == "sleeps":
                running.done.wait(30)
                return
            content = b"no stamp at all"
            if running.behaviour == "answers":
                content = stamper.request_tsa_response(asked).dump()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_given: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running = Service(
        f"http://127.0.0.1:{server.server_port}/", root.public_bytes(serialization.Encoding.PEM)
    )
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield running
    running.done.set()
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def configured(service: Service, settings: Any, tmp_path: Path) -> None:
    service.behaviour = "answers"
    settings.VAR_DIR = tmp_path / "var"
    folder = tmp_path / "roots"
    folder.mkdir()
    (folder / "product.pem").write_bytes(trusted_roots()[0])
    (folder / "stamps.pem").write_bytes(service.root)
    settings.SIGNING_ROOTS_DIR = str(folder)
    settings.SIGNING_TIMESTAMP_URL = service.url
    settings.SIGNING_TIMESTAMP_SECONDS = 2


def test_both_signatures_are_stamped_and_the_file_carries_what_proves_them(drawn: RenderedDossier) -> None:
    first = sign_side(drawn.pdf, field="Requested", country="TH", reason="x")
    second = sign_side(first.pdf, field="Requesting", country="CN", reason="x")
    assert first.stamped_by == second.stamped_by == "Invented time-stamp service"
    found = examine(second.pdf, roots=trusted_roots())
    assert found.holds
    assert found.archive_stamps == 2
    for one in found.signatures:
        assert one.is_stamp_trusted
        assert one.stamped_at is not None
        assert abs((dt.datetime.now(dt.UTC) - one.stamped_at).total_seconds()) < 300
    assert b"/DSS" in second.pdf
    # Of the signer's authority alone, the stamp is there and not trusted.
    stranger = examine(second.pdf, roots=trusted_roots()[:1])
    assert [one.is_trusted for one in stranger.signatures] == [True, True]
    assert not any(one.is_stamp_trusted for one in stranger.signatures)
    assert not examine(second.pdf + b"\n", roots=trusted_roots()).holds


def test_a_printed_document_is_stamped_too(drawn: RenderedDossier) -> None:
    found = examine(sign_pdf(drawn.pdf, reason="x").pdf, roots=trusted_roots())
    assert found.holds
    assert found.signatures[0].is_stamp_trusted


def test_a_stamped_signature_outlives_its_certificate(drawn: RenderedDossier) -> None:
    import time_machine

    signed = sign_side(drawn.pdf, field="Requested", country="TH", reason="x").pdf
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(days=800), tick=False):
        found = examine(signed, roots=trusted_roots())
    # The service's own certificate ran out as well here: what holds is what was signed.
    assert found.signatures[0].is_intact


@pytest.mark.parametrize("behaviour", ["sleeps", "talks nonsense"])
def test_without_a_usable_answer_nothing_is_signed(
    drawn: RenderedDossier, service: Service, behaviour: str
) -> None:
    service.behaviour = behaviour
    before = dt.datetime.now(dt.UTC)
    with pytest.raises(NoTimeStamp):
        sign_side(drawn.pdf, field="Requested", country="TH", reason="x")
    assert (dt.datetime.now(dt.UTC) - before).total_seconds() < 25


def test_where_no_stamp_is_required_it_is_signed_without(drawn: RenderedDossier, settings: Any) -> None:
    settings.SIGNING_TIMESTAMP_REQUIRED = False
    settings.SIGNING_TIMESTAMP_URL = "http://127.0.0.1:9/"
    signed = sign_side(drawn.pdf, field="Requested", country="TH", reason="x")
    assert signed.stamped_by == ""
    assert examine(signed.pdf, roots=trusted_roots()).holds


def test_a_service_of_an_unknown_authority_is_refused(drawn: RenderedDossier, settings: Any) -> None:
    (Path(settings.SIGNING_ROOTS_DIR) / "stamps.pem").unlink()
    with pytest.raises(NoTimeStamp):
        sign_side(drawn.pdf, field="Requested", country="TH", reason="x")
