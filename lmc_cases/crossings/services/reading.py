"""Read crossings: page by page, one with its manifest, who may still be seated, and who looks like somebody else."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import models, transaction
from django.db.models.fields.json import KeyTextTransform

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import Operation as JointOperation
from lmc_cases.cases.services import ledger
from lmc_cases.core.days import end_of, start_of
from lmc_cases.core.keyset import Cursor, Page
from lmc_cases.core.text import clean_text
from lmc_cases.crossings.models import Crossing, CrossingRequest, Seat, Status
from lmc_cases.crossings.services.people import Traveller, seatable, travellers_of
from lmc_cases.handovers.models import HandoverSubject
from lmc_cases.handovers.services.disclosure import pieces_of_request, terms_of_request

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

PAGE_SIZE = 25
PERSONS_ON_PAGE = 50
# Of more namesakes than this a page names the first.
MOST_TWINS = 200


@dataclass(frozen=True)
class CrossingFilters:
    """What the list of crossings is narrowed to; empty values narrow nothing. Days are those of the officer's zone.

    Attributes:
        text: part of the reference, the carrier or the place.
        since, until: first and last day of the planned time.
    """

    text: str = ""
    status: str = ""
    since: dt.date | None = None
    until: dt.date | None = None

    def narrow(self, rows: models.QuerySet[Crossing]) -> models.QuerySet[Crossing]:
        """Return the crossings that are left."""
        if wanted := clean_text(self.text):
            rows = rows.filter(
                models.Q(reference__icontains=wanted)
                | models.Q(carrier__icontains=wanted)
                | models.Q(place__icontains=wanted)
            )
        if self.status:
            rows = rows.filter(status=self.status)
        if first := start_of(self.since):
            rows = rows.filter(planned_at__gte=first)
        if end := end_of(self.until):
            rows = rows.filter(planned_at__lt=end)
        return rows

    def as_codes(self) -> dict[str, Any]:
        """Return what the audit holds of them: of a text, that there was one."""
        named = {"status": self.status, "since": self.since, "until": self.until}
        return {
            "searched": bool(self.text),
            **{name: str(value) for name, value in named.items() if value},
        }


def page_of_crossings(
    *,
    actor: User,
    before: Cursor | None = None,
    filters: CrossingFilters | None = None,
    operation: JointOperation | None = None,
) -> Page[Crossing]:
    """Return one page of the visible crossings with ``persons``, the last planned first."""
    rows = crossings_among(actor, filters, operation)
    if before is not None:
        rows = rows.filter(
            models.Q(planned_at__lt=before.at) | models.Q(planned_at=before.at, pk__lt=before.pk)
        )
    found = list(rows[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    last = shown[-1] if len(found) > PAGE_SIZE else None
    return Page(rows=shown, older=Cursor(at=last.planned_at, pk=last.pk) if last else None)


def crossings_among(
    user: User, filters: CrossingFilters | None, operation: JointOperation | None
) -> models.QuerySet[Crossing]:
    """Return the visible crossings under the filters, with ``persons``, the last planned first."""
    rows: models.QuerySet[Crossing] = Crossing.objects.visible_to(user)
    if filters is not None:
        rows = filters.narrow(rows)
    if operation is not None:
        rows = rows.filter(operation=operation)
    persons = (
        Seat.objects.filter(crossing=models.OuterRef("pk"))
        .order_by()
        .values("crossing")
        .annotate(number=models.Count("pk"))
        .values("number")
    )
    return (
        rows.select_related("sending", "receiving")
        .annotate(persons=models.functions.Coalesce(models.Subquery(persons), 0))
        .order_by("-planned_at", "-pk")
    )


@transaction.atomic
def consult_crossing(*, actor: User, crossing_id: UUID) -> Crossing:
    """Return a crossing for reading; who read it, and what of another country was shown, is recorded.

    Raises:
        Crossing.DoesNotExist: foreign and missing alike.
    """
    crossing = (
        Crossing.objects.visible_to(actor)
        .select_related("sending", "receiving", "border_point", "created_by")
        .get(uuid=crossing_id)
    )
    record(actor=actor, operation=Operation.CONSULTATION, verb="crossing.viewed", target=crossing)
    carried = CrossingRequest.objects.filter(crossing=crossing).select_related(
        "handover__requesting", "handover__requested", "handover__instrument"
    )
    for row in carried.order_by("pk"):
        ledger.disclose(
            actor=actor,
            pieces=pieces_of_request(actor, row.handover),
            terms=terms_of_request(row.handover),
        )
    return crossing


def page_of_seats(
    crossing: Crossing,
    *,
    after: int = 0,
    size: int = PERSONS_ON_PAGE,
    text: str = "",
    among: Collection[int] | None = None,
) -> tuple[list[Seat], int]:
    """Return seats from a position on, and where the next page begins; 0 where this is the last.

    Args:
        text: part of a name or of the request's reference.
        among: these seats alone, by primary key.
    """
    found = list(seats_among(crossing, text=text, among=among).filter(position__gt=after)[: size + 1])
    return found[:size], found[size - 1].position if len(found) > size else 0


def seats_among(
    crossing: Crossing, *, text: str = "", among: Collection[int] | None = None
) -> models.QuerySet[Seat]:
    """Return the seats of a crossing by position, under the filters of ``page_of_seats``."""
    rows: models.QuerySet[Seat] = (
        crossing.manifest.select_related("subject__handover")
        .defer("subject__handover__disclosed", "subject__handover__facts")
        .order_by("position", "pk")
    )
    if among is not None:
        rows = rows.filter(pk__in=among)
    wanted = clean_text(text)
    if wanted:
        rows = rows.annotate(
            name=KeyTextTransform("name", "subject__snapshot"),
            romanised=KeyTextTransform("romanised", "subject__snapshot"),
        ).filter(
            models.Q(name__icontains=wanted)
            | models.Q(romanised__icontains=wanted)
            | models.Q(handover__reference__icontains=wanted)
        )
    return rows


def persons_to_seat(
    *, actor: User, crossing: Crossing, text: str = "", after: int = 0
) -> tuple[list[Traveller], int]:
    """Return granted persons between the two countries who sit nowhere, and where the next page begins.

    Args:
        text: part of a name or of the request's reference.
        after: primary key of the last person shown.
    """
    rows = seatable(actor, crossing.sending, crossing.receiving).filter(pk__gt=after).order_by("pk")
    wanted = clean_text(text)
    if wanted:
        rows = rows.annotate(
            name=KeyTextTransform("name", "snapshot"), romanised=KeyTextTransform("romanised", "snapshot")
        ).filter(
            models.Q(name__icontains=wanted)
            | models.Q(romanised__icontains=wanted)
            | models.Q(handover__reference__icontains=wanted)
        )
    found = list(rows[: PERSONS_ON_PAGE + 1])
    shown = found[:PERSONS_ON_PAGE]
    twins = twins_of(actor=actor, subjects=shown)
    return travellers_of(actor, shown, twins), shown[-1].pk if len(found) > PERSONS_ON_PAGE else 0


def twins_of(*, actor: User, subjects: Collection[HandoverSubject]) -> dict[int, tuple[str, ...]]:
    """Propose who may be the same person: same name and date of birth, or asked for in another request.

    Among the persons who wait, and those on crossings that were not cancelled. A person decides.

    Returns:
        Per primary key: the request with the number in its case, and the crossing where there is one.
    """
    names = {subject.snapshot.get("name", "") for subject in subjects} - {""}
    seats = Seat.objects.filter(subject=models.OuterRef("pk")).exclude(crossing__status=Status.CANCELLED)
    others = (
        HandoverSubject.objects.visible_to(actor)
        .filter(
            models.Q(snapshot__name__in=names)
            | models.Q(suspect_uuid__in=[subject.suspect_uuid for subject in subjects])
        )
        .filter(models.Q(outcome__in=HandoverSubject.POSITIVE) | models.Exists(seats))
        .select_related("handover")
        .defer("handover__disclosed", "handover__facts")
        .annotate(crossing=models.Subquery(seats.order_by("-pk").values("crossing__reference")[:1]))
        .order_by("pk")[:MOST_TWINS]
    )
    by_key: dict[Any, list[HandoverSubject]] = defaultdict(list)
    for other in others:
        by_key[other.suspect_uuid].append(other)
        if _name_and_birth(other) is not None:
            by_key[_name_and_birth(other)].append(other)
    found = {}
    for subject in subjects:
        same = {
            other.pk: other
            for key in (subject.suspect_uuid, _name_and_birth(subject))
            for other in by_key.get(key, ())
            if other.pk != subject.pk
        }
        if same:
            found[subject.pk] = tuple(_named(other) for other in same.values())
    return found


def _name_and_birth(subject: HandoverSubject) -> tuple[Any, ...] | None:
    """What two records of one person share; ``None`` where the birth is not known to the day."""
    birth = subject.snapshot.get("birth", {})
    day = (birth.get("year"), birth.get("month"), birth.get("day"))
    name = subject.snapshot.get("name", "")
    return (name, *day) if name and all(day) else None


def _named(subject: HandoverSubject) -> str:
    crossing = getattr(subject, "crossing", None)
    number = f"{subject.handover.reference} S{subject.snapshot.get('number', subject.position)}"
    return f"{number} · {crossing}" if crossing else number
