"""Every verb the code records has its sentence: an auditor never reads a code."""

from __future__ import annotations

import ast
from pathlib import Path

from django.utils import translation

from lmc_cases.audit.verbs import VERBS, sentence

ROOT = Path(__file__).parents[2] / "lmc_cases"


def verbs_in(tree: ast.AST) -> set[str]:
    """Texts given as ``verb=`` anywhere; a name or f-string there is followed to the texts it can be."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "verb":
            found |= {
                part.value
                for part in ast.walk(node.value)
                if isinstance(part, ast.Constant) and isinstance(part.value, str) and "." in part.value
            }
    return found


def test_every_recorded_verb_has_a_sentence() -> None:
    missing = {
        (str(path.relative_to(ROOT)), verb)
        for path in ROOT.rglob("*.py")
        for verb in verbs_in(ast.parse(path.read_text(encoding="utf-8")))
        if not is_known(verb)
    }
    assert not missing, f"add to lmc_cases/audit/verbs.py: {sorted(missing)}"


def is_known(verb: str) -> bool:
    """A whole verb, or the beginning of some (``f"handover.{step}"`` is read as ``handover.``)."""
    return verb in VERBS or (verb.endswith(".") and any(known.startswith(verb) for known in VERBS))


def test_an_unknown_verb_is_shown_as_recorded() -> None:
    assert sentence("nothing.known") == "nothing.known"
    with translation.override("en"):
        assert sentence("case.shared") == "Shared a case."
