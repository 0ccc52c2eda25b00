"""Draws a dossier: facts in, PDF out. The only module that knows WeasyPrint, and only inside functions.

Equal facts give equal bytes on the same engine (`RenderedDossier.engine` names its parts). What looks right but is
not fails: a missing glyph, a system font, a dropped photo, any warning of the engine raises `RenderingFailed`.
One set of fonts and one parsed style sheet serve the process; call `warm_up` when a worker starts.
"""

from __future__ import annotations

import atexit
import hashlib
import io
import json
import logging
import threading
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from functools import cache
from pathlib import Path
from typing import Any

import pikepdf
import pydyf
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from PIL import Image

from lmc_cases.core.errors import DomainError
from lmc_cases.dossiers import wording
from lmc_cases.dossiers.facts import DossierFacts
from lmc_cases.dossiers.segmentation import segment_html

# Private family names: a family that the system also has would win or mix without a word.
FONTS = {
    "DS": "NotoSans",
    "DS Thai": "NotoSansThai",
    "DS Khmer": "NotoSansKhmer",
    "DS Lao": "NotoSansLao",
    "DS Myanmar": "NotoSansMyanmar",
    "DS SC": "NotoSansSC",
}
WEIGHTS = {400: "400Regular", 700: "700Bold"}
PDF_VARIANT = "pdf/a-3a"
# Upload re-encodes to 600 x 800; anything much larger did not come that way.
PHOTO_MAX_SIDE = 2_000
PHOTO_MAX_BYTES = 2_000_000

_MESSAGES = {
    "missing-glyph": _("The dossier holds a character that its fonts cannot print."),
    "photo-unusable": _("A photograph cannot be printed. Upload it again."),
    "fonts-missing": _("The fonts of the dossier are not installed."),
}
_drawing = threading.Lock()


class RenderingFailed(DomainError):
    """The dossier could not be drawn faithfully.

    Attributes:
        code: ``missing-glyph``, ``photo-unusable``, ``fonts-missing``, ``system-font``, ``dropped-image`` or
            ``engine-warning``.
        detail: for the log: code points, font names, the engine's own words; never a name or free text.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(str(_MESSAGES.get(code, _("The dossier could not be printed without faults."))))
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class RenderedDossier:
    """A finished PDF; both hashes are lower-case hex SHA-256, ``facts_sha256`` is the one on the cover."""

    pdf: bytes
    pages: int
    sha256: str
    facts_sha256: str
    engine: dict[str, str]


@dataclass(frozen=True)
class _Engine:
    """What is loaded once per process."""

    font_config: Any
    stylesheet: Any
    coverage: frozenset[int]
    versions: dict[str, str]


def warm_up() -> None:
    """Load fonts and style sheet now; later renders of this process start at once.

    Raises:
        RenderingFailed: ``fonts-missing``, or the style sheet was not understood.
    """
    with _drawing:
        _engine()


def engine_versions() -> dict[str, str]:
    """Return the parts that decide the bytes, with version; fonts by SHA-256."""
    with _drawing:
        return dict(_engine().versions)


def render_dossier(facts: DossierFacts, *, language: str) -> RenderedDossier:
    """Draw ``facts`` as a PDF/A-3a with labels in ``language``.

    Free text is taken in ``language`` where it was entered or translated, else in the original, and marked.

    Args:
        facts: what to print; also embedded as ``manifest.json``, byte for byte what the cover's hash covers.
        language: a code of ``settings.LANGUAGES``.

    Raises:
        RenderingFailed: see its codes.
    """
    if language not in dict(settings.LANGUAGES):
        raise ValueError(f"Not a language of the product: {language}")
    with _drawing:
        engine = _engine()
        photos = _checked_photos(facts)
        with translation.override(language):
            html = segment_html(render_to_string("dossiers/pdf/dossier.html", _context(facts, language)))
        _check_coverage(html, engine.coverage)
        with _no_warnings():
            pdf, pages = _draw(html, facts, photos, engine, language)
    _check_result(pdf, len(photos))
    return RenderedDossier(
        pdf=pdf,
        pages=pages,
        sha256=hashlib.sha256(pdf).hexdigest(),
        facts_sha256=facts.sha256,
        engine=dict(engine.versions),
    )


def _context(facts: DossierFacts, language: str) -> dict[str, Any]:
    created = facts.created_at.at.astimezone(UTC)
    return {
        "facts": facts,
        "language": language,
        "facts_sha256": facts.sha256,
        "created_iso": f"{created:%Y-%m-%dT%H:%M:%SZ}",
        "title": wording.choose(facts.case_title),
        "summary": wording.choose(facts.case_summary),
        "statement": wording.choose(facts.statement_of_facts),
    }


def _checked_photos(facts: DossierFacts) -> dict[str, bytes]:
    """Return the JPEG bytes by hash; refuse what did not come through the upload's re-encoding."""
    photos: dict[str, bytes] = {}
    for subject in facts.subjects:
        if subject.photo is None:
            continue
        jpeg, digest = subject.photo.jpeg, subject.photo.sha256
        try:
            if len(jpeg) > PHOTO_MAX_BYTES:
                raise ValueError("too many bytes")
            with Image.open(io.BytesIO(jpeg), formats=["JPEG"]) as image:
                if max(image.size) > PHOTO_MAX_SIDE:
                    raise ValueError("too many pixels")
                if image.mode not in {"RGB", "L"}:
                    raise ValueError(f"colour mode {image.mode}")
                if {"exif", "xmp", "comment"} & image.info.keys():
                    raise ValueError("holds metadata of the camera")
                image.load()
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
            raise RenderingFailed("photo-unusable", f"{digest[:16]}: {type(error).__name__} {error}") from error
        photos[digest] = jpeg
    return photos


