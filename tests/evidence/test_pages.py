"""The pages of exhibits: own, shared in full, summary only, foreign; uploads and downloads as a browser makes them."""

from __future__ import annotations

import hashlib
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from lmc_cases.accounts.models import User
from lmc_cases.audit.models import AuditEvent
from lmc_cases.cases.models import Case, Level
from lmc_cases.evidence import services
from lmc_cases.evidence.models import CustodyEvent, EvidenceItem
from lmc_cases.evidence.services import ExhibitDetails
from lmc_cases.jurisdictions.access import acting_as
from tests.evidence.samples import exhibit, uploaded, with_file
from tests.factories import officer, open_case, say_why_all, share

pytestmark = pytest.mark.django_db

READING_PAGES = ("detail", "download")
WRITING_PAGES = ("edit", "upload", "custody_add")


@pytest.fixture(autouse=True)
def _own_storage(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    settings.SECOND_FACTOR_COMPULSORY = False


def signed_in(user: User, **options: Any) -> Client:
    say_why_all(user)
    client = Client(**options)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def url(name: str, case: Case | uuid.UUID, item: EvidenceItem | uuid.UUID | None = None) -> str:
    given: dict[str, Any] = {"case_uuid": getattr(case, "uuid", case)}
    if item is not None:
        given["uuid"] = getattr(item, "uuid", item)
    return reverse(f"evidence:{name}", kwargs=given)


def test_the_owner_and_a_recipient_in_full_read_and_only_keepers_are_offered_to_write() -> None:
    thai, custodian = officer("TH"), officer("TH", "evidence_custodian")
    prosecutor, chinese = officer("TH", "prosecutor"), officer("CN")
    case = open_case(thai)
    item = with_file(thai, case, name="แชท.txt")
    share(thai, case, "CN")
    for user, writes in ((thai, True), (custodian, True), (prosecutor, False), (chinese, False)):
        client = signed_in(user)
        assert item.exhibit_number in client.get(url("list", case)).content.decode()
        shown = client.get(url("detail", case, item)).content.decode()
        assert item.sha256[:8] in shown
        assert "แชท.txt" in shown
        assert "Not scanned" in shown
        assert (url("edit", case, item) in shown) == writes
        assert (url("verify", case, item) in shown) == writes
        assert client.get(url("download", case, item)).status_code == 200
        for name in WRITING_PAGES:
            assert client.get(url(name, case, item)).status_code == (200 if writes else 404), name
        assert client.get(url("create", case)).status_code == (200 if writes else 404)
        assert client.post(url("verify", case, item)).status_code == (302 if writes else 404)
    assert AuditEvent.objects.filter(verb="evidence.viewed", actor=chinese).count() == 1


@pytest.mark.parametrize("level", [None, Level.EXISTENCE, Level.SUMMARY])
def test_whoever_does_not_see_the_case_in_full_gets_404_for_what_is_and_what_is_not(
    level: Level | None,
) -> None:
    thai, chinese = officer("TH"), officer("CN")
    case = open_case(thai)
    item = with_file(thai, case)
    if level is not None:
        share(thai, case, "CN", level)
    client = signed_in(chinese)
    names = (*READING_PAGES, *WRITING_PAGES, "verify")
    there = [url("list", case), url("create", case), *(url(name, case, item) for name in names)]
    gone = uuid.uuid4()
    missing = [url("list", gone), url("create", gone), *(url(name, gone, gone) for name in names)]
    for present, absent in zip(there, missing, strict=True):
        for method in ("get", "post"):
            answers = [getattr(client, method)(page) for page in (present, absent)]
            assert [answer.status_code for answer in answers] in ([404, 404], [405, 405]), present
    with acting_as(thai):
        assert CustodyEvent.objects.count() == 1
    acts = AuditEvent.objects.filter(actor=chinese, operation__in=["CONSULTATION", "DISCLOSURE"])
    assert not acts.exclude(verb="case.reason_given").exists()


def test_an_exhibit_is_found_only_below_its_own_case() -> None:
    thai = officer("TH")
    case, other = open_case(thai), open_case(thai)
    item = with_file(thai, case)
    client = signed_in(thai)
    for name in (*READING_PAGES, *WRITING_PAGES):
        assert client.get(url(name, other, item)).status_code == 404, name
    assert client.post(url("download", other, item)).status_code == 404


def test_an_exhibit_is_entered_once_however_often_the_form_is_sent() -> None:
    thai = officer("TH")
    case = open_case(thai)
    client = signed_in(thai)
    form = client.get(url("create", case)).context["form"]
    sent = {
        "exhibit_number": "TH-1",
        "kind": "PHONE",
        "language": "th",
        "description": "โทรศัพท์",
        "collected_at": "2026-01-02T10:30",
        "collected_by": "Sgt. Invented",
        "once": form["once"].value(),
    }
    for _turn in range(2):
        assert client.post(url("create", case), sent).status_code == 302
    item = EvidenceItem.objects.get()
    # The officer's zone is Bangkok.
    assert item.collected_at is not None
    assert item.collected_at.isoformat() == "2026-01-02T03:30:00+00:00"
    again = client.get(url("create", case)).context["form"]["once"].value()
    refused = client.post(url("create", case), {**sent, "once": again})
    assert refused.status_code == 422
    assert "never reused" in refused.content.decode()


def test_the_second_editor_gets_a_page_with_both_texts() -> None:
    thai = officer("TH")
    case = open_case(thai)
    item = exhibit(thai, case, "TH-1", kind="PHONE")
    services.edit_item(
        actor=thai,
        item_id=item.uuid,
        version=1,
        details=ExhibitDetails(exhibit_number="TH-1", kind="PHONE", description="theirs"),
    )
    mine = {
        "exhibit_number": "TH-1",
        "kind": "PHONE",
        "language": "en",
        "description": "mine",
        "version": "1",
    }
    client = signed_in(thai)
    answer = client.post(url("edit", case, item), mine)
    assert answer.status_code == 409
    assert "theirs" in answer.content.decode()
    assert client.post(url("edit", case, item), {**mine, "version": "2"}).status_code == 302
    assert EvidenceItem.objects.get().description == "mine"


def test_editing_what_stands_changes_nothing_not_even_the_seconds_of_the_collection() -> None:
    thai = officer("TH")
    case = open_case(thai)
    item = exhibit(thai, case, "TH-1", collected_by="A", collected_at=case.opened_at or None)
    EvidenceItem.objects.filter(pk=item.pk).update(collected_at="2026-01-02T03:30:47Z")
    client = signed_in(thai)
    form = client.get(url("edit", case, item)).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields}
    assert sent["collected_at"] == "2026-01-02T10:30"
    assert client.post(url("edit", case, item), sent).status_code == 302
    assert EvidenceItem.objects.get().version == 1


