"""Dossiers through their pages: progress, facts to read, the file, and nothing for anybody else."""

from __future__ import annotations

import hashlib
import uuid

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from lmc_cases.audit.models import AuditEvent
from lmc_cases.cases.services import sharing
from lmc_cases.core.history import save_as
from lmc_cases.core.jobs import JobState
from lmc_cases.dossiers.models import Dossier
from lmc_cases.dossiers.services import approving, owing, working
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.jurisdictions.access import acting_as
from tests.cases.browsing import signed_in, status_and_cost, words
from tests.handovers.samples import World, world
from tests.harness.shared_worlds import once_per_module

pytestmark = pytest.mark.django_db
OF_ONE = ["detail", "progress", "download", "retry"]


@pytest.fixture(autouse=True)
def _second_factor_given(settings: object) -> None:
    settings.SECOND_FACTOR_COMPULSORY = False  # type: ignore[attr-defined]


def build() -> tuple[World, HandoverRequest]:
    made = world()
    return made, approving.approve_and_owe(actor=made.supervisor, handover_id=made.acknowledged().uuid)


built, granted = once_per_module(build)


@pytest.fixture
def w(granted: tuple[World, HandoverRequest]) -> World:
    return granted[0]


@pytest.fixture
def handover(granted: tuple[World, HandoverRequest]) -> HandoverRequest:
    return granted[1]


def of(name: str, dossier: Dossier) -> str:
    return reverse(f"dossiers:{name}", args=[dossier.uuid])


def chinese_dossier() -> Dossier:
    return Dossier.objects.get(language="zh-hans", number=1)


def test_progress_is_asked_until_the_dossier_is_there(w: World, handover: HandoverRequest) -> None:
    dossier = chinese_dossier()
    client = signed_in(w.chinese_prosecutor)
    waiting = client.get(of("detail", dossier))
    assert f'hx-get="{of("progress", dossier)}"' in waiting.content.decode()
    assert "Queued" in words(client.get(of("progress", dossier)))
    Dossier.objects.filter(pk=dossier.pk).update(job_state=JobState.RUNNING, steps_done=1)
    running = client.get(of("progress", dossier))
    assert "Drawing the pages" in words(running)
    assert 'value="1"' in running.content.decode()
    Dossier.objects.filter(pk=dossier.pk).update(job_state=JobState.QUEUED, steps_done=0)
    working.render_owed_dossier(job_id=dossier.pk)
    finished = client.get(of("progress", dossier)).content.decode()
    assert "hx-get" not in finished
    assert of("detail", dossier) in finished
    # Looking at the clock is no consultation; opening the page is.
    assert AuditEvent.objects.filter(verb="dossier.viewed").count() == 1


def test_the_page_shows_the_file_its_hash_and_the_facts(w: World, handover: HandoverRequest) -> None:
    dossier = chinese_dossier()
    working.render_owed_dossier(job_id=dossier.pk)
    dossier.refresh_from_db()
    client = signed_in(w.chinese_prosecutor)
    answer = client.get(of("detail", dossier))
    body, shown = answer.content.decode(), words(answer)
    assert f'data-copy="{dossier.sha256}"' in body
    assert f'data-copy="{dossier.facts_sha256}"' in body
    for text in (
        "Simplified Chinese",
        str(dossier.pages),
        "王样例",
        "E-0002",
        "Evidence list",
        "Not reviewed",
    ):
        assert text in shown
    photo = reverse("dossiers:photo", args=[dossier.uuid, w.suspects[0].photo_sha256])
    assert photo in body
    jpeg = client.get(photo)
    assert hashlib.sha256(jpeg.getvalue()).hexdigest() == w.suspects[0].photo_sha256
    assert client.get(reverse("dossiers:photo", args=[dossier.uuid, "0" * 64])).status_code == 404


def test_the_download_is_an_attachment_and_recorded(w: World, handover: HandoverRequest) -> None:
    dossier = chinese_dossier()
    working.render_owed_dossier(job_id=dossier.pk)
    dossier.refresh_from_db()
    sharing.revoke_share(actor=w.thai, share_id=w.share.uuid, reason="Over")
    for actor in (w.chinese_prosecutor, w.thai_prosecutor):
        answer = signed_in(actor).get(of("download", dossier))
        pdf = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
        assert hashlib.sha256(pdf).hexdigest() == dossier.sha256
        assert answer.headers["Content-Type"] == "application/pdf"
        assert answer.headers["Content-Disposition"] == (
            f'attachment; filename="{handover.reference}-v1-zh-hans.pdf"'
        )
    events = AuditEvent.objects.filter(verb="dossier.downloaded", operation="DISCLOSURE").order_by("id")
    assert [event.actor for event in events] == [w.chinese_prosecutor, w.thai_prosecutor]
    assert events[0].codes["sha256"] == dossier.sha256


def test_without_a_file_the_download_says_so(w: World, handover: HandoverRequest) -> None:
    dossier = chinese_dossier()
    client = signed_in(w.chinese_prosecutor)
    early = client.get(of("download", dossier))
    assert (early.status_code, "not ready yet" in words(early)) == (409, True)
    working.render_owed_dossier(job_id=dossier.pk)
    dossier.refresh_from_db()
    default_storage.delete(dossier.file.name)
    lost = client.get(of("download", dossier))
    assert (lost.status_code, "Tell your administrator" in words(lost)) == (409, True)
    assert not AuditEvent.objects.filter(verb="dossier.downloaded").exists()


