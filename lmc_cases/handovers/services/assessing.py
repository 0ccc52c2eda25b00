"""Say what a side holds of a count, and decide on counts: with the person, or, for a new one, by consent."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.core.errors import Conflict, InvalidInput
from lmc_cases.core.text import clean_text
from lmc_cases.handovers.models import (
    Count,
    CountAssessment,
    CountDecision,
    HandoverRequest,
    HandoverSubject,
)
from lmc_cases.handovers.services.counting import offence_named
from lmc_cases.handovers.services.offences import as_read, threshold_of, tiers_of
from lmc_cases.handovers.services.sealed import count_place, request_key
from lmc_cases.handovers.services.steps import given_reason, locked
from lmc_cases.handovers.services.telling import other_side, tell_of_step
from lmc_cases.handovers.states import AFTER_DECISION, COUNTS_WEIGHED, WrongState
from lmc_cases.handovers.threshold import Verdict, verdict_of_pair
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User
    from lmc_cases.jurisdictions.models import Jurisdiction, Offence

Said, Decided = CountAssessment.Outcome, CountDecision.Outcome
MAX_NOTE = 5_000


class CountDecided(Conflict):
    """The count was decided before, or waits for nobody's consent."""

    code = "count-decided"


def weighing_side(user: User, handover: HandoverRequest) -> Jurisdiction | None:
    """Return for which side the officer may say what it holds of a count; ``None`` for neither."""
    for country, action in (
        (handover.requested, Action.APPROVE_HANDOVER),
        (handover.requesting, Action.REQUEST_HANDOVER),
    ):
        if jurisdictions_granting(user, action).filter(pk=country.pk).exists():
            return country
    return None


def may_weigh(user: User, handover: HandoverRequest, count: Count) -> bool:
    """Whether the officer records what the own side holds of the count now."""
    return _is_weighed(handover, count) and weighing_side(user, handover) is not None


def may_consent(user: User, handover: HandoverRequest, count: Count) -> bool:
    """Whether the officer decides on a new count now."""
    if not count.needs_consent or handover.status not in AFTER_DECISION or hasattr(count, "decision"):
        return False
    granting = jurisdictions_granting(user, Action.APPROVE_HANDOVER)
    return granting.filter(pk=handover.requested_id).exists()


@transaction.atomic
def assess_count(
    *,
    actor: User,
    handover_id: UUID,
    count_id: UUID,
    outcome: str,
    note: str,
    language: str,
    asking_offence_id: UUID | None = None,
    asked_offence_id: UUID | None = None,
    new_id: UUID | None = None,
) -> CountAssessment:
    """Record what the officer's side holds of a count, on exactly these offences; what the other side holds stays.

    Args:
        outcome: a ``CountAssessment.Outcome``; to confirm, both offences are named.
        new_id: public id to give (``core.once``); sent again, what was made the first time is returned.

    Raises:
        HandoverRequest.DoesNotExist: foreign, missing, neither side's officer with the right.
        Count.DoesNotExist: not of this request.
        WrongState: not sent yet, or decided.
        InvalidInput: an unknown outcome or language, no note, an offence of another conduct or without its article.
    """
    handover = locked(actor, handover_id)
    country = weighing_side(actor, handover)
    if country is None:
        raise HandoverRequest.DoesNotExist
    count = Count.objects.visible_to(actor).get(uuid=count_id, handover=handover)
    if not _is_weighed(handover, count):
        raise WrongState(_("A count is assessed from the sending of the request until the decision."))
    if outcome not in Said.values:
        raise InvalidInput("outcome", _("Choose a value from the list."))
    if language not in dict(settings.LANGUAGES):
        raise InvalidInput("language", _("Choose a language from the list."))
    cleaned = given_reason(note, "note")[:MAX_NOTE]
    pair = [
        offence_named(actor, handover, side, count.typology, offence_id, field)
        for side, offence_id, field in (
            (handover.requesting_id, asking_offence_id, "asking_offence_id"),
            (handover.requested_id, asked_offence_id, "asked_offence_id"),
        )
    ]
    for row, field in zip(pair, ("asking_offence_id", "asked_offence_id"), strict=True):
        if outcome == Said.CONFIRMED and row is None:
            raise InvalidInput(field, _("A pair has an offence of each side: choose both."))
    if new_id is not None:
        made: CountAssessment | None = (
            CountAssessment.objects.visible_to(actor).filter(uuid=new_id, count=count).first()
        )
        if made is not None:
            return made
    said_uuid = new_id or uuid4()
    said = CountAssessment(
        uuid=said_uuid,
        handover=handover,
        count=count,
        country=country,
        outcome=outcome,
        asking_offence=pair[0],
        asked_offence=pair[1],
        verdict=pair_verdict(handover, *pair),
        as_read=as_read(handover, *pair),
        note_sealed=request_key(handover).seal(cleaned, count_place("note", said_uuid)),
        language=language,
        recorded_by=actor,
    )
    said.save()
    _record_on(actor, said, count, "handover.count_assessed", outcome=outcome, verdict=said.verdict)
    return said


