"""Whatever happens in whatever order: every surface shows every officer just what the rule's words say.

Hypothesis chooses 3,000 deeds; after each, what the product's statements show, what raw SQL reads past them, and
what the oracle says must be one and the same, and no read model may have drifted.

The deeds are the same in every run (``derandomize``), so that a red run is red for everybody. ``LMC_FUZZ=1`` draws
new ones, and looks for the shortest way to what it found.
"""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from lmc_cases.accounts.models import User
from lmc_cases.cases.models import Case
from lmc_cases.cases.services import facets, visibility
from lmc_cases.cases.services.listing import capped_count
from lmc_cases.cases.services.search import find_cases
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.jurisdictions.access import acting_as, resolve_audiences
from lmc_cases.jurisdictions.models import Agency, Jurisdiction, Typology
from tests.factories import officer
from tests.leaks.deeds import DEEDS, OWNER, WORDS, Deed, World
from tests.leaks.oracle import Officer, Shown, level_of, sees_request, shown_to
from tests.leaks.surfaces import RAW, RAW_KINDS, RULE_KINDS, look_through, prepare, rule_statement

pytestmark = [pytest.mark.leak, pytest.mark.django_db(transaction=True, databases=["default", OWNER])]

OPERATIONS = 3_000
IS_FUZZED = bool(os.environ.get("LMC_FUZZ"))
# Who looks: name, country, agency, clearance.
VIEWERS = (
    ("thai", "TH", "ONE", 3),
    ("thai_two", "TH", "TWO", 1),
    ("chinese", "CN", "ONE", 2),
    ("khmer", "KH", "ONE", 3),
    ("khmer_two", "KH", "TWO", 2),
    ("lao", "LA", "ONE", 1),
)
numbers = st.integers(min_value=0, max_value=59)


@pytest.fixture
def built(superuser_url: str) -> Iterator[World]:
    users = {
        name: officer(code, suffix=suffix, clearance=clearance) for name, code, suffix, clearance in VIEWERS
    }
    clerk = officer("MM")
    assert clerk.agency is not None
    codes = {f"{code}-{suffix}" for _name, code, suffix, _clearance in VIEWERS}
    agencies = {row.code: row for row in Agency.objects.select_related("jurisdiction").filter(code__in=codes)}
    world = World(
        superuser_url=superuser_url,
        users=users,
        officers={
            name: Officer(name, code, f"{code}-{suffix}", clearance)
            for name, code, suffix, clearance in VIEWERS
        },
        clerk=clerk,
        countries={row.code: row for row in Jurisdiction.objects.filter(code__in=("TH", "CN", "KH", "LA"))},
        agencies=agencies,
        typologies=list(Typology.objects.order_by("pk")[:2]),
        groups={name: list(user.groups.values_list("pk", flat=True)) for name, user in users.items()},
    )
    yield world
    world.empty()


