"""What is loaded once per process: fonts, style sheet, versions, and three mends of WeasyPrint 70."""

from __future__ import annotations

import atexit
import hashlib
import logging
import re
import unicodedata
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import uharfbuzz
from django.conf import settings
from PIL import ImageFile

from lmc_cases.dossiers.rendering.faults import RenderingFailed, no_warnings

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


@dataclass(frozen=True)
class Engine:
    """What is loaded once per process."""

    font_config: Any
    stylesheet: Any
    coverage: frozenset[int]
    versions: dict[str, str]


@cache
def load_engine() -> Engine:
    """Load fonts and style sheet, mend WeasyPrint, and keep the result for the life of the process.

    Raises:
        RenderingFailed: ``fonts-missing``, or ``engine-warning`` for a style sheet that was not understood.
    """
    import weasyprint
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
            source = f"url('{path.resolve().as_uri()}')"
            faces.append(f"@font-face {{ font-family: '{family}'; font-weight: {weight}; src: {source} }}")
        coverage |= set(_face(folder / f"{stem}_{WEIGHTS[400]}.ttf").unicodes)
    _mark_actual_text()
    _name_glyphs_by_their_letters(folder)
    # WeasyPrint switches this on for the whole process: a photo cut short would pass for whole.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    versions["subsetter"] = _choose_subsetter()
    sheet = (Path(settings.ROOT) / "static" / "css" / "dossier.css").read_text(encoding="utf-8")
    font_config = FontConfiguration()
    with no_warnings():
        fetcher = URLFetcher(allowed_protocols={"file"}, allow_redirects=False, fail_on_errors=True)
        stylesheet = CSS(string="\n".join([*faces, sheet]), font_config=font_config, url_fetcher=fetcher)
    versions["style sheet"] = "sha256:" + hashlib.sha256(sheet.encode()).hexdigest()
    # Before the interpreter takes its modules apart: the fonts' folder is removed by then.
    atexit.register(load_engine.cache_clear)
    return Engine(font_config, stylesheet, frozenset(coverage), versions)


def _face(path: Path) -> Any:
    return uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(path)))


def _library_versions(weasyprint_version: str) -> dict[str, str]:
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
    import weasyprint.draw.text as drawing

    plain = drawing.draw_first_line
    if getattr(plain, "marks_actual_text", False):
        return
    # Dashes and quotes count as complex: the Chinese font draws U+2014 and U+2015 with one glyph.
    complex_text = re.compile("[^\x00-\x7e\u00a0-\u00ff\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef]")

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


def _name_glyphs_by_their_letters(folder: Path) -> None:
    """Map each glyph to the letter its font gives it, for readers that know no ``/ActualText``.

    WeasyPrint maps a glyph to the whole cluster it was first seen in, or to nothing: after one Vietnamese "ụ" every
    plain "u" is lost.
    """
    import weasyprint.pdf as writing

    plain = writing.build_fonts_dictionary
    if getattr(plain, "names_glyphs", False):
        return

    @cache
    def letters_of(base: str) -> tuple[dict[int, str], dict[str, int]]:
        family, bold = base.removesuffix("-Bold").replace("-", " "), base.endswith("-Bold")
        path = folder / f"{FONTS[family]}_{WEIGHTS[700 if bold else 400]}.ttf"
        face = _face(path)
        font = uharfbuzz.Font(face)
        glyphs = {chr(code): font.get_nominal_glyph(code) for code in sorted(face.unicodes)}
        letters: dict[int, str] = {}
        for letter, glyph in glyphs.items():
            # The glyph of "fi" stands for two letters, not for the one code point that old fonts gave it.
            is_ligature = "\ufb00" <= letter <= "\ufb06"
            letters.setdefault(glyph, unicodedata.normalize("NFKC", letter) if is_ligature else letter)
        return letters, glyphs

    def build_fonts_dictionary(pdf: Any, fonts: Mapping[Any, Any], *rest: Any) -> Any:
        for font in fonts.values():
            base = font.name.decode().rpartition("+")[2]
            if base.removesuffix("-Bold").replace("-", " ") not in FONTS:
                continue
            letters, glyphs = letters_of(base)
            for glyph, text in font.to_unicode.items():
                if glyphs.get(text) != glyph and glyph in letters:
                    font.to_unicode[glyph] = letters[glyph]
        return plain(pdf, fonts, *rest)

    build_fonts_dictionary.names_glyphs = True  # type: ignore[attr-defined]
    writing.build_fonts_dictionary = build_fonts_dictionary


def _choose_subsetter() -> str:
    """Cut fonts with the system's harfbuzz-subset, else with the one in the uharfbuzz wheel; say which.

    WeasyPrint's own fallback (fontTools) needs four to five times the processor time and logs a warning.
    """
    from weasyprint.pdf.fonts import Font
    from weasyprint.text.ffi import harfbuzz, harfbuzz_subset

    if harfbuzz_subset and harfbuzz.hb_version_atleast(4, 1, 0):
        return f"harfbuzz-subset {_harfbuzz_version()}"

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
