"""What the originator says of an exhibit's record: handling codes, grading, and whether it is withheld."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import ConsentRequest, Disclosure
from lmc_cases.cases.services import handling, ledger
from lmc_cases.cases.services.consent import Subject
from lmc_cases.core.errors import StaleVersion
from lmc_cases.core.history import save_as
from lmc_cases.evidence.models import EvidenceItem
from lmc_cases.evidence.services.keeping import lock_item_to_keep, note_change

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


@transaction.atomic
def mark_item(
    *, actor: User, item_id: UUID, version: int, marks: handling.Marks, reason: str = ""
) -> EvidenceItem:
    """Set handling codes and grading; also when the case is closed.

    Raises:
        EvidenceItem.DoesNotExist: foreign and missing alike; also what another country contributed.
        StaleVersion: someone saved it since ``version`` was read, and differently.
        InvalidInput: see ``Marks.columns``.
    """
    item = lock_item_to_keep(actor, item_id, even_closed=True)
    theirs = handling.handling_as_typed(item)
    changed = handling.mark(item, marks)
    if not changed:
        return item
    if item.version != version:
        raise StaleVersion(
            _("Someone else changed this exhibit while you were editing."),
            theirs=theirs,
            version=item.version,
            at=item.updated_at,
        )
    _save(item, actor, reason)
    record(
        actor=actor,
        operation=Operation.ALTERATION,
        verb="evidence.marked",
        target=item,
        reason=reason,
        codes={
            "fields": sorted(changed),
            "handling": item.handling_codes,
            "grading": item.grading,
            "statement": item.statement_kind,
        },
    )
    return item


@transaction.atomic
def withhold_item(*, actor: User, item_id: UUID, code: str, reason: str) -> EvidenceItem:
    """Keep an exhibit, its file and its custody from every recipient of the case, at once on every path.

    Raises:
        EvidenceItem.DoesNotExist: foreign and missing alike.
        InvalidInput: see ``handling.withhold``.
    """
    item = lock_item_to_keep(actor, item_id, even_closed=True)
    if item.is_withheld and item.withheld == code:
        return item
    cleaned = handling.withhold(item, actor=actor, code=code, reason=reason)
    _save(item, actor, cleaned)
    record(
        actor=actor,
        operation=Operation.GRANT,
        verb="evidence.withheld",
        target=item,
        reason=cleaned,
        reason_code=code,
    )
    return item


@transaction.atomic
def release_item(*, actor: User, item_id: UUID, reason: str) -> EvidenceItem:
    """Open a withheld exhibit to recipients who see the case in full.

    Raises:
        EvidenceItem.DoesNotExist: foreign and missing alike.
        InvalidInput: no reason.
    """
    item = lock_item_to_keep(actor, item_id, even_closed=True)
    if not item.is_withheld:
        return item
    cleaned = handling.release(item, reason=reason)
    _save(item, actor, cleaned)
    record(actor=actor, operation=Operation.GRANT, verb="evidence.released", target=item, reason=cleaned)
    return item


def consent_subject(*, actor: User, item_id: UUID) -> Subject:
    """Return a visible exhibit as something consent is asked for; the page that asks shows it, and is noted so.

    Raises:
        EvidenceItem.DoesNotExist: foreign and missing alike.
    """
    item = (
        EvidenceItem.objects.visible_to(actor).select_related("case__owner", "originator").get(uuid=item_id)
    )
    ledger.note_item(actor=actor, item=item, kind=Disclosure.Kind.EVIDENCE)
    return Subject(
        case=item.case,
        kind=ConsentRequest.Kind.EVIDENCE,
        uuid=item.uuid,
        reference=item.audit_reference,
        originator=item.originator,
        restriction=item.handling_h3,
    )


def _save(item: EvidenceItem, actor: User, reason: str) -> None:
    item.version += 1
    item.updated_at = timezone.now()
    save_as(item, actor=actor, reason=reason)
    note_change(item, actor, "exhibit")
