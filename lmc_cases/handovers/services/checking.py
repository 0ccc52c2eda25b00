"""Record what was found of a person, and let two officers answer for a check that is not passed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.core.errors import Conflict, InvalidInput
from lmc_cases.core.history import save_as
from lmc_cases.core.text import clean_text
from lmc_cases.handovers.checks import INDICATORS, Ask, Check, Effect, Outcome, check_of
from lmc_cases.handovers.models import (
    CheckException,
    HandoverRequest,
    HandoverSubject,
    PersonCheck,
    PersonCheckGrounds,
)
from lmc_cases.handovers.services.standing import Standing, standings_of
from lmc_cases.handovers.services.steps import given_reason, locked
from lmc_cases.handovers.states import CHECKABLE, WrongState
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting, side_acted_for

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User
    from lmc_cases.jurisdictions.models import Jurisdiction

# What the answers to each question are called in words, and the longest they may be.
MAX_TEXT, MAX_LINE = 5_000, 200


class NotExcepted(Conflict):
    """This check cannot be passed over, or the second officer is the first."""

    code = "not-excepted"


@dataclass(frozen=True)
class Findings:
    """What an officer enters of one check, besides its outcome and date; what an outcome asks for must be filled."""

    reason: str
    language: str = ""
    interpreter: str = ""
    indicators: Collection[str] = ()
    decision_maker: str = ""
    follow_up: str = ""
    guardian: str = ""
    escort: str = ""
    best_interest: str = ""
    document: str = ""


@transaction.atomic
def record_check(
    *,
    actor: User,
    handover_id: UUID,
    subject_id: UUID,
    kind: str,
    outcome: str,
    on: dt.date,
    findings: Findings,
) -> PersonCheck:
    """Record a check for the actor's side. What a side recorded before stays; the newest counts.

    A finding that the person is a victim takes the person out of this procedure, whichever side found it, and no
    later record brings the person back into it.

    Raises:
        HandoverRequest.DoesNotExist: foreign, missing, no right on either side.
        WrongState: the request is not open.
        InvalidInput: an unknown person, check or outcome; a date in the future; what the outcome asks for is missing;
            a second opinion by the officer of the first.
    """
    handover = locked(actor, handover_id)
    country = side_of(actor, handover)
    check_open(handover)
    subject = _person(handover, subject_id)
    check, found = row_of(kind, outcome)
    if on > timezone.localdate():
        raise InvalidInput("on", _("Choose a day that has passed."))
    given = cleaned_findings(findings)
    check_asked(found, given)
    _check_another(check, handover, subject, country, actor)
    row = PersonCheck(
        handover=handover,
        subject=subject,
        country=country,
        kind=check.kind,
        outcome=found.code,
        on=on,
        recorded_by=actor,
    )
    row.save()
    PersonCheckGrounds(
        check_row=row,
        handover=handover,
        country=country,
        is_confidential=check.confidential,
        **asdict(given),
    ).save(force_insert=True)
    # Where victims return, being one is why they do.
    leaves = found.effect == Effect.VICTIM and handover.procedure in check.of
    if leaves and subject.outcome != HandoverSubject.Outcome.HANDED_OVER:
        subject.outcome = HandoverSubject.Outcome.VICTIM_TRACK
        save_as(subject, actor=actor, reason="screened")
    record(
        actor=actor,
        operation=Operation.COLLECTION,
        verb="handover.check_recorded",
        target=row,
        recipient=other_of(handover, country),
        codes={"kind": check.kind.value, "outcome": found.code, "subject": str(subject.uuid)},
    )
    return row


@transaction.atomic
def propose_exception(
    *, actor: User, handover_id: UUID, subject_id: UUID, kind: str, reason: str
) -> CheckException:
    """Propose that a person is moved without a check passed. It holds once another officer confirms it.

    Raises:
        HandoverRequest.DoesNotExist: foreign, missing, not the side that holds the person, no right.
        WrongState: the request is not open.
        NotExcepted: the check is passed, or its outcome stops the person.
        InvalidInput: an unknown person or check; no reason.
    """
    handover = _to_except(actor, handover_id)
    subject = _person(handover, subject_id)
    standing = _standing(handover, subject, kind)
    if standing.is_passed or standing.is_final:
        raise NotExcepted(
            _("This check is passed, or its outcome stops the person: no exception is made of it.")
        )
    held = standing.exception
    if held is not None:
        return held
    exception = CheckException(
        handover=handover, subject=subject, kind=kind, reason=given_reason(reason), proposed_by=actor
    )
    save_as(exception, actor=actor, reason=exception.reason)
    record(
        actor=actor,
        operation=Operation.ALTERATION,
        verb="handover.exception_proposed",
        target=exception,
        reason=exception.reason,
        codes={"kind": kind, "subject": str(subject.uuid)},
    )
    return exception


@transaction.atomic
def confirm_exception(*, actor: User, handover_id: UUID, subject_id: UUID, kind: str) -> CheckException:
    """Answer for an exception as the second officer, with the right to decide. It stands on the dossier.

    Raises:
        NotExcepted: by the officer who proposed it, or nothing was proposed; otherwise as ``propose_exception``.
    """
    handover = _to_except(actor, handover_id, Action.APPROVE_HANDOVER)
    subject = _person(handover, subject_id)
    standing = _standing(handover, subject, kind)
    held = standing.exception
    if held is None or standing.is_final:
        raise NotExcepted(
            _("This check is passed, or its outcome stops the person: no exception is made of it.")
        )
    if held.confirmed_by_id is not None:
        return held
    if held.proposed_by_id == actor.pk:
        raise NotExcepted(_("Another officer than the one who proposed it has to confirm the exception."))
    held.confirmed_by, held.confirmed_at = actor, timezone.now()
    save_as(held, actor=actor, reason="confirmed")
    record(
        actor=actor,
        operation=Operation.ALTERATION,
        verb="handover.exception_confirmed",
        target=held,
        recipient=handover.requesting,
        codes={"kind": kind, "subject": str(subject.uuid)},
    )
    return held


def side_of(actor: User, handover: HandoverRequest) -> Jurisdiction:
    """Return the side for whose records the officer answers: the own country first.

    Raises:
        HandoverRequest.DoesNotExist: the officer changes no records of either side.
    """
    side = side_acted_for(actor, (handover.requested, handover.requesting), Action.EDIT)
    if side is None:
        raise HandoverRequest.DoesNotExist
    return side


def _to_except(actor: User, handover_id: UUID, action: Action = Action.EDIT) -> HandoverRequest:
    handover = locked(actor, handover_id)
    if not jurisdictions_granting(actor, action).filter(pk=handover.requested_id).exists():
        raise HandoverRequest.DoesNotExist
    check_open(handover)
    return handover


def check_open(handover: HandoverRequest) -> None:
    """Raise ``WrongState`` unless something may still be checked in the request."""
    if handover.status not in CHECKABLE:
        raise WrongState(_("The request is not open: nothing more is checked."))


def _person(handover: HandoverRequest, subject_id: UUID) -> HandoverSubject:
    subject = handover.subjects.filter(uuid=subject_id).first()
    if subject is None:
        raise InvalidInput("subject_id", _("Choose a person of this request."))
    return subject


def row_of(kind: str, outcome: str) -> tuple[Check, Outcome]:
    """Return the rows of the table for a check and its outcome; ``InvalidInput`` for words that are none."""
    check = check_of(kind)
    if check is None:
        raise InvalidInput("kind", _("Choose a check from the list."))
    found = check.outcome(outcome)
    if found is None:
        raise InvalidInput("outcome", _("Choose a value from the list."))
    return check, found


def cleaned_findings(findings: Findings) -> Findings:
    """Return what was entered, cleaned; ``InvalidInput`` for an unknown indicator or no reason."""
    unknown = set(findings.indicators) - INDICATORS.keys()
    if unknown or ("NONE" in findings.indicators and len(findings.indicators) > 1):
        raise InvalidInput("indicators", _("Choose what was found, or that nothing was."))
    return Findings(
        reason=given_reason(findings.reason),
        language=clean_text(findings.language),
        interpreter=clean_text(findings.interpreter),
        indicators=list(dict.fromkeys(findings.indicators)),
        decision_maker=clean_text(findings.decision_maker),
        follow_up=clean_text(findings.follow_up, multiline=True),
        guardian=clean_text(findings.guardian),
        escort=clean_text(findings.escort),
        best_interest=clean_text(findings.best_interest, multiline=True),
        document=clean_text(findings.document),
    )


def check_asked(found: Outcome, given: Findings) -> None:
    """Refuse a finding that lacks what its outcome asks for, naming the field."""
    words = {
        Ask.LANGUAGE: _("Name the language spoken with the person."),
        Ask.INTERPRETER: _("Name the interpreter, or say that none was needed."),
        Ask.INDICATORS: _("Choose what was found, or that nothing was."),
        Ask.DECISION_MAKER: _("Name who decided."),
        Ask.FOLLOW_UP: _("Say what follows from it."),
    }
    for ask in found.asks:
        if ask == Ask.CARE:
            for field in ("guardian", "escort", "best_interest"):
                if not getattr(given, field):
                    raise InvalidInput(
                        field, _("Name guardian, separate escort, and what serves the child best.")
                    )
        elif not getattr(given, ask.value):
            raise InvalidInput(ask.value, words[ask])


def _check_another(
    check: Check, handover: HandoverRequest, subject: HandoverSubject, country: Jurisdiction, actor: User
) -> None:
    if check.by_another is None:
        return
    first = (
        PersonCheck.objects.filter(handover=handover, subject=subject, country=country, kind=check.by_another)
        .order_by("-pk")
        .first()
    )
    if first is None:
        raise InvalidInput("kind", _("Record the screening first; this is the second opinion on it."))
    if first.recorded_by_id == actor.pk:
        raise InvalidInput("kind", _("Another officer than the one who screened gives the second opinion."))


def _standing(handover: HandoverRequest, subject: HandoverSubject, kind: str) -> Standing:
    for person in standings_of(handover):
        if person.subject.pk == subject.pk:
            for row in person.rows:
                if row.check.kind == kind:
                    return row
    raise InvalidInput("kind", _("Choose a check from the list."))


def other_of(handover: HandoverRequest, country: Jurisdiction) -> Jurisdiction:
    """Return the other side of a request."""
    return handover.requesting if country.pk == handover.requested_id else handover.requested
