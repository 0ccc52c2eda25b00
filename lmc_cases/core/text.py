"""Text in six scripts: cleaned on the way in, and brought to one form for search.

Two rules stand behind everything here. What an officer typed is kept as typed, apart from characters that
nobody can see and that change how a line is shown (:func:`clean_text`). And both sides of a search pass
through the same function (:func:`search_form`), so that no spelling habit hides a person.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# Bidirectional controls reorder what is shown without a trace: "gpj.exe" can be made to read "exe.jpg".
_BIDI_CONTROLS: Final = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_NON_CHARACTERS: Final = "\ufdd0-\ufdef" + "".join(
    f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(17)
)
_ALWAYS_REMOVED: Final = re.compile(
    f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ud800-\udfff{_BIDI_CONTROLS}{_NON_CHARACTERS}]"
)
_LINE_ENDS: Final = re.compile("\r\n|[\r\x85\u2028\u2029]")
_SPACES_OF_ONE_LINE: Final = re.compile(r"\s+")
_SPACES_BEFORE_LINE_END: Final = re.compile(r"[^\S\n]+(?=\n)")

# Never seen, yet enough to make two equal names differ. U+200B stands between words in Thai, Lao, Khmer text.
_INVISIBLE: Final = re.compile(
    "[\u00ad\u034f\u17b4\u17b5\u200b-\u200d\u2060-\u2064\ufe00-\ufe0f\U000e0000-\U000e01ef]"
)
# The Latin, Greek and Cyrillic marks. Marks of the six scripts lie in blocks of their own and are kept.
_EUROPEAN_MARKS: Final = re.compile("[\u0300-\u036f]")
_LETTERS_WITHOUT_DECOMPOSITION: Final = str.maketrans(
    {
        "đ": "d",
        "ð": "d",
        "ø": "o",
        "ł": "l",
        "ħ": "h",
        "ı": "i",
        "æ": "ae",
        "œ": "oe",
        "’": "'",
        "‘": "'",
        "ʼ": "'",
    }
)
_SPELLINGS: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    # Thai and Lao: two short E signs typed for the one sign AE.
    (re.compile("\u0e40\u0e40"), "\u0e41"),
    (re.compile("\u0ec0\u0ec0"), "\u0ec1"),
    # SARA AM is two signs after NFKC; the tone mark is typed before, between or (wrongly) after them.
    (re.compile("\u0e4d([\u0e48-\u0e4b])\u0e32"), "\\1\u0e4d\u0e32"),
    (re.compile("\u0ecd([\u0ec8-\u0ecb])\u0eb2"), "\\1\u0ecd\u0eb2"),
    # A tone mark typed before the vowel above or below it looks the same on most screens.
    (re.compile("([\u0e48-\u0e4b])([\u0e31\u0e34-\u0e3a])"), "\\2\\1"),
    (re.compile("([\u0ec8-\u0ecb])([\u0eb1\u0eb4-\u0eb9])"), "\\2\\1"),
    # Khmer: deprecated letters, two-part vowels, and the subscripts of TA and DA, which look alike.
    (re.compile("\u17a3"), "\u17a2"),
    (re.compile("\u17a4"), "\u17a2\u17b6"),
    (re.compile("\u17c1\u17b8"), "\u17be"),
    (re.compile("\u17c1\u17b6"), "\u17c4"),
    (re.compile("\u17d2\u178f"), "\u17d2\u178a"),
    # Burmese: the digit zero typed for the letter WA, the vowel letter U typed for NNYA before a killer.
    (re.compile("(?<![\u1040-\u1049])\u1040(?=[\u1000-\u1021\u102b-\u103e])"), "\u101d"),
    (re.compile("\u1025(?=\u103a)"), "\u1009"),
)
_NON_ASCII_DIGIT: Final = re.compile(r"[^\D0-9]")


def clean_text(text: str, *, multiline: bool = False) -> str:
    """Return ``text`` in NFC without characters that are invisible and harmful.

    Removed: control characters, bidirectional controls, U+FEFF, lone surrogates, non-characters. Kept: the
    joiners U+200C and U+200D and the word break U+200B, which the six scripts need.

    Args:
        text: as typed or read from a file.
        multiline: keep line breaks (as line feeds) and tabs; otherwise each run of white space is one space.
    """
    # The common case, about five times faster: no invisible character, no white space but single U+0020.
    if text.isprintable() and "  " not in text and unicodedata.is_normalized("NFC", text):
        return text.strip()
    text = _LINE_ENDS.sub("\n", text)
    text = _ALWAYS_REMOVED.sub("", text)
    text = unicodedata.normalize("NFC", text)
    if multiline:
        return _SPACES_BEFORE_LINE_END.sub("", text).strip()
    return _SPACES_OF_ONE_LINE.sub(" ", text).strip()


def ascii_digits(text: str) -> str:
    """Return ``text`` with the decimal digits of every script (Thai, Khmer, Lao, Burmese, ...) as 0 to 9."""
    return _NON_ASCII_DIGIT.sub(lambda digit: str(unicodedata.decimal(digit.group())), text)


def search_form(text: str) -> str:
    """Return the one form in which ``text`` is stored for search and in which a query is asked.

    Compatibility forms are unified (NFKC), case and Latin diacritics folded (``Nguyễn`` and ``nguyen``,
    ``Đỗ`` and ``do``), invisible characters dropped, digits made ASCII, common double spellings of Thai, Lao,
    Khmer and Burmese unified, white space collapsed. Simplified and traditional Chinese stay apart. The form
    is for comparing only, never for showing, and applying it twice changes nothing.
    """
    text = clean_text(text)
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKC", text).casefold()
    text = _INVISIBLE.sub("", text)
    text = _EUROPEAN_MARKS.sub("", unicodedata.normalize("NFKD", text))
    text = unicodedata.normalize("NFC", text).translate(_LETTERS_WITHOUT_DECOMPOSITION)
    for pattern, replacement in _SPELLINGS:
        text = pattern.sub(replacement, text)
    return clean_text(ascii_digits(text))


def bigrams(text: str) -> tuple[str, ...]:
    """Return the distinct two-character pieces of each word of ``text`` in :func:`search_form`, sorted.

    A word of one character gives itself. Every piece of a query stands among the pieces of a text that holds
    the query, so an index on pieces finds words of two Chinese characters; the caller compares again, because
    the pieces may stand apart in the text. A query of one character needs a plain comparison.
    """
    pieces: set[str] = set()
    for word in search_form(text).split(" "):
        pieces.update(word[i : i + 2] for i in range(len(word) - 1))
        if len(word) == 1:
            pieces.add(word)
    return tuple(sorted(pieces))


def document_number_form(number: str) -> str:
    """Return an identity document's number for exact comparison: ASCII digits, no separators, upper case.

    Letters of any script stay, because a Myanmar card number holds Burmese letters.
    """
    number = unicodedata.normalize("NFKC", clean_text(number)).upper()
    number = _INVISIBLE.sub("", ascii_digits(unicodedata.normalize("NFKC", number)))
    kept = "".join(sign for sign in number if unicodedata.category(sign)[0] in "LMN")
    return unicodedata.normalize("NFC", kept)
