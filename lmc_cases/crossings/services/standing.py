"""What both sides say of each person at the border, whether they agree, and what stands in the way."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from lmc_cases.crossings.models import Crossing, HeadCount, Mark, Seat

Outcome = Mark.Outcome
# The receiving side does not take the person, or a side found the person unfit: one side's word is enough.
_ONE_SIDE_SAYS = (Outcome.NOT_ACCEPTED.value, Outcome.UNFIT.value)


@dataclass(frozen=True)
class SideSays:
    """The marks of one side for one person.

    Attributes:
        newest: the last mark; ``None`` where there is none.
        rivals: marks that contradict each other and among which nobody has chosen; the oldest first.
    """

    newest: Mark | None = None
    rivals: tuple[Mark, ...] = ()

    @property
    def has_conflict(self) -> bool:
        """Whether an officer of the side must choose."""
        return bool(self.rivals)

    @property
    def outcome(self) -> str:
        """What the side says; "" where it said nothing, or contradicts itself."""
        return self.newest.outcome if self.newest is not None and not self.rivals else ""

    def with_mark(self, mark: Mark) -> SideSays:
        """Return what the side says once a mark is added."""
        if mark.is_choice:
            return SideSays(mark)
        if mark.conflict:
            before = self.rivals or ((self.newest,) if self.newest else ())
            return SideSays(mark, (*before, mark))
        return replace(self, newest=mark, rivals=(*self.rivals, mark) if self.rivals else ())


@dataclass(frozen=True)
class SeatStanding:
    """What both sides say of one person."""

    seat: Seat
    sending: SideSays
    receiving: SideSays

    @property
    def outcome(self) -> str:
        """What became of the person; "" while a side is silent, contradicts itself or the other one."""
        if self.sending.has_conflict or self.receiving.has_conflict:
            return ""
        found = (self.sending.outcome, self.receiving.outcome)
        for outcome in _ONE_SIDE_SAYS:
            if outcome in found:
                return outcome
        if found == (Outcome.PRESENT, Outcome.PRESENT):
            return Outcome.PRESENT.value
        # Nobody came: there is nobody for the other side to mark.
        if self.sending.outcome == Outcome.ABSENT and self.receiving.outcome in {"", Outcome.ABSENT}:
            return Outcome.ABSENT.value
        return ""

    @property
    def disagree(self) -> bool:
        """Whether one side says present and the other absent."""
        return {self.sending.outcome, self.receiving.outcome} == {Outcome.PRESENT, Outcome.ABSENT}

    @property
    def reason(self) -> str:
        """Why the person was not moved: of the side whose word counts."""
        for side in (self.receiving, self.sending):
            if side.newest is not None and side.newest.outcome == self.outcome and side.newest.reason:
                return side.newest.reason
        return ""


@dataclass(frozen=True)
class CrossingStanding:
    """A whole crossing.

    Attributes:
        sending_count, receiving_count: the newest head count of each side.
    """

    seats: list[SeatStanding]
    sending_count: HeadCount | None
    receiving_count: HeadCount | None

    def number_of(self, outcome: str) -> int:
        """How many persons have the outcome by both sides."""
        return sum(row.outcome == outcome for row in self.seats)

    @property
    def present(self) -> int:
        """How many persons are present by both sides."""
        return self.number_of(Outcome.PRESENT)

    @property
    def conflicts(self) -> list[SeatStanding]:
        """Persons of whom the marks of one side contradict each other."""
        return [row for row in self.seats if row.sending.has_conflict or row.receiving.has_conflict]

    @property
    def open(self) -> list[SeatStanding]:
        """Persons without an outcome."""
        return [row for row in self.seats if not row.outcome]

    @property
    def is_agreed(self) -> bool:
        """Whether everybody has an outcome and both sides counted those who are present."""
        return (
            bool(self.seats)
            and not self.open
            and self.sending_count is not None
            and self.receiving_count is not None
            and self.sending_count.persons == self.receiving_count.persons == self.present
        )


def said_of(crossing: Crossing, country: int, *, seats: Collection[int]) -> dict[int, SideSays]:
    """Return what one side says of each of ``seats``, by primary key."""
    marks = Mark.objects.filter(crossing=crossing, country=country, seat__in=seats).order_by("pk")
    found = {seat: SideSays() for seat in seats}
    for mark in marks:
        found[mark.seat_id] = found[mark.seat_id].with_mark(mark)
    return found


def standing_of(crossing: Crossing, seats: Iterable[Seat] | None = None) -> CrossingStanding:
    """Return how a crossing stands: three statements, however many persons. The caller read it through the rule.

    Args:
        seats: these alone; all where not given.
    """
    rows = list(crossing.manifest.order_by("position", "pk") if seats is None else seats)
    says = {(seat.pk, holds): SideSays() for seat in rows for holds in (True, False)}
    marks = Mark.objects.filter(crossing=crossing).select_related("marked_by").order_by("pk")
    if seats is not None:
        marks = marks.filter(seat__in=rows)
    for mark in marks:
        key = (mark.seat_id, mark.country_id == crossing.sending_id)
        says[key] = says[key].with_mark(mark)
    counts = {
        count.country_id == crossing.sending_id: count
        for count in HeadCount.objects.filter(crossing=crossing).select_related("counted_by").order_by("pk")
    }
    return CrossingStanding(
        seats=[SeatStanding(seat, says[seat.pk, True], says[seat.pk, False]) for seat in rows],
        sending_count=counts.get(True),
        receiving_count=counts.get(False),
    )


def seats_with(whole: CrossingStanding, only: str) -> set[int] | None:
    """Return the seats that stand so, by primary key; ``None`` for all."""
    if not only:
        return None
    if only == "open":
        return {row.seat.pk for row in whole.open}
    if only == "disagree":
        return {row.seat.pk for row in whole.seats if row.disagree}
    return {row.seat.pk for row in whole.seats if row.outcome == only}
