"""The pages of imports: the way from a file to the result, and nothing of it for anybody else's eyes."""

from __future__ import annotations

import csv as csv_reader
import io
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from lmc_cases.accounts.models import User
from lmc_cases.audit.models import AuditEvent
from lmc_cases.cases.models import Case
from lmc_cases.config.demo_data import DEMO_BUNDLE, DEMO_PEOPLE, DEMO_PEOPLE_WITH_ERRORS
from lmc_cases.core.jobs import JobState
from lmc_cases.core.spreadsheet_text import harmless
from lmc_cases.exchange.models import ImportRun
from lmc_cases.exchange.services import importing, running
from lmc_cases.suspects.models import Suspect
from tests.factories import officer, open_case, say_why, share

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _without_second_factor(settings: Any) -> None:
    settings.SECOND_FACTOR_COMPULSORY = False


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def upload(
    client: Client, case: Case, content: bytes, kind: str = "SUSPECT_LIST", name: str = "list.csv"
) -> Any:
    return client.post(
        reverse("exchange:upload", kwargs={"case_uuid": case.uuid}),
        {"kind": kind, "file": SimpleUploadedFile(name, content)},
    )


def page(client: Client, name: str, run: ImportRun) -> Any:
    return client.get(reverse(f"exchange:{name}", kwargs={"uuid": run.uuid}))


def test_a_list_goes_from_the_file_to_the_case_through_the_pages() -> None:
    thai = officer("TH")
    case = open_case(thai)
    client = signed_in(thai)
    answer = client.get(reverse("exchange:upload", kwargs={"case_uuid": case.uuid}))
    assert answer.status_code == 200
    answer = upload(client, case, DEMO_PEOPLE_WITH_ERRORS.read_bytes())
    run = ImportRun.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == reverse("exchange:detail", kwargs={"uuid": run.uuid})
    shown = page(client, "detail", run)
    assert shown.status_code == 200
    text = shown.content.decode()
    assert "姓名" in text
    assert '<option value="name_original"' in text
    assert "31/02/2533" in text
    form = {f"column_{n}": run.mapping.get(str(n), "") for n in range(9)}
    # A mistake shows the form again with the officer's choices, not with the proposal.
    wrong = client.post(answer["Location"], {**form, "column_0": "sex", "category": "WITNESS"})
    assert wrong.status_code == 422
    assert '<option value="WITNESS" selected>' in wrong.content.decode()
    looked = client.post(answer["Location"], {**form, "category": "WITNESS", "look": "1"})
    assert looked.status_code == 302
    done = client.post(answer["Location"], {**form, "category": "WITNESS", "import": "1"})
    assert done.status_code == 302
    run.refresh_from_db()
    assert run.job_state == JobState.QUEUED
    progress = page(client, "progress", run)
    assert "hx-get" in progress.content.decode()
    assert "<html" not in progress.content.decode()
    assert "hx-get" in page(client, "detail", run).content.decode()
    # Sent twice: nothing more happens.
    assert client.post(answer["Location"], {**form, "category": "WITNESS"}).status_code == 302
    running.run_owed_import(job_id=run.pk)
    result = page(client, "detail", run).content.decode()
    assert "hx-get" not in result
    assert reverse("exchange:undo", kwargs={"uuid": run.uuid}) in result
    assert Suspect.objects.get(case=case).category == "WITNESS"
    assert "hx-get" not in page(client, "progress", run).content.decode()
    listed = client.get(reverse("exchange:list")).content.decode()
    assert "list.csv" in listed
    undo = reverse("exchange:undo", kwargs={"uuid": run.uuid})
    assert client.get(undo).status_code == 200
    assert client.post(undo, {"reason": ""}).status_code == 422
    assert client.post(undo, {"reason": "Wrong case"}).status_code == 302
    assert not Suspect.objects.filter(case=case).exists()
    assert page(client, "detail", run).status_code == 200


