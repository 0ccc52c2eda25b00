"""Marks a copy of a finished file: its number and whose it is on each page. The file that was copied stays as it is."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from lmc_cases.dossiers import rendering
from lmc_cases.dossiers.rendering.engine import load_engine
from lmc_cases.dossiers.rendering.faults import no_warnings
from lmc_cases.dossiers.segmentation import segment_html

_SHEET = Path(settings.ROOT) / "static" / "css" / "copy.css"


def mark_copy(pdf: bytes, *, number: str, for_whom: str, language: str) -> bytes:
    """Return a copy of a PDF with a line on each page; attachments and signatures stay with the original.

    A signature covers the bytes of its file, so a marked copy can hold none: what the fields show stays as a picture.

    Raises:
        RenderingFailed: ``missing-glyph`` for a name that the fonts cannot print.
    """
    from weasyprint import CSS, HTML

    with rendering.drawing():
        engine = load_engine()
        with translation.override(language):
            context = {"number": number, "for_whom": for_whom, "language": language}
            html = segment_html(render_to_string("dossiers/pdf/copy.html", context))
        rendering.check_coverage(html, engine.coverage)
        with no_warnings():
            sheets = [engine.stylesheet, CSS(string=_SHEET.read_text(encoding="utf-8"))]
            mark = HTML(string=html).write_pdf(font_config=engine.font_config, stylesheets=sheets)
    with pikepdf.open(io.BytesIO(pdf)) as copied, pikepdf.open(io.BytesIO(mark)) as marked:
        copied.flatten_annotations("print")
        for name in ("/AcroForm", "/Perms", "/DSS", "/AF"):
            if name in copied.Root:
                del copied.Root[name]
        if "/Names" in copied.Root and "/EmbeddedFiles" in copied.Root.Names:
            del copied.Root.Names["/EmbeddedFiles"]
        if "/Metadata" in copied.Root:
            # It says PDF/A, which the copy is not.
            del copied.Root["/Metadata"]
        for page in copied.pages:
            page.add_overlay(marked.pages[0], None)
        out = io.BytesIO()
        copied.save(out, deterministic_id=True)
    return out.getvalue()
