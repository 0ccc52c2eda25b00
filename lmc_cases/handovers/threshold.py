"""The penalty threshold of an instrument against the penalties of two offences: arithmetic, never a finding of law.

A cell holds years as decimals, ``life``, ``death``, or nothing; nothing is not known, and neither zero nor a pass. What
comes out says what the numbers give. Whether the conduct is an offence on both sides is for an officer to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.db import models
from django.utils.translation import gettext_lazy as _

# Longer than any term of years.
_WITHOUT_END = Decimal("Infinity")
_WORDS = {"life": _WITHOUT_END, "death": _WITHOUT_END}
OPERATORS = (">", ">=")


class Verdict(models.TextChoices):
    """What the numbers of a pair give."""

    PASSES = "PASSES", _("Passes")
    ONLY_AGGRAVATED = "ONLY_AGGRAVATED", _("Only if aggravated")
    UNKNOWN = "UNKNOWN", _("Unknown")
    FAILS = "FAILS", _("Fails")


@dataclass(frozen=True)
class Threshold:
    """The threshold of an instrument, as its row has it: ``operator`` is ``>`` or ``>=``, ``years`` a decimal."""

    operator: str
    years: str

    @property
    def limit(self) -> Decimal | None:
        """The years; ``None`` where the number or the operator is not known."""
        return _number(self.years) if self.operator in OPERATORS else None

    def __str__(self) -> str:
        return f"{self.operator} {self.years}" if self.limit is not None else ""


@dataclass(frozen=True)
class Tiers:
    """Two cells of an offence: the ceiling of the basic tier and that of the heaviest."""

    base: str
    heaviest: str


def penalty_of(cell: str) -> Decimal | None:
    """Return a penalty in years, infinity for life and death; ``None`` for what is empty or no penalty."""
    text = cell.strip().lower()
    return _WORDS.get(text, _number(text))


def passes(cell: str, threshold: Threshold) -> bool | None:
    """Whether a penalty reaches the threshold; ``None`` where either is not known."""
    penalty, limit = penalty_of(cell), threshold.limit
    if penalty is None or limit is None:
        return None
    return penalty > limit if threshold.operator == ">" else penalty >= limit


def verdict_of(tiers: Tiers, threshold: Threshold) -> Verdict:
    """Return what one side's offence gives.

    The heaviest tier is asked only where the basic one is known not to pass: an empty basic tier is not known, whatever
    stands in the other cell.
    """
    base = passes(tiers.base, threshold)
    if base is None:
        return Verdict.UNKNOWN
    if base:
        return Verdict.PASSES
    heaviest = passes(tiers.heaviest, threshold)
    if heaviest is None:
        return Verdict.UNKNOWN
    return Verdict.ONLY_AGGRAVATED if heaviest else Verdict.FAILS


# The worst of two sides is the pair's. What fails on one side fails whatever the other side's empty cell hides.
_WORST_FIRST = (Verdict.FAILS, Verdict.UNKNOWN, Verdict.ONLY_AGGRAVATED, Verdict.PASSES)


def verdict_of_pair(asking: Tiers, asked: Tiers, threshold: Threshold) -> Verdict:
    """Return what two offences give together: the threshold is to be reached on both sides."""
    return worst(verdict_of(asking, threshold), verdict_of(asked, threshold))


def worst(*verdicts: Verdict) -> Verdict:
    """Return the verdict that decides among several."""
    return min(verdicts, key=_WORST_FIRST.index)


def verdict_of_rest(months_left: int | None, needed: str) -> Verdict:
    """Return what the rest of a sentence gives against the months an instrument asks for.

    Exactly as many is unknown: the row holds a number and does not say whether that many are enough.

    Args:
        months_left: whole months; ``None`` where nobody knows.
        needed: the cell ``remaining_sentence_months``.
    """
    limit = _number(needed)
    if months_left is None or limit is None or months_left == limit:
        return Verdict.UNKNOWN
    return Verdict.PASSES if months_left > limit else Verdict.FAILS


def _number(text: str) -> Decimal | None:
    """Return a plain decimal that is not negative: no sign, no exponent, no word."""
    cleaned = text.strip()
    if not cleaned.isascii() or not cleaned.replace(".", "", 1).isdigit():
        return None
    try:
        return Decimal(cleaned)
    except InvalidOperation:
        return None