def test_a_failed_dossier_says_what_to_do_and_is_tried_again(w: World, handover: HandoverRequest) -> None:
    dossier = chinese_dossier()
    Dossier.objects.filter(pk=dossier.pk).update(job_state=JobState.FAILED, error_code="missing-glyph")
    client = signed_in(w.chinese_prosecutor)
    shown = words(client.get(of("detail", dossier)))
    assert "a character that its fonts cannot print" in shown
    assert "discloses a corrected version" in shown
    assert "Failed" in words(client.get(of("progress", dossier)))
    for _ in range(2):
        assert client.post(of("retry", dossier)).headers["Location"] == of("detail", dossier)
    dossier.refresh_from_db()
    assert (dossier.job_state, dossier.requested_by) == (JobState.QUEUED, w.chinese_prosecutor)
    assert AuditEvent.objects.filter(verb="dossier.retried").count() == 1
    assert client.get(of("retry", dossier)).status_code == 405


def test_another_language_is_asked_for_on_the_page_of_the_request(
    w: World, handover: HandoverRequest
) -> None:
    client = signed_in(w.chinese_prosecutor)
    url = reverse("dossiers:request", args=[handover.uuid])
    assert "Dossier in another language" in words(client.get(url))
    first = client.post(url, {"language": "vi"})
    assert client.post(url, {"language": "vi"}).headers["Location"] == first.headers["Location"]
    assert Dossier.objects.filter(language="vi").count() == 1
    assert client.post(url, {"language": "xx"}).status_code == 422


def test_an_older_version_points_to_the_newer_one(w: World, handover: HandoverRequest) -> None:
    old = chinese_dossier()
    answer = signed_in(w.supervisor).post(
        reverse("dossiers:correct", args=[handover.uuid]), {"reason": "Date"}
    )
    assert answer.headers["Location"] == reverse("dossiers:request", args=[handover.uuid])
    new = Dossier.objects.filter(language="zh-hans").latest("number")
    assert new.number == 2
    assert of("detail", new) in signed_in(w.chinese).get(of("detail", old)).content.decode()


def test_the_code_on_a_sheet_leads_to_the_version_that_was_printed_and_nobody_else(
    w: World, handover: HandoverRequest
) -> None:
    first = chinese_dossier()
    people = handover.subjects.order_by("position")
    codes = [str(person.uuid) for person in people]
    assert [subject["code"] for subject in first.facts["subjects"]] == codes
    w.suspects[0].name_original = "王改名"
    with acting_as(w.thai):
        save_as(w.suspects[0], actor=w.thai, reason="corrected")
    approving.correct_and_owe(
        actor=w.supervisor, handover_id=handover.uuid, reason="Name corrected (invented)"
    )
    second = Dossier.objects.get(handover=handover, number=2, language="zh-hans")
    assert [subject["code"] for subject in second.facts["subjects"]] == codes, "the same in every version"
    client = signed_in(w.chinese)

    def opened(person: str, version: int) -> str:
        return str(client.get(reverse("dossiers:person", args=[person, version])).headers.get("Location"))

    assert opened(codes[0], 1) == of("detail", first)
    assert opened(codes[0], 2) == of("detail", second)
    assert opened(codes[0], 3) == opened(str(uuid.uuid4()), 1) == "None"
    foreign = signed_in(w.viet).get(reverse("dossiers:person", args=[codes[0], 1]))
    missing = signed_in(w.viet).get(reverse("dossiers:person", args=[uuid.uuid4(), 1]))
    assert (foreign.status_code, missing.status_code) == (404, 404)


def test_lists_show_only_what_is_visible(w: World, handover: HandoverRequest) -> None:
    for actor, sees in ((w.chinese_prosecutor, True), (w.thai_prosecutor, True), (w.viet, False)):
        shown = words(signed_in(actor).get(reverse("dossiers:list")))
        assert (handover.reference in shown) is sees
    tab = signed_in(w.thai).get(reverse("dossiers:of_case", args=[w.case.uuid]))
    assert handover.reference in words(tab)


def test_foreign_and_missing_dossiers_are_refused_alike(w: World, handover: HandoverRequest) -> None:
    dossier = chinese_dossier()
    working.render_owed_dossier(job_id=dossier.pk)
    viet = signed_in(w.viet)
    # The first request of a client begins its session, whatever it asks for.
    viet.get(reverse("dossiers:list"))
    for name in OF_ONE:
        foreign = status_and_cost(viet, of(name, dossier))
        missing = status_and_cost(viet, reverse(f"dossiers:{name}", args=[uuid.uuid4()]))
        assert foreign == missing
        assert foreign[0] == (405 if name == "retry" else 404)
    assert viet.post(of("retry", dossier)).status_code == 404
    sha256 = w.suspects[0].photo_sha256
    assert viet.get(reverse("dossiers:photo", args=[dossier.uuid, sha256])).status_code == 404
    request = reverse("dossiers:request", args=[handover.uuid])
    assert viet.get(request).status_code == viet.post(request, {"language": "vi"}).status_code == 404
    assert not AuditEvent.objects.filter(actor=w.viet, verb__startswith="dossier.").exists()


def test_pages_stay_cheap_with_many_dossiers(w: World, handover: HandoverRequest) -> None:
    client = signed_in(w.thai)
    url = reverse("dossiers:list")
    client.get(url)
    _status, few = status_and_cost(client, url)
    for language in ("en", "vi", "lo", "km", "my"):
        owing.request_dossier(actor=w.thai, handover_id=handover.uuid, language=language)
    status, many = status_and_cost(client, url)
    assert (status, len(many)) == (200, len(few))
