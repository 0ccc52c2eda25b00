"""Rule: both sides sign in one file, and whoever holds it finds every change, every stranger and every missing side."""

from __future__ import annotations

import hashlib
import io
import stat
import subprocess
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from lmc_cases.dossiers import signing
from lmc_cases.dossiers.rendering import RenderedDossier, render_dossier
from lmc_cases.dossiers.signing import NoSigningKey, sign_side, trusted_roots
from lmc_cases.dossiers.signing.authority import local_country
from lmc_cases.dossiers.signing.reading import open_reader
from lmc_cases.dossiers.signing.sign import NoPlaceToSign, sign_pdf
from lmc_cases.dossiers.signing.stamp import latin
from lmc_cases.dossiers.signing.verify import Examination, examine
from tests.dossiers.pdf_reading import bookmarks_of
from tests.dossiers.samples import sample_facts


@pytest.fixture(scope="module")
def drawn() -> RenderedDossier:
    return render_dossier(sample_facts(exhibits=2), language="en")


@pytest.fixture(autouse=True)
def own_folders(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path / "var"


def by_both(pdf: bytes) -> bytes:
    first = sign_side(pdf, field="Requested", country="TH", reason="HR-1, version 1")
    return sign_side(first.pdf, field="Requesting", country="CN", reason="HR-1, version 1").pdf


def seen(pdf: bytes) -> Examination:
    return examine(pdf, roots=trusted_roots())


def test_both_sides_sign_one_file_and_both_hold(drawn: RenderedDossier, tmp_path: Path) -> None:
    first = sign_side(drawn.pdf, field="Requested", country="TH", reason="HR-1, version 1")
    second = sign_side(first.pdf, field="Requesting", country="CN", reason="HR-1, version 1")
    found = seen(second.pdf)
    assert found.holds
    assert [(one.field, one.country, one.is_trusted) for one in found.signatures] == [
        ("Requested", "TH", True),
        ("Requesting", "CN", True),
    ]
    assert [one.certificate_sha256 for one in found.signatures] == [
        first.certificate_sha256,
        second.certificate_sha256,
    ]
    assert found.signatures[0].chain == (
        "LMC Cases, TH (demonstration)",
        "LMC Cases local authority (demonstration)",
    )
    assert found.sha256 == second.sha256 == hashlib.sha256(second.pdf).hexdigest()
    assert found.facts_sha256 == found.cover_sha256 == drawn.facts_sha256
    # Each is a further file on top of the one before.
    assert first.pdf.startswith(drawn.pdf)
    assert second.pdf.startswith(first.pdf)
    path = tmp_path / "signed.pdf"
    path.write_bytes(second.pdf)
    told = subprocess.run(["pdfsig", str(path)], capture_output=True, text=True, check=False).stdout
    assert told.count("Signature is Valid") == 2, told


def test_a_file_signed_by_one_side_holds_and_shows_that_the_other_is_missing(drawn: RenderedDossier) -> None:
    found = seen(sign_side(drawn.pdf, field="Requested", country="TH", reason="x").pdf)
    assert found.holds
    assert [one.field for one in found.signatures] == ["Requested"]


def test_the_fields_stand_where_the_layout_left_room(drawn: RenderedDossier) -> None:
    signed = by_both(drawn.pdf)
    with pikepdf.open(io.BytesIO(signed)) as opened:
        fields = {str(field.T): field for field in opened.Root.AcroForm.Fields}
        assert set(fields) == {"Requested", "Requesting"}
        boxes = {name: [float(side) for side in field.Rect] for name, field in fields.items()}
        (on,) = {field.P.objgen for field in fields.values()}
        numbers = {page.objgen: number for number, page in enumerate(opened.pages, 1)}
        height = float(opened.pages[numbers[on] - 1].MediaBox[3])
    # The pages of the protocol, which end where the next part begins.
    marks = bookmarks_of(signed)
    assert marks["11. Handover protocol"] <= numbers[on] < marks["12. Disclosure note and annexes"]
    left, right = boxes["Requested"], boxes["Requesting"]
    # Side by side, of the same size, on the page.
    assert left[2] < right[0]
    assert left[1] == pytest.approx(right[1], abs=4)
    assert left[2] - left[0] == pytest.approx(right[2] - right[0], abs=1)
    assert left[3] - left[1] == pytest.approx(16 / 25.4 * 72, abs=1)
    assert 0 < left[1] < left[3] < height


def test_the_stamp_names_country_certificate_and_time(drawn: RenderedDossier, tmp_path: Path) -> None:
    path = tmp_path / "signed.pdf"
    path.write_bytes(by_both(drawn.pdf))
    # Poppler counts what stands in fields as text of the page.
    text = subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True
    ).stdout
    words = "".join(text.split())
    for country in ("TH", "CN"):
        assert f"Signedelectronicallyfor{country}" in words
    assert "UTC" in words
    assert latin("Bộ Công an 公安部 100 %") == "Bo Cong an ??? 100 %"


