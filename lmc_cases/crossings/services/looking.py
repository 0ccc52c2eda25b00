"""Look a long list over before a crossing is planned: who may be twice on it, who may be a child, who was not screened.

Proposals alone: a person decides. Names are compared as written and romanised, whatever the order of their words;
documents by their marks, which only records of one country share (decision 12 and 24).
"""

from __future__ import annotations

import enum
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import models
from django.db.models.fields.json import KeyTextTransform
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lmc_cases.cases.models import NumberMark
from lmc_cases.core.errors import InvalidInput
from lmc_cases.crossings.models import Crossing
from lmc_cases.crossings.services.people import Traveller, seatable, travellers_of
from lmc_cases.crossings.services.rows import may_begin
from lmc_cases.handovers.checks import Kind
from lmc_cases.handovers.models import HandoverRequest, HandoverSubject, PersonCheck
from lmc_cases.suspects.ages import may_be_a_child, partial_date_in
from lmc_cases.suspects.models import Suspect

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

# Looked over at once; a longer list is looked over request by request.
MOST_AT_ONCE = 5_000
PERSONS_ON_PAGE = 50
_WAITS = (
    HandoverSubject.Outcome.PENDING.value,
    HandoverSubject.Outcome.POSTPONED.value,
    *HandoverSubject.POSITIVE,
    *HandoverSubject.NOT_MOVED,
)


class Flag(enum.StrEnum):
    """What an officer should look at."""

    TWIN_NAME = "twin_name"
    TWIN_DOCUMENT = "twin_document"
    YOUNG_BIRTH = "young_birth"
    YOUNG_CHECK = "young_check"
    NOT_SCREENED = "not_screened"
    VICTIM = "victim"
    HELD_BACK = "held_back"


LABELS: dict[Flag, Promise] = {
    Flag.TWIN_NAME: gettext_lazy("Alike by name"),
    Flag.TWIN_DOCUMENT: gettext_lazy("Same document number"),
    Flag.YOUNG_BIRTH: gettext_lazy("May be a child by the date of birth"),
    Flag.YOUNG_CHECK: gettext_lazy("Minor by a check"),
    Flag.NOT_SCREENED: gettext_lazy("Not screened for trafficking"),
    Flag.VICTIM: gettext_lazy("Victim of trafficking"),
    Flag.HELD_BACK: gettext_lazy("Held back"),
}


@dataclass(frozen=True)
class Twin:
    """Who may be the same person: in a request of the own country, else in a case of it.

    Attributes:
        path: name of the page and its keys.
    """

    label: str
    path: tuple[str, UUID, UUID]


@dataclass(frozen=True)
class Looked:
    """One person of the list with what is to be looked at."""

    traveller: Traveller
    flags: tuple[Flag, ...]
    twins: tuple[Twin, ...]

    @property
    def subject(self) -> HandoverSubject:
        """The person's row of the request."""
        return self.traveller.subject

    @property
    def labels(self) -> list[Promise]:
        """The flags in words."""
        return [LABELS[flag] for flag in self.flags]


@dataclass(frozen=True)
class LookedOver:
    """A page of the list under one flag, and how many bear each.

    Attributes:
        more: primary key to go on after, 0 on the last page.
    """

    persons: int
    counts: dict[Flag, int]
    shown: tuple[Looked, ...]
    more: int


def look_over(*, actor: User, handover_id: UUID | None = None, flag: str = "", after: int = 0) -> LookedOver:
    """Return who of the officer's country's persons has to be looked at before they cross.

    Args:
        handover_id: of this request alone, whatever was decided so far; else all who wait to be seated.
        flag: of whom to show, "" for all who bear one.
        after: primary key of the last person shown.

    Raises:
        Crossing.DoesNotExist: the officer may not change the country's records.
        HandoverRequest.DoesNotExist: a request the officer does not see, or whose persons another country holds.
        InvalidInput: more than ``MOST_AT_ONCE`` persons.
    """
    if not may_begin(actor):
        raise Crossing.DoesNotExist
    subjects = list(_listed(actor, handover_id)[: MOST_AT_ONCE + 1])
    if len(subjects) > MOST_AT_ONCE:
        raise InvalidInput(
            "handover",
            _("More than %(most)s persons wait. Look at them request by request.") % {"most": MOST_AT_ONCE},
        )
    names, documents = _alike_by_name(actor, subjects), _alike_by_document(actor, subjects)
    screened = _screened(subjects)
    looked = []
    for traveller in travellers_of(actor, subjects):
        subject = traveller.subject
        found = _flags(traveller, subject.pk in names, subject.pk in documents, subject.pk in screened)
        if found:
            twins = dict.fromkeys((*names.get(subject.pk, ()), *documents.get(subject.pk, ())))
            looked.append(Looked(traveller, found, tuple(twins)))
    counts = Counter(each for one in looked for each in one.flags)
    wanted = [one for one in looked if (not flag or flag in one.flags) and one.subject.pk > after]
    page = tuple(sorted(wanted, key=lambda one: one.subject.pk)[: PERSONS_ON_PAGE + 1])
    shown = page[:PERSONS_ON_PAGE]
    return LookedOver(
        persons=len(subjects),
        counts={each: counts[each] for each in Flag if counts[each]},
        shown=shown,
        more=shown[-1].subject.pk if len(page) > PERSONS_ON_PAGE else 0,
    )


