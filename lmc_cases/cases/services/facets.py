"""Exact numbers of the cases an officer may see, by status, typology and owner, from the counters of migration 0008."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import connection

from lmc_cases.cases.models import Level
from lmc_cases.cases.services.listing import OWN, CaseFilters, own_country_ids
from lmc_cases.jurisdictions.access import audiences_of

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


@dataclass(frozen=True)
class Facet:
    """So many visible cases have this status, typology and owner. ``typology_id`` is ``None`` where none is set."""

    status: str
    typology_id: int | None
    owner_id: int
    cases: int


@dataclass(frozen=True)
class OptionCounts:
    """How many cases each option of a filter would leave, the other filters kept as they are.

    Attributes:
        status: by ``Case.Status``.
        typology: by primary key; ``None`` counts the cases without one.
        owner: by primary key of the owning country.
    """

    status: Counter[str] = field(default_factory=Counter)
    typology: Counter[int | None] = field(default_factory=Counter)
    owner: Counter[int] = field(default_factory=Counter)


def facets_of(user: User) -> list[Facet]:
    """Return the counters of what the officer sees now: one statement, whatever the number of cases."""
    if not audiences_of(user):
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT status, typology_id, owner_id, n FROM case_facets()")
        return [Facet(*row) for row in cursor.fetchall()]


def option_counts(user: User, filters: CaseFilters) -> OptionCounts | None:
    """Count the options of the three counted filters; ``None`` under a filter that no counter knows."""
    if (
        filters.at_least != Level.EXISTENCE
        or filters.operation_id is not None
        or filters.lead_officer_id is not None
    ):
        return None
    own = set(own_country_ids(user)) if filters.whose else set()
    counts = OptionCounts()
    for facet in facets_of(user):
        if filters.whose and (facet.owner_id in own) != (filters.whose == OWN):
            continue
        fits_status = filters.status in ("", facet.status)
        fits_typology = filters.typology_id in (None, facet.typology_id)
        fits_owner = filters.owner_id in (None, facet.owner_id)
        if fits_typology and fits_owner:
            counts.status[facet.status] += facet.cases
        if fits_status and fits_owner:
            counts.typology[facet.typology_id] += facet.cases
        if fits_status and fits_typology:
            counts.owner[facet.owner_id] += facet.cases
    return counts


def own_and_shared(user: User) -> tuple[int, int]:
    """Return how many cases of the own countries, and how many of others, the officer sees."""
    own = set(own_country_ids(user))
    facets = facets_of(user)
    at_home = sum(facet.cases for facet in facets if facet.owner_id in own)
    return at_home, sum(facet.cases for facet in facets) - at_home


def fold() -> int:
    """Add the changes noted since the last fold to the counters; return how many there were."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT fold_case_facets()")
        return int(cursor.fetchone()[0])
