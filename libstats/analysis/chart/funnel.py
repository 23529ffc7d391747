"""The funnel: how far from the common figure a place may stand by chance alone, by how much it has.

Exact limits of the binomial distribution, interpolated between two counts (Spiegelhalter 2005,
Statistics in Medicine 24, appendix A.1.1). Each passes the one or the other limit by chance in one
place of a thousand (99.8 %).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, lgamma, log, sqrt
from typing import NamedTuple

BEYOND = 0.001  # of places that pass the lower limit by chance, and as many the upper
FAR = 8  # standard deviations below the middle, where the count of what is rarer begins
HALF = 0.5


class Funnel(NamedTuple):
    """The limits of a place; None where none can be told, since so few may be anything."""

    low: float | None
    high: float | None

    def side(self, value: float) -> int:
        """1 above the upper limit, -1 below the lower one, 0 between them."""
        if self.high is not None and value > self.high:
            return 1
        return -1 if self.low is not None and value < self.low else 0


def of_share(share: float, n: int) -> Funnel:
    """Between which shares of `n` a place lies by chance, where `share` is the common one."""
    return Funnel(_least(share, n) / n, 1 - _least(1 - share, n) / n)


def of_median(curve: Sequence[tuple[float, float]], n: int) -> Funnel:
    """Between which values the median of `n` lies by chance.

    curve : of all together, by rising value, the share that does not exceed it
    """
    levels = of_share(HALF, n)
    if levels.low is None or levels.low <= 0:
        return Funnel(None, None)  # of so few every median may be by chance
    return Funnel(_at(curve, levels.low), _at(curve, 1 - levels.low))


def _at(curve: Sequence[tuple[float, float]], level: float) -> float | None:
    """The first value that more than so great a share does not exceed, as `turnaround` has its
    percentiles; None where so many never come."""
    return next((value for value, share in curve if share > level + 1e-10), None)


def _least(share: float, n: int) -> float:
    """How many of `n` a place has at least, but for one in a thousand."""
    if share in (0, 1):
        return n * share
    count = max(0, int(n * share - FAR * sqrt(n * share * (1 - share))))
    chance = exp(
        lgamma(n + 1)
        - lgamma(count + 1)
        - lgamma(n - count + 1)
        + count * log(share)
        + (n - count) * log(1 - share)
    )
    so_far = chance
    while so_far < BEYOND:
        chance *= (n - count) / (count + 1) * share / (1 - share)
        count += 1
        so_far += chance
    return max(0.0, count - (so_far - BEYOND) / chance)
