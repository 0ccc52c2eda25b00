"""What a request must hold for the country it goes to, by rows of law, and what it still lacks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from lmc_cases.handovers.models import HandoverRequest, RequestPaper
from lmc_cases.handovers.procedures import COURT
from lmc_cases.handovers.services import reading
from lmc_cases.handovers.services.law import asked_by, law_of
from lmc_cases.handovers.wording import confidence_words
from lmc_cases.jurisdictions.models import RequestElement

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

Element = RequestElement.Element


@dataclass(frozen=True)
class AskedFor:
    """One row of law, in words."""

    row: RequestElement

    @property
    def article(self) -> str:
        """The article, where it was seen in the source: another is never printed."""
        return self.row.article if self.row.is_verified else ""

    @property
    def confidence(self) -> str:
        """How sure the row is."""
        return confidence_words(self.row.confidence)


@dataclass(frozen=True)
class ElementState:
    """One element that is asked for, and what the request holds of it.

    Attributes:
        asked: the rows that ask for it.
        paper: what was given last; ``None`` where nothing was.
        is_held: the request itself holds it: its facts, its authority, the identity of each person.
        lacking: what is not known of which person, where the request holds it in part.
    """

    element: Element
    asked: tuple[AskedFor, ...]
    paper: RequestPaper | None
    is_held: bool
    lacking: tuple[str, ...] = ()

    @property
    def is_there(self) -> bool:
        """Whether the request holds it, or somebody answered for it."""
        return self.is_held or self.paper is not None

    @property
    def stops(self) -> bool:
        """Whether the request may not be sent without it."""
        return not self.is_there and any(each.row.stops for each in self.asked)

    @property
    def may_follow(self) -> bool:
        """Whether every row lets it follow later."""
        return all(each.row.due == RequestElement.Due.LATER for each in self.asked)

    @property
    def missing(self) -> str:
        """The element, who asks for it, and where that was read."""
        rows = [each for each in self.asked if each.row.stops]
        laws = "; ".join(
            _("%(law)s; source: %(source)s") % {"law": str(each.row), "source": each.row.source}
            for each in rows
        )
        return f"{self.element.label} ({laws})"


@dataclass(frozen=True)
class Completeness:
    """How a request stands against what is asked for.

    Attributes:
        elements: in the order in which treaties name them; empty where nobody entered what is asked for.
        knows_treaty: the chosen treaty has rows of its own, or none was chosen.
    """

    elements: tuple[ElementState, ...]
    knows_treaty: bool

    @property
    def is_known(self) -> bool:
        """Whether there is any row for the country or the treaty."""
        return bool(self.elements)

    @property
    def stopping(self) -> list[ElementState]:
        """Those without which the request may not be sent."""
        return [each for each in self.elements if each.stops]

    @property
    def not_there(self) -> list[ElementState]:
        """Those that are not there, what stops the request first."""
        return sorted((each for each in self.elements if not each.is_there), key=lambda each: not each.stops)

    @property
    def there(self) -> list[ElementState]:
        """Those that are there."""
        return [each for each in self.elements if each.is_there]


def completeness_of(user: User, handover: HandoverRequest) -> Completeness | None:
    """Return how a request stands, by the law of the day it was sent, before that of today.

    Returns:
        ``None`` where no authority asks for a request of that form: police hands over, or persons are offered.
    """
    if handover.procedure not in COURT:
        return None
    rows = rows_for(handover)
    held = _held_by_request(user, handover) if rows else {}
    newest: dict[str, RequestPaper] = {}
    for paper in RequestPaper.objects.visible_to(user).filter(handover=handover).order_by("pk"):
        newest[paper.element] = paper
    states = []
    for element in Element:
        asked = tuple(AskedFor(row) for row in rows if row.element == element)
        if asked:
            lacking = held.get(element)
            states.append(ElementState(element, asked, newest.get(element), lacking == (), lacking or ()))
    chosen = handover.instrument
    is_treaty = chosen is not None and chosen.kind != "domestic_reciprocity"
    return Completeness(tuple(states), not is_treaty or any(row.instrument_id is not None for row in rows))


def rows_for(handover: HandoverRequest) -> Sequence[RequestElement]:
    """Return what is asked for: by the law of the country that decides, and by the chosen treaty."""
    rows = RequestElement.objects.filter(asked_by(handover), procedure=handover.procedure)
    return list(law_of(handover, rows).select_related("instrument").order_by("pk"))


def _held_by_request(user: User, handover: HandoverRequest) -> dict[str, tuple[str, ...]]:
    """Return, for what a request holds by itself, what it lacks of it; an empty tuple where nothing."""
    lacking = []
    for person in reading.persons_of(user, handover):
        shown = person.shown
        if not shown:
            continue
        unknown = [
            str(label)
            for label, known in (
                (_("date of birth"), shown["birth"]["year"] or shown["birth"]["as_written"]),
                (_("nationality"), shown["nationality"]),
                (_("identity document"), shown["documents"]),
            )
            if not known
        ]
        if unknown:
            lacking.append(f"S{shown['number']}: {', '.join(unknown)}")
    held: dict[str, tuple[str, ...]] = {Element.AUTHORITY: (), Element.IDENTITY: tuple(lacking)}
    if handover.facts:
        held[Element.FACTS] = ()
    return held
