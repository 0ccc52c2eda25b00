"""A camera that looks at paper: Chromium plays a file in its place, drawn from the pages that the product prints."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path
from typing import Final

import qrcode
from PIL import Image

SIZE: Final = (640, 480)
DPI: Final = 200
# Left, top, right and bottom as parts of a page.
Part = tuple[float, float, float, float]
WHOLE: Final[Part] = (0, 0, 1, 1)


class Camera:
    """What lies before the lens; changed while the camera is closed."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "camera.y4m"
        self.shows(Image.new("RGB", SIZE, "white"))

    @property
    def options(self) -> list[str]:
        """How the browser is started with it."""
        return [
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream",
            f"--use-file-for-fake-video-capture={self.path}",
        ]

    def shows(self, picture: Image.Image) -> None:
        """Hold a picture before the lens, as large as it fits, on a grey desk."""
        desk = Image.new("RGB", SIZE, (190, 186, 180))
        held = picture.convert("RGB")
        held.thumbnail((SIZE[0] - 40, SIZE[1] - 40))
        desk.paste(held, ((SIZE[0] - held.width) // 2, (SIZE[1] - held.height) // 2))
        light, blue, red = desk.convert("YCbCr").split()
        half = (SIZE[0] // 2, SIZE[1] // 2)
        frame = b"FRAME\n" + b"".join(
            plane.tobytes() for plane in (light, blue.resize(half), red.resize(half))
        )
        head = f"YUV4MPEG2 W{SIZE[0]} H{SIZE[1]} F10:1 Ip A1:1 C420jpeg\n".encode()
        self.path.write_bytes(head + frame * 5)


def photographed(pdf: bytes, page: int, part: Part = WHOLE) -> Image.Image:
    """Return a part of a printed page, counted from 1, as it comes out of a printer."""
    options = ["pdftoppm", "-r", str(DPI), "-f", str(page), "-l", str(page), "-png", "-"]
    done = subprocess.run(options, input=pdf, capture_output=True, check=True)
    with Image.open(io.BytesIO(done.stdout)) as whole:
        left, top, right, bottom = part
        box = (left * whole.width, top * whole.height, right * whole.width, bottom * whole.height)
        return whole.crop(tuple(round(edge) for edge in box))  # type: ignore[arg-type]


def code_of(text: str) -> Image.Image:
    """Return a code of anything."""
    out = io.BytesIO()
    qrcode.make(text).save(out, "PNG")
    return Image.open(out)
