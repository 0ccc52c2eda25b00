"""Let the lists of dossiers out as tables: what their pages show, and no more. No dossier goes out with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import Case
from lmc_cases.core.list_export import whole
from lmc_cases.dossiers.models import Dossier
from lmc_cases.dossiers.services.reading import DossierFilters, dossiers_among, dossiers_of_request
from lmc_cases.handovers.models import HandoverRequest

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


@transaction.atomic
def export_dossiers(
    *,
    actor: User,
    filters: DossierFilters | None = None,
    case: Case | None = None,
    handover: HandoverRequest | None = None,
) -> list[Dossier]:
    """Return the dossiers that a list shows, in its order; the export is recorded.

    References of the officer's own requests: as for the page, nothing is disclosed by them.

    Args:
        case, handover: only of this one, which was read through the rule.

    Raises:
        InvalidInput: more than one file holds.
    """
    if handover is not None:
        rows: list[Dossier] = whole(dossiers_of_request(actor, handover))
    else:
        rows = whole(dossiers_among(actor, filters, case=case))
    record(
        actor=actor,
        operation=Operation.EXPORT,
        verb="dossiers.exported",
        target=handover or case,
        owner_id=actor.audit_owner_id,
        codes={"rows": len(rows), **(filters.as_codes() if filters is not None else {})},
    )
    return rows
