"""What a dossier says, part by part, as lines of text: read from the very pages that the paper is drawn from.

A part that gains a row on paper has it here too, in the words of the paper; nothing can be forgotten twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils import translation
from lxml import html as lxml_html

from lmc_cases.dossiers import rendering
from lmc_cases.dossiers.facts import DossierFacts
from lmc_cases.dossiers.parts import PARTS, Part

_HEADINGS = ("h2", "h3", "h4")
_TEXTS = ("p", "li", "blockquote", "div")
_INNER = (*_TEXTS, "tr", "table")
_SILENT = ("h1", "thead", "svg", "img")
# Tables that the paper leaves empty, to be filled in and signed at the border.
_BY_HAND = {"blanks", "outcomes", "signatures"}


@dataclass(frozen=True)
class Line:
    """One row: ``under`` is the heading or the person it stands below, "" for none; ``label`` "" for plain text."""

    under: str
    label: str
    text: str


@dataclass(frozen=True)
class PartTold:
    """One part and what it says."""

    part: Part
    lines: tuple[Line, ...]


def parts_told(facts: DossierFacts, language: str) -> list[PartTold]:
    """Return every part in order, with the labels of ``language`` and its texts where there are any."""
    with translation.override(language):
        page = render_to_string("dossiers/pdf/dossier.html", rendering.context_of(facts, language))
        titles = {part.anchor: part for part in PARTS}
    body = lxml_html.document_fromstring(page).find("body")
    found: dict[str, list[Line]] = {anchor: [] for anchor in titles}
    for section in body.iterchildren("section"):
        heading = next((each for each in section.iter("h1") if each.get("id") in titles), None)
        if heading is not None:
            found[heading.get("id")] += _lines(section)
    return [PartTold(part, tuple(found[anchor])) for anchor, part in titles.items()]


def _lines(section: lxml_html.HtmlElement) -> Iterator[Line]:
    under, label = "", ""
    for element in _rows(section):
        classes = (element.get("class") or "").split()
        words = _words(element)
        if element.tag in _HEADINGS or "group" in classes:
            under, label = words, ""
        elif element.tag == "tr":
            yield from _of_row(element, under)
        elif "label" in classes:
            label = words
        elif words:
            yield Line(under, label, words)
            label = ""


def _rows(element: lxml_html.HtmlElement) -> Iterator[lxml_html.HtmlElement]:
    """Return headings, rows of tables, and texts outside of tables, in order; nothing of what is filled in by hand."""
    for child in element:
        if not isinstance(child.tag, str) or child.tag in _SILENT:
            continue
        if _BY_HAND & set((child.get("class") or "").split()):
            continue
        if (
            child.tag in _HEADINGS
            or (child.tag == "tr" and not _is_laid_out(child))
            or (child.tag in _TEXTS and _is_leaf(child))
        ):
            yield child
        else:
            yield from _rows(child)


def _is_laid_out(row: lxml_html.HtmlElement) -> bool:
    """Whether a row of a table only places things side by side."""
    return any("label" in (each.get("class") or "").split() for each in row.iter("p")) or any(
        True for _each in row.iter(*_HEADINGS)
    )


def _is_leaf(element: lxml_html.HtmlElement) -> bool:
    return not any(each is not element for each in element.iter(*_INNER))


def _of_row(row: lxml_html.HtmlElement, under: str) -> Iterator[Line]:
    heads = [_words(cell) for cell in row.iterchildren("th")]
    values = [_words(cell) for cell in row.iterchildren("td")]
    labels = _labels(row)[len(heads) :]
    if len(labels) == len(values) > 1:
        said = [f"{label}: {value}" for label, value in zip(labels, values, strict=True) if value]
    else:
        said = [value for value in values if value]
    if heads or said:
        yield Line(under, " · ".join(heads), "\n".join(said))


def _labels(row: lxml_html.HtmlElement) -> list[str]:
    table = next(row.iterancestors("table"), None)
    head = table.find("thead") if table is not None else None
    return [] if head is None else [_words(cell) for cell in head.iter("th")]


def _words(element: lxml_html.HtmlElement) -> str:
    """Return the words of an element, a line for each of its paragraphs."""
    said: list[str] = []
    _say(element, said)
    lines = (" ".join(line.split()) for line in "".join(said).split("\n"))
    return "\n".join(line for line in lines if line)


def _say(element: lxml_html.HtmlElement, said: list[str]) -> None:
    """Collect what stands in an element; only the edges of blocks end a line, as on paper."""
    said.append((element.text or "").replace("\n", " "))
    for child in element:
        if isinstance(child.tag, str) and child.tag not in _SILENT:
            edge = "\n" if child.tag in _INNER else ""
            said.append(edge)
            _say(child, said)
            said.append(edge)
        said.append((child.tail or "").replace("\n", " "))
