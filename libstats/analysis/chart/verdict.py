"""What is said of the newest point of a series, and what each point is held against.

A chart of dozens of points breaks one of its rules now and then by chance alone: the plain rules,
asked of every series each month, speak in most months. So the chart shows what the rules find, and
of the newest point something is said only where it also stands so far out that it would not by
chance. What that comes to is simulated in tests/campaigns/signals.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from statistics import fmean
from typing import Literal

from libstats.analysis.chart import chart, season
from libstats.analysis.chart.chart import RUN, TO_LIMIT, Limits, Signal
from libstats.analysis.chart.season import YEAR

Direction = Literal["more", "less", "neutral"]
FEWEST, FEWEST_AT_BRANCH = 12, 24  # points from which a word is said
SAID = 3.2  # mean moving ranges, of one point; of the mean of several by the root of their number
# A mean moving range of few points may be a small one by chance: a branch is one of many.
FEW = 3.0
REFERENCE_YEARS = 3  # at most so many years before are the same month's measure
NEAR = 2 / 3 * TO_LIMIT
EACH = 0.6  # of the way to a limit, from each of these years
USUAL = "no more than the usual ups and downs"
_WORDS = {
    "more": {1: "better", -1: "worse"},
    "less": {1: "worse", -1: "better"},
    "neutral": {1: "higher", -1: "lower"},
}


@dataclass(frozen=True)
class Place:
    """What the chart says of a point: what it is held against, in the unit of the values, and the
    rule that it breaks."""

    centre: float
    low: float
    high: float
    signal: Signal | None


@dataclass(frozen=True)
class Judgement:
    """What is said of a series: the places of its points by month, the season (None: not known),
    the side to which the newest point stands out (0: to none), or why nothing is said of it, and
    the limits of its values since the last change, by which a goal is judged."""

    places: Mapping[int, Place]
    is_seasonal: bool | None
    side: int | None
    reason: str | None
    limits: Limits

    def word(self, direction: Direction) -> str | None:
        """The verdict in a word or a few."""
        return worded(direction, self.side) if self.side is not None else None

    def assurance(self, goal: float | None, direction: Direction) -> str | None:
        """Whether a goal is met as things go: passes, fails, comes and goes; no goal, no word."""
        if goal is None or direction == "neutral" or self.side is None:
            return None
        if self.limits.low <= goal <= self.limits.high:
            return "comes and goes"
        return "passes" if (goal < self.limits.low) == (direction == "more") else "fails"


def worded(direction: Direction, side: int) -> str:
    """What is said of a side: 1 is more, -1 less, 0 neither."""
    return _WORDS[direction].get(side, USUAL)


def judge(
    values: Mapping[int, float],
    *,
    is_branch: bool = False,
    redrawn: Sequence[int] = (),
    is_screened: bool = True,
    has_seasons: bool = True,
) -> Judgement:
    """Judge a series of values by month. `redrawn`: months with which limits begin anew; without
    `has_seasons` none is looked for."""
    is_seasonal = season.is_seasonal(values) if has_seasons else False
    groups = _grouped(values, redrawn)
    places: dict[int, Place] = {}
    for group in groups:
        charted = _Charted.of(group, is_seasonal=bool(is_seasonal), is_screened=is_screened)
        places |= charted.places()
    limits = chart.limits(list(groups[-1].values()), screened=is_screened)
    least = FEWEST_AT_BRANCH if is_branch else FEWEST
    reason = _too_few(charted, len(groups[-1]), least, is_redrawn=len(groups) > 1)
    side = None
    if reason is None:
        widened = season.widening(list(charted.values.values()))
        if widened is None:
            reason = (
                "each month is too much like the one before it for limits to be told; where a"
                " change made them so, name it in libstats.toml"
            )
        else:
            side = _Newest(charted, widened, is_branch, is_seasonal).side()
    return Judgement(places, is_seasonal, side, reason, limits)


def _too_few(charted: _Charted, points: int, least: int, *, is_redrawn: bool) -> str | None:
    """Why so few points carry no verdict."""
    since = " since the change" if is_redrawn else ""
    if points < least:
        return f"trial limits: {points} of the {least} months{since} that a verdict needs"
    if len(charted.values) < least:
        return f"too few months{since} that can be compared with the year before"
    if max(charted.values) < max(charted.group):
        return "the same month a year before is not known"
    if not charted.limits.mean_range:
        return "every month is the same"
    return None


def _grouped(values: Mapping[int, float], redrawn: Sequence[int]) -> list[dict[int, float]]:
    """The values between the months with which limits begin anew; groups without any are none."""
    groups: dict[int, dict[int, float]] = {}
    for month in sorted(values):
        groups.setdefault(sum(start <= month for start in redrawn), {})[month] = values[month]
    return list(groups.values())


@dataclass(frozen=True)
class _Charted:
    """What is drawn of a group: the values, or what each is to the same month a year before, as a
    logarithm of their ratio, since busy months vary more; where a value is 0, as difference."""

    group: Mapping[int, float]
    values: Mapping[int, float]
    limits: Limits
    is_yearly: bool
    is_ratio: bool

    @classmethod
    def of(cls, group: Mapping[int, float], *, is_seasonal: bool, is_screened: bool) -> _Charted:
        is_ratio = is_seasonal and min(group.values()) > 0
        scaled = {month: log(value) for month, value in group.items()} if is_ratio else group
        drawn = dict(group)
        if is_seasonal:
            drawn = {
                month: value - scaled[month - YEAR]
                for month, value in scaled.items()
                if month - YEAR in scaled
            }
        limits = chart.limits(list(drawn.values()) or [0.0], screened=is_screened)
        return cls(scaled, drawn, limits, is_seasonal, is_ratio)

    def places(self) -> dict[int, Place]:
        """What the chart says of each month."""
        found = chart.signals(list(self.values.values()), self.limits)
        of = self.limits
        return {
            month: Place(
                self._shown(month, of.centre),
                self._shown(month, of.low),
                self._shown(month, of.high),
                signal,
            )
            for month, signal in zip(self.values, found, strict=True)
        }

    def _shown(self, month: int, value: float) -> float:
        """What is drawn, in the unit of the values."""
        shown = value + (self.group[month - YEAR] if self.is_yearly else 0)
        return exp(shown) if self.is_ratio else shown


@dataclass(frozen=True)
class _Newest:
    """The newest point of what is drawn."""

    charted: _Charted
    widened: float
    is_branch: bool
    is_seasonal: bool | None

    @property
    def month(self) -> int:
        """The newest month."""
        return max(self.charted.values)

    @property
    def unit(self) -> float:
        """The mean moving range, as wide as the months' likeness asks; at a branch, as the fewness
        of its points does."""
        few = 1 + FEW / len(self.charted.values) if self.is_branch else 1.0
        return self.charted.limits.mean_range * self.widened * few

    def side(self) -> int:
        """To which side it stands out, so far that chance does not make it; 0: to none."""
        if self.is_seasonal:
            return self._against_years()
        side = self._outside() or self._by_rule()
        if self.is_seasonal is None and side:
            return side if self._is_no_season(side) else 0
        return side

    def _outside(self) -> int:
        drawn = list(self.charted.values.values())
        return _beyond(drawn[-1] - self.charted.limits.centre, SAID * self.unit)

    def _by_rule(self) -> int:
        """By a rule of several points, where their mean stands out as one point must."""
        drawn, of = list(self.charted.values.values()), self.charted.limits
        signal = chart.signals(drawn, of)[-1]
        if self.is_branch or signal is None:
            return 0
        if signal.rule == "trend":
            return _beyond(drawn[-1] - drawn[-RUN], SAID * self.unit * sqrt(2))
        points = {"2 of 3": 3, "shift": RUN}.get(signal.rule, 1)
        return _beyond(fmean(drawn[-points:]) - of.centre, SAID * self.unit / sqrt(points))

    def _against_years(self) -> int:
        """Against the same month of up to three years before, each with what a year brings: of all
        together as one point must, and of each alone by 0.6 of a limit, since one may be odd."""
        group, of = self.charted.group, self.charted.limits
        years = [n for n in range(1, REFERENCE_YEARS + 1) if self.month - YEAR * n in group]
        away = [group[self.month] - group[self.month - YEAR * n] - of.centre * n for n in years]
        unit = self.unit * sqrt((1 + 1 / len(years)) / 2)
        side = _beyond(fmean(away), SAID * unit)
        if not side:
            side = self._by_rule()
            side = side if side == _beyond(fmean(away), NEAR * unit) else 0
        least = EACH * TO_LIMIT * of.mean_range
        return side if all(side == _beyond(each, least) for each in away) else 0

    def _is_no_season(self, side: int) -> bool:
        """True if the month stands as far from the same one a year before, where no season is known
        yet; in the first year only a point alone speaks, since seasons make runs."""
        group, of = self.charted.group, self.charted.limits
        if self.month - YEAR not in group:
            return self._outside() == side
        away = group[self.month] - group[self.month - YEAR]
        return side == _beyond(away, sqrt(2) * TO_LIMIT * of.mean_range)


def _beyond(away: float, least: float) -> int:
    """The side to which something is away by more than that, or 0."""
    return 0 if abs(away) <= least else 1 if away > 0 else -1
