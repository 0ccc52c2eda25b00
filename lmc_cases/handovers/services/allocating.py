"""Where persons were taken on to in the receiving country: recorded and read by that country alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
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
from lmc_cases.handovers.models import Allocation, HandoverRequest, HandoverSubject
from lmc_cases.handovers.services.following import side_acting
from lmc_cases.handovers.services.steps import locked
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

_AT_ONCE = 1000


@dataclass(frozen=True)
class Destination:
    """Which authority takes a person, where and when (a day that has come)."""

    authority: str
    on: dt.date
    place: str = ""
    note: str = ""


@transaction.atomic
def allocate(
    *, actor: User, handover_id: UUID, subject_ids: Collection[UUID], to: Destination
) -> list[Allocation]:
    """Record to which authority persons who were handed over were taken on; the newest record counts.

    Raises:
        HandoverRequest.DoesNotExist: foreign, missing, not the receiving side, no right.
        InvalidInput: nobody, somebody who was not handed over, no authority, a day to come.
    """
    handover = locked(actor, handover_id)
    if not may_allocate(actor, handover):
        raise HandoverRequest.DoesNotExist
    authority = clean_text(to.authority)
    if not authority:
        raise InvalidInput("authority", _("Name the authority."))
    if to.on > timezone.localdate():
        raise InvalidInput("on", _("Choose a day that has come."))
    wanted = set(subject_ids)
    moved = handover.subjects.filter(uuid__in=wanted, outcome=HandoverSubject.Outcome.HANDED_OVER)
    found = list(moved.order_by("position"))
    if not found or len(found) != len(wanted):
        raise InvalidInput("subject_ids", _("Choose persons who were handed over."))
    rows = Allocation.objects.bulk_create(
        (
            Allocation(
                handover=handover,
                subject=subject,
                country=handover.requesting,
                authority=authority,
                place=clean_text(to.place),
                on=to.on,
                note=clean_text(to.note, multiline=True),
                recorded_by=actor,
            )
            for subject in found
        ),
        batch_size=_AT_ONCE,
    )
    # The receiving country's own matter: the event is its own too.
    record(
        actor=actor,
        operation=Operation.COLLECTION,
        verb="handover.allocation_recorded",
        target=rows[0],
        codes={"persons": [str(subject.uuid) for subject in found]},
    )
    return rows


def may_allocate(actor: User, handover: HandoverRequest) -> bool:
    """Whether the officer acts for the country that received persons of this request."""
    own = side_acting(actor, handover)
    return own is not None and own.pk == handover.requesting_id and handover.handed_over_at is not None


def allocations_of(
    actor: User, handover: HandoverRequest, subjects: Collection[int]
) -> dict[int, Allocation]:
    """Return the newest record of each person of ``subjects`` (primary keys) that the officer may see."""
    if not jurisdictions_granting(actor, Action.READ).filter(pk=handover.requesting_id).exists():
        return {}
    rows = Allocation.objects.visible_to(actor).filter(handover=handover, subject__in=subjects)
    return {row.subject_id: row for row in rows.order_by("pk")}
