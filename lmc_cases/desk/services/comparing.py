"""Compare two versions of a dossier: what the paper says of each, part by part, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from lmc_cases.desk.services.rows import side_at_desk
from lmc_cases.dossiers.models import Dossier
from lmc_cases.dossiers.rendering.reading import Line, PartTold, parts_told
from lmc_cases.dossiers.services.reading import consult_dossier, facts_of

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User
    from lmc_cases.dossiers.parts import Part


@dataclass(frozen=True)
class Change:
    """One line that differs: added without ``before``, removed without ``after``, else changed."""

    before: Line | None
    after: Line | None

    @property
    def line(self) -> Line:
        """The line that names where it stands."""
        found = self.after or self.before
        if found is None:
            raise AssertionError("a change has a line")
        return found

    @property
    def is_added(self) -> bool:
        """Whether only the later version has it."""
        return self.before is None

    @property
    def is_removed(self) -> bool:
        """Whether only the earlier version has it."""
        return self.after is None


@dataclass(frozen=True)
class PartCompared:
    """One part and what differs in it."""

    part: Part
    changes: tuple[Change, ...]

    @property
    def title(self) -> str:
        """Number and title, as on paper."""
        return f"{self.part.number}. {self.part.title}"


@dataclass(frozen=True)
class Comparison:
    """Two versions; ``parts`` is ``None`` where the facts of one cannot be read here."""

    earlier: Dossier
    later: Dossier
    parts: list[PartCompared] | None

    @property
    def differing(self) -> list[PartCompared]:
        """The parts in which something differs."""
        return [part for part in self.parts or [] if part.changes]

    @property
    def alike(self) -> list[PartCompared]:
        """The parts that say the same."""
        return [part for part in self.parts or [] if not part.changes]


@transaction.atomic
def compare_versions(*, actor: User, dossier_id: UUID, other_id: UUID, language: str) -> Comparison:
    """Compare two versions of one request, whichever of them is named first. Both looks are recorded.

    Args:
        language: of the labels; texts are taken in it where there are any.

    Raises:
        Dossier.DoesNotExist: one is foreign, missing or of another request; no right at the desk of either side.
    """
    first = consult_dossier(actor=actor, dossier_id=dossier_id)
    second = consult_dossier(actor=actor, dossier_id=other_id)
    if first.handover_id != second.handover_id or side_at_desk(actor, first.handover) is None:
        raise Dossier.DoesNotExist
    earlier, later = sorted((first, second), key=lambda row: (row.number, row.pk))
    before, after = facts_of(earlier), facts_of(later)
    if before is None or after is None:
        return Comparison(earlier, later, None)
    parts = compare(parts_told(before, language), parts_told(after, language))
    return Comparison(earlier, later, parts)


def compare(before: Sequence[PartTold], after: Sequence[PartTold]) -> list[PartCompared]:
    """Return, for each part in order, the lines that differ."""
    return [
        PartCompared(new.part, tuple(_changes(old.lines, new.lines)))
        for old, new in zip(before, after, strict=True)
    ]


def _changes(old: Sequence[Line], new: Sequence[Line]) -> Iterator[Change]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag != "equal":
            yield from _paired(old[start:end], new[new_start:new_end])


def _paired(old: Sequence[Line], new: Sequence[Line]) -> Iterator[Change]:
    """Pair lines of the same name, in order; paragraphs below the same heading too."""
    waiting = list(new)
    for line in old:
        name = (line.under, line.label)
        match = next((each for each in waiting if (each.under, each.label) == name), None)
        if match is not None:
            waiting.remove(match)
        yield Change(line, match)
    for line in waiting:
        yield Change(None, line)
