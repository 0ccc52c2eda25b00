"""Draws a document other than the dossier with the dossier's engine: same fonts, same checks, same failures."""

from __future__ import annotations

import hashlib
from datetime import UTC
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from lmc_cases.dossiers import rendering
from lmc_cases.dossiers.rendering.engine import load_engine
from lmc_cases.dossiers.rendering.faults import no_warnings
from lmc_cases.dossiers.segmentation import segment_html


def render_document(
    facts: rendering.Drawable,
    *,
    template: str,
    language: str,
    **more: Any,
) -> rendering.RenderedDossier:
    """Draw ``facts`` as a PDF/A-3a with labels in ``language`` and without photographs, not signed yet.

    Args:
        template: sees ``facts``, ``language``, ``facts_sha256``, ``created_iso`` and what ``more`` names.

    Raises:
        RenderingFailed: see its codes.
    """
    if language not in dict(settings.LANGUAGES):
        raise ValueError(f"Not a language of the product: {language}")
    created = facts.created_at.at.astimezone(UTC)
    context = {
        "facts": facts,
        "language": language,
        "facts_sha256": facts.sha256,
        "created_iso": f"{created:%Y-%m-%dT%H:%M:%SZ}",
        **more,
    }
    with rendering.drawing():
        engine = load_engine()
        with translation.override(language):
            html = segment_html(render_to_string(template, context))
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
