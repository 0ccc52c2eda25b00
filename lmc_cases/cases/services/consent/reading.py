"""Read requests for consent: one, which is recorded, and the lists of both directions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.db import transaction

from lmc_cases.audit.models import Operation
from lmc_cases.cases.models import ConsentRequest
from lmc_cases.cases.services.consent.subjects import record_step
from lmc_cases.core.keyset import EPOCH, Cursor, Page

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User
    from lmc_cases.cases.models.consent import ConsentRequestQuerySet

PAGE_SIZE: Final = 25


@transaction.atomic
def consult_consent(*, actor: User, consent_id: UUID) -> ConsentRequest:
    """Return a request and record that the officer read it.

    Raises:
        ConsentRequest.DoesNotExist: foreign and missing alike.
    """
    rows = ConsentRequest.objects.visible_to(actor).select_related(
        "asking", "originator", "to_country", "owner", "asked_by__agency", "answered_by__agency"
    )
    consent = rows.get(uuid=consent_id)
    record_step(actor, consent, "consent.viewed", Operation.CONSULTATION)
    return consent


def page_of_consents(*, actor: User, asked_by_us: bool, before: Cursor | None = None) -> Page[ConsentRequest]:
    """Return one page of what the officer's country asked, or was asked, newest first."""
    rows: ConsentRequestQuerySet = (
        ConsentRequest.objects.asked_by(actor) if asked_by_us else ConsentRequest.objects.asked_of(actor)
    )
    if before is not None:
        rows = rows.filter(pk__lt=before.pk)
    found = list(rows.select_related("asking", "originator", "to_country").order_by("-pk")[: PAGE_SIZE + 1])
    older = Cursor(at=EPOCH, pk=found[PAGE_SIZE - 1].pk) if len(found) > PAGE_SIZE else None
    return Page(rows=found[:PAGE_SIZE], older=older)
