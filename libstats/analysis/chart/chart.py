"""The XmR chart of one series: its limits, and the rules by which a point stands out.

As NHS England's Making Data Count has it (NHSRplotthedots 0.2.2); where its workbook does otherwise
is told in docs/decisions/analysis-signals.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean

TO_LIMIT = 2.66  # mean moving ranges from the centre to a limit: 3 / 1.128
SCREENED = 3.267  # a moving range of so many times their mean is no usual one
RUN = 7  # points on one side, or rising or falling one after the other
RULES = ("outside", "trend", "2 of 3", "shift")  # the first that a point breaks is told


@dataclass(frozen=True)
class Limits:
    """Where the points of a series lie: the centre, and the mean moving range."""

    centre: float
    mean_range: float

    @property
    def low(self) -> float:
        """The lower limit."""
        return self.at(-1)

    @property
    def high(self) -> float:
        """The upper limit."""
        return self.at(1)

    def at(self, share: float) -> float:
        """So much of the way from the centre to the upper limit; to the lower where negative."""
        return self.centre + share * TO_LIMIT * self.mean_range


@dataclass(frozen=True)
class Signal:
    """The rule that a point breaks, and to which side: 1 high or rising, -1 low or falling."""

    rule: str
    side: int


def limits(values: Sequence[float], *, screened: bool = True) -> Limits:
    """The limits of a series: its mean, and the mean of its moving ranges. Ranges far beyond that
    mean are left out once, if `screened`; the centre keeps all points."""
    ranges = [abs(b - a) for a, b in pairwise(values)]
    mean_range = fmean(ranges) if ranges else 0.0
    usual = [each for each in ranges if each < SCREENED * mean_range]
    if screened and usual:
        mean_range = fmean(usual)
    return Limits(fmean(values), mean_range)


def signals(values: Sequence[float], of: Limits) -> list[Signal | None]:
    """For each point the first rule that it breaks, if any."""
    found: list[dict[str, int]] = [{} for _ in values]
    for rule, find in _FINDERS.items():
        for place, side in find(values, of):
            found[place][rule] = side
    return [next((Signal(r, each[r]) for r in RULES if r in each), None) for each in found]


def _outside(values: Sequence[float], of: Limits) -> Iterator[tuple[int, int]]:
    for place, value in enumerate(values):
        if not of.low <= value <= of.high:
            yield place, _sign(value - of.centre)


def _trend(values: Sequence[float], of: Limits) -> Iterator[tuple[int, int]]:
    steps = [_sign(b - a) for a, b in pairwise(values)]
    for first in range(len(values) - RUN + 1):
        run = set(steps[first : first + RUN - 1])
        if len(run) == 1 and 0 not in run:
            yield from ((place, steps[first]) for place in range(first, first + RUN))


def _two_of_three(values: Sequence[float], of: Limits) -> Iterator[tuple[int, int]]:
    for first in range(len(values) - 2):
        three = range(first, first + 3)
        sides = {_sign(values[place] - of.centre) for place in three}
        near = [place for place in three if _is_near(values[place], of)]
        if len(sides) == 1 and 0 not in sides and len(near) >= 2:
            side = _sign(values[near[0]] - of.centre)
            yield from ((place, side) for place in near)


def _shift(values: Sequence[float], of: Limits) -> Iterator[tuple[int, int]]:
    sides = [_sign(value - of.centre) for value in values]
    for first in range(len(values) - RUN + 1):
        run = set(sides[first : first + RUN])
        if len(run) == 1 and 0 not in run:
            yield from ((place, sides[first]) for place in range(first, first + RUN))


_FINDERS = dict(zip(RULES, (_outside, _trend, _two_of_three, _shift), strict=True))


def _is_near(value: float, of: Limits) -> bool:
    """True beyond two thirds of the way to a limit, and not beyond that."""
    is_beyond = not of.at(-2 / 3) <= value <= of.at(2 / 3)
    return is_beyond and of.low <= value <= of.high


def _sign(number: float) -> int:
    return (number > 0) - (number < 0)
