"""Signals: whether the newest month of a series is more than the usual ups and downs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import groupby
from typing import Annotated, Any, Literal

import duckdb

from libstats.analysis.chart.verdict import Direction, Judgement, judge
from libstats.analysis.signals import series, waits
from libstats.analysis.work.cohort import Cohort
from libstats.analysis.work.exported import newest_exports
from libstats.analysis.work.refusals import refuse_period
from libstats.analysis.work.relation import relation
from libstats.analysis.work.spans import Grid
from libstats.analysis.work.turnaround import TURNAROUND
from libstats.definitions.parameters import Moment, ProcessName, as_moment, asked, one_of
from libstats.definitions.parted import Parted, Sums
from libstats.errors import AnalysisError
from libstats.wording import Row, month_before, records

# what is judged, and which way is an improvement: more requests are more work, and no merit
MEASURES: dict[str, Direction] = {
    "checkouts": "more",
    "renewals": "neutral",
    "in_house_uses": "neutral",
    "done": "neutral",
    "wait": "less",
}
OF_WORK = ("done", "wait")
MONTHS = 60
STALE = 3  # months before the last whole one: what a series was then is no news
Measure = Annotated[
    Literal["checkouts", "renewals", "in_house_uses", "done", "wait"],
    one_of(MEASURES, "there is no measure {}"),
]
By = Annotated[Literal["branch"], one_of(["branch"], "a measure cannot be parted by {}")]
_COLUMNS = {
    "branch": "varchar",
    "period": "date",
    "amount": "bigint",
    "days": "bigint",
    "per": "varchar",
    "decided": "double",
    "value": "double",
    "centre": "double",
    "low": "double",
    "high": "double",
    "rule": "varchar",
    "is_point": "boolean",
    "is_judged": "boolean",
    "verdict": "varchar",
    "season": "varchar",
    "assurance": "varchar",
    "change": "varchar",
    "reason": "varchar",
}
_SEASON = {True: "seasonal", False: "none", None: "not known"}


@asked
def signals(
    con: duckdb.DuckDBPyConnection,
    *,
    measure: Measure,
    process: ProcessName | None = None,
    kind: str | None = None,
    by: By | None = None,
    as_of: Moment | None = None,
    goal: float | None = None,
    screened: bool = True,
    seasons: bool = True,
) -> duckdb.DuckDBPyRelation:
    """Is the newest month more than the usual ups and downs?

    Definition: an XmR chart of whole months (Wheeler 1993, Understanding Variation; NHS England,
    Making Data Count): limits are the mean and 2.66 mean moving ranges to both sides; a point
    breaks a rule that lies outside of them, is one of seven that rise or fall, or of two out of
    three beyond two thirds of the way, or of seven on one side. Work is told per open day of the
    calendar in libstats.toml, where there is one. A series of 36 months that goes with the season
    (Friedman's test) is judged against the same month of the years before. The newest point has a
    verdict from 12 points on, where it, or the mean of the points of its rule, lies 3.2 mean moving
    ranges out, limits widened where months hang together; a branch from 24 on, by its newest point
    alone. Where nothing changed one library in ten hears a word in a year that is not so.

    Parameters
    ----------
    con : an open connection
    measure : `checkouts`, `renewals`, `in_house_uses`; of a process `done` (cases that came to
        their end) or `wait` (median days of those that began then, open ones counted)
    process : a kind of work, as table `process` lists them, for `done` and `wait`
    kind : only the waits of these cases, such as `loan` or `copy` of interlibrary loan, since a
        year with more copies would look faster
    by : `branch`, for a series each; of a wait there is none
    as_of : months that end later are not looked at (if not given: the newest export)
    goal : what should be reached, in the unit of `value`
    screened : False keeps moving ranges of 3.267 times their mean and more, as NHS England's
        workbook does
    seasons : False looks for no season, as that workbook does

    Returns one row per branch and month of at most five years, ordered: `branch` (NULL: the whole
    library), `period` (first day of the month), `amount` (events or cases), `days` (that it is
    parted by), `per` (open day, day, case), `decided` (share of a month's cases that have ended),
    `value` (events or cases per day; days of a wait), `centre`, `low`, `high` (in that unit; NULL
    where there is nothing to hold it against), `rule` (outside, trend, 2 of 3, shift: what the
    point breaks), `is_point` (false: `reason` says why it is left out of all limits), `is_judged`
    (true for the newest point, where a verdict is said), `verdict` (better, worse, of what is
    neither higher, lower; no more than the usual ups and downs), `season` (seasonal, none, not
    known), `assurance` (of the newest: passes, fails, comes and goes; NULL without a goal),
    `change` (what libstats.toml says was changed in that month), `reason` (why it is no point, or
    carries no verdict; what was left out of it). Raises AnalysisError for an unknown measure, for a
    process or a kind that lacks or is too much, and where nothing that is loaded tells of it.

    >>> libstats.signals(con, measure="checkouts").columns[:3]
    ['branch', 'period', 'amount']
    """
    given: dict[str, Any] = {
        "measure": measure,
        "process": process,
        "kind": kind,
        "by": by,
        "as_of": as_of,
        "goal": goal,
        "screened": screened,
        "seasons": seasons,
    }
    rows = records(SIGNALS.ask(con, **given))
    if measure == "wait":
        _refuse(con, rows, **given)
        if not rows:
            refuse_period(Cohort.of(con, **_of_wait(_asked(con, **given))))
    return _charted(con, rows, _changes(con, process), **given)


def _sums(con: duckdb.DuckDBPyConnection, *, grid: Grid = "exact", **given: Any) -> Sums:
    """Those of `turnaround` by month, of `throughput`, or of use by day."""
    of = _asked(con, **given)
    if given["measure"] == "wait":
        return TURNAROUND.sums(con, grid=grid, **_of_wait(of))
    if given["measure"] == "done":
        return series.done_sums(of)
    return series.use_sums(of, given["measure"])


def _made(*, measure: str, kind: str | None = None, by: str | None = None, **_: Any) -> Sums:
    """The rows of `turnaround`, or those of a series, a month each."""
    if measure == "wait":
        return TURNAROUND.made(by=waits.parts(kind))
    return series.done_made(is_by_branch=by is not None) if measure == "done" else series.use_made()


def _refuse(con: duckdb.DuckDBPyConnection, rows: list[Row], **given: Any) -> None:
    """Raise AnalysisError where no wait can be told, as `turnaround` does."""
    if given["measure"] == "wait" and TURNAROUND.refuse is not None:
        TURNAROUND.refuse(con, rows, **_of_wait(_asked(con, **given)))


def _finish(
    con: duckdb.DuckDBPyConnection, rows: list[Row], **given: Any
) -> duckdb.DuckDBPyRelation:
    """The chart of many libraries. What one of them changed is no change of all."""
    return _charted(con, rows, [], **given)


SIGNALS = Parted(_sums, _made, _refuse, _finish)


def _charted(
    con: duckdb.DuckDBPyConnection,
    rows: list[Row],
    changes: list[Row],
    *,
    measure: str,
    process: str | None = None,
    kind: str | None = None,
    goal: float | None = None,
    screened: bool = True,
    seasons: bool = True,
    **_: Any,
) -> duckdb.DuckDBPyRelation:
    """The chart of what is made of the sums."""
    points = waits.points(rows, process or "", kind) if measure == "wait" else rows
    found: list[Row] = []
    for branch, months in groupby(points, key=lambda row: row["branch"]):
        own = [each for each in changes if each["branch"] in (None, branch) or branch is None]
        switches = {"is_screened": screened, "has_seasons": seasons}
        found += _judged(list(months), own, MEASURES[measure], goal, switches)
    return relation(con, found, _COLUMNS)


def _of_wait(of: series.Asked) -> dict[str, Any]:
    """What is asked of `turnaround`."""
    return {"process": of.process, "by": waits.parts(of.kind), **of.period}


def _asked(
    con: duckdb.DuckDBPyConnection,
    *,
    measure: str,
    process: str | None = None,
    kind: str | None = None,
    by: str | None = None,
    as_of: Moment | None = None,
    **_: Any,
) -> series.Asked:
    """The months that are asked about, up to the last whole one; AnalysisError for a process or a
    kind that lacks, or is too much, and for waits by branch."""
    if kind is not None and measure != "wait":
        raise AnalysisError(f"{measure} has no kinds", "Leave kind out, or ask for: wait.")
    if (measure in OF_WORK) != (process is not None):
        raise AnalysisError(
            f"{measure} is told of a kind of work" if process is None else f"{measure} has none",
            "Say which: process='ill_borrowing'; the table `process` lists them."
            if process is None
            else f"Leave process out, or ask for one of: {', '.join(OF_WORK)}.",
        )
    newest = (
        as_moment(as_of) if as_of is not None else max(newest_exports(con).values(), default=None)
    )
    if newest is None:
        raise AnalysisError(
            "nothing that is loaded is active", "`libstats loads` lists what is loaded."
        )
    if by is not None and measure == "wait":
        raise AnalysisError(
            "waits are judged of the whole library, not by branch",
            "Leave by out; turnaround(..., by='branch') tells the waits of a period.",
        )
    until = newest.date().replace(day=1)
    return series.Asked(con, process, kind, by is not None, month_before(until, MONTHS), until)


def _changes(con: duckdb.DuckDBPyConnection, process: str | None) -> list[Row]:
    """What was changed that touches this work."""
    rows = con.execute(
        """
        select
            changed_on,
            what,
            branch,
            is_rebase
        from change
        where process is null or process = $process
        order by all
        """,
        {"process": process},
    ).fetchall()
    names = ("changed_on", "what", "branch", "is_rebase")
    return [dict(zip(names, row, strict=True)) for row in rows]


def _judged(
    months: list[Row],
    changes: list[Row],
    direction: Direction,
    goal: float | None,
    switches: dict[str, bool],
) -> list[Row]:
    """The rows of one series, judged."""
    is_branch = months[0]["branch"] is not None
    points = {_number(row["period"]): row for row in months if row["left_out"] is None}
    rebased = [each for each in changes if each["is_rebase"] and _reaches(each, is_branch)]
    judgement = None
    if points:
        judgement = judge(
            {month: float(row["value"]) for month, row in points.items()},
            is_branch=is_branch,
            redrawn=[_first_whole(each["changed_on"]) for each in rebased],
            **switches,
        )
    told: dict[int, list[str]] = {}
    for each in changes:
        told.setdefault(_number(each["changed_on"]), []).append(each["what"])
    newest = max(points, default=None)
    if judgement and newest is not None and newest < _number(months[-1]["period"]) - STALE:
        judgement = replace(judgement, side=None, reason="nothing newer can be told")
    return [
        {
            **row,
            **_placed(_number(row["period"]), judgement),
            **(_of_newest(judgement, direction, goal) if is_newest and judgement else {}),
            "is_point": row["left_out"] is None,
            "season": _SEASON[judgement.is_seasonal] if judgement else None,
            "change": "; ".join(told.get(_number(row["period"]), [])) or None,
            "reason": "; ".join(
                filter(
                    None,
                    (
                        row["left_out"],
                        row["note"],
                        judgement.reason if is_newest and judgement else None,
                    ),
                )
            )
            or None,
        }
        for row in months
        for is_newest in [_number(row["period"]) == newest]
    ]


def _reaches(change: Row, is_branch: bool) -> bool:
    """True if a change draws limits anew: one branch's does not for the library."""
    return is_branch or change["branch"] is None


def _placed(month: int, judgement: Judgement | None) -> Row:
    place = judgement.places.get(month) if judgement else None
    if place is None:
        return {}
    rule = place.signal.rule if place.signal else None
    return {"centre": place.centre, "low": place.low, "high": place.high, "rule": rule}


def _of_newest(judgement: Judgement, direction: Direction, goal: float | None) -> Row:
    word = judgement.word(direction)
    return {
        "verdict": word,
        "is_judged": word is not None,
        "assurance": judgement.assurance(goal, direction),
    }


def _number(day: date) -> int:
    """A month as a number, so that the next has the next."""
    return day.year * 12 + day.month


def _first_whole(day: date) -> int:
    """The first month that lies behind a day as a whole."""
    return _number(day) + (day.day > 1)
