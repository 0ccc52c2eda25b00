"""Remarks of one side for itself, in threads at a part and a page. The other country knows of none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.core.errors import InvalidInput
from lmc_cases.desk.models import DossierComment
from lmc_cases.desk.services.rows import checked_text, locked_version, side_at_desk
from lmc_cases.desk.services.sealed import keys_here, open_one, own_key, text_place
from lmc_cases.dossiers.models import Dossier
from lmc_cases.dossiers.parts import PARTS, Part, part_of
from lmc_cases.handovers.services.steps import locked

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User
    from lmc_cases.handovers.models import HandoverRequest
    from lmc_cases.jurisdictions.models import Jurisdiction


@dataclass(frozen=True)
class Entry:
    """One remark or reply; ``text`` is "" where its key is not here, and where it only settles the thread."""

    row: DossierComment
    text: str


@dataclass(frozen=True)
class Thread:
    """A remark with its replies, in order."""

    entries: tuple[Entry, ...]

    @property
    def first(self) -> DossierComment:
        """The remark it began with: it says where."""
        return self.entries[0].row

    @property
    def is_settled(self) -> bool:
        """Whether nothing was said since somebody settled it."""
        return self.entries[-1].row.settles

    @property
    def part(self) -> Part:
        """The part of the dossier it is about."""
        return part_of(self.first.part)


@transaction.atomic
def add_comment(
    *,
    actor: User,
    dossier_id: UUID,
    part: str,
    page: int | None,
    text: str,
    language: str,
    new_id: UUID | None = None,
) -> DossierComment:
    """Begin a thread at a part of a dossier.

    Args:
        page: of this rendering, counted from 1; ``None`` for the part as a whole.
        new_id: public id to give (``core.once``); sent again, the remark made the first time is returned.

    Raises:
        Dossier.DoesNotExist: foreign, missing, no right at the desk of either side.
        InvalidInput: no such part or page, no text.
    """
    dossier = locked_version(actor, dossier_id)
    country = _side(actor, dossier.handover)
    if part not in {each.anchor for each in PARTS}:
        raise InvalidInput("part", _("Choose a part of the dossier."))
    if page is not None and not 1 <= page <= (dossier.pages or 0):
        raise InvalidInput("page", _("The dossier has %(pages)s pages.") % {"pages": dossier.pages or 0})
    comment = DossierComment(dossier=dossier, part=part, page=page)
    return _write(actor, comment, dossier.handover, country, text, language, new_id)


@transaction.atomic
def reply_to(
    *, actor: User, comment_id: UUID, text: str, language: str, new_id: UUID | None = None
) -> DossierComment:
    """Reply in a thread; one that was settled is open again.

    Raises:
        DossierComment.DoesNotExist: foreign, missing, a reply, no right at the desk of that side.
        InvalidInput: no text.
    """
    first, handover = _thread(actor, comment_id)
    comment = DossierComment(dossier=first.dossier, part=first.part, page=first.page, thread=first)
    return _write(actor, comment, handover, first.country, text, language, new_id)


@transaction.atomic
def settle_thread(*, actor: User, comment_id: UUID) -> DossierComment:
    """Say that a thread is settled; a second call changes nothing.

    Raises:
        DossierComment.DoesNotExist: as ``reply_to``.
    """
    first, handover = _thread(actor, comment_id)
    last = DossierComment.objects.visible_to(actor).filter(thread=first).order_by("-pk").first()
    if last is not None and last.settles:
        settled: DossierComment = last
        return settled
    entry = DossierComment(
        handover=handover,
        country=first.country,
        dossier=first.dossier,
        part=first.part,
        page=first.page,
        thread=first,
        text_sealed=b"",
        language=first.language,
        settles=True,
        author=actor,
    )
    entry.save(force_insert=True)
    _record(actor, entry)
    return entry


def threads_of(user: User, handover: HandoverRequest, country: Jurisdiction) -> list[Thread]:
    """Return the threads of one side on all versions of a request: what is open first, then the newest."""
    rows = list(
        DossierComment.objects.visible_to(user)
        .filter(handover=handover, country=country)
        .select_related("author", "dossier")
        .defer("dossier__facts", "dossier__engine")
        .order_by("pk")
    )
    keys = keys_here([row.uuid for row in rows if row.text_sealed])
    found: dict[int, list[Entry]] = {}
    for row in rows:
        text = open_one(keys.get(row.uuid), row.text_sealed, text_place(row.uuid))
        found.setdefault(row.thread_id or row.pk, []).append(Entry(row, text))
    threads = [Thread(tuple(entries)) for entries in found.values()]
    return sorted(threads, key=lambda thread: (thread.is_settled, -thread.first.pk))


def _thread(actor: User, comment_id: UUID) -> tuple[DossierComment, HandoverRequest]:
    rows = DossierComment.objects.visible_to(actor).filter(thread=None)
    first: DossierComment = rows.select_related("dossier", "country", "handover").get(uuid=comment_id)
    handover = locked(actor, first.handover.uuid)
    if _side(actor, handover) != first.country:
        raise DossierComment.DoesNotExist
    return first, handover


def _side(actor: User, handover: HandoverRequest) -> Jurisdiction:
    country = side_at_desk(actor, handover)
    if country is None:
        raise Dossier.DoesNotExist
    return country


def _write(
    actor: User,
    comment: DossierComment,
    handover: HandoverRequest,
    country: Jurisdiction,
    text: str,
    language: str,
    new_id: UUID | None,
) -> DossierComment:
    cleaned = checked_text(text, language, field="text", missing=_("Write the comment."))
    if new_id is not None:
        made = DossierComment.objects.visible_to(actor).filter(uuid=new_id, handover=handover).first()
        if made is not None:
            again: DossierComment = made
            return again
        comment.uuid = new_id
    comment.handover, comment.country, comment.author = handover, country, actor
    comment.language = language
    comment.text_sealed = own_key(comment).seal(cleaned, text_place(comment.uuid))
    comment.save(force_insert=True)
    _record(actor, comment)
    return comment


def _record(actor: User, comment: DossierComment) -> None:
    verb = "dossier.comment_settled" if comment.settles else "dossier.comment_added"
    record(
        actor=actor,
        operation=Operation.ALTERATION if comment.settles else Operation.COLLECTION,
        verb=verb,
        target=comment,
        codes={
            "version": comment.dossier.number,
            "part": comment.part,
            "page": comment.page or 0,
            "thread": str(comment.thread.uuid) if comment.thread else "",
        },
    )
