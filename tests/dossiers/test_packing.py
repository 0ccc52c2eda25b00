"""The finished dossiers of a run as one archive: each through the rule, each recorded, never whole in memory."""

from __future__ import annotations

import hashlib
import io
import json
import tracemalloc
import zipfile
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse

from lmc_cases.accounts.services.rights import revoke_role
from lmc_cases.audit.models import AuditEvent
from lmc_cases.cases.models import Disclosure
from lmc_cases.dossiers.models import Dossier, DossierRun
from lmc_cases.dossiers.services import packing, reading, runs, sign_dossier
from lmc_cases.dossiers.services.packing import pack_run
from lmc_cases.dossiers.services.scopes import Asked
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.jurisdictions.access import acting_as
from tests.cases.browsing import signed_in, words
from tests.dossiers.runs import Party, drain, granted, start
from tests.factories import officer
from tests.harness.shared_worlds import once_per_module

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _second_factor_given(settings: Any, tmp_path: Any) -> None:
    settings.SECOND_FACTOR_COMPULSORY = False
    settings.VAR_DIR = tmp_path / "var"


built, party = once_per_module(lambda: granted(3))


def made(party: Party, languages: tuple[str, ...] = ("en",)) -> DossierRun:
    """A run whose dossiers are all there."""
    run = start(party, languages)
    drain()
    return run


def opened(content: bytes) -> tuple[dict[str, bytes], dict[str, Any]]:
    """Files and manifest of an archive; every checksum of the format is compared."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_STORED}
        files = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(files.pop("manifest.json"))
    return files, manifest


def packed(party: Party, run: DossierRun) -> tuple[dict[str, bytes], dict[str, Any]]:
    return opened(b"".join(pack_run(actor=party.holder, run_id=run.uuid).pieces))


def test_each_file_is_what_a_single_download_gives_and_the_manifest_names_its_hash(party: Party) -> None:
    run = made(party, ("en", "th"))
    files, manifest = packed(party, run)
    with acting_as(party.holder):
        rows = {
            f"{row.handover.reference}-v{row.number}-{row.language}.pdf": row
            for row in Dossier.objects.select_related("handover")
        }
    assert set(files) == set(rows)
    assert len(files) == 6
    for name, content in files.items():
        assert hashlib.sha256(content).hexdigest() == rows[name].sha256
    assert {entry["name"]: entry["sha256"] for entry in manifest["files"]} == {
        name: row.sha256 for name, row in rows.items()
    }
    assert (manifest["asked"], manifest["inside"], manifest["run"]) == (6, 6, str(run.uuid))


def test_every_file_in_it_is_recorded_as_a_single_download_is(party: Party) -> None:
    """Rule: for the asking country it is a disclosure, with its entry in the ledger for each dossier."""
    chosen = frozenset(row.uuid for row in party.requests)
    run = runs.start_run(actor=party.liaison, asked=Asked("REQUESTS", requests=chosen), languages=["en"])
    drain()
    package = pack_run(actor=party.liaison, run_id=run.uuid)
    first = next(package.pieces)
    assert first.startswith(b"PK")
    assert AuditEvent.objects.filter(verb="dossier.downloaded", actor=party.liaison).count() == 1
    b"".join(package.pieces)
    assert AuditEvent.objects.filter(verb="dossier.downloaded", actor=party.liaison).count() == 3
    asked = AuditEvent.objects.get(verb="dossier_run.downloaded")
    assert (asked.object_uuid, asked.operation, asked.codes["done"]) == (run.uuid, "EXPORT", 3)
    with acting_as(party.holder):
        told = Disclosure.objects.filter(path=Disclosure.Path.DOSSIER, recipient_officer=party.liaison)
        assert told.values("object_uuid").distinct().count() == 3


def test_what_the_reader_may_not_see_any_more_is_left_out_without_a_word(
    party: Party, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rule: closed before its turn came, or closed before: only the numbers differ."""
    run = made(party)
    with acting_as(party.holder):
        closed = Dossier.objects.select_related("handover").order_by("pk")[1]
    plain = reading.open_download

    def gone(*, actor: Any, dossier_id: UUID) -> Any:
        if dossier_id == closed.uuid:
            raise Dossier.DoesNotExist
        return plain(actor=actor, dossier_id=dossier_id)

    monkeypatch.setattr(packing, "open_download", gone)
    files, manifest = packed(party, run)
    assert len(files) == 2
    assert (manifest["asked"], manifest["inside"]) == (3, 2)
    assert closed.handover.reference not in json.dumps(manifest)
    assert str(closed.uuid) not in json.dumps(manifest)


def test_who_loses_the_right_while_it_is_sent_gets_nothing_more(party: Party) -> None:
    run = made(party)
    reader = officer("TH", "supervisor")
    own = runs.start_run(
        actor=reader,
        asked=Asked("REQUESTS", requests=frozenset(row.uuid for row in party.requests)),
        languages=["en"],
    )
    drain()
    package = pack_run(actor=reader, run_id=own.uuid)
    begun = next(package.pieces)
    admin = officer("TH", "country_administrator")
    revoke_role(actor=admin, user_id=reader.uuid, role_code="supervisor")
    files, manifest = opened(begun + b"".join(package.pieces))
    assert (len(files), manifest["inside"], manifest["asked"]) == (1, 1, 3)
    assert run.uuid != own.uuid


