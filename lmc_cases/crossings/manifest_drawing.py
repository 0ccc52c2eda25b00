"""Draws a manifest with the dossier's engine: same fonts, same checks, same failures."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from lmc_cases.dossiers.rendering.codes import qr_path
from lmc_cases.dossiers.rendering.documents import render_document

if TYPE_CHECKING:
    from lmc_cases.crossings.manifest_facts import ManifestFacts
    from lmc_cases.dossiers.rendering import RenderedDossier


def render_manifest(facts: ManifestFacts, *, language: str, beside: str = "") -> RenderedDossier:
    """Draw a manifest with labels in ``language`` and ``beside``, not signed yet; each person with the code of a page.

    Raises:
        RenderingFailed: see its codes.
    """
    page = settings.BASE_URL + reverse("receipts:verify")
    return render_document(
        facts,
        template="crossings/pdf/manifest.html",
        language=language,
        beside=beside,
        rows=[(person, qr_path(seat_address(facts.crossing, person.seat))) for person in facts.persons],
        address=page,
        qr=qr_path(f"{page}?{urlencode({'number': facts.reference, 'sha256': facts.sha256})}"),
    )


def seat_address(crossing: UUID | str, seat: UUID | str) -> str:
    """Return the address that a person's code names: it opens nothing for whoever may not mark the person."""
    return settings.BASE_URL + reverse("crossings:person", args=[UUID(str(crossing)), UUID(str(seat))])
