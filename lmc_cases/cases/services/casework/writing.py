"""Write the texts of a case, its timeline and its notes."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.accounts.models import User
from lmc_cases.audit.models import Operation as AuditOperation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import (
    CaseNote,
    CaseText,
    Level,
    SearchEntry,
    TimelineEntry,
    is_stale,
)
from lmc_cases.cases.services.casework.rows import (
    LANGUAGES,
    MAX_TEXT_CHARACTERS,
    MAX_TITLE_CHARACTERS,
    check_code,
    checked_text,
    lock_case,
    lock_open_case,
    mark_changed,
    text_changed,
)
from lmc_cases.cases.services.search import put_entry
from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.history import save_as
from lmc_cases.core.text import clean_text
from lmc_cases.jurisdictions.access import Action

if TYPE_CHECKING:
    pass

MOST_CHARACTERS = {
    kind: MAX_TITLE_CHARACTERS if kind == CaseText.Kind.TITLE else MAX_TEXT_CHARACTERS
    for kind in CaseText.Kind
}


@transaction.atomic
def write_text(
    *,
    actor: User,
    case_id: UUID,
    kind: str,
    language: str,
    text: str,
    translator: str = "",
    version: int | None = None,
) -> CaseText:
    """Write a text of a case in one language: the first of its kind is the original, others translate it.

    Args:
        version: of the text as read; ``None`` where none existed.

    Raises:
        StaleVersion: someone saved this text since; ``theirs["text"]`` is what stands now.
        CaseClosed: open the case again first.
    """
    case = lock_open_case(actor, case_id)
    check_code("kind", kind, CaseText.Kind.values)
    check_code("language", language, LANGUAGES)
    cleaned = checked_text(
        "text", clean_text(text, multiline=kind != CaseText.Kind.TITLE), MOST_CHARACTERS[CaseText.Kind(kind)]
    )
    named_translator = clean_text(translator)
    original = CaseText.objects.select_for_update().filter(case=case, kind=kind, is_original=True).first()
    held = CaseText.objects.select_for_update().filter(case=case, kind=kind, language=language).first()
    if (
        held is not None
        and held.text == cleaned
        and held.translator == named_translator
        and not is_stale(held, original)
    ):
        return held
    if held is not None and held.version != version:
        raise text_changed(held)
    if held is None:
        held = CaseText(case=case, kind=kind, language=language, is_original=original is None, version=0)
    put_text(held, actor=actor, original=original, text=cleaned, translator=named_translator)
    record(
        actor=actor,
        operation=AuditOperation.ALTERATION,
        verb="case.text_written",
        target=case,
        codes={"kind": kind, "language": language, "version": held.version},
    )
    return held


def put_text(
    held: CaseText,
    *,
    actor: User,
    original: CaseText | None,
    text: str,
    translator: str = "",
    engine: str = "",
    source_version: int | None = None,
) -> CaseText:
    """Put new words into a text, new or locked; the caller holds the lock on its case, and records who wrote what.

    Whatever was said of the words before is not said of these.

    Args:
        held: version 0 where it is new.
        engine: the machine whose words these are; "" for a person's.
        source_version: of the original that was translated; that of ``original`` where it is not given.
    """
    is_translation = original is not None and not held.is_original
    held.level = CaseText.LEVEL_OF_KIND[CaseText.Kind(held.kind)]
    held.version += 1
    held.text = text
    held.translator = translator if is_translation else ""
    held.engine = engine
    held.status = CaseText.Status.DRAFT if is_translation else ""
    held.source_version = None
    if original is not None and is_translation:
        held.source_version = original.version if source_version is None else source_version
    held.checked_by, held.certificate = None, ""
    held.author = actor
    held.updated_at = timezone.now()
    save_as(held, actor=actor)
    if held.level <= Level.SUMMARY:
        put_entry(
            case_id=held.case_id,
            kind=SearchEntry.Kind.TEXT,
            object_uuid=held.uuid,
            level=Level.SUMMARY,
            text=text,
        )
    mark_changed(held.case, actor, "")
    return held


@transaction.atomic
def add_timeline_entry(
    *,
    actor: User,
    case_id: UUID,
    happened_at: dt.datetime,
    text: str,
    language: str,
    place: str = "",
    public_id: UUID | None = None,
) -> TimelineEntry:
    """Add an event to the timeline of a case; the same ``public_id`` again adds nothing."""
    case = lock_open_case(actor, case_id)
    made = TimelineEntry.objects.filter(case=case, uuid=public_id).first() if public_id else None
    if made is not None:
        return made
    check_code("language", language, LANGUAGES)
    if happened_at > timezone.now():
        raise InvalidInput("happened_at", _("Choose a time in the past."))
    entry = TimelineEntry(
        uuid=public_id or uuid4(),
        case=case,
        happened_at=happened_at,
        text=checked_text("text", clean_text(text, multiline=True), MAX_TEXT_CHARACTERS),
        language=language,
        place=clean_text(place),
        author=actor,
    )
    save_as(entry, actor=actor)
    mark_changed(case, actor, "")
    record(actor=actor, operation=AuditOperation.COLLECTION, verb="case.timeline_added", target=case)
    return entry


@transaction.atomic
def add_note(
    *, actor: User, case_id: UUID, text: str, language: str, public_id: UUID | None = None
) -> CaseNote:
    """Add a note for the own country; notes are never shared, and a closed case takes them too.

    The same ``public_id`` again adds nothing.
    """
    case = lock_case(actor, case_id, Action.EDIT)
    made = CaseNote.objects.filter(case=case, uuid=public_id).first() if public_id else None
    if made is not None:
        return made
    check_code("language", language, LANGUAGES)
    note = CaseNote(
        uuid=public_id or uuid4(),
        case=case,
        text=checked_text("text", clean_text(text, multiline=True), MAX_TEXT_CHARACTERS),
        language=language,
        author=actor,
    )
    save_as(note, actor=actor)
    record(actor=actor, operation=AuditOperation.COLLECTION, verb="case.note_added", target=case)
    return note
