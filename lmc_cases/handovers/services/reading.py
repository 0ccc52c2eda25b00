"""Read requests: lists page by page, one request with what both countries hold of it, and what happened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import models, transaction
from django.db.models.fields.json import KeyTextTransform
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import Case, Disclosure, Level
from lmc_cases.cases.services import ledger
from lmc_cases.core.display import format_moment
from lmc_cases.core.keyset import Cursor, Page
from lmc_cases.core.text import ascii_digits, clean_text
from lmc_cases.handovers import states
from lmc_cases.handovers.models import (
    HandoverNote,
    HandoverRequest,
    HandoverSubject,
    HandoverVisibility,
    PersonCheckGrounds,
)
from lmc_cases.handovers.models.people import ground_in_words
from lmc_cases.handovers.services.clocks import Clock, earliest_clocks, with_running_limits
from lmc_cases.handovers.services.disclosure import persons_as_seen, pieces_of_request, terms_of_request
from lmc_cases.handovers.services.sealed import shown_people
from lmc_cases.handovers.services.standing import Standing, standings_among
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting
from lmc_cases.jurisdictions.models import Jurisdiction
from lmc_cases.suspects.countries import country_name
from lmc_cases.suspects.models import IdentityDocument, Suspect

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User
    from lmc_cases.handovers.models.requests import HandoverRequestQuerySet

PAGE_SIZE = 25
PERSONS_ON_PAGE = 50
_BEFORE_SENDING = frozenset({HandoverRequest.Status.DRAFT.value, HandoverRequest.Status.INTERNAL.value})


def page_of_requests(
    user: User,
    *,
    before: Cursor | None = None,
    reference: str = "",
    status: str = "",
    procedure: str = "",
    case: Case | None = None,
    size: int = PAGE_SIZE,
) -> Page[HandoverRequest]:
    """Return one page of the visible requests, the last changed first.

    Args:
        reference: part of it.
        before: the cursor of the page shown last; ``None`` for the first page.
        case: only requests about this case.
    """
    rows = HandoverVisibility.objects.visible_to(user)
    if before is not None:
        rows = rows.filter(
            models.Q(updated_at__lt=before.at) | models.Q(updated_at=before.at, handover__lt=before.pk)
        )
    asked = {"reference": reference, "status": status, "procedure": procedure}
    rows = rows.filter(**{f"handover__{name}": value for name, value in narrowed(asked).items()})
    if case is not None:
        rows = rows.filter(handover__case=case)
    # The same request under two audiences of one officer comes twice in a row.
    keys = list(
        rows.order_by("-updated_at", "-handover").values_list("handover_id", "updated_at")[: 2 * size + 2]
    )
    positions = dict(keys)
    chosen = list(positions)[:size]
    found = (
        HandoverRequest.objects.visible_to(user)
        .select_related("requesting", "requested")
        .defer("disclosed", "facts")
        .annotate(persons=models.Count("subjects"))
        .in_bulk(chosen)
    )
    older = None
    if len(positions) > size:
        older = Cursor(at=positions[chosen[-1]], pk=chosen[-1])
    return Page(rows=[found[pk] for pk in chosen if pk in found], older=older)


def narrowed(asked: Mapping[str, str]) -> dict[str, str]:
    """Return the conditions on a request for what its list is narrowed to; empty values narrow nothing.

    Args:
        asked: of ``reference`` (part of it), ``status``, ``procedure``.
    """
    names = {"reference": "reference__icontains"}
    cleaned = {name: clean_text(value) for name, value in asked.items()}
    return {names.get(name, name): value for name, value in cleaned.items() if value}


def waiting_for(user: User) -> HandoverRequestQuerySet:
    """Return the requests whose next step is the officer's to take, by the table of steps."""
    forward = [step for step in states.STEPS if step.carries_on_from]
    granted = {
        action: list(jurisdictions_granting(user, action).values_list("pk", flat=True))
        for action in {step.action for step in forward}
    }
    wanted = models.Q(pk__in=[])
    for step in forward:
        for is_offer in (False, True):
            receives = states.is_receiving(step.side, is_offer=is_offer)
            side = "requesting__in" if receives else "requested__in"
            wanted |= models.Q(
                procedure__in=list(step.of),
                status__in=step.carries_on_from,
                is_offer=is_offer,
                **{side: granted[step.action]},
            )
    return HandoverRequest.objects.visible_to(user).filter(wanted)


# Requests whose limits are compared at once, those that stand longest first.
COMPARED = 500


def most_urgent(user: User, *, size: int) -> list[tuple[HandoverRequest, Clock | None]]:
    """Return what waits for the officer with the limit that ends first: these first, then the last changed.

    Drafts are left out: they wait for their author alone.
    """
    waiting = (
        waiting_for(user)
        .exclude(status=HandoverRequest.Status.DRAFT)
        .select_related("requesting", "requested")
        .defer("disclosed", "facts")
    )
    held = list(with_running_limits(waiting).order_by("updated_at", "pk")[:COMPARED])
    clocks = earliest_clocks(held)
    pressed = sorted((row for row in held if row.pk in clocks), key=lambda row: clocks[row.pk].ends)[:size]
    others = waiting.exclude(pk__in=[row.pk for row in pressed]).order_by("-updated_at", "-pk")
    return [(row, clocks.get(row.pk)) for row in [*pressed, *others[: size - len(pressed)]]]


