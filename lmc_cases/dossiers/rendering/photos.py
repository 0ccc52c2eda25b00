"""Photographs as they are printed: only what came through the upload's re-encoding, small where they stand small."""

from __future__ import annotations

import hashlib
import io

from PIL import Image

from lmc_cases.dossiers.rendering.faults import RenderingFailed

# Upload re-encodes to 600 x 800; anything much larger did not come that way.
MAX_SIDE = 2_000
MAX_BYTES = 2_000_000


def check_photo(jpeg: bytes) -> None:
    """Refuse what did not come through the upload's re-encoding.

    Raises:
        RenderingFailed: ``photo-unusable``.
    """
    try:
        if len(jpeg) > MAX_BYTES:
            raise ValueError("too many bytes")
        with Image.open(io.BytesIO(jpeg), formats=["JPEG"]) as image:
            if max(image.size) > MAX_SIDE:
                raise ValueError("too many pixels")
            if image.mode not in {"RGB", "L"}:
                raise ValueError(f"colour mode {image.mode}")
            if {"exif", "xmp", "comment"} & image.info.keys():
                raise ValueError("holds metadata of the camera")
            image.load()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        digest = hashlib.sha256(jpeg).hexdigest()
        raise RenderingFailed("photo-unusable", f"{digest[:16]}: {type(error).__name__} {error}") from error


def shrunk(jpeg: bytes, size: tuple[int, int], quality: int) -> bytes:
    """Return a photograph as a JPEG that fits into so many pixels."""
    out = io.BytesIO()
    with Image.open(io.BytesIO(jpeg), formats=["JPEG"]) as image:
        image.draft("RGB", size)
        image.thumbnail(size)
        image.convert("RGB").save(out, "JPEG", quality=quality)
    return out.getvalue()
