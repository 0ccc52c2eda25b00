"""The list of imports, newest first, and the look at one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models, transaction

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.core.keyset import Cursor, Page
from lmc_cases.core.text import clean_text
from lmc_cases.exchange.models import ImportRun
from lmc_cases.exchange.services.contents import for_reading

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

PAGE_SIZE = 50


def imports_among(
    user: User, *, text: str = "", kind: str = "", state: str = ""
) -> models.QuerySet[ImportRun]:
    """Return the imports into the own country's cases, newest first.

    Args:
        text: part of the file's name or of the case's reference.
        kind: an ``ImportRun.Kind``; "" for all.
        state: a ``JobState``, or ``"UNDONE"``; "" for all.
    """
    rows = ImportRun.objects.visible_to(user).select_related("case", "requested_by").defer("report")
    if wanted := clean_text(text):
        rows = rows.filter(
            models.Q(file_name__icontains=wanted) | models.Q(case__reference__icontains=wanted)
        )
    if kind:
        rows = rows.filter(kind=kind)
    if state:
        undone = state == "UNDONE"
        rows = rows.filter(undone_at__isnull=not undone, **({} if undone else {"job_state": state}))
    return rows.order_by("-requested_at", "-pk")


def imports_page(
    user: User, before: Cursor | None = None, *, text: str = "", kind: str = "", state: str = ""
) -> Page[ImportRun]:
    """Return one page of the imports into the own country's cases."""
    rows = imports_among(user, text=text, kind=kind, state=state)
    if before is not None:
        rows = rows.filter(
            models.Q(requested_at__lt=before.at) | models.Q(requested_at=before.at, pk__lt=before.pk)
        )
    found = list(rows[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    last = shown[-1] if len(found) > PAGE_SIZE else None
    return Page(rows=shown, older=Cursor(at=last.requested_at, pk=last.pk) if last else None)


@transaction.atomic
def consult_import(*, actor: User, run_id: UUID) -> ImportRun:
    """Return an import with its report and record that it was looked at.

    Raises:
        ImportRun.DoesNotExist: foreign and missing alike.
    """
    run = (
        ImportRun.objects.visible_to(actor)
        .select_related("case", "case__owner", "requested_by", "undone_by")
        .get(uuid=run_id)
    )
    record(actor=actor, operation=Operation.CONSULTATION, verb="import.viewed", target=run)
    return for_reading(run)
