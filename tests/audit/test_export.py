"""An export with proof is checked abroad, without the server; what its reader may not know is not in it."""

from __future__ import annotations

import csv
import io
import json
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse

from lmc_cases.accounts.models import User
from lmc_cases.accounts.services.rights import revoke_role
from lmc_cases.audit.listing import EventFilters
from lmc_cases.audit.models import AuditEvent, AuditExport, Operation
from lmc_cases.audit.services import exporting, record, sealing
from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.jobs import JobState
from lmc_cases.jurisdictions.access import acting_as
from tests.audit.abroad import offline, vkey
from tests.audit.test_tampering import fetched
from tests.factories import officer, open_case, share

# Another worker's open transaction delays sealing: transaction ids are the cluster's.
pytestmark = [pytest.mark.alone, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _one_factor(settings: Any, anchor: Path, transactional_db: None) -> None:
    settings.SECOND_FACTOR_COMPULSORY = False


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def made_by(user: User, filters: EventFilters | None = None) -> AuditExport:
    export = exporting.request_export(actor=user, filters=filters or EventFilters())
    exporting.run_owed_export(job_id=export.pk)
    return as_read_by(user, export)


def as_read_by(user: User, export: AuditExport) -> AuditExport:
    with acting_as(user):
        export.refresh_from_db()
    return export


def saved(export: AuditExport, path: Path) -> Path:
    path.write_bytes(export.file.read())
    return path


def test_another_country_checks_an_export_against_what_it_kept(tmp_path: Path) -> None:
    thai, chinese = officer("TH"), officer("CN")
    case = open_case(thai)
    share(thai, case, "CN")
    sealing.seal_now()
    kept = fetched(tmp_path / "kept.json", "TH")
    record(actor=chinese, operation=Operation.CONSULTATION, verb="case.viewed", target=case)
    auditor = officer("TH", "auditor")
    export = made_by(auditor, EventFilters(case_uuid=case.uuid))
    with acting_as(auditor):
        count = AuditEvent.objects.filter(case_uuid=case.uuid).count()
    assert (export.job_state, export.rows_done, export.rows_left_out) == (JobState.DONE, count, 0)
    file = saved(export, tmp_path / "export.zip")
    code, said = offline("export", file, "--key", vkey(), "--kept", kept)
    assert code == 0, said
    assert f"{count} events are in the log" in said
    with acting_as(auditor):
        verbs = [event.verb for event in AuditEvent.objects.filter(object_uuid=export.uuid).order_by("pk")]
    assert verbs == ["audit.export_requested", "audit.exported"]


def test_a_changed_added_or_missing_event_of_an_export_is_found_offline(tmp_path: Path) -> None:
    thai = officer("TH")
    for number in range(3):
        open_case(thai, f"Case {number}")
    file = saved(made_by(officer("TH", "auditor")), tmp_path / "export.zip")
    assert offline("export", file, "--key", vkey())[0] == 0
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    lines = members["events.jsonl"].splitlines(keepends=True)
    attacks = {
        "changed": {"events.jsonl": members["events.jsonl"].replace(b"case.opened", b"case.viewed", 1)},
        "missing": {"events.jsonl": b"".join(lines[1:])},
        "twice": {"events.jsonl": b"".join([*lines, lines[0]])},
        "moved": {"events.jsonl": members["events.jsonl"].replace(b'"index": 0', b'"index": 1', 1)},
        "no proof": {"proofs.jsonl": b""},
        "unsigned": {"checkpoint.txt": members["checkpoint.txt"].replace(b"epoch 1", b"epoch 2")},
    }
    for name, changed in attacks.items():
        forged = tmp_path / "forged.zip"
        with zipfile.ZipFile(forged, "w") as archive:
            for member, content in {**members, **changed}.items():
                archive.writestr(member, content)
        code, said = offline("export", forged, "--key", vkey())
        assert (code, "FAULT" in said) == (1, True), (name, said)


def test_words_and_addresses_are_in_it_for_those_alone_who_may_read_them(tmp_path: Path) -> None:
    from lmc_cases.core.request_id import Origin, work_from

    thai, chinese = officer("TH"), officer("CN")
    case = open_case(thai)
    with work_from(Origin(request_id="0123456789abcdef", address="192.0.2.9", channel="web")):
        share(thai, case, "CN")
    with work_from(Origin(request_id="0123456789abcdee", address="198.51.100.9", channel="web")):
        record(actor=chinese, operation=Operation.CONSULTATION, verb="case.viewed", target=case)
    for role, words in (("auditor", False), ("supervisor", True)):
        export = made_by(officer("TH", role), EventFilters(case_uuid=case.uuid))
        with zipfile.ZipFile(io.BytesIO(export.file.read())) as archive:
            everything = b"".join(archive.read(name) for name in archive.namelist())
            assert ("reasons.csv" in archive.namelist()) == words
            table = list(csv.DictReader(io.StringIO(archive.read("events.csv").decode("utf-8-sig"))))
        assert (b"Invented reason" in everything) == words
        assert thai.full_name.encode() not in everything
        assert b"192.0.2.9" in everything, "the own officer's"
        assert b"198.51.100.9" not in everything, "another country's officer"
        assert {row["country"] for row in table} == {"TH", "CN"}
        assert {row["reason_given"] for row in table} == {"yes", ""}


def test_a_cell_that_looks_like_a_formula_is_made_harmless() -> None:
    thai = officer("TH")
    record(actor=thai, operation=Operation.CONSULTATION, verb="cases.listed", reason_code="=HYPERLINK(1)")
    export = made_by(officer("TH", "auditor"))
    with zipfile.ZipFile(io.BytesIO(export.file.read())) as archive:
        assert '"\'=HYPERLINK(1)"' in archive.read("events.csv").decode("utf-8-sig")


def test_nobody_else_reads_an_export_and_a_lost_right_denies_it() -> None:
    auditor, other = officer("TH", "auditor"), officer("TH", "auditor")
    open_case(officer("TH"))
    export = made_by(auditor)
    address = reverse("audit:export_download", args=[export.uuid])
    assert client_of(other).get(address).status_code == 404
    assert client_of(officer("VN", "auditor")).get(address).status_code == 404
    with pytest.raises(AuditExport.DoesNotExist):
        exporting.request_export(actor=officer("TH"), filters=EventFilters())
    pending = exporting.request_export(actor=auditor, filters=EventFilters())
    revoke_role(actor=None, user_id=auditor.uuid, role_code="auditor")
    exporting.run_owed_export(job_id=pending.pk)
    as_read_by(auditor, pending)
    assert (pending.job_state, bool(pending.file)) == (JobState.DENIED, False)
    assert client_of(auditor).get(address).status_code == 404


def test_too_many_events_are_refused_with_the_remedy(settings: Any) -> None:
    settings.AUDIT_EXPORT_MAX_EVENTS = 2
    auditor = officer("TH", "auditor")
    for _n in range(3):
        open_case(officer("TH"))
    with pytest.raises(InvalidInput, match="Narrow the filters"):
        exporting.request_export(actor=auditor, filters=EventFilters())
    answer = client_of(auditor).post(reverse("audit:export"))
    assert answer.status_code == 422
    assert "Narrow the filters" in answer.content.decode()
    with acting_as(auditor):
        assert not AuditExport.objects.exists()


def test_the_page_asks_first_a_worker_makes_it_and_the_download_is_recorded(
    worker: Any, tmp_path: Path
) -> None:
    thai, auditor = officer("TH"), officer("TH", "auditor")
    case = open_case(thai)
    client = client_of(auditor)
    ask = f"{reverse('audit:export')}?case={case.uuid}&operation=COLLECTION"
    page = client.get(ask).content.decode()
    assert "One case" in page
    assert "Collection" in page
    with acting_as(auditor):
        assert not AuditExport.objects.exists(), "looking makes none"
    answer = client.post(ask)
    with acting_as(auditor):
        export = AuditExport.objects.get()
    assert answer["Location"] == reverse("audit:export_detail", args=[export.uuid])
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        progress = client.get(reverse("audit:export_progress", args=[export.uuid])).content.decode()
        if "hx-get" not in progress:
            break
        time.sleep(0.2)
    page = client.get(answer["Location"]).content.decode()
    as_read_by(auditor, export)
    assert export.job_state == JobState.DONE, export.error_code
    assert export.sha256[:8] in page.replace("<wbr>", "").replace(" ", "")
    download = client.get(reverse("audit:export_download", args=[export.uuid]))
    assert download["Content-Disposition"].startswith("attachment")
    file = tmp_path / "download.zip"
    file.write_bytes(b"".join(download.streaming_content))  # type: ignore[attr-defined]
    assert offline("export", file, "--key", vkey())[0] == 0
    with acting_as(auditor):
        event = AuditEvent.objects.select_related("actor").get(verb="audit.export_downloaded")
    assert (event.operation, event.actor, event.codes["sha256"]) == ("EXPORT", auditor, export.sha256)
    with zipfile.ZipFile(file) as archive:
        assert json.loads(archive.read("manifest.json"))["events"] == export.rows_done


def test_files_are_removed_after_their_days_and_the_row_stays(settings: Any) -> None:
    auditor = officer("TH", "auditor")
    open_case(officer("TH"))
    export = made_by(auditor)
    stored = Path(django_settings.MEDIA_ROOT) / export.file.name
    assert stored.exists()
    assert exporting.remove_old_files() == 0
    settings.AUDIT_EXPORT_DAYS = 0
    assert exporting.remove_old_files() == 1
    assert not stored.exists()
    page = client_of(auditor).get(reverse("audit:export_detail", args=[export.uuid]))
    assert "The file has been removed." in page.content.decode()
