"""Turnaround: how long between two milestones, the cases that are still open counted as what they
are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import duckdb

from libstats.analysis.work.cohort import SHARES, Cohort, CohortPart
from libstats.analysis.work.coverage_of_cases import cohort_told_sql, of_cohort_sql
from libstats.analysis.work.refusals import refuse
from libstats.analysis.work.spans import DONE, GIVEN_UP, OPEN, UNDETERMINABLE
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
from libstats.wording import Row

PERCENTILES = (50, 80, 90)
Z = 1.959963984540054  # of the normal distribution, for intervals of 95 %

# sums of logs and variances are of whole numbers of 1 / EXACT: these lose nothing where small ones
# follow large ones
EXACT = 1e27
DEAD = -100  # the log of the share still waiting, near enough, where the last one at risk has ended

# Greenwood's variance; the interval of a percentile holds the times at which a test on the
# log(-log) scale does not tell the curve from it. Both sums run on through all parts, and a part's
# own begins at its first row: the one falls and the other rises all the way.
CURVE = f"""
    step as (
        select
            *,
            case
                when at_risk > done then ln(1 - done / at_risk)
                when done > 0 then {DEAD}
                else 0
            end as log,
            case
                when at_risk > done then done / (at_risk * (at_risk - done)::double)
                else 0
            end as variance
        from risk
        where waited is null or done > 0 and at_risk > 0
    ),
    summed as (
        select
            * exclude (log, variance),
            sum(({EXACT} * log)::hugeint) over so_far as logs,
            sum(({EXACT} * variance)::hugeint) over so_far as variances,
            lead(waited) over () as next_waited
        from step
        window so_far as (rows unbounded preceding)
    ),
    curve as (
        select
            part,
            waited,
            next_waited,
            at_risk > done as has_spread,
            (logs - min(case when waited is null then logs end) over so_far)
                / {EXACT} as log_waiting,
            (variances - max(case when waited is null then variances end) over so_far)
                / {EXACT} as variance
        from summed
        window so_far as (rows unbounded preceding)
    )
"""


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
    whose `start` lies in the period. It is the Kaplan-Meier estimate (Kaplan and Meier 1958, JASA
    53): an open case counts for as long as it has waited. It is right-censored (known to have
    waited at least so long) at `as_of`, or when last told of where the newest list lacks it. A case
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
    cohort = Cohort.of(
        con,
        process,
        since=since,
        until=until,
        start=start,
        end=end,
        as_of=as_of,
        observed_from=observed_from,
        by=by,
        unit=unit,
        calendar=calendar,
    )
    coverage.ready(con)
    points = ", ".join(f"{p / 100}" for p in PERCENTILES)
    rows, found = _settled(
        con,
        con.sql(
            f"""
            with {cohort.risk_sql()}, {SHARES}, {CURVE},
            {cohort_told_sql(cohort.spans.process, cohort.spans.start, by)},
            tested as (
                select
                    part,
                    waited,
                    next_waited,
                    log_waiting,
                    {_each(_is_near)}
                from curve
                where waited is not null
            ),
            percentile as (
                select
                    part,
                    {_each(_percentile)}
                from tested
                group by part
            ),
            arrived as (
                select
                    part,
                    max(share_reached) as share_reached,
                    {_each(_arrival)}
                from shares
                group by part
            ),
            counted as (
                select
                    part,
                    count(*) as cases,
                    count(*) filter (where state = {DONE}) as reached,
                    count(*) filter (where state = {OPEN}) as still_open,
                    count(*) filter (where state = {GIVEN_UP}) as given_up,
                    count(*) filter (where state = {UNDETERMINABLE}) as undeterminable,
                    count(*) filter (where ended_at < started_at and waited < 0) as negative,
                    quantile_cont(waited, [{points}]) filter (where state = {DONE}) as naive,
                    count(*) filter (where is_at_most) as at_most,
                    count(told_at) as last_told,
                    max(started_at) as newest_start
                from cohort
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
                q.* exclude (part),
                {_each(lambda p: f"c.naive[{PERCENTILES.index(p) + 1}] as naive_p{p}")},
                $as_of::timestamp as as_of,
                a.share_reached,
                {_each(lambda p: f"a.all_p{p}")},
                c.at_most,
                {of_cohort_sql("c", by)},
                c.newest_start
            from counted c
            left join percentile q on q.part is not distinct from c.part
            left join arrived a on a.part is not distinct from c.part
            order by c.part nulls last
            """,
            params=cohort.params,
        ),
    )
    refuse(cohort, rows)
    return found.select(", ".join(name for name in found.columns if name != "newest_start"))


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


def _each(sql: Callable[[int], str]) -> str:
    """SQL: a column, or several, for each percentile."""
    return ",\n                    ".join(map(sql, PERCENTILES))


def _is_near(p: int) -> str:
    """SQL: the curve is not told from the percentile."""
    return f"""has_spread
                        and abs(
                            (ln(-log_waiting) - ln(-ln({1 - p / 100:.2f})))
                            * log_waiting
                            / sqrt(variance)
                        ) <= {Z} as is_p{p}"""


def _percentile(p: int) -> str:
    """SQL: one percentile of the curve and its interval."""
    # a hair below, so that a share that is reached exactly is not passed by the last bit of a sum
    return f"""min(waited) filter (
                        where log_waiting < ln({1 - p / 100:.2f}) - 1e-10
                    ) as p{p},
                    min(waited) filter (where is_p{p}) as p{p}_low,
                    max({{'at': waited, 'next': next_waited}}) filter (
                        where is_p{p}
                    ).next as p{p}_high"""


def _arrival(p: int) -> str:
    """SQL: when a share of all cases had reached the end; NULL where so many never do."""
    return f"min(waited) filter (where share_reached > {p / 100:.2f} + 1e-10) as all_p{p}"


def _settled(
    con: duckdb.DuckDBPyConnection, relation: duckdb.DuckDBPyRelation
) -> tuple[list[Row], duckdb.DuckDBPyRelation]:
    """A small result read once: its rows, and a relation that holds them."""
    names, types = relation.columns, relation.types
    rows = relation.fetchall()
    if not rows:
        blank = ", ".join(
            f"null::{kind} as {name}" for name, kind in zip(names, types, strict=True)
        )
        return [], con.sql(f"select {blank} limit 0")
    values = ", ".join(
        "(" + ", ".join(f"$p{i}_{j}" for j in range(len(names))) + ")" for i in range(len(rows))
    )
    params = {f"p{i}_{j}": value for i, row in enumerate(rows) for j, value in enumerate(row)}
    cast = ", ".join(
        f"c{j}::{kind} as {name}" for j, (name, kind) in enumerate(zip(names, types, strict=True))
    )
    aliases = ", ".join(f"c{j}" for j in range(len(names)))
    return [dict(zip(names, row, strict=True)) for row in rows], con.sql(
        f"select {cast} from (values {values}) as v({aliases})", params=params
    )
