"""Reads a PDF back as a recipient would: Poppler for the text, pikepdf for the structure."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pikepdf

INSTALL = "Poppler is missing: install poppler-utils (pdftotext)."


def _poppler(pdf: bytes, *options: str) -> str:
    assert shutil.which("pdftotext"), INSTALL
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(pdf)
        file.flush()
        done = subprocess.run(["pdftotext", *options, file.name, "-"], capture_output=True, check=True)
    return done.stdout.decode()


def text_of(pdf: bytes) -> str:
    """Return the whole text, pages parted by form feeds."""
    return _poppler(pdf, "-raw")


def pages_of(pdf: bytes) -> list[str]:
    """Return the text page by page."""
    return text_of(pdf).split("\f")[:-1]


def squeezed(text: str) -> str:
    """Return ``text`` without white space: a line may end anywhere in scripts that write no spaces."""
    return re.sub(r"\s+", "", text)


def spaced(text: str) -> str:
    """Return ``text`` with every run of white space as one space."""
    return re.sub(r"\s+", " ", text)


def word_boxes(pdf: bytes) -> list[tuple[float, float, float, float, str]]:
    """Return (left, top, right, bottom, word) in points from the page's top left corner."""
    found = re.findall(
        r'<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">(.*?)</word>',
        _poppler(pdf, "-bbox"),
    )
    return [(float(a), float(b), float(c), float(d), word) for a, b, c, d, word in found]


def fonts_of(pdf: bytes) -> set[str]:
    """Return the names of all fonts, without the subset prefix."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return {
            str(item.BaseFont).rpartition("+")[2].lstrip("/")
            for item in opened.objects
            if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/Font"
        }


def attachments_of(pdf: bytes) -> dict[str, bytes]:
    """Return the embedded files by name."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return {name: spec.get_file().read_bytes() for name, spec in opened.attachments.items()}


def bookmarks_of(pdf: bytes) -> dict[str, int]:
    """Return the outline's titles with their page numbers, counted from 1."""
    found: dict[str, int] = {}
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        numbers = {page.objgen: number for number, page in enumerate(opened.pages, 1)}

        def walk(items: list[pikepdf.OutlineItem]) -> None:
            for item in items:
                found[item.title] = numbers[item.destination[0].objgen]
                walk(item.children)

        with opened.open_outline() as outline:
            walk(outline.root)
    return found


def saved(pdf: bytes, folder: Path, name: str) -> Path:
    """Write the PDF for a human's eye."""
    path = folder / f"{name}.pdf"
    path.write_bytes(pdf)
    return path
