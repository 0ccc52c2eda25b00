"""Who may sit on a crossing, and who is held back by what."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from lmc_cases.crossings.models import Seat
from lmc_cases.handovers.models import HandoverSubject, Status
from lmc_cases.handovers.procedures import FOR_VICTIMS
from lmc_cases.handovers.services.standing import standings_among
from lmc_cases.suspects.models import Suspect

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User
    from lmc_cases.jurisdictions.models import Jurisdiction

# Requests whose persons can be seated: a plan stands, and whoever is on the vehicle is checked for it.
SEATED_FROM = (Status.PLANNED.value, Status.CLEARED.value)
VICTIMS = (Suspect.Category.PRESUMED_TRAFFICKING_VICTIM.value, Suspect.Category.VICTIM.value)


@dataclass(frozen=True)
class Traveller:
    """A person who may cross, with what stands in the way.

    Attributes:
        held_back: names of the checks that are not passed, in the active language.
        is_victim: recorded as a victim of trafficking, in a procedure that is not for victims.
        twins: other persons of the same list who look like the same one; names with the number in their case.
    """

    subject: HandoverSubject
    held_back: tuple[str, ...]
    is_minor: bool
    is_victim: bool
    twins: tuple[str, ...] = ()

    @property
    def person(self) -> dict[str, Any]:
        """The person as kept with the request."""
        return dict(self.subject.snapshot)

    @property
    def may_board(self) -> bool:
        """Whether nothing stands in the way."""
        return not self.held_back and not self.is_victim


def seatable(
    actor: User, sending: Jurisdiction, receiving: Jurisdiction | None = None
) -> QuerySet[HandoverSubject]:
    """Return granted persons who sit nowhere yet, in the order of their requests and numbers."""
    rows = HandoverSubject.objects.visible_to(actor).filter(
        outcome__in=HandoverSubject.POSITIVE,
        handover__status__in=SEATED_FROM,
        handover__requested=sending,
    )
    if receiving is not None:
        rows = rows.filter(handover__requesting=receiving)
    taken = Seat.objects.filter(suspect_uuid=OuterRef("suspect_uuid"), is_live=True)
    return (
        rows.exclude(Exists(taken))
        .select_related("handover", "handover__requesting")
        .defer("handover__disclosed", "handover__facts")
        .order_by("handover_id", "position", "pk")
    )


def travellers_of(
    actor: User, subjects: Collection[HandoverSubject], twins: dict[int, tuple[str, ...]] | None = None
) -> list[Traveller]:
    """Return what stands in the way of each person, in the given order: three statements for any number."""
    protected = victims_among(actor, subjects)
    return [
        Traveller(
            subject=standing.subject,
            held_back=tuple(str(row.check.kind.label) for row in standing.missing),
            is_minor=standing.is_minor,
            is_victim=standing.subject.pk in protected,
            twins=(twins or {}).get(standing.subject.pk, ()),
        )
        for standing in standings_among(subjects)
    ]


def victims_among(actor: User, subjects: Iterable[HandoverSubject]) -> set[int]:
    """Return who is recorded as a victim of trafficking and is in a procedure that is not for victims."""
    others = {
        subject.suspect_id: subject.pk
        for subject in subjects
        if subject.handover.procedure not in FOR_VICTIMS
    }
    found = (
        Suspect.objects.visible_to(actor)
        .filter(pk__in=others, category__in=VICTIMS)
        .values_list("pk", flat=True)
    )
    return {others[pk] for pk in found}


def in_words(travellers: Iterable[Traveller], *, most: int = 10) -> str:
    """Return who is held back by which check: ``TH-H-2026-000001 S3: Age, Lawyer; …``, and how many more."""
    lines = []
    for traveller in travellers:
        if traveller.may_board:
            continue
        why = [*traveller.held_back]
        if traveller.is_victim:
            why.append(_("victim of trafficking"))
        number = traveller.subject.snapshot.get("number", traveller.subject.position)
        lines.append(f"{traveller.subject.handover.reference} S{number}: {', '.join(why)}")
    shown, more = lines[:most], len(lines) - most
    return "; ".join([*shown, *([f"+ {more}"] if more > 0 else [])])
