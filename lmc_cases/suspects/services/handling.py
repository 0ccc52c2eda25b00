"""What the originator says of a person's record: handling codes, grading, and whether it is withheld."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import ConsentRequest, Disclosure
from lmc_cases.cases.services import handling, ledger
from lmc_cases.cases.services.consent import Subject
from lmc_cases.core.errors import StaleVersion
from lmc_cases.suspects.models import Suspect
from lmc_cases.suspects.services.people import lock_suspect, put_search_entry, save_changed

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


@transaction.atomic
def mark_suspect(
    *, actor: User, suspect_id: UUID, version: int, marks: handling.Marks, reason: str = ""
) -> Suspect:
    """Set handling codes and grading.

    Raises:
        Suspect.DoesNotExist: foreign and missing alike; also what another country contributed.
        StaleVersion: someone saved the person since ``version`` was read, and differently.
        InvalidInput: see ``Marks.columns``.
    """
    suspect = lock_suspect(actor, suspect_id)
    theirs = handling.handling_as_typed(suspect)
    changed = handling.mark(suspect, marks)
    if not changed:
        return suspect
    if suspect.version != version:
        raise StaleVersion(
            _("Someone else changed this person while you were editing."),
            theirs=theirs,
            version=suspect.version,
            at=suspect.updated_at,
        )
    save_changed(suspect, actor=actor, reason=reason)
    record(
        actor=actor,
        operation=Operation.ALTERATION,
        verb="suspect.marked",
        target=suspect,
        reason=reason,
        codes={
            "fields": sorted(changed),
            "handling": suspect.handling_codes,
            "grading": suspect.grading,
            "statement": suspect.statement_kind,
        },
    )
    return suspect


@transaction.atomic
def withhold_suspect(*, actor: User, suspect_id: UUID, code: str, reason: str) -> Suspect:
    """Keep a person from every recipient of the case, at once on every path.

    Raises:
        Suspect.DoesNotExist: foreign and missing alike.
        InvalidInput: see ``handling.withhold``.
    """
    suspect = lock_suspect(actor, suspect_id)
    if suspect.is_withheld and suspect.withheld == code:
        return suspect
    cleaned = handling.withhold(suspect, actor=actor, code=code, reason=reason)
    save_changed(suspect, actor=actor, reason=cleaned)
    put_search_entry(suspect)
    record(
        actor=actor,
        operation=Operation.GRANT,
        verb="suspect.withheld",
        target=suspect,
        reason=cleaned,
        reason_code=code,
    )
    return suspect


@transaction.atomic
def release_suspect(*, actor: User, suspect_id: UUID, reason: str) -> Suspect:
    """Open a withheld person to recipients who see the case in full.

    Raises:
        Suspect.DoesNotExist: foreign and missing alike.
        InvalidInput: no reason.
    """
    suspect = lock_suspect(actor, suspect_id)
    if not suspect.is_withheld:
        return suspect
    cleaned = handling.release(suspect, reason=reason)
    save_changed(suspect, actor=actor, reason=cleaned)
    put_search_entry(suspect)
    record(actor=actor, operation=Operation.GRANT, verb="suspect.released", target=suspect, reason=cleaned)
    return suspect


def consent_subject(*, actor: User, suspect_id: UUID) -> Subject:
    """Return a visible person as something consent is asked for; the page that asks shows it, and is noted so.

    Raises:
        Suspect.DoesNotExist: foreign and missing alike.
    """
    suspect = (
        Suspect.objects.visible_to(actor).select_related("case__owner", "originator").get(uuid=suspect_id)
    )
    ledger.note_item(actor=actor, item=suspect, kind=Disclosure.Kind.SUSPECT)
    return Subject(
        case=suspect.case,
        kind=ConsentRequest.Kind.SUSPECT,
        uuid=suspect.uuid,
        reference=suspect.audit_reference,
        originator=suspect.originator,
        restriction=suspect.handling_h3,
    )
