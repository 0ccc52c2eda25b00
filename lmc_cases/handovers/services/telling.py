"""Tell the other side that a request went on, and show officers what they were told: codes and ids, never words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext_lazy as _

from lmc_cases.accounts.models import Notice
from lmc_cases.accounts.services.desks import tell_desk_of, tell_officer_by_id
from lmc_cases.handovers.models import ClockWarning, HandoverRequest, Status
from lmc_cases.handovers.services.clocks import Stage, clocks_of_many
from lmc_cases.jurisdictions.models import Agency, Jurisdiction

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

STEP = "handover.step"
CLOCK_CODES = {Stage.HALF: "clock.half", Stage.URGENT: "clock.urgent", Stage.OVER: "clock.over"}
NOTICE_TEXTS = {
    STEP: _("A handover request went on."),
    CLOCK_CODES[Stage.HALF]: _("Half of a time limit has passed."),
    CLOCK_CODES[Stage.URGENT]: _("A time limit ends soon."),
    CLOCK_CODES[Stage.OVER]: _("A time limit is over: a decision is asked."),
}
# Notices read at once; those about what the officer may not see are passed over.
LOOKED_AT = 50


def tell_of_step(handover: HandoverRequest, other: Jurisdiction) -> None:
    """Tell the side that did not act.

    Before the request is sent nobody outside is told: then it is the own desk that learns of a draft to be approved.
    """
    if handover.submitted_at is not None:
        tell_side(handover.pk, other, code=STEP, object_uuid=handover.uuid, again=True)
    elif handover.status == Status.INTERNAL:
        own = handover.requested if handover.is_offer else handover.requesting
        tell_desk_of(own, None, code=STEP, object_uuid=handover.uuid, again=True)


def tell_side(
    handover_pk: int, country: Jurisdiction, *, code: str, object_uuid: UUID, again: bool = False
) -> None:
    """Tell the officer of a side who acted last, and the desk of that officer's agency, else of the country."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT officer_id, agency_id FROM last_officer_of_side(%s, %s)", [handover_pk, country.pk]
        )
        row = cursor.fetchone()
    agency = None
    if row is not None:
        tell_officer_by_id(row[0], code=code, object_uuid=object_uuid, again=again)
        agency = Agency.objects.get(pk=row[1])
    tell_desk_of(country, agency, code=code, object_uuid=object_uuid, again=again)


@dataclass(frozen=True)
class HandoverNotice:
    """A notice with the request it is about, as this officer may see it.

    Attributes:
        country: the other side's.
        warning: what limit it warns of; ``None`` for a step.
    """

    notice: Notice
    handover: HandoverRequest
    country: Jurisdiction
    warning: ClockWarning | None

    @property
    def text(self) -> str:
        """What it says, by its code alone."""
        return str(NOTICE_TEXTS[self.notice.code])

    @property
    def icon(self) -> str:
        """The name of its picture."""
        return "clock" if self.warning else "handover"


def notices_of_handovers(*, actor: User, size: int) -> list[HandoverNotice]:
    """Return what the officer was told of requests and has not put away, the newest first.

    Each is read through the request's own rule: a notice about what is closed to the officer is not shown. Nor is a
    warning of a limit that does not run any more.
    """
    given = Notice.objects.visible_to(actor).unread().filter(code__in=NOTICE_TEXTS)
    rows = list(given.order_by("-made_at", "-pk")[:LOOKED_AT])
    uuids = [row.object_uuid for row in rows]
    if not uuids:
        return []
    warnings = {
        warning.uuid: warning
        for warning in ClockWarning.objects.visible_to(actor).filter(uuid__in=uuids).select_related("limit")
    }
    keys = [warning.handover_id for warning in warnings.values()]
    seen = (
        HandoverRequest.objects.visible_to(actor)
        .select_related("requesting", "requested")
        .defer("disclosed", "facts")
    )
    by_uuid = {handover.uuid: handover for handover in seen.filter(uuid__in=uuids)}
    by_key = seen.in_bulk(keys)
    running = {
        (pk, clock.limit.pk, clock.begun)
        for pk, clocks in clocks_of_many(by_key.values()).items()
        for clock in clocks
    }
    shown = []
    for row in rows:
        warning = warnings.get(row.object_uuid)
        handover = by_key.get(warning.handover_id) if warning else by_uuid.get(row.object_uuid)
        if warning and (warning.handover_id, warning.limit_id, warning.begun_at) not in running:
            continue
        if handover is not None:
            asks = handover.requesting_id == actor.country.pk
            country = handover.requested if asks else handover.requesting
            shown.append(HandoverNotice(row, handover, country, warning))
    return shown[:size]
