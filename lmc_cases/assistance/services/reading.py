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
from lmc_cases.core.list_export import whole
from lmc_cases.core.text import clean_text

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

PAGE_SIZE = 25


def page_of_assistance(
    user: User, *, before: Cursor | None = None, case: UUID | None = None, text: str = "", status: str = ""
) -> Page[AssistanceRequest]:
    """Return one page of the visible requests, the last changed first.

    Args:
        before: the cursor of the page shown last; ``None`` for the first page.
        case, text, status: as ``assistance_among`` takes them.
    """
    rows = assistance_among(user, case=case, text=text, status=status)
    if before is not None:
        rows = rows.filter(
            models.Q(updated_at__lt=before.at) | models.Q(updated_at=before.at, pk__lt=before.pk)
        )
    found = list(rows[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    last = shown[-1] if len(found) > PAGE_SIZE else None
    return Page(rows=shown, older=Cursor(at=last.updated_at, pk=last.pk) if last else None)


def assistance_among(
    user: User, *, case: UUID | None = None, text: str = "", status: str = ""
) -> models.QuerySet[AssistanceRequest]:
    """Return the visible requests, the last changed first.

    Args:
        case: public id of a case; only requests in it.
        text: part of the reference of the request or of its case.
        status: a ``Status``; "" for all.
    """
    rows: models.QuerySet[AssistanceRequest] = AssistanceRequest.objects.visible_to(user)
    if case is not None:
        rows = rows.filter(case_uuid=case)
    if wanted := clean_text(text):
        rows = rows.filter(models.Q(reference__icontains=wanted) | models.Q(case_reference__icontains=wanted))
    if status:
        rows = rows.filter(status=status)
    return rows.select_related("requesting", "requested").order_by("-updated_at", "-pk")


@transaction.atomic
def export_assistance(*, actor: User, text: str = "", status: str = "") -> list[AssistanceRequest]:
    """Return the requests that the list shows under the same filters; the export is recorded.

    Raises:
        TooManyRows: more than one file holds.
    """
    rows: list[AssistanceRequest] = whole(assistance_among(actor, text=text, status=status))
    record(
        actor=actor,
        operation=Operation.EXPORT,
        verb="assistance.exported",
        owner_id=actor.audit_owner_id,
        codes={"rows": len(rows), "status": status, "searched": bool(text)},
    )
    return rows


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
