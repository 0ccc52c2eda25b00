"""What a recipient finds in a dossier: every file is read back from its bytes. No database."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pikepdf
import pytest
from django.utils import translation
from django.utils.translation import gettext

from lmc_cases.dossiers.facts import DossierFacts, Text
from lmc_cases.dossiers.rendering import RenderedDossier, render_dossier
from lmc_cases.dossiers.rendering.engine import FONTS
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
from tests.dossiers.samples import LANGUAGES, STATEMENTS, TITLES, sample_facts, sample_photo

ROOT = Path(__file__).resolve().parents[2]
A4_WIDTH, A4_HEIGHT = 595.28, 841.89
every_language = pytest.mark.parametrize("language", LANGUAGES)


@cache
def dossier(language: str) -> RenderedDossier:
    return render_dossier(sample_facts(), language=language)


def said(language: str, message: str) -> str:
    """Return a label in the dossier's language, as the catalogues have it."""
    with translation.override(language):
        return gettext(message)


@every_language
def test_paragraphs_and_titles_copied_from_the_pdf_are_the_text_that_was_entered(language: str) -> None:
    text = text_of(dossier(language).pdf)
    for paragraph in [TITLES[language], *STATEMENTS[language]]:
        if language in {"vi", "en"}:
            assert paragraph in spaced(text)
        assert squeezed(paragraph) in squeezed(text)
    assert "\u200b" not in text


@every_language
def test_the_original_stands_below_its_translation_with_its_translator(language: str) -> None:
    text = squeezed(text_of(dossier(language).pdf))
    for paragraph in STATEMENTS["th"]:
        assert squeezed(paragraph) in text
    assert ("SampleTranslator" in text) == (language != "th")


@every_language
def test_names_of_all_scripts_stand_on_the_identity_sheets(language: str) -> None:
    text = squeezed(text_of(dossier(language).pdf))
    for name in ["王样例", "老王", "เฮียหวัง", "အောင်နမူနာ", "Nguyễn Thị Ví Dụ", "សុខ ឧទាហរណ៍", "ນາງ ຕົວຢ່າງ"]:
        assert squeezed(name) in text


@every_language
def test_only_the_fonts_shipped_with_the_product_are_in_the_file(language: str) -> None:
    ours = {family.replace(" ", "-") for family in FONTS}
    assert {name.removesuffix("-Bold") for name in fonts_of(dossier(language).pdf)} <= ours


@every_language
def test_no_word_leaves_the_page(language: str) -> None:
    boxes = word_boxes(dossier(language).pdf)
    assert len(boxes) > 400
    for left, top, right, bottom, word in boxes:
        assert left >= 40, word
        assert right <= A4_WIDTH - 40, word
        assert top >= 20, word
        assert bottom <= A4_HEIGHT - 10, word


def test_each_page_carries_reference_handling_code_version_and_its_number() -> None:
    done = dossier("en")
    pages = pages_of(done.pdf)
    with pikepdf.open(io.BytesIO(done.pdf)) as opened:
        assert len(opened.pages) == done.pages == len(pages)
    for number, page in enumerate(pages, 1):
        assert f"Page {number} of {done.pages}" in page
        for part in ("HR-CN-TH-2025-000042", "H2 · SAMPLE", "Demonstration: all persons are invented."):
            assert part in page
        assert "Version 2" in page or number == 1


@every_language
def test_contents_give_the_pages_on_which_the_parts_begin(language: str) -> None:
    done = dossier(language)
    marks = bookmarks_of(done.pdf)
    assert list(marks)[:3] == [
        said(language, "Transfer dossier"),
        said(language, "Contents"),
        f"2. {said(language, 'Identity sheets')}",
    ]
    assert marks[said(language, "Contents")] == 2, "the cover is one page"
    parts = [title for title in marks if title[:1].isdigit()] + ["王样例", "အောင်နမူနာ", "Nguyễn Thị Ví Dụ"]
    assert len(parts) == 14
    contents = squeezed(pages_of(done.pdf)[marks[said(language, "Contents")] - 1])
    romanised = {"王样例": "WANG Yangli", "အောင်နမူနာ": "Aung Namuna", "Nguyễn Thị Ví Dụ": "NGUYEN Thi Vi Du"}
    for title in parts:
        assert squeezed(f"{title}{romanised.get(title, '')}{marks[title]}") in contents, title


