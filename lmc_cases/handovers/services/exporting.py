"""Let the lists of requests out as tables, as far as the officer may see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models, transaction

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import Case, Disclosure
from lmc_cases.cases.services import ledger
from lmc_cases.core.list_export import ceiling, too_many, whole
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.services.clocks import Clock, earliest_clocks
from lmc_cases.handovers.services.disclosure import pieces_of_request, terms_of_request
from lmc_cases.handovers.services.reading import narrowed
from lmc_cases.handovers.services.thread import MessageShown, ThreadFilters, read_thread
from lmc_cases.handovers.services.work import WorkItem, work_of

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


@transaction.atomic
def export_requests(
    *, actor: User, reference: str = "", status: str = "", procedure: str = "", case: Case | None = None
) -> tuple[list[HandoverRequest], dict[int, Clock]]:
    """Return the requests that the list shows under the same filters, the last changed first, and their first limits.

    Args:
        reference: part of it.
        case: only requests about this case, which was read through the rule.

    Raises:
        InvalidInput: more than one file holds.
    """
    conditions = narrowed({"reference": reference, "status": status, "procedure": procedure})
    rows = HandoverRequest.objects.visible_to(actor).filter(**conditions)
    if case is not None:
        rows = rows.filter(case=case)
    counted = (
        rows.select_related("requesting", "requested")
        .defer("disclosed", "facts")
        .annotate(persons=models.Count("subjects"))
    )
    found: list[HandoverRequest] = whole(counted.order_by("-updated_at", "-pk"))
    record(
        actor=actor,
        operation=Operation.EXPORT,
        verb="handovers.exported",
        codes={
            "rows": len(found),
            "status": status,
            "procedure": procedure,
            "searched": bool(reference),
            "case": str(case.uuid) if case is not None else "",
        },
        owner_id=actor.audit_owner_id,
    )
    return found, earliest_clocks(found)


@transaction.atomic
def export_work(*, actor: User, kind: str = "") -> list[WorkItem]:
    """Return all that waits for the officer, in the order of the work list; the export is recorded.

    Args:
        kind: as ``work_of`` takes it.

    Raises:
        InvalidInput: more than one file holds.
    """
    items, more = work_of(actor, kind=kind, size=ceiling())
    if more:
        raise too_many()
    record(
        actor=actor,
        operation=Operation.EXPORT,
        verb="handovers.work_exported",
        codes={"rows": len(items), "kind": kind},
        owner_id=actor.audit_owner_id,
    )
    return items


@transaction.atomic
def export_thread(
    *, actor: User, handover: HandoverRequest, filters: ThreadFilters | None = None
) -> list[MessageShown]:
    """Return all messages of a request, the newest first: the officer's side has read them then.

    The export is recorded, and that the request's content goes out with it.

    Args:
        handover: read through the rule, with both countries and the instrument.

    Raises:
        InvalidInput: more than one file holds.
    """
    path = Disclosure.Path.EXPORT
    asked = filters or ThreadFilters()
    page = read_thread(actor=actor, handover=handover, size=ceiling(), filters=asked, path=path)
    if page.older is not None:
        raise too_many()
    ledger.disclose(
        actor=actor, pieces=pieces_of_request(actor, handover), terms=terms_of_request(handover), path=path
    )
    record(
        actor=actor,
        operation=Operation.EXPORT,
        verb="handover.thread_exported",
        target=handover,
        codes={"rows": len(page.rows), **asked.as_codes()},
    )
    return page.rows
