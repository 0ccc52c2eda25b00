"""Rule: the two sides of a submitted request write to each other, and no third country learns of it."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from lmc_cases.accounts.models import Notice, User
from lmc_cases.audit.models import AuditEvent
from lmc_cases.cases.models import Level
from lmc_cases.cases.services import sharing
from lmc_cases.core.errors import InvalidInput
from lmc_cases.evidence.models import EvidenceItem
from lmc_cases.handovers.models import HandoverMessage, HandoverRequest, MessageMention, MessageReading
from lmc_cases.handovers.services import mentions, thread, writing
from lmc_cases.handovers.services.sealed import message_place, request_key
from lmc_cases.handovers.services.telling import notices_of_handovers
from lmc_cases.handovers.services.watching import watch_questions
from lmc_cases.jurisdictions.access import acting_as
from tests.factories import officer
from tests.handovers.samples import World, world
from tests.handovers.test_pages import page, signed_in, words
from tests.harness.shared_worlds import once_per_module

pytestmark = pytest.mark.django_db
SOON = dt.timedelta(days=3)


built, w = once_per_module(lambda: world(evidence=2, with_photo=False))


def write(
    actor: User, handover: HandoverRequest, text: str = "你好（虚构）", **more: object
) -> HandoverMessage:
    return writing.write_message(
        actor=actor, handover_id=handover.uuid, text=text, language="zh-hans", **more
    )


def read(actor: User, handover: HandoverRequest) -> list[thread.MessageShown]:
    with acting_as(actor):
        return thread.read_thread(
            actor=actor,
            handover=HandoverRequest.objects.visible_to(actor)
            .select_related("requesting", "requested")
            .get(pk=handover.pk),
        ).rows


def told(actor: User) -> list[str]:
    with acting_as(actor):
        return [row.notice.code for row in notices_of_handovers(actor=actor, size=20)]


def test_before_the_submission_nobody_writes_and_there_is_no_page(w: World) -> None:
    draft = w.draft()
    with pytest.raises(writing.NotSent):
        write(w.chinese, draft)
    with pytest.raises(HandoverRequest.DoesNotExist):
        write(w.thai, draft)
    for address in ("handovers:thread", "handovers:write"):
        assert signed_in(w.chinese).get(page(address, draft)).status_code == 404


def test_both_sides_read_the_same_and_learn_when_the_other_read_it(w: World) -> None:
    handover = w.acknowledged()
    write(w.chinese, handover, "请确认（虚构）")
    (own,) = read(w.chinese, handover)
    assert (own.text, own.read_at, own.is_own) == ("请确认（虚构）", None, True)
    (theirs,) = read(w.thai, handover)
    assert theirs.text == "请确认（虚构）"
    assert not theirs.is_own
    read(w.supervisor, handover)
    (own,) = read(w.chinese, handover)
    assert own.read_at is not None
    with acting_as(w.thai):
        assert MessageReading.objects.filter(handover=handover).count() == 1, "a side reads once"
    sent = AuditEvent.objects.get(verb="handover.message_sent")
    assert sent.recipient_country == handover.requested
    assert "请确认" not in str(sent.codes)


def test_a_third_country_finds_no_thread_by_page_service_or_table(w: World) -> None:
    handover = w.acknowledged()
    message = write(w.chinese, handover)
    with pytest.raises(HandoverRequest.DoesNotExist):
        write(w.viet, handover)
    client = signed_in(w.viet)
    assert client.get(page("handovers:thread", handover)).status_code == 404
    assert client.get(page("handovers:write", handover)).status_code == 404
    with acting_as(w.viet):
        assert not HandoverMessage.objects.visible_to(w.viet).exists()
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM handovers_handovermessage WHERE uuid = %s", [message.uuid])
            assert cursor.fetchone() == (0,)


def test_the_text_is_sealed_in_the_table(w: World) -> None:
    message = write(w.chinese, w.acknowledged(), "secret words (invented)")
    with acting_as(w.chinese):
        message.refresh_from_db()
    assert b"secret" not in bytes(message.text_sealed)


@pytest.mark.parametrize("statement", ["UPDATE {} SET language = 'en'", "DELETE FROM {}"])
def test_what_is_written_is_never_changed(w: World, statement: str) -> None:
    write(w.chinese, w.acknowledged())
    with (
        acting_as(w.chinese),
        pytest.raises(DatabaseError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format("handovers_handovermessage"))


def test_no_side_writes_in_the_name_of_the_other(w: World) -> None:
    handover = w.acknowledged()
    with acting_as(w.chinese), pytest.raises(DatabaseError), transaction.atomic():
        HandoverMessage(
            handover=handover,
            country=handover.requested,
            author=w.chinese,
            text_sealed=b"x",
            language="en",
        ).save()


def test_a_correction_is_a_new_message_of_the_own_side(w: World) -> None:
    handover = w.acknowledged()
    first = write(w.chinese, handover)
    with pytest.raises(InvalidInput):
        write(w.thai, handover, corrects_id=first.uuid)
    write(w.chinese, handover, "更正（虚构）", corrects_id=first.uuid)
    assert [row.row.corrects_id for row in read(w.thai, handover)] == [first.pk, None]


def test_a_question_is_open_until_the_other_side_answers_it_once(w: World) -> None:
    handover = w.acknowledged()
    question = write(w.chinese, handover, due_on=timezone.localdate() + SOON)
    with acting_as(w.thai):
        assert list(thread.questions_waiting(w.thai)) == [question]
    for nobody in (w.chinese, w.viet):
        with acting_as(nobody):
            assert not list(thread.questions_waiting(nobody))
    with pytest.raises(InvalidInput):
        write(w.chinese, handover, answers_id=question.uuid)
    answer = write(w.thai, handover, "ตอบ (สมมติ)", answers_id=question.uuid)
    with pytest.raises(InvalidInput):
        write(w.thai, handover, answers_id=question.uuid)
    with acting_as(w.thai):
        assert not list(thread.questions_waiting(w.thai))
    shown = {row.row.pk: row for row in read(w.chinese, handover)}
    assert shown[question.pk].answer == answer
    assert told(w.chinese).count("thread.answered") == 1


@pytest.mark.parametrize("bad", [{"due_on": dt.date(2020, 1, 1)}, {"text": " "}, {"mentions": ["nobody"]}])
def test_bad_input_names_its_field(w: World, bad: dict[str, object]) -> None:
    handover = w.acknowledged()
    with pytest.raises(InvalidInput) as refused:
        write(w.chinese, handover, **bad)
    assert refused.value.field in bad


def test_a_message_sent_twice_is_one(w: World) -> None:
    handover = w.acknowledged()
    client = signed_in(w.chinese)
    form = client.get(page("handovers:write", handover)).context["form"]
    data = {"text": "一次（虚构）", "language": "zh-hans", "once": form.initial["once"]}
    for _time in range(2):
        assert client.post(page("handovers:write", handover), data).status_code == 302
    assert len(read(w.thai, handover)) == 1


def test_colleagues_are_named_and_the_other_side_only_where_it_acted(w: World) -> None:
    quiet, colleague = officer("TH", suffix="QUIET"), officer("CN", suffix="NEAR")
    handover = w.acknowledged()
    with acting_as(w.chinese):
        offered = {one.label for one in mentions.mentionable(w.chinese, handover)}
    assert any(w.thai.full_name in label for label in offered), "acknowledged the request"
    assert any(colleague.full_name in label for label in offered)
    assert not any(quiet.full_name in label for label in offered)
    assert not any(w.viet.full_name in label for label in offered)
    with pytest.raises(InvalidInput):
        write(w.chinese, handover, mentions=[str(quiet.uuid)])
    mail.outbox.clear()
    write(w.chinese, handover, mentions=[str(colleague.uuid)])
    assert told(colleague) == ["thread.mentioned"]
    with acting_as(w.thai):
        assert not MessageMention.objects.visible_to(w.thai).exists()
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM handovers_messagemention")
            assert cursor.fetchone() == (0,), "whom a side mentions of its own is its own matter"
    for sent in mail.outbox:
        assert handover.reference not in sent.body + sent.subject
        assert "你好" not in sent.body + sent.subject


def test_an_exhibit_is_attached_only_where_the_other_side_sees_it(w: World) -> None:
    handover = w.acknowledged()
    with acting_as(w.thai):
        shown, held_back = EvidenceItem.objects.visible_to(w.thai).order_by("exhibit_number")
        # Above what the share opens: its owner alone sees it.
        EvidenceItem.objects.filter(pk=held_back.pk).update(level=Level.OWN)
        held_back.refresh_from_db()
    with acting_as(w.thai):
        offered = writing.exhibits_to_attach(w.thai, handover)
    assert shown in offered
    assert held_back not in offered
    write(w.thai, handover, enclosed=writing.Enclosed(exhibit_id=shown.uuid))
    with pytest.raises(InvalidInput):
        write(w.thai, handover, enclosed=writing.Enclosed(exhibit_id=held_back.uuid))
    (message,) = read(w.chinese, handover)
    assert message.exhibit == shown
    sharing.revoke_share(actor=w.thai, share_id=w.share.uuid, reason="over")
    (message,) = read(w.chinese, handover)
    assert message.exhibit is None
    assert message.row.exhibit_number == shown.exhibit_number


def test_a_paper_is_hashed_and_leaves_as_an_attachment(w: World) -> None:
    handover = w.acknowledged()
    client = signed_in(w.chinese)
    form = client.get(page("handovers:write", handover)).context["form"]
    data = {
        "text": "文件（虚构）",
        "language": "zh-hans",
        "once": form.initial["once"],
        "paper": SimpleUploadedFile("../../<b>warrant.html", b"<script>alert(1)</script>"),
    }
    assert client.post(page("handovers:write", handover), data).status_code == 302
    (message,) = read(w.thai, handover)
    address = reverse("handovers:paper", args=[handover.uuid, message.row.uuid])
    assert signed_in(w.viet).post(address).status_code == 404
    assert signed_in(w.thai).get(address).status_code == 405
    answer = signed_in(w.thai).post(address)
    assert b"".join(answer.streaming_content) == b"<script>alert(1)</script>"
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "/" not in message.row.paper_name
    assert "<" not in message.row.paper_name
    assert (
        AuditEvent.objects.get(verb="handover.paper_downloaded").codes["sha256"] == message.row.paper_sha256
    )


def test_an_empty_paper_is_refused_and_nothing_is_written(w: World) -> None:
    handover = w.acknowledged()
    with pytest.raises(InvalidInput) as refused:
        write(w.chinese, handover, enclosed=writing.Enclosed(paper=io.BytesIO(b""), paper_name="x.pdf"))
    assert refused.value.field == "paper"
    assert read(w.thai, handover) == []


def test_both_sides_are_told_once_when_the_day_of_a_question_has_come(w: World) -> None:
    handover = w.acknowledged()
    write(w.chinese, handover, due_on=timezone.localdate() + SOON)
    assert watch_questions() == 0
    question, answered = (_asked_long_ago(w.chinese, handover) for _time in range(2))
    write(w.thai, handover, answers_id=answered.uuid)
    assert watch_questions() == 1
    assert watch_questions() == 0
    assert told(w.thai).count("thread.due") == told(w.chinese).count("thread.due") == 1
    assert told(w.viet) == []
    assert Notice.objects.filter(code="thread.due", object_uuid=question.uuid).exists()
    write(w.thai, handover, answers_id=question.uuid)
    assert "thread.due" not in told(w.thai), "it goes with the answer"


def _asked_long_ago(actor: User, handover: HandoverRequest) -> HandoverMessage:
    """A question whose day has passed: no service writes one, and nobody can put its day back."""
    with acting_as(actor):
        message = HandoverMessage(
            handover=handover,
            country=handover.requesting,
            author=actor,
            language="zh-hans",
            due_on=timezone.localdate() - dt.timedelta(days=2),
        )
        message.text_sealed = request_key(handover).seal("x", message_place(message.uuid))
        message.save()
    return message


def test_the_pages_show_questions_and_what_is_new(w: World) -> None:
    handover = w.acknowledged()
    write(w.chinese, handover, "几时（虚构）", due_on=timezone.localdate() + SOON)
    thai = signed_in(w.thai)
    assert "几时（虚构）" in words(thai.get(page("handovers:detail", handover)))
    home = thai.get(reverse("home"))
    assert "Answer a question of China" in words(home)
    opened = words(thai.get(page("handovers:thread", handover)))
    assert "几时（虚构）" in opened
    assert "Open questions" in opened
    assert "Read by the other side" in words(signed_in(w.chinese).get(page("handovers:thread", handover)))
