"""The same dossier as a Typst document, to hold the processor time of drawing against.

Only the bench uses it: the HTML that WeasyPrint gets is taken apart, and the same words, tables and pictures are laid
out by Typst with the same fonts on the same size of paper. The look is not the same to the millimetre; the number of
pages is told beside the time.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pikepdf
from lxml import html as lxml_html

from tests.harness.cluster import ROOT

FONTS = ROOT / "static" / "vendor" / "pdf-fonts"
FAMILIES = (
    "Noto Sans",
    "Noto Sans Thai",
    "Noto Sans Khmer",
    "Noto Sans Lao",
    "Noto Sans Myanmar",
    "Noto Sans SC",
)
LEADING = {"th": "0.9em", "lo": "0.9em", "km": "1em", "my": "1.2em"}
HEADINGS = {"h1": (1, "17pt"), "h2": (2, "12pt"), "h3": (3, "10pt"), "h4": (4, "9.6pt")}
NEW_PAGE = {"part", "contents"}
INLINE = {"span", "a", "b", "i", "em", "strong", "code", "br"}
SKIPPED = {"running-head", "running-foot"}


def to_typst(html: str, language: str) -> bytes:
    """Return Typst source that says what ``html`` says, with a running head, page x of y and a contents page."""
    body = lxml_html.document_fromstring(html).find("body")
    head = _string(_text(body.xpath("//*[@class='running-head']")[0]))
    families = ", ".join(map(json.dumps, FAMILIES))
    start = f"""
#set document(title: {head})
#set text(font: ({families}), size: 9.6pt, lang: {json.dumps(language[:2])})
#set par(leading: {LEADING.get(language, "0.75em")})
#set page(paper: "a4", margin: (top: 27mm, bottom: 22mm, x: 18mm), header: text(8pt, {head}),
  footer: context align(right, text(8pt)[#counter(page).display() / #counter(page).final().first()]))
"""
    return (start + "\n".join(_blocks(body))).encode()


def pages_of(source: bytes) -> tuple[bytes, int]:
    """Return the tagged PDF/A of a document, and its number of pages."""
    pdf = _compiler().compile(input=source, format="pdf", pdf_standards="a-3a")
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return pdf, len(opened.pages)


def draw(source: bytes) -> bytes:
    """Draw a document; no more than that, so that its time can be taken."""
    drawn: bytes = _compiler().compile(input=source, format="pdf", pdf_standards="a-3a")
    return drawn


@cache
def _compiler() -> Any:
    import typst

    return typst.Compiler(root=str(ROOT), font_paths=[str(FONTS)], ignore_system_fonts=True)


def _blocks(element: Any) -> Iterator[str]:
    for child in element:
        if not isinstance(child.tag, str) or set(_classes(child)) & SKIPPED:
            continue
        if "contents" in _classes(child):
            yield "#pagebreak(weak: true)\n#outline()"
        elif child.tag in HEADINGS:
            level, size = HEADINGS[child.tag]
            yield f"#heading(level: {level}, text({size}, {_string(_text(child))}))"
        elif child.tag == "table":
            yield _table(child)
        elif child.tag == "svg":
            yield _picture(lxml_html.tostring(child, encoding="unicode"))
        elif child.tag == "p" or _is_words(child):
            yield f"#par({_words(child)})"
        else:
            if set(_classes(child)) & NEW_PAGE:
                yield "#pagebreak(weak: true)"
            yield from _blocks(child)


def _table(element: Any) -> str:
    rows = list(element.iter("tr"))
    widest = max(sum(int(cell.get("colspan", 1)) for cell in row) for row in rows)
    cells = [
        f"table.cell(colspan: {cell.get('colspan', 1)}, {_content(cell)})" for row in rows for cell in row
    ]
    columns = f"({', '.join(['1fr'] * widest)})" if widest > 1 else "(1fr,)"
    return f"#table(columns: {columns}, stroke: 0.5pt + gray, {', '.join(cells)})"


def _content(cell: Any) -> str:
    inner = list(_blocks(cell)) if any(_is_block(child) for child in cell) else []
    if inner:
        return "[" + "\n".join(inner) + "]"
    words = _words(cell)
    return f"strong({words})" if cell.tag == "th" else words


def _words(element: Any) -> str:
    return f"text({_string(_text(element))})"


def _picture(svg: str) -> str:
    named = svg if "xmlns" in svg else svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
    return f'#image(bytes({_string(named)}), format: "svg", width: 26mm, alt: "code")'


def _is_block(element: Any) -> bool:
    return isinstance(element.tag, str) and element.tag not in INLINE


def _is_words(element: Any) -> bool:
    return not any(_is_block(child) for child in element)


def _classes(element: Any) -> list[str]:
    return (element.get("class") or "").split()


def _text(element: Any) -> str:
    # Typst finds the line breaks of every script by itself.
    return " ".join("".join(element.itertext()).replace("\u200b", "").split())


def _string(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


__all__ = ["draw", "pages_of", "to_typst"]
