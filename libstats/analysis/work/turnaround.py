"""Turnaround: how long between two milestones, the cases that are still open counted as what they
are."""

from __future__ import annotations

from typing import Any

import duckdb

from libstats.analysis.work.cohort import Cohort, CohortPart
from libstats.analysis.work.coverage_of_cases import cohort_told_sql, of_cohort_sql
from libstats.analysis.work.refusals import is_doubtful, refuse, refuse_period
from libstats.analysis.work.relation import relation
from libstats.analysis.work.spans import UNDETERMINABLE, Grid
from libstats.analysis.work.survival import arrivals_sql, each, percentiles_sql, risk_sql
from libstats.analysis.work.told_together import cohort_together_sql
from libstats.definitions import coverage
from libstats.definitions.parameters import (
    Calendar,
    Milestone,
    Milestones,
    Moment,
    ProcessName,
    Unit,
    asked,
)
from libstats.definitions.parted import Parted, Sums
from libstats.wording import Row, records

COUNTS = (
    "reached",
    "still_open",
    "given_up",
    "undeterminable",
    "negative",
    "at_most",
    "last_told",
)


@asked
def turnaround(
    con: duckdb.DuckDBPyConnection,
    process: ProcessName,
    *,
    since: Moment,
    until: Moment,
    start: Milestone | None = None,
    end: Milestones | None = None,
    as_of: Moment | None = None,
    observed_from: Moment | None = None,
    by: CohortPart | None = None,
    unit: Unit = "days",
    calendar: Calendar | None = None,
) -> duckdb.DuckDBPyRelation:
    """How long did the cases that began in a period wait, those counted that wait still?

    Definition: the time by which half, 80 % and 90 % of the cases have reached `end`, of those
    whose `start` lies in the period. Each is the first time by which more than the share has. Where
    exactly half of them have by day 3, the next end gives the half. It is the Kaplan-Meier estimate
    (Kaplan and Meier 1958, JASA 53): an open case counts for as long as it has waited. It is
    right-censored (known to have waited at least so long) at `as_of`, or when last told of where
    the newest list lacks it. A case
    given up is censored when it was: the estimate says how long it takes as if nothing were given
    up. 95 % intervals (the range in which the true time very likely lies) are on the log(-log)
    scale. Of all cases, given up or not, `share_reached` reach the end. Half, 80 % and 90 % of all
    reach it by `all_p50`, `all_p80` and `all_p90` (cumulative incidence: Aalen and Johansen 1978).
    The naive figures beside it, of closed cases alone, are what most reports show: they leave out
    who waits longest. Time is elapsed time, in whole days where an export gives only the day.
    Midnights are not counted, and time known to be paused is taken off.

    Parameters
    ----------
    con : an open connection
    process : a kind of work, as table `process` lists them
    since, until : the cases that began then, since <= moment < until
    start, end : milestones; several ends mean the first of them (if not given: those of the
        process)
    as_of : the moment to which open cases have aged; nothing later is looked at (if not given: the
        newest export)
    observed_from : where an export holds only ends after a moment: that moment (cases count from
        then on: late entry; those that had ended by then are no part of the cohort)
    by : `branch`, `kind`, `source` or `month` (of the start), for one row each; of what is borrowed
        also `lender` (who supplies it, or is asked to; of several sendings the last counts, which
        went to that one), of journeys `route` (`Main → East`), of holds `copy in` (on the day of
        the request: `a copy was in`, `every copy was out`; NULL where the lists of copies and
        loans do not tell; what was set aside for others is not known). `kind and month`, `source
        and month` and `kind and lender` give parts such as `loan, 2026-10`
    unit : `days`, `hours`, or `open days` of a `calendar` in libstats.toml

    Returns one row per part, ordered: `part`, `cases`, `reached`, `still_open`, `given_up`,
    `undeterminable` (they passed the end without a record of when; not in the estimates),
    `negative` (they end before they begin: two clocks, or an entry made afterwards; kept as they
    are), all in cases; `p50`, `p80`, `p90` with `_low` and `_high`, and `naive_p50`, `naive_p80`,
    `naive_p90`, in the unit, NULL where the curve does not reach so far; `as_of` (time);
    `share_reached` (0 to 1: of all cases, within the longest wait seen); `all_p50`, `all_p80`,
    `all_p90` (in the unit; NULL where so many never reach the end, or not yet); `at_most` (cases
    that may have been paused for longer than is known, and have waited less than is said);
    `coverage` (whole, partly: what the exports tell of the cases that began in the period, and of
    what became of them), `reason` (why not whole; those that are not told may have waited
    otherwise). Raises
    AnalysisError where the loaded exports cannot answer: an end that says something else, that no
    case reached, a period outside the exports, or exports that hold closed cases only.

    >>> con.sql("select process from process where goal_days = 7 order by all limit 1").fetchall()
    [('ill_borrowing',)]
    """
    given: dict[str, Any] = {
        "process": process,
        "since": since,
        "until": until,
        "start": start,
        "end": end,
        "as_of": as_of,
        "observed_from": observed_from,
        "by": by,
        "unit": unit,
        "calendar": calendar,
    }
    asked = TURNAROUND.ask(con, **given)
    rows = records(asked)
    _refuse(con, rows, **given)
    if not rows:
        refuse_period(Cohort.of(con, **given))
    return relation(con, rows, dict(zip(asked.columns, map(str, asked.types), strict=True)))


