"""Tell legal officers of proposals, and show them what they were told: codes and ids, never words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from lmc_cases.accounts.models import Notice, User
from lmc_cases.accounts.services.desks import tell_officer
from lmc_cases.jurisdictions.access import Action
from lmc_cases.law.models import LawProposal

if TYPE_CHECKING:
    from collections.abc import Iterable

PROPOSED, ABROAD, CONFIRMED, REJECTED = "law.proposed", "law.abroad", "law.confirmed", "law.rejected"
NOTICE_TEXTS = {
    PROPOSED: _("A change of your country's law waits for a second officer."),
    ABROAD: _("Another party proposes to change what a treaty of yours says here."),
    CONFIRMED: _("A proposed change of law was confirmed."),
    REJECTED: _("A proposed change of law was rejected."),
}
LOOKED_AT = 50


def tell_proposed(proposal: LawProposal) -> None:
    """Tell the colleagues who can confirm it, and the legal officers of the other parties."""
    for officer in _legal_officers([proposal.country_id]).exclude(pk=proposal.proposed_by_id):
        tell_officer(officer, code=PROPOSED, object_uuid=proposal.uuid)
    _tell_parties(proposal, ABROAD)


def tell_decided(proposal: LawProposal) -> None:
    """Tell whoever proposed it; of a confirmed one the other parties too."""
    if proposal.state == LawProposal.State.WITHDRAWN:
        return
    is_confirmed = proposal.state == LawProposal.State.CONFIRMED
    tell_officer(
        proposal.proposed_by, code=CONFIRMED if is_confirmed else REJECTED, object_uuid=proposal.uuid
    )
    if is_confirmed:
        _tell_parties(proposal, CONFIRMED)


@dataclass(frozen=True)
class LawNotice:
    """A notice with the proposal it is about."""

    notice: Notice
    proposal: LawProposal

    @property
    def text(self) -> str:
        """What it says."""
        return str(NOTICE_TEXTS[self.notice.code])


def notices_of_law(*, actor: User, size: int) -> list[LawNotice]:
    """Return what a legal officer was told of and has not put away, the newest first, through the proposals' rule."""
    given = Notice.objects.visible_to(actor).unread().filter(code__in=NOTICE_TEXTS)
    rows = list(given.order_by("-made_at", "-pk")[:LOOKED_AT])
    if not rows:
        return []
    seen = LawProposal.objects.visible_to(actor).select_related("country")
    by_uuid = {each.uuid: each for each in seen.filter(uuid__in=[row.object_uuid for row in rows])}
    found = [LawNotice(row, by_uuid[row.object_uuid]) for row in rows if row.object_uuid in by_uuid]
    # What waits no more has nobody to wait for.
    return [each for each in found if each.notice.code != PROPOSED or each.proposal.is_waiting][:size]


def _tell_parties(proposal: LawProposal, code: str) -> None:
    others = [pk for pk in proposal.concerned if pk != proposal.country_id]
    for officer in _legal_officers(others):
        tell_officer(officer, code=code, object_uuid=proposal.uuid)


def _legal_officers(countries: Iterable[int]) -> QuerySet[User]:
    """Officers whose role keeps the law of their country; partner countries have reduced rights."""
    held = [Action.EDIT_LAW.value]
    role = "role_assignments__role"
    member = Q(agency__jurisdiction__is_lmc_member=True, **{f"{role}__actions__contains": held})
    partner = Q(agency__jurisdiction__is_lmc_member=False, **{f"{role}__partner_actions__contains": held})
    rows = User.objects.get_queryset().filter(
        member | partner,
        is_active=True,
        agency__jurisdiction__in=list(countries),
        role_assignments__revoked_at__isnull=True,
    )
    return rows.select_related("agency__jurisdiction").distinct().order_by("pk")
