"""Who can be mentioned in a message: colleagues by name, the other side by its desk and by who acted already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from lmc_cases.accounts.models import User as Officer
from lmc_cases.handovers.models import HandoverMessage, HandoverRequest
from lmc_cases.handovers.services.checking import side_of
from lmc_cases.handovers.services.telling import other_side
from lmc_cases.jurisdictions.access import acting_as

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User
    from lmc_cases.jurisdictions.models import Jurisdiction

# Colleagues asked for, in the order of their names: each is asked whether the request is open to that officer.
ASKED = 60
DESK = "desk"


@dataclass(frozen=True)
class Mentionable:
    """An officer, or the desk of the other country (``officer_pk`` is ``None``). ``code`` names it in a form."""

    code: str
    label: str
    country: Jurisdiction
    officer_pk: int | None = None


def mentionable(user: User, handover: HandoverRequest) -> list[Mentionable]:
    """Return whom the officer may mention: the other side's desk, who of it acted, and colleagues who may see it.

    Officers of the other side who have not acted are not named: who works there is that country's own.
    """
    own = side_of(user, handover)
    other = other_side(handover, own.pk)
    found = [Mentionable(DESK, _("Duty desk: %(country)s") % {"country": other.name}, other)]
    found += [_named(officer, other) for officer in _acted(user, handover, other)]
    colleagues = Officer.objects.colleagues_of(user).exclude(pk=user.pk).order_by("full_name", "pk")[:ASKED]
    # Within a block of the officer's own: whatever is read afterwards is read for this officer again.
    with acting_as(user):
        found += [_named(officer, own) for officer in list(colleagues) if _may_see(officer, handover)]
    return found


def _named(officer: Officer, country: Jurisdiction) -> Mentionable:
    return Mentionable(str(officer.uuid), f"{officer.full_name} · {country.name}", country, officer.pk)


def _acted(user: User, handover: HandoverRequest, country: Jurisdiction) -> list[Officer]:
    steps = HandoverRequest.history.visible_to(user).filter(id=handover.pk)
    if country.pk == handover.opening_id:
        steps = steps.filter(submitted_at__isnull=False)
    written = HandoverMessage.objects.visible_to(user).filter(handover=handover)
    keys = {*steps.values_list("history_user_id", flat=True), *written.values_list("author_id", flat=True)}
    rows = Officer.objects.get_queryset().in_service().filter(pk__in=keys, agency__jurisdiction=country)
    return list(rows.order_by("full_name", "pk"))


def _may_see(officer: Officer, handover: HandoverRequest) -> bool:
    with acting_as(officer):
        return HandoverRequest.objects.visible_to(officer).filter(pk=handover.pk).exists()