def test_parts_stand_in_the_order_of_the_checklist() -> None:
    pages = bookmarks_of(dossier("en").pdf)
    titles = [title for title in pages if title[:1].isdigit()]
    assert titles == [
        "2. Identity sheets",
        "3. Legal basis and decision",
        "4. Statement of facts",
        "5. Status of the persons",
        "6. Trafficking screening",
        "7. Rights and protection",
        "8. Custody record of the persons",
        "9. Evidence list",
        "10. Property and money",
        "11. Handover protocol",
        "12. Disclosure note and annexes",
    ]
    assert sorted(pages[title] for title in titles) == [pages[title] for title in titles]


@every_language
def test_the_hash_on_the_cover_is_that_of_the_attached_facts(language: str) -> None:
    done = dossier(language)
    manifest = attachments_of(done.pdf)["manifest.json"]
    digest = hashlib.sha256(manifest).hexdigest()
    assert digest == done.facts_sha256 == sample_facts().sha256
    cover = pages_of(done.pdf)[0]
    assert digest[:32] in cover
    assert digest[32:] in cover
    assert hashlib.sha256(done.pdf).hexdigest() == done.sha256


def test_facts_are_rebuilt_from_their_json_and_the_photos() -> None:
    facts = sample_facts()
    photos = {subject.photo.sha256: subject.photo.jpeg for subject in facts.subjects if subject.photo}
    assert set(photos.values()) == {sample_photo(0), sample_photo(20)}
    again = DossierFacts.from_plain(json.loads(facts.canonical_bytes()), photos=photos)
    assert again == facts
    assert again.canonical_bytes() == facts.canonical_bytes()
    with pytest.raises(ValueError, match="facts/999"):
        DossierFacts.from_plain({**json.loads(facts.canonical_bytes()), "schema": "facts/999"})


def test_engine_and_font_versions_are_embedded() -> None:
    about = json.loads(attachments_of(dossier("lo").pdf)["engine.json"])
    assert about["engine"] == dossier("lo").engine
    assert {"weasyprint", "pango", "harfbuzz", "subsetter", "font NotoSansLao_400Regular.ttf"} <= about[
        "engine"
    ].keys()
    assert about["language"] == "lo"


def test_the_file_claims_pdf_a_3a_and_has_its_parts() -> None:
    with pikepdf.open(io.BytesIO(dossier("zh-hans").pdf)) as opened:
        root = opened.Root
        assert str(root.Lang) == "zh-Hans"
        assert root.MarkInfo.Marked
        assert root.ViewerPreferences.DisplayDocTitle
        assert len(root.OutputIntents) == 1
        assert not opened.is_encrypted
        assert not {"/OpenAction", "/AA"} & set(root.keys())
        assert "/JavaScript" not in root.get("/Names", pikepdf.Dictionary())
        assert len(root.AF) == 2
        assert {str(spec.AFRelationship) for spec in root.AF} == {"/Data", "/Supplement"}
        with opened.open_metadata() as metadata:
            assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "A")
        tags = [
            item
            for item in opened.objects
            if isinstance(item, pikepdf.Dictionary) and "/S" in item and "/P" in item
        ]
        figures = [tag for tag in tags if tag.S == "/Figure"]
        alts = [str(tag.Alt) for tag in figures]
        before, _name, after = said("zh-hans", "Photograph of %(name)s").partition("%(name)s")
        assert len([alt for alt in alts if before in alt and after in alt]) == 2
        code = said("zh-hans", "Code of person %(number)s for the phone page at the border")
        assert {code % {"number": number} for number in (1, 2, 3)} < set(alts)
        assert len(alts) == 5
        assert {"/Table", "/TH", "/TD", "/H1", "/H2", "/P", "/Link"} <= {str(tag.S) for tag in tags}


