"""Record one check for many persons who were seen together: one notice of rights, one interpreter, one doctor's day.

Each person gets a row of the own, with the grounds, and an audit event of the own, as ``checking.record_check`` writes
them. What decides about one person is not recorded this way: see ``may_be_recorded_together``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record_each
from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.history import AT_ONCE
from lmc_cases.handovers.checks import CHECKS, Check, Effect, Kind, asked_of
from lmc_cases.handovers.models import HandoverRequest, HandoverSubject, PersonCheck, PersonCheckGrounds
from lmc_cases.handovers.services.checking import (
    Findings,
    check_asked,
    check_open,
    cleaned_findings,
    other_of,
    row_of,
    side_of,
)
from lmc_cases.handovers.services.steps import locked
from lmc_cases.suspects.ages import may_be_a_child, partial_date_in

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User
    from lmc_cases.jurisdictions.models import Jurisdiction

# Persons on one page: whoever is ticked was seen there by name.
PERSONS_ON_PAGE = 200
_STOPPING = (Effect.STOPS, Effect.VICTIM)
_STAYS = (
    HandoverSubject.Outcome.PENDING.value,
    HandoverSubject.Outcome.POSTPONED.value,
    *HandoverSubject.POSITIVE,
    *HandoverSubject.NOT_MOVED,
)


@dataclass(frozen=True)
class Together:
    """How many persons of a request wait for a check that may be recorded for many."""

    check: Check
    persons: int


def outcomes_together(check: Check) -> list[tuple[str, str]]:
    """Return the outcomes that many persons may be given at once: none that stops a person or finds a victim."""
    if check.one_by_one:
        return []
    return [(each.code, str(each.label)) for each in check.outcomes if each.effect not in _STOPPING]


def waiting_together(actor: User, handover: HandoverRequest) -> list[Together]:
    """Return the checks that wait for persons of the officer's side, in the order of the table: two statements.

    Raises:
        HandoverRequest.DoesNotExist: the officer records nothing for either side.
    """
    country = side_of(actor, handover)
    subjects = list(_subjects(handover))
    held = _newest(handover, [subject.pk for subject in subjects])
    free = {subject.pk for subject in subjects if not _is_or_may_be_a_child(subject, held)}
    found = []
    for check in asked_of(handover.procedure, is_minor=False):
        if check.one_by_one:
            continue
        number = sum(_waits(check, pk, country, held) for pk in free)
        found.append(Together(check, number))
    return [each for each in found if each.persons]


def persons_together(
    actor: User, handover: HandoverRequest, check: Check, *, after: int = 0
) -> tuple[list[HandoverSubject], int, int]:
    """Return a page of the persons for whom a check may be recorded together, by their position.

    Args:
        after: position of the last person shown.

    Returns:
        The persons, where the next page begins (0 on the last), and how many have to be checked one by one.
    """
    country = side_of(actor, handover)
    subjects = list(_subjects(handover))
    held = _newest(handover, [subject.pk for subject in subjects])
    waiting = [
        subject
        for subject in subjects
        if _waits(check, subject.pk, country, held) and not _is_or_may_be_a_child(subject, held)
    ]
    alone = sum(
        1
        for subject in subjects
        if _is_or_may_be_a_child(subject, held) and (subject.pk, check.kind, country.pk) not in held
    )
    shown = [subject for subject in waiting if subject.position > after]
    more = shown[PERSONS_ON_PAGE - 1].position if len(shown) > PERSONS_ON_PAGE else 0
    return shown[:PERSONS_ON_PAGE], more, alone


@transaction.atomic
def record_check_of_many(
    *,
    actor: User,
    handover_id: UUID,
    kind: str,
    outcomes: Mapping[UUID, str],
    on: dt.date,
    findings: Findings,
) -> int:
    """Record a check for many persons of a request, for the actor's side; return how many rows were written.

    Sent twice, what this officer recorded the first time is left as it is.

    Args:
        outcomes: per public id of a subject.
        findings: of the session in which they were seen; the same for each.

    Raises:
        HandoverRequest.DoesNotExist: foreign, missing, no right on either side.
        WrongState: the request is not open.
        InvalidInput: nobody; an unknown person, check or outcome; a check or an outcome that is recorded one by one;
            somebody who may be a child, was checked before, or was not screened by another officer; otherwise as
            ``checking.record_check``.
    """
    handover = locked(actor, handover_id)
    country = side_of(actor, handover)
    check_open(handover)
    if not outcomes:
        raise InvalidInput("ids", _("Choose at least one person."))
    cleaned = cleaned_findings(findings)
    check = _checked_outcomes(kind, set(outcomes.values()), cleaned)
    if on > timezone.localdate():
        raise InvalidInput("on", _("Choose a day that has passed."))
    subjects = list(_subjects(handover).filter(uuid__in=outcomes))
    if len(subjects) != len(outcomes):
        raise InvalidInput("ids", _("Choose persons of this request."))
    held = _newest(handover, [subject.pk for subject in subjects])
    done = {
        subject.pk
        for subject in subjects
        if _is_the_same(held.get((subject.pk, check.kind, country.pk)), outcomes[subject.uuid], on, actor)
    }
    left = [subject for subject in subjects if subject.pk not in done]
    _refuse_single(check, left, country, held, actor)
    return _write(actor, handover, country, check, left, outcomes, on, cleaned)


def _write(
    actor: User,
    handover: HandoverRequest,
    country: Jurisdiction,
    check: Check,
    subjects: Collection[HandoverSubject],
    outcomes: Mapping[UUID, str],
    on: dt.date,
    findings: Findings,
) -> int:
    rows = PersonCheck.objects.bulk_create(
        (
            PersonCheck(
                handover=handover,
                subject=subject,
                country=country,
                kind=check.kind,
                outcome=outcomes[subject.uuid],
                on=on,
                recorded_by=actor,
            )
            for subject in subjects
        ),
        batch_size=AT_ONCE,
    )
    given = asdict(findings)
    PersonCheckGrounds.objects.bulk_create(
        (
            PersonCheckGrounds(
                check_row=row,
                handover=handover,
                country=country,
                is_confidential=check.confidential,
                **given,
            )
            for row in rows
        ),
        batch_size=AT_ONCE,
    )
    record_each(
        actor=actor,
        operation=Operation.COLLECTION,
        verb="handover.check_recorded",
        recipient=other_of(handover, country),
        targets=(
            (
                row,
                {
                    "kind": check.kind.value,
                    "outcome": row.outcome,
                    "subject": str(row.subject.uuid),
                    "together": len(rows),
                },
            )
            for row in rows
        ),
    )
    return len(rows)


def _checked_outcomes(kind: str, outcomes: set[str], findings: Findings) -> Check:
    """Return the check, once every outcome may be given to many and has what it asks for."""
    check = next((each for each in CHECKS if each.kind == kind), None)
    if check is None:
        raise InvalidInput("kind", _("Choose a check from the list."))
    offered = {code for code, _label in outcomes_together(check)}
    for code in sorted(outcomes):
        _row, found = row_of(kind, code)
        if code not in offered:
            raise InvalidInput(
                "outcome",
                _("This is decided and recorded for one person at a time: open the person's checks."),
            )
        check_asked(found, findings)
    return check


def _refuse_single(
    check: Check,
    subjects: Collection[HandoverSubject],
    country: Jurisdiction,
    held: Mapping[tuple[int, str, int], PersonCheck],
    actor: User,
) -> None:
    """Raise where somebody has to be looked at alone, naming who."""
    children = [subject for subject in subjects if _is_or_may_be_a_child(subject, held)]
    if children:
        raise InvalidInput(
            "ids",
            _("These persons may be children and are checked one by one: %(persons)s")
            % {"persons": _numbers(children)},
        )
    before = [subject for subject in subjects if not _waits(check, subject.pk, country, held)]
    if before:
        raise InvalidInput(
            "ids",
            _("These persons were checked before, and are checked again one by one: %(persons)s")
            % {"persons": _numbers(before)},
        )
    if check.by_another is None:
        return
    first = {subject.pk: held.get((subject.pk, check.by_another, country.pk)) for subject in subjects}
    if any(row is None for row in first.values()):
        raise InvalidInput("ids", _("Record the screening first; this is the second opinion on it."))
    if any(row is not None and row.recorded_by_id == actor.pk for row in first.values()):
        raise InvalidInput("ids", _("Another officer than the one who screened gives the second opinion."))


def _subjects(handover: HandoverRequest) -> models.QuerySet[HandoverSubject]:
    """Persons who are still to be moved or decided on."""
    return handover.subjects.filter(outcome__in=_STAYS).order_by("position")


def _newest(handover: HandoverRequest, subjects: Collection[int]) -> dict[tuple[int, str, int], PersonCheck]:
    """Return the newest record of each side, by subject, kind and country: one statement."""
    rows = (
        PersonCheck.objects.filter(handover=handover, subject__in=subjects)
        .order_by("subject_id", "kind", "country_id", "-pk")
        .distinct("subject_id", "kind", "country_id")
    )
    return {(row.subject_id, row.kind, row.country_id): row for row in rows}


def _waits(
    check: Check, subject: int, country: Jurisdiction, held: Mapping[tuple[int, str, int], PersonCheck]
) -> bool:
    """Whether the side has no record of the check or left it open, and neither side's record stops the person."""
    rows = [row for (pk, kind, _side), row in _of(held, subject, check.kind)]
    if any(row.found is not None and row.found.effect in _STOPPING for row in rows):
        return False
    own = held.get((subject, check.kind, country.pk))
    return own is None or (own.found is not None and own.found.effect == Effect.OPEN)


