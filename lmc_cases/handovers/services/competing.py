"""Two requests for one person: proposed, linked and decided by the country that holds it, unseen by any other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import NumberMark
from lmc_cases.core.errors import Conflict, InvalidInput
from lmc_cases.core.text import clean_text
from lmc_cases.handovers.models import (
    CompetingDecision,
    CompetingLink,
    HandoverRequest,
    HandoverSubject,
    Likeness,
)
from lmc_cases.handovers.services import reading
from lmc_cases.handovers.services.counts_read import CountShown, counts_of
from lmc_cases.handovers.services.offences import law_of, penalty_words
from lmc_cases.handovers.services.reading import RequestedPerson
from lmc_cases.handovers.services.sealed import reasons_place
from lmc_cases.handovers.services.setting_aside import set_aside
from lmc_cases.handovers.services.steps import given_reason, locked
from lmc_cases.handovers.states import CHECKABLE
from lmc_cases.handovers.threshold import penalty_of
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting
from lmc_cases.keys.models import RecordKey
from lmc_cases.keys.providers import KeyUnavailable
from lmc_cases.keys.sealing import key_to_seal, keys_of

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

Outcome = HandoverSubject.Outcome
# Persons about whom something is still to be decided or done.
_STILL_ASKED = (
    Outcome.PENDING.value,
    Outcome.POSTPONED.value,
    *HandoverSubject.POSITIVE,
    *HandoverSubject.NOT_MOVED,
)
MAX_DECIDER = 200


class NotAlike(Conflict):
    """Nothing in the records says that the two are one person, or one of the requests is over."""

    code = "not-alike"


class AlreadyDecided(Conflict):
    """Which request goes first was decided before."""

    code = "competing-decided"


@dataclass(frozen=True)
class Rival:
    """A person of another open request who may be the same: proposed, and linked only by an officer."""

    subject: HandoverSubject
    handover: HandoverRequest
    likeness: Likeness


@dataclass(frozen=True)
class RequestFacts:
    """What is weighed of one request, as facts. Nothing here ranks.

    Attributes:
        gravest: the highest penalty of its counts in words, with the law; "" where no count names one.
        has_unknown: a count names no offence, or one whose penalty is not known.
        places: where and when the conduct was, one entry per count that says so.
    """

    handover: HandoverRequest
    person: RequestedPerson
    counts: list[CountShown]

    @property
    def gravest(self) -> str:
        """The highest penalty, and whose law it is."""
        found = [
            (penalty, cell == "death", f"{penalty_words(cell)} ({law_of(row)})")
            for count in self.counts
            for row in count.offences
            for cell in (row.base_max_penalty, row.max_penalty)
            if (penalty := penalty_of(cell)) is not None
        ]
        return max(found)[2] if found else ""

    @property
    def has_unknown(self) -> bool:
        """Whether a heavier penalty may be missing here."""
        return not self.counts or any(
            not count.offences or any(penalty_of(row.max_penalty) is None for row in count.offences)
            for count in self.counts
        )

    @property
    def places(self) -> list[tuple[str, dt.date | None]]:
        """Place and day of each count; either may be unknown."""
        return [(count.row.place, count.row.on) for count in self.counts if count.row.place or count.row.on]


@dataclass(frozen=True)
class LinkShown:
    """A link with both requests beside each other, and the decision with its reasons."""

    row: CompetingLink
    sides: tuple[RequestFacts, RequestFacts]
    decision: CompetingDecision | None
    reasons: str = ""


def may_see_competing(user: User, handover: HandoverRequest) -> bool:
    """Whether the officer is of the country that holds the persons, and the request has reached it."""
    if handover.submitted_at is None:
        return False
    return jurisdictions_granting(user, Action.READ).filter(pk=handover.requested_id).exists()


def may_link(user: User, handover: HandoverRequest) -> bool:
    """Whether the officer links requests."""
    return (
        may_see_competing(user, handover)
        and jurisdictions_granting(user, Action.EDIT).filter(pk=handover.requested_id).exists()
    )


def may_put_first(user: User, handover: HandoverRequest) -> bool:
    """Whether the officer records which request goes first."""
    return (
        may_see_competing(user, handover)
        and jurisdictions_granting(user, Action.APPROVE_HANDOVER).filter(pk=handover.requested_id).exists()
    )


def rivals_of(user: User, handover: HandoverRequest) -> dict[int, list[Rival]]:
    """Return who may be the same in other open requests to the same country, by primary key of the person.

    By the same record of a case, or by a document with the same number, compared by the marks of the country that
    holds them; only with what the officer may see. Nobody of an asking country is told anything.
    """
    if not may_see_competing(user, handover) or handover.status not in CHECKABLE:
        return {}
    own = list(handover.subjects.filter(outcome__in=_STILL_ASKED).order_by("position"))
    twins = _twins(user, own)
    wanted = models.Q(suspect__in=[subject.suspect_id for subject in own]) | models.Q(
        suspect_uuid__in=set().union(*twins.values()) if twins else []
    )
    open_ones = (
        HandoverRequest.objects.visible_to(user)
        .filter(requested=handover.requested_id, submitted_at__isnull=False, status__in=CHECKABLE)
        .exclude(pk=handover.pk)
    )
    others = list(
        HandoverSubject.objects.visible_to(user)
        .filter(wanted, handover__in=open_ones, outcome__in=_STILL_ASKED)
        .select_related("handover__requesting", "handover__requested")
        .order_by("handover__submitted_at", "pk")
    )
    found: dict[int, list[Rival]] = {}
    for subject in own:
        for other in others:
            likeness = _likeness(subject, other, twins)
            if likeness is not None:
                found.setdefault(subject.pk, []).append(Rival(other, other.handover, likeness))
    return found


def links_of(user: User, subject: HandoverSubject) -> list[LinkShown]:
    """Return the links of a person with the facts of both requests; the officer reads each through its own rule."""
    rows = (
        CompetingLink.objects.visible_to(user)
        .filter(models.Q(one=subject) | models.Q(other=subject))
        .select_related("confirmed_by", "country", "decision__first", "decision__recorded_by")
        .order_by("pk")
    )
    return [_link_shown(user, row) for row in rows]


def facts_of(user: User, handover_pk: int, subject: HandoverSubject) -> RequestFacts:
    """Return what is weighed of a request about one of its persons; that it was read is recorded.

    Raises:
        HandoverRequest.DoesNotExist: foreign and missing alike.
    """
    uuid = HandoverRequest.objects.visible_to(user).values_list("uuid", flat=True).get(pk=handover_pk)
    handover = reading.consult_request(actor=user, handover_id=uuid)
    people = reading.persons_of(user, handover)
    person = next(each for each in people if each.subject.pk == subject.pk)
    counts = counts_of(user, handover, subject=subject).get(subject.pk, [])
    return RequestFacts(handover, person, counts)


@transaction.atomic
def link_competing(*, actor: User, handover_id: UUID, subject_id: UUID, other_id: UUID) -> CompetingLink:
    """Confirm that a person of a request is asked for by another request too. Linked twice is linked once.

    Args:
        subject_id, other_id: public ids of ``HandoverSubject`` rows, the second of the other request.

    Raises:
        HandoverRequest.DoesNotExist: foreign, missing, not the country that holds the persons, no right.
        NotAlike: the records do not propose the two, or a request is over.
    """
    handover = locked(actor, handover_id)
    if not may_link(actor, handover):
        raise HandoverRequest.DoesNotExist
    rival = next(
        (
            each
            for subject in handover.subjects.filter(uuid=subject_id)
            for each in rivals_of(actor, handover).get(subject.pk, [])
            if each.subject.uuid == other_id
        ),
        None,
    )
    if rival is None:
        raise NotAlike(_("The records do not say that these are one person, or one of the requests is over."))
    subject = handover.subjects.get(uuid=subject_id)
    one, other = sorted((subject, rival.subject), key=lambda each: each.pk)
    made = CompetingLink.objects.visible_to(actor).filter(one=one, other=other).first()
    if made is not None:
        return made
    link = CompetingLink(
        country=handover.requested,
        one=one,
        other=other,
        one_handover_id=one.handover_id,
        other_handover_id=other.handover_id,
        likeness=rival.likeness,
        confirmed_by=actor,
    )
    link.save()
    record(
        actor=actor,
        operation=Operation.COMBINATION,
        verb="handover.competing_linked",
        target=link,
        codes={"likeness": rival.likeness.value, "requests": _references(link)},
    )
    return link


@transaction.atomic
def put_first(
    *,
    actor: User,
    link_id: UUID,
    first_id: UUID,
    reasons: str,
    language: str,
    decider: str,
) -> CompetingDecision:
    """Record which of two linked requests goes first, why, and who decided; the other is set aside for the person.

    Args:
        first_id: public id of one of the two requests.
        decider: name and office of who answers for it.

    Raises:
        CompetingLink.DoesNotExist: foreign, missing, no right.
        AlreadyDecided: once is once.
        WrongState: the other request stands where nobody can be set aside; see the table of steps.
        InvalidInput: a third request, an unknown language, no reasons, nobody named.
    """
    link = CompetingLink.objects.visible_to(actor).get(uuid=link_id)
    # Always the older first: two officers at once wait for each other and never in a ring.
    held = [
        locked(actor, uuid)
        for uuid in HandoverRequest.objects.visible_to(actor)
        .filter(pk__in=(link.one_handover_id, link.other_handover_id))
        .order_by("pk")
        .values_list("uuid", flat=True)
    ]
    if not may_put_first(actor, held[0]):
        raise CompetingLink.DoesNotExist
    if CompetingDecision.objects.filter(link=link).exists():
        raise AlreadyDecided(_("Which request goes first was decided already."))
    first = next((handover for handover in held if handover.uuid == first_id), None)
    if first is None:
        raise InvalidInput("first_id", _("Choose one of the two requests."))
    if language not in dict(settings.LANGUAGES):
        raise InvalidInput("language", _("Choose a language from the list."))
    cleaned, named = given_reason(reasons, "reasons"), clean_text(decider)
    if not named or len(named) > MAX_DECIDER:
        raise InvalidInput("decider", _("Name who decided."))
    key = key_to_seal(RecordKey.Kind.HANDOVER, link.uuid, first.requested)
    decision = CompetingDecision(
        link=link,
        country_id=link.country_id,
        first=first,
        reasons_sealed=key.seal(cleaned, reasons_place(link.uuid)),
        language=language,
        decider=named,
        recorded_by=actor,
    )
    decision.save()
    record(
        actor=actor,
        operation=Operation.ALTERATION,
        verb="handover.competing_decided",
        target=link,
        codes={"first": first.reference, "requests": _references(link)},
    )
    loser = link.other if link.one.handover_id == first.pk else link.one
    if loser.outcome != Outcome.POSTPONED:
        other = next(handover for handover in held if handover.pk != first.pk)
        set_aside(actor=actor, handover_id=other.uuid, subject_id=loser.uuid)
    return decision


def _twins(user: User, subjects: Iterable[HandoverSubject]) -> dict[int, set[UUID]]:
    """Return records that share a document's mark with a person, by primary key of the person."""
    by_record = {subject.suspect_uuid: subject.pk for subject in subjects}
    readable = NumberMark.objects.visible_to(user)
    own = list(readable.filter(object_uuid__in=by_record).values_list("object_uuid", "mark"))
    if not own:
        return {}
    marks = {bytes(mark) for _record, mark in own}
    holders: dict[bytes, set[UUID]] = {}
    for object_uuid, mark in readable.filter(mark__in=marks).values_list("object_uuid", "mark"):
        holders.setdefault(bytes(mark), set()).add(object_uuid)
    found: dict[int, set[UUID]] = {}
    for record_uuid, mark in own:
        others = holders.get(bytes(mark), set()) - {record_uuid}
        found.setdefault(by_record[record_uuid], set()).update(others)
    return found


def _likeness(
    subject: HandoverSubject, other: HandoverSubject, twins: dict[int, set[UUID]]
) -> Likeness | None:
    if subject.suspect_id == other.suspect_id:
        return Likeness.SAME_RECORD
    return Likeness.SAME_NUMBER if other.suspect_uuid in twins.get(subject.pk, set()) else None


def _link_shown(user: User, row: CompetingLink) -> LinkShown:
    pairs = ((row.one_handover_id, row.one), (row.other_handover_id, row.other))
    sides = [facts_of(user, pk, subject) for pk, subject in pairs]
    decision: CompetingDecision | None = getattr(row, "decision", None)
    reasons = ""
    if decision is not None:
        try:
            key = keys_of([row.uuid]).get(row.uuid)
        except KeyUnavailable:
            key = None
        reasons = key.open(decision.reasons_sealed, reasons_place(row.uuid)) if key else ""
    return LinkShown(row, (sides[0], sides[1]), decision, reasons)


def _references(link: CompetingLink) -> list[str]:
    return [link.one_handover.reference, link.other_handover.reference]