class Officers(RuleBasedStateMachine):
    """One run of deeds upon a world that starts with two cases."""

    world: ClassVar[World]
    threads: ClassVar[ThreadPoolExecutor]
    done: ClassVar[Counter[str]]
    races: ClassVar[int]
    statements: ClassVar[dict[str, tuple[tuple[int, ...], str]]]

    @initialize()
    def begin(self) -> None:
        if self.is_over():
            return
        self.world.empty()
        for name, _country, _agency, clearance in VIEWERS:
            told, user = self.world.officers[name], self.world.users[name]
            if (told.clearance, told.may_read) != (clearance, True):
                told.clearance, told.may_read, user.clearance = clearance, True, clearance
                User.objects.using(OWNER).filter(pk=user.pk).update(clearance=clearance)
                self.world.put_roles(user, self.world.groups[name])
        for draw in (0, 1):
            made = self.world.open_case(draw, 0)
            assert made is not None
            made.note(made.do())

    @classmethod
    def is_over(cls) -> bool:
        return cls.done.total() >= OPERATIONS

    @rule(name=st.sampled_from(DEEDS), draw=numbers, more=numbers)
    def one_deed(self, name: str, draw: int, more: int) -> None:
        chosen = None if self.is_over() else self.chosen(name, draw, more)
        if chosen is None:
            return
        chosen.note(chosen.do())
        self.done[name] += 1
        self.look()

    @rule(
        first=st.sampled_from(DEEDS), second=st.sampled_from(DEEDS), draw=numbers, more=numbers, other=numbers
    )
    def two_deeds_at_once(self, first: str, second: str, draw: int, more: int, other: int) -> None:
        if self.is_over():
            return
        one, two = self.chosen(first, draw, more), self.chosen(second, draw, other)
        if one is None or two is None or one.touches & two.touches:
            return
        if "everything" in one.touches | two.touches:
            return
        barrier = threading.Barrier(2)

        def at_once(deed: Deed) -> object:
            barrier.wait(10)
            return deed.do()

        results = [self.threads.submit(at_once, deed) for deed in (one, two)]
        for deed, result in zip((one, two), results, strict=True):
            deed.note(result.result(30))
        self.done[first] += 1
        self.done[second] += 1
        type(self).races += 1
        self.look()

    def chosen(self, name: str, draw: int, more: int) -> Deed | None:
        chosen: Deed | None = getattr(self.world, name)(draw, more)
        return chosen

    def look(self) -> None:
        """Compare what every officer is shown with what the rule says."""
        now = timezone.now()
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
            lookers = [self.looker(name, told) for name, told in self.world.officers.items()]
            for told, (by_rule, past) in zip(
                self.world.officers.values(), look_through(lookers), strict=True
            ):
                expected = shown_to(told, self.world.cases, WORDS, now)
                differ(f"{told.name}, by the rule", by_rule, expected, RULE_KINDS)
                differ(f"{told.name}, past the rule", past, expected, RAW_KINDS)
            drift = visibility.drift()
            with connection.cursor() as cursor:
                cursor.execute("SELECT handover_visibility_drift()")
                assert cursor.fetchone() == (0,)
        assert drift.is_none, drift

    def looker(self, name: str, told: Officer) -> tuple[int, tuple[int, ...], str]:
        """Return an officer's key, audiences and statement; asked of the product anew when the rights have changed."""
        user = self.world.users[name]
        key = f"{name}_{told.clearance}_{told.may_read}".lower()
        if key not in self.statements:
            fresh = User.objects.get(pk=user.pk)
            with acting_as(fresh):
                self.statements[key] = resolve_audiences(fresh), prepare(key, rule_statement(fresh, WORDS))
        audiences, statement = self.statements[key]
        return user.pk, audiences, statement

    def teardown(self) -> None:
        """Once a run, ask the services themselves, as a page does."""
        if not self.world.cases:
            return
        now = timezone.now()
        for name, told in self.world.officers.items():
            user = User.objects.get(pk=self.world.users[name].pk)
            seen = {case.key for case in self.world.cases if level_of(told, case, now)}
            requests = {
                request.key
                for case in self.world.cases
                for request in case.requests
                if sees_request(told, case, request, now)
            }
            expected = shown_to(told, self.world.cases, WORDS, now)
            with acting_as(user):
                assert set(Case.objects.visible_to(user).values_list("pk", flat=True)) == seen
                found = set(HandoverRequest.objects.visible_to(user).values_list("pk", flat=True))
                assert found == requests, (told, [case for case in self.world.cases if case.requests])
                assert capped_count(user) == (len(seen), False)
                assert sum(facet.cases for facet in facets.facets_of(user)) == len(seen)
                for word in WORDS:
                    hits = {f"{word} {row.case.pk}" for row in find_cases(user, word).rows}
                    assert hits == {
                        key for kind, key, _n in expected if kind == "hit" and key.startswith(word)
                    }


def differ(whose: str, found: set[Shown], expected: set[Shown], kinds: set[str]) -> None:
    """Name what leaked and what was lost."""
    wanted = {row for row in expected if row[0] in kinds}
    assert found == wanted, {"who": whose, "leaked": sorted(found - wanted), "lost": sorted(wanted - found)}


def test_every_officer_is_shown_what_the_rule_says_whatever_happened(built: World) -> None:
    Officers.world, Officers.done, Officers.races, Officers.statements = built, Counter(), 0, {}
    with acting_as(built.clerk):
        prepare("past_the_rule", (RAW, []))
    with ThreadPoolExecutor(2) as threads:
        Officers.threads = threads
        try:
            run_state_machine_as_test(
                Officers,
                settings=settings(
                    max_examples=70,
                    stateful_step_count=150,
                    deadline=None,
                    derandomize=not IS_FUZZED,
                    database=None,
                    print_blob=IS_FUZZED,
                    phases=[Phase.generate, Phase.shrink] if IS_FUZZED else [Phase.generate],
                    suppress_health_check=list(HealthCheck),
                ),
            )
        finally:
            for _thread in range(4):
                threads.submit(connections.close_all)
    assert Officers.done.total() >= OPERATIONS, Officers.done
    assert Officers.races >= OPERATIONS // 20
    assert set(Officers.done) == set(DEEDS)
