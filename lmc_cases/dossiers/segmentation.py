"""Line-break opportunities for Khmer, Lao and Burmese, which write no spaces between words.

Pango knows no dictionary for them: without help their paragraphs run off the page. Thai (libthai) and Chinese
break by themselves. U+200B has no glyph and never reaches the extracted text.

A Latin "word" without an end gets them too: one of twenty thousand letters takes the engine minutes to lay out.
"""

from __future__ import annotations

import re

from icu4py.breakers import LineBreaker

ZERO_WIDTH_SPACE = "\u200b"
_RUN = re.compile(
    "[\u0e80-\u0eff\u1000-\u109f\u1780-\u17ff\u19e0-\u19ff\ua9e0-\ua9ff\uaa60-\uaa7f\u200b-\u200d]{2,}"
)
# No sign of an HTML entity is among them: none is ever cut.
_ENDLESS = re.compile("[0-9A-Za-z\u00c0-\u024f\u1e00-\u1eff+/=_.-]{100,}")
_ENDLESS_STEP = 50
_TAG = re.compile("(<[^>]*>)")


def _language_of(run: str) -> str:
    first = next((ord(char) for char in run if ord(char) < 0x2000), 0)
    if first < 0x0F00:
        return "lo"
    return "my" if first < 0x1100 else "km"


def segment(text: str) -> str:
    """Return ``text`` with U+200B between the words of Khmer, Lao and Burmese runs, and inside endless Latin ones."""

    def breaks(match: re.Match[str]) -> str:
        run = match.group().replace(ZERO_WIDTH_SPACE, "")
        return ZERO_WIDTH_SPACE.join(str(part) for part in LineBreaker(run, _language_of(run)))

    def cut(match: re.Match[str]) -> str:
        run = match.group()
        return ZERO_WIDTH_SPACE.join(
            run[start : start + _ENDLESS_STEP] for start in range(0, len(run), _ENDLESS_STEP)
        )

    return _ENDLESS.sub(cut, _RUN.sub(breaks, text))


def segment_html(html: str) -> str:
    """Segment the text between the tags of auto-escaped ``html``; attributes and ``<title>`` stay as they are.

    Auto-escaping leaves no bare angle bracket in text or attributes, so tags are found without a parser.
    """
    parts = _TAG.split(html)
    for index in range(0, len(parts), 2):
        if index == 0 or not parts[index - 1].startswith("<title"):
            parts[index] = segment(parts[index])
    return "".join(parts)