@dataclass(frozen=True)
class RequestedPerson:
    """A person of a request as both sides hold it; ``shown`` is empty where nothing may be shown any more."""

    subject: HandoverSubject
    shown: dict[str, Any]

    @property
    def category(self) -> str:
        """The data-subject category in words."""
        return str(Suspect.Category(self.shown["category"]).label)

    @property
    def role(self) -> str:
        """The role in the group in words."""
        return str(Suspect.Role(self.shown["role"]).label)

    @property
    def nationality(self) -> str:
        """The country's name, "" where it is not known."""
        return country_name(self.shown["nationality"])

    @property
    def documents(self) -> list[tuple[str, str, str]]:
        """Kind, number and status of each identity document."""
        return [
            (
                str(IdentityDocument.Kind(paper["kind"]).label),
                paper["number"],
                str(IdentityDocument.Status(paper["status"]).label),
            )
            for paper in self.shown["documents"]
        ]


@dataclass(frozen=True)
class Happening:
    """One step that was taken.

    Attributes:
        is_disclosure: the holder of the persons disclosed the case of an offer.
        is_correction: disclosed again without a change of status.
        is_exit: a person left the request, which stands where it stood.
    """

    status: str
    at: dt.datetime
    by: str
    country: Jurisdiction | None
    note: str = ""
    is_disclosure: bool = False
    is_correction: bool = False
    is_exit: bool = False

    @property
    def label(self) -> str:
        """What happened, in the active language."""
        if self.is_disclosure:
            return _("Disclosed")
        if self.is_correction:
            return _("Disclosed again, corrected")
        if self.is_exit:
            return _("A person left the request")
        return str(HandoverRequest.Status(self.status).label)


@transaction.atomic
def consult_request(*, actor: User, handover_id: UUID) -> HandoverRequest:
    """Return a request for reading and record who read it.

    Raises:
        HandoverRequest.DoesNotExist: foreign and missing alike.
    """
    handover = (
        HandoverRequest.objects.visible_to(actor)
        .select_related("requesting", "requested", "instrument", "created_by__agency")
        .get(uuid=handover_id)
    )
    record(actor=actor, operation=Operation.CONSULTATION, verb="handover.viewed", target=handover)
    ledger.disclose(actor=actor, pieces=pieces_of_request(actor, handover), terms=terms_of_request(handover))
    return handover


def persons_of(
    user: User, handover: HandoverRequest, *, subjects: Collection[HandoverSubject] | None = None
) -> list[RequestedPerson]:
    """Return the persons asked for: as disclosed, else as submitted, else (a draft) as the case shows them now.

    Args:
        subjects: these alone, read through the rule; all where not given.
    """
    if subjects is None:
        rows = HandoverSubject.objects.visible_to(user).filter(handover=handover)
        subjects = list(rows.select_related("refusal_ground").order_by("position"))
    disclosed = {person["suspect"]: person for person in handover.disclosed.get("subjects", [])}
    live = persons_as_seen(user, [subject.suspect_id for subject in subjects if not subject.snapshot])
    kept = [
        disclosed.get(subject.snapshot.get("suspect")) or subject.snapshot or live.get(subject.suspect_id, {})
        for subject in subjects
    ]
    shown = shown_people(handover, kept)
    return [RequestedPerson(subject, person) for subject, person in zip(subjects, shown, strict=True)]


def page_of_persons(
    user: User, handover: HandoverRequest, *, text: str = "", after: int = 0
) -> tuple[list[HandoverSubject], int]:
    """Return a page of the persons of a request by position, and where the next begins; 0 where this is the last.

    Args:
        text: a number in the case, or part of a name as it was submitted.
        after: position of the last person shown.
    """
    rows = (
        HandoverSubject.objects.visible_to(user)
        .filter(handover=handover, position__gt=after)
        .select_related("refusal_ground")
    )
    wanted = clean_text(text)
    if wanted:
        named = {label: KeyTextTransform(label, "snapshot") for label in ("name", "romanised", "number")}
        rows = rows.annotate(**{f"{label}_said": value for label, value in named.items()}).filter(
            models.Q(name_said__icontains=wanted)
            | models.Q(romanised_said__icontains=wanted)
            | models.Q(number_said=ascii_digits(wanted).upper().removeprefix("S"))
        )
    found = list(rows.order_by("position")[: PERSONS_ON_PAGE + 1])
    for subject in found:
        subject.handover = handover
    shown = found[:PERSONS_ON_PAGE]
    return shown, shown[-1].position if len(found) > PERSONS_ON_PAGE else 0


# Boxes of a form; a longer list is asked for by ``whole_lists``.
MAX_OFFERED = 200


