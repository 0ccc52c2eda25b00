"""Answer a request for assistance: executed, executed in part, or refused with the reason. Once."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.assistance.models import AssistanceRequest, Status
from lmc_cases.assistance.services.rows import (
    check_stands,
    locked,
    may_answer_for,
    note_given,
    save_changed,
)
from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.text import clean_text

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


@transaction.atomic
def answer_assistance(
    *, actor: User, assistance_id: UUID, outcome: str, answer: str, language: str
) -> AssistanceRequest:
    """Answer for the requested country.

    Args:
        outcome: one of ``AssistanceRequest.ANSWERS``.
        answer: what was done, or why not; it may be empty where all was executed.
        language: of the answer.

    Raises:
        AssistanceRequest.DoesNotExist: foreign, missing, of the other side and no right alike.
        WrongState: it was answered before.
        InvalidInput: no such answer; something withheld without a reason; not a language of the product.
    """
    row = locked(actor, assistance_id)
    if not may_answer_for(actor, row):
        raise AssistanceRequest.DoesNotExist
    check_stands(row, Status.SENT)
    cleaned = clean_text(answer, multiline=True)
    if outcome not in AssistanceRequest.ANSWERS:
        raise InvalidInput("outcome", _("Choose a value from the list."))
    if outcome != Status.EXECUTED and not cleaned:
        raise InvalidInput("answer", _("Say what was not done, and why."))
    if language not in dict(settings.LANGUAGES):
        raise InvalidInput("language", _("Choose a language from the list."))
    row.status = outcome
    row.answer = cleaned
    row.answer_language = language
    row.answered_at = timezone.now()
    row.answered_by = actor
    save_changed(row, actor=actor, reason="answered")
    record(
        actor=actor,
        operation=Operation.DISCLOSURE,
        verb="assistance.answered",
        target=row,
        recipient=row.requesting,
        codes={"outcome": outcome},
    )
    note_given(actor, row, to=row.requesting)
    return row
