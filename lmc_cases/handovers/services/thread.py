"""Read what both sides wrote about a request, note that a side has read it, and hand out its papers."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import Disclosure
from lmc_cases.cases.services import ledger
from lmc_cases.core.days import end_of, start_of
from lmc_cases.core.keyset import EPOCH, Cursor, Page
from lmc_cases.evidence.models import EvidenceItem
from lmc_cases.evidence.services.files import Download, FileMissing
from lmc_cases.handovers.models import (
    HandoverMessage,
    HandoverRequest,
    MessageMention,
    MessageReading,
    Status,
)
from lmc_cases.handovers.services.disclosure import terms_of_request
from lmc_cases.handovers.services.sealed import message_place
from lmc_cases.handovers.services.writing import answer_ends
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting
from lmc_cases.keys.providers import KeyUnavailable
from lmc_cases.keys.sealing import DataKey, keys_of

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User
    from lmc_cases.handovers.models.thread import HandoverMessageQuerySet

PAGE_SIZE = 25
# Where a request has ended nobody waits for an answer.
ENDED = (Status.REFUSED, Status.CLOSED, Status.WITHDRAWN, Status.RELEASED)


class Only(enum.StrEnum):
    """A part of a thread."""

    OPEN = "open"
    QUESTIONS = "questions"
    PAPERS = "papers"


@dataclass(frozen=True)
class ThreadFilters:
    """What a thread is narrowed to; empty values narrow nothing. Days are those of the officer's zone."""

    only: str = ""
    since: dt.date | None = None
    until: dt.date | None = None

    def narrow(self, rows: HandoverMessageQuerySet) -> HandoverMessageQuerySet:
        """Return the messages that are left."""
        if self.only == Only.OPEN:
            rows = rows.open_questions()
        elif self.only == Only.QUESTIONS:
            rows = rows.filter(due_on__isnull=False)
        elif self.only == Only.PAPERS:
            rows = rows.exclude(paper_name="", exhibit_number="")
        if first := start_of(self.since):
            rows = rows.filter(created_at__gte=first)
        if end := end_of(self.until):
            rows = rows.filter(created_at__lt=end)
        return rows

    def as_codes(self) -> dict[str, str]:
        """Return what the audit holds of them."""
        return {name: str(value) for name, value in asdict(self).items() if value}


@dataclass(frozen=True)
class MessageShown:
    """A message as an officer reads it.

    Attributes:
        text: "" where no key of a country opens it here.
        exhibit: the exhibit, where it is open to this officer now; its number stands in the message.
        read_at: when the other side opened it first; ``None``: not yet, or it is the other side's own.
        mentions: names of officers and desks that this side may know of.
        answer: the message that answers this question; ``None`` for none.
    """

    row: HandoverMessage
    text: str
    is_own: bool
    exhibit: EvidenceItem | None = None
    read_at: dt.datetime | None = None
    mentions: list[str] = field(default_factory=list)
    answer: HandoverMessage | None = None

    @property
    def is_open_question(self) -> bool:
        """Whether it waits for an answer."""
        return self.row.due_on is not None and self.answer is None

    @property
    def ends(self) -> dt.datetime:
        """The end of a question's day where it is answered."""
        return answer_ends(self.row)


@transaction.atomic
def read_thread(
    *,
    actor: User,
    handover: HandoverRequest,
    before: Cursor | None = None,
    size: int = PAGE_SIZE,
    filters: ThreadFilters | None = None,
    path: str = Disclosure.Path.LIST,
) -> Page[MessageShown]:
    """Return a page of the thread, the newest first, and note what the officer's side reads for the first time.

    Args:
        handover: read through the rule, with both countries.
        path: how the ledger says that exhibits of messages are shown.
    """
    rows = HandoverMessage.objects.visible_to(actor).filter(handover=handover)
    if filters is not None:
        rows = filters.narrow(rows)
    if before is not None:
        rows = rows.filter(pk__lt=before.pk)
    found = list(
        rows.select_related("country", "author__agency", "answers", "corrects").order_by("-pk")[: size + 1]
    )
    page = found[:size]
    for message in page:
        message.handover = handover
    own = own_side(actor, handover)
    new = _note_reading(actor, handover, page, own)
    record(
        actor=actor,
        operation=Operation.CONSULTATION,
        verb="handover.thread_viewed",
        target=handover,
        codes={"shown": len(page), "new": new},
    )
    shown = _shown(actor, handover, page, own)
    for one in shown:
        if one.exhibit is not None:
            ledger.note_item(actor=actor, item=one.exhibit, kind=Disclosure.Kind.EVIDENCE, path=path)
    return Page(rows=shown, older=Cursor(at=EPOCH, pk=page[-1].pk) if len(found) > size else None)


def one_message(user: User, handover: HandoverRequest, message_id: UUID) -> MessageShown:
    """Return one message of a request: what is to be answered or corrected.

    Raises:
        HandoverMessage.DoesNotExist: foreign, missing, and of another request alike.
    """
    row = (
        HandoverMessage.objects.visible_to(user)
        .select_related("country", "author__agency", "answers", "corrects")
        .get(handover=handover, uuid=message_id)
    )
    row.handover = handover
    return _shown(user, handover, [row], own_side(user, handover))[0]


def unread_count(user: User, handover: HandoverRequest) -> int:
    """Return how many messages of the other side the officer's side has not opened."""
    own = own_side(user, handover)
    if own is None:
        return 0
    read = MessageReading.objects.filter(handover=handover, country=own).values("message")
    rows = HandoverMessage.objects.visible_to(user).filter(handover=handover)
    return rows.exclude(country=own).exclude(pk__in=read).count()


