"""What the page of a request says of each person's counts: how many, how they stand, what is to be thought of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.procedures import ASKED
from lmc_cases.handovers.services.cautions import Caution, cautions_of
from lmc_cases.handovers.services.competing import may_see_competing, rivals_of
from lmc_cases.handovers.services.counts_read import CountShown, counts_of
from lmc_cases.handovers.services.reading import RequestedPerson

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


@dataclass(frozen=True)
class CountLine:
    """One person of a request.

    Attributes:
        competing: how many persons of other requests may be the same; ``None`` for whoever is told nothing of it.
    """

    person: RequestedPerson
    counts: list[CountShown]
    cautions: list[Caution]
    competing: int | None

    @property
    def granted(self) -> int:
        """How many counts are granted: the person may be prosecuted for no other."""
        return sum(count.is_granted for count in self.counts)

    @property
    def is_decided(self) -> bool:
        """Whether anything was decided on the counts."""
        return any(count.decision is not None for count in self.counts)

    @property
    def waiting(self) -> int:
        """How many new counts wait for consent."""
        return sum(count.waits_for_consent for count in self.counts)


def lines_of(user: User, handover: HandoverRequest, persons: Iterable[RequestedPerson]) -> list[CountLine]:
    """Return one line per person who may be shown; none for an offer, whose persons are accused of nothing here."""
    shown = [person for person in persons if person.shown]
    if handover.procedure not in ASKED:
        return []
    counts = counts_of(user, handover)
    sees = may_see_competing(user, handover)
    rivals = rivals_of(user, handover) if sees else {}
    return [
        CountLine(
            person,
            held := counts.get(person.subject.pk, []),
            cautions_of(user, handover, person, held),
            len(rivals.get(person.subject.pk, [])) if sees else None,
        )
        for person in shown
    ]