def _of(
    held: Mapping[tuple[int, str, int], PersonCheck], subject: int, kind: str
) -> list[tuple[tuple[int, str, int], PersonCheck]]:
    sides = {key[2] for key in held}
    return [
        ((subject, kind, side), held[subject, kind, side]) for side in sides if (subject, kind, side) in held
    ]


def _is_or_may_be_a_child(subject: HandoverSubject, held: Mapping[tuple[int, str, int], PersonCheck]) -> bool:
    """By one side's check, or by the date of birth where no check of age says adult."""
    ages = {row.outcome for _key, row in _of(held, subject.pk, Kind.AGE)}
    if "MINOR" in ages:
        return True
    birth = partial_date_in(subject.snapshot.get("birth", {}))
    return "ADULT" not in ages and may_be_a_child(birth, timezone.localdate())


def _is_the_same(row: PersonCheck | None, outcome: str, on: dt.date, actor: User) -> bool:
    return row is not None and (row.outcome, row.on, row.recorded_by_id) == (outcome, on, actor.pk)


def _numbers(subjects: Collection[HandoverSubject]) -> str:
    shown = [f"S{each.snapshot.get('number', each.position)}" for each in subjects]
    more = len(shown) - 10
    return ", ".join([*shown[:10], *([f"+ {more}"] if more > 0 else [])])
