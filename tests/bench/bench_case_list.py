"""The case list and search among ``SIZE`` cases: what officers see costs alike, whoever they are and whatever others keep.

Officers: CN owns every second case (50 %), KH is shared everything (100 %), LA every twentieth (5 %), MM every
thousandth (0.1 %), VN 5 % of all, all of them among the oldest tenth. Every officer has three audiences (country,
agency, name), so each page is already that of several audiences.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import psycopg
import pytest

from lmc_cases.accounts.models import User
from lmc_cases.cases.models import Case
from lmc_cases.cases.services.listing import SHARED, CaseFilters, capped_count, page_of_cases
from lmc_cases.cases.services.search import find_cases
from tests.cases.many_cases import (
    Cost,
    ManyCases,
    cost_of,
    nodes_of,
    page_cost,
    statements_of,
    titles_cost,
    walk_cost,
)
from tests.factories import demo_agency, officer

pytestmark = pytest.mark.django_db(transaction=True)

# The same page with no rule at all: what an index over the cases themselves would give.
UNFILTERED = (
    "SELECT id, reference, status, updated_at FROM cases_case ORDER BY updated_at DESC, id DESC LIMIT 51"
)
TERMS = ("fraud", "keovong", "缅甸", "bangkok", "case 1", "invented person 77", "fr")


def unfiltered(superuser_url: str) -> int:
    """Buffers of the page without a rule, over an index that only this benchmark makes."""
    import json

    with psycopg.connect(superuser_url) as bench:
        bench.execute("CREATE INDEX bench_updated ON cases_case (updated_at DESC, id DESC)")
        for _run in range(2):
            row = bench.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {UNFILTERED}".encode()).fetchone()
        assert row is not None
        plan = (json.loads(row[0]) if isinstance(row[0], str) else row[0])[0]["Plan"]
        assert not any(node["Node Type"] == "Seq Scan" for node in nodes_of(plan))
        bench.rollback()
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


def search_cost(user: User, term: str) -> Cost:
    """What both steps of a search cost, the cases of its page left out."""
    statements = statements_of(user, lambda: find_cases(user, term))
    parts = [cost_of(sql) for sql in statements if "cases_searchentry" in sql]
    return sum(parts[1:], parts[0])


def test_the_case_list(superuser_url: str, record: Callable[..., None], size: Callable[[int], int]) -> None:
    total = size(100_000)
    small = total // 10
    seen = {code: officer(code) for code in ("CN", "KH", "LA", "MM", "VN")}
    demo_agency("TH")
    world = ManyCases(superuser_url)

    started = time.perf_counter()
    world.open(1, small, ("CN", "TH"))
    world.share("LA", 1, small, step=20, rest=1)
    world.settle()
    few = page_cost(seen["LA"], lambda: page_of_cases(seen["LA"]))
    world.open(small + 1, total, ("CN", "TH"))
    many = page_cost(seen["LA"], lambda: page_of_cases(seen["LA"]))
    record("list page, only invisible cases grow 10x", many.buffers / few.buffers, "ratio", at_most=1.5)

    world.share("KH", 1, total)
    world.share("LA", small + 1, total, step=20, rest=1)
    world.share("MM", 1, total, step=min(1000, small // 10), rest=3)
    world.share("VN", 1, small, step=2, rest=1)
    world.settle()
    record("cases loaded, read models built", total / (time.perf_counter() - started), "cases/s")

    base = unfiltered(superuser_url)
    record("list page without any rule", base, "buffers")
    pages = {code: page_cost(user, lambda user=user: page_of_cases(user)) for code, user in seen.items()}
    names = {"CN": "50 %", "KH": "100 %", "LA": "5 %", "MM": "0.1 %", "VN": "5 %, all old"}
    for code, cost in pages.items():
        record(f"list page, officer sees {names[code]}", cost.buffers, "buffers", at_most=260)
    record("list page, against no rule", max(c.buffers for c in pages.values()) / base, "ratio", at_most=4.5)
    # The walk alone: the cases of a page lie together or apart on the disk, with or without a rule.
    walks = [walk_cost(user, lambda user=user: page_of_cases(user)).buffers for user in seen.values()]
    record("walk of a page, worst against best selectivity", max(walks) / min(walks), "ratio", at_most=1.5)
    record("list page, slowest", max(c.milliseconds for c in pages.values()), "ms")
    record("plans that scan all cases", sum(c.scans_all_cases for c in pages.values()), "plans", at_most=0)
    titles = max(titles_cost(user, lambda user=user: page_of_cases(user)).buffers for user in seen.values())
    record("titles of a page", titles, "buffers", at_most=400)

    chinese = seen["CN"]
    cursor = page_of_cases(chinese, size=min(10_000, total // 4)).older
    deep = page_cost(chinese, lambda: page_of_cases(chinese, before=cursor))
    record("deep page against page 1", deep.buffers / pages["CN"].buffers, "ratio", at_most=1.2)
    back = page_cost(chinese, lambda: page_of_cases(chinese, after=cursor))
    record("page back against page 1", back.buffers / pages["CN"].buffers, "ratio", at_most=1.2)

    narrowed = CaseFilters(status=Case.Status.CLOSED, whose=SHARED)
    filtered = page_cost(seen["KH"], lambda: page_of_cases(seen["KH"], filters=narrowed))
    record("list page, two filters", filtered.buffers, "buffers", at_most=600)
    counts = [
        cost_of(sql).buffers
        for user in seen.values()
        for sql in statements_of(user, lambda user=user: capped_count(user))
        if "count(*)" in sql
    ]
    record("capped count", max(counts), "buffers", at_most=100)
    statements = [len(statements_of(chinese, lambda n=n: page_of_cases(chinese, size=n))) for n in (10, 100)]
    record("statements of 100 rows against 10", statements[1] / statements[0], "ratio", at_most=1)

    searches = {(code, term): search_cost(user, term) for code, user in seen.items() for term in TERMS}
    slowest = max(searches.items(), key=lambda item: item[1].buffers)
    record(
        f"search, worst case ({names[slowest[0][0]]}, “{slowest[0][1]}”)",
        slowest[1].buffers,
        "buffers",
        at_most=20_000,
    )
    longest = max(searches.items(), key=lambda item: item[1].milliseconds)
    record(
        f"search, slowest ({names[longest[0][0]]}, “{longest[0][1]}”)",
        longest[1].milliseconds,
        "ms",
        at_most=50,
    )
    adversary = searches["VN", "fraud"]
    record("search, common word, 5 % all old", adversary.buffers, "buffers", at_most=20_000)
