"""A photograph is drawn anew or refused: nothing of the uploaded file is kept."""

from __future__ import annotations

import hashlib
import io
import resource
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from lmc_cases.core.errors import InvalidInput
from lmc_cases.suspects import services
from lmc_cases.suspects.models import Suspect
from lmc_cases.suspects.services.photos import baseline_jpeg
from tests.factories import officer, open_case
from tests.suspects.samples import person, picture


def drawn(raw: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(baseline_jpeg(io.BytesIO(raw))))
    image.load()
    return image


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_picture_becomes_a_small_baseline_jpeg(form: str) -> None:
    image = drawn(picture((1200, 1600), form))
    assert (image.format, image.size, image.mode) == ("JPEG", (600, 800), "RGB")
    assert not image.info.get("progressive")


def test_a_small_picture_is_not_blown_up_and_a_wide_one_keeps_its_shape() -> None:
    assert drawn(picture((90, 120))).size == (90, 120)
    assert drawn(picture((2000, 500))).size == (600, 150)


def test_transparency_becomes_white() -> None:
    red, green, blue = drawn(picture((50, 50), "PNG", "RGBA")).getpixel((25, 25))  # type: ignore[misc]
    assert min(red, green, blue) > 250


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK"])
def test_pictures_of_other_colour_models_are_taken(mode: str) -> None:
    out = io.BytesIO()
    Image.new("RGB", (40, 40), "red").convert(mode).save(out, "JPEG" if mode == "CMYK" else "PNG")
    assert drawn(out.getvalue()).mode == "RGB"


def test_place_and_camera_are_stripped_and_the_picture_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees
    exif[0x010F] = "Secret camera maker"
    exif.get_ifd(0x8825)[1] = "N"
    raw = picture((400, 200), exif=exif, comment=b"secret comment", icc_profile=b"secret profile")
    assert b"Secret camera maker" in raw
    stored = baseline_jpeg(io.BytesIO(raw))
    assert b"ecret" not in stored
    image = Image.open(io.BytesIO(stored))
    assert image.size == (200, 400)
    assert not image.getexif()
    assert not {"icc_profile", "exif", "comment"} & set(image.info)


def test_what_is_appended_to_a_picture_is_gone() -> None:
    stored = baseline_jpeg(io.BytesIO(picture() + b"<script>alert(1)</script>" + b"PK\x03\x04"))
    assert b"script" not in stored
    assert stored.endswith(b"\xff\xd9")


def png_bomb(width: int, height: int, *, is_whole: bool = False) -> bytes:
    """A PNG of a few bytes that declares a huge picture; ``is_whole``: and holds every row of it."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    pack = zlib.compressobj(9)
    row = b"\x00" * (1 + -(-width // 8))
    rows = b"".join(pack.compress(row) for _ in range(height if is_whole else 10)) + pack.flush()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


REFUSED: dict[str, bytes] = {
    "nothing": b"",
    "text": b"hello",
    "svg": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "html": b"<!DOCTYPE html><html><script>alert(1)</script></html>",
    "gif": b"GIF89a" + b"\x01\x00\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;",
    "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\nshowpage\n",
    "truncated jpeg": picture()[:600],
    "truncated png": picture(form="PNG")[:200],
    "jpeg header only": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\x00" * 50,
}
TOO_LARGE: dict[str, bytes] = {
    "bomb by warning": png_bomb(10_000, 9_500),
    "bomb by error": png_bomb(60_000, 60_000),
    "two hundred megapixels": png_bomb(14_143, 14_143, is_whole=True),
    "just above the limit": png_bomb(7_100, 7_100),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_picture_of_a_person_is_refused_with_a_clear_sentence(name: str) -> None:
    with pytest.raises(InvalidInput, match="cannot be read as a picture") as refused:
        baseline_jpeg(io.BytesIO(REFUSED[name]))
    assert refused.value.field == "photo"


@pytest.mark.parametrize("name", TOO_LARGE)
def test_too_many_pixels_are_refused_with_the_limit_and_never_unpacked(name: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(InvalidInput, match="more than 50 megapixels") as refused:
        baseline_jpeg(io.BytesIO(TOO_LARGE[name]))
    assert refused.value.field == "photo"
    # Kilobytes: two hundred megapixels unpacked would be two hundred megabytes.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


def test_too_many_bytes_are_refused_without_reading_them_all(settings: Any) -> None:
    settings.PHOTO_MAX_BYTES = 1000

    class Endless(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            assert size is not None
            assert 0 <= size <= 1001
            return b"x" * size

    with pytest.raises(InvalidInput, match="larger than"):
        baseline_jpeg(Endless())


@pytest.mark.django_db
def test_the_stored_file_is_the_one_hashed_and_an_earlier_one_stays_for_the_history(
    settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    thai = officer("TH")
    made = person(thai, open_case(thai))
    first = services.set_photo(actor=thai, suspect_id=made.uuid, upload=io.BytesIO(picture()))
    path = tmp_path / str(first.photo.name)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == first.photo_sha256
    assert first.version == 2
    same = services.set_photo(actor=thai, suspect_id=made.uuid, upload=io.BytesIO(picture()))
    assert (same.version, same.photo.name) == (2, first.photo.name)
    second = services.set_photo(actor=thai, suspect_id=made.uuid, upload=io.BytesIO(picture((300, 300))))
    assert second.photo.name != first.photo.name
    gone = services.remove_photo(actor=thai, suspect_id=made.uuid, reason="Another person")
    assert not gone.photo
    assert path.exists()
    assert len(Suspect.history.filter(id=made.pk)) == 4


@pytest.mark.django_db
def test_a_refused_picture_leaves_no_file_behind(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    thai = officer("TH")
    made = person(thai, open_case(thai))
    with pytest.raises(InvalidInput):
        services.set_photo(actor=thai, suspect_id=made.uuid, upload=io.BytesIO(b"no picture"))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert Suspect.objects.get(pk=made.pk).version == 1
