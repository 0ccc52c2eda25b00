"""Say of a translation that it was checked or certified: by another officer than the one who wrote it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation as AuditOperation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import CaseText, is_stale
from lmc_cases.cases.services.casework.asking import answer_requests
from lmc_cases.cases.services.casework.rows import (
    check_code,
    checked_text,
    lock_open_case,
    mark_changed,
    text_changed,
)
from lmc_cases.core.errors import Conflict, InvalidInput
from lmc_cases.core.history import save_as
from lmc_cases.core.text import clean_text

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

Status = CaseText.Status
MAX_CERTIFICATE = 300


class NotToBeChecked(Conflict):
    """The translation is older than its original, or was written by the officer who would check it."""

    code = "not-to-be-checked"


@transaction.atomic
def check_translation(
    *,
    actor: User,
    case_id: UUID,
    kind: str,
    language: str,
    status: str,
    version: int,
    certificate: str = "",
) -> CaseText:
    """Record that a translation was compared with its original and found right; the same again changes nothing.

    Args:
        status: CHECKED or CERTIFIED.
        version: of the translation as read: nobody vouches for words that were not seen.
        certificate: who certified it, and the number of the certificate; needed for CERTIFIED.

    Raises:
        Case.DoesNotExist: foreign and missing alike.
        CaseText.DoesNotExist: no translation in this language.
        NotToBeChecked: the original changed since, or the actor wrote it.
        StaleVersion: the translation changed since it was read.
    """
    case = lock_open_case(actor, case_id)
    check_code("status", status, [Status.CHECKED, Status.CERTIFIED])
    named = clean_text(certificate)
    if status == Status.CERTIFIED:
        named = checked_text("certificate", named, MAX_CERTIFICATE)
    elif named:
        raise InvalidInput("certificate", _("Only a certified translation has a certificate."))
    texts = CaseText.objects.select_for_update().select_related("author").filter(case=case, kind=kind)
    held = texts.get(language=language, is_original=False)
    if (held.status, held.certificate) == (status, named):
        return held
    if held.version != version:
        raise text_changed(held)
    if is_stale(held, texts.filter(is_original=True).first()):
        raise NotToBeChecked(_("The original was changed after this translation. Bring it up to date first."))
    if held.author_id == actor.pk:
        raise NotToBeChecked(_("You wrote this translation. Another officer must check it."))
    held.status, held.certificate, held.checked_by = status, named, actor
    held.version += 1
    save_as(held, actor=actor)
    answer_requests(held, actor=actor)
    mark_changed(case, actor, "")
    record(
        actor=actor,
        operation=AuditOperation.ALTERATION,
        verb="case.translation_checked",
        target=case,
        codes={"kind": kind, "language": language, "version": held.version, "status": status},
    )
    return held
