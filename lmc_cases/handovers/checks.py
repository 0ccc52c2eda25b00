"""What must be known of a person before anybody is moved: one readable table.

Each check has outcomes; an outcome clears the person, leaves the check open, or stops the procedure for good. Which
checks a procedure asks for stands below. Either side records its own; neither overwrites the other's.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lmc_cases.handovers.procedures import ALL, BY_CONSENT, FOR_VICTIMS, Procedure


class Kind(models.TextChoices):
    """What is checked."""

    IDENTITY = "IDENTITY", _("Identity")
    AGE = "AGE", _("Age")
    MINOR_CARE = "MINOR_CARE", _("Care of a minor")
    SCREENING = "SCREENING", _("Trafficking screening")
    SECOND_SCREENING = "SECOND_SCREENING", _("Second opinion on the screening")
    NON_REFOULEMENT = "NON_REFOULEMENT", _("Non-refoulement")
    HEALTH = "HEALTH", _("Health and fitness to travel")
    CONSULAR = "CONSULAR", _("Consular notice")
    RIGHTS = "RIGHTS", _("Notice of rights")
    LAWYER = "LAWYER", _("Lawyer")
    CONSENT = "CONSENT", _("Consent of the person")


class Effect(enum.StrEnum):
    """What an outcome does."""

    CLEARS = "clears"
    OPEN = "open"
    # No two officers override it: the person leaves the procedure for the protection of victims.
    VICTIM = "victim"
    # Nothing moves while it stands, and no two officers override it.
    STOPS = "stops"


class Ask(enum.StrEnum):
    """What a check cannot be recorded without; names of fields."""

    REASON = "reason"
    LANGUAGE = "language"
    INTERPRETER = "interpreter"
    INDICATORS = "indicators"
    DECISION_MAKER = "decision_maker"
    FOLLOW_UP = "follow_up"
    CARE = "care"


@dataclass(frozen=True)
class Outcome:
    """One outcome of one check.

    Attributes:
        asks: fields that must be filled for it, besides officer, date and reason.
    """

    code: str
    label: Promise
    effect: Effect
    asks: tuple[Ask, ...] = ()


@dataclass(frozen=True)
class Check:
    """One row of the table.

    Attributes:
        of: the procedures that ask for it.
        confidential: the other country is told the outcome and who answers for it, never the grounds.
        by_another: the officer must be another one than the one who recorded ``by_another``.
        one_by_one: it is a decision about one person, and never recorded for many at once.
    """

    kind: Kind
    of: frozenset[Procedure]
    outcomes: tuple[Outcome, ...]
    confidential: bool = True
    by_another: Kind | None = None
    only_minors: bool = False
    one_by_one: bool = False

    def outcome(self, code: str) -> Outcome | None:
        """Return the outcome of a code."""
        return next((each for each in self.outcomes if each.code == code), None)


_CLEAR, _OPEN, _VICTIM, _STOP = Effect.CLEARS, Effect.OPEN, Effect.VICTIM, Effect.STOPS
_SPOKEN = (Ask.LANGUAGE, Ask.INTERPRETER, Ask.INDICATORS)
_NOT_VICTIM = (
    Outcome("NOT_VICTIM", _("No sign of trafficking"), _CLEAR, _SPOKEN),
    Outcome("UNDECIDED", _("Undecided"), _OPEN, _SPOKEN),
    Outcome("PRESUMED", _("Presumed victim"), _VICTIM, _SPOKEN),
    Outcome("VICTIM", _("Victim"), _VICTIM, _SPOKEN),
)
# Where victims return, being one is what is expected; the screening says that it was looked at.
_NOT_FOR_VICTIMS = ALL - FOR_VICTIMS

CHECKS = (
    Check(
        Kind.IDENTITY,
        ALL,
        (
            Outcome("CONFIRMED", _("Confirmed"), _CLEAR),
            Outcome("NOT_CONFIRMED", _("Not confirmed"), _OPEN),
            Outcome("OTHER_PERSON", _("Another person"), _STOP),
        ),
        confidential=False,
    ),
    Check(
        Kind.AGE,
        ALL,
        (
            Outcome("ADULT", _("Adult"), _CLEAR),
            Outcome("MINOR", _("Minor"), _CLEAR),
            Outcome("NOT_KNOWN", _("Not known"), _OPEN),
        ),
        confidential=False,
    ),
    Check(
        Kind.MINOR_CARE,
        ALL,
        (
            Outcome(
                "ARRANGED", _("Guardian, separate escort and best interest settled"), _CLEAR, (Ask.CARE,)
            ),
            Outcome("NOT_ARRANGED", _("Not settled"), _OPEN),
        ),
        confidential=False,
        only_minors=True,
        one_by_one=True,
    ),
    Check(Kind.SCREENING, _NOT_FOR_VICTIMS, _NOT_VICTIM),
    Check(Kind.SECOND_SCREENING, _NOT_FOR_VICTIMS, _NOT_VICTIM, by_another=Kind.SCREENING),
    Check(
        Kind.NON_REFOULEMENT,
        ALL,
        (
            Outcome("MAY_RETURN", _("No obstacle to the return"), _CLEAR, (Ask.DECISION_MAKER,)),
            Outcome("UNDECIDED", _("Undecided"), _OPEN),
            Outcome("MAY_NOT_RETURN", _("Must not be returned"), _STOP, (Ask.DECISION_MAKER,)),
        ),
        one_by_one=True,
    ),
    Check(
        Kind.HEALTH,
        ALL,
        (
            Outcome("FIT", _("Fit to travel"), _CLEAR),
            Outcome("FIT_WITH_CARE", _("Fit to travel with care"), _CLEAR, (Ask.FOLLOW_UP,)),
            Outcome("UNFIT", _("Not fit to travel"), _OPEN),
        ),
    ),
    Check(
        Kind.CONSULAR,
        ALL,
        (
            Outcome("NOT_WANTED", _("Offered, not wanted"), _CLEAR, (Ask.LANGUAGE,)),
            Outcome("SENT", _("Wanted and sent"), _CLEAR),
            Outcome("ANSWERED", _("Answered by the consulate"), _CLEAR),
            Outcome("NO_POST", _("No post accredited"), _CLEAR, (Ask.FOLLOW_UP,)),
            Outcome("NOT_YET", _("Not yet offered"), _OPEN),
        ),
        confidential=False,
    ),
    Check(
        Kind.RIGHTS,
        ALL,
        (
            Outcome("GIVEN", _("Given in a language the person speaks"), _CLEAR, (Ask.LANGUAGE,)),
            Outcome("NOT_GIVEN", _("Not given to the person yet"), _OPEN),
        ),
        confidential=False,
    ),
    Check(
        Kind.LAWYER,
        ALL,
        (
            Outcome("HAS_ONE", _("Has a lawyer"), _CLEAR),
            Outcome("NOT_WANTED", _("Offered, not wanted"), _CLEAR, (Ask.LANGUAGE,)),
            Outcome("NOT_AVAILABLE", _("None available"), _OPEN),
        ),
        confidential=False,
    ),
    Check(
        Kind.CONSENT,
        BY_CONSENT,
        (
            Outcome("GIVEN", _("Consent given"), _CLEAR, (Ask.LANGUAGE,)),
            Outcome("REFUSED", _("Refused or taken back"), _STOP),
        ),
        confidential=False,
        one_by_one=True,
    ),
)
_BY_KIND = {check.kind.value: check for check in CHECKS}

# Signs that a person was trafficked, as the screening asks for them; "none found" is a finding too.
INDICATORS: dict[str, Promise] = {
    "NONE": _("None of these found"),
    "PAPERS_TAKEN": _("Papers were taken away"),
    "NOT_FREE": _("Could not leave the place"),
    "VIOLENCE": _("Violence or threats"),
    "DECEIVED": _("Deceived about the work"),
    "DEBT": _("Debt or ransom"),
    "UNPAID": _("Not paid"),
    "SOLD": _("Sold or passed on"),
    "FORCED_CRIME": _("Forced to commit the offence"),
    "MINOR": _("Was a minor"),
}


def check_of(kind: str) -> Check | None:
    """Return the row of a kind; ``None`` for a word that is none."""
    return _BY_KIND.get(kind)


def asked_of(procedure: str, *, is_minor: bool) -> list[Check]:
    """Return the checks a procedure asks of a person, in the order of the table."""
    return [check for check in CHECKS if procedure in check.of and (is_minor or not check.only_minors)]