def test_a_file_is_uploaded_and_comes_back_as_an_attachment_byte_for_byte() -> None:
    thai, chinese = officer("TH"), officer("CN")
    case = open_case(thai)
    item = exhibit(thai, case)
    share(thai, case, "CN")
    client = signed_in(thai)
    page = b"<script>alert(document.cookie)</script>" * 99
    assert client.post(url("upload", case, item), {"file": uploaded("page.html", page)}).status_code == 302
    again = client.post(url("upload", case, item), {"file": uploaded("other.html", b"other")})
    assert again.status_code == 422
    assert "has its file already" in again.content.decode()
    reader = signed_in(chinese)
    asked = reader.get(url("download", case, item))
    assert "recorded in the chain of custody" in asked.content.decode()
    assert not CustodyEvent.objects.filter(kind="DOWNLOADED").exists()
    answer = reader.post(url("download", case, item))
    body = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert body == page
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == 'attachment; filename="page.html"'
    assert answer["Content-Length"] == str(len(page))
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "private, no-store"
    assert CustodyEvent.objects.get(kind="DOWNLOADED").recorded_by == chinese
    assert AuditEvent.objects.get(verb="evidence.downloaded").operation == "DISCLOSURE"
    assert EvidenceItem.objects.get().sha256 == hashlib.sha256(page).hexdigest()


@pytest.mark.parametrize(
    ("name", "sent_back"),
    [
        ("../../../etc/passwd", 'attachment; filename="passwd"'),
        ("gpj\u202efdp.exe", 'attachment; filename="gpjfdp.exe"'),
        ("证据.txt", "attachment; filename*=utf-8''%E8%AF%81%E6%8D%AE.txt"),
    ],
)
def test_a_malicious_name_reaches_neither_the_storage_nor_a_header(
    name: str, sent_back: str, tmp_path: Path
) -> None:
    thai = officer("TH")
    case = open_case(thai)
    item = exhibit(thai, case)
    client = signed_in(thai)
    # Sent as bytes: the test client would tidy the name up itself.
    boundary = "lmc-boundary"
    body = (
        f"--{boundary}\r\n"
        f'Content-Disposition: form-data; name="file"; filename="{name}"\r\n'
        "Content-Type: text/html\r\n\r\ncontent\r\n"
        f"--{boundary}--\r\n"
    ).encode()
    answer = client.post(
        url("upload", case, item), body, content_type=f"multipart/form-data; boundary={boundary}"
    )
    assert answer.status_code == 302
    [path] = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert path.parent == tmp_path / "evidence"
    assert len(path.name) == 32
    sent = client.post(url("download", case, item))
    sent.close()
    assert sent["Content-Disposition"] == sent_back


def test_a_name_with_line_ends_in_the_row_still_makes_no_header() -> None:
    thai = officer("TH")
    case = open_case(thai)
    item = services.upload_file(
        actor=thai,
        item_id=exhibit(thai, case).uuid,
        file=uploaded("a"),
        name='a.txt"\r\nSet-Cookie: x=1\r\n\r\n<html>',
    )
    answer = signed_in(thai).post(url("download", case, item))
    answer.close()
    assert "Set-Cookie: x" not in str(answer.headers)
    assert answer["Content-Disposition"].startswith('attachment; filename="')