def persons_to_choose(
    user: User, case: Case, *, text: str = "", chosen: Collection[UUID] = ()
) -> tuple[list[Suspect], bool]:
    """Return people of a case to choose from, by number, and whether there are more than are shown.

    Args:
        text: numbers and parts of names, separated by commas; any of them may match.
        chosen: public ids that are shown whatever ``text`` says.
    """
    rows = Suspect.objects.visible_to(user).filter(case=case)
    wanted = models.Q()
    for part in filter(None, (clean_text(part) for part in text.replace("，", ",").split(","))):
        number = ascii_digits(part).upper().removeprefix("S")
        # PostgreSQL's integer ends below ten digits.
        if number.isdecimal() and len(number) < 10:
            wanted |= models.Q(number=int(number))
        else:
            wanted |= models.Q(name_original__icontains=part) | models.Q(name_romanised__icontains=part)
    if wanted and chosen:
        wanted |= models.Q(uuid__in=chosen)
    found = list(rows.filter(wanted).order_by("number")[: MAX_OFFERED + 1])
    shown = found[:MAX_OFFERED]
    absent = set(chosen) - {person.uuid for person in shown}
    if absent:
        shown += list(rows.filter(uuid__in=absent).order_by("number"))
    kind, path = Disclosure.Kind.SUSPECT, Disclosure.Path.LIST
    ledger.note_items(actor=user, case=case, kind=kind, items=shown, path=path)
    return shown, len(found) > MAX_OFFERED


@dataclass(frozen=True)
class CheckShown:
    """A check as an officer may see it; ``None`` where the grounds are the other side's own."""

    standing: Standing
    sending_grounds: PersonCheckGrounds | None
    receiving_grounds: PersonCheckGrounds | None


def checks_of_person(user: User, handover: HandoverRequest, subject: HandoverSubject) -> list[CheckShown]:
    """Return how the checks of one person stand, with the grounds the officer may read."""
    subject.handover = handover
    grounds = {
        row.pk: row for row in PersonCheckGrounds.objects.visible_to(user).filter(check_row__subject=subject)
    }
    return [
        CheckShown(
            row,
            grounds.get(row.sending.pk) if row.sending else None,
            grounds.get(row.receiving.pk) if row.receiving else None,
        )
        for person in standings_among([subject])
        for row in person.rows
    ]


def notes_of(user: User, handover: HandoverRequest) -> list[HandoverNote]:
    """Return the notes of the officer's own side, newest first."""
    rows = HandoverNote.objects.visible_to(user).filter(handover=handover)
    return list(rows.select_related("author", "country").order_by("-pk"))


def case_is_open(user: User, handover: HandoverRequest) -> bool:
    """Whether the officer sees the case itself in full now: requests outlive shares."""
    return Case.objects.visible_to(user, at_least=Level.FULL).filter(pk=handover.case_id).exists()


def happenings_of(user: User, handover: HandoverRequest) -> list[Happening]:
    """Return what happened, oldest first. How a draft came about is for the requesting country alone."""
    rows = (
        HandoverRequest.history.visible_to(user)
        .filter(id=handover.pk)
        .select_related("history_user__agency__jurisdiction")
        .annotate(disclosed_at=KeyTextTransform("disclosed_at", "disclosed"))
        .defer("disclosed", "facts", "legal_basis", "question", "answer", "assurances")
        .order_by("history_date", "history_id")
    )
    found: list[Happening] = []
    before, held = "", None
    for row in rows:
        changed, before = row.status != before, row.status
        is_disclosed = not changed and row.disclosed_at != held
        is_first, held = held is None, row.disclosed_at
        if row.status in _BEFORE_SENDING and (not changed or user.country.pk != handover.opening_id):
            continue
        officer = row.history_user
        found.append(
            Happening(
                status=row.status,
                at=row.history_date,
                by=officer.full_name if officer else "",
                country=officer.agency.jurisdiction if officer and officer.agency else None,
                note=ground_in_words(row.history_change_reason or ""),
                is_disclosure=is_disclosed and is_first,
                is_correction=is_disclosed and not is_first,
                is_exit=not changed and not is_disclosed and row.status != HandoverRequest.Status.PLANNED,
            )
        )
    return found


@dataclass(frozen=True)
class PartyRule:
    """Why a side sees a request. ``decides``: it is the officer's own side."""

    text: str
    decides: bool


@transaction.atomic
def ask_why(*, actor: User, handover: HandoverRequest) -> list[PartyRule]:
    """Say which rule shows the officer a request and its dossiers, and record that it was asked."""
    read = set(jurisdictions_granting(actor, Action.READ).values_list("pk", flat=True))
    rules = [
        PartyRule(
            _("%(country)s made the request.") % {"country": handover.requesting.name},
            handover.requesting_id in read,
        )
    ]
    if handover.submitted_at is not None:
        rules.append(
            PartyRule(
                _("%(country)s was asked: it sees the request since it was submitted, %(when)s.")
                % {"country": handover.requested.name, "when": format_moment(handover.submitted_at)},
                handover.requested_id in read,
            )
        )
    record(actor=actor, operation=Operation.CONSULTATION, verb="handover.why_viewed", target=handover)
    return rules
