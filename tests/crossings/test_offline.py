"""Rule: a third person checks a file and its proof with files alone, and is told what does not hold."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from lmc_cases.audit.services import sealing
from lmc_cases.dossiers.signing import local_authority
from tests.crossings.test_verifying import content, rendered, signed_by_both, told
from tests.handovers.samples import world


@pytest.fixture(autouse=True)
def own_folders(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path / "var"


def run(*arguments: Any) -> tuple[int, str]:
    """Exit code and answer of the offline command."""
    out = io.StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("verify_document", *map(str, arguments), stdout=out, stderr=out)
    return int(str(end.value.code)), out.getvalue()


@pytest.mark.alone
@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_a_third_person_checks_file_and_proof_without_the_server(tmp_path: Path) -> None:
    w = world(evidence=0, with_photo=False)
    dossier = rendered(w)
    _first, second = signed_by_both(w, dossier)
    before = told(second)
    assert before is not None
    sealing.seal_now()
    sealing.sign_checkpoint()
    found = told(second)
    assert found is not None
    assert found.inclusion is not None
    address = reverse("receipts:proof")
    answer = Client().get(address, {"sha256": found.sha256})
    assert answer["Content-Disposition"].startswith("attachment")
    proof = json.loads(answer.content)
    said = json.loads(proof["canonical"])
    assert {said[name] for name in ("actor", "agency", "object", "case", "reference")} == {""}
    roots = tmp_path / "roots"
    roots.mkdir()
    (roots / "authority.pem").write_bytes((local_authority() / "authority.pem").read_bytes())
    (roots / "audit.key").write_text(f"{sealing.trusted_keys()[0]}\n")
    file, held, other = tmp_path / "signed.pdf", tmp_path / "proof.json", tmp_path / "drawn.pdf"
    file.write_bytes(second)
    held.write_bytes(answer.content)
    other.write_bytes(content(dossier.file.name))
    # Nothing of the server may be asked.
    connection.close()
    with connection.execute_wrapper(_no_database):
        code, text = run(file, "--roots", roots, "--proof", held)
        assert code == 0, text
        for words in (
            "Requested: LMC Cases, TH",
            "Requesting: LMC Cases, CN",
            "events that the record signed",
        ):
            assert words in text
        assert "whoever runs it holds every key" in text
        assert run(file, "--roots", roots)[0] == 0
        code, text = run(other, "--roots", roots, "--proof", held)
        assert code == 1
        assert "the proof is of another file" in text
        assert "no signature" in text
        held.write_text(json.dumps({**proof, "proof": proof["proof"][1:]}))
        assert run(file, "--roots", roots, "--proof", held)[0] == 1
        file.write_bytes(second + b"\n")
        code, text = run(file, "--roots", roots)
        assert code == 1
        assert "added to the file after it was signed" in text
        (roots / "authority.pem").unlink()
        file.write_bytes(second)
        code, text = run(file, "--roots", roots)
        assert code == 1
        assert "leads to none of the roots given" in text
        for unreadable in (tmp_path / "none.pdf", held):
            assert run(unreadable, "--roots", roots)[0] == 2


def _no_database(*_given: Any) -> Any:
    raise AssertionError("the command asked the database")