def test_a_bundle_shows_what_it_holds_before_and_after() -> None:
    thai = officer("TH")
    case = open_case(thai)
    client = signed_in(thai)
    upload(client, case, DEMO_BUNDLE.read_bytes(), "CASE_BUNDLE", "demo.jsonld")
    run = ImportRun.objects.get()
    before = page(client, "detail", run)
    assert before.status_code == 200
    assert "Organisations" in before.content.decode()
    confirmed = client.post(
        reverse("exchange:detail", kwargs={"uuid": run.uuid}), {"category": "SUSPECT", "import": "1"}
    )
    assert confirmed.status_code == 302
    running.run_owed_import(job_id=run.pk)
    after = page(client, "detail", run).content.decode()
    assert "X-1" in after
    # The same again: whom the bundle names is offered one by one.
    upload(client, case, DEMO_BUNDLE.read_bytes(), "CASE_BUNDLE", "demo.jsonld")
    again = ImportRun.objects.order_by("pk").last()
    assert again is not None
    offered = page(client, "detail", again).content.decode()
    assert offered.count('name="rows"') == 4
    chosen = client.post(
        reverse("exchange:detail", kwargs={"uuid": again.uuid}), {"category": "SUSPECT", "rows": ["2"]}
    )
    assert chosen.status_code == 302
    running.run_owed_import(job_id=again.pk)
    assert Suspect.objects.filter(import_run=again.uuid).count() == 1


def test_a_wrong_file_is_refused_on_the_form() -> None:
    thai = officer("TH")
    case = open_case(thai)
    client = signed_in(thai)
    for content, kind in ((b"%PDF-1.7", "SUSPECT_LIST"), (b"{", "CASE_BUNDLE"), (b"", "SUSPECT_LIST")):
        answer = upload(client, case, content, kind)
        assert answer.status_code == 422
    assert not ImportRun.objects.exists()


def test_an_upload_that_arrives_twice_makes_one_import() -> None:
    thai = officer("TH")
    client = signed_in(thai)
    case, other = open_case(thai), open_case(thai)
    address = reverse("exchange:upload", kwargs={"case_uuid": case.uuid})
    token = client.get(address).context["form"].initial["once"]

    def send(to: str) -> str:
        file = SimpleUploadedFile("list.csv", b"Name\nSomchai Demo\n")
        answer = client.post(to, {"kind": "SUSPECT_LIST", "file": file, "once": token})
        return str(answer.get("Location", answer.status_code))

    assert send(address) == send(address)
    run = ImportRun.objects.get()
    assert run.case_id == case.pk
    assert len(list(Path(settings.MEDIA_ROOT).rglob(Path(run.file.name).name))) == 1
    # Sent to another case the same token makes another import.
    assert str(run.uuid) not in send(reverse("exchange:upload", kwargs={"case_uuid": other.uuid}))
    assert ImportRun.objects.exclude(pk=run.pk).get().case_id == other.pk


def test_a_file_over_the_limit_gets_the_page_for_it(settings: Any) -> None:
    settings.IMPORT_MAX_BYTES = 1000
    thai = officer("TH")
    case = open_case(thai)
    client = signed_in(thai)
    assert upload(client, case, b"x" * 3_000_000).status_code == 413
    # A little over the limit fits in the form's own allowance, and is refused in words.
    assert upload(client, case, b"x" * 2000).status_code == 422
    assert not ImportRun.objects.exists()


def test_nobody_else_reaches_any_page_of_an_import_and_missing_looks_the_same() -> None:
    thai, chinese, viet = officer("TH"), officer("CN"), officer("VN")
    case = open_case(thai)
    share(thai, case, "CN")
    say_why(chinese, case)
    with DEMO_PEOPLE_WITH_ERRORS.open("rb") as stream:
        run = importing.start_import(
            actor=thai,
            case_id=case.uuid,
            kind="SUSPECT_LIST",
            upload=SimpleUploadedFile("list.csv", stream.read()),
        )
    importing.confirm_import(actor=thai, run_id=run.uuid, wake=False)
    running.run_owed_import(job_id=run.pk)
    names = ("detail", "progress", "errors", "undo")
    for user in (chinese, viet):
        client = signed_in(user)
        for uuid in (run.uuid, uuid4()):
            for name in names:
                url = reverse(f"exchange:{name}", kwargs={"uuid": uuid})
                assert client.get(url).status_code == 404, (name, user)
            for name in ("detail", "undo", "discard"):
                url = reverse(f"exchange:{name}", kwargs={"uuid": uuid})
                assert client.post(url, {"reason": "x", "category": "SUSPECT"}).status_code == 404, name
        for uuid in (case.uuid, uuid4()):
            assert client.get(reverse("exchange:upload", kwargs={"case_uuid": uuid})).status_code == 404
            form = {"kind": "SUSPECT_LIST", "file": SimpleUploadedFile("l.csv", b"Name\nA B\n")}
            assert (
                client.post(reverse("exchange:upload", kwargs={"case_uuid": uuid}), form).status_code == 404
            )
        assert "list.csv" not in client.get(reverse("exchange:list")).content.decode()
    reader = signed_in(officer("TH", "prosecutor"))
    assert page(reader, "detail", run).status_code == 200
    undo = reverse("exchange:undo", kwargs={"uuid": run.uuid})
    assert undo not in page(reader, "detail", run).content.decode()
    assert Suspect.objects.filter(case=case).count() == 1


