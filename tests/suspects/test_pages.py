"""The pages of people: own, shared in full, summary only, foreign; what is sent twice; what is refused."""

from __future__ import annotations

import hashlib
import uuid
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from lmc_cases.accounts.models import User
from lmc_cases.audit.models import AuditEvent
from lmc_cases.cases.models import Case, Level
from lmc_cases.jurisdictions.access import acting_as
from lmc_cases.suspects import services
from lmc_cases.suspects.models import IdentityDocument, Suspect
from lmc_cases.suspects.services import DocumentDetails, PersonDetails
from tests.factories import officer, open_case, say_why_all, share
from tests.suspects.samples import person, picture

pytestmark = pytest.mark.django_db

PERSON_PAGES = ("detail", "edit", "photo", "photo_change", "photo_remove", "document_add")
WRITING_PAGES = ("edit", "photo_change", "photo_remove", "document_add")


@pytest.fixture(autouse=True)
def _own_storage(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    settings.SECOND_FACTOR_COMPULSORY = False


def signed_in(user: User, **options: Any) -> Client:
    say_why_all(user)
    client = Client(**options)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def url(name: str, case: Case | uuid.UUID, suspect: Suspect | uuid.UUID | None = None, **more: Any) -> str:
    given: dict[str, Any] = {"case_uuid": getattr(case, "uuid", case), **more}
    if suspect is not None:
        given["uuid"] = getattr(suspect, "uuid", suspect)
    return reverse(f"suspects:{name}", kwargs=given)


def with_photo(actor: User, case: Case) -> Suspect:
    made = person(
        actor, case, "陈示例", name_language="zh-hans", name_romanised="Chen Shili", category="WITNESS"
    )
    return services.set_photo(actor=actor, suspect_id=made.uuid, upload=BytesIO(picture()))


def fields(**values: str) -> dict[str, str]:
    return {"category": "SUSPECT", "role": "UNKNOWN", "sex": "UNKNOWN", **values}


def test_the_owner_and_a_recipient_in_full_read_and_only_the_owner_is_offered_to_write() -> None:
    thai, chinese = officer("TH"), officer("CN")
    case = open_case(thai)
    suspect = with_photo(thai, case)
    services.add_document(
        actor=thai, suspect_id=suspect.uuid, details=DocumentDetails(number="AB1234", status="FORGED")
    )
    share(thai, case, "CN")
    for user, writes in ((thai, True), (chinese, False)):
        client = signed_in(user)
        listed = client.get(url("list", case)).content.decode()
        assert "陈示例" in listed
        assert "Witness" in listed
        assert "lmc-apart" in listed
        assert "1 person" in listed
        shown = client.get(url("detail", case, suspect)).content.decode()
        assert 'lang="zh-Hans">陈示例' in shown
        assert "Chen Shili" in shown
        assert "Forged document" in shown
        assert (url("edit", case, suspect) in shown) == writes
        assert ("Document added" in shown) == writes
        for name in WRITING_PAGES:
            assert client.get(url(name, case, suspect)).status_code == (200 if writes else 404), name
        assert client.get(url("create", case)).status_code == (200 if writes else 404)
    assert AuditEvent.objects.filter(verb="suspect.viewed", actor=chinese).count() == 1


@pytest.mark.parametrize("level", [None, Level.EXISTENCE, Level.SUMMARY])
def test_whoever_does_not_see_the_case_in_full_gets_404_for_what_is_and_what_is_not(
    level: Level | None,
) -> None:
    thai, chinese = officer("TH"), officer("CN")
    case = open_case(thai)
    suspect = with_photo(thai, case)
    if level is not None:
        share(thai, case, "CN", level)
    client = signed_in(chinese)
    document = services.add_document(
        actor=thai, suspect_id=suspect.uuid, details=DocumentDetails(number="A1")
    )
    there = [url("list", case), url("create", case), *(url(name, case, suspect) for name in PERSON_PAGES)]
    there.append(url("document_remove", case, suspect, document_uuid=document.uuid))
    nowhere = uuid.uuid4()
    missing = [url("list", nowhere), url("create", nowhere)]
    missing += [url(name, nowhere, nowhere) for name in PERSON_PAGES]
    missing.append(url("document_remove", nowhere, nowhere, document_uuid=nowhere))
    for present, absent in zip(there, missing, strict=True):
        for method in ("get", "post"):
            answers = [getattr(client, method)(page) for page in (present, absent)]
            assert [answer.status_code for answer in answers] in ([404, 404], [405, 405]), present
            assert answers[0].content.decode().replace(answers[0]["X-Request-ID"], "") == (
                answers[1].content.decode().replace(answers[1]["X-Request-ID"], "")
            )
    looked = AuditEvent.objects.filter(actor=chinese, operation="CONSULTATION")
    assert not looked.exclude(verb="case.reason_given").exists()
    assert AuditEvent.objects.filter(actor=chinese, operation="REFUSAL").count() >= 2 * len(there) - 4
    with acting_as(thai):
        assert Suspect.objects.get().version == 3


def test_a_person_is_found_only_below_the_own_case() -> None:
    thai = officer("TH")
    case, other = open_case(thai), open_case(thai)
    suspect = with_photo(thai, case)
    client = signed_in(thai)
    for name in PERSON_PAGES:
        assert client.get(url(name, other, suspect)).status_code == 404, name


def test_a_person_is_entered_once_however_often_the_form_is_sent() -> None:
    thai = officer("TH")
    case = open_case(thai)
    client = signed_in(thai)
    page = client.get(url("create", case))
    token = page.context["form"]["once"].value()
    sent = fields(
        name_original="มะลิ ตัวอย่าง",
        birth_date_text="03/05/2533",
        nationality="TH",
        aliases="ดำ\r\nDam",
        category="PRESUMED_VICTIM",
        once=token,
    )
    answers = [client.post(url("create", case), sent) for _ in range(2)]
    made = Suspect.objects.get()
    assert [answer.headers["Location"] for answer in answers] == [url("detail", case, made)] * 2
    assert (made.aliases, made.nationality, made.name_language) == (["ดำ", "Dam"], "TH", "th")
    shown = client.get(url("detail", case, made)).content.decode()
    assert "3 May 2533 BE" in shown
    assert "03/05/2533" in shown
    assert "Buddhist era" in shown
    assert "may be a victim of human trafficking" in shown
    forged = client.post(url("create", case), {**sent, "once": token + "x"})
    assert forged.status_code == 302
    assert Suspect.objects.count() == 2


def test_a_refused_form_says_what_is_wrong_and_keeps_what_was_typed() -> None:
    thai = officer("TH")
    case = open_case(thai)
    answer = signed_in(thai).post(url("create", case), fields(remarks="Long remarks", nationality="TH"))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Enter a name in the original script or in Latin letters." in page
    assert "Long remarks" in page
    assert not Suspect.objects.exists()


def test_the_second_editor_gets_a_page_with_both_texts() -> None:
    thai = officer("TH")
    case = open_case(thai)
    suspect = person(thai, case)
    client = signed_in(thai)
    services.edit_suspect(
        actor=thai,
        suspect_id=suspect.uuid,
        version=1,
        details=PersonDetails(name_original="ใหม่", remarks="theirs"),
    )
    mine = fields(name_original="ใหม่", remarks="my own words", version="1", reason="")
    answer = client.post(url("edit", case, suspect), mine)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "theirs" in page
    assert "my own words" in page
    again = client.post(url("edit", case, suspect), {**mine, "version": "2"})
    assert again.status_code == 302
    assert Suspect.objects.get().remarks == "my own words"


def test_script_in_names_and_remarks_is_text() -> None:
    thai = officer("TH")
    case = open_case(thai)
    evil = "<script>alert(1)</script>"
    suspect = person(thai, case, evil, name_romanised=evil, remarks=evil, aliases=(evil,))
    client = signed_in(thai)
    for page in (url("list", case), url("detail", case, suspect), url("edit", case, suspect)):
        assert evil not in client.get(page).content.decode()


def test_the_photograph_is_sent_as_a_jpeg_that_nothing_keeps() -> None:
    thai, chinese = officer("TH"), officer("CN")
    case = open_case(thai)
    suspect = with_photo(thai, case)
    share(thai, case, "CN")
    answer = signed_in(chinese).get(url("photo", case, suspect))
    body = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert hashlib.sha256(body).hexdigest() == suspect.photo_sha256
    assert Image.open(BytesIO(body)).size == (600, 800)
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert AuditEvent.objects.filter(verb="suspect.photo_viewed", actor=chinese).count() == 1


def test_a_person_without_a_photograph_has_no_photo_page() -> None:
    thai = officer("TH")
    case = open_case(thai)
    assert signed_in(thai).get(url("photo", case, person(thai, case))).status_code == 404


@pytest.mark.parametrize(
    ("name", "content", "declared"),
    [
        ("evil.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "image/svg+xml"),
        ("evil.jpg", b"<html><script>alert(1)</script></html>", "image/jpeg"),
        ("cut.jpg", picture()[:700], "image/jpeg"),
        ("empty.jpg", b"", "image/jpeg"),
    ],
)
def test_what_is_no_picture_is_refused_on_the_page(name: str, content: bytes, declared: str) -> None:
    thai = officer("TH")
    case = open_case(thai)
    suspect = person(thai, case)
    upload = SimpleUploadedFile(name, content, content_type=declared)
    answer = signed_in(thai).post(url("photo_change", case, suspect), {"photo": upload})
    assert answer.status_code == 422
    assert not Suspect.objects.get().photo


def test_a_body_that_declares_too_much_is_refused_before_it_is_read(settings: Any) -> None:
    settings.PHOTO_MAX_BYTES = 1000
    thai = officer("TH")
    case = open_case(thai)
    suspect = person(thai, case)
    answer = signed_in(thai).post(
        url("photo_change", case, suspect),
        b"",
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(10**12),
    )
    assert answer.status_code == 413
    assert "too large" in answer.content.decode()


def test_an_upload_still_needs_the_form_of_this_site() -> None:
    thai = officer("TH")
    case = open_case(thai)
    suspect = person(thai, case)
    client = signed_in(thai, enforce_csrf_checks=True)
    upload = {"photo": SimpleUploadedFile("a.jpg", picture())}
    assert client.post(url("photo_change", case, suspect), upload).status_code == 403
    token = client.get(url("photo_change", case, suspect)).cookies["csrftoken"].value
    upload = {"photo": SimpleUploadedFile("a.jpg", picture())}
    answer = client.post(url("photo_change", case, suspect), {**upload, "csrfmiddlewaretoken": token})
    assert answer.status_code == 302
    assert Suspect.objects.get().photo


def test_a_document_is_added_once_and_removed_with_a_reason() -> None:
    thai = officer("TH")
    case = open_case(thai)
    suspect = person(thai, case)
    client = signed_in(thai)
    token = client.get(url("document_add", case, suspect)).context["form"]["once"].value()
    sent = {
        "kind": "PASSPORT",
        "number": "AB 123",
        "status": "GENUINE",
        "issuing_country": "TH",
        "once": token,
    }
    for _turn in range(2):
        assert client.post(url("document_add", case, suspect), sent).status_code == 302
    document = IdentityDocument.objects.get()
    page = url("document_remove", case, suspect, document_uuid=document.uuid)
    assert "Remove Passport AB 123?" in client.get(page).content.decode()
    assert client.post(page, {}).status_code == 422
    assert client.post(page, {"reason": "Wrong person"}).status_code == 302
    assert not IdentityDocument.objects.exists()
    shown = client.get(url("detail", case, suspect)).content.decode()
    assert "Document removed" in shown
    assert "Wrong person" in shown
    assert client.get(page).status_code == 404


def test_the_photograph_is_removed_with_a_reason() -> None:
    thai = officer("TH")
    case = open_case(thai)
    suspect = with_photo(thai, case)
    client = signed_in(thai)
    assert client.post(url("photo_remove", case, suspect), {"reason": "Other person"}).status_code == 302
    assert client.get(url("photo", case, suspect)).status_code == 404
    assert "Photograph removed" in client.get(url("detail", case, suspect)).content.decode()


def test_the_list_filters_pages_and_bears_nonsense_in_its_address() -> None:
    thai = officer("TH")
    case = open_case(thai)
    for place in range(60):
        person(thai, case, f"Person {place:02}", category="VICTIM" if place == 59 else "SUSPECT")
    client = signed_in(thai)
    first = client.get(url("list", case)).content.decode()
    assert "?after=50" in first
    assert "Person 59" not in first
    second = client.get(url("list", case) + "?after=50").content.decode()
    assert "Person 59" in second
    assert "?before=51" in second
    victims = client.get(url("list", case) + "?category=VICTIM").content.decode()
    assert "Person 59" in victims
    assert "Person 01" not in victims
    assert "Nobody meets the filter." in client.get(url("list", case) + "?q=nobody").content.decode()
    for odd in ("?after=x", "?before=-1", "?after=99999999999999999999", "?category=X", "?q=%00", "?after=๑"):
        assert client.get(url("list", case) + odd).status_code == 200, odd


def test_the_cost_of_a_list_does_not_grow_with_its_rows(django_assert_max_num_queries: Any) -> None:
    thai = officer("TH")
    case = open_case(thai)
    client = signed_in(thai)
    # The first request of a client begins its session.
    client.get(url("list", case))
    counted = []
    for _turn in range(2):
        for _place in range(10):
            person(thai, case)
        with django_assert_max_num_queries(60) as captured:
            assert client.get(url("list", case)).status_code == 200
        counted.append(len(captured))
    assert counted[0] == counted[1]


def test_a_closed_case_says_so_on_the_form() -> None:
    thai = officer("TH")
    case = open_case(thai)
    Case.objects.filter(pk=case.pk).update(status=Case.Status.CLOSED)
    answer = signed_in(thai).post(url("create", case), fields(name_original="x"))
    assert answer.status_code == 422
    assert "The case is closed" in answer.content.decode()
