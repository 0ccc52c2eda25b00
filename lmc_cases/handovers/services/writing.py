"""Write to the other side of a request: messages, questions with a day, answers, corrections."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.accounts.services.desks import tell_desk_of, tell_officer_by_id
from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import Disclosure
from lmc_cases.cases.services import ledger
from lmc_cases.core.errors import Conflict, InvalidInput
from lmc_cases.core.text import clean_text
from lmc_cases.evidence.models import EvidenceItem
from lmc_cases.evidence.services.files import HashingFile, kept_name, store
from lmc_cases.handovers.models import HandoverMessage, HandoverRequest, MessageMention
from lmc_cases.handovers.models.thread import paper_path
from lmc_cases.handovers.services.checking import side_of
from lmc_cases.handovers.services.mentions import Mentionable, mentionable
from lmc_cases.handovers.services.sealed import message_place, request_key
from lmc_cases.handovers.services.steps import locked
from lmc_cases.handovers.services.telling import (
    ANSWERED,
    ASKED,
    MENTIONED,
    WRITTEN,
    other_side,
    tell_side,
)

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User
    from lmc_cases.jurisdictions.models import Jurisdiction


MAX_OFFERED = 200


class NotSent(Conflict):
    """The other side does not see the request yet: there is nobody to write to."""

    code = "not-sent"


@dataclass(frozen=True)
class Enclosed:
    """What goes with a message.

    Attributes:
        exhibit_id: public id of an exhibit of the case that the other side sees already.
        paper: a seekable binary file, or ``None``; ``paper_name`` as the browser sent it.
    """

    exhibit_id: UUID | None = None
    paper: Any = None
    paper_name: str = ""


def write_message(
    *,
    actor: User,
    handover_id: UUID,
    text: str,
    language: str,
    due_on: dt.date | None = None,
    answers_id: UUID | None = None,
    corrects_id: UUID | None = None,
    enclosed: Enclosed | None = None,
    mentions: Collection[str] = (),
    new_id: UUID | None = None,
) -> HandoverMessage:
    """Write to the other side. What is written stays; a later message corrects it.

    Args:
        due_on: makes it a question, to be answered by the end of that day in the other country's zone.
        answers_id: an open question of the other side.
        corrects_id: an earlier message of the own side.
        mentions: codes of ``mentions.mentionable``.
        new_id: public id to give (``core.once``); sent again, the message made the first time is returned.

    Raises:
        HandoverRequest.DoesNotExist: foreign, missing, no right on either side.
        NotSent: before the submission.
        InvalidInput: no text, a day that has passed, what is answered or corrected is not there, an exhibit the other
            side does not see, a file that is empty or too large, somebody who cannot be mentioned.
    """
    with_it = enclosed or Enclosed()
    with transaction.atomic():
        handover = locked(actor, handover_id)
        country = side_of(actor, handover)
        if handover.submitted_at is None:
            raise NotSent(_("The other country does not see this request yet."))
        if new_id is not None:
            made = HandoverMessage.objects.visible_to(actor).filter(uuid=new_id, handover=handover).first()
            if made is not None:
                return made
        message = HandoverMessage(handover=handover, country=country, author=actor, language=language)
        if new_id is not None:
            message.uuid = new_id
        _fill(message, actor, text, due_on, answers_id, corrects_id)
        _add_exhibit(message, actor, with_it.exhibit_id)
        called = _called(actor, handover, mentions)
        stored = _add_paper(message, with_it)
        try:
            with transaction.atomic():
                message.save()
                _finish(message, actor, called)
        except BaseException:
            if stored:
                default_storage.delete(stored)
            raise
    return message


def exhibits_to_attach(user: User, handover: HandoverRequest) -> list[EvidenceItem]:
    """Return exhibits of the case that both sides see, at most ``MAX_OFFERED``, by number."""
    rows = EvidenceItem.objects.visible_to(user).filter(case=handover.case_id)
    found = list(rows.select_related("case").order_by("exhibit_number", "pk")[:MAX_OFFERED])
    seen = _seen_by_other(found, handover, side_of(user, handover))
    if seen:
        ledger.note_items(
            actor=user,
            case=seen[0].case,
            kind=Disclosure.Kind.EVIDENCE,
            items=seen,
            path=Disclosure.Path.LIST,
        )
    return seen


def answer_ends(message: HandoverMessage) -> dt.datetime:
    """Return the end of a question's day, as the answering country's calendar counts. Comes with both countries."""
    if message.due_on is None:
        raise AssertionError("no question")
    zone = ZoneInfo(other_side(message.handover, message.country_id).time_zone)
    return dt.datetime.combine(message.due_on + dt.timedelta(days=1), dt.time.min, tzinfo=zone)


def _fill(
    message: HandoverMessage,
    actor: User,
    text: str,
    due_on: dt.date | None,
    answers_id: UUID | None,
    corrects_id: UUID | None,
) -> None:
    handover, country = message.handover, message.country
    cleaned = clean_text(text, multiline=True)
    if not cleaned:
        raise InvalidInput("text", _("Write the message."))
    if message.language not in dict(settings.LANGUAGES):
        raise InvalidInput("language", _("Choose a language from the list."))
    if sum(given is not None for given in (due_on, answers_id, corrects_id)) > 1:
        raise InvalidInput("due_on", _("A message asks, answers or corrects: one of the three."))
    today = timezone.now().astimezone(ZoneInfo(other_side(handover, country.pk).time_zone)).date()
    if due_on is not None and due_on < today:
        raise InvalidInput("due_on", _("Choose a day that has not passed."))
    message.due_on = due_on
    written = HandoverMessage.objects.visible_to(actor).filter(handover=handover)
    if answers_id is not None:
        asked = written.exclude(country=country).open_questions().filter(uuid=answers_id).first()
        if asked is None:
            raise InvalidInput("answers_id", _("Choose an open question of the other country."))
        message.answers = asked
    if corrects_id is not None:
        wrong = written.filter(country=country, uuid=corrects_id).first()
        if wrong is None:
            raise InvalidInput("corrects_id", _("Choose a message of your own country."))
        message.corrects = wrong
    message.text_sealed = request_key(handover).seal(cleaned, message_place(message.uuid))


def _add_exhibit(message: HandoverMessage, actor: User, exhibit_id: UUID | None) -> None:
    if exhibit_id is None:
        return
    handover = message.handover
    item = EvidenceItem.objects.visible_to(actor).filter(case=handover.case_id, uuid=exhibit_id).first()
    if item is None or not _seen_by_other([item], handover, message.country):
        raise InvalidInput("exhibit_id", _("Choose an exhibit that both countries see."))
    message.exhibit, message.exhibit_number = item, item.exhibit_number


def _seen_by_other(
    items: list[EvidenceItem], handover: HandoverRequest, country: Jurisdiction
) -> list[EvidenceItem]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT item FROM unnest(%s::bigint[]) item WHERE exhibit_seen_by_side(item, %s, %s)",
            [[item.pk for item in items], handover.pk, country.pk == handover.requested_id],
        )
        seen = {row[0] for row in cursor.fetchall()}
    return [item for item in items if item.pk in seen]


def _add_paper(message: HandoverMessage, enclosed: Enclosed) -> str:
    """Store the file of a message and return where it stands, "" without one."""
    if enclosed.paper is None:
        return ""
    source = HashingFile(enclosed.paper, settings.EVIDENCE_MAX_BYTES)
    try:
        stored = store(paper_path(message, ""), source)
    except InvalidInput as error:
        raise InvalidInput("paper", str(error)) from None
    message.paper = stored
    message.paper_name = kept_name(enclosed.paper_name)
    message.paper_sha256 = source.digest.hexdigest()
    message.paper_bytes = source.count
    return stored


def _called(actor: User, handover: HandoverRequest, codes: Collection[str]) -> list[Mentionable]:
    if not codes:
        return []
    known = {one.code: one for one in mentionable(actor, handover)}
    if set(codes) - known.keys():
        raise InvalidInput("mentions", _("Choose somebody from the list."))
    return [known[code] for code in dict.fromkeys(codes)]


def _finish(message: HandoverMessage, actor: User, called: list[Mentionable]) -> None:
    """Note who is mentioned, record, and tell."""
    handover, country = message.handover, message.country
    other = other_side(handover, country.pk)
    for one in called:
        MessageMention(
            message=message,
            handover=handover,
            officer_id=one.officer_pk,
            country=one.country,
            by_country=country,
        ).save(force_insert=True)
    kind = WRITTEN
    if message.due_on is not None:
        kind = ASKED
    elif message.answers is not None:
        kind = ANSWERED
    record(
        actor=actor,
        operation=Operation.DISCLOSURE,
        verb="handover.message_sent",
        target=message,
        recipient=other,
        codes={
            "kind": kind,
            "mentions": len(called),
            "corrects": str(message.corrects.uuid) if message.corrects else "",
            "exhibit": str(message.exhibit.uuid) if message.exhibit else "",
            "sha256": message.paper_sha256,
        },
    )
    tell_side(handover.pk, other, code=kind, object_uuid=handover.uuid, again=True)
    for one in called:
        if one.officer_pk is not None:
            tell_officer_by_id(one.officer_pk, code=MENTIONED, object_uuid=handover.uuid, again=True)
        else:
            tell_desk_of(one.country, None, code=MENTIONED, object_uuid=handover.uuid, again=True)