def open_questions_of(user: User, handover: HandoverRequest) -> list[MessageShown]:
    """Return the questions of a request that nobody answered, the earliest day first."""
    rows = list(
        HandoverMessage.objects.visible_to(user)
        .filter(handover=handover)
        .open_questions()
        .select_related("country", "author__agency")
        .order_by("due_on", "pk")
    )
    for row in rows:
        row.handover = handover
    return _shown(user, handover, rows, own_side(user, handover))


def questions_waiting(user: User) -> HandoverMessageQuerySet:
    """Return the open questions that the officer may answer for the side they were put to, the earliest day first."""
    mine = jurisdictions_granting(user, Action.EDIT)
    to_requested = Q(handover__requested__in=mine, country=F("handover__requesting"))
    to_requesting = Q(handover__requesting__in=mine, country=F("handover__requested"))
    return (
        HandoverMessage.objects.visible_to(user)
        .open_questions()
        .filter(to_requested | to_requesting)
        .exclude(handover__status__in=ENDED)
        .select_related("country", "handover__requesting", "handover__requested")
        .defer("handover__disclosed", "handover__facts", "text_sealed")
        .order_by("due_on", "pk")
    )


@transaction.atomic
def open_paper(*, actor: User, handover_id: UUID, message_id: UUID) -> Download:
    """Open the paper of a message, and record that it goes out.

    Raises:
        HandoverMessage.DoesNotExist: foreign, missing, and without a paper alike.
        FileMissing: the storage has lost the file.
    """
    message = (
        HandoverMessage.objects.visible_to(actor)
        .select_related("handover", "country")
        .get(uuid=message_id, handover__uuid=handover_id)
    )
    if not message.paper or not message.paper.name:
        raise HandoverMessage.DoesNotExist
    try:
        opened = message.paper.storage.open(message.paper.name, "rb")
    except FileNotFoundError:
        raise FileMissing(_("The file is missing from the storage. Tell the administrator.")) from None
    record(
        actor=actor,
        operation=Operation.DISCLOSURE,
        verb="handover.paper_downloaded",
        target=message,
        recipient=None if actor.country.pk == message.country_id else actor.country,
        codes={"sha256": message.paper_sha256, "size_bytes": message.paper_bytes},
    )
    handover = message.handover
    if actor.country.pk != message.country_id:
        piece = ledger.Piece(
            handover.case_id,
            message.country_id,
            handover.uuid,
            handover.reference,
            kind=Disclosure.Kind.HANDOVER,
            versions={"request": handover.version},
            sha256=message.paper_sha256,
        )
        ledger.disclose(
            actor=actor, pieces=[piece], path=Disclosure.Path.FILE, terms=terms_of_request(handover)
        )
    return Download(file=opened, name=message.paper_name, size_bytes=message.paper_bytes or 0)


def own_side(user: User, handover: HandoverRequest) -> int | None:
    """Return the primary key of the side the officer belongs to; ``None`` for whoever belongs to neither."""
    home = user.country.pk if user.agency is not None else None
    if home not in {handover.requesting_id, handover.requested_id}:
        return None
    return home if jurisdictions_granting(user, Action.READ).filter(pk=home).exists() else None


def _note_reading(
    actor: User, handover: HandoverRequest, page: Iterable[HandoverMessage], own: int | None
) -> int:
    """Note the first reading by a side; a colleague who reads at the same moment has it noted already."""
    if own is None:
        return 0
    theirs = [message for message in page if message.country_id != own]
    read = MessageReading.objects.filter(handover=handover, country=own, message__in=theirs)
    known = set(read.values_list("message_id", flat=True))
    new = [
        MessageReading(message=message, handover=handover, country_id=own)
        for message in theirs
        if message.pk not in known
    ]
    MessageReading.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)


def _shown(
    user: User, handover: HandoverRequest, rows: list[HandoverMessage], own: int | None
) -> list[MessageShown]:
    keys = [row.pk for row in rows]
    try:
        key = keys_of([handover.uuid]).get(handover.uuid)
    except KeyUnavailable:
        key = None
    exhibits = (
        EvidenceItem.objects.visible_to(user)
        .select_related("case")
        .in_bulk([row.exhibit_id for row in rows if row.exhibit_id is not None])
    )
    readings = MessageReading.objects.visible_to(user).filter(message__in=keys)
    read = {(one.message_id, one.country_id): one.read_at for one in readings}
    given = HandoverMessage.objects.visible_to(user).filter(answers__in=keys)
    answers = {answer.answers_id: answer for answer in given.defer("text_sealed")}
    mentions: dict[int, list[str]] = {}
    for one in (
        MessageMention.objects.visible_to(user).filter(message__in=keys).select_related("officer", "country")
    ):
        name = (
            one.officer.full_name
            if one.officer
            else _("Duty desk: %(country)s") % {"country": one.country.name}
        )
        mentions.setdefault(one.message_id, []).append(name)
    return [
        MessageShown(
            row=row,
            text=_opened(key, row),
            is_own=row.country_id == own,
            exhibit=exhibits.get(row.exhibit_id) if row.exhibit_id else None,
            read_at=read.get((row.pk, _other(handover, row.country_id))),
            mentions=mentions.get(row.pk, []),
            answer=answers.get(row.pk),
        )
        for row in rows
    ]


def _other(handover: HandoverRequest, country: int) -> int:
    return handover.requesting_id if country == handover.requested_id else handover.requested_id


def _opened(key: DataKey | None, row: HandoverMessage) -> str:
    if key is None:
        return ""
    try:
        return key.open(row.text_sealed, message_place(row.uuid))
    except KeyUnavailable:
        return ""
