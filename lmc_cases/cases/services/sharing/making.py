"""Share a case. Where two officers are needed it waits, and opens nothing, until the second confirms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from lmc_cases.accounts.services.desks import tell_desk_of
from lmc_cases.audit.models import Operation as AuditOperation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import Case, CaseShare, CaseShareItem, Disclosure
from lmc_cases.cases.services import ledger
from lmc_cases.cases.services.casework import lock_case
from lmc_cases.cases.services.sharing.items import pieces_named
from lmc_cases.cases.services.sharing.terms import Terms, TermsAsked, checked_terms, needs_second_officer
from lmc_cases.core.history import save_as
from lmc_cases.jurisdictions.access import Action

if TYPE_CHECKING:
    from typing import Any

    from lmc_cases.accounts.models import User
    from lmc_cases.audit.models import AuditEvent


@transaction.atomic
def share_case(*, actor: User, case_id: UUID, **asked: Unpack[TermsAsked]) -> CaseShare:
    """Open a case, or single items of it, to another country or one agency of it, until ``expires_at``.

    The share comes back unconfirmed, and opens nothing, where a second officer is needed
    (``terms.needs_second_officer``).

    Raises:
        Case.DoesNotExist: foreign and missing alike; also without the right to share.
        InvalidInput: terms that cannot be taken; the error names the field.
        AlreadyShared: end that share first; what was disclosed is never rewritten.
    """
    case = lock_case(actor, case_id, Action.SHARE)
    return make_share(actor=actor, case=case, terms=checked_terms(actor, case, asked))


def make_share(
    *, actor: User, case: Case, terms: Terms, verb: str = "case.shared", **codes: Any
) -> CaseShare:
    """Make a share of a case that the caller has locked; every share is made here, so none forgets the second officer.

    Args:
        verb: recorded where it takes effect at once; with ``codes`` of the caller.
    """
    if terms.standing is not None:
        # It ended by the clock; say so on the row, so that the next share can stand beside it.
        terms.standing.revoked_at = terms.standing.expires_at
        save_as(terms.standing, actor=actor)
    is_alone = not needs_second_officer(case, terms.recipient)
    share = CaseShare(
        case=case,
        shared_by=actor,
        confirmed_at=timezone.now() if is_alone else None,
        confirmed_by=actor if is_alone else None,
        **terms.cells,
    )
    save_as(share, actor=actor, reason=share.reason)
    for item in terms.items:
        named = CaseShareItem(share=share, kind=item.kind, object_uuid=item.uuid)
        save_as(named, actor=actor, reason=share.reason)
    record_disclosure(
        actor=actor,
        share=share,
        verb=verb if is_alone else "case.share_proposed",
        operation=AuditOperation.DISCLOSURE if is_alone else AuditOperation.ALTERATION,
        **codes,
    )
    if is_alone:
        take_effect(actor=actor, share=share)
    return share


def add_to_share(*, actor: User, share: CaseShare, terms: Terms, verb: str, **codes: Any) -> None:
    """Name further items in a share in force, whose case the caller has locked, where one officer may share alone.

    The share is not rewritten: what these items were opened for, and by which approval, stands in the ledger.
    """
    case, cells = share.case, terms.cells
    said = "\n".join(filter(None, (str(cells["reason"]), str(cells["approval_missing"]))))
    for item in terms.items:
        save_as(CaseShareItem(share=share, kind=item.kind, object_uuid=item.uuid), actor=actor, reason=said)
    record(
        actor=actor,
        operation=AuditOperation.DISCLOSURE,
        verb=verb,
        target=share,
        recipient=share.recipient,
        reason=said,
        reason_code=str(cells["purpose"]),
        codes={**_codes_of(share), "has_approval_number": bool(cells["approval_number"]), **codes},
    )
    added = [item.uuid for item in terms.items]
    ledger.note_share(
        actor=actor,
        share=share,
        named=pieces_named(actor=actor, case=case, item_ids=added),
        terms=ledger.Terms(
            Disclosure.Rule.SHARE,
            share,
            str(cells["purpose"]),
            str(cells["legal_basis"]),
            str(cells["approval_number"]),
        ),
    )
    for uuid in added:
        tell_desk_of(share.recipient, share.recipient_agency, code="share.item_added", object_uuid=uuid)


def take_effect(*, actor: User, share: CaseShare) -> None:
    """Note in the ledger what a share opens from now on, and tell the recipient's desk."""
    named = share.items.order_by("pk").values_list("object_uuid", flat=True)
    ledger.note_share(
        actor=actor, share=share, named=pieces_named(actor=actor, case=share.case, item_ids=named)
    )
    tell_desk_of(share.recipient, share.recipient_agency, code="share.received", object_uuid=share.uuid)


def record_disclosure(
    *, actor: User, share: CaseShare, verb: str, operation: AuditOperation, **codes: Any
) -> AuditEvent:
    """Record under which terms a case is opened, or would be: ids and codes alone."""
    return record(
        actor=actor,
        operation=operation,
        verb=verb,
        target=share,
        recipient=share.recipient,
        reason=share.reason,
        reason_code=share.purpose,
        codes={**_codes_of(share), **codes},
    )


def case_of(share: CaseShare, actor: User) -> Case:
    """Return the case of a share, locked, for an officer of its owner who may share it."""
    return lock_case(actor, share.case.uuid, Action.SHARE)


def _codes_of(share: CaseShare) -> dict[str, Any]:
    agency = share.recipient_agency
    return {
        "level": share.level,
        "until": share.expires_at.isoformat(),
        "agency": str(agency.uuid) if agency else "",
        "case_version": share.case.version,
        "items": [str(uuid) for uuid in share.items.values_list("object_uuid", flat=True)],
        "handling": share.handling_codes,
        "has_approval_number": bool(share.approval_number),
    }
