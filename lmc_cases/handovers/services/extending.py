"""Extend a limit that runs, as far as its own rule allows: who decided it, by how many days, why."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.core.errors import Conflict, InvalidInput
from lmc_cases.core.text import clean_text
from lmc_cases.handovers.models import ClockExtension, HandoverRequest
from lmc_cases.handovers.services.clocks import Clock, clocks_of
from lmc_cases.handovers.services.steps import given_reason, locked
from lmc_cases.handovers.services.telling import STEP, tell_side
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


class NotExtendable(Conflict):
    """The rule says nothing of an extension, or all of it is used up, or the limit does not run."""

    code = "not-extendable"


@dataclass(frozen=True)
class Extension:
    """What an officer enters: whole days, who decided and on which day, why, and where the paper is."""

    days: int
    decided_by: str
    decided_on: dt.date
    reason: str
    document: str = ""


@transaction.atomic
def extend_clock(*, actor: User, handover_id: UUID, limit_id: UUID, given: Extension) -> ClockExtension:
    """Record that a limit of a request was extended.

    Raises:
        HandoverRequest.DoesNotExist: foreign, missing, not the side that holds the persons, no right.
        NotExtendable: see there.
        InvalidInput: more days than the rule leaves; decided by nobody, before the beginning or after the last day;
            no reason.
    """
    handover = locked(actor, handover_id)
    if not may_extend(actor, handover):
        raise HandoverRequest.DoesNotExist
    clock = extendable(handover, limit_id)
    if not 1 <= given.days <= clock.can_be_extended_by:
        raise InvalidInput(
            "days",
            _("The rule allows at most %(days)s more days.") % {"days": clock.can_be_extended_by},
        )
    decided_by = clean_text(given.decided_by)
    if not decided_by:
        raise InvalidInput("decided_by", _("Name the authority that decided it."))
    zone = ZoneInfo(handover.requested.time_zone)
    first, after = clock.begun.astimezone(zone).date(), clock.ends.astimezone(zone).date()
    if not first <= given.decided_on < after:
        raise InvalidInput(
            "decided_on",
            _("A limit is extended while it runs: choose a day from its beginning to its last day."),
        )
    row = ClockExtension(
        handover=handover,
        limit=clock.limit,
        country=handover.requested,
        begun_at=clock.begun,
        days=given.days,
        decided_by=decided_by,
        decided_on=given.decided_on,
        reason=given_reason(given.reason),
        document=clean_text(given.document),
        recorded_by=actor,
    )
    row.save(force_insert=True)
    record(
        actor=actor,
        operation=Operation.ALTERATION,
        verb="handover.clock_extended",
        target=row,
        recipient=handover.requesting,
        reason=row.reason,
        codes={"limit": str(clock.limit.uuid), "days": row.days, "ended": clock.ends.isoformat()},
    )
    tell_side(handover.pk, handover.requesting, code=STEP, object_uuid=handover.uuid, again=True)
    return row


def may_extend(actor: User, handover: HandoverRequest) -> bool:
    """Whether the officer answers for the country that holds the persons."""
    decides = jurisdictions_granting(actor, Action.APPROVE_HANDOVER)
    return decides.filter(pk=handover.requested_id).exists()


def extendable(handover: HandoverRequest, limit_id: UUID) -> Clock:
    """Return the limit that runs and can be extended still.

    Raises:
        NotExtendable: see there.
    """
    clock = next((each for each in clocks_of(handover) if each.limit.uuid == limit_id), None)
    if clock is None or clock.can_be_extended_by < 1:
        raise NotExtendable(_("The rule of this limit leaves no extension. Ask the legal officer."))
    return clock
