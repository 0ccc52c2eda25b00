"""What a dossier refuses, survives and never does: hostile text, broken photos, missing glyphs, size. No database."""

from __future__ import annotations

import io
import logging
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from lmc_cases.dossiers import rendering
from lmc_cases.dossiers.facts import Name, Photo, Subject, Text, clean_text
from lmc_cases.dossiers.rendering import RenderingFailed, render_dossier
from lmc_cases.dossiers.rendering.faults import no_warnings
from lmc_cases.dossiers.segmentation import ZERO_WIDTH_SPACE, segment, segment_html
from tests.dossiers.pdf_reading import attachments_of, bookmarks_of, spaced, squeezed, text_of, word_boxes
from tests.dossiers.samples import STATEMENTS, sample_facts, sample_photo

ROOT = Path(__file__).resolve().parents[2]
HOSTILE = (
    "<script>alert(1)</script><link rel=attachment href='file:///etc/passwd'>"
    "<img src=\"file:///etc/hostname\"><style>@import url(http://example.invalid/x.css)</style>{{ facts.sha256 }}{% now 'Y' %}"
)


def failure(**changes: object) -> RenderingFailed:
    with pytest.raises(RenderingFailed) as caught:
        render_dossier(sample_facts(**changes), language="en")
    return caught.value


def with_photo(jpeg: bytes) -> tuple[Subject, ...]:
    return (Subject(name=Name("Sample Person", "en"), photo=Photo(jpeg)),)


def test_hostile_text_is_printed_as_text_and_fetches_nothing() -> None:
    subject = Subject(name=Name(HOSTILE, "en' onload='x"), romanised_name=HOSTILE, photo_note=HOSTILE)
    facts = sample_facts(
        case_title=(Text("en", HOSTILE),),
        statement_of_facts=(Text("en", HOSTILE),),
        subjects=(subject,),
        handling_code=HOSTILE,
        reference="<b>R</b>",
    )
    pdf = render_dossier(facts, language="en").pdf
    assert squeezed(HOSTILE) in squeezed(text_of(pdf))
    assert attachments_of(pdf).keys() == {"manifest.json", "engine.json"}
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        kinds = {str(item.get("/S", "")) for item in opened.objects if isinstance(item, pikepdf.Dictionary)}
        assert not kinds & {"/JavaScript", "/Launch", "/URI", "/SubmitForm"}
        assert not [
            item
            for item in opened.objects
            if isinstance(item, pikepdf.Stream) and item.get("/Subtype") == "/Image"
        ]


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "http://example.invalid/",
        "https://example.invalid/",
        "ftp://example.invalid/",
        "data:text/plain,x",
    ],
)
def test_no_address_but_a_photo_can_be_fetched(address: str) -> None:
    fetcher = rendering._photo_fetcher({"abc": sample_photo()})
    assert fetcher.fetch("photo:abc").read() == sample_photo()
    with pytest.raises(ValueError, match=r"."):
        fetcher.fetch(address)


def test_controls_that_reorder_or_hide_text_are_gone_from_paper_and_facts() -> None:
    title = "a\u202eb\u2066c\x00d\x1be\ufffef\ufeffg\u00adh\U000e0041i\ud800"
    facts = sample_facts(case_title=(Text("en", title),))
    assert facts.case_title[0].text == "abcdefghi"
    assert "abcdefghi" in text_of(render_dossier(facts, language="en").pdf)


def test_cleaning_keeps_letters_joiners_and_paragraphs() -> None:
    kept = "ក្សា\u200cនិង\u200d မြန်မာ\u200b ไทย 汉字 Ơ\u031b\nZeile"
    assert clean_text(kept) == kept
    assert clean_text("a\r\nb\rc\u2028d\te") == "a\nb\nc\nd e"


def test_a_character_no_font_has_fails_and_names_its_code_point_only() -> None:
    error = failure(case_title=(Text("en", "A secret name \U0001f600 \u05d0"),))
    assert error.code == "missing-glyph"
    assert error.detail == "U+05D0, U+1F600"
    assert "secret" not in str(error)


def broken_photos() -> dict[str, bytes]:
    exif, png = io.BytesIO(), io.BytesIO()
    image = Image.new("RGB", (60, 80))
    image.save(png, "PNG")
    data = Image.Exif()
    data[0x010E] = "taken at home"
    image.save(exif, "JPEG", exif=data)
    return {
        "no image": b"not a picture",
        "empty": b"",
        "cut off": sample_photo()[:2000],
        "not JPEG": png.getvalue(),
        "too large": sample_photo(size=(2400, 3200)),
        "camera data": exif.getvalue(),
    }


@pytest.mark.parametrize("kind", broken_photos())
def test_a_photo_that_did_not_come_through_the_upload_fails(kind: str) -> None:
    assert failure(subjects=with_photo(broken_photos()[kind])).code == "photo-unusable"


def test_the_same_photo_on_two_sheets_is_drawn_twice() -> None:
    pdf = render_dossier(sample_facts(subjects=with_photo(sample_photo()) * 2), language="en").pdf
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        tags = [
            item
            for item in opened.objects
            if isinstance(item, pikepdf.Dictionary) and item.get("/S") == "/Figure"
        ]
    assert len(tags) == 2


