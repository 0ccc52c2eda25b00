"""Whether a second officer has to read a dossier: what the records say, and what the country's row asks for."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lmc_cases.dossiers.models import Dossier
from lmc_cases.handovers.checks import Kind
from lmc_cases.handovers.services.counts_read import CountShown, counts_of
from lmc_cases.jurisdictions.models import DeskRule, Jurisdiction

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User
    from lmc_cases.handovers.models import Count, CountAssessment
    from lmc_cases.jurisdictions.models import Offence

# As a row of law writes the highest penalty.
_DEATH = "death"
_LABELS: dict[str, Promise] = {"YES": _("Yes"), "NO": _("No"), "UNKNOWN": _("Not known")}


class Known(enum.StrEnum):
    """What the records say of a question."""

    YES = "YES"
    NO = "NO"
    UNKNOWN = "UNKNOWN"

    @property
    def label(self) -> str:
        """In words."""
        return str(_LABELS[self.value])


@dataclass(frozen=True)
class Ground:
    """One thing for which a country may ask for a second reader.

    Attributes:
        what: in words.
        found: what the records say.
        asked: what the country's row says; unknown where there is none.
    """

    what: Promise
    found: Known
    asked: Known

    @property
    def demands(self) -> bool:
        """Whether the country asks and the records do not rule it out: what nobody knows is read twice."""
        return self.asked == Known.YES and self.found != Known.NO

    @property
    def is_open(self) -> bool:
        """Whether a second reader may be due and the country has not said."""
        return self.asked == Known.UNKNOWN and self.found != Known.NO


@dataclass(frozen=True)
class SecondReader:
    """What speaks for a second reader."""

    grounds: tuple[Ground, ...]

    @property
    def is_needed(self) -> bool:
        """Whether approval takes a second officer."""
        return any(ground.demands for ground in self.grounds)


def rule_of(country: Jurisdiction | int) -> DeskRule | None:
    """Return the country's row; ``None`` where nobody has entered one."""
    return DeskRule.objects.filter(jurisdiction=country).first()


def second_reader(user: User, dossier: Dossier, rule: DeskRule | None) -> SecondReader:
    """Return what speaks for a second reader of a version.

    Args:
        dossier: read through the rule, with its request and its frozen facts.
        rule: of the country that reviews.
    """
    counts = counts_of(user, dossier.handover)
    subjects = dossier.facts.get("subjects", ())
    death = death_among(each for person in counts.values() for each in person)
    if death == Known.NO and len(counts) < len(subjects):
        death = Known.UNKNOWN  # of somebody nobody has said what for
    return SecondReader(
        (
            Ground(
                _("An offence carries the death penalty"),
                death,
                _asked(rule.second_for_death if rule else ""),
            ),
            Ground(
                _("A person is a minor"),
                minor_among(subjects),
                _asked(rule.second_for_minor if rule else ""),
            ),
        )
    )


def death_among(counts: Iterable[CountShown]) -> Known:
    """Return whether an offence of a count carries the death penalty, in the law of either country.

    What the request proposes counts, and what either side holds now. Unknown without counts, where nobody named an
    offence of each country, or where a row of law leaves the penalty empty.
    """
    pairs = [_pairs_of(count) for count in counts]
    offences = [row for held in pairs for pair in held for row in pair if row is not None]
    if any(_DEATH in (row.base_max_penalty.lower(), row.max_penalty.lower()) for row in offences):
        return Known.YES
    is_whole = pairs and all(any(None not in pair for pair in held) for held in pairs)
    is_known = all(row.max_penalty or row.base_max_penalty for row in offences)
    return Known.NO if is_whole and is_known else Known.UNKNOWN


def _pairs_of(count: CountShown) -> list[tuple[Offence | None, Offence | None]]:
    """The offences that the count and both sides name, the asking country's first."""
    held: list[Count | CountAssessment] = [count.row]
    held += [each.row for each in (count.asking, count.asked) if each is not None]
    return [(row.asking_offence, row.asked_offence) for row in held]


def minor_among(subjects: Iterable[dict[str, Any]]) -> Known:
    """Return whether a person of the frozen facts is a minor, by the age check of either side.

    Unknown where nobody's age, or not everybody's, was established. A date of birth alone establishes nothing.
    """
    answers = [
        {
            answer["outcome"]
            for check in subject.get("checks", ())
            if check["kind"] == Kind.AGE
            for answer in check["answers"]
        }
        for subject in subjects
    ]
    if any("MINOR" in each for each in answers):
        return Known.YES
    return Known.NO if answers and all(each == {"ADULT"} for each in answers) else Known.UNKNOWN


def _asked(cell: str) -> Known:
    return Known(cell) if cell else Known.UNKNOWN
