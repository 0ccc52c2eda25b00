"""Every kind of document in every language, read back from its bytes with Poppler. No database."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from functools import cache

import pytest
from django.utils import translation
from django.utils.translation import gettext, pgettext

from lmc_cases.dossiers.parts import PARTS, REQUEST_PARTS
from lmc_cases.dossiers.rendering import RenderedDossier
from lmc_cases.dossiers.rendering.engine import FONTS
from lmc_cases.dossiers.rendering.requests import render_request
from tests.dossiers.pdf_reading import (
    attachments_of,
    bookmarks_of,
    fonts_of,
    pages_of,
    spaced,
    squeezed,
    text_of,
    word_boxes,
)
from tests.dossiers.sample_documents import KINDS, PAIRS, draw, sample_request
from tests.dossiers.samples import LANGUAGES, STATEMENTS, TITLES

OURS = {family.replace(" ", "-") for family in FONTS}
A4_WIDTH, A4_HEIGHT = 595.28, 841.89
REFERENCES = {
    "ledger": "TH-2025-000123",
    "receipt": "X-TH-2025-0001/R1",
    "manifest": "X-TH-2025-0001",
    "assistance": "CN-M-2025-000007",
}
SAID = {
    "dossier": lambda language: [TITLES[language], *STATEMENTS[language]],
    "request": lambda language: STATEMENTS[language],
    "annex": lambda language: [TITLES[language]],
    "ledger": lambda language: [TITLES[language]],
    "receipt": lambda language: [TITLES[language]],
    "manifest": lambda language: [TITLES[language]],
    "assistance": lambda language: [TITLES[language], *STATEMENTS[language]],
}
HEADINGS = {
    "dossier": ["Transfer dossier", "Contents"],
    "request": ["Request", "Contents"],
    "annex": ["Evidence annex", "Evidence list"],
    "ledger": ["Disclosures"],
    "receipt": ["Receipt", "Answers of both countries", "Persons", "Travels as evidence", "Dossiers"],
    "manifest": ["Manifest", "Persons", "Signatures"],
    "assistance": ["Request for mutual legal assistance"],
}
# Labels whose cells must be there.
LABELS = {
    "dossier": ["Handling code", "Prevailing language", "SHA-256 of the facts"],
    "request": [
        "Authority",
        "Purpose",
        "Prevailing language",
        "End of the limitation period",
        "Speciality undertaking",
        "Requests of other countries for the same persons",
        "Who asks for it",
        "SHA-256 of the facts",
        "Verify a document",
    ],
    "annex": ["File and SHA-256", "Custody of the exhibits", "Verify a document"],
    "ledger": ["Recipient", "Under which terms", "SHA-256 of the facts"],
    "receipt": ["Persons handed over", "Head count", "Verify a receipt"],
    "manifest": [
        "Sending country",
        "Receiving country",
        "Flight or convoy",
        "Escorts",
        "Interpreters",
        "Minor",
        "Not known",
        "Head count",
        "SHA-256 of the facts",
        "Verify a document",
    ],
    "assistance": [
        "Requesting country",
        "Kind of assistance",
        "Preservation of stored data",
        "Procedure wished",
        "Prevailing language",
        "Dual criminality",
        "Not known",
        "Executed in part",
        "Verify a document",
    ],
}
NUMBERED = {"dossier": PARTS[1:], "request": REQUEST_PARTS}
everything = pytest.mark.parametrize(("kind", "language"), [(k, code) for code in LANGUAGES for k in KINDS])


@cache
def document(kind: str, language: str, beside: str = "") -> RenderedDossier:
    return draw(kind, language, beside)


def assert_whole(done: RenderedDossier) -> str:
    """Return the text of a file in our fonts that keeps within its pages."""
    text = text_of(done.pdf)
    assert not {"\u200b", "\ufffd", "\x00"} & set(text)
    assert {name.removesuffix("-Bold") for name in fonts_of(done.pdf)} <= OURS
    for left, top, right, bottom, word in word_boxes(done.pdf):
        assert left >= 40, word
        assert right <= A4_WIDTH - 40, word
        assert top >= 20, word
        assert bottom <= A4_HEIGHT - 10, word
    return text


@everything
def test_a_document_is_whole_readable_and_in_our_fonts(kind: str, language: str) -> None:
    done = document(kind, language)
    text = assert_whole(done)
    for sentence in SAID[kind](language):
        assert squeezed(sentence) in squeezed(text), sentence
        if language in {"vi", "en"}:
            assert sentence in spaced(text)

    titles = bookmarks_of(done.pdf)
    with translation.override(language):
        for message in HEADINGS[kind]:
            assert gettext(message) in titles, message
        for part in NUMBERED.get(kind, ()):
            assert f"{part.number}. {part.title}" in titles, part.anchor
        for message in LABELS[kind]:
            assert squeezed(gettext(message)) in squeezed(text), message
        for number, page in enumerate(pages_of(done.pdf), 1):
            counted = gettext("Page %(page)s of %(pages)s") % {"page": number, "pages": done.pages}
            assert squeezed(counted) in squeezed(page)
            assert REFERENCES.get(kind, "HR-CN-TH-2025-000042") in page
    if language == "th":
        # The Buddhist-era year, and the Gregorian one beside it.
        assert "2568" in text
        with translation.override("th"):
            common = pgettext("year of the Common Era", "%(year)s CE") % {"year": 2025}
        assert squeezed(common) in squeezed(text)
    manifest = attachments_of(done.pdf)["manifest.json"]
    digest = hashlib.sha256(manifest).hexdigest()
    assert digest == done.facts_sha256
    assert digest[:32] in text
    assert digest[32:] in text


@pytest.mark.parametrize("kind", PAIRS)
def test_a_pair_says_every_label_in_both_languages_and_the_facts_once(kind: str) -> None:
    first, second = PAIRS[kind]
    done = document(kind, first, second)
    text = squeezed(assert_whole(done))
    for language in (first, second):
        with translation.override(language):
            for message in HEADINGS[kind] + LABELS[kind]:
                assert squeezed(gettext(message)) in text, (language, message)
    for sentence in SAID[kind](first):
        assert text.count(squeezed(sentence)) == squeezed(text_of(document(kind, first).pdf)).count(
            squeezed(sentence)
        ), sentence
    titles = bookmarks_of(done.pdf)
    with translation.override(first):
        for message in HEADINGS[kind]:
            assert gettext(message) in titles, message
    pages = pages_of(done.pdf)
    assert len(pages) == done.pages
    for language in (first, second):
        with translation.override(language):
            last = gettext("Page %(page)s of %(pages)s") % {"page": done.pages, "pages": done.pages}
        assert squeezed(last) in squeezed(pages[-1])
    alone = document(kind, first)
    assert done.facts_sha256 == alone.facts_sha256
    held = attachments_of(done.pdf)
    assert held["manifest.json"] == attachments_of(alone.pdf)["manifest.json"]
    assert json.loads(held["engine.json"])["beside"] == second
    assert draw(kind, first, second).sha256 == done.sha256


@pytest.mark.parametrize("kind", PAIRS)
def test_no_document_stands_beside_itself(kind: str) -> None:
    with pytest.raises(ValueError, match="twice the same"):
        draw(kind, "th", "th")


def test_parts_of_a_request_stand_in_order_on_the_pages_its_contents_give() -> None:
    done = document("request", "en")
    titles = bookmarks_of(done.pdf)
    parts = [f"{part.number}. {part.title}" for part in REQUEST_PARTS]
    assert [title for title in titles if title[:1].isdigit()] == parts
    assert sorted(titles[part] for part in parts) == [titles[part] for part in parts]
    contents = squeezed(pages_of(done.pdf)[titles["Contents"] - 1])
    for part in parts:
        assert squeezed(f"{part}{titles[part]}") in contents


def test_what_a_request_does_not_hold_reads_not_known_and_unverified_law_is_marked() -> None:
    text = spaced(text_of(document("request", "en").pdf))
    for label in (
        "Evidence",
        "Translation",
        "Signature, seal and certification",
        "End of the limitation period:",
    ):
        assert f"{label} Not known" in text, label
    assert "End of the limitation period It stands with each count." in text
    assert "SAMPLE LIMITATION RULE" in text
    assert "Speciality undertaking Missing Sample Treaty Not verified." in text
    assert "Sample Extradition Act, 8" in text
    bare = dataclasses.replace(
        sample_request(), subjects=(), elements=(), assurances=(), nationals_rules=(), requesting_agency=""
    )
    drawn = spaced(text_of(render_request(bare, language="en").pdf))
    assert drawn.count("Not known") >= 15
    assert "Authority Not known" in drawn
    assert "End of the limitation period Not known" in drawn
    assert "None is recorded." in drawn


def test_equal_facts_give_equal_bytes() -> None:
    for kind in ("request", "annex"):
        assert draw(kind, "my").sha256 == document(kind, "my").sha256
