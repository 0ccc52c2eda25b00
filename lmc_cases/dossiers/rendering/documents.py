"""Draws a document other than the dossier with the dossier's engine: same fonts, same checks, same failures."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation

from lmc_cases.core import display
from lmc_cases.dossiers import rendering
from lmc_cases.dossiers.rendering.beside import side_by_side
from lmc_cases.dossiers.rendering.engine import load_engine
from lmc_cases.dossiers.rendering.faults import no_warnings
from lmc_cases.dossiers.segmentation import segment_html


def render_document(
    facts: rendering.Drawable,
    *,
    template: str,
    language: str,
    beside: str = "",
    photos: Mapping[str, bytes] | None = None,
    **more: Any,
) -> rendering.RenderedDossier:
    """Draw ``facts`` as a PDF/A-3a, not signed yet: as ``render_dossier`` in one language or two.

    Args:
        template: sees ``facts``, ``language``, ``beside``, ``facts_sha256``, ``created_iso`` and what ``more`` names:
            words in it are lazy, since they are asked for in each language.
        photos: checked JPEG bytes by the name under which the template has them (``photo:NAME``).

    Raises:
        RenderingFailed: see its codes.
    """
    rendering.check_languages(language, beside)
    created = facts.created_at.at.astimezone(UTC)
    context = {
        "facts": facts,
        "facts_sha256": facts.sha256,
        "created_iso": f"{created:%Y-%m-%dT%H:%M:%SZ}",
        **more,
    }

    def written(language: str, beside: str) -> str:
        with translation.override(language):
            spoken = {**context, "language": language, "beside": beside}
            return segment_html(render_to_string(template, spoken))

    with rendering.drawing():
        engine = load_engine()
        html = written(language, beside)
        if beside:
            html = side_by_side(html, written(beside, language), display.bcp47(beside))
        rendering.check_coverage(html, engine.coverage)
        with no_warnings():
            pdf, pages, _parts = rendering.draw(html, facts, photos or {}, engine, language, beside)
    rendering.check_result(pdf, len(photos or {}))
    return rendering.RenderedDossier(
        pdf=pdf,
        pages=pages,
        sha256=hashlib.sha256(pdf).hexdigest(),
        facts_sha256=facts.sha256,
        engine=dict(engine.versions),
    )
