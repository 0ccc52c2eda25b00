"""What every step shares: the row locked through the rule, whose right it is, where it stands, the ledger."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.assistance.models import AssistanceRequest, Status
from lmc_cases.cases.models import CaseShare, Disclosure
from lmc_cases.cases.services import ledger
from lmc_cases.core.history import save_as
from lmc_cases.handovers.states import WrongState
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User
    from lmc_cases.jurisdictions.models import Jurisdiction


def locked(actor: User, assistance_id: UUID) -> AssistanceRequest:
    """Return the request, locked through the rule.

    Raises:
        AssistanceRequest.DoesNotExist: foreign and missing alike.
    """
    rows = AssistanceRequest.objects.visible_to(actor).select_for_update(of=("self",))
    return rows.select_related("requesting", "requested").get(uuid=assistance_id)


def may_ask_for(actor: User, row: AssistanceRequest) -> bool:
    """Whether the officer asks other countries for the one that asks here."""
    held = jurisdictions_granting(actor, Action.REQUEST_HANDOVER)
    return actor.agency is not None and held.filter(pk=row.requesting_id).exists()


def may_answer_for(actor: User, row: AssistanceRequest) -> bool:
    """Whether the officer decides for the country that is asked."""
    held = jurisdictions_granting(actor, Action.APPROVE_HANDOVER)
    return row.sent_at is not None and held.filter(pk=row.requested_id).exists()


def check_stands(row: AssistanceRequest, status: Status) -> None:
    """Raise ``WrongState``, naming what is needed, unless the request stands there."""
    if row.status != status:
        raise WrongState(
            _("This step needs the status “%(needed)s”; the request has the status “%(status)s”.")
            % {"needed": status.label, "status": row.get_status_display()}
        )


def save_changed(row: AssistanceRequest, *, actor: User, reason: str) -> None:
    """Save the request with its history; the caller records what was done."""
    row.version += 1
    row.updated_at = timezone.now()
    save_as(row, actor=actor, reason=reason)


def terms_of(row: AssistanceRequest) -> ledger.Terms:
    """Return under which terms a request reaches the other side."""
    named = row.instrument.title if row.instrument else ""
    return ledger.Terms(
        rule=Disclosure.Rule.HANDOVER,
        purpose=CaseShare.Purpose.INVESTIGATION,
        legal_basis="\n".join(filter(None, [named, row.legal_basis])),
    )


def pieces_of(actor: User, row: AssistanceRequest, *, sha256: str = "") -> list[ledger.Piece]:
    """Return what a reader is shown of the other side: what it asks, or what it answered; of a draft nothing."""
    asks = actor.agency is not None and actor.country.pk == row.requesting_id
    if row.sent_at is None or (asks and not row.is_answered):
        return []
    return [_piece(row, row.requested_id if asks else row.requesting_id, sha256)]


def note_given(actor: User, row: AssistanceRequest, *, to: Jurisdiction) -> None:
    """Note in the ledger what a step gives the other side for good."""
    giver = row.requested_id if to.pk == row.requesting_id else row.requesting_id
    ledger.disclose(
        actor=actor,
        pieces=[_piece(row, giver, "")],
        path=Disclosure.Path.HANDOVER,
        to=ledger.Recipient(to),
        terms=terms_of(row),
    )


def _piece(row: AssistanceRequest, owner: int, sha256: str) -> ledger.Piece:
    piece = ledger.Piece(
        row.case_id,
        owner,
        row.uuid,
        row.reference,
        kind=Disclosure.Kind.ASSISTANCE,
        versions={"request": row.version},
    )
    return replace(piece, sha256=sha256)
