"""Handling codes, grading and withholding: what the originator says, and what that stops.

``Onward`` is the one place that says whether an object may go to a country or into a court dossier. Shares that name
items, contributed items that are passed on, and dossiers all ask it; the database asks again (migration 0006).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation as AuditOperation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import (
    Case,
    CaseItem,
    CaseShare,
    CaseShareItem,
    ConsentRequest,
    InformationGrade,
    Level,
    SourceGrade,
    StatementKind,
)
from lmc_cases.cases.services.casework import lock_case, touch
from lmc_cases.core.errors import InvalidInput, StaleVersion
from lmc_cases.core.history import delete_as, save_as
from lmc_cases.core.text import clean_text
from lmc_cases.jurisdictions.access import Action

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User
    from lmc_cases.jurisdictions.models import Jurisdiction

# It stands in the head of printed pages: three lines at most, in any script.
MAX_RESTRICTION: Final = 200
HANDLING_FIELDS: Final = ("handling_h1", "handling_h2", "handling_h3")
MARK_FIELDS: Final = (*HANDLING_FIELDS, "source_grade", "information_grade", "statement_kind")


class Block(StrEnum):
    """What keeps an object from going somewhere."""

    WITHHELD = "WITHHELD"
    CONTRIBUTED = "CONTRIBUTED"
    COURT = "H1"
    PASS_ON = "H2"  # noqa: S105 - a handling code


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """Handling codes and grading as an officer states them; X4 is what nobody has graded."""

    handling_h1: bool = False
    handling_h2: bool = False
    handling_h3: str = ""
    source_grade: str = SourceGrade.X
    information_grade: str = InformationGrade.FOUR
    statement_kind: str = StatementKind.FACT

    def columns(self) -> dict[str, Any]:
        """Return the cleaned column values.

        Raises:
            InvalidInput: a restriction that is too long, a code of no list.
        """
        for name, known in (
            ("source_grade", SourceGrade.values),
            ("information_grade", InformationGrade.values),
            ("statement_kind", StatementKind.values),
        ):
            if getattr(self, name) not in known:
                raise InvalidInput(name, _("Choose a value from the list."))
        return {
            **_handling(self.handling_h1, self.handling_h2, self.handling_h3),
            "source_grade": str(self.source_grade),
            "information_grade": str(self.information_grade),
            "statement_kind": str(self.statement_kind),
        }


@transaction.atomic
def set_case_handling(
    *,
    actor: User,
    case_id: UUID,
    version: int,
    handling_h1: bool,
    handling_h2: bool,
    handling_h3: str,
    reason: str = "",
) -> Case:
    """Set the handling codes of a case of the own country; a closed case takes them too.

    Raises:
        Case.DoesNotExist: foreign and missing alike.
        StaleVersion: someone saved it since ``version`` was read, and differently.
        InvalidInput: the restriction is too long.
    """
    case = lock_case(actor, case_id, Action.EDIT)
    columns = _handling(handling_h1, handling_h2, handling_h3)
    changed = [name for name, value in columns.items() if getattr(case, name) != value]
    if not changed:
        return case
    if case.version != version:
        raise StaleVersion(
            _("Someone else changed this case while you were editing it."),
            theirs=handling_as_typed(case),
            version=case.version,
            at=case.updated_at,
        )
    for name, value in columns.items():
        setattr(case, name, value)
    touch(case)
    cleaned = clean_text(reason, multiline=True)
    save_as(case, actor=actor, reason=cleaned)
    record(
        actor=actor,
        operation=AuditOperation.ALTERATION,
        verb="case.handling_set",
        target=case,
        reason=cleaned,
        codes={"handling": case.handling_codes},
    )
    return case


def handling_as_typed(marked: Case | CaseItem) -> dict[str, str]:
    """Return the stored codes, and the grading where there is one, as the form writes them."""
    names = HANDLING_FIELDS if isinstance(marked, Case) else MARK_FIELDS
    return {name: _typed(getattr(marked, name)) for name in names}


def _typed(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else ""
    return str(value)


def mark(item: CaseItem, marks: Marks) -> list[str]:
    """Set the marks of an item that the caller has locked and saves; return the fields that changed."""
    columns = marks.columns()
    changed = [name for name, value in columns.items() if getattr(item, name) != value]
    for name, value in columns.items():
        setattr(item, name, value)
    return changed


def withhold(item: CaseItem, *, actor: User, code: str, reason: str) -> str:
    """Keep an item, which the caller has locked and saves, from every recipient; return the cleaned reason.

    Shares that named it name it no more.

    Raises:
        InvalidInput: a code of no list, no reason, or an item that was contributed: its case's owner holds it.
    """
    if item.is_contributed:
        raise InvalidInput(
            "", _("The owner of the case holds this entry already: it cannot be withheld any more.")
        )
    if code not in CaseItem.Withheld.values:
        raise InvalidInput("withheld", _("Choose a value from the list."))
    cleaned = clean_text(reason, multiline=True)
    if not cleaned:
        raise InvalidInput("reason", _("Give a reason."))
    waiting = ConsentRequest.objects.filter(object_uuid=item.uuid, status=ConsentRequest.Status.ASKED)
    if any(request.is_open for request in waiting):
        raise InvalidInput(
            "", _("Another country asked for consent about this entry. Answer that request first.")
        )
    item.level = Level.OWN
    item.withheld = code
    for named in CaseShareItem.objects.filter(object_uuid=item.uuid, share__revoked_at__isnull=True):
        delete_as(named, actor=actor, reason="withheld")
    return cleaned


def release(item: CaseItem, *, reason: str) -> str:
    """Open an item, which the caller has locked and saves, to recipients who see its case in full.

    Raises:
        InvalidInput: no reason.
    """
    cleaned = clean_text(reason, multiline=True)
    if not cleaned:
        raise InvalidInput("reason", _("Give a reason."))
    item.level = Level.FULL
    item.withheld = ""
    return cleaned


@dataclass(frozen=True)
class Onward:
    """Whether objects of one case may go to one country.

    Attributes:
        in_full: the case is disclosed to the country in full by a share in force.
        named: public ids of the items that shares in force open to it by name.
        granted: object, use and handover request of each consent given for this country.
    """

    case: Case
    to: Jurisdiction
    in_full: bool
    named: frozenset[UUID]
    granted: frozenset[tuple[UUID, str, UUID | None]]

    @classmethod
    def of(cls, case: Case, to: Jurisdiction) -> Onward:
        """Read what stands now: three statements, for all objects of the case."""
        shares = CaseShare.objects.in_force().filter(case=case, recipient=to)
        consents = ConsentRequest.objects.granted().filter(case=case, to_country=to)
        return cls(
            case=case,
            to=to,
            in_full=shares.filter(level__gte=Level.FULL).exists(),
            named=frozenset(
                CaseShareItem.objects.filter(share__in=shares).values_list("object_uuid", flat=True)
            ),
            granted=frozenset(consents.values_list("object_uuid", "use", "handover_uuid")),
        )

    def blocked(
        self,
        thing: Case | CaseItem,
        *,
        by: Jurisdiction | None = None,
        handover_uuid: UUID | None = None,
    ) -> Block | None:
        """Say what stops ``thing`` from going to the country; ``None`` where nothing does.

        Args:
            by: the country that discloses by a share of its own; what comes from it goes by its own word.
            handover_uuid: the request whose dossier it would go with; a consent for another one opens nothing.
        """
        originator_id = thing.owner_id if isinstance(thing, Case) else thing.originator_id
        if isinstance(thing, CaseItem) and thing.is_withheld:
            return Block.WITHHELD
        uses = {(thing.uuid, str(ConsentRequest.Use.PASS_ON), known) for known in (None, handover_uuid)}
        if self.to.pk == originator_id or uses & self.granted:
            return None
        if originator_id != self.case.owner_id:
            return None if self.to.pk == self.case.owner_id else Block.CONTRIBUTED
        if by is not None and by.pk == originator_id:
            return None
        if (thing.handling_h2 or self.case.handling_h2) and not (self.in_full or thing.uuid in self.named):
            return Block.PASS_ON
        return None

    def blocked_in_dossier(self, thing: Case | CaseItem, handover_uuid: UUID) -> Block | None:
        """Say what keeps ``thing`` out of the dossier of a request that the country made."""
        onward = self.blocked(thing, handover_uuid=handover_uuid)
        originator_id = thing.owner_id if isinstance(thing, Case) else thing.originator_id
        if onward is not None or not thing.handling_h1 or self.to.pk == originator_id:
            return onward
        consented = (thing.uuid, str(ConsentRequest.Use.COURT), handover_uuid) in self.granted
        return None if consented else Block.COURT


def blocked_onward(
    *, thing: Case | CaseItem, case: Case, to: Jurisdiction, by: Jurisdiction | None = None
) -> Block | None:
    """Say what stops one object of ``case`` from going to a country; see ``Onward.blocked``."""
    return Onward.of(case, to).blocked(thing, by=by)


def restrictions_of(things: Iterable[Case | CaseItem]) -> list[str]:
    """Return the H3 texts of objects, each once, in their order."""
    return list(dict.fromkeys(thing.handling_h3 for thing in things if thing.handling_h3))


def check_restrictions_confirmed(restrictions: Iterable[str], *, confirmed: bool) -> None:
    """Refuse to use objects whose H3 restriction the officer has not confirmed.

    Raises:
        InvalidInput: there is a restriction, and it was not confirmed.
    """
    if any(restrictions) and not confirmed:
        raise InvalidInput(
            "restrictions_confirmed", _("Confirm that you have read the restrictions and keep to them.")
        )


def _handling(h1: bool, h2: bool, h3: str) -> dict[str, Any]:
    restriction = clean_text(h3)
    if len(restriction) > MAX_RESTRICTION:
        raise InvalidInput("handling_h3", _("The text is too long. Shorten it."))
    return {"handling_h1": bool(h1), "handling_h2": bool(h2), "handling_h3": restriction}
