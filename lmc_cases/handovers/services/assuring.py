"""Assurances: who promises what, with text and date. The first come with their step, further ones follow."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.text import clean_text
from lmc_cases.handovers.models import Assurance, HandoverRequest
from lmc_cases.handovers.procedures import COURT
from lmc_cases.handovers.services.steps import given_reason, locked
from lmc_cases.handovers.services.telling import STEP, other_side, tell_side
from lmc_cases.handovers.states import FOLLOWED, WrongState
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


@dataclass(frozen=True)
class Promise:
    """What an officer enters of one assurance.

    Attributes:
        given_by: the authority that answers for it.
        given_on: its date, not in the future.
        subject_id: one person; ``None`` for all of the request.
    """

    given_by: str
    given_on: dt.date
    text: str
    document: str = ""
    subject_id: UUID | None = None


@transaction.atomic
def record_assurance(*, actor: User, handover_id: UUID, promise: Promise) -> Assurance:
    """Record a further assurance of the receiving country.

    Raises:
        HandoverRequest.DoesNotExist: foreign, missing, not the receiving side, no right.
        WrongState: nothing was granted yet.
        InvalidInput: no authority, text or day that has come; no person of the request.
    """
    handover = locked(actor, handover_id)
    if not may_assure(actor, handover):
        raise HandoverRequest.DoesNotExist
    if handover.status not in FOLLOWED:
        raise WrongState(_("Assurances are recorded once persons were granted."))
    row = add_assurance(actor, handover, promise)
    other = other_side(handover, row.country_id)
    record(
        actor=actor,
        operation=Operation.COLLECTION,
        verb="handover.assurance_recorded",
        target=row,
        recipient=other,
        reason=row.text,
    )
    tell_side(handover.pk, other, code=STEP, object_uuid=handover.uuid, again=True)
    return row


def add_assurance(actor: User, handover: HandoverRequest, promise: Promise) -> Assurance:
    """Write the row; the caller holds the lock, asked for the right, and records."""
    given_by = clean_text(promise.given_by)
    if not given_by:
        raise InvalidInput("given_by", _("Name the authority that gives the assurance."))
    if promise.given_on > timezone.localdate():
        raise InvalidInput("given_on", _("Choose a day that has come."))
    subject = None
    if promise.subject_id is not None:
        subject = handover.subjects.filter(uuid=promise.subject_id).first()
        if subject is None:
            raise InvalidInput("subject_id", _("Choose a person of this request."))
    row = Assurance(
        handover=handover,
        subject=subject,
        country=handover.requesting,
        given_by=given_by,
        given_on=promise.given_on,
        text=given_reason(promise.text, "assurances"),
        document=clean_text(promise.document),
        recorded_by=actor,
    )
    row.save(force_insert=True)
    return row


def may_assure(actor: User, handover: HandoverRequest) -> bool:
    """Whether the officer decides for the receiving country, in a procedure in which assurances are given."""
    decides = jurisdictions_granting(actor, Action.APPROVE_HANDOVER)
    return handover.procedure in COURT and decides.filter(pk=handover.requesting_id).exists()
