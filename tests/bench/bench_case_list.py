"""The case list and search among ``SIZE`` cases: what officers see costs alike, whoever they are and whatever others keep.

Officers: CN owns every second case (50 %), KH is shared everything (100 %), LA every twentieth (5 %), MM every
thousandth (0.1 %), VN 5 % of all, all of them among the oldest tenth. SG is shared a twentieth as a country, another
as an agency among the oldest tenth, and some twice. Every officer is cleared, so that each has nine audiences (country,
agency, name, and the cleared siblings of each): a page is always one of several audiences.

Every statement runs as the serving role, under every policy of row-level security; what the policies add is measured
against the same statements of the owner's role, which no policy holds.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import psycopg
import pytest
from django.db import connections

from lmc_cases.accounts.models import User
from lmc_cases.cases.models import Case, CaseDetail, CaseVisibility
from lmc_cases.cases.services.facets import facets_of, fold
from lmc_cases.cases.services.listing import SHARED, CaseFilters, CasePage, capped_count, page_of_cases
from lmc_cases.cases.services.search import find_cases
from lmc_cases.cases.services.texts import texts_of_case
from lmc_cases.jurisdictions.access import acting_as, resolve_audiences
from tests.cases.many_cases import (
    Cost,
    ManyCases,
    cost_of,
    cost_of_all,
    nodes_of,
    page_cost,
    statements_of,
    titles_cost,
    walk_cost,
)
from tests.factories import demo_agency, officer

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

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
    return cost_of_all(user, [sql for sql in statements if reads_entries(sql)])


def reads_entries(sql: str) -> bool:
    """Whether a statement reads search text: by the walk, or through the function behind the wall."""
    return "cases_searchentry" in sql or "found_entries" in sql


def detail_statements(user: User, number: int) -> list[str]:
    """What a case's page asks of the case itself, its texts and its details: through the rule, each of them."""
    case = page_of(user, size=number).rows[-1].case

    def read() -> None:
        assert Case.objects.visible_to(user).with_level_for(user).filter(uuid=case.uuid).first() is not None
        assert texts_of_case(user, case.pk, "en")
        assert CaseDetail.objects.visible_to(user).filter(case=case.pk).first() is not None

    return [sql for sql in statements_of(user, read) if '"cases_' in sql]


def page_of(user: User, **wanted: object) -> CasePage:
    with acting_as(user):
        return page_of_cases(user, **wanted)  # type: ignore[arg-type]


