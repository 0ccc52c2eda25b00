"""A part that is equal for all dossiers of an operation is laid out once in a process and put into each of them.

The dossier itself is drawn with empty pages in its place, so that running lines, page numbers, contents and bookmarks
are those of the whole. Then the part's pages take their place: content, resources and structure tree. The result does
not depend on whether the part was drawn just now or an hour ago, nor on the process.
"""

from __future__ import annotations

import html as escaping
import io
import re
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf

from lmc_cases.dossiers.rendering.faults import RenderingFailed

# A part of fewer exhibits is drawn with the rest: a document of its own costs more than they do.
EQUAL_FROM: Final = 5
# How many parts a process keeps: an operation is drawn case by case, in a few languages.
KEPT: Final = 8

_SECTION = re.compile(r'<section class="part" data-equal="">(.*?)</section>', re.DOTALL)
_HEADING = re.compile(r'<h1 id="([a-z-]+)" data-plain="([^"]*)">')
_MARK = re.compile(rb"/\w+\s*<<\s*/MCID \d+\s*>>\s*BDC")
_BODY = re.compile(r"(<body>).*(</body>)", re.DOTALL)


class Cut(NamedTuple):
    """A document without its equal part, and the part as a document of its own."""

    before: str
    after: str
    anchor: str
    label: str
    part: str

    def with_pages(self, count: int) -> str:
        """Return the document with ``count`` empty pages in the part's place; the first bears its bookmark."""
        first = f'<h1 class="hole" id="{self.anchor}" data-plain="{escaping.escape(self.label)}"></h1>'
        more = '<div class="hole"></div>' * (count - 1)
        return f'{self.before}<section class="part apart">{first}{more}</section>{self.after}'


@dataclass(frozen=True)
class Sheets:
    """The drawn pages of a part, ready to be copied into a document."""

    source: Pdf
    pages: int


_kept: OrderedDict[str, Sheets] = OrderedDict()


def cut(html: str) -> Cut | None:
    """Take the part that is marked as equal out of a document; None where there is none."""
    found = _SECTION.search(html)
    if found is None:
        return None
    heading = _HEADING.search(found[1])
    if heading is None:
        raise ValueError("An equal part begins with its heading.")
    alone = f'<section class="part">{found[1]}</section>'
    return Cut(
        before=html[: found.start()],
        after=html[found.end() :],
        anchor=heading[1],
        label=escaping.unescape(heading[2]),
        part=_BODY.sub(lambda body: f"{body[1]}{alone}{body[2]}", _without_head(html)),
    )


def _without_head(html: str) -> str:
    """Return the document under a title that is equal too."""
    return re.sub(r"<title>.*?</title>|<meta name=[^>]*>", "", html, flags=re.DOTALL)


def kept(html: str) -> Sheets | None:
    """Return the pages of a part that this process drew before."""
    sheets = _kept.get(html)
    if sheets is not None:
        _kept.move_to_end(html)
    return sheets


def keep(html: str, pdf: bytes) -> Sheets:
    """Make the drawn part ready, and keep it for the dossiers that follow.

    Raises:
        RenderingFailed: ``equal-part`` for a page that holds what cannot be moved, such as a link.
    """
    sheets = _prepared(pdf)
    _kept[html] = sheets
    while len(_kept) > KEPT:
        _kept.popitem(last=False)
    return sheets


def _prepared(pdf: bytes) -> Sheets:
    """Gather what is to be moved under one object, with a plain dictionary in the place of each page.

    Structure elements name their page. Copied into another document a page that is not in its tree would be lost.
    """
    source = Pdf.open(io.BytesIO(pdf))
    carriers: dict[tuple[int, int], Any] = {}
    of_pages: list[Any] = []
    root = source.Root.StructTreeRoot
    marked = dict(_pairs(root.ParentTree.Nums))
    for page in source.pages:
        if "/Annots" in page.obj:
            raise RenderingFailed("equal-part", "a page of it holds an annotation")
        moved = {key: value for key, value in page.obj.items() if key not in {"/Parent", "/Type"}}
        carriers[page.obj.objgen] = source.make_indirect(Dictionary(moved))
        of_pages.append(marked[int(page.obj.StructParents)])
    top = root.K[0] if isinstance(root.K, Array) else root.K
    for element in _elements(top):
        if "/Pg" in element:
            element.Pg = carriers[element.Pg.objgen]
        # A cell names its headings; no other document has these names.
        if "/ID" in element:
            element.ID = _own_name(element.ID)
        for attributes in _list(element.get("/A")):
            if "/Headers" in attributes:
                attributes.Headers = Array([_own_name(each) for each in attributes.Headers])
    source.Root.LmcPart = source.make_indirect(
        Dictionary(
            Pages=Array(list(carriers.values())),
            Marked=Array(of_pages),
            Kids=Array(list(top.K)),
        )
    )
    return Sheets(source, len(carriers))


