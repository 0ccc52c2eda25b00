"""A part that is equal for all dossiers of an operation is drawn once: each dossier is as whole as if it had not been."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pikepdf
import pytest

from lmc_cases.dossiers.rendering import RenderedDossier, equal_parts, render_dossier
from tests.dossiers.pdf_reading import bookmarks_of, pages_of, squeezed
from tests.dossiers.samples import sample_facts

EXHIBITS = 12
NUMBER = re.compile(r"\d+")
MARK = re.compile(rb"/MCID (\d+)")


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    equal_parts._kept.clear()
    yield
    equal_parts._kept.clear()


def drawn(
    reference: str = "HR-CN-TH-2026-000001", *, language: str = "my", beside: str = ""
) -> RenderedDossier:
    facts = sample_facts(exhibits=EXHIBITS, reference=reference)
    return render_dossier(facts, language=language, beside=beside)


def in_one_piece(monkeypatch: pytest.MonkeyPatch, **asked: Any) -> RenderedDossier:
    with monkeypatch.context() as patched:
        patched.setattr(equal_parts, "EQUAL_FROM", 10**6)
        return drawn(**asked)


def evidence_of(dossier: RenderedDossier) -> list[str]:
    """The pages of the evidence list, without what runs on each page."""
    first, last = dossier.part_pages["evidence"], dossier.part_pages["property"]
    pages = pages_of(dossier.pdf)[first - 1 : last - 1]
    return [squeezed(page) for page in pages]


@pytest.mark.parametrize("asked", [{"language": "lo"}, {"language": "my", "beside": "zh-hans"}])
def test_it_says_the_same_as_a_dossier_drawn_in_one_piece(
    asked: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    apart, whole = drawn(**asked), in_one_piece(monkeypatch, **asked)
    assert apart.part_pages["evidence"] == whole.part_pages["evidence"]
    # Running lines stand first or last, the number of pages differs; what follows the part stood on its last page.
    for one, other in zip(evidence_of(apart)[:-1], evidence_of(whole)[:-1], strict=False):
        assert Counter(NUMBER.sub("", one)) == Counter(NUMBER.sub("", other))
    exhibits = re.findall(r"E-00\d\d", "".join(evidence_of(apart)))
    assert set(exhibits) == {f"E-{number:04}" for number in range(1, EXHIBITS + 1)}


def test_the_second_dossier_of_an_operation_takes_the_pages_of_the_first() -> None:
    first, part = drawn("HR-CN-TH-2026-000001"), next(iter(equal_parts._kept.values()))
    second = drawn("HR-CN-TH-2026-000002")
    assert list(equal_parts._kept.values()) == [part]
    assert evidence_of(first)[0].replace("000001", "000002") == evidence_of(second)[0]


def test_the_bytes_do_not_tell_whether_the_part_was_drawn_just_now() -> None:
    cold, warm = drawn(), drawn()
    equal_parts._kept.clear()
    drawn("HR-CN-TH-2026-000007")
    assert cold.sha256 == warm.sha256 == drawn().sha256


def test_every_page_keeps_its_running_lines_and_contents_and_bookmark_lead_to_the_part() -> None:
    dossier = drawn(language="en")
    pages = pages_of(dossier.pdf)
    assert len(pages) == dossier.pages
    for number, page in enumerate(pages, 1):
        assert page.count(f"Page {number} of {dossier.pages}") == 1
        assert page.count("Version 2") == 1 or number == 1
    first = dossier.part_pages["evidence"]
    assert bookmarks_of(dossier.pdf)["9. Evidence list"] == first
    assert "9. Evidence list" in pages[first - 1]
    assert re.search(rf"9\. Evidence list\s+{first}\b", pages[1])
    with pikepdf.open(io.BytesIO(dossier.pdf)) as opened:
        names = opened.Root.Names.Dests.Names
        targets = {str(names[place]): names[place + 1][0] for place in range(0, len(names), 2)}
        assert targets["evidence"].objgen == opened.pages[first - 1].obj.objgen


def test_the_structure_is_one_tree_in_which_every_mark_of_every_page_has_its_element() -> None:
    dossier = drawn()
    with pikepdf.open(io.BytesIO(dossier.pdf)) as opened:
        root = opened.Root.StructTreeRoot
        numbers = list(root.ParentTree.Nums)
        keys = [int(key) for key in numbers[::2]]
        assert keys == sorted(set(keys))
        parents = dict(zip(keys, numbers[1::2], strict=True))
        top = root.K[0] if isinstance(root.K, pikepdf.Array) else root.K
        elements = list(equal_parts._elements(top))
        pages = {page.obj.objgen for page in opened.pages}
        assert {each.Pg.objgen for each in elements if "/Pg" in each} <= pages
        known = {each.objgen for each in elements}
        for element in elements:
            for kid in equal_parts._list(element.get("/K")):
                if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
                    assert kid.P.objgen == element.objgen
        names = [str(each.ID) for each in elements if "/ID" in each]
        assert len(names) == len(set(names))
        headings = [
            str(name)
            for each in elements
            for attributes in equal_parts._list(each.get("/A"))
            for name in equal_parts._list(attributes.get("/Headers"))
        ]
        assert set(headings) <= set(names)
        first, last = dossier.part_pages["evidence"], dossier.part_pages["property"]
        for page in list(opened.pages)[first - 1 : last - 1]:
            content = b"".join(each.read_bytes() for each in page.obj.Contents)
            marks = [int(number) for number in MARK.findall(content)]
            of_page = parents[int(page.obj.StructParents)]
            assert sorted(marks) == list(range(len(of_page)))
            assert {each.objgen for each in of_page} <= known
            assert not MARK.search(page.obj.Resources.XObject.LmcRunning.read_bytes())


def test_only_so_many_parts_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(equal_parts, "KEPT", 1)
    drawn(language="en")
    english = next(iter(equal_parts._kept))
    drawn(language="vi")
    assert len(equal_parts._kept) == 1
    assert equal_parts.kept(english) is None