def test_a_damaged_file_is_named_and_the_others_are_there(party: Party) -> None:
    run = made(party)
    with acting_as(party.holder):
        spoilt = Dossier.objects.order_by("pk").first()
    assert spoilt is not None
    name = str(spoilt.file.name)
    default_storage.delete(name)
    default_storage.save(name, ContentFile(b"another"))
    files, manifest = packed(party, run)
    assert (len(files), manifest["inside"]) == (2, 2)
    assert {"dossier": str(spoilt.uuid), "error": "damaged"} in manifest["files"]


def test_a_signed_dossier_goes_with_its_signature(party: Party) -> None:
    run = made(party)
    with acting_as(party.holder):
        dossier = Dossier.objects.select_related("handover").order_by("pk").first()
    assert dossier is not None
    held = sign_dossier(actor=party.holder, dossier_id=dossier.uuid, sha256=dossier.sha256, confirmed_at=None)
    files, _manifest = packed(party, run)
    signed = files[f"{dossier.handover.reference}-v1-en-signed.pdf"]
    assert hashlib.sha256(signed).hexdigest() == held.sha256


def test_a_run_of_two_languages_side_by_side(party: Party) -> None:
    run = runs.start_run(
        actor=party.holder,
        asked=Asked("REQUESTS", requests=frozenset([party.requests[0].uuid])),
        languages=["lo", "th"],
        beside="en",
    )
    drain()
    files, manifest = packed(party, run)
    reference = party.requests[0].reference
    assert set(files) == {f"{reference}-v1-lo+en.pdf", f"{reference}-v1-th+en.pdf"}
    assert manifest["beside"] == "en"


def test_an_archive_of_a_thousand_files_is_never_whole_in_memory(
    party: Party, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rule: one piece at a time; what a thousand files of 200 KB cost is a few pieces and a line for each."""
    run = made(party)
    count, content = 1_000, b"%PDF" + b"x" * 200_000
    ids = [uuid4() for _number in range(count)]
    monkeypatch.setattr(packing, "_finished", lambda _pk, _run: iter(ids))

    def file_of(_pk: int, dossier_id: UUID, _lines: Any) -> Any:
        return ContentFile(content, name=f"{dossier_id.hex}.pdf")

    monkeypatch.setattr(packing, "_opened", file_of)
    package = pack_run(actor=party.holder, run_id=run.uuid)
    sent = 0
    tracemalloc.start()
    for piece in package.pieces:
        sent += len(piece)
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sent > count * len(content)
    assert most < 8 * 1024 * 1024


def test_a_reader_who_goes_away_ends_it_and_only_what_was_begun_is_recorded(party: Party) -> None:
    run = made(party)
    package = pack_run(actor=party.holder, run_id=run.uuid)
    next(package.pieces)
    package.pieces.close()  # type: ignore[attr-defined]
    assert AuditEvent.objects.filter(verb="dossier.downloaded", actor=party.holder).count() == 1


def test_the_page_offers_it_and_nobody_else_has_it(party: Party) -> None:
    run = start(party)
    address = reverse("dossiers:run_download", args=[run.uuid])
    client = signed_in(party.holder)
    assert address not in client.get(reverse("dossiers:run", args=[run.uuid])).content.decode()
    nothing = client.get(address, follow=True)
    assert "No dossier of this run is ready yet." in words(nothing)
    drain()
    assert address in client.get(reverse("dossiers:run", args=[run.uuid])).content.decode()
    answer = client.get(address)
    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"].startswith("attachment")
    assert "no-store" in answer["Cache-Control"]
    files, _manifest = opened(answer.getvalue())
    assert len(files) == 3
    for other in (party.liaison, officer("TH"), officer("VN")):
        assert signed_in(other).get(address).status_code == 404
    missing = reverse("dossiers:run_download", args=[uuid4()])
    assert client.get(missing).status_code == 404


def test_the_form_takes_a_second_language_and_refuses_one_beside_itself(party: Party) -> None:
    client = signed_in(party.holder)
    page = client.get("/dossiers/runs/start/")
    form = page.context["form"]
    sent = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    refused = client.post("/dossiers/runs/start/", {**sent, "languages": ["th"], "beside": "th"})
    assert refused.status_code == 422
    assert "This language is chosen above already." in words(refused)
    taken = client.post("/dossiers/runs/start/", {**sent, "languages": ["th"], "beside": "en"})
    assert taken.status_code == 302
    assert "Second language beside it" in words(client.get(taken["Location"]))
    with acting_as(party.holder):
        assert DossierRun.objects.get().beside == "en"
        assert HandoverRequest.objects.count() == 3
