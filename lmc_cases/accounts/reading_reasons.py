"""Why officers and partner programs read another country's records: a short list, as data."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.utils.translation import gettext

REASONS = Path(__file__).with_name("reference") / "reading_reasons.json"


@dataclass(frozen=True)
class KnownReason:
    """One entry of the list. ``needs_text``: the code alone says too little."""

    code: str
    label_en: str
    needs_text: bool

    @property
    def label(self) -> str:
        """The label in the active language."""
        return gettext(self.label_en)


@lru_cache(maxsize=1)
def known_reasons() -> dict[str, KnownReason]:
    """Return the list by code, in its order."""
    rows = json.loads(REASONS.read_text(encoding="utf-8"))
    return {row["code"]: KnownReason(**row) for row in rows}


def label_of(code: str) -> str:
    """Return what a code says; one that left the list is shown as it stands."""
    found = known_reasons().get(code)
    return found.label if found else code
