"""The audit record, newest first, paged by the last event seen."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lmc_cases.audit.models import AuditEvent, AuditReason, Operation
from lmc_cases.audit.services import record
from lmc_cases.core.keyset import Cursor
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

PAGE_SIZE = 50


@dataclass(frozen=True)
class EventFilters:
    """What the record is narrowed to; empty values narrow nothing.

    Attributes:
        country_id: primary key of the country of the officer who acted.
        operation: an ``Operation``.
        verb: e.g. ``"case.viewed"``.
        reference: the beginning of a reference.
        since: first moment; ``until`` the first moment that no longer counts.
        case_uuid: public id of one case.
    """

    country_id: int | None = None
    operation: str = ""
    verb: str = ""
    reference: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    case_uuid: uuid.UUID | None = None

    def conditions(self) -> dict[str, Any]:
        """Return the keyword arguments of ``filter``."""
        given = {
            "actor_country_id": self.country_id,
            "operation": self.operation,
            "verb": self.verb,
            "reference__startswith": self.reference,
            "occurred_at__gte": self.since,
            "occurred_at__lt": self.until,
            "case_uuid": self.case_uuid,
        }
        return {name: value for name, value in given.items() if value}


@dataclass(frozen=True)
class EventPage:
    """One page. ``older`` is ``None`` on the last one.

    Attributes:
        rows: events with actor, agencies and countries loaded; ``reason_text`` is set on each.
    """

    rows: list[AuditEvent]
    older: Cursor | None


def page_of_events(
    user: User, *, filters: EventFilters | None = None, before: Cursor | None = None, size: int = PAGE_SIZE
) -> EventPage:
    """Return one page of what the officer may read.

    One LIMITed arm per country and side (records of the country; officers of the country), so that each follows
    its index; the rule itself is ``AuditEvent.objects.visible_to``.
    """
    visible = AuditEvent.objects.visible_to(user).filter(**(filters or EventFilters()).conditions())
    if before is not None:
        visible = visible.filter(occurred_at__lte=before.at).exclude(occurred_at=before.at, pk__gte=before.pk)
    countries = jurisdictions_granting(user, Action.READ_AUDIT).values_list("pk", flat=True)
    arms = [
        visible.filter(**{side: country})
        .order_by("-occurred_at", "-pk")
        .values_list("pk", "occurred_at")[: size + 1]
        for country in countries
        for side in ("owner_country_id", "actor_country_id")
    ]
    if not arms:
        return EventPage(rows=[], older=None)
    found = sorted(set(arms[0].union(*arms[1:], all=True)), key=lambda step: (step[1], step[0]), reverse=True)
    ids = [pk for pk, _at in found[:size]]
    events = AuditEvent.objects.filter(pk__in=ids).select_related(
        "actor", "actor_agency", "actor_country", "owner_country", "recipient_country"
    )
    reasons = dict(AuditReason.objects.filter(event__in=ids).values_list("event_id", "text"))
    rows = sorted(events, key=lambda event: ids.index(event.pk))
    for event in rows:
        event.reason_text = reasons.get(event.pk, "")  # type: ignore[attr-defined]
    more = len(found) > size
    return EventPage(rows=rows, older=Cursor(at=rows[-1].occurred_at, pk=rows[-1].pk) if more else None)


def consult(user: User, *, filters: EventFilters, before: Cursor | None) -> EventPage:
    """Return one page, and record that it was read: who watches is watched."""
    page = page_of_events(user, filters=filters, before=before)
    record(
        actor=user,
        operation=Operation.CONSULTATION,
        verb="audit.viewed",
        owner_id=user.audit_owner_id,
        codes={
            "rows": len(page.rows),
            "filters": sorted(filters.conditions()),
            "case": str(filters.case_uuid or ""),
        },
    )
    return page