def test_a_body_that_declares_too_much_is_refused_before_it_is_read(settings: Any) -> None:
    settings.EVIDENCE_MAX_BYTES = 1000
    thai = officer("TH")
    case = open_case(thai)
    item = exhibit(thai, case)
    client = signed_in(thai)
    answer = client.post(
        url("upload", case, item),
        b"",
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(10**13),
    )
    assert answer.status_code == 413
    refused = client.post(url("upload", case, item), {"file": uploaded("a.bin", b"x" * 1001)})
    assert refused.status_code == 422
    assert "larger than" in refused.content.decode()
    assert not EvidenceItem.objects.get().file


def test_writing_needs_the_form_of_this_site() -> None:
    thai = officer("TH")
    case = open_case(thai)
    item = with_file(thai, case)
    client = signed_in(thai, enforce_csrf_checks=True)
    for name in ("upload", "download", "verify", "custody_add"):
        assert client.post(url(name, case, item), {}).status_code == 403, name
    assert not CustodyEvent.objects.filter(kind="DOWNLOADED").exists()


def test_a_custody_event_is_recorded_once_and_a_gap_is_shown_in_red() -> None:
    thai = officer("TH")
    case = open_case(thai)
    item = exhibit(thai, case, collected_at=case.opened_at, collected_by="Sgt. One")
    client = signed_in(thai)
    form = client.get(url("custody_add", case, item)).context["form"]
    assert form["from_holder"].value() == "Sgt. One"
    assert "gap or an overlap" not in client.get(url("detail", case, item)).content.decode()
    sent = {
        "kind": "TRANSFERRED",
        "happened_at": "2026-01-02T10:30",
        "from_holder": "Somebody else",
        "to_holder": "Sgt. Two",
        "once": form["once"].value(),
    }
    EvidenceItem.objects.get()
    for _turn in range(2):
        assert client.post(url("custody_add", case, item), sent).status_code == 302
    assert CustodyEvent.objects.filter(item=item).count() == 2
    shown = client.get(url("detail", case, item)).content.decode()
    assert "gap or an overlap" in shown
    assert "lmc-gap-row" in shown


def test_a_custody_event_in_the_future_or_without_a_time_is_refused_on_the_form() -> None:
    thai = officer("TH")
    case = open_case(thai)
    item = exhibit(thai, case)
    client = signed_in(thai)
    for when in ("2999-01-01T00:00", ""):
        answer = client.post(url("custody_add", case, item), {"kind": "EXAMINED", "happened_at": when})
        assert answer.status_code == 422
    assert not CustodyEvent.objects.exists()


def test_a_changed_file_is_told_in_red(tmp_path: Path) -> None:
    thai = officer("TH")
    case = open_case(thai)
    item = with_file(thai, case)
    client = signed_in(thai)
    client.post(url("verify", case, item))
    assert "The file is unchanged" in client.get(url("detail", case, item)).content.decode()
    [path] = [path for path in tmp_path.rglob("*") if path.is_file()]
    path.write_bytes(b"changed")
    answer = client.post(url("verify", case, item), follow=True)
    page = answer.content.decode()
    assert "does not match its recorded checksum" in page
    assert "Mismatch" in page


def test_a_lost_file_is_a_sentence_and_no_error(tmp_path: Path) -> None:
    thai = officer("TH")
    case = open_case(thai)
    item = with_file(thai, case)
    for path in tmp_path.rglob("*"):
        if path.is_file():
            path.unlink()
    answer = signed_in(thai).post(url("download", case, item), follow=True)
    assert "missing from the storage" in answer.content.decode()
    assert not CustodyEvent.objects.filter(kind="DOWNLOADED").exists()


def test_a_checksum_that_others_stated_differently_is_told() -> None:
    thai = officer("TH")
    case = open_case(thai)
    item = with_file(thai, case)
    EvidenceItem.objects.filter(pk=item.pk).update(reported_hashes={"SHA-256": "0" * 64, "MD5": "1" * 32})
    page = signed_in(thai).get(url("detail", case, item)).content.decode()
    assert "is not the one that was stated" in page
    assert "1" * 8 in page


def test_script_in_what_was_typed_is_text() -> None:
    thai = officer("TH")
    case = open_case(thai)
    evil = "<img src=x onerror=alert(1)>"
    item = exhibit(
        thai,
        case,
        evil,
        description=evil,
        collected_by=evil,
        collected_where=evil,
        collected_at=case.opened_at,
    )
    client = signed_in(thai)
    for page in (url("list", case), url("detail", case, item), url("edit", case, item)):
        assert evil not in client.get(page).content.decode()


def test_the_list_bears_nonsense_in_its_address_and_costs_the_same_for_more_rows(
    django_assert_max_num_queries: Any,
) -> None:
    thai = officer("TH")
    case = open_case(thai)
    client = signed_in(thai)
    # The first request of a client begins its session.
    client.get(url("list", case))
    counted = []
    for _turn in range(2):
        for _place in range(10):
            exhibit(thai, case)
        with django_assert_max_num_queries(60) as captured:
            assert client.get(url("list", case)).status_code == 200
        counted.append(len(captured))
    assert counted[0] == counted[1]
    for odd in ("?after=x", "?before=1", f"?after={uuid.uuid4()}", "?before=%00"):
        assert client.get(url("list", case) + odd).status_code == 200, odd
