"""Split a long list over crossings of n seats: by destination and nationality, looked at first, undone together."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F
from django.db.models.fields.json import KeyTextTransform
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.core.errors import Conflict, InvalidInput
from lmc_cases.crossings.models import Crossing, Status
from lmc_cases.crossings.models.crossings import MAX_SEATS
from lmc_cases.crossings.services.people import seatable, victims_among
from lmc_cases.crossings.services.planning import Plan, cancel_crossing, create_crossing, put_on
from lmc_cases.crossings.services.rows import may_begin, save_changed
from lmc_cases.handovers.models import HandoverRequest

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User
    from lmc_cases.handovers.models import HandoverSubject
    from lmc_cases.jurisdictions.models import Jurisdiction

# Persons split in one transaction. A longer list is split request by request.
MOST_AT_ONCE = 5_000


class ListChanged(Conflict):
    """The persons are not those of the preview any more."""

    code = "list-changed"


@dataclass(frozen=True)
class Flight:
    """One crossing of a split.

    Attributes:
        nationality: code of a country; "" where it is not known.
    """

    receiving: Jurisdiction
    nationality: str
    subjects: tuple[HandoverSubject, ...]


@dataclass(frozen=True)
class Split:
    """A split as it would be carried out.

    Attributes:
        victims: persons left out because their procedure is not for victims of trafficking.
        mark: of exactly these persons in these crossings.
    """

    flights: tuple[Flight, ...]
    victims: int
    mark: str

    @property
    def persons(self) -> int:
        """How many persons would be seated."""
        return sum(len(flight.subjects) for flight in self.flights)


def proposed_split(*, actor: User, size: int, handover_id: UUID | None = None) -> Split:
    """Return how the granted persons of the officer's country who sit nowhere would be split; nothing is written.

    Args:
        size: seats of each crossing.
        handover_id: of this request alone.

    Raises:
        Crossing.DoesNotExist: the officer may not change the country's records.
        HandoverRequest.DoesNotExist: a request the officer does not see.
        InvalidInput: an impossible size; too many persons at once.
    """
    if not may_begin(actor):
        raise Crossing.DoesNotExist
    if not 1 <= size <= MAX_SEATS:
        raise InvalidInput("seats", _("Enter a number from 1 to %(most)s.") % {"most": MAX_SEATS})
    rows = seatable(actor, actor.country)
    if handover_id is not None:
        handover = HandoverRequest.objects.visible_to(actor).only("pk").get(uuid=handover_id)
        rows = rows.filter(handover=handover)
    named = rows.defer("snapshot", "handover__disclosed", "handover__facts").annotate(
        nationality=KeyTextTransform("nationality", "snapshot"), receiving=F("handover__requesting_id")
    )
    subjects = list(named[: MOST_AT_ONCE + 1])
    if len(subjects) > MOST_AT_ONCE:
        raise InvalidInput(
            "handover",
            _("More than %(most)s persons wait. Split them request by request.") % {"most": MOST_AT_ONCE},
        )
    protected = victims_among(actor, subjects)
    groups: dict[tuple[int, str], list[HandoverSubject]] = defaultdict(list)
    countries: dict[int, Jurisdiction] = {}
    seen: set[UUID] = set()
    for subject in subjects:
        # Asked for in two requests, a person sits once.
        if subject.pk in protected or subject.suspect_uuid in seen:
            continue
        seen.add(subject.suspect_uuid)
        receiving = subject.handover.requesting
        countries[receiving.pk] = receiving
        groups[receiving.pk, getattr(subject, "nationality", "") or ""].append(subject)
    ordered = sorted(groups.items(), key=lambda pair: (countries[pair[0][0]].code, pair[0][1]))
    flights = tuple(
        Flight(countries[receiving], nationality, tuple(people[start : start + size]))
        for (receiving, nationality), people in ordered
        for start in range(0, len(people), size)
    )
    return Split(flights, len(protected), _mark_of(flights))


@transaction.atomic
def split_people(
    *, actor: User, plan: Plan, mark: str, handover_id: UUID | None = None, split_id: UUID | None = None
) -> list[Crossing]:
    """Make the crossings of a split that was looked at, and seat everybody. ``undo_split`` takes them back.

    Args:
        plan: of each crossing; ``plan.seats`` is the size, and several of one carrier are numbered.
        mark: of the preview.
        split_id: a second call with the same returns what the first made.

    Raises:
        ListChanged: other persons than in the preview; look again.
        InvalidInput: nobody waits; otherwise as ``create_crossing``.
    """
    if split_id is not None:
        made = list(crossings_of_split(actor, split_id))
        if made:
            return made
    split = proposed_split(actor=actor, size=plan.seats, handover_id=handover_id)
    if not split.flights:
        raise InvalidInput("handover", _("Nobody waits to be seated."))
    if split.mark != mark:
        raise ListChanged(_("The list changed since it was shown. Look at the crossings again."))
    together = split_id or uuid4()
    crossings = []
    for number, flight in enumerate(split.flights, start=1):
        carrier = f"{plan.carrier} {number}" if plan.carrier and len(split.flights) > 1 else plan.carrier
        crossing = create_crossing(
            actor=actor,
            receiving_code=flight.receiving.code,
            plan=_with_carrier(plan, carrier),
            split_id=together,
        )
        put_on(crossing, flight.subjects, after=0, actor=actor)
        save_changed(crossing, actor=actor, reason="seated")
        record(
            actor=actor,
            operation=Operation.ALTERATION,
            verb="crossing.seated",
            target=crossing,
            recipient=crossing.receiving,
            codes={"persons": len(flight.subjects), "split": str(together)},
        )
        crossings.append(crossing)
    return crossings


def crossings_of_split(actor: User, split_id: UUID) -> list[Crossing]:
    """Return the crossings made together that the officer sees, in the order they were made."""
    return list(Crossing.objects.visible_to(actor).filter(split_uuid=split_id).order_by("pk"))


@transaction.atomic
def undo_split(*, actor: User, split_id: UUID, reason: str) -> int:
    """Cancel those crossings of a split on which the marking has not begun; return how many.

    Raises:
        Crossing.DoesNotExist: none the officer sees, or not of the officer's country.
        InvalidInput: no reason.
    """
    crossings = crossings_of_split(actor, split_id)
    if not crossings:
        raise Crossing.DoesNotExist
    planned = [crossing for crossing in crossings if crossing.status == Status.PLANNED]
    for crossing in planned:
        cancel_crossing(actor=actor, crossing_id=crossing.uuid, reason=reason)
    return len(planned)


def _with_carrier(plan: Plan, carrier: str) -> Plan:
    return Plan(
        place=plan.place,
        planned_at=plan.planned_at,
        seats=plan.seats,
        carrier=carrier,
        border_point_id=plan.border_point_id,
        operation_id=plan.operation_id,
        escorts=plan.escorts,
        interpreters=plan.interpreters,
    )


def _mark_of(flights: tuple[Flight, ...]) -> str:
    digest = hashlib.sha256()
    for flight in flights:
        digest.update(f"{flight.receiving.code} {flight.nationality}\n".encode())
        for subject in flight.subjects:
            digest.update(subject.uuid.bytes)
    return digest.hexdigest()[:32]
