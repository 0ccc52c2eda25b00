"""Draws a dossier: facts in, PDF out. The only package that knows WeasyPrint, and only inside functions.

Equal facts give equal bytes on the same engine (`RenderedDossier.engine` names its parts) under one address of the
installation, with which the persons' codes begin. What looks right but is not fails: a missing glyph, a system font,
a dropped photo, any warning of the engine raises `RenderingFailed`.
One set of fonts and one parsed style sheet serve the process; call `warm_up` when a worker starts.
"""

from __future__ import annotations

import hashlib
import io
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any, NamedTuple, Protocol

import pikepdf
import pydyf
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from lmc_cases.core import display
from lmc_cases.dossiers import wording
from lmc_cases.dossiers.facts import DossierFacts, Moment
from lmc_cases.dossiers.parts import PARTS
from lmc_cases.dossiers.rendering import equal_parts
from lmc_cases.dossiers.rendering.beside import side_by_side
from lmc_cases.dossiers.rendering.engine import FONTS, Engine, load_engine
from lmc_cases.dossiers.rendering.faults import RenderingFailed, no_warnings
from lmc_cases.dossiers.rendering.photos import check_photo
from lmc_cases.dossiers.segmentation import segment_html

__all__ = ["RenderedDossier", "RenderingFailed", "engine_versions", "render_dossier", "source_of", "warm_up"]

PDF_VARIANT = "pdf/a-3a"
# A CSS pixel in points.
POINTS = 0.75

_drawing = threading.Lock()


class Drawable(Protocol):
    """Facts that the engine can draw: it embeds their canonical bytes."""

    @property
    def created_at(self) -> Moment:
        """When they were frozen."""

    @property
    def sha256(self) -> str:
        """Hex SHA-256 of the canonical bytes."""

    def canonical_bytes(self) -> bytes:
        """The one byte string of these facts."""


class Drawn(NamedTuple):
    """A drawn file, its number of pages, and the page (from 1) on which each part of a dossier begins."""

    pdf: bytes
    pages: int
    part_pages: dict[str, int]


def drawing() -> threading.Lock:
    """Return the lock under which the engine draws: it is not made for threads."""
    return _drawing


@dataclass(frozen=True)
class RenderedDossier:
    """A finished PDF; both hashes are lower-case hex SHA-256, ``facts_sha256`` is the one on the cover."""

    pdf: bytes
    pages: int
    sha256: str
    facts_sha256: str
    engine: dict[str, str]
    # The page on which each part begins, counted from 1, by the id of its heading; empty without parts.
    part_pages: dict[str, int] = field(default_factory=dict)


def warm_up() -> None:
    """Load fonts and style sheet now; later renders of this process start at once.

    Raises:
        RenderingFailed: ``fonts-missing``, or the style sheet was not understood.
    """
    with _drawing:
        load_engine()


def engine_versions() -> dict[str, str]:
    """Return the parts that decide the bytes, with version; fonts by SHA-256."""
    with _drawing:
        return dict(load_engine().versions)


def render_dossier(facts: DossierFacts, *, language: str, beside: str = "") -> RenderedDossier:
    """Draw ``facts`` as a PDF/A-3a with labels in ``language``, and in ``beside`` below them where one is given.

    Free text is taken in ``language`` where it was entered or translated, else in the original, and marked.

    Args:
        facts: what to print; also embedded as ``manifest.json``, byte for byte what the cover's hash covers.
        language: a code of ``settings.LANGUAGES``; that of the file, its title and its bookmarks.
        beside: another such code, or "" for one language alone.

    Raises:
        RenderingFailed: see its codes.
    """
    check_languages(language, beside)
    with _drawing:
        engine = load_engine()
        photos = _checked_photos(facts)
        html = _html(facts, language, beside)
        if beside:
            html = side_by_side(html, _html(facts, beside, language), display.bcp47(beside))
        check_coverage(html, engine.coverage)
        with no_warnings():
            pdf, pages, part_pages = draw(html, facts, photos, engine, language, beside)
    check_result(pdf, len(photos))
    return RenderedDossier(
        pdf=pdf,
        pages=pages,
        sha256=hashlib.sha256(pdf).hexdigest(),
        facts_sha256=facts.sha256,
        engine=dict(engine.versions),
        part_pages=part_pages,
    )


def check_languages(language: str, beside: str) -> None:
    """Refuse what is no language of the product, and a second that is the first; ``beside`` may be ""."""
    unknown = {language, beside or language} - dict(settings.LANGUAGES).keys()
    if unknown or language == beside:
        raise ValueError(f"Not languages of the product, or twice the same: {language}, {beside}")


def source_of(facts: DossierFacts, *, language: str) -> str:
    """Return the HTML that is drawn: for whoever measures or reads what the engine gets."""
    return _html(facts, language, "")


def _html(facts: DossierFacts, language: str, beside: str) -> str:
    with translation.override(language):
        context = context_of(facts, language) | {"beside": beside}
        return segment_html(render_to_string("dossiers/pdf/dossier.html", context))


