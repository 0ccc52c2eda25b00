"""Rule: an empty cell never passes, the instrument's own operator decides, and the worse side is the pair's."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmc_cases.handovers.threshold import (
    Threshold,
    Tiers,
    Verdict,
    passes,
    penalty_of,
    verdict_of,
    verdict_of_pair,
    verdict_of_rest,
    worst,
)

P, A, U, F = Verdict.PASSES, Verdict.ONLY_AGGRAVATED, Verdict.UNKNOWN, Verdict.FAILS
AT_LEAST_ONE, MORE_THAN_ONE, TWO = Threshold(">=", "1"), Threshold(">", "1"), Threshold(">=", "2")


@pytest.mark.parametrize(
    ("base", "heaviest", "threshold", "found"),
    [
        ("3", "10", AT_LEAST_ONE, P),
        ("3", "", AT_LEAST_ONE, P),
        # Exactly one year: "at least" holds it, "more than" does not.
        ("1", "1", AT_LEAST_ONE, P),
        ("1", "1", MORE_THAN_ONE, F),
        ("1", "5", MORE_THAN_ONE, A),
        ("1.5", "1.5", MORE_THAN_ONE, P),
        ("1", "1", TWO, F),
        ("1", "2", TWO, A),
        # Cambodia's gambling players: a month, with a repeat a year.
        ("0.083", "1", AT_LEAST_ONE, A),
        ("0.5", "0.5", AT_LEAST_ONE, F),
        # No prison in the basic tier is a known nought.
        ("0", "7", AT_LEAST_ONE, A),
        ("0", "0", AT_LEAST_ONE, F),
        ("life", "death", MORE_THAN_ONE, P),
        ("death", "", AT_LEAST_ONE, P),
        ("0.5", "life", AT_LEAST_ONE, A),
        ("", "", AT_LEAST_ONE, U),
        ("", "10", AT_LEAST_ONE, U),
        ("0.5", "", AT_LEAST_ONE, U),
        ("fine", "fine", AT_LEAST_ONE, U),
        ("-3", "-3", AT_LEAST_ONE, U),
        ("1e3", "1e3", AT_LEAST_ONE, U),
        ("3", "10", Threshold("", "1"), U),
        ("3", "10", Threshold(">=", ""), U),
        ("3", "10", Threshold("", ""), U),
        ("3", "10", Threshold("<", "1"), U),
        ("life", "life", Threshold(">=", "one"), U),
    ],
)
def test_one_side_by_the_table(base: str, heaviest: str, threshold: Threshold, found: Verdict) -> None:
    assert verdict_of(Tiers(base, heaviest), threshold) == found


@pytest.mark.parametrize(
    ("asking", "asked", "found"),
    [
        (("3", "10"), ("3", "5"), P),
        (("3", "10"), ("0.5", "5"), A),
        (("0", "7"), ("0.5", "5"), A),
        (("3", "10"), ("", ""), U),
        (("0.5", "5"), ("", ""), U),
        (("3", "10"), ("0.5", "0.5"), F),
        # What fails on one side fails, whatever the other side's empty cell hides.
        (("", ""), ("0.5", "0.5"), F),
    ],
)
def test_a_pair_by_the_table(asking: tuple[str, str], asked: tuple[str, str], found: Verdict) -> None:
    assert verdict_of_pair(Tiers(*asking), Tiers(*asked), AT_LEAST_ONE) == found
    assert verdict_of_pair(Tiers(*asked), Tiers(*asking), AT_LEAST_ONE) == found


@pytest.mark.parametrize(
    ("left", "needed", "found"),
    [
        (7, "6", P),
        (5, "6", F),
        # The row does not say whether exactly as many are enough.
        (6, "6", U),
        (None, "6", U),
        (12, "", U),
        (12, "some", U),
        (0, "6", F),
    ],
)
def test_the_rest_of_a_sentence_by_the_table(left: int | None, needed: str, found: Verdict) -> None:
    assert verdict_of_rest(left, needed) == found


numbers = st.decimals(min_value=0, max_value=60, places=3).map(lambda years: f"{years:f}")
known = st.one_of(numbers, st.sampled_from(["life", "death"]))
cells = st.one_of(known, st.sampled_from(["", "fine", "not known"]))
tiers = st.builds(Tiers, cells, cells)
thresholds = st.builds(Threshold, st.sampled_from([">", ">=", ""]), st.one_of(numbers, st.just("")))


@given(tiers, tiers, thresholds)
def test_a_pair_passes_only_where_both_basic_tiers_are_known_to(
    asking: Tiers, asked: Tiers, threshold: Threshold
) -> None:
    found = verdict_of_pair(asking, asked, threshold)
    assert (found == P) == all(passes(each.base, threshold) is True for each in (asking, asked))
    assert found == verdict_of_pair(asked, asking, threshold)
    assert found == worst(verdict_of(asking, threshold), verdict_of(asked, threshold))


@given(tiers, thresholds)
def test_what_is_not_known_is_never_anything_else(one: Tiers, threshold: Threshold) -> None:
    found = verdict_of(one, threshold)
    if threshold.limit is None or penalty_of(one.base) is None:
        assert found == U
    if found == A:
        assert passes(one.base, threshold) is False
        assert passes(one.heaviest, threshold) is True
    if found == F:
        assert passes(one.base, threshold) is False
        assert passes(one.heaviest, threshold) is False


@given(known, numbers)
def test_the_operators_differ_at_equality_alone(cell: str, years: str) -> None:
    more, least = (passes(cell, Threshold(operator, years)) for operator in (">", ">="))
    assert (more != least) == (penalty_of(cell) == Decimal(years))
    assert least or not more


@given(st.one_of(st.none(), st.integers(0, 900)), st.one_of(st.just(""), st.integers(0, 900).map(str)))
def test_the_rest_of_a_sentence_is_decided_only_by_numbers_that_differ(left: int | None, needed: str) -> None:
    found = verdict_of_rest(left, needed)
    assert (found == U) == (left is None or not needed or left == int(needed))
    assert found in {P, F, U}
