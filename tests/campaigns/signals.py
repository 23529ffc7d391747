"""Simulated libraries: what a monthly page says of series in which nothing changed, and how soon it
says what did.

`python -m tests.campaigns.signals 200` takes that many libraries of each length of history, and
tells the share of months and of libraries with a word that is not so, and the share of changes that
are said within three months. A library has five series (residual variation 3 %) and 12 branches
(5 %), a lag correlation of 0 to 0.3, and one of four kinds of season, or none.
"""

from __future__ import annotations

import math
import random
import sys
from collections import Counter
from collections.abc import Iterator
from statistics import fmean
from typing import NamedTuple

from libstats.analysis.chart.verdict import judge
from libstats.analysis.signals.years import between

SERIES, BRANCHES = 5, 12
CORRELATIONS = (0.0, 0.1, 0.2, 0.3)
SEASONS = ("none", "smooth", "jagged", "school")
HISTORIES = (12, 24, 36, 48)  # months before those that are judged
FIRST = 24_000
MONTHS_SAID = 3


class Kind(NamedTuple):
    """A series of the whole library or of a branch: its residual variation, and the change that
    must be said."""

    is_branch: bool
    spread: float
    change: float


LIBRARY, BRANCH = Kind(False, 0.03, 0.15), Kind(True, 0.05, 0.30)


def season(kind: str, chance: random.Random) -> list[float]:
    """What each month of the year is to the average one."""
    size, first = chance.uniform(0.05, 0.25), chance.uniform(0, 12)
    if kind == "smooth":
        return [1 + size * math.sin((month + first) * math.pi / 6) for month in range(12)]
    if kind == "jagged":
        return [max(0.4, 1 + chance.gauss(0, size / 1.5)) for _ in range(12)]
    if kind == "school":
        places = [(month + int(first)) % 12 for month in range(12)]
        return [1 + 1.5 * size * (p in (0, 1, 2)) - size * (p == 6) for p in places]
    return [1.0] * 12


def series(
    months: int, spread: float, correlation: float, of_year: list[float], chance: random.Random
) -> list[float]:
    """A series in which nothing changes: a level, the season, and what hangs on the month before."""
    level, rest, found = chance.uniform(50, 1000), chance.gauss(0, spread), []
    for month in range(months):
        found.append(level * of_year[month % 12] * (1 + rest))
        fresh = chance.gauss(0, spread * math.sqrt(1 - correlation**2))
        rest = correlation * rest + fresh
    return found


def said(values: list[float], kind: Kind) -> int:
    """The side that the page says of the newest month; 0 for no word, or the usual one."""
    return judge(dict(enumerate(values, FIRST)), is_branch=kind.is_branch).side or 0


def quiet_library(months: int, chance: random.Random) -> list[tuple[Kind, list[float]]]:
    """The series of a library in which nothing changes; its branches share a season."""
    correlation, kind = chance.choice(CORRELATIONS), chance.choice(SEASONS)
    of_branches = season(kind, chance)
    years = [*((LIBRARY, season(kind, chance)) for _ in range(SERIES))]
    years += [(BRANCH, of_branches)] * BRANCHES
    return [(k, series(months, k.spread, correlation, year, chance)) for k, year in years]


def false_words(libraries: int, history: int, chance: random.Random) -> Iterator[int]:
    """Of each library, in how many of the twelve months behind its history the page says of any
    series what is not so."""
    for _ in range(libraries):
        quiet = quiet_library(history + 12, chance)
        yield sum(
            any(said(values[:month], kind) for kind, values in quiet)
            for month in range(history + 1, history + 13)
        )


def false_years(libraries: int, chance: random.Random) -> Iterator[int]:
    """Of each library, in how many of twelve months the year is said to be more or less than the
    year before at any branch, which is not so."""
    for _ in range(libraries):
        quiet = quiet_library(36, chance)
        yield sum(any(_moved(values[:end]) for _, values in quiet) for end in range(25, 37))


def _moved(values: list[float]) -> bool:
    then, now = values[-24:-12], values[-12:]
    interval = between([*zip(now, then, strict=True)], sum(now) / sum(then))
    return interval is not None and (interval[0] > 0 or interval[1] < 0)


def is_said(history: int, kind: Kind, of_year: str, chance: random.Random) -> bool:
    """True if a change behind a history is said within three months."""
    correlation, side = chance.choice(CORRELATIONS), chance.choice((1, -1))
    year = season(of_year, chance)
    values = series(history + MONTHS_SAID, kind.spread, correlation, year, chance)
    changed = [
        value * (1 + side * kind.change * (month >= history)) for month, value in enumerate(values)
    ]
    return any(
        said(changed[:month], kind) == side
        for month in range(history + 1, history + MONTHS_SAID + 1)
    )


def shares_said(changes: int, history: int, kind: Kind, chance: random.Random) -> dict[str, float]:
    """The share of changes that are said within three months, by kind of season."""
    found: Counter[str] = Counter()
    for place in range(changes):
        of_year = SEASONS[place % len(SEASONS)]
        found[of_year] += is_said(history, kind, of_year, chance)
    return {of_year: found[of_year] * len(SEASONS) / changes for of_year in SEASONS}


def main(libraries: int, seed: int = 1) -> None:
    """Say what becomes of so many libraries."""
    for history in HISTORIES:
        months = [*false_words(libraries, history, random.Random(seed + history))]
        print(
            f"nothing changed, months {history + 1} to {history + 12}: a word that is not so in"
            f" {fmean(months) / 12:.2%} of months, {fmean(months):.3f} a library and year, in"
            f" {fmean(map(bool, months)):.1%} of libraries"
        )
    years = [*false_years(libraries, random.Random(seed))]
    print(
        f"nothing changed: a year that is said to be more or less than the one before, and is not,"
        f" {fmean(years):.3f} a library and year, in {fmean(map(bool, years)):.1%} of libraries"
    )
    for history in (24, 36, 48, 57):
        for kind in (LIBRARY, BRANCH):
            shares = shares_said(4 * libraries, history, kind, random.Random(seed + history))
            each = ", ".join(f"{of_year} {share:.0%}" for of_year, share in shares.items())
            print(
                f"{kind.change:.0%} {'at a branch' if kind.is_branch else 'of the library'} behind"
                f" {history} months: said in {fmean(shares.values()):.1%} ({each})"
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200, *map(int, sys.argv[2:3]))