def context_of(facts: DossierFacts, language: str) -> dict[str, Any]:
    """Return what the template of a dossier is filled with; in the language that is active."""
    created = facts.created_at.at.astimezone(UTC)
    return {
        "facts": facts,
        "language": language,
        "facts_sha256": facts.sha256,
        "created_iso": f"{created:%Y-%m-%dT%H:%M:%SZ}",
        "title": wording.choose(facts.case_title),
        "summary": wording.choose(facts.case_summary),
        "statement": wording.choose(facts.statement_of_facts),
        "assessment": wording.choose(facts.assessment),
        "parts": PARTS,
        "unfinished": wording.unfinished(facts, language),
        "evidence_is_apart": len(facts.exhibits) >= equal_parts.EQUAL_FROM,
    }


def _checked_photos(facts: DossierFacts) -> dict[str, bytes]:
    """Return the JPEG bytes by hash; refuse what did not come through the upload's re-encoding."""
    photos: dict[str, bytes] = {}
    for subject in facts.subjects:
        if subject.photo is None:
            continue
        check_photo(subject.photo.jpeg)
        photos[subject.photo.sha256] = subject.photo.jpeg
    return photos


def check_coverage(html: str, coverage: frozenset[int]) -> None:
    """Refuse characters that the fonts cannot print."""
    missing = sorted({ord(char) for char in set(html)} - coverage)
    if missing:
        raise RenderingFailed("missing-glyph", ", ".join(f"U+{code:04X}" for code in missing[:20]))


def draw(
    html: str, facts: Drawable, photos: Mapping[str, bytes], engine: Engine, language: str, beside: str = ""
) -> Drawn:
    """Draw segmented HTML with the facts attached."""
    from weasyprint import HTML, Attachment

    created = facts.created_at.at.astimezone(UTC)

    def attach(name: str, content: bytes, relationship: str) -> Any:
        return Attachment(
            string=content, name=name, created=created, modified=created, relationship=relationship
        )

    def once_each(_document: Any, pdf: Any) -> None:
        # WeasyPrint 70 lists every attachment twice.
        pdf.catalog["AF"] = pydyf.Array(dict.fromkeys(pdf.catalog["AF"]))

    def laid_out(source: str) -> Any:
        return HTML(string=source, url_fetcher=_photo_fetcher(photos)).render(
            font_config=engine.font_config, stylesheets=[engine.stylesheet], pdf_variant=PDF_VARIANT
        )

    apart = equal_parts.cut(html)
    sheets = None
    if apart:
        sheets = equal_parts.kept(apart.part) or equal_parts.keep(
            apart.part, laid_out(apart.part).write_pdf(pdf_variant=PDF_VARIANT)
        )
        html = apart.with_pages(sheets.pages)
    document = laid_out(html)
    about: dict[str, Any] = {
        "language": language,
        "facts_sha256": facts.sha256,
        "engine": engine.versions,
        **_signature_fields(document),
    }
    if beside:
        about["beside"] = beside
    engine_json = json.dumps(about, ensure_ascii=False, sort_keys=True, indent=1).encode()
    pdf = document.write_pdf(
        finisher=once_each,
        pdf_variant=PDF_VARIANT,
        attachments=[
            attach("manifest.json", facts.canonical_bytes(), "Data"),
            attach("engine.json", engine_json, "Supplement"),
        ],
    )
    part_pages = _part_pages(document)
    if apart and sheets:
        pdf = equal_parts.put_in(pdf, sheets, part_pages[apart.anchor])
    return Drawn(pdf, len(document.pages), part_pages)


def _part_pages(document: Any) -> dict[str, int]:
    """Return where the headings of parts stand. It is kept beside the file, whose bytes say nothing of it."""
    anchors = {part.anchor for part in PARTS}
    return {
        name: number
        for number, page in enumerate(document.pages, 1)
        for name in page.anchors
        if name in anchors
    }


def _signature_fields(document: Any) -> dict[str, Any]:
    """Return where the layout left room for signatures: page from 0, box in points from the lower left corner.

    Nothing for a document without such room. It travels in the file, for whoever signs it has only that.
    """
    found = {
        name: {
            "page": number,
            "box": [round(POINTS * side, 2) for side in (x1, page.height - y2, x2, page.height - y1)],
        }
        for number, page in enumerate(document.pages)
        for name, (x1, y1, x2, y2) in sorted(page.anchors.items())
        if name.startswith("signature-")
    }
    return {"signature_fields": found} if found else {}


def _photo_fetcher(photos: Mapping[str, bytes]) -> Any:
    """Return a fetcher that knows the dossier's photos and refuses every other address."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class PhotoFetcher(URLFetcher):
        def __init__(self) -> None:
            super().__init__(allowed_protocols={"photo"}, allow_redirects=False, fail_on_errors=True)

        def fetch(self, url: str, headers: Any = None) -> Any:
            if url.startswith("photo:"):
                return URLFetcherResponse(
                    url, photos[url.removeprefix("photo:")], {"Content-Type": "image/jpeg"}
                )
            return super().fetch(url, headers)

    return PhotoFetcher()


def check_result(pdf: bytes, photos: int) -> None:
    """Read the file back: only our fonts, every photo."""
    ours = {f"/{family.replace(' ', '-')}" for family in FONTS}
    images = 0
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        for item in opened.objects:
            if not isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
                continue
            if item.get("/Type") == "/Font":
                base = "/" + str(item.get("/BaseFont", "/?")).rpartition("+")[2].lstrip("/")
                if base.removesuffix("-Bold") not in ours:
                    raise RenderingFailed("system-font", base)
            images += item.get("/Subtype") == "/Image"
    if images < photos:
        raise RenderingFailed("dropped-image", f"{images} of {photos} photographs")
