"""Read requests for assistance: page by page, and one."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models, transaction

from lmc_cases.assistance.models import AssistanceRequest
from lmc_cases.assistance.services.rows import pieces_of, terms_of
from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.cases.services import ledger
from lmc_cases.core.keyset import Cursor, Page

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

PAGE_SIZE = 25


def page_of_assistance(
    user: User, *, before: Cursor | None = None, case: UUID | None = None
) -> Page[AssistanceRequest]:
    """Return one page of the visible requests, the last changed first.

    Args:
        before: the cursor of the page shown last; ``None`` for the first page.
        case: public id of a case; only requests in it.
    """
    rows = assistance_among(user, case=case)
    if before is not None:
        rows = rows.filter(
            models.Q(updated_at__lt=before.at) | models.Q(updated_at=before.at, pk__lt=before.pk)
        )
    found = list(rows[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    last = shown[-1] if len(found) > PAGE_SIZE else None
    return Page(rows=shown, older=Cursor(at=last.updated_at, pk=last.pk) if last else None)


def assistance_among(user: User, *, case: UUID | None = None) -> models.QuerySet[AssistanceRequest]:
    """Return the visible requests, the last changed first."""
    rows: models.QuerySet[AssistanceRequest] = AssistanceRequest.objects.visible_to(user)
    if case is not None:
        rows = rows.filter(case_uuid=case)
    return rows.select_related("requesting", "requested").order_by("-updated_at", "-pk")


@transaction.atomic
def consult_assistance(*, actor: User, assistance_id: UUID) -> AssistanceRequest:
    """Return a request for reading; who read it, and what of another country was shown, is recorded.

    Raises:
        AssistanceRequest.DoesNotExist: foreign and missing alike.
    """
    rows = AssistanceRequest.objects.visible_to(actor).select_related(
        "requesting", "requested", "agency", "instrument", "created_by", "sent_by", "answered_by"
    )
    row = rows.get(uuid=assistance_id)
    record(actor=actor, operation=Operation.CONSULTATION, verb="assistance.viewed", target=row)
    ledger.disclose(actor=actor, pieces=pieces_of(actor, row), terms=terms_of(row))
    return row
