"""Draws the request itself and the annex of evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse

from lmc_cases.dossiers.parts import REQUEST_PARTS
from lmc_cases.dossiers.rendering.codes import qr_path
from lmc_cases.dossiers.rendering.documents import render_document

if TYPE_CHECKING:
    from lmc_cases.dossiers.rendering import RenderedDossier
    from lmc_cases.dossiers.request_facts import AnnexFacts, RequestFacts


def render_request(facts: RequestFacts, *, language: str, beside: str = "") -> RenderedDossier:
    """Draw a request with labels in ``language`` and ``beside``, not signed yet.

    Raises:
        RenderingFailed: see its codes.
    """
    papers = {element.element: element for element in facts.elements if element.text}
    return render_document(
        facts,
        template="dossiers/pdf/request.html",
        language=language,
        beside=beside,
        parts=REQUEST_PARTS,
        sections=[(part, f"dossiers/pdf/request/{part.anchor}.html") for part in REQUEST_PARTS],
        papers=papers,
        **_verify(facts.reference, facts.sha256),
    )


def render_annex(facts: AnnexFacts, *, language: str, beside: str = "") -> RenderedDossier:
    """Draw an annex of evidence with labels in ``language`` and ``beside``, not signed yet.

    Raises:
        RenderingFailed: see its codes.
    """
    return render_document(
        facts,
        template="dossiers/pdf/annex.html",
        language=language,
        beside=beside,
        **_verify(facts.reference, facts.sha256),
    )


def _verify(reference: str, sha256: str) -> dict[str, Any]:
    """Return the page that verifies, and a code that leads there with what this document prints."""
    page = settings.BASE_URL + reverse("receipts:verify")
    return {
        "address": page,
        "qr": qr_path(f"{page}?{urlencode({'number': reference, 'sha256': sha256})}"),
    }
