"""Compile the message catalogues in Python, so that a fresh machine needs no gettext."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parents[3]


def compile_catalogues(locale: Path) -> int:
    """Write ``.mo`` beside each ``.po``; a process that reads meanwhile sees the old or the new file, never half.

    Returns:
        The number of catalogues.
    """
    sources = sorted(locale.glob("*/LC_MESSAGES/*.po"))
    for source in sources:
        draft = source.with_suffix(f".{os.getpid()}.new")
        polib.pofile(str(source)).save_as_mofile(str(draft))
        draft.replace(source.with_suffix(".mo"))
    return len(sources)


if __name__ == "__main__":
    compile_catalogues(ROOT / "locale")
    sys.exit(0)
