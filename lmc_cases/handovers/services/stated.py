"""Read what a request states: of each person and kind the newest, in the clear."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lmc_cases.handovers.models import HandoverRequest, HandoverSubject, RequestStatement
from lmc_cases.handovers.procedures import ASKED
from lmc_cases.handovers.services.reading import RequestedPerson
from lmc_cases.handovers.services.sealed import statement_place
from lmc_cases.keys.providers import KeyUnavailable
from lmc_cases.keys.sealing import DataKey, keys_of

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

Kind = RequestStatement.Kind


@dataclass(frozen=True)
class StatementShown:
    """What was stated last of one thing.

    Attributes:
        text: in the clear; "" where no key of a country opens it here.
    """

    row: RequestStatement
    text: str

    @property
    def is_readable(self) -> bool:
        """Whether the words could be opened."""
        return bool(self.text)


@dataclass(frozen=True)
class StatementLine:
    """One thing that may be stated; ``shown`` is ``None`` where nobody stated it: not known."""

    kind: Kind
    shown: StatementShown | None


@dataclass(frozen=True)
class PersonStated:
    """What is stated of one person."""

    person: RequestedPerson
    lines: tuple[StatementLine, ...]

    @property
    def count(self) -> int:
        """How much of it is stated."""
        return sum(line.shown is not None for line in self.lines)


@dataclass(frozen=True)
class Stated:
    """What a request states, for its page."""

    undertaking: StatementLine
    persons: tuple[PersonStated, ...]


def statements_of(
    user: User, handover: HandoverRequest, *, subjects: Collection[int] | None = None
) -> dict[int | None, dict[str, StatementShown]]:
    """Return the newest statement of each kind by primary key of the person, ``None`` for the request as a whole.

    The statements sent to the database are as many for a hundred persons as for one.

    Args:
        handover: read through the rule.
        subjects: primary keys of these persons alone, and the request as a whole; all where not given.
    """
    rows = RequestStatement.objects.visible_to(user).filter(handover=handover)
    if subjects is not None:
        rows = rows.filter(subject__in=subjects) | rows.filter(subject=None)
    newest: dict[int | None, dict[str, RequestStatement]] = {}
    for row in rows.select_related("recorded_by").order_by("pk"):
        newest.setdefault(row.subject_id, {})[row.kind] = row
    if not newest:
        return {}
    try:
        key = keys_of([handover.uuid]).get(handover.uuid)
    except KeyUnavailable:
        key = None
    return {
        subject: {kind: StatementShown(row, _opened(row, key)) for kind, row in held.items()}
        for subject, held in newest.items()
    }


def stated_in(user: User, handover: HandoverRequest, persons: Iterable[RequestedPerson]) -> Stated | None:
    """Return what a request states as a whole and of ``persons``; ``None`` where nobody is asked for.

    Whoever left it as a victim has no lines.
    """
    if handover.procedure not in ASKED:
        return None
    victim = HandoverSubject.Outcome.VICTIM_TRACK
    shown = [person for person in persons if person.shown and person.subject.outcome != victim]
    held = statements_of(user, handover, subjects=[person.subject.pk for person in shown])
    return Stated(
        undertaking=StatementLine(Kind.RE_EXTRADITION, held.get(None, {}).get(Kind.RE_EXTRADITION)),
        persons=tuple(
            PersonStated(
                person,
                tuple(
                    StatementLine(kind, held.get(person.subject.pk, {}).get(kind))
                    for kind in RequestStatement.OF_PERSONS
                ),
            )
            for person in shown
        ),
    )


def _opened(row: RequestStatement, key: DataKey | None) -> str:
    if key is None:
        return ""
    try:
        return key.open(row.text_sealed, statement_place(row.uuid))
    except KeyUnavailable:
        return ""
