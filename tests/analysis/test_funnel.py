"""The funnel: limits worked by hand, and held against exact sums of the binomial distribution."""

from __future__ import annotations

from fractions import Fraction
from itertools import accumulate
from math import comb

import pytest

from libstats.analysis.chart.funnel import Funnel, of_median, of_share


@pytest.mark.parametrize(
    "share, n", [(Fraction(1, 2), 10), (Fraction(9, 10), 60), (Fraction(1, 50), 200)]
)
def test_a_count_is_outside_where_chance_makes_it_so_less_than_once_in_a_thousand(
    share: Fraction, n: int
) -> None:
    chances = [comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(n + 1)]
    up_to, limits = [*accumulate(chances)], of_share(float(share), n)
    for k in range(n + 1):
        below = up_to[k] < Fraction(1, 1000)
        above = 1 - up_to[k] + chances[k] < Fraction(1, 1000)
        assert limits.side(k / n) == above - below, k


def test_limits_lie_between_two_counts() -> None:
    # of 10 tosses none is heads in 1 of 1,024, and at most one in 11: the limit is 0.0024 heads
    low, high = of_share(0.5, 10)
    assert low == pytest.approx((1 - (11 / 1024 - 0.001) / (10 / 1024)) / 10)
    assert high == pytest.approx(1 - (low or 0))
    assert of_share(1.0, 10) == (1, 1)


def test_the_median_of_few_may_be_anything_and_that_of_more_lies_in_the_middle() -> None:
    curve = [(1.0, 0.1), (2.0, 0.5), (3.0, 0.9), (9.0, 1.0)]
    # half of 9 is on one side by chance once in 512: no limit
    assert of_median(curve, 9) == (None, None)
    # of 20 between 2.7 and 17.3 are on one side: from the first value past 14 % to that past 86 %
    assert of_median(curve, 20) == (2, 3)
    assert [of_median(curve, 20).side(days) for days in (1, 2, 3, 4)] == [-1, 0, 0, 1]
    # where a third never comes, no limit lies above
    assert of_median([(1.0, 0.5), (2.0, 0.66)], 20) == (1, None)
    assert Funnel(None, None).side(99) == 0