def _sums(con: duckdb.DuckDBPyConnection, *, grid: Grid = "exact", **given: Any) -> Sums:
    """Rows `case` (part, waited, entry, and counts), `coverage` (part, state, reason) and `store`
    (as_of)."""
    cohort = Cohort.of(con, **given)
    coverage.ready(con)
    return Sums(
        f"""
        with {cohort.cells_sql(grid)},
        {cohort_told_sql(cohort.spans.process, cohort.spans.start, cohort.by)}
        select
            'case' as row,
            *
        from cell
        union all by name
        select
            'coverage' as row,
            *
        from cohort_told
        union all by name
        select
            'store' as row,
            $as_of::timestamp as as_of
        """,
        cohort.params,
    )


def _made(
    *,
    by: str | None = None,
    observed_from: Moment | None = None,
    is_apart: bool = False,
    **_: Any,
) -> Sums:
    return Sums(
        f"""
        with {risk_sql(is_late=observed_from is not None, is_apart=is_apart)},
        {percentiles_sql(is_apart=is_apart)},
        {arrivals_sql()},
        {cohort_together_sql(by)},
        counted as (
            select
                part,
                {", ".join(f"sum({name})::bigint as {name}" for name in COUNTS)},
                sum(reached + still_open + given_up + undeterminable)::bigint as cases
            from sums
            where row = 'case'
            group by part
        )
        select
            c.part,
            c.cases,
            c.reached,
            c.still_open,
            c.given_up,
            c.undeterminable,
            c.negative,
            {each(lambda p: f"q.p{p}, q.p{p}_low, q.p{p}_high")},
            {each(lambda p: f"q.naive_p{p}")},
            (select max(as_of) from sums) as as_of,
            a.share_reached,
            {each(lambda p: f"a.all_p{p}")},
            c.at_most,
            {of_cohort_sql("c", by)}
        from counted c
        left join percentile q on q.part is not distinct from c.part
        left join arrived a on a.part is not distinct from c.part
        order by c.part nulls last
        """,
        {},
    )


def _refuse(con: duckdb.DuckDBPyConnection, rows: list[Row], **given: Any) -> None:
    """Raise AnalysisError where the exports of a store cannot tell, by what is made of its sums."""
    if is_doubtful(rows):
        refuse(Cohort.of(con, **given), rows)


TURNAROUND = Parted(_sums, _made, _refuse)


@asked
def turnaround_left_out(
    con: duckdb.DuckDBPyConnection,
    process: ProcessName,
    *,
    since: Moment,
    until: Moment,
    start: Milestone | None = None,
    end: Milestones | None = None,
    as_of: Moment | None = None,
    observed_from: Moment | None = None,
    **others: Any,
) -> duckdb.DuckDBPyRelation:
    """What did `turnaround` not count, and why?

    Parameters as for `turnaround`; those that do not change what is counted are taken and not used.
    Returns `reason` and `rows`, in cases, one row per reason, zero included.
    """
    cohort = Cohort.of(
        con,
        process,
        since=since,
        until=until,
        start=start,
        end=end,
        as_of=as_of,
        observed_from=observed_from,
    )
    return con.sql(
        f"""
        with entered as (
            select
                *,
                {cohort.entry} as entry
            from ({cohort.spans.sql()})
        ),
        span as (
            select
                *,
                coalesce({cohort.is_before}, false) as is_before
            from entered
        )
        select reason, rows
        from (
            select
                1 as place,
                'no record of {cohort.spans.start}, with which the wait begins' as reason,
                count(*) filter (where started_at is null) as rows
            from span
            union all
            select
                2,
                'passed {" or ".join(cohort.spans.ends)} without a record of when',
                count(*) filter (
                    where state = {UNDETERMINABLE}
                        and not is_before
                        and started_at >= $since::timestamp
                        and started_at < $until::timestamp
                )
            from span
            union all
            select
                3,
                'began outside the period',
                count(*) filter (
                    where started_at < $since::timestamp or started_at >= $until::timestamp
                )
            from span
            union all
            select
                4,
                'ended before the moment from which ends were recorded',
                count(*) filter (
                    where is_before
                        and started_at >= $since::timestamp
                        and started_at < $until::timestamp
                )
            from span
        )
        order by place
        """,
        params=cohort.params,
    )