def _check_coverage(html: str, coverage: frozenset[int]) -> None:
    missing = sorted({ord(char) for char in set(html)} - coverage)
    if missing:
        raise RenderingFailed("missing-glyph", ", ".join(f"U+{code:04X}" for code in missing[:20]))


def _draw(
    html: str, facts: DossierFacts, photos: Mapping[str, bytes], engine: _Engine, language: str
) -> tuple[bytes, int]:
    from weasyprint import HTML, Attachment

    created = facts.created_at.at.astimezone(UTC)

    def attach(name: str, content: bytes, relationship: str) -> Any:
        return Attachment(string=content, name=name, created=created, modified=created, relationship=relationship)

    about = {"language": language, "facts_sha256": facts.sha256, "engine": engine.versions}
    engine_json = json.dumps(about, ensure_ascii=False, sort_keys=True, indent=1).encode()

    def once_each(_document: Any, pdf: Any) -> None:
        # WeasyPrint 70 lists every attachment twice.
        pdf.catalog["AF"] = pydyf.Array(dict.fromkeys(pdf.catalog["AF"]))

    document = HTML(string=html, url_fetcher=_photo_fetcher(photos)).render(
        font_config=engine.font_config, stylesheets=[engine.stylesheet], pdf_variant=PDF_VARIANT
    )
    pdf = document.write_pdf(
        finisher=once_each,
        pdf_variant=PDF_VARIANT,
        attachments=[
            attach("manifest.json", facts.canonical_bytes(), "Data"),
            attach("engine.json", engine_json, "Supplement"),
        ],
    )
    return pdf, len(document.pages)


