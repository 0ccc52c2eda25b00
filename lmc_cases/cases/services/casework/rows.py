"""The row of a case: locked through the access rule, touched by what changes in the case; and what may be typed."""

from __future__ import annotations

from collections.abc import Container
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.accounts.models import User
from lmc_cases.cases.models import Case, CaseText
from lmc_cases.core.errors import Conflict, InvalidInput, StaleVersion
from lmc_cases.core.history import save_as
from lmc_cases.core.text import clean_text
from lmc_cases.jurisdictions.access import Action

if TYPE_CHECKING:
    pass

MAX_TITLE_CHARACTERS = 300
# Percent-encoded in a form, a text of a script outside ASCII is nine bytes per character: this fits a request.
MAX_TEXT_CHARACTERS = 200_000
LANGUAGES = dict(settings.LANGUAGES)


class CaseClosed(Conflict):
    """A closed case takes no changes until it is opened again."""


def lock_case(actor: User, case_id: UUID, action: Action) -> Case:
    """Return the case, locked, if the officer's country owns it and grants ``action``."""
    return Case.objects.owned_with(actor, action).select_for_update(of=("self",)).get(uuid=case_id)


def lock_open_case(actor: User, case_id: UUID) -> Case:
    """As ``lock_case`` for editing; ``CaseClosed`` where it takes no changes."""
    case = lock_case(actor, case_id, Action.EDIT)
    if case.status == Case.Status.CLOSED:
        raise CaseClosed(_("The case is closed. Open it again before you change it."))
    return case


def text_changed(held: CaseText) -> StaleVersion:
    """Say that somebody saved a text since it was read, with what stands now."""
    return StaleVersion(
        _("Someone else changed this text while you were editing it."),
        version=held.version,
        theirs={"text": held.text, "translator": held.translator},
        by=held.author.full_name,
        at=held.updated_at,
    )


def touch(case: Case) -> None:
    """Count the version up and stamp the time; the caller saves."""
    case.version += 1
    case.updated_at = timezone.now()


def mark_changed(case: Case, actor: User, reason: str) -> None:
    """Say that something in the case changed (a text, a person, an exhibit): it moves to the top of the list.

    Its own version stays, because its fields did not change; the caller holds its lock.
    """
    case.updated_at = timezone.now()
    save_as(case, actor=actor, reason=reason)


def check_code(field: str, value: str, known: Container[Any]) -> None:
    """Refuse what is no entry of a list."""
    if value not in known:
        raise InvalidInput(field, _("Choose an entry of the list."))


def checked_text(field: str, cleaned: str, limit: int) -> str:
    """Return the text if it is neither empty nor longer than ``limit`` characters."""
    if not cleaned:
        raise InvalidInput(field, _("Enter the text."))
    if len(cleaned) > limit:
        raise InvalidInput(field, _("Use at most %(limit)s characters.") % {"limit": limit})
    return cleaned


def checked_reason(reason: str, message: str) -> str:
    """Return the reason cleaned; ``InvalidInput`` with ``message`` for none."""
    cleaned = clean_text(reason, multiline=True)
    if not cleaned:
        raise InvalidInput("reason", message)
    return cleaned
