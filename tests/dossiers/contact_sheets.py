"""Draw invented documents of every kind in each language and in pairs, and a picture of all their pages.

``make dossier-samples`` runs it; files and pictures are under ``var/dossier-samples``.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from lmc_cases.dossiers.rendering import RenderedDossier

DOSSIERS = [("zh-hans", "my"), ("km", "th"), ("lo", "vi"), ("en", "zh-hans")]
COLUMNS, DPI, GAP = 5, 60, 6


def contact_sheet(pdf: Path) -> Image.Image:
    """Return all pages of a file as one picture."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["pdftoppm", "-r", str(DPI), "-png", str(pdf), f"{folder}/page"], check=True)
        pages = [Image.open(path).convert("RGB") for path in sorted(Path(folder).glob("*.png"))]
    width, height = (side + GAP for side in pages[0].size)
    rows = -(-len(pages) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * width, rows * height), "#7a8696")
    for number, page in enumerate(pages):
        sheet.paste(page, (number % COLUMNS * width, number // COLUMNS * height))
    return sheet


def keep(path: Path, done: RenderedDossier) -> None:
    """Write a file and its picture beside it."""
    path.write_bytes(done.pdf)
    contact_sheet(path).save(path.with_suffix(".png"))
    sys.stdout.write(f"{path.with_suffix('.png')}: {done.pages} pages\n")


def main() -> int:
    """Draw them all."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lmc_cases.config.settings.static")
    import django

    django.setup()
    from django.conf import settings

    from tests.dossiers.sample_documents import KINDS, PAIRS, draw
    from tests.dossiers.samples import LANGUAGES

    folder = Path(settings.VAR_DIR) / "dossier-samples"
    folder.mkdir(parents=True, exist_ok=True)
    for kind in KINDS:
        for language in LANGUAGES:
            keep(folder / f"{kind}-{language}.pdf", draw(kind, language))
    pairs = [("dossier", pair) for pair in DOSSIERS] + list(PAIRS.items())
    for kind, (language, beside) in pairs:
        keep(folder / f"{kind}-{language}+{beside}.pdf", draw(kind, language, beside))
    return 0


if __name__ == "__main__":
    sys.exit(main())
