"""Ask the originating country for a translation; a checked translation of the text as it stands answers it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.accounts.services.desks import tell_officer_by_id
from lmc_cases.audit.models import Operation as AuditOperation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import Case, CaseText, TranslationRequest, is_stale
from lmc_cases.cases.services.casework.rows import LANGUAGES, check_code
from lmc_cases.core.errors import Conflict, InvalidInput
from lmc_cases.core.history import save_as
from lmc_cases.core.text import clean_text
from lmc_cases.jurisdictions.access import Action

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

MAX_WHY = 2_000


class AlreadyTranslated(Conflict):
    """There is a checked translation of the text as it stands."""

    code = "already-translated"


@transaction.atomic
def ask_translation(
    *, actor: User, text_id: UUID, language: str, why: str, new_id: UUID | None = None
) -> TranslationRequest:
    """Ask the country that owns a case for one of its texts in a language.

    While the actor's country has asked for the same and nothing has answered it, that request is returned.

    Args:
        text_id: public id of the text as read, in whatever language.
        new_id: the request's id; one that exists already is returned as it is.

    Raises:
        CaseText.DoesNotExist: foreign and missing alike.
        InvalidInput: not a language of the product, the original's own, no reason.
        AlreadyTranslated: there is a checked translation.
    """
    if new_id is not None:
        made = TranslationRequest.objects.visible_to(actor).filter(uuid=new_id).first()
        if made is not None:
            return made
    text = CaseText.objects.visible_to(actor).select_related("case").get(uuid=text_id)
    check_code("language", language, LANGUAGES)
    reason = clean_text(why, multiline=True)
    if not reason:
        raise InvalidInput("why", _("Say what the translation is needed for."))
    if len(reason) > MAX_WHY:
        raise InvalidInput("why", _("Use at most %(limit)s characters.") % {"limit": MAX_WHY})
    rows = list(CaseText.objects.visible_to(actor).filter(case=text.case_id, kind=text.kind))
    original = next(row for row in rows if row.is_original)
    if original.language == language:
        raise InvalidInput("language", _("This is the language of the original."))
    held = next((row for row in rows if row.language == language), None)
    if held is not None and held.status != CaseText.Status.DRAFT and not is_stale(held, original):
        raise AlreadyTranslated(_("There is a checked translation into this language."))
    asked = TranslationRequest.objects.visible_to(actor).open()
    waiting = asked.filter(text=original, language=language, country=actor.country).first()
    if waiting is not None:
        return waiting
    request = TranslationRequest(
        uuid=new_id or uuid4(),
        case=text.case,
        text=original,
        kind=original.kind,
        language=language,
        why=reason,
        country=actor.country,
        asked_by=actor,
    )
    try:
        with transaction.atomic():
            save_as(request, actor=actor, reason="asked")
    except IntegrityError:
        # A colleague asked for the same at this moment, or this form was sent twice.
        return asked.get(text=original, language=language, country=actor.country)
    record(
        actor=actor,
        operation=AuditOperation.COLLECTION,
        verb="translation.asked",
        target=request,
        codes={"kind": request.kind, "language": language, "version": original.version},
    )
    return request


def translations_to_make(user: User, size: int) -> list[TranslationRequest]:
    """Return what is asked of the officer's country and the officer may write, the oldest first."""
    own = Case.objects.owned_with(user, Action.EDIT).exclude(status=Case.Status.CLOSED)
    rows = TranslationRequest.objects.visible_to(user).open().filter(case__in=own)
    return list(rows.select_related("case", "country").order_by("pk")[:size])


def answer_requests(translation: CaseText, *, actor: User) -> None:
    """End the requests that a checked translation answers, and tell who asked.

    In the caller's transaction, which records the check.
    """
    asked = TranslationRequest.objects.visible_to(actor).open()
    for request in asked.filter(
        case=translation.case_id, kind=translation.kind, language=translation.language
    ):
        request.done_at = timezone.now()
        save_as(request, actor=actor, reason="answered", update_fields=["done_at"])
        tell_officer_by_id(request.asked_by_id, code="translation.checked", object_uuid=request.uuid)
