"""Which text to show: the reader's language, else the original, marked; never a guess."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import get_language

from lmc_cases.cases.models import CaseText, is_stale

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


@dataclass(frozen=True)
class ShownText:
    """A text as shown to one reader.

    Attributes:
        kind: ``"original"``, ``"translation"``, or ``"missing"``: the original, for want of a translation.
        version: of the text, as the disclosure ledger names it.
        by: translator of a translation, else "".
        is_outdated: a translation of another version of the original than the one that stands.
        status: of a translation, in words; else "".
        engine: the machine whose words a translation is; "" for a person's.
        languages: codes of all languages the text exists in, the original's first.
    """

    text: str
    language: str
    kind: str
    version: int
    by: str = ""
    is_outdated: bool = False
    status: str = ""
    engine: str = ""
    languages: tuple[str, ...] = ()


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


def texts_of_case(user: User, case_id: int, language: str | None = None) -> dict[str, ShownText]:
    """Return, per kind, the text of one case the reader should see, in one statement.

    Args:
        case_id: primary key of a case read through the access rule.
        language: the language asked for; the reader's own by default.
    """
    wanted = language or get_language() or "en"
    by_kind: dict[str, list[CaseText]] = {}
    for row in CaseText.objects.visible_to(user).filter(case=case_id).order_by("-is_original", "pk"):
        by_kind.setdefault(row.kind, []).append(row)
    found = {}
    for kind, rows in by_kind.items():
        row = next((row for row in rows if row.language == wanted), rows[0])
        found[kind] = shown(row, wanted, rows)
    return found


def shown(row: CaseText, wanted: str, rows: Iterable[CaseText] = ()) -> ShownText:
    """Say how ``row`` relates to the language the reader wants, and to the other languages in ``rows``."""
    kind = "missing" if row.language != wanted else "original" if row.is_original else "translation"
    others = list(rows)
    return ShownText(
        text=row.text,
        language=row.language,
        kind=kind,
        version=row.version,
        by=row.translator if kind == "translation" else "",
        is_outdated=is_stale(row, next((other for other in others if other.is_original), None)),
        status=str(row.get_status_display()) if kind == "translation" else "",
        engine=row.engine if kind == "translation" else "",
        languages=tuple(other.language for other in others),
    )
