"""Rules of this house that no linter knows: short files, and no code inside templates."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
MOST_LINES = 600
# The content security policy refuses all of these in a browser; htmx would still send some of the requests.
INLINE = {
    "a script in the page": re.compile(
        r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")", re.IGNORECASE
    ),
    "a style in the page": re.compile(r"<style\b|\sstyle=", re.IGNORECASE),
    "an event attribute": re.compile(r"\son[a-z]+=", re.IGNORECASE),
    "htmx code in the page": re.compile(r"\bhx-on\b|\bhx-vals=.js:|\bhx-trigger=\"[^\"]*\[", re.IGNORECASE),
}
# The PDF is drawn by WeasyPrint from its own style sheet; no browser and no policy is there.
PRINTED = "templates/dossiers/pdf/"


def main() -> int:
    """Print every breach; returns the exit code."""
    problems = [*_long_files(), *_inline_code()]
    for problem in problems:
        print(problem)
    return 1 if problems else 0


def _long_files() -> Iterator[str]:
    for path in sorted((ROOT / "lmc_cases").rglob("*.py")):
        lines = path.read_text(encoding="utf-8").count("\n")
        if lines > MOST_LINES and "migrations" not in path.parts:
            yield f"{path.relative_to(ROOT)}: {lines} lines, the most is {MOST_LINES}"


def _inline_code() -> Iterator[str]:
    for path in sorted((ROOT / "templates").rglob("*.html")):
        name = str(path.relative_to(ROOT))
        if name.startswith(PRINTED):
            continue
        text = path.read_text(encoding="utf-8")
        for what, pattern in INLINE.items():
            for match in pattern.finditer(text):
                yield f"{name}:{text.count(chr(10), 0, match.start()) + 1}: {what}"


if __name__ == "__main__":
    sys.exit(main())