def test_a_system_font_in_the_file_is_found() -> None:
    from weasyprint import HTML

    foreign = HTML(string="<p style='font-family: sans-serif'>text</p>").write_pdf()
    with pytest.raises(RenderingFailed) as caught:
        rendering.check_result(foreign, 0)
    assert caught.value.code == "system-font"


def test_a_dropped_photo_is_found() -> None:
    pdf = render_dossier(sample_facts(subjects=with_photo(sample_photo())), language="en").pdf
    with pytest.raises(RenderingFailed) as caught:
        rendering.check_result(pdf, 2)
    assert caught.value.code == "dropped-image"


@pytest.mark.parametrize("level", [logging.WARNING, logging.ERROR])
def test_whatever_the_engine_only_logs_fails_the_dossier(level: int) -> None:
    with pytest.raises(RenderingFailed) as caught, no_warnings():
        logging.getLogger("weasyprint").log(level, "Failed to load image")
    assert caught.value.code == "engine-warning"


def test_a_language_the_product_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="xx"):
        render_dossier(sample_facts(), language="xx")


@pytest.mark.parametrize(
    "letters", ["W" * 600, "កខគឃ" * 200, "ກຂຄ" * 200, "ကခဂ" * 200, "ฝฝฝฝ" * 200, "汉" * 600]
)
def test_an_unbroken_word_stays_on_the_page(letters: str) -> None:
    first, *others = sample_facts().subjects
    subject = replace(first, name=Name(letters[:200]), romanised_name=letters, aliases=(Name(letters),))
    exhibits = tuple(
        replace(
            exhibit,
            file_name=letters[:250],
            collected_place=letters,
            description=(Text("en", letters),),
            number=letters[:40],
        )
        for exhibit in sample_facts(exhibits=2).exhibits
    )
    facts = replace(
        sample_facts(
            handling_code=letters[:60],
            operation=letters,
            requesting_agency=letters,
            case_title=(Text("en", letters),),
        ),
        exhibits=exhibits,
        statement_of_facts=(Text("en", letters),),
        subjects=(subject, *others),
    )
    boxes = word_boxes(render_dossier(facts, language="en").pdf)
    assert max(box[2] for box in boxes) <= 595.28 - 40
    assert max(box[3] for box in boxes) <= 841.89 - 10


def test_time_grows_with_the_evidence_list_and_no_faster() -> None:
    def seconds(rows: int) -> float:
        facts = sample_facts(exhibits=rows)
        start = time.process_time()
        pdf = render_dossier(facts, language="en").pdf
        spent = time.process_time() - start
        text = text_of(pdf)
        assert all(exhibit.sha256[32:] in text for exhibit in facts.exhibits)
        return spent

    rendering.warm_up()
    few, many = seconds(75), seconds(300)
    # Four times the rows: four times the work, with room for a busy machine; quadratic would be sixteen times.
    assert many < few * 8


def test_words_of_khmer_lao_and_burmese_get_break_marks_and_others_none() -> None:
    for language in ("km", "lo", "my"):
        text = STATEMENTS[language][0]
        assert segment(text).count(ZERO_WIDTH_SPACE) > 10
        assert segment(text).replace(ZERO_WIDTH_SPACE, "") == text
    for language in ("th", "zh-hans", "vi", "en"):
        assert segment(STATEMENTS[language][0]) == STATEMENTS[language][0]


def test_break_marks_never_enter_attributes_title_or_bookmarks() -> None:
    khmer = "សំណុំរឿងឆបោក"
    html = segment_html(f"<title>{khmer}</title><p alt='{khmer}'>{khmer}</p>")
    assert html.startswith(f"<title>{khmer}</title><p alt='{khmer}'>")
    assert ZERO_WIDTH_SPACE in html
    facts = sample_facts(subjects=(Subject(name=Name(khmer, "km")),))
    assert khmer in bookmarks_of(render_dossier(facts, language="km").pdf)


def test_without_the_system_library_the_wheel_cuts_the_fonts_and_the_text_stays_right(tmp_path: Path) -> None:
    code = (
        "import sys, weasyprint.text.ffi as ffi; ffi.harfbuzz_subset = None\n"
        "import django; django.setup()\n"
        "from lmc_cases.dossiers.rendering import render_dossier\n"
        "from tests.dossiers.samples import sample_facts\n"
        "done = render_dossier(sample_facts(), language='my')\n"
        "open(sys.argv[1], 'wb').write(done.pdf)\n"
        "print(done.engine['subsetter'])"
    )
    path = tmp_path / "wheel.pdf"
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    done = subprocess.run(
        [sys.executable, "-c", code, path], env=env, cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1].startswith("uharfbuzz ")
    pdf = path.read_bytes()
    text = squeezed(text_of(pdf))
    assert all(squeezed(paragraph) in text for paragraph in STATEMENTS["my"])
    assert len(pdf) < 400_000
    assert "HR-CN-TH-2025-000042" in spaced(text_of(pdf))
