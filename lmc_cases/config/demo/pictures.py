"""Photographs of people who do not exist: a drawn silhouette with a plain mark."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw

SIZE = (600, 800)
TONES = ("#5b7083", "#6f6a5a", "#57705f")


def silhouette(number: int) -> io.BytesIO:
    """Return a JPEG for the person with this number; the same number gives the same bytes."""
    tone = TONES[number % len(TONES)]
    picture = Image.new("RGB", SIZE, "#dfe6ec")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((195, 150, 405, 410), fill=tone)
    draw.rounded_rectangle((110, 450, 490, 900), radius=140, fill=tone)
    draw.rectangle((0, 730, 600, 800), fill="#12304f")
    draw.text((300, 765), f"INVENTED PERSON {number}", fill="white", anchor="mm", font_size=34)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=85)
    out.seek(0)
    return out
