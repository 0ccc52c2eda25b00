"""The audit record, newest first, paged by the last event seen."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from lmc_cases.audit.models import AuditEvent, AuditEventQuerySet, AuditReason, Operation
from lmc_cases.audit.reasons import reason_text
from lmc_cases.audit.services.recording import record
from lmc_cases.core.keyset import Cursor
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting

if TYPE_CHECKING:
    from django.db import models

    from lmc_cases.accounts.models import User

PAGE_SIZE = 50


@dataclass(frozen=True)
class EventFilters:
    """What the record is narrowed to; empty values narrow nothing.

    Attributes:
        country_id: primary key of the country of the officer who acted.
        owner_id: primary key of the country whose record it is.
        operation: an ``Operation``.
        verb: e.g. ``"case.viewed"``.
        outcome: an ``AuditEvent.Outcome``.
        reference: the beginning of a reference.
        since: first moment; ``until`` the first moment that no longer counts.
        case_uuid: public id of one case.
        officer_uuid: public id of who acted.
    """

    country_id: int | None = None
    owner_id: int | None = None
    operation: str = ""
    verb: str = ""
    outcome: str = ""
    reference: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    case_uuid: uuid.UUID | None = None
    officer_uuid: uuid.UUID | None = None

    def conditions(self) -> dict[str, Any]:
        """Return the keyword arguments of ``filter``."""
        given = {
            "actor_country_id": self.country_id,
            "owner_country_id": self.owner_id,
            "operation": self.operation,
            "verb": self.verb,
            "outcome": self.outcome,
            "reference__startswith": self.reference,
            "occurred_at__gte": self.since,
            "occurred_at__lt": self.until,
            "case_uuid": self.case_uuid,
            "actor__uuid": self.officer_uuid,
        }
        return {name: value for name, value in given.items() if value}

    def as_texts(self) -> dict[str, str]:
        """Return what narrows, for a row that keeps it."""
        found = {}
        for one in fields(self):
            value = getattr(self, one.name)
            if value:
                found[one.name] = value.isoformat() if isinstance(value, dt.datetime) else str(value)
        return found

    @classmethod
    def from_texts(cls, texts: dict[str, str]) -> EventFilters:
        """Return what ``as_texts`` wrote."""
        read: dict[str, Any] = {
            **dict.fromkeys(("country_id", "owner_id"), int),
            **dict.fromkeys(("since", "until"), dt.datetime.fromisoformat),
            **dict.fromkeys(("case_uuid", "officer_uuid"), uuid.UUID),
        }
        return cls(**{name: read.get(name, str)(text) for name, text in texts.items()})


@dataclass(frozen=True)
class EventPage:
    """One page. ``older`` is ``None`` on the last one.

    Attributes:
        rows: events with actor, agencies and countries loaded. On each is set: ``reason_text``, "" where the officer
            may not read the words; ``reason_label``, what the code says; ``shown_address``; ``shows_name``, whether
            the officer may know who by name.
    """

    rows: list[AuditEvent]
    older: Cursor | None


def page_of_events(
    user: User, *, filters: EventFilters | None = None, before: Cursor | None = None, size: int = PAGE_SIZE
) -> EventPage:
    """Return one page of what the officer may read; the rule itself is ``AuditEvent.objects.visible_to``."""
    visible = AuditEvent.objects.visible_to(user).filter(**(filters or EventFilters()).conditions())
    if before is not None:
        visible = older_than(visible, before)
    return _page(user, newest_of(user, visible, size + 1), size)


def page_of_case(
    user: User, *, case_uuid: uuid.UUID, owner_id: int, before: Cursor | None = None
) -> EventPage:
    """Return one page of what officers of other countries did with one case.

    The caller has shown that the officer may read the case with the right of its country: the officers of a case
    learn who looked at it without any right to the whole record.
    """
    rows = AuditEvent.objects.filter(
        case_uuid=case_uuid, owner_country=owner_id, actor_country__isnull=False
    ).exclude(actor_country=owner_id)
    if before is not None:
        rows = older_than(rows, before)
    found = rows.order_by("-occurred_at", "-pk").values_list("pk", "occurred_at")[: PAGE_SIZE + 1]
    return _page(user, list(found), PAGE_SIZE)


def older_than(rows: AuditEventQuerySet, before: Cursor) -> AuditEventQuerySet:
    """Keep what comes behind a cursor."""
    return rows.filter(occurred_at__lte=before.at).exclude(occurred_at=before.at, pk__gte=before.pk)


def newest_of(user: User, visible: models.QuerySet[AuditEvent], most: int) -> list[tuple[int, dt.datetime]]:
    """Return the newest of the visible events as (primary key, time).

    One LIMITed arm per country and side (records of the country; officers of the country), so that each follows
    its index.
    """
    countries = jurisdictions_granting(user, Action.READ_AUDIT).values_list("pk", flat=True)
    arms = [
        visible.filter(**{side: country})
        .order_by("-occurred_at", "-pk")
        .values_list("pk", "occurred_at")[:most]
        for country in countries
        for side in ("owner_country_id", "actor_country_id")
    ]
    if not arms:
        return []
    found = sorted(set(arms[0].union(*arms[1:], all=True)), key=lambda step: (step[1], step[0]), reverse=True)
    return found[:most]


def _page(user: User, found: list[tuple[int, dt.datetime]], size: int) -> EventPage:
    ids = [pk for pk, _at in found[:size]]
    if not ids:
        return EventPage(rows=[], older=None)
    rows = sorted(events_with_names(ids), key=lambda event: ids.index(event.pk))
    reasons = dict(AuditReason.objects.visible_to(user).filter(event__in=ids).values_list("event_id", "text"))
    watched = set(jurisdictions_granting(user, Action.READ_AUDIT).values_list("pk", flat=True))
    for event in rows:
        event.reason_text = reasons.get(event.pk, "")  # type: ignore[attr-defined]
        event.reason_label = reason_text(event.reason_code)  # type: ignore[attr-defined]
        event.shown_address = address_shown(event, watched)  # type: ignore[attr-defined]
        event.shows_name = bool({event.owner_country_id, event.actor_country_id} & watched)  # type: ignore[attr-defined]
    more = len(found) > size
    return EventPage(rows=rows, older=Cursor(at=rows[-1].occurred_at, pk=rows[-1].pk) if more else None)


def address_shown(event: AuditEvent, watched: set[int]) -> str:
    """Return the address an event came from, to those who audit that officer's country; "" to all others."""
    return event.address or "" if event.actor_country_id in watched else ""


def events_with_names(ids: list[int]) -> models.QuerySet[AuditEvent]:
    """Return events that the caller has found through the rule, with actor, agency and countries loaded."""
    return AuditEvent.objects.filter(pk__in=ids).select_related(
        "actor", "actor_agency", "actor_country", "owner_country", "recipient_country"
    )


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
            "officer": str(filters.officer_uuid or ""),
        },
    )
    return page