def put_in(pdf: bytes, sheets: Sheets, first: int) -> bytes:
    """Return the document with the part's pages where it left ``sheets.pages`` empty ones, from ``first`` (1) on."""
    with Pdf.open(io.BytesIO(pdf)) as document:
        part = document.copy_foreign(sheets.source.Root.LmcPart)
        pages = document.Root.Pages.Kids
        holes = [pages[first - 1 + number] for number in range(sheets.pages)]
        # Before the pages are changed: elements of the part stand where those of the empty pages stood.
        _graft(document.Root.StructTreeRoot, part, {hole.objgen for hole in holes})
        _point_to(document.Root, holes[0], part.Pages[0])
        for number, (hole, page) in enumerate(zip(holes, part.Pages, strict=True)):
            running = pikepdf.Page(hole).as_form_xobject()
            # Running lines are no content: their marks belonged to the empty page, and would now name the part's.
            running.write(_MARK.sub(b"/Artifact BMC", running.read_bytes()))
            page.Type = Name.Page
            page.Parent = document.Root.Pages
            page.Contents = Array(
                [
                    document.make_stream(b"q\n"),
                    *_list(page.Contents),
                    document.make_stream(b"\nQ\n/LmcRunning Do\n"),
                ]
            )
            resources = page.Resources = Dictionary(dict(page.Resources.items()))
            resources.XObject = Dictionary(
                {**dict(resources.get("/XObject", Dictionary()).items()), "/LmcRunning": running}
            )
            pages[first - 1 + number] = page
        out = io.BytesIO()
        document.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        return out.getvalue()


def _graft(root: Any, part: Any, holes: set[tuple[int, int]]) -> None:
    """Put the part's elements into the structure tree, and say which marks of its pages are theirs."""
    top = root.K[0] if isinstance(root.K, Array) else root.K
    kids = list(top.K)
    places = [place for place, kid in enumerate(kids) if "/Pg" in kid and kid.Pg.objgen in holes]
    if not places:
        raise RenderingFailed("equal-part", "the document has no place for it")
    for kid in part.Kids:
        kid.P = top
    top.K = Array([*kids[: places[0]], *part.Kids, *kids[places[-1] + 1 :]])
    following = 1 + max(int(key) for key, _value in _pairs(root.ParentTree.Nums))
    for number, (page, marked) in enumerate(zip(part.Pages, part.Marked, strict=True), following):
        page.StructParents = number
        root.ParentTree.Nums.extend([number, marked])


def _point_to(root: Any, hole: Any, page: Any) -> None:
    """Let the contents page and the bookmark that led to the first empty page lead to the part."""
    for _name, target in _pairs(root.Names.Dests.Names):
        if target[0].objgen == hole.objgen:
            target[0] = page
    entry = root.Outlines.First
    while entry is not None:
        if entry.Dest[0].objgen == hole.objgen:
            entry.Dest[0] = page
        entry = entry.get("/Next")


def _elements(element: Any) -> Iterator[Any]:
    """Walk over an element of a structure tree and all below it."""
    waiting = [element]
    while waiting:
        each = waiting.pop()
        yield each
        waiting += [kid for kid in _list(each.get("/K")) if isinstance(kid, Dictionary) and "/S" in kid]


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, Array) else [value]


def _pairs(array: Any) -> Iterator[tuple[Any, Any]]:
    return ((array[place], array[place + 1]) for place in range(0, len(array), 2))


def _own_name(name: Any) -> pikepdf.String:
    return pikepdf.String(f"part-{name}")