@transaction.atomic
def decide_new_count(
    *, actor: User, handover_id: UUID, count_id: UUID, outcome: str, ground: str
) -> CountDecision:
    """Consent to a count that was raised after the decision, or refuse it, for the country that decided.

    Raises:
        HandoverRequest.DoesNotExist: foreign, missing, not the side that decided, no right.
        Count.DoesNotExist: not of this request.
        CountDecided: it was decided, or needs no consent.
        InvalidInput: an unknown outcome, no ground.
    """
    handover = locked(actor, handover_id)
    granting = jurisdictions_granting(actor, Action.APPROVE_HANDOVER)
    if not granting.filter(pk=handover.requested_id).exists():
        raise HandoverRequest.DoesNotExist
    count = Count.objects.visible_to(actor).select_related("decision").get(uuid=count_id, handover=handover)
    if not may_consent(actor, handover, count):
        raise CountDecided(_("This count waits for no consent."))
    if outcome not in Decided.values:
        raise InvalidInput("outcome", _("Choose a value from the list."))
    cleaned = given_reason(ground, "ground")
    row = _decide(handover, count, outcome, actor=actor, ground=cleaned)
    _record_on(actor, row, count, "handover.count_decided", outcome=outcome)
    return row


def accused_among(handover: HandoverRequest, subjects: Iterable[HandoverSubject]) -> list[HandoverSubject]:
    """Return those of ``subjects`` with a count that is not decided: of a list of hundreds most have none."""
    open_ones = set(
        Count.objects.filter(handover=handover, decision=None).values_list("subject_id", flat=True)
    )
    return [subject for subject in subjects if subject.pk in open_ones]


def decide_counts(
    handover: HandoverRequest,
    subject: HandoverSubject,
    *,
    actor: User,
    is_granted: bool,
    granted: Collection[UUID] | None,
) -> int:
    """Decide on a person's counts with the person; return how many are granted. The caller locked the request.

    Args:
        granted: public ids of counts; ``None``: all but those the own country denied.

    Raises:
        InvalidInput: a person with counts is granted and none of them is (field ``counts_<uuid>``).
    """
    counts = list(Count.objects.filter(subject=subject, decision=None).order_by("number"))
    if granted is None:
        denied = {
            said.count_id
            for said in newest_assessments(counts).values()
            if said.country_id == handover.requested_id and said.outcome == Said.DENIED
        }
        wanted = {count.pk for count in counts} - denied
    else:
        wanted = {count.pk for count in counts if count.uuid in granted}
    if not is_granted:
        wanted = set()
    elif counts and not wanted:
        raise InvalidInput(
            f"counts_{subject.uuid}", _("Choose at least one count that is granted, or refuse the person.")
        )
    for count in counts:
        outcome = Decided.GRANTED if count.pk in wanted else Decided.REFUSED
        _decide(handover, count, outcome, actor=actor)
    return len(wanted)


def newest_assessments(counts: Collection[Count]) -> dict[tuple[int, int], CountAssessment]:
    """Return what each side holds of counts now, by primary keys of count and country; read through the rule before."""
    rows = (
        CountAssessment.objects.filter(count__in=[count.pk for count in counts])
        .select_related("asking_offence", "asked_offence", "recorded_by", "country")
        .order_by("count_id", "country_id", "-pk")
        .distinct("count_id", "country_id")
    )
    return {(row.count_id, row.country_id): row for row in rows}


def pair_verdict(handover: HandoverRequest, asking: Offence | None, asked: Offence | None) -> Verdict:
    """Return what a pair's penalties give against the threshold of the chosen instrument."""
    if asking is None or asked is None:
        return Verdict.UNKNOWN
    return verdict_of_pair(tiers_of(asking), tiers_of(asked), threshold_of(handover))


def _is_weighed(handover: HandoverRequest, count: Count) -> bool:
    if hasattr(count, "decision"):
        return False
    return handover.status in (AFTER_DECISION if count.needs_consent else COUNTS_WEIGHED)


def _decide(
    handover: HandoverRequest, count: Count, outcome: str, *, actor: User, ground: str = ""
) -> CountDecision:
    row = CountDecision(uuid=uuid4(), handover=handover, count=count, outcome=outcome, decided_by=actor)
    cleaned = clean_text(ground, multiline=True)
    if cleaned:
        row.ground_sealed = request_key(handover).seal(cleaned, count_place("ground", row.uuid))
    row.save()
    return row


def _record_on(
    actor: User, row: CountAssessment | CountDecision, count: Count, verb: str, **codes: str
) -> None:
    handover = row.handover
    acted = handover.requested_id if isinstance(row, CountDecision) else row.country_id
    other = other_side(handover, acted)
    record(
        actor=actor,
        operation=Operation.COLLECTION if isinstance(row, CountAssessment) else Operation.ALTERATION,
        verb=verb,
        target=row,
        recipient=other,
        codes={"count": str(count.uuid), **codes},
    )
    tell_of_step(handover, other)
