"""Small values of a disclosure as facts."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from lmc_cases.dossiers import facts as f

if TYPE_CHECKING:
    from lmc_cases.jurisdictions.models import Jurisdiction


def country_fact(country: Jurisdiction) -> f.Country:
    """Return a country by its code."""
    return f.Country(country.code, {"en": country.name_en})


def coded_fact(code: str) -> f.Country | None:
    """Return the country of a code; ``None`` for "" (not known)."""
    return f.Country(code) if code else None


def texts_fact(rows: list[dict[str, Any]]) -> tuple[f.Text, ...]:
    """Return a text with its translations as they were disclosed."""
    return tuple(
        f.Text(
            row["language"],
            row["text"],
            is_original=row["is_original"],
            translator=row["translator"],
            status=row.get("status", ""),
            is_stale=row.get("is_stale", False),
            engine=row.get("engine", ""),
        )
        for row in rows
    )


def moment_fact(text: str | None, zone: str) -> f.Moment | None:
    """Return an instant (ISO 8601) in a zone."""
    return f.Moment(dt.datetime.fromisoformat(text), zone) if text else None


def marks_fact(copy: dict[str, Any]) -> f.Marks | None:
    """Return the marks of a copied person or exhibit; copies made before there were any have none."""
    marks = copy.get("marks")
    if marks is None:
        return None
    return f.Marks(
        handling=tuple(marks["handling"]),
        restriction=marks["restriction"],
        grading=marks["grading"],
        statement=marks["statement"],
        origin=coded_fact(marks["origin"]),
    )
