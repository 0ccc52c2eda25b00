"""Who may add to a case: its owner, and a recipient whose share says so. What a recipient adds stays its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from lmc_cases.cases.models import Case, CaseShare, CaseShareItem, Level
from lmc_cases.cases.services.casework import CaseClosed, mark_changed
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from lmc_cases.accounts.models import User
    from lmc_cases.jurisdictions.models import Jurisdiction


@dataclass(frozen=True)
class Entry:
    """A case something may be added to, and for which country.

    Attributes:
        case: locked where the own country owns it; a recipient locks nothing of another country's.
        originator: the country whose item it will be.
    """

    case: Case
    originator: Jurisdiction
    is_contribution: bool

    @property
    def columns(self) -> dict[str, Any]:
        """The columns of ``CaseItem`` that follow: a contribution is open to the owner and its originator alone."""
        if not self.is_contribution:
            return {"originator_id": self.originator.pk}
        return {
            "originator_id": self.originator.pk,
            "level": Level.OWN,
            "contributed_to": self.case.reference,
            "contributed_case": self.case.uuid,
        }


def lock_case_to_add(actor: User, case_id: UUID, *actions: Action) -> Entry:
    """Return the case if the officer may add to it, by any of ``actions``.

    Raises:
        Case.DoesNotExist: foreign, missing, and shared without the right to contribute alike.
        CaseClosed: the case is closed.
    """
    owners = {pk for action in actions for pk in _granted(actor, action).values_list("pk", flat=True)}
    own = Case.objects.visible_to(actor).filter(owner__in=owners, uuid=case_id)
    case = own.select_for_update(of=("self",)).select_related("owner").first()
    if case is not None:
        _check_open(case)
        return Entry(case=case, originator=case.owner, is_contribution=False)
    case = Case.objects.visible_to(actor).select_related("owner").get(uuid=case_id)
    if not may_contribute(actor, case, *actions):
        raise Case.DoesNotExist
    _check_open(case)
    return Entry(case=case, originator=actor.country, is_contribution=True)


def announce(entry: Entry, item: UUID, kind: CaseShareItem.Kind) -> None:
    """Open an item that is about to be contributed to its originator, before its row is written and read back.

    The item's own trigger would do so within the same statement, too late for the policy that the new row must pass.
    """
    if entry.is_contribution:
        with connection.cursor() as cursor:
            cursor.execute("SELECT announce_contribution(%s, %s, %s)", [item, kind.value, entry.case.pk])


def finish_adding(entry: Entry, actor: User, reason: str) -> None:
    """Say that the owner's case changed; for a contribution, ask once more whether the share still stands.

    The trigger that notes a contributed item waits for the case's lock, so a withdrawal that came first is seen here.

    Raises:
        Case.DoesNotExist: the share ended in between.
        CaseClosed: the case was closed in between.
    """
    if not entry.is_contribution:
        mark_changed(entry.case, actor, reason)
        return
    case = Case.objects.visible_to(actor).get(pk=entry.case.pk)
    if not _shares_to_add_to(actor, case).exists():
        raise Case.DoesNotExist
    _check_open(case)


def may_contribute(actor: User, case: Case, *actions: Action) -> bool:
    """Whether a share in force lets the officer's country add own items to another country's case."""
    if actor.agency is None or case.owner_id == actor.country.pk:
        return False
    if not any(_granted(actor, action).filter(pk=actor.country.pk).exists() for action in actions):
        return False
    return _shares_to_add_to(actor, case).exists()


def _shares_to_add_to(actor: User, case: Case) -> QuerySet[CaseShare]:
    return CaseShare.objects.received_by(actor).in_force().filter(case=case, may_contribute=True)


def _granted(actor: User, action: Action) -> QuerySet[Jurisdiction]:
    return jurisdictions_granting(actor, action)


def _check_open(case: Case) -> None:
    if case.status == Case.Status.CLOSED:
        raise CaseClosed(_("The case is closed: nothing in it can be changed."))
