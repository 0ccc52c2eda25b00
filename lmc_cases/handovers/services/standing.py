"""How the checks of each person stand: the newest of each side, exceptions, and where the two sides disagree."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from lmc_cases.handovers.checks import CHECKS, Check, Effect, Kind, asked_of
from lmc_cases.handovers.models import CheckException, HandoverRequest, HandoverSubject, PersonCheck


@dataclass(frozen=True)
class Standing:
    """One check of one person.

    Attributes:
        check: the row of the table.
        sending, receiving: the newest record of each side.
        exception: proposed or confirmed by officers of the country that holds the person.
        is_asked: the procedure asks for it; others may be recorded too.
    """

    check: Check
    sending: PersonCheck | None
    receiving: PersonCheck | None
    exception: CheckException | None
    is_asked: bool

    @property
    def disagree(self) -> bool:
        """Whether both sides recorded it and found differently."""
        return (
            self.sending is not None
            and self.receiving is not None
            and self.sending.outcome != self.receiving.outcome
        )

    @property
    def effects(self) -> set[Effect]:
        """What the newest records of both sides do."""
        found = (row.found for row in (self.sending, self.receiving) if row is not None)
        return {outcome.effect for outcome in found if outcome is not None}

    @property
    def is_final(self) -> bool:
        """Whether a record stops the person: no exception reaches it."""
        return bool(self.effects & {Effect.STOPS, Effect.VICTIM})

    @property
    def is_excepted(self) -> bool:
        """Whether two officers let the person pass without it."""
        return self.exception is not None and self.exception.confirmed_by_id is not None and not self.is_final

    @property
    def is_passed(self) -> bool:
        """Whether the check holds nobody back. The country that holds the person answers for it."""
        if self.is_final:
            return False
        held = self.sending.found if self.sending is not None else None
        return self.is_excepted or (held is not None and held.effect == Effect.CLEARS)


@dataclass(frozen=True)
class PersonStanding:
    """All checks of one person, in the order of the table."""

    subject: HandoverSubject
    rows: list[Standing]
    # One side at least found so.
    is_minor: bool = False

    @property
    def missing(self) -> list[Standing]:
        """What holds the person back."""
        return [row for row in self.rows if row.is_asked and not row.is_passed]

    @property
    def is_cleared(self) -> bool:
        """Whether the person may be moved."""
        return not self.missing


def standings_of(handover: HandoverRequest) -> list[PersonStanding]:
    """Return how every person of a request stands. The caller read the request through the rule."""
    subjects = list(handover.subjects.order_by("position"))
    for subject in subjects:
        subject.handover = handover
    return standings_among(subjects)


def standings_among(subjects: Collection[HandoverSubject]) -> list[PersonStanding]:
    """Return how persons of several requests stand, in their order: two statements, however many persons.

    Args:
        subjects: with their requests, read through the rule.
    """
    sending = {subject.pk: subject.handover.requested_id for subject in subjects}
    newest: dict[tuple[int, str, bool], PersonCheck] = {}
    for row in (
        PersonCheck.objects.filter(subject__in=sending)
        .select_related("recorded_by__agency")
        .order_by("subject_id", "kind", "country_id", "-pk")
        .distinct("subject_id", "kind", "country_id")
    ):
        newest[row.subject_id, row.kind, row.country_id == sending[row.subject_id]] = row
    exceptions = {
        (row.subject_id, row.kind): row
        for row in CheckException.objects.filter(subject__in=sending).select_related(
            "proposed_by", "confirmed_by"
        )
    }
    return [_standing_of(subject, newest, exceptions) for subject in subjects]


def _standing_of(
    subject: HandoverSubject,
    newest: Mapping[tuple[int, str, bool], PersonCheck],
    exceptions: Mapping[tuple[int, str], CheckException],
) -> PersonStanding:
    age = (newest.get((subject.pk, Kind.AGE, holds)) for holds in (True, False))
    is_minor = any(row is not None and row.outcome == "MINOR" for row in age)
    asked = {check.kind for check in asked_of(subject.handover.procedure, is_minor=is_minor)}
    rows = [
        Standing(
            check=check,
            sending=newest.get((subject.pk, check.kind, True)),
            receiving=newest.get((subject.pk, check.kind, False)),
            exception=exceptions.get((subject.pk, check.kind)),
            is_asked=check.kind in asked,
        )
        for check in CHECKS
    ]
    held = [row for row in rows if row.is_asked or row.sending or row.receiving]
    return PersonStanding(subject, held, is_minor=is_minor)


def missing_of(
    handover: HandoverRequest,
    *,
    outcomes: Collection[str] = HandoverSubject.POSITIVE,
    among: Collection[int] | None = None,
    kinds: Collection[Kind] | None = None,
) -> list[str]:
    """Return what holds persons back, in words: ``S3: Age, Lawyer``. Empty where nothing does.

    Args:
        outcomes: of persons whose outcome is one of these.
        among: of these persons alone, by primary key.
        kinds: these checks and no others, asked for by the procedure or not.
    """
    lines = []
    for person in standings_of(handover):
        if person.subject.outcome not in outcomes or (among is not None and person.subject.pk not in among):
            continue
        if kinds is None:
            names = [str(row.check.kind.label) for row in person.missing]
        else:
            passed = {row.check.kind for row in person.rows if row.is_passed}
            names = [str(kind.label) for kind in kinds if kind not in passed]
        if names:
            number = person.subject.snapshot.get("number", person.subject.position)
            lines.append(_("S%(number)s: %(checks)s") % {"number": number, "checks": ", ".join(names)})
    return lines
