"""Whether a series goes with the season, and how far its months hang together.

Months are numbers that follow one another (2026-01 is 24313), so that the year before is 12 less.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import sqrt
from statistics import fmean

YEAR = 12
KNOWN_FROM = 36  # months in which a season can be told from chance
# chi squared of 11 degrees of freedom, which chance passes in one series of ten
SEASONAL = 17.275
# What no library can tell from none in a few years, but widens what chance does by an eighth.
ASSUMED = 0.2
# Standard errors, 1 / sqrt(n), that chance passes in one series of twenty
BY_CHANCE = 1.64
STRONG = 0.7  # of months that hang together so, no limits can be told
NEWEST = 3  # points that are being looked at: a change among them would pass for a correlation


def is_seasonal(values: Mapping[int, float]) -> bool | None:
    """True if the same months stand high and low year after year, by Friedman's test (Friedman
    1937, JASA 32); None where fewer than three whole years are known."""
    years = _years(values)
    if len(years) * YEAR < KNOWN_FROM:
        return None
    ranks = [sum(place) for place in zip(*map(_ranks, years), strict=True)]
    count = len(years)
    spread = sum(rank * rank for rank in ranks)
    statistic: float = 12 * spread / (count * YEAR * (YEAR + 1)) - 3 * count * (YEAR + 1)
    return statistic > SEASONAL


def widening(values: Sequence[float]) -> float | None:
    """How much wider limits are than moving ranges say, because a month is like the one before: by
    1 / sqrt(1 - r) (Vasilopoulos and Stamboulis 1978, JQT 10); None where r is too strong for any.
    """
    known = values[:-NEWEST]
    correlation = lag_correlation(known)
    if correlation > STRONG:
        return None
    if correlation <= BY_CHANCE / sqrt(len(known)):
        correlation = 0.0
    return 1 / sqrt(1 - max(correlation, ASSUMED))


def lag_correlation(values: Sequence[float]) -> float:
    """How far each point is like the one before it, without what short series lose (Kendall 1954,
    Biometrika 41)."""
    centre = fmean(values)
    spread = sum((value - centre) ** 2 for value in values)
    if not spread:
        return 0.0
    found = sum((a - centre) * (b - centre) for a, b in pairwise(values)) / spread
    return found + (1 + 4 * max(found, 0)) / len(values)


def _years(values: Mapping[int, float]) -> list[list[float]]:
    """Twelve months one after another, again and again from the newest back; what a gap breaks is
    passed over. Each begins with the same month."""
    month, first = max(values, default=0), min(values, default=0)
    years = []
    while month - YEAR + 1 >= first:
        year = range(month - YEAR + 1, month + 1)
        if all(each in values for each in year):
            years.append([values[each] for each in year])
        month -= YEAR
    return years


def _ranks(year: Sequence[float]) -> list[float]:
    """The place of each month in its year; equals share theirs."""
    ordered = sorted(year)
    return [ordered.index(value) + (ordered.count(value) + 1) / 2 for value in year]
