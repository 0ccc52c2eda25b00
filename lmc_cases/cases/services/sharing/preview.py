"""Who will see exactly this: said before a share is made, and again before a second officer confirms it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Unpack
from uuid import UUID

from django.db.models import Count, Q

from lmc_cases.accounts.models import Role, User
from lmc_cases.cases.models import Case, CaseShare, CaseText, Level, TimelineEntry
from lmc_cases.cases.services.sharing.items import ItemsOfKind, SharedItem, items_opened, named_items
from lmc_cases.cases.services.sharing.terms import (
    Approval,
    TermsAsked,
    approval_of,
    checked_terms,
    needs_second_officer,
)
from lmc_cases.jurisdictions.access import Action
from lmc_cases.jurisdictions.models import Agency, Jurisdiction

if TYPE_CHECKING:
    from django.db import models


@dataclass(frozen=True)
class Readers:
    """Officers of one agency: how many would see the case, and how many lack the clearance for it."""

    agency: str
    cleared: int
    uncleared: int


@dataclass(frozen=True)
class TextOpened:
    """A text the recipient would read: its kind and the languages it exists in."""

    label: str
    languages: list[str]


@dataclass(frozen=True)
class Preview:
    """Who would see what of a case by a share.

    Attributes:
        agency: the one agency it would be opened to, ``None`` for the whole country.
        officers: number of active, cleared officers there who would see it; never who they are.
        uncleared: officers there who would not, for want of clearance.
        by_agency: the same by agency, the largest first.
        texts: what they would read; ``events`` is the number of entries of the timeline.
        items: persons and exhibits, opened and closed, per kind.
    """

    recipient: Jurisdiction
    agency: Agency | None
    level: Level
    officers: int
    uncleared: int
    by_agency: list[Readers]
    texts: list[TextOpened]
    events: int
    items: list[ItemsOfKind]
    needs_second_officer: bool
    approval: Approval

    @property
    def held_count(self) -> int:
        """How many items stay closed."""
        return sum(kind.held_count for kind in self.items)


def who_will_see(*, actor: User, case_id: UUID, **asked: Unpack[TermsAsked]) -> Preview:
    """Say what ``share_case`` with the same arguments would open, and to how many; changes nothing.

    Raises:
        Case.DoesNotExist, InvalidInput, AlreadyShared: as ``share_case``.
    """
    case = Case.objects.owned_with(actor, Action.SHARE).select_related("owner").get(uuid=case_id)
    terms = checked_terms(actor, case, asked)
    return _preview(actor, case, terms.recipient, terms.agency, Level(asked["level"]), terms.items)


def preview_of(*, actor: User, share: CaseShare) -> Preview:
    """Say what a share that waits would open as things stand now.

    Raises:
        Case.DoesNotExist: not the own country's, or without the right to share.
        InvalidInput: an item it names can no longer be shared.
    """
    case = Case.objects.owned_with(actor, Action.SHARE).select_related("owner").get(pk=share.case_id)
    named = share.items.values_list("object_uuid", flat=True)
    items = named_items(actor=actor, case=case, item_ids=named, to=share.recipient)
    return _preview(actor, case, share.recipient, share.recipient_agency, Level(share.level), items)


def _preview(
    actor: User,
    case: Case,
    recipient: Jurisdiction,
    agency: Agency | None,
    level: Level,
    items: list[SharedItem],
) -> Preview:
    by_agency = _readers(case, recipient, agency)
    return Preview(
        recipient=recipient,
        agency=agency,
        level=level,
        officers=sum(row.cleared for row in by_agency),
        uncleared=sum(row.uncleared for row in by_agency),
        by_agency=by_agency,
        texts=_texts(actor, case, level),
        events=TimelineEntry.objects.visible_to(actor).filter(case=case).count()
        if level >= Level.FULL
        else 0,
        items=items_opened(actor=actor, case=case, level=level, named=items),
        needs_second_officer=needs_second_officer(case, recipient),
        approval=approval_of(case.owner),
    )


def _texts(actor: User, case: Case, level: Level) -> list[TextOpened]:
    rows = CaseText.objects.visible_to(actor).filter(case=case, level__lte=level)
    held: dict[str, list[str]] = {}
    for kind, language in rows.order_by("-is_original", "language").values_list("kind", "language"):
        held.setdefault(kind, []).append(language)
    return [TextOpened(str(kind.label), held[kind]) for kind in CaseText.Kind if kind in held]


def _readers(case: Case, recipient: Jurisdiction, agency: Agency | None) -> list[Readers]:
    rows = (
        readers_of(recipient, agency)
        .order_by()
        .values("agency__name")
        .annotate(
            cleared=Count("pk", filter=Q(clearance__gte=case.rank), distinct=True),
            uncleared=Count("pk", filter=Q(clearance__lt=case.rank), distinct=True),
        )
    )
    found = [Readers(row["agency__name"], row["cleared"], row["uncleared"]) for row in rows]
    return sorted(found, key=lambda row: (-row.cleared, row.agency))


def readers_of(recipient: Jurisdiction, agency: Agency | None) -> models.QuerySet[User]:
    """Active officers whose roles read the country's records, by the same rows as the rule's groups."""
    named = "actions" if recipient.is_lmc_member else "partner_actions"
    reading = Role.objects.filter(**{f"{named}__contains": [Action.READ.value]})
    there = User.objects.get_queryset().in_service().filter(agency__jurisdiction=recipient)
    if agency is not None:
        there = there.filter(agency=agency)
    return there.filter(
        role_assignments__role__in=reading, role_assignments__revoked_at__isnull=True
    ).distinct()
