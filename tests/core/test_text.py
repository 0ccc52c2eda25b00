"""Cleaning and search forms: what is typed is kept, what cannot be seen goes, every spelling is found."""

import random
import unicodedata

import pytest

from lmc_cases.core.text import ascii_digits, bigrams, clean_text, document_number_form, search_form

SAMPLES = (
    "王伟 \u674e\u56db",
    "นายสมชาย ใจดี น้ำฝน",
    "ហ៊ុន សែន ស៊ុន ចាន់ថា",
    "ນາງ ຄຳຫຼ້າ ໜ່ອຍ",
    "မောင်အောင်ကျော် ဒေါ်ခင်\u200bလှ",
    "Nguyễn Thị Đào",
    "plain ASCII 0123",
)


def random_texts(count: int) -> list[str]:
    """Strings mixed from the six scripts, Latin, controls, joiners, marks, surrogates and far planes."""
    rng = random.Random(20260101)
    ranges = [
        (0, 0x24F),
        (0x300, 0x36F),
        (0xE00, 0xEFF),
        (0x1000, 0x109F),
        (0x1780, 0x17FF),
        (0x1E00, 0x1EFF),
    ]
    ranges += [(0x2000, 0x206F), (0x3000, 0x30FF), (0x4E00, 0x4FFF), (0xAC00, 0xAC40), (0xD7F0, 0xE010)]
    ranges += [(0xFB00, 0xFFFF), (0x1F600, 0x1F610), (0x1FFF0, 0x20010), (0x10FFF0, 0x10FFFF)]
    return [
        "".join(chr(rng.randint(*rng.choice(ranges))) for _ in range(rng.randint(0, 24)))
        for _ in range(count)
    ]


def test_what_an_officer_typed_in_six_scripts_stays_as_typed() -> None:
    for sample in SAMPLES:
        assert clean_text(sample) == unicodedata.normalize("NFC", sample)


def test_joiners_stay_because_the_scripts_need_them() -> None:
    assert clean_text("က\u200cခ\u200dဂ") == "က\u200cခ\u200dဂ"


@pytest.mark.parametrize(
    "hidden", ["\x00", "\x1b", "\x9f", "\ufeff", "\u202e", "\u2066", "\u200f", "\ufdd0", "\uffff", "\ud800"]
)
def test_characters_that_hide_or_reorder_are_removed(hidden: str) -> None:
    assert clean_text(f"exe{hidden}.jpg") == "exe.jpg"


def test_line_breaks_stay_only_where_a_text_has_lines() -> None:
    assert clean_text("one\r\ntwo\u2028three\tx  \n") == "one two three x"
    assert clean_text("one\r\ntwo \u2028three\tx  \n", multiline=True) == "one\ntwo\nthree\tx"


def test_cleaning_and_the_search_form_are_stable_and_storable() -> None:
    for text in random_texts(3000):
        for multiline in (False, True):
            cleaned = clean_text(text, multiline=multiline)
            assert clean_text(cleaned, multiline=multiline) == cleaned
            assert unicodedata.is_normalized("NFC", cleaned)
            cleaned.encode("utf-8")
            assert "\x00" not in cleaned
        assert search_form(search_form(text)) == search_form(text), ascii(text)
        assert search_form(clean_text(text)) == search_form(text), ascii(text)
        assert document_number_form(document_number_form(text)) == document_number_form(text), ascii(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("nguyen thi dao", "NGUYỄN  Thị Đào"),
        ("Nguyễn", unicodedata.normalize("NFD", "Nguyễn")),
        ("นํ้าฝน", "น้ำฝน"),
        ("เเสง", "แสง"),
        ("ก่ี", "กี่"),
        ("ຄໍາ", "ຄຳ"),
        ("ໝາ", "ຫມາ"),
        ("ច័ន្ដ", "ច័ន្ត"),
        ("ចេា", "ចោ"),
        ("၀င်း", "ဝင်း"),
        ("ខ\u200bក", "ខក"),
        ("ＷＡＮＧ　Ｗｅｉ", "wang wei"),
        ("๑๒๓ ១២៣ ໑໒໓ ၁၂၃", "123 123 123 123"),
    ],
)
def test_two_spellings_of_one_word_have_one_search_form(one: str, other: str) -> None:
    assert search_form(one) == search_form(other) != ""


@pytest.mark.parametrize(
    ("one", "other"), [("ก่า", "ก้า"), ("ມາ", "ມີ"), ("王", "玉"), ("កា", "កី"), ("မာ", "မာ့"), ("10", "၁၁")]
)
def test_marks_that_tell_words_apart_survive_the_search_form(one: str, other: str) -> None:
    assert search_form(one) != search_form(other)


def test_every_piece_of_a_query_is_a_piece_of_the_text_that_holds_it() -> None:
    rng = random.Random(5)
    for sample in SAMPLES:
        word = max(search_form(sample).split(" "), key=len)
        start = rng.randint(0, len(word) - 2)
        assert set(bigrams(word[start : start + 4])) <= set(bigrams(sample))
    assert bigrams("诈骗案") == ("诈骗", "骗案")
    assert bigrams("王 ab") == ("ab", "王")
    assert bigrams(" ") == ()


def test_a_document_number_compares_without_separators_and_in_any_digits() -> None:
    assert document_number_form(" ๑-๒๓๔๕-๖๗๘๙๐-๑๒-๑ ") == "1234567890121"
    assert document_number_form("e 1234/567") == document_number_form("Ｅ1234567") == "E1234567"
    assert document_number_form("၁၂/ဥကမ(နိုင်)၁၂၃၄၅၆") == "12ဥကမနိုင်123456"
    assert ascii_digits("០៩ ໐໙ ၀၉") == "09 09 09"
