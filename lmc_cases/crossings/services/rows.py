"""What every change of a crossing shares: the row locked through the rule, whose side acts, where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.core.history import save_as
from lmc_cases.crossings.models import Crossing, Status
from lmc_cases.handovers.states import WrongState
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting, side_acted_for

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User
    from lmc_cases.jurisdictions.models import Jurisdiction


def locked(actor: User, crossing_id: UUID) -> Crossing:
    """Return the crossing, locked through the rule.

    Raises:
        Crossing.DoesNotExist: foreign and missing alike.
    """
    return (
        Crossing.objects.visible_to(actor)
        .select_for_update(of=("self",))
        .select_related("sending", "receiving")
        .get(uuid=crossing_id)
    )


def locked_to_plan(actor: User, crossing_id: UUID, *statuses: str) -> Crossing:
    """Lock a crossing for an officer of the country that sends.

    Raises:
        Crossing.DoesNotExist: foreign, missing, the other side, no right.
        WrongState: it stands elsewhere than in one of ``statuses``.
    """
    crossing = locked(actor, crossing_id)
    if not may_plan(actor, crossing):
        raise Crossing.DoesNotExist
    check_stands(crossing, *statuses)
    return crossing


def may_plan(actor: User, crossing: Crossing) -> bool:
    """Whether the officer changes records of the country that sends."""
    return jurisdictions_granting(actor, Action.EDIT).filter(pk=crossing.sending_id).exists()


def may_begin(actor: User) -> bool:
    """Whether the officer plans crossings of the own country."""
    if actor.agency is None:
        return False
    return jurisdictions_granting(actor, Action.EDIT).filter(pk=actor.country.pk).exists()


def side_of(actor: User, crossing: Crossing) -> Jurisdiction:
    """Return the side for which the officer answers: the own country first.

    Raises:
        Crossing.DoesNotExist: the officer changes no records of either side.
    """
    return _side(actor, crossing, Action.EDIT)


def marking_side_of(actor: User, crossing: Crossing) -> Jurisdiction:
    """Return the side for which the officer marks, photographs and counts: the own country first.

    Raises:
        Crossing.DoesNotExist: the officer marks for neither side.
    """
    return _side(actor, crossing, Action.MARK_AT_BORDER)


def _side(actor: User, crossing: Crossing, action: Action) -> Jurisdiction:
    side = side_acted_for(actor, (crossing.sending, crossing.receiving), action)
    if side is None:
        raise Crossing.DoesNotExist
    return side


def check_stands(crossing: Crossing, *statuses: str) -> None:
    """Raise ``WrongState``, naming what is needed, unless the crossing stands in one of ``statuses``."""
    if crossing.status not in statuses:
        raise WrongState(
            _("This step needs the status “%(needed)s”; the crossing has the status “%(status)s”.")
            % {
                "needed": " / ".join(str(Status(status).label) for status in statuses),
                "status": crossing.get_status_display(),
            }
        )


def save_changed(crossing: Crossing, *, actor: User, reason: str) -> None:
    """Save the crossing with its history; the caller records what was done."""
    crossing.version += 1
    crossing.updated_at = timezone.now()
    save_as(crossing, actor=actor, reason=reason)
