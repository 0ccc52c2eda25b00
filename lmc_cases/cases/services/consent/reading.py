"""Read requests for consent: one, which is recorded, and the lists of both directions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from lmc_cases.audit.models import Operation
from lmc_cases.cases.models import ConsentRequest
from lmc_cases.cases.services.consent.subjects import record_step
from lmc_cases.core.keyset import EPOCH, Cursor, Page
from lmc_cases.core.text import clean_text

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


def page_of_consents(
    *, actor: User, asked_by_us: bool, reference: str = "", state: str = "", before: Cursor | None = None
) -> Page[ConsentRequest]:
    """Return one page of what the officer's country asked, or was asked, newest first."""
    rows = consents_among(actor, asked_by_us=asked_by_us, reference=reference, state=state)
    if before is not None:
        rows = rows.filter(pk__lt=before.pk)
    found = list(rows[: PAGE_SIZE + 1])
    older = Cursor(at=EPOCH, pk=found[PAGE_SIZE - 1].pk) if len(found) > PAGE_SIZE else None
    return Page(rows=found[:PAGE_SIZE], older=older)


def consents_among(
    user: User, *, asked_by_us: bool, reference: str = "", state: str = ""
) -> ConsentRequestQuerySet:
    """Return what the officer's country asked, or was asked, newest first.

    Args:
        reference: part of what the consent is about.
        state: a ``ConsentRequest.Status``, or ``"LAPSED"``: asked, and its day has passed.
    """
    rows: ConsentRequestQuerySet = (
        ConsentRequest.objects.asked_by(user) if asked_by_us else ConsentRequest.objects.asked_of(user)
    )
    if wanted := clean_text(reference):
        rows = rows.filter(reference__icontains=wanted)
    if state in {"LAPSED", ConsentRequest.Status.ASKED}:
        in_time = Q(answer_by__gt=Now())
        rows = rows.filter(~in_time if state == "LAPSED" else in_time, status=ConsentRequest.Status.ASKED)
    elif state:
        rows = rows.filter(status=state)
    return rows.select_related("asking", "originator", "to_country").order_by("-pk")
