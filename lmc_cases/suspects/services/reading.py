"""What the pages show of people: every read of a person is recorded here, beside the rows it returns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import Case, Disclosure, NumberMark, SearchEntry
from lmc_cases.cases.services import ledger
from lmc_cases.cases.services.handling import MARK_FIELDS
from lmc_cases.cases.services.items import case_with_items
from lmc_cases.core.text import document_number_form, search_form
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting
from lmc_cases.keys.marks import Marker
from lmc_cases.keys.providers import KeyUnavailable
from lmc_cases.suspects.countries import country_name
from lmc_cases.suspects.models import IdentityDocument, Suspect
from lmc_cases.suspects.services.details import TYPED_FIELDS
from lmc_cases.suspects.services.papers import open_papers
from lmc_cases.suspects.services.people import Coded

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

PAGE_ROWS = 50
# Counting stops here: nobody reads on, and a count of everything costs as much as a list of everything.
COUNT_LIMIT = 1000
HISTORY_ROWS = 100


@dataclass(frozen=True)
class PeoplePage:
    """One page of the people of a case, by number.

    Attributes:
        previous, following: the number to page ``before`` or ``after``; ``None`` at either end.
        count: people that meet the filter, at most ``COUNT_LIMIT + 1``.
    """

    rows: list[Suspect]
    previous: int | None
    following: int | None
    count: int


@dataclass(frozen=True)
class Change:
    """One field that changed. Values are as shown, "" for none."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class HistoryLine:
    """One past state: when, who, what was done, why."""

    at: dt.datetime
    by: str
    act: str
    reason: str
    changes: list[Change]


@transaction.atomic
def list_people(
    *,
    actor: User,
    case_id: UUID,
    category: str = "",
    term: str = "",
    after: int | None = None,
    before: int | None = None,
) -> PeoplePage:
    """Return a page of the people of a case that the officer may see, and record the consultation.

    Below the level "full" those are the people a share opens by name, and the own country's.

    Args:
        category: a code of ``Suspect.Category``; "" for all.
        term: part of a name in any script, or a whole document number.
        after, before: number at which the page starts or ends.

    Raises:
        Case.DoesNotExist: foreign, missing and too low a level alike.
    """
    case = case_with_items(actor, case_id)
    people = people_among(actor, case, category=category, term=term)
    count = len(people.order_by().values_list("pk", flat=True)[: COUNT_LIMIT + 1])
    rows, has_more = _slice(people, after, before)
    forward = before is None
    has_previous = (after is not None and bool(rows)) if forward else has_more
    has_following = has_more if forward else bool(rows)
    record(
        actor=actor,
        operation=Operation.CONSULTATION,
        verb="suspects.listed",
        target=case,
        codes={"shown": len(rows), "category": category, "searched": bool(search_form(term))},
    )
    ledger.note_items(
        actor=actor, case=case, kind=Disclosure.Kind.SUSPECT, items=rows, path=Disclosure.Path.LIST
    )
    return PeoplePage(
        rows=rows,
        previous=rows[0].number if rows and has_previous else None,
        following=rows[-1].number if rows and has_following else None,
        count=count,
    )


def people_among(user: User, case: Case, *, category: str = "", term: str = "") -> QuerySet[Suspect]:
    """Return the people of a case that the officer may see, under the filters of ``list_people``; in no order."""
    people = Suspect.objects.visible_to(user).filter(case=case).select_related("originator")
    if category:
        people = people.filter(category=category)
    if wanted := search_form(term):
        people = people.filter(_found(user, case, wanted, term))
    return people


@transaction.atomic
def consult_person(*, actor: User, case_id: UUID, suspect_id: UUID) -> Suspect:
    """Return a person with documents, and record that the officer looked.

    Raises:
        Suspect.DoesNotExist: foreign, missing and of another case alike.
    """
    suspect = find_person(actor=actor, case_id=case_id, suspect_id=suspect_id)
    open_papers([suspect])
    record(actor=actor, operation=Operation.CONSULTATION, verb="suspect.viewed", target=suspect)
    ledger.note_item(actor=actor, item=suspect, kind=Disclosure.Kind.SUSPECT)
    return suspect


def find_person(*, actor: User, case_id: UUID, suspect_id: UUID) -> Suspect:
    """Return a visible person by the case in the address; what the own country contributed, by its own note of it.

    Raises:
        Suspect.DoesNotExist: foreign, missing and of another case alike.
    """
    people = Suspect.objects.visible_to(actor).select_related("originator").prefetch_related("documents")
    found = people.filter(uuid=suspect_id, case__uuid=case_id).select_related("case").first()
    if found is not None:
        return found
    mine = jurisdictions_granting(actor, Action.READ)
    return people.get(uuid=suspect_id, contributed_case=case_id, originator__in=mine)


