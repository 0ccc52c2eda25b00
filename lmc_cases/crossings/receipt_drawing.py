"""Draws a receipt with the dossier's engine: same fonts, same checks, same failures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse

from lmc_cases.dossiers.facts import Country, Fact, Moment
from lmc_cases.dossiers.rendering.codes import qr_path
from lmc_cases.dossiers.rendering.documents import render_document

if TYPE_CHECKING:
    from lmc_cases.crossings.receipt_facts import ReceiptFacts
    from lmc_cases.dossiers.rendering import RenderedDossier


@dataclass(frozen=True)
class PrintedAnswer(Fact):
    """What one side answered: SIGNED or REFUSED, by whom, when, and its remarks."""

    country: Country
    outcome: str
    by: str
    at: Moment
    remarks: str = ""


def render_receipt(
    facts: ReceiptFacts, answers: tuple[PrintedAnswer, ...], *, language: str, beside: str = ""
) -> RenderedDossier:
    """Draw a receipt and its answers as a PDF/A-3a with labels in ``language`` and ``beside``, not signed yet.

    ``manifest.json`` in it is byte for byte what both officers' checksum covers.

    Raises:
        RenderingFailed: see its codes.
    """
    return render_document(
        facts,
        template="crossings/pdf/receipt.html",
        language=language,
        beside=beside,
        answers=answers,
        address=settings.BASE_URL + reverse("receipts:verify"),
        qr=qr_path(verify_address(facts.number, facts.sha256)),
    )


def verify_address(number: str, sha256: str) -> str:
    """Return the address under which anybody verifies a receipt."""
    return (
        f"{settings.BASE_URL}{reverse('receipts:verify')}?{urlencode({'number': number, 'sha256': sha256})}"
    )
