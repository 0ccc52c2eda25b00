"""An officer's calendar by a secret address: limits, planned surrenders and days of questions; no names, no words."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from lmc_cases.accounts.models import User as Officer
from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.handovers.models import CalendarAddress, HandoverMessage, HandoverRequest, Status
from lmc_cases.handovers.services.clocks import clocks_of_many, with_running_limits
from lmc_cases.handovers.services.thread import ENDED
from lmc_cases.jurisdictions.access import acting_as

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

MOST = 1000
HELD = dt.timedelta(days=90)
_TOKEN = re.compile(r"[0-9A-Za-z_-]{43}")


class NoCalendar(Exception):
    """No such address: never made, revoked, and of a closed account alike."""


@transaction.atomic
def make_calendar(*, actor: User) -> str:
    """Make the secret part of the officer's calendar address; an earlier one ends. It is never seen again."""
    token = secrets.token_urlsafe(32)
    CalendarAddress.objects.visible_to(actor).delete()
    CalendarAddress(officer=actor, token_hash=_hash(token)).save(force_insert=True)
    record(actor=actor, operation=Operation.GRANT, verb="calendar.issued", target=actor)
    return token


@transaction.atomic
def revoke_calendar(*, actor: User) -> None:
    """End the officer's calendar address; where there is none nothing changes.

    The programs that fetched it keep what they hold: references and days.
    """
    gone, _per_model = CalendarAddress.objects.visible_to(actor).delete()
    if not gone:
        return
    record(actor=actor, operation=Operation.GRANT, verb="calendar.revoked", target=actor)


def calendar_of(*, token: str) -> bytes:
    """Return the calendar behind a secret address (RFC 5545), in the officer's language, and record the fetch.

    Raises:
        NoCalendar: never made, revoked, or the account is not in service.
    """
    officer = _officer(token)
    with acting_as(officer), translation.override(officer.language):
        events = _events(officer)
        calendar = Calendar()
        calendar.add("prodid", "-//LMC Cases//Calendar//EN")
        calendar.add("version", "2.0")
        calendar.add("x-wr-calname", "LMC Cases")
        for event in events:
            calendar.add_component(event)
        record(
            actor=officer,
            operation=Operation.CONSULTATION,
            verb="calendar.viewed",
            target=officer,
            codes={"events": len(events)},
        )
        written: bytes = calendar.to_ical()
    return written


def _officer(token: str) -> Officer:
    if not _TOKEN.fullmatch(token):
        raise NoCalendar
    with connection.cursor() as cursor:
        cursor.execute("SELECT officer_of_calendar(%s)", [_hash(token)])
        row = cursor.fetchone()
    if row is None or row[0] is None:
        raise NoCalendar
    rows = Officer.objects.get_queryset().in_service().select_related("agency__jurisdiction")
    officer = rows.filter(pk=row[0]).first()
    if officer is None:
        raise NoCalendar
    return officer


def _events(officer: Officer) -> list[Event]:
    seen = (
        HandoverRequest.objects.visible_to(officer)
        .select_related("requesting", "requested")
        .defer("disclosed", "facts")
    )
    events = []
    running = list(with_running_limits(seen).order_by("-updated_at", "-pk")[:MOST])
    references = {row.pk: row for row in running}
    for pk, clocks in clocks_of_many(running).items():
        for clock in clocks:
            row = references[pk]
            # The end is the midnight after the last day, which counts whole.
            last = (clock.ends - dt.timedelta(seconds=1)).date()
            uid = f"limit-{row.uuid}-{clock.limit.pk}"
            events.append(_whole_day(uid, last, _("Time limit ends"), row.reference))
    planned = seen.filter(
        planned_at__gte=timezone.now() - HELD, status__in=[Status.PLANNED, Status.CLEARED]
    ).order_by("planned_at", "pk")[:MOST]
    for row in planned:
        if row.planned_at is not None:
            event = _event(f"surrender-{row.uuid}", _("Surrender planned"), row.reference)
            event.add("dtstart", row.planned_at.astimezone(dt.UTC))
            events.append(event)
    questions = (
        HandoverMessage.objects.visible_to(officer)
        .open_questions()
        .exclude(handover__status__in=ENDED)
        .select_related("handover")
        .defer("handover__disclosed", "handover__facts", "text_sealed")
        .order_by("due_on", "pk")[:MOST]
    )
    for message in questions:
        if message.due_on is not None:
            uid = f"question-{message.uuid}"
            events.append(
                _whole_day(uid, message.due_on, _("Answer to a question"), message.handover.reference)
            )
    return events


def _event(uid: str, kind: str, reference: str) -> Event:
    event = Event()
    event.add("uid", f"{uid}@lmc-cases")
    event.add("dtstamp", timezone.now().astimezone(dt.UTC))
    event.add("summary", f"{kind} · {reference}")
    event.add("class", "PRIVATE")
    return event


def _whole_day(uid: str, day: dt.date, kind: str, reference: str) -> Event:
    """A day has no hour and no zone: it is the day of the country that has to act, wherever the calendar is read."""
    event = _event(uid, kind, reference)
    event.add("dtstart", day)
    event.add("dtend", day + dt.timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    return event


def _hash(token: str) -> str:
    # A long random secret needs no slow hash: it cannot be guessed from its digest.
    return hashlib.sha256(token.encode()).hexdigest()