def counted_by_scan(user: User) -> dict[tuple[str, int | None, int], int]:
    """The counters the long way, as the owner's role: every case that an audience of the officer sees, once."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT status, typology_id, owner_id, count(DISTINCT case_id) FROM cases_casevisibility"
            " WHERE audience_id = ANY (%s) AND until > now() GROUP BY 1, 2, 3",
            [list(resolve_audiences(user))],
        )
        return {(row[0], row[1], row[2]): row[3] for row in cursor.fetchall()}


def test_the_case_list(superuser_url: str, record: Callable[..., None], size: Callable[[int], int]) -> None:
    total = size(100_000)
    small = total // 10
    seen = {code: officer(code) for code in ("CN", "KH", "LA", "MM", "VN", "SG")}
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
    world.share("SG", 1, total, step=20, rest=2)
    world.share("SG", 1, small, step=2, rest=0, agency="SG-UNIT")
    world.settle()
    record("cases loaded, read models built", total / (time.perf_counter() - started), "cases/s")

    base = unfiltered(superuser_url)
    record("list page without any rule", base, "buffers")
    pages = {code: page_cost(user, lambda user=user: page_of_cases(user)) for code, user in seen.items()}
    names = {
        "CN": "50 %",
        "KH": "100 %",
        "LA": "5 %",
        "MM": "0.1 %",
        "VN": "5 %, all old",
        "SG": "5 % twice over",
    }
    for code, cost in pages.items():
        record(f"list page, officer sees {names[code]}", cost.buffers, "buffers", at_most=260)
    record("list page, against no rule", max(c.buffers for c in pages.values()) / base, "ratio", at_most=4.5)
    # The walk alone: the cases of a page lie together or apart on the disk, with or without a rule.
    walks = [walk_cost(user, lambda user=user: page_of_cases(user)).buffers for user in seen.values()]
    record("walk of a page, worst against best selectivity", max(walks) / min(walks), "ratio", at_most=1.5)
    record("list page, slowest", max(c.milliseconds for c in pages.values()), "ms")
    record("plans that scan all cases", sum(c.scans_all_cases for c in pages.values()), "plans", at_most=0)
    titles = max(titles_cost(user, lambda user=user: page_of_cases(user)).buffers for user in seen.values())
    record("titles of a page, through both walls", titles, "buffers", at_most=500)

    chinese = seen["CN"]
    cursor = page_of(chinese, size=min(10_000, total // 4)).older
    deep = page_cost(chinese, lambda: page_of_cases(chinese, before=cursor))
    record("deep page against page 1", deep.buffers / pages["CN"].buffers, "ratio", at_most=1.2)
    back = page_cost(chinese, lambda: page_of_cases(chinese, after=cursor))
    record("page back against page 1", back.buffers / pages["CN"].buffers, "ratio", at_most=1.2)

    narrowed = CaseFilters(status=Case.Status.CLOSED, whose=SHARED)
    filtered = page_cost(seen["KH"], lambda: page_of_cases(seen["KH"], filters=narrowed))
    record("list page, two filters", filtered.buffers, "buffers", at_most=600)
    counts = [
        cost_of(user, sql).buffers
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

    measure_the_wall(record, seen, names, at_most=2 if total >= 100_000 else None)
    measure_facets(superuser_url, record, seen, names)


def measure_facets(
    superuser_url: str, record: Callable[..., None], seen: dict[str, User], names: dict[str, str]
) -> None:
    """Counters: exact for everybody, cheap after a fold, right before it."""
    costs = {}
    wrong = 0
    for code, user in seen.items():
        (sql,) = statements_of(user, lambda user=user: facets_of(user))
        costs[code] = cost_of(user, sql)
        with acting_as(user):
            counted = {(f.status, f.typology_id, f.owner_id): f.cases for f in facets_of(user)}
        wrong += counted != counted_by_scan(user)
    slowest = max(costs, key=lambda code: costs[code].buffers)
    record(f"counters, worst ({names[slowest]})", costs[slowest].buffers, "buffers", at_most=600)
    record("counters, slowest", max(cost.milliseconds for cost in costs.values()), "ms")
    record("counters that are not exact", wrong, "officers", at_most=0)
    with psycopg.connect(superuser_url) as counting:
        for name, table in (
            ("distinct sets of audiences", "audienceset"),
            ("rows of counters", "facetcount"),
        ):
            row = counting.execute(f"SELECT count(*) FROM cases_{table}".encode()).fetchone()
            assert row is not None
            record(name, row[0], "rows")
        # A thousand changes that no fold has taken in.
        counting.execute(
            "UPDATE cases_case SET status = 'CLOSED' WHERE id IN (SELECT id FROM cases_case WHERE status = 'OPEN' LIMIT 1000)"
        )
    (sql,) = statements_of(seen["KH"], lambda: facets_of(seen["KH"]))
    record("counters with 1,000 changes not folded", cost_of(seen["KH"], sql).buffers, "buffers")
    started = time.perf_counter()
    fold()
    record("fold of those", 1000 * (time.perf_counter() - started), "ms")


def measure_the_wall(
    record: Callable[..., None], seen: dict[str, User], names: dict[str, str], at_most: float | None
) -> None:
    """The same statements with the policies of the serving role, and as the owner's role without them.

    Among few cases the owner's role reads all that the officer sees at once, for less than the look-ups of one page.
    """
    for what, statements_for in (
        ("list page", list_statements),
        ("detail", lambda user: detail_statements(user, 30)),
    ):
        ratios, inside = {}, {}
        for code, user in seen.items():
            statements = statements_for(user)
            behind, past = cost_of_all(user, statements), cost_of_all(user, statements, using="owner")
            ratios[code], inside[code] = behind.buffers / past.buffers, behind
        worst = max(ratios, key=lambda code: ratios[code])
        record(
            f"{what}, behind the wall against past it ({names[worst]})",
            ratios[worst],
            "ratio",
            at_most=at_most,
        )
        record(f"{what}, everything", max(cost.buffers for cost in inside.values()), "buffers")
    checks = {code: detail_statements(user, 30) for code, user in seen.items()}
    record("detail, statements", max(len(found) for found in checks.values()), "statements", at_most=3)
    record(
        "detail, the case with its level",
        max(cost_of(seen[code], found[0]).buffers for code, found in checks.items()),
        "buffers",
    )
    levels = [
        cost_of(user, sql).buffers
        for user in seen.values()
        for sql in statements_of(user, lambda user=user: check_of_one(user))[-1:]
    ]
    record("detail, check of one case", max(levels), "buffers", at_most=8)


def check_of_one(user: User) -> None:
    """Ask at what level the officer sees one case."""
    number = page_of_cases(user, size=30).rows[-1].case.pk
    list(CaseVisibility.objects.visible_to(user).filter(case_id=number).values_list("level"))


def list_statements(user: User) -> list[str]:
    """The walk, the cases of the page and their titles."""
    return [
        sql
        for sql in statements_of(user, lambda: page_of_cases(user))
        if "cases_" in sql and "lmc_" not in sql
    ]
