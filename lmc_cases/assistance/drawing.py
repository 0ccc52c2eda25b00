"""Draws a request for assistance with the dossier's engine: same fonts, same checks, same failures."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse

from lmc_cases.assistance.words import PARTS, kind_labels, outcome_label
from lmc_cases.dossiers.rendering.codes import qr_path
from lmc_cases.dossiers.rendering.documents import render_document

if TYPE_CHECKING:
    from lmc_cases.assistance.facts import AssistanceFacts
    from lmc_cases.dossiers.rendering import RenderedDossier


def render_assistance(facts: AssistanceFacts, *, language: str, beside: str = "") -> RenderedDossier:
    """Draw a request, and its answer where there is one, with labels in ``language`` and ``beside``, not signed yet.

    Raises:
        RenderingFailed: see its codes.
    """
    page = settings.BASE_URL + reverse("receipts:verify")
    return render_document(
        facts,
        template="assistance/pdf/request.html",
        language=language,
        beside=beside,
        parts=[
            (number, part.anchor, part.title, [(label, getattr(facts, name)) for label, name in part.rows])
            for number, part in enumerate(PARTS, 1)
        ],
        kinds=kind_labels(facts.kinds),
        outcome=outcome_label(facts.answer.outcome) if facts.answer else "",
        address=page,
        qr=qr_path(f"{page}?{urlencode({'number': facts.reference, 'sha256': facts.sha256})}"),
    )
