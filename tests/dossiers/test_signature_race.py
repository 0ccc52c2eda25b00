"""Rule: of two officers of one side who sign at the same moment one does, the other is told, and one file stays."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import connection

from lmc_cases.dossiers.models import DossierSignature
from lmc_cases.dossiers.services.signing import AlreadySigned
from lmc_cases.jurisdictions.access import acting_as
from tests.dossiers.test_signatures import rendered, sign
from tests.handovers.samples import world


@pytest.fixture(autouse=True)
def own_folders(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path / "var"


@pytest.mark.django_db(transaction=True)
def test_of_two_officers_of_a_side_who_sign_at_once_one_does() -> None:
    w = world(evidence=0, with_photo=False)
    dossier = rendered(w)
    outcomes: list[Any] = []
    start = threading.Barrier(2)

    def go(actor: Any) -> None:
        start.wait(timeout=20)
        try:
            outcomes.append(sign(actor, dossier, dossier.sha256))
        except AlreadySigned as error:
            outcomes.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=(actor,)) for actor in (w.thai, w.supervisor)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(type(found).__name__ for found in outcomes) == ["AlreadySigned", "DossierSignature"]
    with acting_as(w.thai):
        held = DossierSignature.objects.get()
    assert default_storage.listdir(f"dossiers/{dossier.uuid.hex}/signed/REQUESTED")[1] == [
        Path(held.file.name).name
    ]
