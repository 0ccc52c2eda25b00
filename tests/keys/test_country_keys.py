"""Keys per country: what one opens, how it is replaced, and what is lost with it."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from lmc_cases.audit.models import AuditEvent
from lmc_cases.jurisdictions.access import acting_as
from lmc_cases.jurisdictions.models import Jurisdiction
from lmc_cases.keys import crypto, sealing, services
from lmc_cases.keys.marks import Marker
from lmc_cases.keys.models import CountryKey, RecordKey
from lmc_cases.keys.providers import KeyEnvironment, KeyUnavailable, encoded, provider
from lmc_cases.suspects.models import IdentityDocument, Suspect
from lmc_cases.suspects.services import DocumentDetails, add_document
from lmc_cases.suspects.services.papers import opened
from tests.factories import officer, open_case
from tests.suspects.samples import person

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def key_dir(settings: Any, tmp_path: Path) -> Path:
    """A key directory of this test alone."""
    settings.KEY_DIR = tmp_path / "keys"
    return tmp_path / "keys"


def paper(code: str, number: str = "AA1234567") -> IdentityDocument:
    actor = officer(code)
    suspect = person(actor, open_case(actor))
    document = add_document(
        actor=actor, suspect_id=suspect.uuid, details=DocumentDetails(kind="PASSPORT", number=number)
    )
    with acting_as(actor):
        return IdentityDocument.objects.select_related("suspect").get(pk=document.pk)


def test_a_sealed_value_opens_with_its_key_in_its_place_alone() -> None:
    key, other = crypto.new_key(), crypto.new_key()
    place = crypto.bound_to("a", "bc")
    sealed = crypto.seal(key, b"secret", place)
    assert crypto.unseal(key, sealed, place) == b"secret"
    assert b"secret" not in sealed
    assert crypto.seal(key, b"secret", place) != sealed
    assert crypto.bound_to("ab", "c") != place
    broken = sealed[:-1] + bytes([sealed[-1] ^ 1])
    for wrong_key, wrong, bound in (
        (other, sealed, place),
        (key, sealed, crypto.bound_to("ab", "c")),
        (key, broken, place),
        (key, b"\x02" + sealed[1:], place),
        (key, b"", place),
    ):
        with pytest.raises(crypto.SealBroken):
            crypto.unseal(wrong_key, wrong, bound)


@pytest.mark.django_db
def test_a_number_moved_to_another_document_record_or_country_does_not_open() -> None:
    mine, other = paper("TH"), paper("TH", "BB7654321")
    assert (mine.number, other.number) == ("AA1234567", "BB7654321")
    moved = IdentityDocument.objects.select_related("suspect").get(pk=other.pk)
    moved.number_sealed = mine.number_sealed
    with pytest.raises(KeyUnavailable):
        _ = moved.number
    # A whole wrapped key moved to another person opens nothing either.
    row = RecordKey.objects.get(record_uuid=mine.suspect.uuid)
    RecordKey.objects.filter(record_uuid=other.suspect.uuid).update(wrapped=row.wrapped)
    with pytest.raises(KeyUnavailable):
        sealing.keys_of([other.suspect.uuid])


@pytest.mark.django_db
def test_whoever_holds_one_countrys_key_opens_no_other_countrys_records(key_dir: Path, settings: Any) -> None:
    thai, chinese = paper("TH"), paper("CN")
    stolen = key_dir.with_name("stolen")
    shutil.copytree(key_dir / "TH", stolen / "TH")
    settings.KEY_DIR = stolen
    assert sealing.keys_of([thai.suspect.uuid])
    with pytest.raises(KeyUnavailable):
        sealing.keys_of([chinese.suspect.uuid])
    # Not even with the Thai key in the place of the Chinese one.
    shutil.copytree(key_dir / "TH", stolen / "CN")
    settings.KEY_DIR = key_dir.with_name("forged")
    shutil.copytree(stolen, settings.KEY_DIR)
    with pytest.raises(KeyUnavailable):
        sealing.keys_of([chinese.suspect.uuid])
    assert Marker("TH").number("AA1234567") == Marker("CN").number("AA1234567")


@pytest.mark.django_db
def test_the_same_number_has_another_mark_in_each_country() -> None:
    paper("TH"), paper("CN")
    assert Marker("TH").number("AA-1234567") == Marker("TH").number("aa 1234567")
    assert Marker("TH").number("AA1234567") != Marker("CN").number("AA1234567")


@pytest.mark.django_db
def test_fifty_documents_are_opened_in_two_statements() -> None:
    thai = officer("TH")
    case = open_case(thai)
    for n in range(50):
        suspect = person(thai, case, f"person {n}")
        add_document(actor=thai, suspect_id=suspect.uuid, details=DocumentDetails(number=f"N{n:05}"))
    documents = list(IdentityDocument.objects.order_by("pk"))
    with CaptureQueriesContext(
        connection,
    ) as statements:
        assert [row.number for row in opened(documents)] == [f"N{n:05}" for n in range(50)]
    assert len(statements) == 2


@pytest.mark.django_db
def test_key_files_are_for_their_owner_alone_and_never_replaced(key_dir: Path) -> None:
    paper("TH")
    files = sorted(key_dir.rglob("*.key"))
    assert [file.name for file in files] == ["index.key", "kek-0001.key"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    before = [file.read_text() for file in files]
    assert provider().create("TH") == 2
    assert [file.read_text() for file in files] == before


@pytest.mark.django_db
def test_no_key_is_made_where_the_directory_may_not_be_there(key_dir: Path, settings: Any) -> None:
    settings.KEYS_CREATE_ON_FIRST_USE = False
    with pytest.raises(KeyUnavailable) as refused:
        paper("TH")
    assert "manage.py keys create --country TH" in refused.value.what
    assert not key_dir.exists()
    call_command("keys", "create", "--country", "TH")
    assert paper("TH").number == "AA1234567"


@pytest.mark.django_db
def test_another_key_in_the_place_of_the_known_one_seals_nothing(key_dir: Path, settings: Any) -> None:
    paper("TH")
    settings.KEY_DIR = key_dir.with_name("fresh")
    provider().create("TH")
    with pytest.raises(KeyUnavailable):
        paper("TH")


@pytest.mark.django_db
def test_status_names_a_missing_key_and_ends_in_error(
    key_dir: Path, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    paper("TH")
    call_command("keys", "status")
    assert capsys.readouterr().out == "TH version 1 ACTIVE records=1 here\n"
    settings.KEY_DIR = key_dir.with_name("empty")
    with pytest.raises(CommandError):
        call_command("keys", "status")
    assert "MISSING" in capsys.readouterr().out


@pytest.mark.django_db
def test_keys_may_come_from_the_environment(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.KEY_PROVIDER = "lmc_cases.keys.providers.KeyEnvironment"
    with pytest.raises(KeyUnavailable) as refused:
        paper("TH")
    assert "LMC_KEK_TH_1" in refused.value.what
    monkeypatch.setenv("LMC_KEK_TH_1", encoded(crypto.new_key()))
    monkeypatch.setenv("LMC_INDEX_KEY_TH", encoded(crypto.new_key()))
    assert paper("TH").number == "AA1234567"
    assert KeyEnvironment().versions("TH") == [1]


@pytest.mark.django_db
def test_a_key_is_replaced_everywhere_and_both_steps_are_audited(key_dir: Path) -> None:
    document, other = paper("TH"), paper("CN")
    admin = officer("TH", "country_administrator")
    mark = Marker("TH").number("AA1234567")
    before = bytes(RecordKey.objects.get(record_uuid=document.suspect.uuid).wrapped)
    assert services.rotate_country_key(actor=admin, code="TH") == 1
    row = RecordKey.objects.get(record_uuid=document.suspect.uuid)
    assert (row.version, bytes(row.wrapped) != before) == (2, True)
    assert RecordKey.objects.get(record_uuid=other.suspect.uuid).version == 1
    states = CountryKey.objects.filter(country__code="TH").order_by("version").values_list("version", "state")
    assert list(states) == [(1, "RETIRED"), (2, "ACTIVE")]
    # The old file is of no use any more, and the marks are as they were.
    (key_dir / "TH" / "kek-0001.key").unlink()
    for code, held in (("TH", document), ("CN", other)):
        with acting_as(officer(code)):
            [row] = opened(IdentityDocument.objects.filter(pk=held.pk))
            assert row.number == "AA1234567"
    assert Marker("TH").number("AA1234567") == mark
    assert paper("TH", "CC1").number == "CC1"
    verbs = AuditEvent.objects.filter(actor=admin).order_by("pk").values_list("verb", "reference")
    assert list(verbs) == [("country_key.rotated", "TH/key 2"), ("country_key.retired", "TH/key 1")]
    assert {event.owner_country.code for event in AuditEvent.objects.filter(actor=admin)} == {"TH"}


@pytest.mark.django_db
def test_only_the_countrys_own_administrator_replaces_its_key() -> None:
    paper("TH")
    for stranger in (officer("CN", "country_administrator"), officer("TH", "supervisor")):
        with pytest.raises(Jurisdiction.DoesNotExist):
            services.rotate_country_key(actor=stranger, code="TH")
    assert CountryKey.objects.get(country__code="TH").version == 1


@pytest.mark.django_db(transaction=True)
def test_a_rotation_that_was_killed_goes_on_and_everything_opens_at_every_moment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(services, "BATCH", 2)
    documents = [paper("TH", f"N{n}") for n in range(5)]
    admin = officer("TH", "country_administrator")

    class Killed(Exception):
        pass

    def die(done: int) -> None:
        if done >= 2:
            raise Killed

    with pytest.raises(Killed):
        services.rotate_country_key(actor=admin, code="TH", progress=die)
    versions = sorted(RecordKey.objects.filter(country__code="TH").values_list("version", flat=True))
    assert versions == [1, 1, 1, 2, 2]
    with acting_as(officer("TH")):
        fresh = IdentityDocument.objects.filter(pk__in=[row.pk for row in documents]).order_by("pk")
        assert [row.number for row in opened(fresh)] == [f"N{n}" for n in range(5)]
    # What is sealed meanwhile uses the new version.
    late = paper("TH", "late")
    assert RecordKey.objects.get(record_uuid=late.suspect.uuid).version == 2
    assert services.rotate_country_key(actor=admin, code="TH") == 3
    assert set(RecordKey.objects.filter(country__code="TH").values_list("version", flat=True)) == {2}
    with acting_as(admin):
        assert AuditEvent.objects.filter(verb="country_key.rotated").count() == 1
        assert AuditEvent.objects.filter(verb="country_key.retired").count() == 1
    with acting_as(officer("TH")):
        assert [row.number for row in opened(fresh.all())] == [f"N{n}" for n in range(5)]


@pytest.mark.django_db(transaction=True)
def test_the_command_survives_kill_9(key_dir: Path) -> None:
    for n in range(3):
        paper("TH", f"N{n}")
    admin = officer("TH", "country_administrator")
    argv = [sys.executable, str(ROOT / "manage.py"), "rotate_country_key"]
    argv += ["--country", "th", "--actor", admin.email, "--skip-checks"]
    env = {**os.environ, "LMC_KEY_DIR": str(key_dir)}
    with transaction.atomic():
        # The rows are held, so that the command waits in the middle of its work, between its transactions.
        list(RecordKey.objects.select_for_update())
        with subprocess.Popen(argv, cwd=ROOT, env=env, stderr=subprocess.PIPE, text=True) as process:
            assert process.stderr is not None
            while "0 keys" not in process.stderr.readline():
                assert process.poll() is None
            process.send_signal(signal.SIGKILL)
    assert set(RecordKey.objects.values_list("version", flat=True)) == {1}
    done = subprocess.run(argv, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    assert "TH: 3 keys of records wrapped anew" in done.stdout
    assert list(provider().versions("TH")) == [1, 2]
    assert set(RecordKey.objects.values_list("version", flat=True)) == {2}
    with acting_as(officer("TH")):
        assert [row.number for row in opened(IdentityDocument.objects.order_by("pk"))] == ["N0", "N1", "N2"]


@pytest.mark.django_db
def test_a_person_without_the_key_is_shown_without_the_number_and_nothing_else_is_lost(
    key_dir: Path, settings: Any
) -> None:
    from lmc_cases.suspects.services.reading import consult_person

    document = paper("TH")
    settings.KEY_DIR = key_dir.with_name("empty")
    suspect = Suspect.objects.select_related("case").get()
    actor = suspect.case.detail.lead_officer
    assert actor is not None
    shown = consult_person(actor=actor, case_id=suspect.case.uuid, suspect_id=suspect.uuid)
    assert str(shown) == "นายสมมติ ตัวอย่าง"
    with pytest.raises(KeyUnavailable):
        _ = shown.documents.get(pk=document.pk).number


def test_the_keys_lie_outside_the_repository_and_its_settings() -> None:
    ignored = subprocess.run(
        ["git", "check-ignore", "var/demo/keys/TH/kek-0001.key"], cwd=ROOT, capture_output=True, check=False
    )
    assert ignored.returncode == 0
    assert str(django_settings.KEY_DIR).endswith("/keys")
