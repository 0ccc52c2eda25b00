"""A process of its own that draws dossiers: ``python -m tests.bench.drawing_process FACTS COUNT [typst]``.

With ``typst`` the same documents are laid out by Typst instead; making their source is not counted for either.
It prints JSON: ``documents``, ``pages``, ``cpu`` (seconds of processor time of the whole process, start included), ``drawing``
(seconds of it spent on drawing) and ``resident`` (kB after 50 documents, or after all of fewer, and at the end).
"""

from __future__ import annotations

import dataclasses
import json
import sys
import time
from pathlib import Path
from typing import Any


def resident_kb() -> int:
    """Memory this process holds now."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS:")).split()[1])


def drawn_by_typst(facts: list[Any], languages: list[str], count: int) -> dict[str, Any]:
    """Lay out as many dossiers with Typst, after one of each language that fills its caches."""
    from lmc_cases.dossiers.rendering import source_of
    from tests.bench import typst_pages

    def source(number: int) -> bytes:
        language = languages[number % len(languages)]
        mine = dataclasses.replace(facts[number % len(facts)], reference=f"XX-H-2026-{number:06}")
        return typst_pages.to_typst(source_of(mine, language=language), language)

    pages, early = 0, 0
    for number in range(len(languages)):
        pages += typst_pages.pages_of(source(number))[1]
    spent = 0.0
    for number in range(count):
        typed = source(number)
        began = time.process_time()
        typst_pages.draw(typed)
        spent += time.process_time() - began
        if number < 50:
            early = resident_kb()
    return {
        "documents": count,
        "pages": pages / len(languages),
        "cpu": time.process_time(),
        "drawing": spent,
        "resident": [early, resident_kb()],
    }


def main(path: str, count: int, engine: str) -> dict[str, Any]:
    """Draw ``count`` dossiers, each with text of its own, their languages in turn."""
    import django

    django.setup()
    from django.conf import settings

    from lmc_cases.config.celery import warm_up
    from lmc_cases.dossiers.facts import DossierFacts
    from lmc_cases.dossiers.rendering import render_dossier

    warm_up()
    plain = json.loads(Path(path).read_text(encoding="utf-8"))
    facts = [DossierFacts.from_plain(each, photos={}) for each in plain]
    languages = [code for code, _name in settings.LANGUAGES]
    if engine == "typst":
        return drawn_by_typst(facts, languages, count)
    began, early, pages = time.process_time(), 0, 0
    for number in range(count):
        mine = dataclasses.replace(facts[number % len(facts)], reference=f"XX-H-2026-{number:06}")
        pages += render_dossier(mine, language=languages[number % len(languages)]).pages
        if number < 50:
            early = resident_kb()
    return {
        "documents": count,
        "pages": pages / count,
        "cpu": time.process_time(),
        "drawing": time.process_time() - began,
        "resident": [early, resident_kb()],
    }


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], int(sys.argv[2]), *(sys.argv[3:] or ["weasyprint"]))))