def _photo_fetcher(photos: Mapping[str, bytes]) -> Any:
    """Return a fetcher that knows the dossier's photos and refuses every other address."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class PhotoFetcher(URLFetcher):
        def __init__(self) -> None:
            super().__init__(allowed_protocols={"photo"}, allow_redirects=False, fail_on_errors=True)

        def fetch(self, url: str, headers: Any = None) -> Any:
            if url.startswith("photo:"):
                return URLFetcherResponse(url, photos[url.removeprefix("photo:")], {"Content-Type": "image/jpeg"})
            return super().fetch(url, headers)

    return PhotoFetcher()


@contextmanager
def _no_warnings() -> Iterator[None]:
    """Turn what the engine only logs, and what it refuses to fetch, into a failed dossier."""
    lines: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record.getMessage())

    logger, handler = logging.getLogger("weasyprint"), Keep(logging.WARNING)
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.WARNING)
    try:
        yield
    except Exception as error:
        raise RenderingFailed("engine-warning", f"{type(error).__name__}: {error}"[:500]) from error
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
    if lines:
        code = "missing-glyph" if any(".notdef" in line for line in lines) else "engine-warning"
        raise RenderingFailed(code, " | ".join(lines)[:500])


def _check_result(pdf: bytes, photos: int) -> None:
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


@cache
def _engine() -> _Engine:
    import weasyprint
    from fontTools.ttLib import TTFont
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    logging.getLogger("weasyprint.progress").setLevel(logging.WARNING)
    folder = Path(settings.ROOT) / "static" / "vendor" / "pdf-fonts"
    faces: list[str] = []
    coverage = set(map(ord, "\n\u200b\u200c\u200d"))
    versions = _library_versions(weasyprint.__version__)
    for family, stem in FONTS.items():
        for weight, suffix in WEIGHTS.items():
            path = folder / f"{stem}_{suffix}.ttf"
            if not path.is_file():
                raise RenderingFailed("fonts-missing", path.name)
            versions[f"font {path.name}"] = "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()
            faces.append(
                f"@font-face {{ font-family: '{family}'; font-weight: {weight}; src: url('{path.resolve().as_uri()}') }}"
            )
        with TTFont(folder / f"{stem}_{WEIGHTS[400]}.ttf", lazy=True) as font:
            coverage |= font.getBestCmap().keys()
    _mark_actual_text()
    versions["subsetter"] = _choose_subsetter()
    sheet = (Path(settings.ROOT) / "static" / "css" / "dossier.css").read_text(encoding="utf-8")
    font_config = FontConfiguration()
    with _no_warnings():
        fetcher = URLFetcher(allowed_protocols={"file"}, allow_redirects=False, fail_on_errors=True)
        stylesheet = CSS(string="\n".join([*faces, sheet]), font_config=font_config, url_fetcher=fetcher)
    versions["style sheet"] = "sha256:" + hashlib.sha256(sheet.encode()).hexdigest()
    # Before the interpreter takes its modules apart: the fonts' folder is removed by then.
    atexit.register(_engine.cache_clear)
    return _Engine(font_config, stylesheet, frozenset(coverage), versions)


def _library_versions(weasyprint_version: str) -> dict[str, str]:
    from importlib.metadata import version

    from weasyprint.text.ffi import pango

    number = pango.pango_version()
    return {
        "weasyprint": weasyprint_version,
        "pydyf": version("pydyf"),
        "pango": f"{number // 10_000}.{number // 100 % 100}.{number % 100}",
        "harfbuzz": _harfbuzz_version(),
        "icu4py": version("icu4py"),
        "babel": version("babel"),
        "pillow": version("pillow"),
        "zlib": zlib.ZLIB_RUNTIME_VERSION,
    }


def _harfbuzz_version() -> str:
    from weasyprint.text.ffi import ffi, harfbuzz

    ffi.cdef("const char *hb_version_string(void);", override=True)
    return str(ffi.string(harfbuzz.hb_version_string()).decode())


def _mark_actual_text() -> None:
    """Give each line that is not plain Latin or Chinese an ``/ActualText``, so that copying it gives the text.

    WeasyPrint maps a glyph to the first cluster it was seen in; for Thai, Khmer, Lao, Burmese and Vietnamese the text
    read back is wrong without this. Held against WeasyPrint 70 by the tests that read seven languages back.
    """
    import re

    import weasyprint.draw.text as drawing

    plain = drawing.draw_first_line
    if getattr(plain, "marks_actual_text", False):
        return
    complex_text = re.compile("[^\x00-\x7e\u00a0-\u00ff\u2010-\u2027\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef]")

    def draw_first_line(stream: Any, textbox: Any, *rest: Any) -> Any:
        text = textbox.text
        if not complex_text.search(text):
            return plain(stream, textbox, *rest)
        encoded = "feff" + text.replace("\u200b", "").encode("utf-16-be").hex()
        stream.stream.append(b"/Span <</ActualText <" + encoded.encode() + b">>> BDC")
        try:
            return plain(stream, textbox, *rest)
        finally:
            stream.stream.append(b"EMC")

    draw_first_line.marks_actual_text = True  # type: ignore[attr-defined]
    drawing.draw_first_line = draw_first_line


def _choose_subsetter() -> str:
    """Cut fonts with the system's harfbuzz-subset, else with the one in the uharfbuzz wheel; say which.

    WeasyPrint's own fallback (fontTools) needs four to five times the processor time and logs a warning.
    """
    from weasyprint.pdf.fonts import Font
    from weasyprint.text.ffi import harfbuzz, harfbuzz_subset

    if harfbuzz_subset and harfbuzz.hb_version_atleast(4, 1, 0):
        return f"harfbuzz-subset {_harfbuzz_version()}"

    import uharfbuzz

    flags = uharfbuzz.SubsetFlags
    dropped = ("BASE", "DSIG", "EBDT", "EBLC", "EBSC", "GPOS", "GSUB", "JSTF", "LTSH", "PCLT", "SVG ")

    def cut(face: Any, glyphs: Any, wanted: Any) -> Any:
        cutter = uharfbuzz.SubsetInput()
        cutter.flags = wanted
        cutter.glyph_set.update(glyphs)
        cutter.drop_table_tag_set.update(int.from_bytes(tag.encode(), "big") for tag in dropped)
        return cutter.subset(face)

    def subset(font: Any, to_unicode: Mapping[int, str], hinting: bool) -> None:
        if not to_unicode:
            return
        keep = flags.PASSTHROUGH_UNRECOGNIZED | flags.DESUBROUTINIZE | flags.NO_LAYOUT_CLOSURE
        if font.missing:
            keep |= flags.NOTDEF_OUTLINE
        face = uharfbuzz.Face(uharfbuzz.Blob(font.file_content), font.index)
        face = cut(face, sorted(to_unicode), keep | flags.RETAIN_GIDS)
        # The second pass drops the empty glyphs after the last one used.
        last = keep if hinting else keep | flags.NO_HINTING
        font.file_content = cut(face, range(max(to_unicode) + 1), last).blob.data

    Font.subset = subset
    return f"uharfbuzz {uharfbuzz.__version__} (HarfBuzz {uharfbuzz.version_string()})"
