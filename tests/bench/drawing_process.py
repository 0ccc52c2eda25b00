"""A process of its own that draws dossiers: ``python -m tests.bench.drawing_process COUNT [typst | whole]``.

They are of one operation: one case with twenty exhibits, one person each, seven languages in turn. With ``whole`` nothing
is drawn apart and put into each; with ``typst`` the same documents are laid out by Typst, and making their source is not
counted. It prints JSON: ``documents``, ``pages``, ``cpu`` (seconds of processor time of the whole process, start included),
``drawing`` (seconds of it spent on drawing) and ``resident`` (kB after 50 documents, or after all of fewer, and at the end).
"""

from __future__ import annotations

import dataclasses
import json
import sys
import time
from pathlib import Path
from typing import Any

EXHIBITS = 20


def resident_kb() -> int:
    """Memory this process holds now."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS:")).split()[1])


def person_of(operation: Any, number: int) -> Any:
    """Return the dossier of another person of the operation."""
    subject = operation.subjects[0]
    name = dataclasses.replace(subject.name, text=f"{subject.name.text} {number}")
    return dataclasses.replace(
        operation,
        reference=f"XX-H-2026-{number:06}",
        subjects=(dataclasses.replace(subject, name=name),),
    )


def drawn_by_typst(operation: Any, languages: list[str], count: int) -> dict[str, Any]:
    """Lay out as many dossiers with Typst, after one of each language that fills its caches."""
    from lmc_cases.dossiers.rendering import source_of
    from tests.bench import typst_pages

    def source(number: int) -> bytes:
        language = languages[number % len(languages)]
        return typst_pages.to_typst(source_of(person_of(operation, number), language=language), language)

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


def main(count: int, engine: str) -> dict[str, Any]:
    """Draw ``count`` dossiers, each of a person of its own, their languages in turn."""
    import django

    django.setup()
    from django.conf import settings

    from lmc_cases.config.celery import warm_up
    from lmc_cases.dossiers.rendering import equal_parts, render_dossier
    from tests.dossiers.samples import sample_facts

    warm_up()
    languages = [code for code, _name in settings.LANGUAGES]
    operation = sample_facts(exhibits=EXHIBITS)
    if engine == "typst":
        return drawn_by_typst(operation, languages, count)
    if engine == "whole":
        equal_parts.EQUAL_FROM = sys.maxsize  # type: ignore[misc]
    began, early, pages = time.process_time(), 0, 0
    for number in range(count):
        pages += render_dossier(
            person_of(operation, number), language=languages[number % len(languages)]
        ).pages
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
    print(json.dumps(main(int(sys.argv[1]), *(sys.argv[2:] or ["weasyprint"]))))
