"""Draws a disclosure ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lmc_cases.dossiers.rendering.documents import render_document

if TYPE_CHECKING:
    from lmc_cases.dossiers.ledger_facts import LedgerFacts
    from lmc_cases.dossiers.rendering import RenderedDossier


def render_ledger(facts: LedgerFacts, *, language: str, beside: str = "") -> RenderedDossier:
    """Draw ``facts`` with labels in ``language`` and ``beside``, not signed yet.

    Raises:
        RenderingFailed: see its codes.
    """
    return render_document(facts, template="dossiers/pdf/ledger.html", language=language, beside=beside)
