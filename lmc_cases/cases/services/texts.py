"""Which text to show: the reader's language, else the original, marked; never a guess."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import get_language

from lmc_cases.cases.models import CaseText

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


@dataclass(frozen=True)
class ShownText:
    """A text as shown to one reader.

    Attributes:
        kind: ``"original"``, ``"translation"``, or ``"missing"``: the original, for want of a translation.
        by: translator of a translation, else "".
    """

    text: str
    language: str
    kind: str
    by: str = ""


def texts_for(
    user: User, case_ids: Iterable[int], kind: str, language: str | None = None
) -> dict[int, ShownText]:
    """Return, per case, the text of ``kind`` the reader should see, in one statement.

    Cases whose level does not show the text are absent.
    """
    wanted = language or get_language() or "en"
    best: dict[int, CaseText] = {}
    rows = CaseText.objects.visible_to(user).filter(case__in=list(case_ids), kind=kind).order_by("pk")
    for row in rows:
        held = best.get(row.case_id)
        if held is None or row.language == wanted or (row.is_original and held.language != wanted):
            best[row.case_id] = row
    return {case_id: shown(row, wanted) for case_id, row in best.items()}


def shown(row: CaseText, wanted: str) -> ShownText:
    """Say how ``row`` relates to the language the reader wants."""
    if row.language != wanted:
        return ShownText(row.text, row.language, "missing")
    if row.is_original:
        return ShownText(row.text, row.language, "original")
    return ShownText(row.text, row.language, "translation", row.translator)