@pytest.mark.parametrize("part", [0.05, 0.3, 0.6, 0.8, 0.88, 0.95, 0.98])
def test_one_flipped_byte_is_detected_wherever_it_is(drawn: RenderedDossier, part: float) -> None:
    broken = bytearray(by_both(drawn.pdf))
    broken[int(len(broken) * part)] ^= 1
    try:
        found = seen(bytes(broken))
    except ValueError:
        return
    assert not found.holds


def test_what_is_added_to_a_signed_file_is_detected(drawn: RenderedDossier) -> None:
    signed = by_both(drawn.pdf)
    assert not seen(signed + b"\n% appended\n").holds
    # A whole update by a tool that leaves the signed bytes alone: the catalogue changed.
    from pyhanko.pdf_utils.generic import pdf_string
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter.from_reader(open_reader(signed))
    writer.root["/Lang"] = pdf_string("xx")
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    assert out.getvalue().startswith(signed)
    changed = seen(out.getvalue())
    assert [one.is_intact for one in changed.signatures] == [True, True]
    assert not any(one.is_kept for one in changed.signatures)
    assert not changed.holds


def test_a_signature_of_another_authority_is_not_trusted(
    drawn: RenderedDossier, settings: Any, tmp_path: Path
) -> None:
    first = sign_side(drawn.pdf, field="Requested", country="TH", reason="x").pdf
    ours = trusted_roots()
    settings.VAR_DIR = tmp_path / "another"
    both = sign_side(first, field="Requesting", country="CN", reason="x").pdf
    found = examine(both, roots=ours)
    assert [one.is_trusted for one in found.signatures] == [True, False]
    assert [one.is_intact for one in found.signatures] == [True, True]
    assert not found.holds


def test_the_second_field_cannot_be_filled_before_the_first_was_made(drawn: RenderedDossier) -> None:
    with pytest.raises(ValueError, match=r"Requesting|does not contain a form"):
        sign_side(drawn.pdf, field="Requesting", country="CN", reason="x")


def test_a_file_without_room_for_signatures_is_refused() -> None:
    with pikepdf.new() as blank:
        blank.add_blank_page()
        out = io.BytesIO()
        blank.save(out)
    with pytest.raises(NoPlaceToSign):
        sign_side(out.getvalue(), field="Requested", country="TH", reason="x")


def test_each_country_signs_with_its_own_files(drawn: RenderedDossier, settings: Any, tmp_path: Path) -> None:
    folder, home = tmp_path / "keys", local_country("TH")
    folder.mkdir()
    (folder / "TH.key").write_bytes((home / "signer.key").read_bytes())
    (folder / "TH.pem").write_bytes((home / "signer.pem").read_bytes())
    roots = trusted_roots()
    settings.SIGNING_LOCAL_AUTHORITY = False
    settings.SIGNING_COUNTRY_DIR = str(folder)
    settings.SIGNING_ROOTS_DIR = str(folder.parent / "roots")
    (tmp_path / "roots").mkdir()
    (tmp_path / "roots" / "authority.pem").write_bytes(roots[0])
    assert seen(sign_side(drawn.pdf, field="Requested", country="TH", reason="x").pdf).holds
    with pytest.raises(NoSigningKey):
        sign_side(drawn.pdf, field="Requested", country="CN", reason="x")
    # A device that is named and not there.
    settings.SIGNING_PKCS11 = {"CN": {"module": str(tmp_path / "none.so"), "token": "CN", "key": "CN"}}
    with pytest.raises(NoSigningKey):
        sign_side(drawn.pdf, field="Requested", country="CN", reason="x")


def test_the_demo_makes_one_certificate_for_each_country_and_keeps_it() -> None:
    thai, again, chinese = local_country("TH"), local_country("TH"), local_country("CN")
    assert thai == again
    assert (thai / "signer.pem").read_bytes() != (chinese / "signer.pem").read_bytes()
    assert stat.S_IMODE((thai / "signer.key").stat().st_mode) == 0o600
    with pytest.raises(ValueError, match="country"):
        local_country("../x")


def test_the_reader_of_object_streams_says_what_pyhanko_says(drawn: RenderedDossier) -> None:
    from pyhanko.pdf_utils.reader import PdfFileReader

    theirs, ours = PdfFileReader(io.BytesIO(drawn.pdf)), open_reader(drawn.pdf)
    for reader in (theirs, ours):
        assert len(reader.xrefs.explicit_refs_in_revision(0)) > 100
    for ref in sorted(theirs.xrefs.explicit_refs_in_revision(0), key=lambda ref: ref.idnum)[::17]:
        mine = next(r for r in ours.xrefs.explicit_refs_in_revision(0) if r.idnum == ref.idnum)
        assert repr(ours.get_object(mine)) == repr(theirs.get_object(ref))


def test_printed_documents_are_signed_as_before(drawn: RenderedDossier) -> None:
    signed = sign_pdf(drawn.pdf, reason="x")
    assert signing.verify_pdf(signed.pdf, roots=trusted_roots()).holds
    assert signed.signer == "LMC Cases (demonstration)"
    assert signed.stamped_by == ""