def test_equal_facts_give_equal_bytes_in_this_process_and_in_another() -> None:
    code = (
        "import django; django.setup()\n"
        "from lmc_cases.dossiers.rendering import render_dossier\n"
        "from tests.dossiers.samples import sample_facts\n"
        "print(render_dossier(sample_facts(), language='km').sha256)"
    )
    env = {**os.environ, "PYTHONHASHSEED": "4711", "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    other = subprocess.run(
        [sys.executable, "-c", code], env=env, cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert render_dossier(sample_facts(), language="km").sha256 == dossier("km").sha256
    assert other.stdout.split()[-1] == dossier("km").sha256


def test_a_changed_fact_changes_both_hashes() -> None:
    changed = render_dossier(sample_facts(version=3), language="en")
    assert changed.facts_sha256 != dossier("en").facts_sha256
    assert changed.sha256 != dossier("en").sha256


def test_law_is_quoted_only_where_verified_and_marked_where_no_lawyer_has_read_it() -> None:
    text = text_of(dossier("en").pdf)
    assert "诈骗公私财物的条文在此引用" in text
    assert "ห้ามพิมพ์" not in text
    assert "Not verified. The text of the provision is not quoted." in text
    assert "Not reviewed by a lawyer" in text


def test_what_nobody_recorded_reads_not_known() -> None:
    pages, marks = pages_of(dossier("en").pdf), bookmarks_of(dossier("en").pdf)
    sheet = pages[marks["Nguyễn Thị Ví Dụ"] - 1]
    assert "Date of birth Not known" in sheet
    assert "No photograph" in sheet
    rest = "".join(pages[marks["5. Status of the persons"] - 1 :])
    for row in ("Minor (under 18)", "Trafficking screening", "Consular notification"):
        assert f"{row} Not known" in rest[rest.index("Nguyễn Thị Ví Dụ") :]


def test_the_custody_record_names_each_hand_act_and_check() -> None:
    pages = pages_of(dossier("en").pdf)
    text = spaced("".join(pages[bookmarks_of(dossier("en").pdf)["9. Evidence list"] - 1 :]))
    for part in (
        "Scene",
        "Evidence room, Mae Sot",
        "Digital laboratory",
        "Imaging",
        "Seal intact",
        "Matches",
        "Collected",
    ):
        assert part in text


def test_thai_dates_carry_both_years_and_every_time_its_zone() -> None:
    text = text_of(dossier("th").pdf)
    assert "2568" in text
    assert "2025" in text
    assert "UTC+07:00" in text
    assert "UTC+08:00" in text
    assert "2568" not in pages_of(dossier("vi").pdf)[0]


def test_a_text_without_translation_is_shown_in_the_original_and_says_so() -> None:
    facts = sample_facts(statement_of_facts=(Text("th", "ข้อความต้นฉบับ"),))
    text = spaced(text_of(render_dossier(facts, language="en").pdf))
    assert "Original text in Thai. There is no translation into the language of this dossier." in text
    assert "ข้อความต้นฉบับ" in text


def test_hashes_of_all_exhibits_stand_in_the_evidence_list() -> None:
    text = text_of(dossier("my").pdf)
    for exhibit in sample_facts().exhibits:
        assert exhibit.number in text
        assert exhibit.sha256[:32] in text
        assert exhibit.sha256[32:] in text


def test_a_dossier_without_exhibits_decisions_and_disclosure_is_whole() -> None:
    facts = sample_facts(
        exhibits=0, decisions=(), disclosure=None, supersedes=None, handling_code="", operation=""
    )
    done = render_dossier(facts, language="vi")
    assert len([title for title in bookmarks_of(done.pdf) if title[:1].isdigit()]) == 11


def part(name: str, until: str, language: str = "en") -> str:
    """Return the text of a part up to the page of a later one."""
    pages, marks = pages_of(dossier(language).pdf), bookmarks_of(dossier(language).pdf)
    whole = spaced("".join(pages[marks[name] - 1 : marks[until]]))
    return whole[whole.index(name) : whole.index(until)]


@pytest.mark.parametrize(
    ("name", "until", "said_there"),
    [
        (
            "2. Identity sheets",
            "3. Legal basis and decision",
            ["Confirmation of identity", "Thailand (TH): Confirmed", "China (CN): Not confirmed"],
        ),
        (
            "3. Legal basis and decision",
            "4. Statement of facts",
            [
                "Extradition",
                "SAMPLE LIMITATION",
                "示例逮捕证，第7号",
                "Telecom and online fraud",
                "266",
                "มาตรา 343",
                "Only if aggravated",
                "Left undecided",
                "Count granted",
                "SAMPLE GROUND",
                "SAMPLE LIMITATION RULE",
                "SAMPLE ASSURANCE",
                "14",
            ],
        ),
        (
            "4. Statement of facts",
            "5. Status of the persons",
            ["Ringleader", "Number of fraud victims 14", "THB 3,482,000.5", "CNY 120,000"],
        ),
        (
            "5. Status of the persons",
            "6. Trafficking screening",
            [
                "Minor",
                "Sample Guardian (invented)",
                "Sample Escort (invented)",
                "SAMPLE BEST INTEREST",
                "PAPER 7",
            ],
        ),
        (
            "6. Trafficking screening",
            "7. Rights and protection",
            ["No sign of trafficking", "stays with the country"],
        ),
        (
            "7. Rights and protection",
            "8. Custody record of the persons",
            [
                "官话",
                "Sample Interpreter (invented)",
                "Exception: SAMPLE EXCEPTION",
                "Sample Second (invented)",
            ],
        ),
        (
            "8. Custody record of the persons",
            "9. Evidence list",
            ["Injuries seen", "SAMPLE INJURY", "SAMPLE MEDICINE", "Sample Centre", "No injuries seen"],
        ),
        ("10. Property and money", "11. Handover protocol", ["SAMPLE PHONE", "E-0001", "THB 1,200.00"]),
        (
            "11. Handover protocol",
            "12. Disclosure note and annexes",
            ["SAMPLE BRIDGE", "SAMPLE CONVOY", "Head count"],
        ),
    ],
)
def test_each_part_holds_what_was_recorded_for_it(name: str, until: str, said_there: list[str]) -> None:
    text = part(name, until)
    assert [each for each in said_there if each not in text] == []


def test_facts_frozen_before_a_part_was_there_keep_their_bytes() -> None:
    later = {"procedure": "", "papers": (), "assurances": (), "losses": (), "plan": None, "fraud_victims": ""}
    plain = json.loads(sample_facts(**later).canonical_bytes())
    assert not later.keys() & plain.keys()
    assert "hands" not in plain["subjects"][1]
    assert "checks" not in plain["subjects"][0]


def test_the_cover_says_what_keeps_a_dossier_from_being_final_in_a_language() -> None:
    def cover(language: str, *texts: Text) -> str:
        facts = sample_facts(statement_of_facts=texts, case_summary=(), assessment=())
        return spaced(pages_of(render_dossier(facts, language=language).pdf)[0])

    original = Text("th", "ต้นฉบับ")
    checked = Text("en", "Facts", is_original=False, translator="A. B.", status="CHECKED")
    assert "Final in this language" in cover("en", original, checked)
    assert "Final in this language" in cover("en", Text("en", "Facts"))
    for text, why in (
        (None, "Statement of facts: There is no translation."),
        (dataclasses.replace(checked, status="DRAFT"), "Statement of facts: The translation is not checked."),
        (dataclasses.replace(checked, is_stale=True), "The original was changed after this translation."),
    ):
        printed = cover("en", *filter(None, [original, text]))
        assert "Not final in this language" in printed
        assert why in printed