def _listed(actor: User, handover_id: UUID | None) -> models.QuerySet[HandoverSubject]:
    if handover_id is None:
        return seatable(actor, actor.country)
    handover = (
        HandoverRequest.objects.visible_to(actor)
        .only("pk", "requested", "submitted_at")
        .get(uuid=handover_id, requested=actor.country, submitted_at__isnull=False)
    )
    rows = HandoverSubject.objects.visible_to(actor).filter(handover=handover, outcome__in=_WAITS)
    return rows.select_related("handover").defer("handover__disclosed", "handover__facts").order_by("pk")


def _flags(traveller: Traveller, is_like: bool, same_document: bool, is_screened: bool) -> tuple[Flag, ...]:
    birth = partial_date_in(traveller.subject.snapshot.get("birth", {}))
    bears = {
        Flag.TWIN_NAME: is_like,
        Flag.TWIN_DOCUMENT: same_document,
        Flag.YOUNG_BIRTH: may_be_a_child(birth, timezone.localdate()),
        Flag.YOUNG_CHECK: traveller.is_minor,
        Flag.NOT_SCREENED: not is_screened,
        Flag.VICTIM: traveller.is_victim,
        Flag.HELD_BACK: bool(traveller.held_back),
    }
    return tuple(flag for flag in Flag if bears[flag])


def _screened(subjects: Collection[HandoverSubject]) -> set[int]:
    """Return who was screened by the country that holds the person."""
    holds = {subject.handover.requested_id for subject in subjects}
    rows = PersonCheck.objects.filter(
        subject__in=[subject.pk for subject in subjects], kind=Kind.SCREENING, country__in=holds
    )
    return set(rows.values_list("subject_id", flat=True))


def name_forms(name: str, romanised: str) -> set[str]:
    """Return the forms under which a name is compared: letters alone, words in any order, without marks."""
    return {form for text in (name, romanised) if (form := _folded(text))}


def _folded(text: str) -> str:
    plain = "".join(
        sign if not unicodedata.combining(sign) or _is_script_with_vowels(sign) else ""
        for sign in unicodedata.normalize("NFD", text.casefold())
    ).replace("đ", "d")
    words = "".join(sign if sign.isalnum() or unicodedata.category(sign)[0] == "M" else " " for sign in plain)
    return " ".join(sorted(words.split()))


def _is_script_with_vowels(sign: str) -> bool:
    """Whether a combining sign is a vowel or tone of its script and no mark above a Latin letter."""
    return not "\u0300" <= sign <= "\u036f"


def _alike_by_name(actor: User, subjects: Collection[HandoverSubject]) -> dict[int, tuple[Twin, ...]]:
    """Return who is asked for elsewhere or bears the name and a birth that may be the same: two statements."""
    by_form: dict[str, list[_Known]] = defaultdict(list)
    by_person: dict[UUID, list[_Known]] = defaultdict(list)
    mine = [_Known.of(subject) for subject in subjects]
    wanted = {form for known in mine for form in known.forms}
    for known in _known_people(actor):
        by_person[known.suspect].append(known)
        for form in known.forms & wanted:
            by_form[form].append(known)
    found = {}
    for known in mine:
        same = {
            other.pk: other
            for other in (*by_person[known.suspect], *(o for form in known.forms for o in by_form[form]))
            if other.pk != known.pk and known.may_be(other)
        }
        if same:
            found[known.pk] = tuple(other.twin for other in same.values())
    return found


