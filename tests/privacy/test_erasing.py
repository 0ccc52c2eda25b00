"""Erasure: asked by one, confirmed by another; nothing of the person is left but a number and a tombstone."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.files.storage import default_storage
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from psycopg import sql

from lmc_cases.accounts.models import User
from lmc_cases.audit.models import AuditEvent, AuditReason
from lmc_cases.audit.services import commitment
from lmc_cases.cases.models import NumberMark, SearchEntry
from lmc_cases.core.errors import InvalidInput
from lmc_cases.dossiers.services import reading
from lmc_cases.exchange.services import importing
from lmc_cases.exchange.services.contents import opened_report
from lmc_cases.exchange.services.running import run_owed_import
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.services import deciding
from lmc_cases.handovers.services.reading import persons_of
from lmc_cases.jurisdictions.access import acting_as
from lmc_cases.keys.models import RecordKey
from lmc_cases.privacy.models import Erasure
from lmc_cases.privacy.services import erasing
from lmc_cases.privacy.services.exporting import export_record
from lmc_cases.privacy.services.records import Kind
from lmc_cases.privacy.services.reviewing import keep_record
from lmc_cases.suspects.models import IdentityDocument, Informant, Suspect
from lmc_cases.suspects.services import DocumentDetails, PersonDetails, add_document, edit_suspect, set_photo
from lmc_cases.suspects.services.erasing import NOT_PERSONAL, PERSONAL
from lmc_cases.suspects.services.people import PersonErased
from tests.factories import officer, open_case, share
from tests.leaks.world import World, build
from tests.suspects.samples import person, picture

pytestmark = pytest.mark.django_db
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"


@pytest.fixture(autouse=True)
def _own_storage(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    settings.SECOND_FACTOR_COMPULSORY = False


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def ask(actor: User, suspect: Suspect, **fields: Any) -> Erasure:
    given = {"legal_ground": "Invented Act, section 1", "reason": "The court ordered it", **fields}
    return erasing.ask_erasure(actor=actor, kind=Kind.PERSONS, public_id=suspect.uuid, **given)


def known_person(actor: User) -> Suspect:
    """A person with two past names, two photographs and a removed document."""
    made = person(actor, open_case(actor), "FIRSTNAME", remarks="REMARKWORD")
    set_photo(actor=actor, suspect_id=made.uuid, upload=io.BytesIO(picture((40, 40))))
    set_photo(actor=actor, suspect_id=made.uuid, upload=io.BytesIO(picture((50, 50))))
    add_document(actor=actor, suspect_id=made.uuid, details=DocumentDetails(number="AA1234567"))
    with acting_as(actor):
        made.refresh_from_db()
    edit_suspect(
        actor=actor,
        suspect_id=made.uuid,
        version=made.version,
        details=PersonDetails(name_original="SECONDNAME", aliases=("ALIASWORD",)),
        reason="FIRSTNAME is SECONDNAME",
    )
    with acting_as(actor):
        return Suspect.objects.get(pk=made.pk)


def test_every_column_of_a_person_is_said_to_be_personal_or_not() -> None:
    assert {field.name for field in Suspect._meta.concrete_fields} == set(PERSONAL) | NOT_PERSONAL
    assert not set(PERSONAL) & NOT_PERSONAL


@pytest.mark.django_db(transaction=True)
def test_nothing_of_the_person_is_left_in_any_table_or_file(superuser_url: str) -> None:
    thai, supervisor = officer("TH"), officer("TH", "supervisor")
    made = known_person(thai)
    files = set(default_storage.listdir("photos")[1])
    assert len(files) == 2
    erasure = ask(thai, made)
    erasing.confirm_erasure(actor=supervisor, erasure_id=erasure.uuid)
    assert default_storage.listdir("photos")[1] == []
    words = ("FIRSTNAME", "SECONDNAME", "ALIASWORD", "REMARKWORD")
    with psycopg.connect(superuser_url) as superuser:
        for (table,) in superuser.execute(TABLES).fetchall():
            rows = superuser.execute(sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(table)))
            text = "\n".join(row[0] for row in rows).upper()
            assert not [word for word in words if word in text], table
    with acting_as(thai):
        left = Suspect.objects.get(pk=made.pk)
        assert (left.number, str(left)) == (1, "S1")
        assert left.erased_at is not None
        assert not RecordKey.objects.filter(record_uuid=made.uuid).exists()
        assert not NumberMark.objects.exists()
        assert not SearchEntry.objects.filter(object_uuid=made.uuid).exists()
        assert not IdentityDocument.objects.exists()
        assert {bytes(row.number_sealed) for row in IdentityDocument.history.all()} == {b""}


def test_the_tombstone_says_who_when_why_and_how_much_and_the_audit_stays_provable() -> None:
    thai, supervisor = officer("TH"), officer("TH", "supervisor")
    made = known_person(thai)
    events = AuditEvent.objects.filter(object_uuid=made.uuid)
    before = list(events.order_by("pk").values_list("pk", "reason_commitment", "codes"))
    assert AuditReason.objects.filter(event__in=events).count() == 1
    erasure = erasing.confirm_erasure(actor=supervisor, erasure_id=ask(thai, made).uuid)
    assert (erasure.asked_by, erasure.decided_by, erasure.state) == (thai, supervisor, "DONE")
    assert erasure.decided_at is not None
    assert erasure.counts["documents"] == 1
    assert erasure.counts["keys"] == 1
    assert erasure.counts["files"] == erasure.counts["photographs"] == 2
    assert erasure.counts["past_states"] >= 6
    # Words are gone; the events and their commitments are as they were.
    assert (
        list(events.order_by("pk").values_list("pk", "reason_commitment", "codes"))[: len(before)] == before
    )
    assert not AuditReason.objects.filter(text__contains="NAME").exists()
    done = AuditEvent.objects.get(verb="record.erased")
    assert (done.operation, done.actor, done.object_uuid) == ("ERASURE", supervisor, made.uuid)
    asked = AuditEvent.objects.get(verb="record.erasure_asked")
    assert asked.operation == "ERASURE"
    assert asked.reason_commitment != commitment("The court ordered it", "another salt")


def test_two_persons_erase_and_only_with_the_right() -> None:
    thai, supervisor, chinese = officer("TH"), officer("TH", "supervisor"), officer("CN", "supervisor")
    case = open_case(thai)
    made = person(thai, case)
    share(thai, case, "CN")
    own = ask(supervisor, made)
    with pytest.raises(erasing.SamePerson):
        erasing.confirm_erasure(actor=supervisor, erasure_id=own.uuid)
    for stranger in (thai, chinese, officer("TH", "prosecutor")):
        with pytest.raises(Erasure.DoesNotExist):
            erasing.confirm_erasure(actor=stranger, erasure_id=own.uuid)
    with pytest.raises(Suspect.DoesNotExist):
        ask(chinese, made)
    with pytest.raises(erasing.ErasureBlocked):
        ask(thai, made)
    declined = erasing.decline_erasure(
        actor=officer("TH", "supervisor"), erasure_id=own.uuid, reason="Needed"
    )
    assert declined.state == "DECLINED"
    assert Suspect.objects.get(pk=made.pk).erased_at is None
    with pytest.raises(Erasure.DoesNotExist):
        erasing.confirm_erasure(actor=officer("TH", "supervisor"), erasure_id=own.uuid)


def test_a_hold_blocks_an_erasure_before_and_after_it_was_asked_for() -> None:
    thai, supervisor = officer("TH"), officer("TH", "supervisor")
    made = person(thai, open_case(thai))
    erasure = ask(thai, made)

    def hold(is_held: bool) -> None:
        day = timezone.localdate() + dt.timedelta(days=9)
        keep_record(
            actor=thai,
            kind=Kind.PERSONS,
            public_id=made.uuid,
            review_on=day,
            reason="Court of appeal",
            is_held=is_held,
        )

    hold(True)
    with pytest.raises(erasing.ErasureBlocked):
        erasing.confirm_erasure(actor=supervisor, erasure_id=erasure.uuid)
    other = person(thai, made.case)
    keep_record(
        actor=thai,
        kind=Kind.PERSONS,
        public_id=other.uuid,
        review_on=timezone.localdate() + dt.timedelta(days=9),
        reason="x",
        is_held=True,
    )
    with pytest.raises(erasing.ErasureBlocked):
        ask(thai, other)
    hold(False)
    assert erasing.confirm_erasure(actor=supervisor, erasure_id=erasure.uuid).state == "DONE"


def test_a_ground_and_a_reason_are_needed_and_exhibits_of_the_case() -> None:
    thai = officer("TH")
    made = person(thai, open_case(thai))
    for field in ("legal_ground", "reason"):
        with pytest.raises(InvalidInput) as refused:
            ask(thai, made, **{field: " "})
        assert refused.value.field == field
    with pytest.raises(InvalidInput) as refused:
        ask(thai, made, exhibits=[made.uuid])
    assert refused.value.field == "exhibits"
    assert not Erasure.objects.exists()


def whole_world() -> World:
    with transaction.atomic():
        world = build()
    importing.confirm_import(
        actor=world.viewers["own"], run_id=world.parts["run"].uuid, wake=False, duplicates_confirmed=True
    )
    run_owed_import(job_id=world.parts["run"].pk)
    return world


def test_what_was_disclosed_stays_readable_for_both_countries_and_an_undecided_request_blocks() -> None:
    world = whole_world()
    suspect, supervisor = world.parts["suspect"], world.viewers["supervisor"]
    handover, dossier = world.parts["handover"], world.parts["dossier"]
    shown = signed_in(supervisor).get(
        reverse("privacy:confirm", kwargs={"uuid": world.parts["erasure"].uuid})
    )
    page = shown.content.decode()
    assert handover.reference in page
    assert "both countries keep them" in page
    HandoverRequest.objects.filter(pk=handover.pk).update(status="ACKNOWLEDGED")
    with pytest.raises(erasing.ErasureBlocked):
        erasing.confirm_erasure(actor=supervisor, erasure_id=world.parts["erasure"].uuid)
    HandoverRequest.objects.filter(pk=handover.pk).update(status="APPROVED")
    with pytest.raises(erasing.ErasureBlocked):
        erasing.confirm_erasure(actor=supervisor, erasure_id=world.parts["erasure"].uuid)
    HandoverRequest.objects.filter(pk=world.parts["extradition"].pk).update(status="WITHDRAWN")
    erasing.confirm_erasure(actor=supervisor, erasure_id=world.parts["erasure"].uuid)
    for viewer in ("own", "full"):
        [asked] = persons_of(world.viewers[viewer], HandoverRequest.objects.get(pk=handover.pk))
        assert asked.shown["name"] == "MARKNAME"
        assert asked.documents[0][1] == "AB1234567"
    dossier.refresh_from_db()
    facts = reading.facts_of(dossier)
    assert facts is not None
    assert facts.sha256 == dossier.facts_sha256
    assert facts.subjects[0].documents[0].number == "AB1234567"
    with pytest.raises(PersonErased):
        add_document(actor=world.viewers["own"], suspect_id=suspect.uuid, details=DocumentDetails(number="1"))
    with pytest.raises(Suspect.DoesNotExist):
        ask(world.viewers["own"], suspect)


@pytest.mark.django_db(transaction=True)
def test_the_imported_file_and_an_exhibits_content_go_only_where_they_were_asked_for() -> None:
    world = whole_world()
    thai, supervisor = world.viewers["own"], world.viewers["supervisor"]
    run, item = world.parts["run"], world.parts["item"]
    with acting_as(thai):
        run.refresh_from_db()
        item.refresh_from_db()
        first, second = Suspect.objects.filter(import_run=run.uuid).order_by("number")[:2]
    erasing.confirm_erasure(actor=supervisor, erasure_id=ask(thai, first).uuid)
    assert default_storage.exists(run.file.name)
    assert default_storage.exists(item.file.name)
    asked = ask(thai, second, exhibits=[item.uuid], with_import_file=True)
    name = item.file.name
    erasing.confirm_erasure(actor=supervisor, erasure_id=asked.uuid)
    assert not default_storage.exists(run.file.name)
    assert not default_storage.exists(name)
    with acting_as(thai):
        item.refresh_from_db()
        assert not item.file
        assert item.sha256
        assert "errors" not in opened_report(run)["result"]


def test_an_informant_is_erased_like_a_person() -> None:
    world = build()
    supervisor, informant = world.viewers["supervisor"], world.parts["informant"]
    with pytest.raises(Informant.DoesNotExist):
        erasing.ask_erasure(
            actor=world.viewers["own"],
            kind=Kind.INFORMANTS,
            public_id=informant.uuid,
            legal_ground="x",
            reason="x",
        )
    asked = erasing.ask_erasure(
        actor=supervisor, kind=Kind.INFORMANTS, public_id=informant.uuid, legal_ground="x", reason="x"
    )
    with pytest.raises(Erasure.DoesNotExist):
        _ = Erasure.objects.visible_to(world.viewers["own"]).get(uuid=asked.uuid)
    erasing.confirm_erasure(actor=officer("TH", "supervisor"), erasure_id=asked.uuid)
    for row in (Informant.objects.get(), *Informant.history.all()):
        assert (row.code_name, bytes(row.identity_sealed)) == ("", b"")
    assert not RecordKey.objects.filter(record_uuid=informant.uuid).exists()


def test_the_pages_lead_from_the_person_to_the_tombstone() -> None:
    thai, supervisor = officer("TH"), officer("TH", "supervisor")
    made = known_person(thai)
    client = signed_in(thai)
    address = {"kind": "persons", "uuid": made.uuid}
    page = client.get(reverse("suspects:detail", kwargs={"case_uuid": made.case.uuid, "uuid": made.uuid}))
    assert reverse("privacy:record", kwargs=address) in page.content.decode()
    erase = reverse("privacy:erase", kwargs=address)
    assert "Photographs: 2" in client.get(erase).content.decode()
    refused = client.post(erase, {"legal_ground": "", "reason": "typed words"})
    assert refused.status_code == 422
    assert "typed words" in refused.content.decode()
    assert client.post(erase, {"legal_ground": "Act", "reason": "why"}).status_code == 302
    erasure = Erasure.objects.get()
    confirm = reverse("privacy:confirm", kwargs={"uuid": erasure.uuid})
    assert client.get(confirm).status_code == 404
    second = signed_in(supervisor)
    assert confirm in second.get(reverse("privacy:queue")).content.decode()
    assert second.post(confirm).status_code == 302
    assert Erasure.objects.get().state == "DONE"
    queue = second.get(reverse("privacy:queue")).content.decode()
    assert made.audit_reference in queue
    assert "SECONDNAME" not in queue
    assert second.get(reverse("privacy:record", kwargs=address)).status_code == 404
    shown = client.get(reverse("suspects:detail", kwargs={"case_uuid": made.case.uuid, "uuid": made.uuid}))
    assert "The data of this person were erased." in shown.content.decode()


def test_subject_access_gives_all_the_own_country_holds_and_nothing_of_another() -> None:
    world = whole_world()
    thai, chinese, suspect = world.viewers["own"], world.viewers["full"], world.parts["suspect"]
    with pytest.raises(Suspect.DoesNotExist):
        export_record(actor=chinese, kind=Kind.PERSONS, public_id=suspect.uuid, purpose="x")
    with pytest.raises(InvalidInput):
        export_record(actor=thai, kind=Kind.PERSONS, public_id=suspect.uuid, purpose=" ")
    address = reverse("privacy:export", kwargs={"kind": "persons", "uuid": suspect.uuid})
    answer = signed_in(thai).post(address, {"purpose": "Letter of the person"})
    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"].startswith("attachment")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert sorted(archive.namelist()) == ["photograph.jpg", "record.html", "record.json"]
        whole = json.loads(archive.read("record.json"))
        page = archive.read("record.html").decode()
    assert whole["record"]["name_original"] == "MARKNAME"
    assert [paper["number"] for paper in whole["documents"]] == ["AB1234567"]
    assert whole["handover_requests"][0]["reference"] == world.parts["handover"].reference
    assert {step["act"] for step in whole["processing"]} >= {"suspect.added", "suspect.photo_set"}
    assert "MARKREQUEST" not in json.dumps(whole)
    assert "Invented Officer" not in json.dumps(whole)
    assert "AB1234567" in page
    assert "<script" not in page
    event = AuditEvent.objects.get(verb="record.exported")
    assert (event.operation, event.object_uuid) == ("EXPORT", suspect.uuid)


def test_an_approval_after_the_erasure_of_another_person_discloses_only_whom_it_names() -> None:
    world = build()
    supervisor = world.viewers["supervisor"]
    other = person(world.viewers["own"], world.case)
    erasing.confirm_erasure(actor=supervisor, erasure_id=ask(world.viewers["own"], other).uuid)
    corrected = deciding.correct_disclosure(
        actor=supervisor, handover_id=world.parts["handover"].uuid, reason="again"
    )
    assert [row["name"] for row in corrected.disclosed["subjects"]] == ["MARKNAME"]
