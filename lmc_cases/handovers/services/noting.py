"""Private notes of one side."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.text import clean_text
from lmc_cases.handovers.models import HandoverNote
from lmc_cases.handovers.services.checking import side_of
from lmc_cases.handovers.services.steps import locked

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


@transaction.atomic
def add_note(
    *, actor: User, handover_id: UUID, text: str, language: str, new_id: UUID | None = None
) -> HandoverNote:
    """Write a note that only the own country reads.

    Args:
        new_id: public id to give (``core.once``); sent again, the note made the first time is returned.

    Raises:
        HandoverRequest.DoesNotExist: foreign, missing, no right on either side.
        InvalidInput: no text, an unknown language.
    """
    handover = locked(actor, handover_id)
    country = side_of(actor, handover)
    cleaned = clean_text(text, multiline=True)
    if not cleaned:
        raise InvalidInput("text", _("Write the note."))
    if language not in dict(settings.LANGUAGES):
        raise InvalidInput("language", _("Choose a language from the list."))
    if new_id is not None:
        made = HandoverNote.objects.visible_to(actor).filter(uuid=new_id, handover=handover).first()
        if made is not None:
            return made
    note = HandoverNote(handover=handover, country=country, text=cleaned, language=language, author=actor)
    if new_id is not None:
        note.uuid = new_id
    note.save()
    record(actor=actor, operation=Operation.COLLECTION, verb="handover.note_added", target=note)
    return note