def test_a_colleague_who_only_reads_sees_no_button_and_may_not_press_one() -> None:
    thai, reader = officer("TH"), officer("TH", "prosecutor")
    case = open_case(thai)
    upload(signed_in(thai), case, b"Name\nSomchai Demo\n")
    run = ImportRun.objects.get()
    client = signed_in(reader)
    shown = page(client, "detail", run)
    assert shown.status_code == 200
    assert 'name="import"' not in shown.content.decode()
    assert (
        client.post(
            reverse("exchange:detail", kwargs={"uuid": run.uuid}), {"category": "SUSPECT"}
        ).status_code
        == 404
    )
    assert client.post(reverse("exchange:discard", kwargs={"uuid": run.uuid})).status_code == 404
    assert client.get(reverse("exchange:upload", kwargs={"case_uuid": case.uuid})).status_code == 404


def test_errors_are_downloaded_as_an_attachment_that_no_program_carries_out() -> None:
    thai = officer("TH")
    case = open_case(thai)
    client = signed_in(thai)
    upload(client, case, b'Name,Sex\n=HYPERLINK("x"),m\nSomchai Demo,@cmd\nSomsri Demo,f\n')
    run = ImportRun.objects.get()
    assert page(client, "errors", run).status_code == 404
    importing.confirm_import(actor=thai, run_id=run.uuid, wake=False)
    running.run_owed_import(job_id=run.pk)
    answer = page(client, "errors", run)
    assert answer["Content-Disposition"].startswith("attachment;")
    rows = list(csv_reader.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert rows[0] == ["Row", "Column", "Field", "Value", "What to do"]
    assert [row[0] for row in rows[1:]] == ["2", "2", "3"]
    assert rows[1][3].startswith("'=")
    assert rows[3][3] == "'@cmd"
    assert AuditEvent.objects.filter(verb="import.errors_exported", operation="EXPORT").count() == 1


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "\t=1", " =1", "＝1", "\u3000＠x"])
def test_a_cell_that_begins_like_a_formula_begins_with_an_apostrophe(text: str) -> None:
    assert harmless(text) == f"'{text}"
    assert harmless("王伟 = 1") == "王伟 = 1"
    assert harmless("") == ""


def test_a_waiting_import_is_thrown_away_with_one_click_and_only_by_post() -> None:
    thai = officer("TH")
    case = open_case(thai)
    client = signed_in(thai)
    upload(client, case, b"Name\nSomchai Demo\n")
    run = ImportRun.objects.get()
    url = reverse("exchange:discard", kwargs={"uuid": run.uuid})
    assert client.get(url).status_code == 405
    assert client.post(url).status_code == 302
    run.refresh_from_db()
    assert run.job_state == JobState.CANCELLED
    assert page(client, "detail", run).status_code == 200
    assert client.post(url).status_code == 302


def test_an_import_that_failed_or_was_denied_says_why() -> None:
    thai, chief = officer("TH"), officer("TH", "supervisor")
    case = open_case(thai)
    with DEMO_PEOPLE.open("rb") as stream:
        run = importing.start_import(
            actor=thai,
            case_id=case.uuid,
            kind="SUSPECT_LIST",
            upload=SimpleUploadedFile("list.xlsx", stream.read()),
        )
    importing.confirm_import(actor=thai, run_id=run.uuid, wake=False)
    Case.objects.filter(pk=case.pk).update(status=Case.Status.CLOSED)
    running.run_owed_import(job_id=run.pk)
    shown = page(signed_in(chief), "detail", run).content.decode()
    assert "Nothing was imported." in shown
    assert "closed" in shown