def history_of(*, actor: User, suspect: Suspect) -> list[HistoryLine]:
    """Return what was done to a person and their documents, newest first, at most ``HISTORY_ROWS`` lines.

    For the originator only: whoever received it is shown what stands, not who wrote what before.
    """
    if not jurisdictions_granting(actor, Action.READ).filter(pk=suspect.originator_id).exists():
        return []
    past: Any = Suspect.history
    states = list(
        past.visible_to(actor)
        .filter(id=suspect.pk)
        .select_related("history_user")
        .order_by("-history_date", "-history_id")[: HISTORY_ROWS + 1]
    )
    lines = [
        _line(state, states[place + 1] if place + 1 < len(states) else None)
        for place, state in enumerate(states[:HISTORY_ROWS])
        # The document's own history has the line.
        if state.history_change_reason not in {Coded.DOCUMENT_ADDED, Coded.DOCUMENT_REMOVED}
    ]
    return sorted([*lines, *_document_lines(suspect)], key=lambda line: line.at, reverse=True)


def _document_lines(suspect: Suspect) -> Iterable[HistoryLine]:
    # A removed document has no live row to ask the rule of: the person, asked before, stands for it.
    past: Any = IdentityDocument.history
    acts = {"+": _("Document added"), "-": _("Document removed")}
    for state in (
        past.filter(suspect_id=suspect.pk)
        .select_related("history_user")
        .order_by("-history_id")[:HISTORY_ROWS]
    ):
        if state.history_type in acts:
            # A past number is sealed for good: the line says that there was one.
            number = Change(label=state.get_kind_display(), before="", after=_("Number not shown here"))
            yield HistoryLine(
                state.history_date, _name(state), acts[state.history_type], _reason(state), [number]
            )


def _line(state: Any, older: Any) -> HistoryLine:
    if older is None:
        act = _("Imported") if state.import_run else _("Recorded")
        return HistoryLine(state.history_date, _name(state), act, _reason(state), [])
    changes = [
        Change(str(Suspect._meta.get_field(name).verbose_name).capitalize(), before, after)  # type: ignore[union-attr]
        for name in (*TYPED_FIELDS, *MARK_FIELDS, "withheld")
        if (before := _shown(older, name)) != (after := _shown(state, name))
    ]
    act = _("Changed")
    if (state.photo or "") != (older.photo or ""):
        act = _("Photograph changed") if state.photo else _("Photograph removed")
    return HistoryLine(state.history_date, _name(state), act, _reason(state), changes)


def _shown(state: Any, name: str) -> str:
    value = getattr(state, name)
    if name == "aliases":
        return ", ".join(value)
    if name == "nationality":
        return country_name(value)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    label = getattr(state, f"get_{name}_display", None)
    return str(label()) if label else str(value)


def _name(state: Any) -> str:
    return state.history_user.full_name if state.history_user else ""


def _reason(state: Any) -> str:
    reason = state.history_change_reason or ""
    return "" if reason in set(Coded) else reason


def _found(actor: User, case: Case, wanted: str, term: str) -> Q:
    entries = SearchEntry.objects.visible_to(actor).filter(case=case, kind=SearchEntry.Kind.SUSPECT)
    found = Q(uuid__in=entries.filter(body__contains=wanted).values("object_uuid"))
    if not document_number_form(term):
        return found
    try:
        # Reading makes no key: a country without one has no number to find.
        mark = Marker(case.owner.code).number(term)
    except KeyUnavailable:
        # Without the index key the names are still found.
        return found
    marks = NumberMark.objects.visible_to(actor).filter(case=case, mark=mark)
    return found | Q(uuid__in=marks.values("object_uuid"))


def _slice(people: Any, after: int | None, before: int | None) -> tuple[list[Suspect], bool]:
    if before is not None:
        rows = list(people.filter(number__lt=before).order_by("-number")[: PAGE_ROWS + 1])
        return rows[:PAGE_ROWS][::-1], len(rows) > PAGE_ROWS
    if after is not None:
        people = people.filter(number__gt=after)
    rows = list(people.order_by("number")[: PAGE_ROWS + 1])
    return rows[:PAGE_ROWS], len(rows) > PAGE_ROWS
