"""What holds: in one country, and between two of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import models

from lmc_cases.handovers.services.instruments import OfferedInstrument, offered_instruments
from lmc_cases.handovers.services.law import today_in
from lmc_cases.jurisdictions.models import CountryFact, Jurisdiction, LawRow, LegalInstrument
from lmc_cases.law.kinds import BY_CODE, CHOICES, ROWS, Kind, Shown, shown
from lmc_cases.law.models import LawProposal

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

Topic = CountryFact.Topic


@dataclass(frozen=True)
class Group:
    """Rows of one kind, or of one topic; without rows it is not known."""

    code: str
    kind: Kind
    label: Any
    rows: list[Shown]


@dataclass(frozen=True)
class Side:
    """The rows of one kind between two countries: those of the treaties beside those of the law of the deciding one."""

    kind: Kind
    of_treaty: list[Shown]
    of_law: list[Shown]


def country_profile(country: Jurisdiction) -> tuple[list[Group], list[Shown]]:
    """Return what holds in a country today, grouped, and the rows that are not in force now."""
    groups, others = [], []
    for kind in ROWS:
        held, rest = _of_country(kind, country)
        others += rest
        if kind.model is CountryFact:
            groups += [
                Group(topic.value, kind, topic.label, [each for each in held if each.row.topic == topic])
                for topic in Topic
            ]
        else:
            groups.append(Group(kind.code, kind, kind.label, held))
    return groups, others


def pair_profile(
    asking: Jurisdiction, asked: Jurisdiction
) -> tuple[list[tuple[OfferedInstrument, Shown]], list[Side], list[Group]]:
    """Return what holds where one country asks another, today.

    Returns:
        The instruments, those in force first; of each kind the rows of the treaties beside those of the law of the
        country that is asked; what that country says of itself.
    """
    offers = offered_instruments(asking, asked)
    lines = [offer.instrument.line for offer in offers if len(offer.instrument.parties_text.split("|")) > 1]
    sides = []
    for kind in ROWS:
        if kind.of_treaty:
            held = _rows(kind).in_force_on(today_in(asked))
            treaty = held.filter(instrument__line__in=lines).select_related("instrument", "verified_by")
            law, _rest = _of_country(kind, asked)
            sides.append(Side(kind, _shown(treaty.order_by("pk")), law))
    facts = [group for group in country_profile(asked)[0] if group.kind.model is CountryFact]
    return [(offer, shown(offer.instrument)) for offer in offers], sides, facts


def versions_of(kind: str, line: UUID) -> list[Any]:
    """Return all versions of a row, the newest first.

    Raises:
        LawProposal.DoesNotExist: no such row.
    """
    if kind not in BY_CODE:
        raise LawProposal.DoesNotExist
    rows = BY_CODE[kind].model._default_manager.filter(line=line).select_related("verified_by")
    found = list(rows.order_by("-version"))
    if not found:
        raise LawProposal.DoesNotExist
    return found


def proposals_of(user: User) -> list[LawProposal]:
    """Return the proposals a legal officer reads: those that wait first, then the newest."""
    rows = LawProposal.objects.visible_to(user).select_related("country", "proposed_by", "decided_by")
    waits = models.Case(models.When(state=LawProposal.State.WAITING, then=0), default=1)
    return list(rows.order_by(waits, "-pk")[:100])


def proposed_cells(proposal: LawProposal) -> list[tuple[str, str, str]]:
    """Return label, value before and value proposed of each cell that differs, in words."""
    kind = BY_CODE[proposal.kind]
    before: Any = None
    if proposal.based_on is not None:
        before = kind.model._default_manager.filter(uuid=proposal.based_on).first()
    after = kind.model(**{name: proposal.cells[name] for name in kind.all_fields if name in proposal.cells})
    found = []
    for name in kind.all_fields:
        if name not in proposal.cells:
            continue
        old, new = _cell(before, name) if before is not None else "", _cell(after, name)
        if old != new:
            found.append((kind.label_of(name), old, new))
    return found


def cells_of(row: Any) -> list[tuple[str, str]]:
    """Return label and value of each cell of a row, in words; an empty one is not known."""
    kind = shown(row).kind
    hidden = set() if row.is_verified else {"article"}
    names = [name for name in kind.fields if name not in hidden]
    return [(kind.label_of(name), _cell(row, name)) for name in (*names, "notes")]


def offence_typologies() -> list[str]:
    """Return the typologies that rows of offences use, sorted."""
    rows = _rows(BY_CODE["offence"]).values_list("typology", flat=True)
    return sorted(set(rows))


def country_of(code: str) -> Jurisdiction | None:
    """Return a country by its code."""
    return Jurisdiction.objects.filter(code=code.upper()).first()


def treaty_of(line: UUID) -> LegalInstrument | None:
    """Return the newest version of a treaty or law."""
    return LegalInstrument.objects.filter(line=line).order_by("-version").first()


def _cell(row: Any, name: str) -> str:
    words = getattr(row, f"get_{name}_display", None)
    value = words() if words else getattr(row, name)
    if name in CHOICES:
        value = dict(CHOICES[name]()).get(value, value)
    return "" if value is None else str(value)


def _of_country(kind: Kind, country: Jurisdiction) -> tuple[list[Shown], list[Shown]]:
    """Return the rows of a country in force today, and the newest of those that are not."""
    of = "parties" if kind.model is LegalInstrument else "jurisdiction"
    rows = _rows(kind).filter(**{of: country}).select_related("verified_by")
    held = rows.in_force_on(today_in(country)).order_by("pk")
    lines = {row.line for row in held}
    rest = [row for row in rows.newest().order_by("pk") if row.line not in lines]
    return _shown(held), _shown(rest)


def _rows(kind: Kind) -> Any:
    """Return the rows of a kind; which columns they have, its table says."""
    return kind.model._default_manager


def _shown(rows: Iterable[LawRow]) -> list[Shown]:
    return [shown(row) for row in rows]
