"""Look after the visibility read model: it is kept by triggers, checked and repaired here."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection


@dataclass(frozen=True)
class Drift:
    """Rows missing, rows too many, rows that say something else; wrong search entries; wrong counters."""

    missing: int
    surplus: int
    different: int
    search: int = 0
    facets: int = 0

    @property
    def is_none(self) -> bool:
        """Whether the read model is right."""
        return not (self.missing or self.surplus or self.different or self.search or self.facets)


def remove_ended() -> int:
    """Delete rows whose time has passed; return how many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT remove_ended_case_visibility()")
        return int(cursor.fetchone()[0])


def drift() -> Drift:
    """Compare the read model with its sources, row by row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT missing, surplus, different FROM case_visibility_drift()")
        missing, surplus, different = cursor.fetchone()
        cursor.execute("SELECT search_audience_drift()")
        (search,) = cursor.fetchone()
        cursor.execute("SELECT case_facet_drift()")
        (facets,) = cursor.fetchone()
    return Drift(missing=missing, surplus=surplus, different=different, search=search, facets=facets)


def repair() -> None:
    """Make the read model what its sources say."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT refresh_case_visibility(NULL)")
        cursor.execute("SELECT repair_search_audiences()")
        cursor.execute("SELECT repair_case_facets()")