@dataclass(frozen=True)
class _Known:
    """A person of a request, as far as names are compared."""

    pk: int
    uuid: UUID
    suspect: UUID
    forms: frozenset[str]
    birth: tuple[Any, Any, Any]
    request: UUID
    label: str

    @staticmethod
    def of(subject: HandoverSubject) -> _Known:
        said, birth = subject.snapshot, subject.snapshot.get("birth", {})
        return _Known(
            subject.pk,
            subject.uuid,
            subject.suspect_uuid,
            frozenset(name_forms(said.get("name", ""), said.get("romanised", ""))),
            (birth.get("year"), birth.get("month"), birth.get("day")),
            subject.handover.uuid,
            f"{subject.handover.reference} S{said.get('number', subject.position)}",
        )

    def may_be(self, other: _Known) -> bool:
        """Whether what is known of both births agrees; one that is not known agrees with any."""
        return self.suspect == other.suspect or all(
            mine is None or theirs is None or mine == theirs
            for mine, theirs in zip(self.birth, other.birth, strict=True)
        )

    @property
    def twin(self) -> Twin:
        return Twin(self.label, ("handovers:person", self.request, self.uuid))


def _known_people(actor: User) -> Iterable[_Known]:
    """Yield everybody who is or was asked of the officer's country and did not leave: names and births alone."""
    said = {name: KeyTextTransform(name, "snapshot") for name in ("name", "romanised", "number")}
    rows: Any = (
        HandoverSubject.objects.visible_to(actor)
        .filter(handover__requested=actor.country, outcome__in=(*_WAITS, HandoverSubject.Outcome.HANDED_OVER))
        .exclude(snapshot={})
        .order_by()
    )
    named = rows.annotate(**{f"said_{name}": value for name, value in said.items()}).values_list(
        "pk",
        "uuid",
        "suspect_uuid",
        "said_name",
        "said_romanised",
        "snapshot__birth__year",
        "snapshot__birth__month",
        "snapshot__birth__day",
        "handover__uuid",
        "handover__reference",
        "said_number",
    )
    for pk, uuid, suspect, name, romanised, year, month, day, request, reference, number in named.iterator():
        yield _Known(
            pk,
            uuid,
            suspect,
            frozenset(name_forms(name or "", romanised or "")),
            (year, month, day),
            request,
            f"{reference} S{number}",
        )


def _alike_by_document(actor: User, subjects: Collection[HandoverSubject]) -> dict[int, tuple[Twin, ...]]:
    """Return who has a document number of another person of the officer's country: three statements."""
    people = {subject.suspect_uuid: subject for subject in subjects}
    marks: dict[bytes, list[UUID]] = defaultdict(list)
    own = NumberMark.objects.visible_to(actor).filter(object_uuid__in=people)
    for uuid, mark in own.values_list("object_uuid", "mark"):
        marks[bytes(mark)].append(uuid)
    holders: dict[bytes, set[UUID]] = defaultdict(set)
    others = NumberMark.objects.visible_to(actor).filter(mark__in=list(marks))
    for uuid, mark in others.values_list("object_uuid", "mark"):
        holders[bytes(mark)].add(uuid)
    shared = {mark: uuids for mark, uuids in holders.items() if len(uuids) > 1}
    named = _named(actor, {uuid for uuids in shared.values() for uuid in uuids}, people)
    found: dict[int, dict[Twin, None]] = defaultdict(dict)
    for mark, uuids in shared.items():
        for mine in marks[mark]:
            twins = [named[uuid] for uuid in sorted(uuids) if uuid != mine and uuid in named]
            found[people[mine].pk].update(dict.fromkeys(twins))
    return {pk: tuple(twins) for pk, twins in found.items() if twins}


def _named(actor: User, uuids: Collection[UUID], people: Mapping[UUID, HandoverSubject]) -> dict[UUID, Twin]:
    """Return how persons are called and where they stand: on the list, else in their case."""
    rows = Suspect.objects.visible_to(actor).filter(uuid__in=uuids, originator=actor.country)
    found = {}
    for uuid, number, case, reference in rows.values_list("uuid", "number", "case__uuid", "case__reference"):
        subject = people.get(uuid)
        found[uuid] = (
            Twin(f"{reference}/S{number}", ("suspects:detail", case, uuid))
            if subject is None
            else _Known.of(subject).twin
        )
    return found
