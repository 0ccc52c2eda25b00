"""Two languages side by side: two renderings of the same facts become one page with every label in both.

Both renderings have the same structure, since the same template drew them. Where the words differ, the second
language stands below the first; where they are equal (names, numbers, checksums) they stand once.
"""

from __future__ import annotations

import copy
from itertools import zip_longest

from lxml import html as lxml_html


def side_by_side(first: str, second: str, language: str) -> str:
    """Return the document ``first`` with what ``second`` says otherwise beside it.

    Args:
        first: escaped HTML of a whole document; its title, alt texts and bookmarks stay.
        second: the same document in the other language.
        language: language tag of ``second``.
    """
    one, other = lxml_html.document_fromstring(first), lxml_html.document_fromstring(second)
    _merge(one.find("body"), other.find("body"), language)
    return f"<!doctype html>\n{lxml_html.tostring(one, encoding='unicode')}"


def _merge(one: lxml_html.HtmlElement, other: lxml_html.HtmlElement, language: str) -> None:
    if _is_sentence(one) or _is_sentence(other):
        if _words(one) != _words(other):
            one.append(_copy_of(other, "span", language))
        return
    for mine, theirs in zip_longest(list(one), list(other)):
        if theirs is None:
            continue
        if mine is None:
            # A text that only the other language has, such as a translation with more paragraphs.
            one.append(_marked(copy.deepcopy(theirs), language))
        elif mine.tag == theirs.tag:
            _merge(mine, theirs, language)
        else:
            mine.addnext(_marked(copy.deepcopy(theirs), language))


def _is_sentence(element: lxml_html.HtmlElement) -> bool:
    """Whether the element holds words of its own, or marked-up words and nothing else."""
    if element.tag == "svg":
        return True
    own = [element.text, *(child.tail for child in element)]
    if any(text and text.strip() for text in own):
        return True
    return not len(element)


def _words(element: lxml_html.HtmlElement) -> str:
    return "" if element.tag == "svg" else "".join("".join(element.itertext()).split())


def _copy_of(element: lxml_html.HtmlElement, tag: str, language: str) -> lxml_html.HtmlElement:
    made = lxml_html.Element(tag)
    made.text = element.text
    for child in element:
        made.append(copy.deepcopy(child))
    return _marked(made, language)


def _marked(element: lxml_html.HtmlElement, language: str) -> lxml_html.HtmlElement:
    """Name the language, and take ids away: an id stands once in a document."""
    for each in element.iter():
        if isinstance(each.tag, str):
            each.attrib.pop("id", None)
    element.set("lang", element.get("lang") or language)
    element.set("class", " ".join(filter(None, [element.get("class"), "beside"])))
    return element
