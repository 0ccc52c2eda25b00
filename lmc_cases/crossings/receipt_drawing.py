"""Draws a receipt with the dossier's engine: same fonts, same checks, same failures."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from lmc_cases.dossiers import rendering
from lmc_cases.dossiers.facts import Country, Fact, Moment
from lmc_cases.dossiers.rendering.codes import qr_path
from lmc_cases.dossiers.rendering.engine import load_engine
from lmc_cases.dossiers.rendering.faults import no_warnings
from lmc_cases.dossiers.segmentation import segment_html

if TYPE_CHECKING:
    from lmc_cases.crossings.receipt_facts import ReceiptFacts


@dataclass(frozen=True)
class PrintedAnswer(Fact):
    """What one side answered: SIGNED or REFUSED, by whom, when, and its remarks."""

    country: Country
    outcome: str
    by: str
    at: Moment
    remarks: str = ""


def render_receipt(
    facts: ReceiptFacts, answers: tuple[PrintedAnswer, ...], *, language: str
) -> rendering.RenderedDossier:
    """Draw a receipt and its answers as a PDF/A-3a with labels in ``language``, not signed yet.

    ``manifest.json`` in it is byte for byte what both officers' checksum covers.

    Raises:
        RenderingFailed: see its codes.
    """
    if language not in dict(settings.LANGUAGES):
        raise ValueError(f"Not a language of the product: {language}")
    created = facts.drawn_at.at.astimezone(UTC)
    address = verify_address(facts.number, facts.sha256)
    context = {
        "facts": facts,
        "answers": answers,
        "language": language,
        "facts_sha256": facts.sha256,
        "created_iso": f"{created:%Y-%m-%dT%H:%M:%SZ}",
        "address": settings.BASE_URL + reverse("receipts:verify"),
        "qr": qr_path(address),
    }
    with rendering.drawing():
        engine = load_engine()
        with translation.override(language):
            html = segment_html(render_to_string("crossings/pdf/receipt.html", context))
        rendering.check_coverage(html, engine.coverage)
        with no_warnings():
            pdf, pages, _parts = rendering.draw(html, facts, {}, engine, language)
    rendering.check_result(pdf, 0)
    return rendering.RenderedDossier(
        pdf=pdf,
        pages=pages,
        sha256=hashlib.sha256(pdf).hexdigest(),
        facts_sha256=facts.sha256,
        engine=dict(engine.versions),
    )


def verify_address(number: str, sha256: str) -> str:
    """Return the address under which anybody verifies a receipt."""
    return (
        f"{settings.BASE_URL}{reverse('receipts:verify')}?{urlencode({'number': number, 'sha256': sha256})}"
    )
