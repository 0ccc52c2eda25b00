"""A page of the list costs the same whatever others keep here: buffers, not milliseconds."""

from __future__ import annotations

import pytest

from lmc_cases.cases.services import visibility
from lmc_cases.cases.services.listing import capped_count, page_of_cases
from lmc_cases.cases.services.search import find_cases
from lmc_cases.jurisdictions.access import acting_as
from tests.cases.many_cases import ManyCases, cost_of, page_cost, statements_of, titles_cost
from tests.factories import demo_agency, officer

pytestmark = pytest.mark.django_db(transaction=True)


def test_ten_times_as_many_invisible_cases_leave_the_page_as_it_was(superuser_url: str) -> None:
    lao = officer("LA")
    for code in ("TH", "CN"):
        demo_agency(code)
    world = ManyCases(superuser_url)
    world.open(1, 600, ("TH", "CN"), ("TEXT",))
    world.share("LA", 1, 600)
    world.settle()
    world.open(1_001, 4_000, ("TH", "CN"), ("TEXT",))
    assert visibility.drift().is_none

    def page() -> object:
        return page_of_cases(lao)

    few = page_cost(lao, page)
    with acting_as(lao):
        first = page_of_cases(lao)
    assert len(first.rows) == 50
    world.open(10_001, 40_000, ("TH", "CN"), ("TEXT",))
    many, titles = page_cost(lao, page), titles_cost(lao, page)
    assert many.buffers <= 1.5 * few.buffers
    # Each title asks the rule once more, by key.
    assert titles.buffers <= 300
    assert many.buffers <= 260
    assert not many.scans_all_cases
    with acting_as(lao):
        far = page_of_cases(lao, size=500).older
        again = [row.case.pk for row in page_of_cases(lao).rows]
        assert capped_count(lao) == (600, False)
        assert len(find_cases(lao, "fraud", size=200).rows) == 100
    deep = page_cost(lao, lambda: page_of_cases(lao, before=far))
    assert deep.buffers <= 1.2 * many.buffers
    assert again == [row.case.pk for row in first.rows]
    (counted,) = statements_of(lao, lambda: capped_count(lao))
    assert cost_of(lao, counted).buffers <= 100
    # A word that a sixth of all cases holds, and that the officer may find in a hundred of them.
    searched = [
        sql
        for sql in statements_of(lao, lambda: find_cases(lao, "fraud"))
        if "cases_searchentry" in sql or "found_entries" in sql
    ]
    assert sum(cost_of(lao, sql).buffers for sql in searched) <= 20_000
