"""Which exhibits an officer may work on: those from the own country, with the right to edit or to keep evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from lmc_cases.cases.models import Case
from lmc_cases.cases.services.casework import CaseClosed, mark_changed
from lmc_cases.evidence.models import EvidenceItem
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


def lock_case_to_keep(actor: User, case_id: UUID, *, even_closed: bool = False) -> Case:
    """Return the case, locked, if the officer may work on its exhibits.

    Args:
        even_closed: exhibits change hands after a case is closed too.

    Raises:
        Case.DoesNotExist: foreign and missing alike.
        CaseClosed: the case is closed.
    """
    cases = Case.objects.visible_to(actor).filter(_owner_grants(actor, "owner"))
    case = cases.select_for_update(of=("self",)).get(uuid=case_id)
    if case.status == Case.Status.CLOSED and not even_closed:
        raise CaseClosed(_("The case is closed: nothing in it can be changed."))
    return case


def item_to_keep(actor: User, item_id: UUID) -> EvidenceItem:
    """Return the exhibit, not locked, if the officer may work on it.

    Raises:
        EvidenceItem.DoesNotExist: foreign, missing and withdrawn alike.
    """
    items = EvidenceItem.objects.visible_to(actor).filter(_owner_grants(actor, "originator"))
    return items.get(uuid=item_id)


def lock_item_to_keep(actor: User, item_id: UUID, *, even_closed: bool = False) -> EvidenceItem:
    """Return the exhibit, locked with its case (the case first: one order for all).

    What the own country contributed to another's case is locked alone.

    Raises:
        EvidenceItem.DoesNotExist: foreign, missing and withdrawn alike.
        CaseClosed: the case is closed.
    """
    held = item_to_keep(actor, item_id)
    if held.is_contributed:
        return EvidenceItem.objects.select_for_update(of=("self",)).get(pk=held.pk, withdrawn_at__isnull=True)
    case = lock_case_to_keep(actor, held.case.uuid, even_closed=even_closed)
    item = EvidenceItem.objects.select_for_update(of=("self",)).get(pk=held.pk, withdrawn_at__isnull=True)
    item.case = case
    return item


def note_change(item: EvidenceItem, actor: User, reason: str) -> None:
    """Say that the case of a locked exhibit changed; a contributor changes nothing of another country's case."""
    if not item.is_contributed:
        mark_changed(item.case, actor, reason)


def _owner_grants(actor: User, path: str) -> Q:
    edit = Q(**{f"{path}__in": jurisdictions_granting(actor, Action.EDIT)})
    keep = Q(**{f"{path}__in": jurisdictions_granting(actor, Action.KEEP_EVIDENCE)})
    return edit | keep
