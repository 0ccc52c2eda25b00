"""The front-end files that are served or printed, taken from ``node_modules`` into ``static/vendor``.

This list is the whole of it. Standard library only: the set-up runs it before anything else is installed.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

FONT_FAMILIES = (
    "noto-sans",
    "noto-sans-thai",
    "noto-sans-khmer",
    "noto-sans-lao",
    "noto-sans-myanmar",
    "noto-sans-sc",
)
WEIGHTS = {"400": "400Regular", "700": "700Bold"}


@dataclass(frozen=True)
class Asset:
    """Files of one npm package.

    Attributes:
        package: Name of the package.
        pattern: Which files, as a glob inside the package.
        target: Directory below ``static/vendor``.
    """

    package: str
    pattern: str
    target: str


ASSETS = (
    Asset("@tabler/core", "dist/css/tabler.min.css", "tabler/css"),
    Asset("@tabler/core", "dist/js/tabler.min.js", "tabler/js"),
    Asset("htmx.org", "dist/htmx.min.js", "htmx"),
    # Reads QR codes where the browser has no reader of its own.
    Asset("jsqr", "dist/jsQR.js", "jsqr"),
    # Shows a PDF beside its data; the builds for browsers of some years ago, which phones still have.
    Asset("pdfjs-dist", "legacy/build/pdf.min.mjs", "pdfjs"),
    Asset("pdfjs-dist", "legacy/build/pdf.worker.min.mjs", "pdfjs"),
    Asset("pdfjs-dist", "legacy/web/pdf_viewer.mjs", "pdfjs"),
    Asset("pdfjs-dist", "legacy/web/pdf_viewer.css", "pdfjs"),
    Asset("pdfjs-dist", "legacy/web/images/*", "pdfjs/images"),
    # For screens: subsets, of which a browser loads what a page needs.
    *(
        asset
        for family in FONT_FAMILIES
        for weight in WEIGHTS
        for asset in (
            Asset(f"@fontsource/{family}", f"{weight}.css", f"fonts/{family}"),
            Asset(f"@fontsource/{family}", f"files/*-{weight}-normal.woff2", f"fonts/{family}/files"),
        )
    ),
    # For PDF: whole fonts, since the renderer mixes up the glyphs of subsets that share a family name.
    *(
        Asset(f"@expo-google-fonts/{family}", f"{folder}/*.ttf", "pdf-fonts")
        for family in FONT_FAMILIES
        for folder in WEIGHTS.values()
    ),
)

# Pointers to files that are not taken: older font formats, and maps for debuggers.
_LEFT_OUT = re.compile(
    r",\s*url\([^)]*\.woff\)\s*format\('woff'\)|/\*# sourceMappingURL=[^*]*\*/|^//# sourceMappingURL=.*$",
    re.MULTILINE,
)


class AssetMissingError(Exception):
    """The message names the package and the pattern that matched no file."""


def copy_assets(node_modules: Path, vendor: Path) -> int:
    """Make ``static/vendor`` anew.

    Args:
        node_modules: Where npm installed the packages.
        vendor: The directory to replace, in one step as seen by a server that runs.

    Returns:
        The number of files.

    Raises:
        AssetMissingError: A package no longer holds a file listed here.
    """
    draft = vendor.with_name("vendor.new")
    shutil.rmtree(draft, ignore_errors=True)
    count = 0
    for asset in ASSETS:
        files = sorted((node_modules / asset.package).glob(asset.pattern))
        if not files:
            raise AssetMissingError(f"{asset.package} holds no {asset.pattern}")
        target = draft / asset.target
        target.mkdir(parents=True, exist_ok=True)
        for file in files:
            _copy(file, target / file.name)
            count += 1
    old = vendor.with_name("vendor.old")
    shutil.rmtree(old, ignore_errors=True)
    if vendor.exists():
        vendor.rename(old)
    draft.rename(vendor)
    shutil.rmtree(old, ignore_errors=True)
    return count


def _copy(source: Path, target: Path) -> None:
    if source.suffix in {".css", ".js", ".mjs"}:
        target.write_text(_LEFT_OUT.sub("", source.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        shutil.copyfile(source, target)
