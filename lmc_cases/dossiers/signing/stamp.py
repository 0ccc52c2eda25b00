"""How a signature looks on the page: a few Latin lines, drawn with a font that was cut once per process.

Names in other scripts stand on the page itself; a whole font in every signature would cost ten times the processor.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
import unicodedata
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from pyhanko.stamp import TextStampStyle

LATIN = range(0x20, 0x7F)
FONT = "NotoSans_400Regular.ttf"


def stamp_style(lines: list[str]) -> TextStampStyle:
    """Return how a field is filled: these lines, as large as its box allows."""
    from pyhanko.pdf_utils.font.opentype import GlyphAccumulatorFactory
    from pyhanko.pdf_utils.layout import AxisAlignment, InnerScaling, Margins, SimpleBoxLayoutRule
    from pyhanko.pdf_utils.text import TextBoxStyle
    from pyhanko.stamp import TextStampStyle

    return TextStampStyle(
        # A "%" in a name would ask for a value.
        stamp_text="\n".join(latin(line).replace("%", "%%") for line in lines),
        text_box_style=TextBoxStyle(
            font=GlyphAccumulatorFactory(str(_font())), font_size=9, leading=12, border_width=0
        ),
        inner_content_layout=SimpleBoxLayoutRule(
            x_align=AxisAlignment.ALIGN_MIN,
            y_align=AxisAlignment.ALIGN_MID,
            margins=Margins.uniform(2),
            inner_content_scaling=InnerScaling.SHRINK_TO_FIT,
        ),
        border_width=0,
        background=None,
    )


def latin(text: str) -> str:
    """Return text in the letters that the stamp's font holds: accents go, other scripts become "?"."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(char if ord(char) in LATIN else "?" for char in plain if not unicodedata.combining(char))


@cache
def _font() -> Path:
    """Cut the Latin letters out of the dossier's font; the file lives as long as the process."""
    import uharfbuzz

    whole = Path(settings.ROOT) / "static" / "vendor" / "pdf-fonts" / FONT
    cutter = uharfbuzz.SubsetInput()
    cutter.unicode_set.update(LATIN)
    face = uharfbuzz.Face(uharfbuzz.Blob(whole.read_bytes()), 0)
    folder = Path(tempfile.mkdtemp(prefix="lmc-stamp-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = folder / "latin.ttf"
    path.write_bytes(cutter.subset(face).blob.data)
    return path
