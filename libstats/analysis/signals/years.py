"""The year up to a month against the year before it: whether a branch, or all, did more or less."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby
from math import exp, log, sqrt
from statistics import stdev
from typing import Annotated, Literal

import duckdb

from libstats.analysis.chart.season import ASSUMED, YEAR
from libstats.analysis.chart.verdict import worded
from libstats.analysis.signals.signals import MEASURES, By, signals
from libstats.analysis.work.relation import relation
from libstats.definitions.parameters import Moment, ProcessName, asked, one_of
from libstats.wording import Row, month_before, month_name, records

# Student's t that chance passes three times in ten thousand, by the pairs of months less one.
T = {5: 8.888, 6: 7.456, 7: 6.615, 8: 6.068, 9: 5.685, 10: 5.403, 11: 5.188}
FEWEST = 6  # pairs
# How much wider a mean of months is than they say, because a month is like the one before.
WIDENED = sqrt((1 + ASSUMED) / (1 - ASSUMED))
COUNTED = [measure for measure in MEASURES if measure != "wait"]
Count = Annotated[
    Literal["checkouts", "renewals", "in_house_uses", "done"],
    one_of(COUNTED, "there is no count {}"),
]
_COLUMNS = {
    "branch": "varchar",
    "months": "bigint",
    "per": "varchar",
    "value": "double",
    "before": "double",
    "change": "double",
    "low": "double",
    "high": "double",
    "verdict": "varchar",
    "reason": "varchar",
}


@asked
def year_on_year(
    con: duckdb.DuckDBPyConnection,
    *,
    measure: Count = "checkouts",
    process: ProcessName | None = None,
    by: By | None = None,
    as_of: Moment | None = None,
) -> duckdb.DuckDBPyRelation:
    """Did the last twelve months bring more or less than the twelve before, and is that more than
    the usual ups and downs?

    Definition: what was done per open day in the whole months of the year up to `as_of`, against
    the same months a year before: each month is compared with its own, so that the season makes no
    difference. Pairs of which one is no point of the control chart (`signals` says why) are left
    out. The change stands out where its 99.97 % interval holds no change: Student's t (1908,
    Biometrika 6) of the pairs' ratios, half as wide again as they say for months that hang
    together. Of 25 libraries with 12 branches in which nothing changed, one hears in a year of a
    change that is none.

    Parameters: `measure` is `checkouts`, `renewals`, `in_house_uses` or, of a `process`, `done`;
    `by` and `as_of` as for `signals`.

    Returns one row per branch, ordered: `branch` (NULL: the whole library), `months` (pairs that
    were compared), `per` (open day, day), `value` and `before` (events or cases per such day, this
    year and the year before), `change` (0.1: a tenth more), `low` and `high` (its interval; NULL of
    fewer than 6 pairs), `verdict` (better, worse, of what is neither higher, lower; no more than
    the usual ups and downs; NULL without an interval), `reason` (what was left out, or why there is
    no verdict). Raises AnalysisError as `signals` does.

    >>> libstats.year_on_year(con).columns[:3]
    ['branch', 'months', 'per']
    """
    rows = records(signals(con, measure=measure, process=process, by=by, as_of=as_of))
    last = max((row["period"] for row in rows), default=None)
    found = [
        {"branch": branch, **_compared({row["period"]: row for row in months}, last, measure)}
        for branch, months in groupby(rows, key=lambda row: row["branch"])
        if last is not None
    ]
    return relation(con, found, _COLUMNS)


def _compared(months: Mapping[date, Row], last: date, measure: str) -> Row:
    """What the year up to `last` is to the one before."""
    year = [month_before(last, back) for back in range(YEAR - 1, -1, -1)]
    pairs = [
        (months[month], months[month_before(month, YEAR)])
        for month in year
        if _is_point(months, month) and _is_point(months, month_before(month, YEAR))
    ]
    if not pairs:
        return {"months": 0, "reason": "no month is told of as a whole in both years"}
    now, then = (_rate(side) for side in zip(*pairs, strict=True))
    interval = between([(a["value"], b["value"]) for a, b in pairs], now / then if then else 0)
    row = {
        "months": len(pairs),
        "per": pairs[-1][0]["per"],
        "value": now,
        "before": then,
        "change": now / then - 1 if then else None,
    }
    if len(pairs) < FEWEST:
        many = "1 month is" if len(pairs) == 1 else f"{len(pairs)} months are"
        return {**row, "reason": f"{many} told of in both years, and {FEWEST} are needed"}
    if interval is None:
        return {**row, "reason": "in a month there was none: a change from 0 has no size"}
    low, high = interval
    side = (low > 0) - (high < 0)
    verdict = worded(MEASURES[measure], side)
    return {
        **row,
        "low": low,
        "high": high,
        "verdict": verdict,
        "reason": _not_compared(months, year),
    }


def between(pairs: Sequence[tuple[float, float]], ratio: float) -> tuple[float, float] | None:
    """The interval of a change around its ratio, from the pairs of months; None where they are too
    few, or one of them is 0."""
    if len(pairs) < FEWEST or min(min(pair) for pair in pairs) <= 0:
        return None
    logs = [log(now / then) for now, then in pairs]
    away = T[len(logs) - 1] * WIDENED * stdev(logs) / sqrt(len(logs))
    return ratio * exp(-away) - 1, ratio * exp(away) - 1


def _is_point(months: Mapping[date, Row], month: date) -> bool:
    return month in months and months[month]["is_point"] and months[month]["days"]


def _rate(rows: Sequence[Row]) -> float:
    return float(sum(row["amount"] for row in rows) / sum(row["days"] for row in rows))


def _not_compared(months: Mapping[date, Row], year: Sequence[date]) -> str | None:
    """Which months of the year are in no pair, and why."""
    told = []
    for month in year:
        for each in (month, month_before(month, YEAR)):
            if not _is_point(months, each):
                why = months[each]["reason"] if each in months else "nothing tells of it"
                told.append(f"{month_name(each)}: {why}")
    return "; ".join(told) or None
