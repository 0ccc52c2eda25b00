"""A dossier in two languages, read back: every label in both, every text once, nothing off the page."""

from __future__ import annotations

import json

import pytest
from django.utils import translation
from django.utils.translation import gettext

from lmc_cases.dossiers.rendering import render_dossier
from lmc_cases.dossiers.rendering.beside import side_by_side
from tests.dossiers.pdf_reading import attachments_of, bookmarks_of, pages_of, squeezed, text_of, word_boxes
from tests.dossiers.samples import STATEMENTS, sample_facts

PAIRS = [("zh-hans", "my"), ("km", "th"), ("lo", "vi")]


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_both_languages_stand_in_it_and_nothing_leaves_the_page(first: str, second: str) -> None:
    done = render_dossier(sample_facts(), language=first, beside=second)
    text = squeezed(text_of(done.pdf))
    for language in (first, second):
        with translation.override(language):
            for label in (
                "Requested country",
                "Date of birth",
                "Evidence list",
                "Signature",
                "Trafficking screening",
            ):
                assert squeezed(gettext(label)) in text, (language, label)
        for paragraph in STATEMENTS[language]:
            assert text.count(squeezed(paragraph)) == 1
    for left, _top, right, bottom, word in word_boxes(done.pdf):
        assert left >= 40, word
        assert right <= 595.28 - 40, word
        assert bottom <= 841.89 - 10, word
    assert "\u200b" not in text


def test_what_is_the_same_in_both_stands_once_and_the_facts_are_the_same() -> None:
    facts = sample_facts()
    done = render_dossier(facts, language="zh-hans", beside="th")
    sheet = pages_of(done.pdf)[bookmarks_of(done.pdf)["王样例"] - 1]
    assert sheet.count("110101199003070000") == 1
    assert sheet.count("WANG Yangli") == 1
    assert done.facts_sha256 == facts.sha256
    assert attachments_of(done.pdf)["manifest.json"] == facts.canonical_bytes()
    assert json.loads(attachments_of(done.pdf)["engine.json"])["beside"] == "th"
    again = render_dossier(facts, language="zh-hans", beside="th")
    assert again.sha256 == done.sha256
    assert render_dossier(facts, language="th", beside="zh-hans").sha256 != done.sha256


def test_a_language_is_not_put_beside_itself() -> None:
    with pytest.raises(ValueError, match="twice the same"):
        render_dossier(sample_facts(), language="th", beside="th")


def test_only_what_differs_is_put_beside_and_ids_stay_single() -> None:
    first = '<html><body><table><tr><th>Sex</th><td>7</td></tr></table><div class="text"><p>One</p></div></body></html>'
    second = (
        "<html><body><table><tr><th>เพศ</th><td>7</td></tr></table>"
        '<div class="text"><p>หนึ่ง</p><p id="x">สอง &lt;b&gt;</p></div></body></html>'
    )
    merged = side_by_side(first, second, "th")
    assert '<th>Sex<span lang="th" class="beside">เพศ</span></th><td>7</td>' in merged
    assert '<p lang="th" class="beside">สอง &lt;b&gt;</p>' in merged
    assert 'id="x"' not in merged
